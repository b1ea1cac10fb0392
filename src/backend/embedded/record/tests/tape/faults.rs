//! What is left of a file whose disk, program or client fails.

use std::{
    io::{self, Cursor, Seek, SeekFrom, Write},
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::{
    super::{
        super::{
            matroska::Container,
            replay,
            tape::{Error, Tape},
        },
        media::{audio, mixed, video},
        probe::{decode, probe},
    },
    near, record, tape,
};
use crate::{backend::embedded::packet::Packet, media::Codec};

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
        let probed = probe(&path).expect("ffprobe reads it");
        let last = probed.audio().times.last().copied().unwrap_or(0.0);
        near(last, at.as_secs_f64(), 0.7);
        assert_eq!(decode(&path), "", "cut at {cut}");
        // Amid a cluster too.
        std::fs::write(&path, &bytes[..cut - cut / 40]).expect("a file");
        assert!(probe(&path).is_some());
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
