//! Recorded descriptions, tables of what clients may send, and properties over all of them.

use proptest::prelude::*;
use str0m::change::SdpOffer;

use super::*;
use crate::{
    error::Reason,
    media::{Description, MediaKind, SdpType},
};

/// One exchange with a FreeSWITCH 1.10.12.
#[derive(serde::Deserialize)]
struct Recorded {
    name: String,
    offered_by: String,
    sdp_type: String,
    offer: String,
    answer: Option<String>,
}

impl Recorded {
    fn all() -> Vec<Self> {
        include_str!("../../../../tests/fixtures/freeswitch-1.10.12/sdp.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("a recorded exchange"))
            .collect()
    }

    fn named(name: &str) -> Self {
        let mut all = Self::all().into_iter();
        all.find(|one| one.name == name).expect("it was recorded")
    }

    fn offered_by(who: &str) -> Vec<Self> {
        let all = Self::all().into_iter();
        all.filter(|one| one.offered_by == who).collect()
    }

    fn sdp_type(&self) -> SdpType {
        match self.sdp_type.as_str() {
            "rtp" => SdpType::Rtp,
            _ => SdpType::Webrtc,
        }
    }

    fn offer(&self) -> Sdp {
        sdp(&self.offer)
    }

    fn answer(&self) -> &str {
        self.answer.as_deref().expect("it was answered")
    }

    /// The answer that the client gets.
    fn answered(&self) -> Sdp {
        let given = for_server(&self.offer(), self.sdp_type()).expect("something is left");
        given.back.answer(self.answer()).expect("it is an answer")
    }
}

fn sdp(text: &str) -> Sdp {
    Sdp::parse(text).expect("valid")
}

fn description(text: &str, sdp_type: SdpType) -> Description {
    Description {
        sdp_type,
        ..Description::webrtc(sdp(text))
    }
}

fn reason(text: &str, sdp_type: SdpType) -> Option<(Reason, String)> {
    let checked = check_given(&description(text, sdp_type), "offer.sdp");
    let told = checked.err()?;
    assert_eq!(told.violations()[0].field, "offer.sdp");
    Some((told.reason(), told.message().to_owned()))
}

fn rejected(sdp: &Sdp) -> Vec<bool> {
    sdp.sections()
        .map(|section| section.is_rejected())
        .collect()
}

fn directions(sdp: &Sdp) -> Vec<&'static str> {
    let of = |section: Section<'_>| direction::Direction::of(sdp, &section).as_str();
    sdp.sections().map(of).collect()
}

fn words(error: &crate::error::Error) -> (Reason, &str) {
    (error.reason(), error.message())
}

/// What must hold of every answer to every offer.
fn assert_answers(answer: &Sdp, offer: &Sdp, sdp_type: SdpType) {
    assert_eq!(Sdp::parse(answer.as_str()).as_ref(), Ok(answer));
    let shape = |sdp: &Sdp| -> Vec<(String, Option<String>)> {
        let sections = sdp.sections();
        let one = |s: Section<'_>| (s.media().to_owned(), s.mid().map(str::to_owned));
        sections.map(one).collect()
    };
    if sdp_type == SdpType::Webrtc {
        assert_eq!(shape(answer), shape(offer));
    }
    assert_eq!(answer.sections().count(), offer.sections().count());
    assert!(answer.sections().any(|section| !section.is_rejected()));
    let allowed = |offered: &str, answered: &str| match offered {
        "sendrecv" => true,
        "sendonly" => matches!(answered, "recvonly" | "inactive"),
        "recvonly" => matches!(answered, "sendonly" | "inactive"),
        _ => answered == "inactive",
    };
    for (offered, answered) in directions(offer).into_iter().zip(directions(answer)) {
        assert!(allowed(offered, answered), "{offered} by {answered}");
    }
    for (own, offered) in answer.sections().zip(offer.sections()) {
        let said = lines(own.text()).filter(|line| direction::Direction::is_in(line));
        assert_eq!(said.count(), 1, "its direction is said, once");
        if sdp_type == SdpType::Webrtc || own.is_rejected() {
            assert_eq!(own.protocol(), offered.protocol());
        }
        assert!(own.formats().next().is_some());
    }
    let bundled = answer.session_part().matches("a=group:").count();
    let used = rejected(answer).iter().filter(|refused| !**refused).count();
    assert!(bundled == 0 || used == 1, "it cannot bundle");
}

