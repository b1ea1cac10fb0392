//! Whether what comes is one stream that a decoder can follow, whoever sends it.

use std::collections::BTreeSet;

use super::Arrived;
use crate::support::media::{self, Codec, Kind, Mark};

/// More numbers than this between two packets are a jump, fewer are packets that may still come.
const GAP: u64 = 500;
/// More time than this between two packets is a jump.
const GAP_SECONDS: u32 = 10;

/// What was seen of a stream's numbers, times and pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Continuity {
    ssrcs: BTreeSet<u32>,
    highest: Option<u64>,
    missing: BTreeSet<u64>,
    timestamp: u32,
    picture: Option<u16>,
    decodable: Option<(u8, u8)>,
    /// Sequence numbers that do not go on.
    pub(crate) jumps: u64,
    /// Timestamps that go back, or far ahead.
    pub(crate) time_jumps: u64,
    /// VP8 picture ids that do not go on.
    pub(crate) picture_jumps: u64,
    /// Video packets of a sender or layer of which no keyframe came yet.
    pub(crate) undecodable: u64,
}

impl Continuity {
    pub(super) fn follow(&mut self, codec: Codec, arrived: Arrived<'_>) {
        self.ssrcs.insert(arrived.ssrc);
        let is_first = self.highest.is_none();
        let Some(step) = self.pass(arrived.sequence) else {
            return;
        };
        self.time(codec, arrived.timestamp, is_first);
        if codec.kind() == Kind::Video {
            self.picture(codec, arrived.payload, step);
        }
    }

    /// Notes a sequence number; how far it is ahead of all before, unless it was sent again or overtaken.
    pub(super) fn pass(&mut self, sequence: u64) -> Option<u64> {
        let step = match self.highest {
            None => 1,
            Some(highest) if sequence > highest => sequence - highest,
            Some(highest) => {
                self.missing.remove(&sequence);
                self.jumps += u64::from(highest - sequence > GAP);
                return None;
            }
        };
        if step > GAP {
            self.jumps += 1;
        } else {
            self.missing.extend(sequence - step + 1..sequence);
        }
        self.highest = Some(sequence);
        Some(step)
    }

    fn time(&mut self, codec: Codec, timestamp: u32, is_first: bool) {
        let ahead = timestamp.wrapping_sub(self.timestamp);
        self.time_jumps += u64::from(!is_first && ahead > GAP_SECONDS * codec.clock_rate());
        self.timestamp = timestamp;
    }

    fn picture(&mut self, codec: Codec, payload: &[u8], step: u64) {
        let Some(Mark { tag, layer }) = media::mark(codec, payload) else {
            return;
        };
        if media::is_keyframe(codec, payload) {
            self.decodable = Some((tag, layer));
        }
        self.undecodable += u64::from(self.decodable != Some((tag, layer)));
        if codec == Codec::Vp8 {
            let picture = media::vp8_picture_id(payload);
            let expected = self.picture.map(|last| (last + 1) & 0x7fff);
            self.picture_jumps += u64::from(step == 1 && expected.is_some() && picture != expected);
            self.picture = picture;
        }
    }

    /// Whether every packet up to the latest has come.
    pub(super) fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// What a decoder could not follow.
    pub(super) fn flaws(&self) -> Vec<&'static str> {
        let media = [
            (self.time_jumps > 0, "timestamps that do not go on"),
            (self.picture_jumps > 0, "picture ids that do not go on"),
            (self.undecodable > 0, "pictures without a keyframe before"),
        ];
        let media = media
            .into_iter()
            .filter_map(|(is, flaw)| is.then_some(flaw));
        self.breaks().into_iter().chain(media).collect()
    }

    /// What makes it more than one stream.
    pub(super) fn breaks(&self) -> Vec<&'static str> {
        [
            (self.ssrcs.len() > 1, "more than one SSRC"),
            (self.jumps > 0, "sequence numbers that do not go on"),
        ]
        .into_iter()
        .filter_map(|(is, flaw)| is.then_some(flaw))
        .collect()
    }
}
