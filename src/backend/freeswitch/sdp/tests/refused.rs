//! What is refused before FreeSWITCH sees it.

use super::*;

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