#[test]
fn every_recorded_answer_answers_its_offer() {
    for one in Recorded::offered_by("client") {
        let answer = one.answered();
        assert_answers(&answer, &one.offer(), one.sdp_type());
        let checked = reason(&one.offer, one.sdp_type());
        assert_eq!(checked, None, "{}", one.name);
    }
}

#[test]
fn what_freeswitch_leaves_out_comes_back_refused_in_its_place() {
    for (name, refused) in [
        ("webrtc", &[false, false][..]),
        ("audio", &[false]),
        ("video", &[false]),
        ("h264", &[false, false]),
        // It answered this one with VP8 and without DTLS.
        ("h265", &[false, true]),
        ("data", &[false, false, true]),
        ("two_videos", &[false, false, true]),
        ("rtp", &[false]),
        // By SIP it refuses them itself, but with a format that was not offered.
        ("sip_data", &[false, false, true]),
        ("sip_two_videos", &[false, false, true]),
        ("sip_h265", &[false, true]),
        ("sip_video_first", &[false, false]),
        ("sip_rtp_held", &[false]),
    ] {
        let one = Recorded::named(name);
        let given = for_server(&one.offer(), one.sdp_type()).expect("something is left");
        let shown = refused.iter().filter(|refused| !**refused).count();
        assert_eq!(given.sdp.sections().count(), shown, "{name}");
        assert!(!given.sdp.as_str().contains("a=group:"), "{name}");
        assert_eq!(rejected(&one.answered()), refused, "{name}");
    }
}

