//! One outgoing stream: frames in, numbered packets out.

use std::time::{Duration, Instant};

use super::{container::Frame, numbering::Numbering, payload::Payloader};
use crate::{
    backend::embedded::packet::Packet,
    media::{Codec, MediaKind},
};

/// More than this since a keyframe is not kept for repetition, in bytes.
const KEPT: usize = 512 << 10;

/// One outgoing stream.
#[derive(Debug)]
pub(super) struct Stream {
    codec: Codec,
    payloader: Payloader,
    numbering: Numbering,
    /// Of video: the last keyframe and what came since; empty if that is too much.
    kept: Vec<Frame>,
    /// When the last frame was due, since the beginning.
    latest: Duration,
}

impl Stream {
    pub(super) fn new(codec: Codec, payloader: Payloader) -> Self {
        Self {
            codec,
            payloader,
            numbering: Numbering::new(codec),
            kept: Vec::new(),
            latest: Duration::ZERO,
        }
    }

    pub(super) const fn kind(&self) -> MediaKind {
        self.codec.kind()
    }

    /// Its kind, the timestamp of the beginning, and how many a second has.
    pub(super) fn origin(&self) -> (MediaKind, u32, u32) {
        let origin = self.numbering.at(Duration::ZERO);
        (self.kind(), origin, self.codec.clock_rate())
    }

    pub(super) const fn begin_spurt(&mut self) {
        self.numbering.begin_spurt();
    }

    /// The packets of `frame`, which is due `since` the beginning.
    pub(super) fn packets(&mut self, frame: Frame, since: Duration) -> Vec<Packet> {
        self.latest = since;
        let packets = self.cut(&frame, since);
        if self.kind() == MediaKind::Video {
            self.keep(frame);
        }
        packets
    }

    /// The packets of the last keyframe and what came since, once more.
    pub(super) fn repeat(&mut self) -> Vec<Packet> {
        let kept = std::mem::take(&mut self.kept);
        let packets = kept
            .iter()
            .flat_map(|frame| self.cut(frame, self.latest))
            .collect();
        self.kept = kept;
        packets
    }

    fn keep(&mut self, frame: Frame) {
        if frame.key {
            self.kept.clear();
        } else if self.kept.is_empty() {
            return;
        }
        self.kept.push(frame);
        if self
            .kept
            .iter()
            .map(|frame| frame.data.len())
            .sum::<usize>()
            > KEPT
        {
            self.kept.clear();
        }
    }

    fn cut(&mut self, frame: &Frame, since: Duration) -> Vec<Packet> {
        let payloads = self.payloader.payloads(&frame.data, frame.key);
        let Some(last) = payloads.len().checked_sub(1) else {
            return Vec::new();
        };
        let timestamp = self.numbering.timestamp(since, frame.span);
        let arrived = Instant::now();
        let packet = |(at, payload)| Packet {
            codec: self.codec,
            sequence: self.numbering.sequence(),
            timestamp,
            marker: self.numbering.marker(at == last),
            payload,
            arrived,
        };
        payloads.into_iter().enumerate().map(packet).collect()
    }
}
