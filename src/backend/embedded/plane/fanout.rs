//! The way of a packet: from the leg whose client sent it to those that receive it, here and on other shards.

use std::time::Instant;

use tokio::sync::mpsc::{self, error::TrySendError};

use super::{
    Across, Plane,
    ids::{LegId, SourceId},
    transport::{LayerId, Message, Slot},
};
use crate::{
    backend::embedded::{
        forward::{Layer, Layers, Meter, keyframe},
        packet::Packet,
        play::Refused,
    },
    media::MediaKind,
};

/// Who receives a source, as this shard knows it.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The legs here.
    pub(super) legs: Vec<LegId>,
    /// Other shards, and how many legs receive it there.
    pub(super) shards: Vec<(u8, i32)>,
    videos: Vec<Video>,
}

/// What flows in the layers of a video.
#[derive(Debug)]
pub(super) struct Video {
    slot: Slot,
    meters: Vec<Meter>,
    /// The layers from low to high. One moves only when it is clearly larger than the next, so that those that are
    /// about as large do not change places all the time.
    order: Vec<LayerId>,
}

/// By how much, in percent, a layer is clearly larger.
const CLEARLY: u64 = 120;

impl Video {
    fn add(&mut self, now: Instant, layer: LayerId, bytes: usize) {
        let at = usize::from(layer);
        while self.meters.len() <= at {
            self.order.extend(LayerId::try_from(self.meters.len()).ok());
            self.meters.push(Meter::default());
        }
        self.meters[at].add(now, bytes);
    }

    /// The layers from low to high, with their numbers.
    pub(super) fn ordered(&mut self, now: Instant) -> Vec<(LayerId, Layer)> {
        let measured = |layer: LayerId| Layer::measured(&self.meters[usize::from(layer)], now);
        for next in 1..self.order.len() {
            let (one, other) = (measured(self.order[next - 1]), measured(self.order[next]));
            if other.alive && one.bitrate > other.bitrate * CLEARLY / 100 {
                self.order.swap(next - 1, next);
            }
        }
        let order = self.order.iter();
        order.map(|layer| (*layer, measured(*layer))).collect()
    }
}

impl Source {
    fn measure(&mut self, now: Instant, slot: Slot, layer: LayerId, bytes: usize) {
        let at = self.videos.iter().position(|video| video.slot == slot);
        let at = at.unwrap_or_else(|| {
            self.videos.push(Video {
                slot,
                meters: Vec::new(),
                order: Vec::new(),
            });
            self.videos.len() - 1
        });
        self.videos[at].add(now, layer, bytes);
    }

    /// A video of several layers.
    pub(super) fn layered(&mut self, slot: Slot) -> Option<&mut Video> {
        let mut videos = self.videos.iter_mut();
        videos.find(|video| video.slot == slot && video.meters.len() > 1)
    }

    /// Nothing comes from it any more.
    pub(super) fn ends(&mut self) {
        self.legs = Vec::new();
        self.videos = Vec::new();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.legs.is_empty() && self.shards.is_empty()
    }
}

impl Plane {
    /// A client has sent a packet.
    pub(super) fn arrived(
        &mut self,
        now: Instant,
        id: LegId,
        slot: Slot,
        layer: LayerId,
        packet: &Packet,
    ) {
        let hold = self.config.keyframe_interval;
        let began = *self.began.get_or_insert(now);
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let Some(input) = leg.input(slot) else { return };
        if input.add(layer, packet, hold, began) {
            let mid = input.section.mid.clone();
            leg.flows(slot, mid, true);
        }
        let muted = leg.mutes.silences(slot.kind);
        let Some(packet) = leg
            .input(slot)
            .and_then(|input| input.layer(layer, hold).pass(packet, muted))
        else {
            return;
        };
        let packet = &packet;
        if let Some(tapped) = &mut leg.tapped {
            tapped.sent(slot, layer, packet);
        }
        self.distribute(now, id.into(), slot, layer, packet);
    }

    /// Gives a packet to all that receive its source.
    pub(super) fn distribute(
        &mut self,
        now: Instant,
        source: SourceId,
        slot: Slot,
        layer: LayerId,
        packet: &Packet,
    ) {
        let Some(entry) = self.sources.get_mut(&source) else {
            return;
        };
        if slot.kind == MediaKind::Video {
            entry.measure(now, slot, layer, packet.payload.len());
        }
        for (shard, _) in entry.shards.iter().filter(|(_, legs)| *legs > 0) {
            let packet = packet.clone();
            let message = Across::Packet {
                source,
                slot,
                layer,
                packet,
            };
            self.messages.push((*shard, message));
        }
        // Taken out for the time: giving changes legs, never who receives.
        let legs = std::mem::take(&mut entry.legs);
        for leg in &legs {
            self.give(now, *leg, source, slot, layer, packet);
        }
        if let Some(entry) = self.sources.get_mut(&source) {
            entry.legs = legs;
        }
    }

