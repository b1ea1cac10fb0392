//! What is answered to offers as telephones and gateways write them.

use std::time::Instant;

use super::{
    super::{Direction, needs},
    rig::{Rig, Side, both, local, wanted},
};
use crate::{
    error::Reason,
    media::{Codec, MediaKind, Sdp},
};

/// A softphone with audio and video, feedback for all formats, address at session level.
const SOFTPHONE: &str = "v=0\r\no=alice 3411 1905 IN IP4 198.51.100.4\r\ns=Talk\r\nc=IN IP4 198.51.100.4\r\nt=0 0\r\n\
    a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics\r\n\
    m=audio 7078 RTP/AVPF 96 97 98 0 8 101 99 100\r\n\
    a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1;maxaveragebitrate=30000\r\n\
    a=rtpmap:97 speex/16000\r\na=fmtp:97 vbr=on\r\na=rtpmap:98 speex/8000\r\n\
    a=rtpmap:101 telephone-event/48000\r\na=rtpmap:99 telephone-event/16000\r\na=rtpmap:100 telephone-event/8000\r\n\
    a=rtcp-fb:* trr-int 5000\r\na=rtcp-fb:* ccm tmmbr\r\n\
    m=video 9078 RTP/AVPF 96 97 98\r\n\
    a=rtpmap:96 VP8/90000\r\na=rtpmap:97 H264/90000\r\na=fmtp:97 profile-level-id=42801F; packetization-mode=1\r\n\
    a=rtpmap:98 H265/90000\r\na=rtcp-fb:* trr-int 5000\r\na=rtcp-fb:* ccm fir\r\na=rtcp-fb:96 nack pli\r\n\
    a=rtcp-fb:96 nack sli\r\n";

/// A small client: RTCP on the port of RTP, two kinds of H.264.
const SMALL: &str = "v=0\no=- 842 1 IN IP6 2001:db8::9\ns=-\nc=IN IP6 2001:db8::9\nt=0 0\na=tool:small 1.0\n\
    m=audio 30108 RTP/AVP 9 0 8 101\na=rtpmap:9 G722/8000\na=rtpmap:0 PCMU/8000/1\na=rtpmap:8 pcma/8000\n\
    a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=rtcp:30109\na=rtcp-mux\na=sendrecv\na=label:1\na=ptime:20\n\
    a=mid:au\n\
    m=video 0 RTP/AVP 34\na=rtpmap:34 H263/90000\n\
    m=video 24480 RTP/AVP 97 99\na=rtpmap:97 H264/90000\na=fmtp:97 packetization-mode=0;profile-level-id=42e01f\n\
    a=rtpmap:99 H264/90000\na=fmtp:99 packetization-mode=1;profile-level-id=42e01f\na=rtcp:24481\na=rtcp-mux\n\
    a=recvonly\na=mid:vi\n";

/// A gateway: static payload types that are not mapped, comfort noise, a fax, feedback under RTP/AVP.
const GATEWAY: &str = "v=0\r\no=GW 1733 1734 IN IP4 203.0.113.5\r\ns=GW\r\nc=IN IP4 203.0.113.5\r\nt=0 0\r\n\
    m=audio 28764 RTP/AVP 8 0 101 13\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n\
    m=image 28766 udptl t38\r\na=T38FaxVersion:0\r\n\
    m=video 26006 RTP/AVP 102 103 104\r\nc=IN IP4 203.0.113.6\r\na=rtpmap:102 VP9/90000\r\na=fmtp:102 profile-id=2\r\n\
    a=rtpmap:103 AV1/90000\r\na=rtpmap:104 VP8/90000\r\na=sendonly\r\na=rtcp-fb:104 ccm fir\r\na=rtcp-fb:104 nack\r\n\
    a=rtcp-fb:104 nack pli\r\na=rtcp:26011 IN IP4 203.0.113.7\r\n\
    m=audio 28770 RTP/SAVP 0\r\n";

fn answer(offer: &str, codecs: &[Codec]) -> (Side, String) {
    let now = Instant::now();
    let offer = Sdp::parse(offer).expect("an SDP");
    let mut side = Side::new(now);
    let needs = needs(&offer, codecs).expect("usable");
    let locals = needs.iter().zip(0_u16..).map(|(need, index)| {
        let v6 = need.as_ref()?.remote.is_some_and(|ip| ip.is_ipv6());
        Some(local(v6, 20_000 + 2 * index))
    });
    side.locals = locals.collect();
    let answer = side
        .session
        .answer(now, &offer, &side.locals, codecs)
        .expect("an answer");
    let read = Sdp::parse(&answer).expect("an SDP");
    assert_eq!(read.sections().count(), offer.sections().count());
    (side, answer)
}

fn types(side: &Side, section: usize) -> Vec<(Codec, u8)> {
    side.session.codecs(section).to_vec()
}

