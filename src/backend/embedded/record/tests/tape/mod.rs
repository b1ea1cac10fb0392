//! One file, without thread or queue, as ffprobe and ffmpeg see it.

mod content;
mod faults;
mod times;

use std::{io::Cursor, path::PathBuf, time::Duration};

use super::{
    super::{matroska::Container, tape::Tape},
    probe::{Probe, probe},
};
use crate::{backend::embedded::packet::Packet, media::Codec};

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
