//! Descriptions that are made up.

use proptest::prelude::*;

use super::*;

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
