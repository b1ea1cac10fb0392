//! What is in a file, by codec.

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use super::{
    super::{
        super::{
            matroska::Container,
            tape::{Error, Tape},
        },
        media::{RATE, audio, mixed, video},
        probe::decode,
    },
    VIDEO, near, record,
};
use crate::{backend::embedded::packet::Packet, media::Codec};

#[test]
fn each_codec_is_played_and_lasts_as_long_as_it_was_sent() {
    for (codec, name) in VIDEO.into_iter().zip(["vp8", "vp9", "h264", "av1"]) {
        let begin = Instant::now();
        let recorded = record(&mixed(&[
            &audio(Codec::Opus, 4, begin),
            &video(codec, 4, begin),
        ]));
        let is_webm = recorded.container == Container::Webm;
        assert_eq!(is_webm, codec != Codec::H264);
        let probe = recorded.probe();
        assert_eq!(
            (probe.video().codec.as_str(), probe.video().size),
            (name, (320, 240))
        );
        assert_eq!(probe.audio().codec, "opus");
        near(probe.duration.expect("a length"), 4.0, 0.05);
        near(recorded.duration.as_secs_f64(), 4.0, 0.05);
        assert_eq!(probe.video().times.len() as u32, 4 * RATE, "{codec}");
        assert_eq!(probe.video().keyframes, 4, "{codec}");
        assert_eq!(probe.audio().times.len(), 200);
        for (index, time) in (0..).zip(&probe.video().times) {
            near(*time, f64::from(index) / f64::from(RATE), 0.002);
        }
        assert_eq!(decode(&recorded.path), "", "{codec}");
    }
}

#[test]
fn telephone_audio_makes_it_matroska() {
    for (codec, name) in [(Codec::Pcmu, "pcm_mulaw"), (Codec::Pcma, "pcm_alaw")] {
        let recorded = record(&audio(codec, 2, Instant::now()));
        assert_eq!(recorded.container, Container::Mkv);
        let probe = recorded.probe();
        assert_eq!(probe.audio().codec, name);
        near(probe.duration.expect("a length"), 2.0, 0.05);
        assert_eq!(decode(&recorded.path), "");
    }
}

#[test]
fn webm_that_was_demanded_holds_no_other_codec() {
    let packets = audio(Codec::Pcmu, 1, Instant::now());
    let out = Cursor::new(Vec::new());
    let begun = Tape::new(
        out,
        (Container::Webm, false),
        packets[0].arrived,
        Duration::ZERO,
    );
    let refused = begun.expect("memory").packet(&packets[0], Duration::ZERO);
    assert!(matches!(refused, Err(Error::Unfit(Codec::Pcmu))));
}

#[test]
fn another_order_makes_no_difference() {
    let begin = Instant::now();
    let mut packets = video(Codec::Vp8, 2, begin);
    let straight = record(&packets);
    // The first packet says where the stream begins.
    for pair in packets[1..].chunks_mut(5) {
        let arrived: Vec<_> = pair.iter().map(|packet| packet.arrived).collect();
        pair.reverse();
        for (packet, arrived) in pair.iter_mut().zip(arrived) {
            packet.arrived = arrived;
        }
    }
    let mixed_up = record(&packets);
    assert_eq!(
        straight.probe().video().times,
        mixed_up.probe().video().times
    );
    assert_eq!(decode(&mixed_up.path), "");
}

#[test]
fn after_a_loss_a_keyframe_is_asked_for_and_all_that_is_written_decodes() {
    for codec in VIDEO {
        let mut packets = video(codec, 4, Instant::now());
        let lost = packets
            .iter()
            .position(|packet| packet.timestamp == packets[0].timestamp.wrapping_add(30 * 3600));
        packets.remove(lost.expect("frame 30"));
        let recorded = record(&packets);
        assert!(recorded.asked >= 2, "at the beginning and after the loss");
        let probe = recorded.probe();
        let times = &probe.video().times;
        assert_eq!(
            times.len(),
            30 + 50,
            "{codec}: frames 0 to 29, and from 50 on"
        );
        near(times[30], 2.0, 0.002);
        assert_eq!(decode(&recorded.path), "", "{codec}");
    }
}

#[test]
fn padding_keeps_the_sequence_whole() {
    let mut packets = video(Codec::Vp8, 1, Instant::now());
    let last = packets.len() - 1;
    let padding = Packet {
        payload: [].as_slice().into(),
        ..packets[last].clone()
    };
    let at = packets
        .iter()
        .position(|packet| packet.marker)
        .expect("a frame")
        + 1;
    for packet in &mut packets[at..] {
        packet.sequence += 1;
    }
    packets.insert(
        at,
        Packet {
            sequence: packets[at - 1].sequence + 1,
            arrived: packets[at].arrived,
            ..padding
        },
    );
    assert_eq!(record(&packets).probe().video().times.len() as u32, RATE);
}

#[test]
fn what_is_seeked_to_is_found_by_the_index() {
    let begin = Instant::now();
    let recorded = record(&mixed(&[
        &audio(Codec::Opus, 4, begin),
        &video(Codec::Vp8, 4, begin),
    ]));
    let output = std::process::Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-read_intervals",
            "3%+#1",
            "-select_streams",
            "v",
            "-show_entries",
            "packet=pts_time,flags",
        ])
        .args(["-of", "csv=p=0"])
        .arg(&recorded.path)
        .output()
        .expect("ffprobe runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.starts_with("3.0") && told.contains('K'), "{told}");
    assert!(
        recorded
            .bytes
            .windows(4)
            .any(|window| window == [0x1c, 0x53, 0xbb, 0x6b]),
        "there are cues"
    );
}