#[test]
fn a_softphone_is_answered() {
    let (side, answer) = answer(SOFTPHONE, Codec::ALL);
    let audio = [(Codec::Opus, 96), (Codec::Pcmu, 0), (Codec::Pcma, 8)];
    assert_eq!(types(&side, 0), audio);
    assert_eq!(types(&side, 1), [(Codec::Vp8, 96), (Codec::H264, 97)]);
    for line in [
        "m=audio 20000 RTP/AVPF 96 0 8 101 100\r\n",
        "a=fmtp:96 useinbandfec=1\r\n",
        "a=rtcp:20001 IN IP4 192.0.2.2\r\n",
        "m=video 20002 RTP/AVPF 96 97\r\n",
        "a=fmtp:97 packetization-mode=1;profile-level-id=42801F\r\n",
        "a=rtcp-fb:97 nack pli\r\n",
        "a=rtcp-fb:97 ccm fir\r\n",
    ] {
        assert!(answer.contains(line), "{line} in {answer}");
    }
    assert!(
        !answer.contains(":99 ") && !answer.contains("rtcp-mux") && !answer.contains(" nack\r")
    );
}

#[test]
fn a_small_client_is_answered() {
    let (side, answer) = answer(SMALL, Codec::ALL);
    assert_eq!(types(&side, 0), [(Codec::Pcmu, 0), (Codec::Pcma, 8)]);
    assert_eq!(types(&side, 2), [(Codec::H264, 99)]);
    assert_eq!(side.session.direction(2), Direction::SEND);
    assert_eq!(
        (side.session.mid(0), side.session.kind(1)),
        (Some("au"), None)
    );
    for line in [
        "c=IN IP6 2001:db8::2\r\n",
        "m=audio 20000 RTP/AVP 0 8 101\r\na=rtcp-mux\r\na=mid:au\r\n",
        "m=video 0 RTP/AVP 34\r\n",
        "m=video 20004 RTP/AVP 99\r\na=rtcp-mux\r\na=mid:vi\r\n",
        "a=sendonly\r\n",
    ] {
        assert!(answer.contains(line), "{line} in {answer}");
    }
    assert!(!answer.contains("a=rtcp:"));
}

#[test]
fn a_gateway_is_answered() {
    let (side, answer) = answer(GATEWAY, Codec::ALL);
    assert_eq!(types(&side, 0), [(Codec::Pcma, 8), (Codec::Pcmu, 0)]);
    assert_eq!(types(&side, 2), [(Codec::Av1, 103), (Codec::Vp8, 104)]);
    assert_eq!(side.session.direction(2), Direction::RECEIVE);
    for line in [
        "m=audio 20000 RTP/AVP 8 0 101\r\n",
        "m=image 0 udptl t38\r\n",
        "m=video 20004 RTP/AVP 103 104\r\n",
        "a=rtcp-fb:104 nack\r\n",
        "a=recvonly\r\n",
        "m=audio 0 RTP/SAVP 0\r\n",
    ] {
        assert!(answer.contains(line), "{line} in {answer}");
    }
    let read = needs(&Sdp::parse(GATEWAY).expect("an SDP"), Codec::ALL).expect("usable");
    let video = read[2].as_ref().expect("usable");
    assert_eq!(video.remote, Some([203, 0, 113, 6].into()));
    assert!(!video.rtcp_mux && read[1].is_none() && read[3].is_none());
}

#[test]
fn the_far_side_limits_the_codecs() {
    let (side, answer) = answer(SOFTPHONE, &[Codec::Pcma, Codec::H264]);
    assert_eq!(types(&side, 0), [(Codec::Pcma, 8)]);
    assert!(
        answer.contains("m=audio 20000 RTP/AVPF 8 100\r\n"),
        "{answer}"
    );
    let (side, answer) = super::negotiation::answer(SOFTPHONE, &[Codec::Opus]);
    assert_eq!((types(&side, 1), side.session.kind(1)), (Vec::new(), None));
    assert!(
        answer.contains("m=video 0 RTP/AVPF 96 97 98\r\n"),
        "{answer}"
    );
}

#[test]
fn hold_is_understood() {
    let offer = |line: &str| SOFTPHONE.replace("t=0 0\r\n", &format!("t=0 0\r\na={line}\r\n"));
    let zero = SOFTPHONE.replace("c=IN IP4 198.51.100.4", "c=IN IP4 0.0.0.0");
    for (offer, direction) in [
        (offer("sendonly"), Direction::RECEIVE),
        (offer("inactive"), Direction::NONE),
        (offer("recvonly"), Direction::SEND),
        (offer("sendrecv"), Direction::BOTH),
        (zero, Direction::RECEIVE),
    ] {
        let (side, answer) = answer(&offer, Codec::ALL);
        assert_eq!(side.session.direction(0), direction, "{offer}");
        let line = format!("a={}\r\n", direction.as_str());
        assert_eq!(answer.matches(&line).count(), 2, "{answer}");
    }
}

