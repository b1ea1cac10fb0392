//! When what is in a file was.

use std::time::{Duration, Instant};

use super::{
    super::{
        media::{RATE, audio, mixed, video},
        probe::decode,
    },
    near, record, record_with,
};
use crate::{
    backend::embedded::packet::{Packet, SenderTime},
    media::{Codec, MediaKind},
};

#[test]
fn a_pause_is_left_out() {
    let begin = Instant::now();
    let packets = mixed(&[&audio(Codec::Opus, 6, begin), &video(Codec::Vp8, 6, begin)]);
    let at = |packet: &Packet| packet.arrived - begin;
    let pause = Duration::from_secs(2)..Duration::from_secs(4);
    let kept: Vec<_> = packets
        .into_iter()
        .filter(|packet| !pause.contains(&at(packet)))
        .collect();
    let recorded = record_with(&kept, |_, packet| match at(packet) >= pause.end {
        true => Duration::from_secs(2),
        false => Duration::ZERO,
    });
    let probe = recorded.probe();
    near(probe.duration.expect("a length"), 4.0, 0.05);
    for stream in [probe.audio(), probe.video()] {
        let gaps = stream.times.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.fold(0.0, f64::max) < 0.1, "contiguous");
        assert!(stream.times.is_sorted());
    }
    assert_eq!(decode(&recorded.path), "");
}

#[test]
fn what_starts_later_stays_later() {
    let begin = Instant::now();
    let late = begin + Duration::from_millis(1500);
    let recorded = record(&mixed(&[
        &audio(Codec::Opus, 4, begin),
        &video(Codec::Vp8, 2, late),
    ]));
    near(recorded.probe().video().times[0], 1.5, 0.002);
    near(recorded.probe().audio().times[0], 0.0, 0.002);
}

#[test]
fn sender_reports_put_sound_and_picture_in_step() {
    // The picture takes 180 ms longer through the network than the sound that was taken at the same time.
    let begin = Instant::now();
    let sound = audio(Codec::Opus, 6, begin);
    let picture = video(Codec::Vp8, 6, begin + Duration::from_millis(180));
    let reports = [
        (MediaKind::Audio, sound[0].timestamp),
        (MediaKind::Video, picture[0].timestamp),
    ];
    let second = Duration::from_secs(1);
    for report_at in [Duration::ZERO, second] {
        let mut reported = false;
        let recorded = record_with(&mixed(&[&sound, &picture]), |tape, packet| {
            if !reported && packet.arrived - begin >= report_at {
                for (kind, timestamp) in reports {
                    tape.sender_time(
                        kind,
                        SenderTime {
                            ntp: 3_900_000_000 << 32,
                            timestamp,
                        },
                    );
                }
                reported = true;
            }
            Duration::ZERO
        });
        let probe = recorded.probe();
        let frame = if report_at.is_zero() { 1 } else { 75 };
        let time = f64::from(u32::try_from(frame).expect("small")) / f64::from(RATE);
        near(probe.video().times[frame], time, 0.05);
        assert!(probe.video().times.is_sorted());
        assert_eq!(decode(&recorded.path), "");
    }
}

#[test]
fn another_source_goes_on_where_the_first_ended() {
    let begin = Instant::now();
    let first = mixed(&[&audio(Codec::Opus, 2, begin), &video(Codec::Vp8, 2, begin)]);
    let then = begin + Duration::from_secs(2);
    let mut second = mixed(&[&audio(Codec::Opus, 2, then), &video(Codec::Vp8, 2, then)]);
    for packet in &mut second {
        packet.sequence += 1_000_000;
        packet.timestamp = packet.timestamp.wrapping_add(2_000_000_000);
    }
    let recorded = record(&[first, second].concat());
    let probe = recorded.probe();
    near(probe.duration.expect("a length"), 4.0, 0.1);
    assert_eq!(probe.video().times.len() as u32, 4 * RATE);
    assert_eq!(probe.audio().times.len(), 200);
    assert_eq!(decode(&recorded.path), "");
}
