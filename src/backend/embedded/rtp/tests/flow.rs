//! What flows between two sessions.

use std::{net::SocketAddr, time::Duration};

use rtcp_types::{Compound, Packet as Report};

use super::{
    super::{Direction, Event, MAX_DATAGRAM, Session},
    rig::{Rig, both, packet, wanted},
};
use crate::{
    error::Reason,
    media::{Codec, MediaKind, MediaStats},
};

const TICK: Duration = Duration::from_millis(20);

/// Sends `count` packets from the offerer, 20 ms apart, from the `from`th on.
fn flow(rig: &mut Rig, section: usize, codec: Codec, from: u64, count: u64) {
    for n in from..from + count {
        assert!(
            rig.offerer
                .session
                .send(rig.now, section, &packet(rig.now, codec, n))
        );
        rig.pass(TICK);
    }
}

fn stats(
    session: &mut Session,
    rig_now: std::time::Instant,
    kind: MediaKind,
    inbound: bool,
) -> MediaStats {
    let all = session.stats(rig_now);
    let mut found = all
        .into_iter()
        .filter(|one| one.kind == Some(kind) && one.inbound == inbound);
    found.next().expect("there")
}

/// The reports in what was sent by `sent`, by their names.
fn reports(sent: &[super::super::Transmit]) -> Vec<&'static str> {
    let names = |report: &Report<'_>| match report {
        Report::Sr(_) => "sr",
        Report::Rr(_) => "rr",
        Report::Sdes(_) => "sdes",
        Report::Bye(_) => "bye",
        Report::TransportFeedback(_) => "nack",
        Report::PayloadFeedback(_) => "keyframe",
        _ => "other",
    };
    let rtcp = sent
        .iter()
        .filter(|one| (200..207).contains(&one.contents[1]));
    let parsed = rtcp.flat_map(|one| Compound::parse(&one.contents).expect("valid"));
    parsed
        .map(|report| names(&report.expect("valid")))
        .collect()
}

fn elsewhere(port: u16) -> SocketAddr {
    SocketAddr::from(([198, 51, 100, 7], port))
}

#[test]
fn packets_arrive_as_they_were_sent() {
    let mut rig = Rig::new(&both(), |offer| offer);
    flow(&mut rig, 0, Codec::Opus, 0, 100);
    let got = &rig.answerer.packets;
    assert_eq!(got.len(), 100);
    for (n, (section, got)) in got.iter().enumerate() {
        let sent = packet(rig.now, Codec::Opus, n as u64);
        assert_eq!(
            (*section, got.codec, got.timestamp),
            (0, Codec::Opus, sent.timestamp)
        );
        assert_eq!((got.marker, &got.payload), (sent.marker, &sent.payload));
        assert_eq!(got.sequence, rig.answerer.packets[0].1.sequence + n as u64);
    }
    let inbound = stats(&mut rig.answerer.session, rig.now, MediaKind::Audio, true);
    assert_eq!(
        (inbound.packets, inbound.bytes, inbound.lost),
        (Some(100), Some(10_000), Some(0))
    );
    assert_eq!(
        (inbound.bitrate_kbps, inbound.codec.as_deref()),
        (Some(40), Some("opus"))
    );
    assert_eq!(inbound.jitter, Some(Duration::ZERO));
    assert_eq!(
        rig.answerer.session.last_received(Some(0)),
        Some(rig.now - TICK)
    );
}

#[test]
fn reports_tell_loss_and_time() {
    let mut rig = Rig::new(&both(), |offer| offer);
    flow(&mut rig, 0, Codec::Opus, 0, 50);
    rig.lose = |one| one.contents[1] == 111;
    flow(&mut rig, 0, Codec::Opus, 50, 10);
    rig.lose = |_| false;
    flow(&mut rig, 0, Codec::Opus, 60, 500);
    let outbound = stats(&mut rig.offerer.session, rig.now, MediaKind::Audio, false);
    assert_eq!((outbound.packets, outbound.lost), (Some(560), Some(10)));
    assert!(
        outbound
            .rtt
            .is_some_and(|rtt| rtt < Duration::from_millis(1)),
        "{outbound:?}"
    );
    let times = rig.answerer.events.iter().filter_map(|event| match event {
        Event::SenderTime { section: 0, time } => Some(*time),
        _ => None,
    });
    let times: Vec<_> = times.collect();
    assert!(times.len() >= 2);
    let passed = times[1].ntp.wrapping_sub(times[0].ntp) as f64 / 2_f64.powi(32);
    let units = times[1].timestamp.wrapping_sub(times[0].timestamp);
    assert!((passed * 48_000.0 - f64::from(units)).abs() < 2.0);
}

