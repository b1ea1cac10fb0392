//! What of a leg's media goes to a recorder.

use super::transport::{LayerId, Slot};
use crate::{
    backend::embedded::{
        forward::{Out, Rewriter},
        packet::{Packet, SenderTime},
        record::Tap,
    },
    media::MediaKind,
};

/// Which way of a leg's media is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Recorded {
    /// What the client sends.
    Sent,
    /// What the client receives.
    Received,
}

/// A recorder's place at a leg.
pub(super) struct Tapped {
    pub(super) way: Recorded,
    tap: Tap,
    /// Of simulcast one layer is recorded, and which one changes.
    videos: Vec<(Slot, LayerId, Rewriter)>,
}

impl Tapped {
    pub(super) fn new(tap: Tap, way: Recorded) -> Self {
        let videos = Vec::new();
        Self { way, tap, videos }
    }

    /// Records this layer of a video. Whether that is a change.
    pub(super) fn select(&mut self, slot: Slot, layer: LayerId) -> bool {
        let known = self.videos.iter_mut().find(|(known, ..)| *known == slot);
        match known {
            Some((_, current, _)) if *current == layer => false,
            Some((_, current, rewriter)) => {
                *current = layer;
                rewriter.select(Some(layer.into()));
                true
            }
            None => {
                let mut rewriter = Rewriter::new(0);
                rewriter.select(Some(layer.into()));
                self.videos.push((slot, layer, rewriter));
                true
            }
        }
    }

    /// The client sends this.
    pub(super) fn sent(&mut self, slot: Slot, layer: LayerId, packet: &Packet) {
        if self.way != Recorded::Sent || slot.nth > 0 {
            return;
        }
        if slot.kind == MediaKind::Audio {
            return self.tap.packet(packet);
        }
        let known = self.videos.iter_mut().find(|(known, ..)| *known == slot);
        if let Some((_, _, rewriter)) = known
            && let Some(out) = rewriter.rewrite(layer.into(), packet)
        {
            self.tap.packet(&rewritten(&out, packet));
        }
    }

    /// The client receives this.
    pub(super) fn received(&self, slot: Slot, out: &Out, packet: &Packet) {
        if self.way == Recorded::Received && slot.nth == 0 {
            self.tap.packet(&rewritten(out, packet));
        }
    }

    /// The clock of what the client sends.
    pub(super) fn clock(&self, slot: Slot, layer: LayerId, time: SenderTime) {
        let recorded = slot.nth == 0 && self.layer(slot) == layer;
        if self.way == Recorded::Sent && recorded {
            self.tap.sender_time(slot.kind, time);
        }
    }

    /// The videos and the layers of them that are recorded.
    pub(super) fn videos(&self) -> Vec<(Slot, LayerId)> {
        let videos = self.videos.iter();
        videos.map(|(slot, layer, _)| (*slot, *layer)).collect()
    }

    fn layer(&self, slot: Slot) -> LayerId {
        let known = self.videos.iter().find(|(known, ..)| *known == slot);
        known.map_or(0, |(_, layer, _)| *layer)
    }
}

/// The packet with the numbers of the outgoing track.
pub(super) fn rewritten(out: &Out, packet: &Packet) -> Packet {
    let payload = match out.numbers {
        None => packet.payload.clone(),
        Some(_) => {
            let mut payload = Vec::with_capacity(packet.payload.len());
            out.append_payload(packet, &mut payload);
            payload.into()
        }
    };
    Packet {
        sequence: out.sequence,
        timestamp: out.timestamp,
        marker: out.marker,
        payload,
        codec: packet.codec,
        arrived: packet.arrived,
    }
}