#[test]
fn what_cannot_be_answered_says_why() {
    let codecs = |codecs: &'static [Codec]| move |text: String| (text, codecs);
    let all = codecs(Codec::ALL);
    let cases = [
        (
            all(SOFTPHONE.replace("RTP/AVPF", "UDP/TLS/RTP/SAVPF")),
            "is not RTP/AVP",
        ),
        (
            all(SOFTPHONE.replace("c=IN IP4 198.51.100.4", "c=IN IP4 pbx.example")),
            "unicast",
        ),
        (
            all(SOFTPHONE.replace("c=IN IP4 198.51.100.4", "c=IN IP4 224.0.0.1/127")),
            "unicast",
        ),
        (
            all(SOFTPHONE
                .replace("m=audio 7078", "m=audio 0")
                .replace("9078", "0")),
            "port 0",
        ),
        (codecs(&[Codec::Av1])(SOFTPHONE.to_owned()), "no codec"),
        (
            all(SOFTPHONE.split("m=audio").next().expect("text").to_owned()),
            "0 m-sections",
        ),
        (
            all(format!(
                "{SOFTPHONE}{}",
                "m=audio 9 RTP/AVP 0\r\n".repeat(20)
            )),
            "22 m-sections",
        ),
    ];
    for ((text, codecs), words) in cases {
        let offer = Sdp::parse(&text).expect("an SDP");
        let error = needs(&offer, codecs).expect_err(words);
        assert_eq!(error.reason(), Reason::InvalidSdp);
        assert!(error.message().contains(words), "{error}");
    }
}

#[test]
fn an_address_of_another_family_is_refused() {
    let now = Instant::now();
    let offer = Sdp::parse(SMALL).expect("an SDP");
    let locals = [Some(local(false, 20_000)); 3];
    let error = Side::new(now)
        .session
        .answer(now, &offer, &locals, Codec::ALL);
    assert!(error.expect_err("refused").message().contains("IP version"));
}

#[test]
fn two_sessions_agree() {
    let rig = Rig::new(&both(), |offer| offer);
    for side in [&rig.offerer, &rig.answerer] {
        assert_eq!(types(side, 0), [(Codec::Opus, 111), (Codec::Pcmu, 0)]);
        assert_eq!(types(side, 1), [(Codec::Vp8, 96), (Codec::H264, 102)]);
        assert_eq!(side.session.direction(1), Direction::BOTH);
        assert_eq!(side.session.mid(1), Some("1"));
    }
    assert!(rig.answer.as_str().contains("a=rtcp-mux"));
}

#[test]
fn each_side_sends_what_the_other_said() {
    let rig = Rig::new(&both(), |offer| offer.replace("111", "115"));
    assert_eq!(types(&rig.answerer, 0)[0], (Codec::Opus, 115));
    assert_eq!(types(&rig.offerer, 0)[0], (Codec::Opus, 115));
}

#[test]
fn an_answer_may_refuse_some_but_not_all() {
    let now = Instant::now();
    let mut side = Side::new(now);
    side.session.offer(&both()).expect("an offer");
    let answer = |text: &str| {
        Sdp::parse(&format!(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{text}"
        ))
    };
    let mut accept = |text: &str| side.session.accept(now, &answer(text).expect("an SDP"));
    let refused = |error: crate::error::Error| error.reason();
    let off = "m=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVPF 96\r\n";
    let swapped = "m=video 4 RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\nm=audio 6 RTP/AVP 0\r\n";
    for wrong in [
        off,
        swapped,
        "m=audio 4 RTP/AVP 0\r\n",
        "m=audio 4 RTP/AVP 8\r\nm=video 0 RTP/AVP 9\r\n",
    ] {
        assert_eq!(
            accept(wrong).map_err(refused),
            Err(Reason::InvalidSdp),
            "{wrong}"
        );
    }
    let some = "m=audio 4000 RTP/AVP 0\r\nm=video 0 RTP/AVPF 96\r\n";
    assert!(accept(some).is_ok());
    assert_eq!(accept(some).map_err(refused), Err(Reason::AnswerAlreadySet));
    assert_eq!(types(&side, 0), [(Codec::Pcmu, 0)]);
    assert_eq!((side.session.kind(1), side.session.sections()), (None, 2));
}

#[test]
fn an_offer_needs_codecs() {
    let now = Instant::now();
    for wrong in [vec![], vec![wanted(MediaKind::Video, 1, &[Codec::Opus])]] {
        let error = Side::new(now).session.offer(&wrong).expect_err("refused");
        assert_eq!(error.reason(), Reason::NotSupported);
    }
    let mut side = Side::new(now);
    side.session.offer(&both()).expect("an offer");
    let again = side.session.offer(&both()).expect_err("refused");
    assert_eq!(again.reason(), Reason::OfferAlreadySet);
}
