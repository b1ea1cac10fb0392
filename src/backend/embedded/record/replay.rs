//! A recording from bytes to bytes, for those who try to break it.

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use super::{matroska::Container, tape};
use crate::{
    backend::embedded::packet::{Packet, SenderTime},
    media::{Codec, MediaKind},
};

/// What precedes each payload.
const HEAD: usize = 8;

/// Records what `data` stands for, in memory; the bytes of the files that came of it.
///
/// `data` is packets one after the other: what it is (the lowest 3 bits: a codec, or a sender report; then the marker
/// and a pause before it), how much its sequence number steps, a signed byte; two bytes for the step of its timestamp;
/// one for the milliseconds until it comes; one for a far step of sequence or timestamp; two for the length of the
/// payload, which follows.
#[must_use]
pub fn replay(mut data: &[u8]) -> Vec<Vec<u8>> {
    let mut replay = Replay::new();
    while let Some((head, rest)) = data.split_first_chunk::<HEAD>() {
        let length = usize::from(u16::from_be_bytes([head[6], head[7]]));
        let (payload, rest) = rest.split_at(length.min(rest.len()));
        replay.step(head, payload);
        data = rest;
    }
    replay.close();
    replay.files
}

struct Replay {
    tape: Option<tape::Tape<Cursor<Vec<u8>>>>,
    files: Vec<Vec<u8>>,
    now: Instant,
    left_out: Duration,
    sequence: [u64; 2],
    timestamp: [u32; 2],
}

impl Replay {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            tape: None,
            files: Vec::new(),
            now,
            left_out: Duration::ZERO,
            sequence: [1 << 20; 2],
            timestamp: [0; 2],
        }
    }

    fn step(&mut self, head: &[u8; HEAD], payload: &[u8]) {
        let codec = Codec::ALL.get(usize::from(head[0] & 7)).copied();
        let kind = codec.map_or(MediaKind::Video, Codec::kind);
        let stream = usize::from(kind == MediaKind::Video);
        self.now += Duration::from_millis(head[4].into());
        if head[0] & 0x10 != 0 {
            self.left_out += Duration::from_millis(1);
        }
        let far = u32::from(head[5]) << 24;
        let step = i64::from(head[1].cast_signed()) + i64::from(far >> 8);
        self.sequence[stream] = self.sequence[stream].wrapping_add_signed(step);
        let step = u32::from(u16::from_be_bytes([head[2], head[3]])) + far;
        self.timestamp[stream] = self.timestamp[stream].wrapping_add(step);
        match codec {
            Some(codec) => self.packet(&Packet {
                codec,
                sequence: self.sequence[stream],
                timestamp: self.timestamp[stream],
                marker: head[0] & 8 != 0,
                payload: payload.into(),
                arrived: self.now,
            }),
            None => self.report(kind, payload),
        }
    }

    fn report(&mut self, kind: MediaKind, payload: &[u8]) {
        let ntp = payload.first_chunk().copied().map_or(0, u64::from_be_bytes);
        let timestamp = self.timestamp[1];
        if let Some(tape) = &mut self.tape {
            tape.sender_time(kind, SenderTime { ntp, timestamp });
        }
    }

    fn packet(&mut self, packet: &Packet) {
        let (now, left_out) = (self.now, self.left_out);
        let tape = self.tape.get_or_insert_with(|| {
            let out = Cursor::new(Vec::new());
            let begun = tape::Tape::new(out, (Container::Webm, true), now, left_out);
            begun.expect("memory takes what it is given")
        });
        let taken = tape.packet(packet, left_out).and_then(|()| tape.tick(now));
        let _ = tape.asks_for_keyframe(now);
        if taken.is_err() {
            self.close();
        }
    }

    fn close(&mut self) {
        let closed = self.tape.take().map(tape::Tape::finish);
        if let Some(Ok((file, _))) = closed {
            self.files.push(file.into_inner());
        }
    }
}