    fn give(
        &mut self,
        now: Instant,
        id: LegId,
        source: SourceId,
        slot: Slot,
        layer: LayerId,
        packet: &Packet,
    ) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if !leg.up {
            return;
        }
        let Some(output) = leg
            .outputs
            .iter_mut()
            .find(|output| output.section.slot == slot)
        else {
            return;
        };
        if !output.section.codecs.contains(&packet.codec) {
            if output.refused.replace(packet.codec) != Some(packet.codec) {
                leg.cannot_show(slot, packet.codec);
            }
            return;
        }
        if slot.kind == MediaKind::Audio && output.layer != layer {
            // Nothing is to be chosen among streams of sound: the newest is the one.
            output.layer = layer;
            output.rewriter.select(Some(source.layer(layer)));
        }
        let Some(out) = output.rewriter.rewrite(source.layer(layer), packet) else {
            let waits = output.rewriter.waiting() == Some(source.layer(layer));
            if waits && keyframe::begins(packet.codec, &packet.payload) {
                // It came too late to begin with.
                self.want_keyframe(now, source, slot, layer);
            }
            return;
        };
        output.add(now, packet.codec, packet.payload.len());
        if let Some(tapped) = &leg.tapped {
            tapped.received(slot, &out, packet);
        }
        if leg.way.send(now, slot, &out, packet) {
            self.forwarded += 1;
            if !std::mem::replace(&mut leg.unflushed, true) {
                self.unflushed.push(id);
            }
        }
    }

    /// Gives a message to all that receive its source.
    pub(super) fn spread(&mut self, source: SourceId, message: &Message) {
        let Some(entry) = self.sources.get(&source) else {
            return;
        };
        for (shard, _) in &entry.shards {
            let message = message.clone();
            self.messages
                .push((*shard, Across::Message { source, message }));
        }
        for id in entry.legs.clone() {
            if let Some(leg) = self.legs.get_mut(&id) {
                if !leg.way.send_message(message.clone()) {
                    tracing::debug!(?id, "a data message was dropped: its channel is full");
                }
                self.poll(id);
            }
        }
    }

    /// A client cannot go on without a keyframe of what it receives.
    pub(super) fn wanted_by(&mut self, now: Instant, id: LegId, slot: Slot) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let output = leg
            .outputs
            .iter()
            .find(|output| output.section.slot == slot);
        if let (Some(source), Some(output)) = (leg.receives(), output) {
            let layer = output.layer;
            self.want_keyframe(now, source, slot, layer);
        }
    }

    /// Asks the one who sends a source for a keyframe, here or elsewhere, not too often.
    pub(super) fn want_keyframe(
        &mut self,
        now: Instant,
        source: SourceId,
        slot: Slot,
        layer: LayerId,
    ) {
        if slot.kind != MediaKind::Video {
            return;
        }
        if source.shard() != self.number {
            let message = Across::Keyframe {
                source,
                slot,
                layer,
            };
            self.messages.push((source.shard(), message));
            return;
        }
        let hold = self.config.keyframe_interval;
        let id = source.leg();
        let Some(leg) = self.legs.get_mut(&id) else {
            return self.refresh(source);
        };
        let Some(input) = leg.input(slot) else { return };
        let keyframes = &mut input.layer(layer, hold).keyframes;
        keyframes.want(now);
        if keyframes.due(now) {
            leg.way.request_keyframe(now, slot, layer);
        } else if let Some(at) = keyframes.poll_at() {
            leg.chores_at = leg.chores_at.min(at);
        }
        self.poll(id);
    }

    /// Lets a player know that its client cannot go on without a keyframe.
    fn refresh(&self, source: SourceId) {
        let legs = self.sources.get(&source).map(|entry| &entry.legs);
        for leg in legs.into_iter().flatten() {
            if let Some(leg) = self.legs.get(leg)
                && let Some((id, refresh)) = &leg.player
                && *id == source
            {
                refresh();
            }
        }
    }

    /// Sets a leg's outputs to what it receives now, and asks for keyframes where that has changed.
    pub(super) fn begin_receiving(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let source = leg.receives();
        let mut changed = Vec::new();
        for output in &mut leg.outputs {
            if output.source == source {
                continue;
            }
            output.source = source;
            output.refused = None;
            output.layer = 0;
            output.layers = Layers::default();
            output
                .rewriter
                .select(source.map(|source| source.layer(output.layer)));
            // What the one before still sends is not ours any more.
            output.rewriter.cut();
            changed.push(output.section.slot);
        }
        let Some(source) = source else { return };
        for slot in changed {
            self.want_keyframe(now, source, slot, 0);
        }
    }

    /// Asks for keyframes of all that a leg receives.
    pub(super) fn ask_for_all(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let slots: Vec<Slot> = leg
            .outputs
            .iter()
            .map(|output| output.section.slot)
            .collect();
        for slot in slots {
            self.wanted_by(now, id, slot);
        }
    }
}

/// Hands a player's packet to the shard of its leg.
pub(in super::super) fn hand_over(
    shard: &mpsc::Sender<Across>,
    source: SourceId,
    packet: Packet,
) -> Result<(), Refused> {
    let slot = Slot {
        kind: packet.codec.kind(),
        nth: 0,
    };
    let message = Across::Packet {
        source,
        slot,
        layer: 0,
        packet,
    };
    shard.try_send(message).map_err(|refused| match refused {
        TrySendError::Full(Across::Packet { packet, .. }) => Refused::Full(packet),
        TrySendError::Full(_) | TrySendError::Closed(_) => Refused::Gone,
    })
}
