//! What FreeSWITCH is given of an offer, and what comes back of its answer.

use super::*;

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
