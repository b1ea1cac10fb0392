//! From packets to frames, one stream, with what a loss means for what comes after it.

use std::time::Instant;

use super::{Depacketizer, Format, Frame, depacketizer};
use crate::{
    backend::embedded::packet::Packet,
    media::{Codec, MediaKind},
};

/// A frame with more is taken for garbage.
const MAX_FRAME: usize = 8 << 20;

/// A frame and when it was.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) frame: Frame,
    pub(crate) timestamp: u32,
    /// When its first packet came.
    pub(crate) arrived: Instant,
}

/// Makes frames of packets that come in order; what is incomplete is left out, and pictures then go on at a keyframe.
#[derive(Debug)]
pub(crate) struct Assembler {
    codec: Codec,
    depacketizer: Box<dyn Depacketizer>,
    /// The frame that is being built: timestamp, arrival, bytes.
    building: Option<(u32, Instant, usize)>,
    awaits_keyframe: bool,
}

impl Assembler {
    pub(crate) fn new(codec: Codec) -> Self {
        Self {
            codec,
            depacketizer: depacketizer(codec),
            building: None,
            awaits_keyframe: codec.kind() == MediaKind::Video,
        }
    }

    pub(crate) const fn codec(&self) -> Codec {
        self.codec
    }

    /// Whether nothing comes out before the next keyframe.
    pub(crate) const fn awaits_keyframe(&self) -> bool {
        self.awaits_keyframe
    }

    /// What the file says of the stream; known when a frame has come out.
    pub(crate) fn format(&self) -> Option<Format> {
        self.depacketizer.format()
    }

    /// Takes the next packet; the frames that are complete with it go to `out`.
    ///
    /// An empty payload is padding that keeps the sequence whole.
    pub(crate) fn take(&mut self, packet: &Packet, out: &mut Vec<Assembled>) {
        if packet.payload.is_empty() {
            return;
        }
        if self
            .building
            .is_some_and(|(timestamp, ..)| timestamp != packet.timestamp)
        {
            self.complete(out);
        }
        let building = self
            .building
            .get_or_insert((packet.timestamp, packet.arrived, 0));
        building.2 += packet.payload.len();
        if building.2 > MAX_FRAME || self.depacketizer.push(&packet.payload).is_err() {
            return self.lost();
        }
        if packet.marker || self.codec.kind() == MediaKind::Audio {
            self.complete(out);
        }
    }

    /// Packets are missing before the next one.
    pub(crate) fn lost(&mut self) {
        self.building = None;
        self.depacketizer.clear();
        self.awaits_keyframe = self.codec.kind() == MediaKind::Video;
    }

    fn complete(&mut self, out: &mut Vec<Assembled>) {
        let Some((timestamp, arrived, _)) = self.building.take() else {
            return;
        };
        match self.depacketizer.finish() {
            Ok(Some(frame)) if frame.is_keyframe || !self.awaits_keyframe => {
                self.awaits_keyframe = false;
                out.push(Assembled {
                    frame,
                    timestamp,
                    arrived,
                });
            }
            Ok(_) => {}
            Err(_) => self.lost(),
        }
    }
}