#[test]
fn directions_are_said_and_fit() {
    for (name, direction) in [
        ("webrtc", "sendrecv"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
        ("rtp", "sendrecv"),
        ("rtp_recvonly", "sendonly"),
        ("sip_sendonly", "recvonly"),
        ("sip_rtp_held", "sendrecv"),
    ] {
        assert_eq!(directions(&Recorded::named(name).answered())[0], direction);
    }
    let mut one = Recorded::named("webrtc");
    one.offer = one.offer.replacen("a=sendrecv", "a=sendonly", 1);
    assert_eq!(directions(&one.answered()), ["recvonly", "sendrecv"]);
}

#[test]
fn silence_means_that_a_client_has_gone_only_where_it_would_send() {
    let heard = |name: &str, kind| {
        let one = Recorded::named(name);
        must_be_heard(&one.offer(), one.sdp_type(), kind)
    };
    for (name, audio, video) in [
        ("webrtc", true, true),
        ("recvonly", true, false),
        ("video", false, true),
        ("rtp", true, false),
        ("rtp_recvonly", false, false),
        ("rtp_video_out", true, false),
    ] {
        let both = (heard(name, MediaKind::Audio), heard(name, MediaKind::Video));
        assert_eq!(both, (audio, video), "{name}");
    }
}

#[test]
fn the_order_of_the_offer_is_kept() {
    let mut one = Recorded::named("webrtc");
    let offer = one.offer();
    let mut parts: Vec<_> = offer.sections().map(|section| section.text()).collect();
    parts.reverse();
    one.offer = format!("{}{}", offer.session_part(), parts.concat());
    let answer = one.answered();
    let mids: Vec<_> = answer.sections().filter_map(|s| s.mid()).collect();
    assert_eq!(mids, ["1", "0"]);
    assert_answers(&answer, &one.offer(), SdpType::Webrtc);
}

#[test]
fn one_section_alone_may_say_it_is_bundled() {
    for name in ["audio", "h265"] {
        let answer = Recorded::named(name).answered();
        assert!(
            answer.session_part().contains("a=group:BUNDLE 0\r\n"),
            "{name}"
        );
    }
    let answer = Recorded::named("webrtc").answered();
    assert!(!answer.as_str().contains("BUNDLE"));
}

#[test]
fn freeswitch_gets_where_the_candidates_are_and_one_fingerprint() {
    let one = Recorded::named("webrtc");
    let trickled = one.offer.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0");
    let trickled = trickled.replace("m=audio 41109", "m=audio 9");
    let given = for_server(&sdp(&trickled), SdpType::Webrtc).expect("usable");
    let audio = given.sdp.sections().next().expect("it is there");
    assert_eq!(audio.port(), 41109);
    assert!(audio.text().contains("\r\nc=IN IP4 127.0.0.1\r\n"));
    assert!(!given.sdp.as_str().contains("0.0.0.0\r\na=sendrecv"));
    let hashes: Vec<_> = audio.attributes("fingerprint").collect();
    assert!(
        hashes.len() == 1 && hashes[0].starts_with("sha-256 "),
        "{hashes:?}"
    );
}

#[test]
fn what_is_said_for_all_is_said_of_each() {
    let one = Recorded::named("webrtc");
    let offer = one.offer();
    let fingerprint = lines(&one.offer).find(|line| value(line, "fingerprint").is_some());
    let of_all = format!("{}\r\n", fingerprint.expect("it has one"));
    let each: String = lines(&one.offer[offer.session_part().len()..])
        .filter(|line| value(line, "fingerprint").is_none())
        .map(|line| format!("{line}\n"))
        .collect();
    let text = format!("{}{of_all}{each}", offer.session_part());
    assert_eq!(reason(&text, SdpType::Webrtc), None);
    let given = for_server(&sdp(&text), SdpType::Webrtc).expect("usable");
    for section in given.sdp.sections() {
        assert_eq!(section.attributes("fingerprint").count(), 1);
    }
    assert!(!given.sdp.session_part().contains("fingerprint"));
    let unended = given.sdp.as_str().replace("\r\n", "");
    assert!(!unended.contains('\n'), "all lines end with CRLF");
}

#[test]
fn what_cannot_connect_is_refused_in_words() {
    let offer = Recorded::named("webrtc").offer;
    let without = |name: &str| -> String {
        let kept = lines(&offer).filter(|line| value(line, name).is_none());
        kept.map(|line| format!("{line}\r\n")).collect()
    };
    let rows = [
        (without("ice-ufrag"), Reason::InvalidSdp, "a=ice-ufrag"),
        (without("ice-pwd"), Reason::InvalidSdp, "a=ice-pwd"),
        (without("fingerprint"), Reason::InvalidSdp, "a=fingerprint"),
        (
            without("candidate"),
            Reason::NoIceCandidates,
            "no candidate",
        ),
        (
            offer.replace(" udp ", " tcp "),
            Reason::NoIceCandidates,
            "TCP",
        ),
        (
            offer.replace(" 127.0.0.1 ", " 4f1a-9.local "),
            Reason::NoIceCandidates,
            ".local",
        ),
        (
            offer.replace(" 1 udp", " 2 udp"),
            Reason::NoIceCandidates,
            "component 1",
        ),
        (
            offer
                .replace("m=audio 41109", "m=audio 0")
                .replace("m=video 52928", "m=video 0"),
            Reason::InvalidSdp,
            "no audio or video",
        ),
    ];
    for (text, expected, part) in rows {
        let (reason, message) = reason(&text, SdpType::Webrtc).expect(part);
        assert_eq!(reason, expected, "{message}");
        assert!(message.contains(part), "{message}");
    }
    let v6 = offer
        .replace(" 127.0.0.1 ", " ::1 ")
        .replace(" udp ", " UDP ");
    assert_eq!(reason(&v6, SdpType::Webrtc), None);
}

#[test]
fn rtp_must_say_where_it_goes() {
    let offer = Recorded::named("rtp").offer;
    let (reason_, message) = reason(&offer.replace("c=IN IP4 127.0.0.1\r\n", ""), SdpType::Rtp)
        .expect("it has no address");
    assert_eq!(reason_, Reason::InvalidSdp);
    assert!(message.contains("`c=` line"), "{message}");
    let held = offer.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0");
    assert_eq!(reason(&held, SdpType::Rtp), None);
    let given = for_server(&sdp(&held), SdpType::Rtp).expect("usable");
    assert_eq!(given.sdp, sdp(&held), "RTP reaches it as it is");
}

#[test]
fn no_line_can_break_a_message() {
    let offer = Recorded::named("rtp").offer;
    for bad in ["a=x\rBYE", "a=x\0", "a=x\r\n\r\nBYE sip:a SIP/2.0"] {
        assert!(Sdp::parse(&format!("{offer}{bad}\r\n")).is_err(), "{bad:?}");
    }
}

#[test]
fn a_section_without_a_transport_of_its_own_is_refused() {
    let one = Recorded::named("webrtc");
    for (from, to) in [
        ("m=video 52928", "m=video 0"),
        (
            "typ host\r\na=end-of-candidates\r\na=ice-ufrag:M97c\r\na=ice-pwd:q1V5f6jHvoShmN70xHTp6r\r\na=fingerprint",
            "x",
        ),
    ] {
        let at = one.offer.rfind(from).expect("it is there");
        let mut offer = one.offer.clone();
        offer.replace_range(at..at + from.len(), to);
        let bundled = sdp(&offer.replace("a=mid:1\r\n", "a=mid:1\r\na=bundle-only\r\n"));
        let given = for_server(&bundled, SdpType::Webrtc).expect("audio is left");
        assert_eq!(given.sdp.sections().count(), 1);
        let answer = given.back.answer(one.answer()).expect("audio is answered");
        assert_eq!(rejected(&answer), [false, true]);
        assert_answers(&answer, &bundled, SdpType::Webrtc);
    }
}

#[test]
fn nothing_left_or_nothing_taken_is_said() {
    let data = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 192.0.2.1\r\na=mid:0\r\n";
    let (reason_, message) = reason(data, SdpType::Webrtc).expect("it has no media");
    assert_eq!(reason_, Reason::InvalidSdp);
    assert!(message.contains("application"), "{message}");
    let error = for_server(&sdp(data), SdpType::Webrtc).expect_err("nothing is left");
    assert_eq!(words(&error).0, Reason::InvalidSdp);

    let one = Recorded::named("rtp");
    let given = for_server(&one.offer(), SdpType::Rtp).expect("usable");
    let refused = one.answer().replace("m=audio 20706", "m=audio 0");
    let error = given.back.answer(&refused).expect_err("all is refused");
    assert_eq!(words(&error).0, Reason::InvalidSdp);
    assert!(words(&error).1.contains("refused all"), "{error}");
    let error = given.back.answer("hello").expect_err("no description");
    assert_eq!(words(&error).0, Reason::SessionFailed);
}

#[test]
fn offers_of_freeswitch_are_made_right() {
    for one in Recorded::offered_by("server") {
        let offer = for_client(&one.offer, one.sdp_type()).expect("usable");
        let said = directions(&offer);
        assert!(said.iter().all(|direction| *direction == "sendrecv"));
        assert_eq!(offer.as_str().matches("a=sendrecv").count(), said.len());
        if one.sdp_type() == SdpType::Rtp {
            assert!(!offer.as_str().contains("a=mid"));
            continue;
        }
        let mids: Vec<_> = offer.sections().filter_map(|s| s.mid()).collect();
        assert_eq!(mids, ["0", "1"]);
        for section in offer.sections() {
            assert_eq!(section.protocol(), "UDP/TLS/RTP/SAVPF");
            assert_eq!(
                section.attributes("candidate").count(),
                1,
                "RTCP has none of its own"
            );
            assert!(section.text().ends_with("a=end-of-candidates\r\n"));
            assert!(
                section
                    .attribute("msid")
                    .is_some_and(|msid| msid.contains(' '))
            );
        }
        SdpOffer::from_sdp_string(offer.as_str()).expect("a strict stack takes it");
    }
    let rtp = Recorded::named("rtp_out").offer;
    assert!(for_client(&rtp, SdpType::Webrtc).is_err(), "it has no ICE");
}

#[test]
fn a_strict_stack_answers_an_offer_of_one_section() {
    let one = Recorded::named("webrtc_out");
    let video = one.offer.find("m=video").expect("it is there");
    let offer = for_client(&one.offer[..video], SdpType::Webrtc).expect("usable");
    assert!(offer.session_part().contains("a=group:BUNDLE 0"));
    let parsed = SdpOffer::from_sdp_string(offer.as_str()).expect("it is an offer");
    let mut stack = str0m::RtcConfig::new().build(std::time::Instant::now());
    let host = "192.0.2.7:4000".parse().expect("an address");
    stack.add_local_candidate(str0m::Candidate::host(host, "udp").expect("a candidate"));
    let answer = stack
        .sdp_api()
        .accept_offer(parsed)
        .expect("it is answered");
    let answer = sdp(&answer.to_sdp_string());
    let original = sdp(&one.offer[..video]);
    let answer = answer_for_server(&answer, &original, SdpType::Webrtc).expect("usable");
    let audio = answer.sections().next().expect("it is there");
    assert_eq!((audio.protocol(), audio.port()), ("RTP/SAVPF", 4000));
}

#[test]
fn answers_of_clients_fit_what_was_offered() {
    let one = Recorded::named("webrtc_out");
    let given = answer_for_server(&sdp(one.answer()), &one.offer(), SdpType::Webrtc);
    let given = given.expect("usable");
    assert!(!given.as_str().contains("BUNDLE"));
    for section in given.sections() {
        assert_eq!(section.protocol(), "RTP/SAVPF");
        assert_eq!(section.attributes("fingerprint").count(), 1);
    }
    let rtp = Recorded::named("rtp_out");
    let given = answer_for_server(&sdp(rtp.answer()), &rtp.offer(), SdpType::Rtp);
    assert_eq!(given.expect("usable"), sdp(rtp.answer()));

    let other = answer_for_server(&sdp(rtp.answer()), &one.offer(), SdpType::Rtp);
    let other = other.expect_err("a section is missing");
    assert!(words(&other).1.contains("audio, video"), "{other}");
    let refused = rtp.answer().replace("m=audio 30322", "m=audio 0");
    let none = answer_for_server(&sdp(&refused), &rtp.offer(), SdpType::Rtp);
    assert_eq!(
        words(&none.expect_err("nothing is taken")).0,
        Reason::InvalidSdp
    );
}

#[test]
fn a_section_that_only_a_bundle_would_reach_is_refused_to_freeswitch() {
    let one = Recorded::named("webrtc_out");
    let at = one.answer().rfind("a=candidate").expect("it is there");
    let answer = format!("{}a=x{}", &one.answer()[..at], &one.answer()[at + 11..]);
    let given = answer_for_server(&sdp(&answer), &one.offer(), SdpType::Webrtc).expect("usable");
    assert_eq!(rejected(&given), [false, true]);
    assert_eq!(
        given.sections().last().map(|s| s.protocol()),
        Some("RTP/SAVPF")
    );
}

/// One section of a made-up offer: its kind, codec, direction, and what speaks against it.
fn a_section() -> impl Strategy<Value = (usize, usize, usize, bool, bool)> {
    (
        0..3_usize,
        0..4_usize,
        0..5_usize,
        any::<bool>(),
        any::<bool>(),
    )
}

fn made_up(sections: &[(usize, usize, usize, bool, bool)], sdp_type: SdpType) -> String {
    let mut out =
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n".to_owned();
    let proto = match sdp_type {
        SdpType::Webrtc => "UDP/TLS/RTP/SAVPF",
        SdpType::Rtp => "RTP/AVP",
    };
    let mids: Vec<_> = (0..sections.len()).map(|at| format!("m{at}")).collect();
    out.push_str(&format!("a=group:BUNDLE {}\r\n", mids.join(" ")));
    for (at, (kind, codec, direction, refused, bare)) in sections.iter().enumerate() {
        let port = if *refused { 0 } else { 5000 + at };
        let kind = ["audio", "video", "application"][*kind];
        let codec = ["opus/48000/2", "VP8/90000", "H264/90000", "H265/90000"][*codec];
        out.push_str(&format!(
            "m={kind} {port} {proto} 96\r\na=mid:m{at}\r\na=rtpmap:96 {codec}\r\n"
        ));
        let said = [
            "a=sendrecv\r\n",
            "a=sendonly\r\n",
            "a=recvonly\r\n",
            "a=inactive\r\n",
            "",
        ];
        out.push_str(said[*direction]);
        if sdp_type == SdpType::Webrtc && !bare {
            out.push_str(&format!(
                "a=ice-ufrag:u{at}\r\na=ice-pwd:p\r\na=fingerprint:sha-256 00\r\na=setup:actpass\r\n\
                 a=candidate:1 1 udp 1 192.0.2.1 {} typ host\r\n",
                6000 + at
            ));
        }
    }
    out
}

/// Answers as FreeSWITCH does: audio first, one section of each kind, without ids, and directions left out.
fn as_freeswitch(offer: &Sdp) -> String {
    let mut out = "v=0\r\no=FreeSWITCH 1 2 IN IP4 192.0.2.9\r\ns=FreeSWITCH\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n".to_owned();
    for kind in [MediaKind::Audio, MediaKind::Video] {
        let Some(own) = offer
            .sections()
            .find(|section| section.kind() == Some(kind))
        else {
            continue;
        };
        out.push_str(&format!(
            "m={} 20000 {} 96\r\n",
            own.media(),
            own.protocol()
        ));
        let map = own.attribute("rtpmap").expect("it has one");
        out.push_str(&format!(
            "a=rtpmap:{map}\r\na=fingerprint:sha-256 11\r\na=ice-ufrag:x\r\n"
        ));
    }
    out
}

proptest! {
    #[test]
    fn any_offer_is_answered_in_its_shape(
        sections in prop::collection::vec(a_section(), 1..6),
        webrtc in any::<bool>(),
    ) {
        let sdp_type = if webrtc { SdpType::Webrtc } else { SdpType::Rtp };
        let offer = sdp(&made_up(&sections, sdp_type));
        if let Ok(given) = for_server(&offer, sdp_type) {
            prop_assert!(given.sdp.sections().count() <= 2);
            let answer = given.back.answer(&as_freeswitch(&given.sdp));
            assert_answers(&answer.expect("an answer"), &offer, sdp_type);
        }
    }

    #[test]
    fn nothing_that_freeswitch_could_say_panics(text in "\\PC*", answer in "[a-z]=[ -~]{0,40}") {
        let given = for_server(&Recorded::named("rtp").offer(), SdpType::Rtp).expect("usable");
        let long = format!("v=0\r\no=x\r\ns=-\r\nt=0 0\r\n{answer}\r\n");
        for text in [text, long] {
            let _ = given.back.answer(&text);
            let _ = for_client(&text, SdpType::Webrtc);
        }
    }
}