#[test]
fn reports_go_to_their_own_port_without_mux() {
    let mut rig = Rig::new(&both(), |offer| offer.replace("a=rtcp-mux\r\n", ""));
    assert!(!rig.answer.as_str().contains("rtcp-mux"));
    flow(&mut rig, 0, Codec::Opus, 0, 400);
    let apart: Vec<_> = rig.offerer.sent.iter().filter(|one| one.rtcp).collect();
    assert!(
        apart
            .iter()
            .any(|one| one.section == 0 && one.destination.port() == 20_001)
    );
    assert!(
        rig.offerer
            .sent
            .iter()
            .all(|one| one.rtcp == (one.contents[1] >= 200 && one.contents[1] < 207))
    );
    let outbound = stats(&mut rig.offerer.session, rig.now, MediaKind::Audio, false);
    assert_eq!(outbound.lost, Some(0));
}

#[test]
fn reports_are_regular_and_end_with_a_goodbye() {
    let mut rig = Rig::new(&both(), |offer| offer);
    flow(&mut rig, 0, Codec::Opus, 0, 10);
    rig.pass(Duration::from_secs(20));
    let audio: Vec<_> = rig
        .offerer
        .sent
        .iter()
        .filter(|one| one.section == 0)
        .cloned()
        .collect();
    assert_eq!(
        reports(&audio),
        ["sr", "sdes", "rr", "sdes", "rr", "sdes", "rr", "sdes"]
    );
    let video = rig
        .offerer
        .sent
        .iter()
        .filter(|one| one.section == 1)
        .count();
    assert!((19..=21).contains(&video), "{video} reports in 20 s");
    rig.offerer.session.close(rig.now);
    rig.exchange();
    assert_eq!(
        rig.answerer.events.last(),
        Some(&Event::Left { section: 0 })
    );
    assert_eq!(rig.offerer.session.poll_timeout(), None);
    assert!(
        !rig.offerer
            .session
            .send(rig.now, 0, &packet(rig.now, Codec::Opus, 11))
    );
}

#[test]
fn a_keyframe_can_be_asked_for() {
    for (edit, works) in [
        ((|offer| offer) as fn(String) -> String, true),
        (|offer| offer.replace(" nack pli\r\n", " x\r\n"), true),
        (|offer| offer.replace("a=rtcp-fb", "a=x"), false),
    ] {
        let mut rig = Rig::new(&both(), edit);
        assert!(
            !rig.answerer.session.request_keyframe(rig.now, 1),
            "nothing arrived yet"
        );
        flow(&mut rig, 1, Codec::Vp8, 0, 3);
        assert_eq!(rig.answerer.session.request_keyframe(rig.now, 1), works);
        assert!(
            !rig.answerer.session.request_keyframe(rig.now, 0),
            "audio has none"
        );
        rig.exchange();
        let wanted = rig
            .offerer
            .events
            .contains(&Event::KeyframeWanted { section: 1 });
        assert_eq!(wanted, works);
    }
}

#[test]
fn lost_video_is_sent_again() {
    let mut rig = Rig::new(&both(), |offer| offer);
    flow(&mut rig, 1, Codec::Vp8, 0, 5);
    rig.lose = |one| one.contents[1] & 0x7F == 96;
    flow(&mut rig, 1, Codec::Vp8, 5, 3);
    rig.lose = |_| false;
    flow(&mut rig, 1, Codec::Vp8, 8, 2);
    assert!(reports(&rig.answerer.sent).contains(&"nack"));
    let mut got: Vec<_> = rig
        .answerer
        .packets
        .iter()
        .map(|(_, got)| got.payload[0])
        .collect();
    got.sort_unstable();
    assert_eq!(got, (0..10).collect::<Vec<u8>>());
    let inbound = stats(&mut rig.answerer.session, rig.now, MediaKind::Video, true);
    assert_eq!(inbound.lost, Some(0));
}

#[test]
fn tones_arrive_once_each_in_the_place_of_audio() {
    for codecs in [
        &[Codec::Opus][..],
        &[Codec::Pcma],
        &[Codec::Pcmu, Codec::Opus],
    ] {
        let mut rig = Rig::new(&[wanted(MediaKind::Audio, 10_000, codecs)], |offer| offer);
        let ms = Duration::from_millis;
        rig.offerer
            .session
            .send_tones(rig.now, "1", ms(60))
            .expect("queued");
        rig.pass(ms(200));
        rig.offerer
            .session
            .send_tones(rig.now, "2#D", ms(100))
            .expect("queued");
        let mut sent = 0;
        for n in 0..50 {
            sent += usize::from(rig.offerer.session.send(
                rig.now,
                0,
                &packet(rig.now, codecs[0], n),
            ));
            rig.pass(TICK);
        }
        let tones = rig.answerer.events.iter().filter_map(|event| match event {
            Event::Tone {
                digit, duration, ..
            } => Some((*digit, duration.as_millis())),
            _ => None,
        });
        let tones: Vec<_> = tones.collect();
        assert_eq!(
            tones,
            [('1', 60), ('2', 100), ('#', 100), ('D', 100)],
            "{codecs:?}"
        );
        assert_eq!(rig.answerer.packets.len(), sent);
        assert!((25..45).contains(&sent), "{sent} of 50");
        let inbound = stats(&mut rig.answerer.session, rig.now, MediaKind::Audio, true);
        assert_eq!(inbound.lost, Some(0), "no number is missing on the wire");
    }
}

