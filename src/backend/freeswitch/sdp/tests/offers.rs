//! What clients are given of FreeSWITCH's offers.

use super::*;

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
