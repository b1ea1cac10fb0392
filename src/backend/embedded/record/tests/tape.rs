//! One file, without thread or queue, as ffprobe and ffmpeg see it.

use std::{
    io::{self, Cursor, Seek, SeekFrom, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::{
    super::{
        matroska::Container,
        replay,
        tape::{Error, Tape},
    },
    media::{RATE, audio, mixed, video},
    probe::{Probe, decode, probe},
};
use crate::{
    backend::embedded::packet::{Packet, SenderTime},
    media::{Codec, MediaKind},
};

const VIDEO: [Codec; 4] = [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1];

struct Recorded {
    bytes: Vec<u8>,
    duration: Duration,
    container: Container,
    _folder: tempfile::TempDir,
    path: PathBuf,
    /// Sizes that the file had after each packet.
    sizes: Vec<u64>,
    asked: usize,
}

impl Recorded {
    fn probe(&self) -> Probe {
        probe(&self.path).expect("ffprobe reads it")
    }
}

fn tape(packets: &[Packet]) -> Tape<Cursor<Vec<u8>>> {
    let out = Cursor::new(Vec::new());
    let begun = packets[0].arrived;
    Tape::new(out, (Container::Webm, true), begun, Duration::ZERO).expect("memory")
}

fn record(packets: &[Packet]) -> Recorded {
    record_with(packets, |_, _| Duration::ZERO)
}

/// Records `packets`; `before` does something before each, and tells how long the pauses were until then.
fn record_with(
    packets: &[Packet],
    mut before: impl FnMut(&mut Tape<Cursor<Vec<u8>>>, &Packet) -> Duration,
) -> Recorded {
    let (mut tape, mut sizes, mut asked) = (tape(packets), Vec::new(), 0);
    for packet in packets {
        let left_out = before(&mut tape, packet);
        tape.packet(packet, left_out).expect("memory takes it");
        tape.tick(packet.arrived).expect("memory takes it");
        asked += usize::from(tape.asks_for_keyframe(packet.arrived));
        sizes.push(tape.bytes());
    }
    tape.drain().expect("memory takes it");
    let (container, duration) = (tape.container(), tape.duration());
    let (out, len) = tape.finish().expect("memory takes it");
    let bytes = out.into_inner();
    assert_eq!(len, bytes.len() as u64);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("a.{}", container.as_str()));
    std::fs::write(&path, &bytes).expect("a file");
    Recorded {
        bytes,
        duration,
        container,
        _folder: folder,
        path,
        sizes,
        asked,
    }
}

fn near(value: f64, expected: f64, tolerance: f64) {
    assert!(
        (value - expected).abs() <= tolerance,
        "{value}, not {expected}"
    );
}

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

#[test]
fn a_file_that_was_cut_anywhere_is_read_up_to_there() {
    let begin = Instant::now();
    let packets = mixed(&[&audio(Codec::Opus, 4, begin), &video(Codec::Vp8, 4, begin)]);
    let mut tape = tape(&packets);
    let mut seen = Vec::new();
    for packet in &packets {
        tape.packet(packet, Duration::ZERO).expect("memory");
        tape.tick(packet.arrived).expect("memory");
        seen.push((packet.arrived - begin, tape.bytes()));
    }
    // What is in the file before anything is put in afterwards.
    let bytes = tape.into_written().into_inner();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.webm");
    for (at, size) in seen.iter().step_by(13).skip(4) {
        let cut = usize::try_from(*size).expect("small");
        std::fs::write(&path, &bytes[..cut]).expect("a file");
        let probe = probe(&path).expect("ffprobe reads it");
        let last = probe.audio().times.last().copied().unwrap_or(0.0);
        near(last, at.as_secs_f64(), 0.7);
        assert_eq!(decode(&path), "", "cut at {cut}");
        // Amid a cluster too.
        std::fs::write(&path, &bytes[..cut - cut / 40]).expect("a file");
        assert!(super::probe::probe(&path).is_some());
    }
}

/// A disk of so many bytes.
struct Disk {
    bytes: Cursor<Vec<u8>>,
    size: u64,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self
            .size
            .saturating_sub(self.bytes.position())
            .min(bytes.len() as u64)
        {
            0 => Err(io::ErrorKind::StorageFull.into()),
            room => self.bytes.write(&bytes[..room as usize]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[test]
fn a_full_disk_leaves_what_was_written() {
    let packets = video(Codec::Vp8, 4, Instant::now());
    let mut disk = Disk {
        bytes: Cursor::default(),
        size: 40_000,
    };
    let begun = Tape::new(
        &mut disk,
        (Container::Webm, true),
        packets[0].arrived,
        Duration::ZERO,
    );
    let mut tape = begun.expect("there is room for the head");
    let mut taken = packets
        .iter()
        .map(|packet| tape.packet(packet, Duration::ZERO));
    assert!(matches!(
        taken.find(Result::is_err),
        Some(Err(Error::Io(_)))
    ));
    let (disk, len) = tape
        .finish()
        .expect("the index takes the place of the cluster that did not fit");
    let mut bytes = std::mem::take(&mut disk.bytes).into_inner();
    bytes.truncate(usize::try_from(len).expect("small"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.webm");
    std::fs::write(&path, bytes).expect("a file");
    let probe = probe(&path).expect("ffprobe reads it");
    assert!(probe.duration.is_some_and(|duration| duration > 0.5));
    assert!(probe.video().times.len() > 10);
    assert_eq!(decode(&path), "");
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

#[test]
fn no_more_than_a_second_is_in_memory() {
    let begin = Instant::now();
    let packets = mixed(&[&audio(Codec::Opus, 4, begin), &video(Codec::Vp9, 4, begin)]);
    let recorded = record(&packets);
    let mut grew = begin;
    for (packet, sizes) in packets.iter().skip(1).zip(recorded.sizes.windows(2)) {
        if sizes[1] > sizes[0] {
            grew = packet.arrived;
        }
        assert!(packet.arrived - grew < Duration::from_secs(1));
    }
}

proptest! {
    #[test]
    fn nothing_that_comes_breaks_a_recording(data in prop::collection::vec(any::<u8>(), 0..4000)) {
        let files = replay(&data);
        let written: usize = files.iter().map(Vec::len).sum();
        prop_assert!(written <= 200_000 + files.len() * 10_000 + data.len() * 40);
    }

    #[test]
    fn nothing_in_the_midst_of_media_breaks_a_recording(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut packets = mixed(&[&audio(Codec::Opus, 1, Instant::now()), &synthetic()]);
        for (packet, byte, value) in changes {
            let packet = packet.get_mut(&mut packets);
            let mut payload = packet.payload.to_vec();
            *byte.get_mut(&mut payload) = value;
            packet.payload = payload.into();
        }
        let mut tape = tape(&packets);
        for packet in &packets {
            tape.packet(packet, Duration::ZERO).expect("memory takes it");
        }
        prop_assert!(tape.finish().is_ok());
    }
}

/// A picture of 40 ms each, one packet, every tenth a keyframe.
fn synthetic() -> Vec<Packet> {
    let begin = Instant::now();
    let packet = |index: u32| Packet {
        codec: Codec::Vp8,
        sequence: index.into(),
        timestamp: index * 3600,
        marker: true,
        payload: match index % 10 {
            0 => [0x10, 0x50, 6, 0, 0x9d, 1, 0x2a, 0xa0, 0, 0x78, 0, 1, 2]
                .as_slice()
                .into(),
            _ => [0x10, 0x51, 6, 0, 1, 2].as_slice().into(),
        },
        arrived: begin + Duration::from_millis(40) * index,
    };
    (0..50).map(packet).collect()
}