#[test]
fn tones_need_the_other_side() {
    let audio = [wanted(MediaKind::Audio, 10_000, &[Codec::Pcmu])];
    let mut rig = Rig::new(&audio, |offer| offer.replace("telephone-event", "x"));
    let mut send = |digits: &str| {
        rig.offerer
            .session
            .send_tones(rig.now, digits, TICK)
            .map_err(|e| e.reason())
    };
    assert_eq!(send("1"), Err(Reason::NotSupported));
    let mut rig = Rig::new(&audio, |offer| offer);
    let mut send = |digits: &str| {
        rig.offerer
            .session
            .send_tones(rig.now, digits, TICK)
            .map_err(|e| e.reason())
    };
    assert_eq!(send("12x"), Err(Reason::InvalidField));
    assert_eq!(send(&"1".repeat(100)), Ok(()));
    assert_eq!(send(&"1".repeat(100)), Err(Reason::LimitReached));
}

#[test]
fn media_follows_its_source_and_nobody_else() {
    let mut rig = Rig::new(&both(), |offer| offer);
    flow(&mut rig, 0, Codec::Opus, 0, 2);
    let own = rig.offerer.sent[0].contents.clone();
    let forge = |n: u8| {
        let mut datagram = own.clone();
        datagram[3] = datagram[3].wrapping_add(n);
        datagram
    };
    rig.answerer.packets.clear();
    rig.answerer.take(rig.now, 0, elsewhere(1), &forge(2));
    assert!(rig.answerer.packets.is_empty(), "a stranger is not heard");
    rig.now += Duration::from_secs(6);
    rig.answerer.take(rig.now, 0, elsewhere(1), &[0_u8; 40]);
    rig.answerer.take(rig.now, 0, elsewhere(2), &forge(2));
    assert_eq!(rig.answerer.packets.len(), 1, "a client that moved is");
    let address = elsewhere(2);
    assert!(rig.answerer.events.contains(&Event::Latched {
        section: 0,
        address
    }));
    assert!(
        rig.answerer
            .session
            .send(rig.now, 0, &packet(rig.now, Codec::Opus, 0))
    );
    let back = rig.answerer.session.poll_transmit().expect("queued");
    assert_eq!(back.destination, address);
    rig.answerer.take(rig.now, 0, elsewhere(3), &forge(3));
    assert_eq!(rig.answerer.packets.len(), 1, "and then only that one");
}

#[test]
fn held_media_does_not_flow() {
    let audio = [wanted(MediaKind::Audio, 10_000, &[Codec::Pcmu])];
    let mut rig = Rig::new(&audio, |offer| offer.replace("a=sendrecv", "a=sendonly"));
    assert_eq!(rig.answerer.session.direction(0), Direction::RECEIVE);
    flow_fails(&mut rig);
    let mut rig = Rig::new(&audio, |offer| {
        offer.replace("c=IN IP4 192.0.2.2", "c=IN IP4 0.0.0.0")
    });
    flow_fails(&mut rig);
    rig.pass(Duration::from_secs(20));
    assert!(rig.answerer.sent.is_empty(), "nor are there reports");
}

/// The answerer cannot send.
fn flow_fails(rig: &mut Rig) {
    assert!(
        !rig.answerer
            .session
            .send(rig.now, 0, &packet(rig.now, Codec::Pcmu, 0))
    );
    assert!(rig.answerer.session.send_tones(rig.now, "1", TICK).is_ok());
    rig.pass(Duration::from_secs(1));
    assert!(rig.answerer.sent.is_empty());
}

#[test]
fn ipv6_works_as_well() {
    let mut audio = wanted(MediaKind::Audio, 10_000, &[Codec::Pcmu]);
    audio.local = super::rig::local(true, 10_000);
    let mut rig = Rig::new(&[audio], |offer| offer);
    assert!(rig.answer.as_str().contains("c=IN IP6 2001:db8::2\r\n"));
    flow(&mut rig, 0, Codec::Pcmu, 0, 300);
    assert_eq!(rig.answerer.packets.len(), 300);
    let outbound = stats(&mut rig.offerer.session, rig.now, MediaKind::Audio, false);
    assert_eq!(outbound.lost, Some(0));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut rig = Rig::new(&both(), |offer| offer);
    let mut large = packet(rig.now, Codec::Vp8, 0);
    large.payload = vec![0; MAX_DATAGRAM].into();
    assert!(!rig.offerer.session.send(rig.now, 1, &large));
    assert!(
        !rig.offerer
            .session
            .send(rig.now, 1, &packet(rig.now, Codec::Vp9, 0))
    );
    assert!(
        !rig.offerer
            .session
            .send(rig.now, 7, &packet(rig.now, Codec::Vp8, 0))
    );
    let sent = (0..2000).filter(|n| {
        rig.offerer
            .session
            .send(rig.now, 1, &packet(rig.now, Codec::Vp8, *n))
    });
    assert!(sent.count() < 1000, "the queue is bounded");
}
