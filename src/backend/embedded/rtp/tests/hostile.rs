//! Whatever comes, nothing panics, and what is agreed on stays in its bounds.

use std::{net::SocketAddr, time::Duration};

use proptest::prelude::*;

use super::{
    super::{MAX_DATAGRAM, needs},
    rig::{Rig, Side, both, local, packet},
};
use crate::media::{Codec, Sdp};

/// Bytes that look enough like a datagram of the session to go beyond the first check.
fn datagram() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), 0..MAX_DATAGRAM + 20);
    let kinds = prop::sample::select(vec![
        111_u8, 0, 110, 101, 96, 239, 102, 200, 201, 202, 203, 204, 205, 206, 207,
    ]);
    (bytes, kinds, any_first(), any::<bool>()).prop_map(|(mut bytes, kind, first, real)| {
        if bytes.len() >= 4 && real {
            bytes[1] = kind;
            bytes[0] = first;
            let words = (bytes.len() / 4 - 1) as u16;
            if kind >= 200 && kind != 239 {
                bytes[2..4].copy_from_slice(&words.to_be_bytes());
                bytes.truncate(usize::from(words + 1) * 4);
            }
        }
        bytes
    })
}

fn any_first() -> impl Strategy<Value = u8> {
    (0_u8..64).prop_map(|low| 0x80 | low)
}

/// Descriptions out of the words of real ones.
fn description() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "m=audio 4000 RTP/AVP 0 8 101 96",
        "m=video 4002 RTP/AVPF 96 97",
        "m=audio 65535 RTP/AVP 0",
        "m=video 1/2 RTP/AVP 97 300 x",
        "a=rtpmap:96 VP8/90000",
        "a=rtpmap:97 H264/90000",
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:97 packetization-mode=1;profile-level-id=42e01f",
        "a=fmtp:97 ;;=;packetization-mode",
        "a=rtpmap:0",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:101 telephone-event/0",
        "a=rtcp:",
        "a=rtcp:0",
        "a=rtcp:9 IN IP4",
        "a=rtcp:70000 IN IP6 ::1",
        "a=rtcp-mux",
        "c=IN IP4 192.0.2.9",
        "c=IN IP4 0.0.0.0",
        "c=IN IP6 2001:db8::1",
        "c=IN IP4 ::1",
        "c=",
        "a=sendonly",
        "a=inactive",
        "a=rtcp-fb:* nack pli",
        "a=rtcp-fb:",
        "a=mid:",
        "a=mid:é",
    ]);
    let noise = "[a-z]=[ -~]{0,30}";
    let line = prop_oneof![8 => words.prop_map(str::to_owned), 1 => noise];
    prop::collection::vec(line, 0..30).prop_map(|lines| {
        format!(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\n{}\r\n",
            lines.join("\r\n")
        )
    })
}

proptest! {
    #[test]
    fn any_datagram_is_survived(datagrams in prop::collection::vec((datagram(), 0_usize..4, any::<bool>()), 1..40)) {
        let mut rig = Rig::new(&both(), |offer| offer);
        let source = SocketAddr::from(([192, 0, 2, 2], 10_000));
        for (datagram, section, rtcp) in datagrams {
            rig.now += Duration::from_millis(7);
            let source = SocketAddr::new(source.ip(), 10_000 + 2 * section as u16);
            let got = rig.answerer.session.receive(rig.now, section, rtcp, source, &datagram);
            prop_assert!(got.is_none_or(|packet| packet.payload.len() <= MAX_DATAGRAM));
            rig.answerer.session.request_keyframe(rig.now, 1);
            rig.answerer.session.send(rig.now, 1, &packet(rig.now, Codec::Vp8, 1));
            rig.answerer.session.handle_timeout(rig.now);
        }
        rig.answerer.session.stats(rig.now);
        rig.pass(Duration::from_secs(20));
        prop_assert!(rig.answerer.sent.iter().all(|one| one.contents.len() <= MAX_DATAGRAM));
        prop_assert!(rig.answerer.sent.len() < 1200);
    }

    #[test]
    fn a_damaged_packet_is_survived(at in 0_usize..112, value: u8, from: bool) {
        let mut rig = Rig::new(&both(), |offer| offer);
        for n in 0..5 {
            rig.offerer.session.send(rig.now, 0, &packet(rig.now, Codec::Opus, n));
            rig.offerer.session.handle_timeout(rig.now + Duration::from_secs(n * 3));
            while let Some(mut transmit) = rig.offerer.session.poll_transmit() {
                if let Some(byte) = transmit.contents.get_mut(at) {
                    *byte = value;
                }
                let source = SocketAddr::from(([192, 0, 2, 2], 10_000 + u16::from(from)));
                rig.answerer.take(rig.now, 0, source, &transmit.contents);
            }
        }
        rig.pass(Duration::from_secs(10));
    }

    #[test]
    fn any_description_is_survived(text in description(), v6: bool) {
        let Ok(offer) = Sdp::parse(&text) else { return Ok(()) };
        let needed = needs(&offer, Codec::ALL);
        let locals = [Some(local(v6, 20_000)); 16];
        let now = std::time::Instant::now();
        let mut side = Side::new(now);
        if let Ok(answer) = side.session.answer(now, &offer, &locals, Codec::ALL) {
            let answer = Sdp::parse(&answer).expect("what is written can be read");
            prop_assert!(needed.is_ok());
            prop_assert_eq!(answer.sections().count(), offer.sections().count());
            let pairs = answer.sections().zip(needed.expect("usable"));
            for (section, need) in pairs {
                prop_assert!(need.is_some() || section.is_rejected());
            }
        }
        let mut side = Side::new(now);
        side.session.offer(&both()).expect("an offer");
        let _ = side.session.accept(now, &offer);
    }
}
