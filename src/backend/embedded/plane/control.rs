//! What the driver asks of the legs of a shard.

use std::time::Instant;

use super::{
    Pair, Plane, Recorded, Section, SourceId,
    chores::remind,
    ids::LegId,
    leg::{Leg, Mutes, PlayerSource},
    tap::Tapped,
};
use crate::{
    backend::embedded::record::Tap,
    error::{Error, Reason, Result},
    media::{LegEvent, MediaKind, MediaStats, MediaUpdate},
};

impl Plane {
    /// Lets a leg receive a source, unless a later version of that has been set already.
    pub(in super::super) fn set_source(
        &mut self,
        now: Instant,
        id: LegId,
        version: u64,
        source: Option<SourceId>,
    ) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if leg.source_version > version {
            return;
        }
        leg.source_version = version;
        let before = leg.receives();
        leg.source = source;
        self.moved(now, id, before);
    }

    /// Lets a leg receive a player before its source, or no longer.
    pub(in super::super) fn set_player(
        &mut self,
        now: Instant,
        id: LegId,
        player: Option<PlayerSource>,
    ) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let before = leg.receives();
        leg.player = player;
        self.moved(now, id, before);
    }

    fn moved(&mut self, now: Instant, id: LegId, before: Option<SourceId>) {
        let after = self.legs.get(&id).and_then(Leg::receives);
        if before != after {
            self.leave(id, before);
            if let Some(source) = after {
                self.sources.entry(source).or_default().legs.push(id);
            }
        }
        self.begin_receiving(now, id);
        self.settle(now);
    }

    fn leave(&mut self, id: LegId, source: Option<SourceId>) {
        let Some(source) = source else { return };
        if let Some(entry) = self.sources.get_mut(&source) {
            entry.legs.retain(|leg| *leg != id);
            if entry.is_idle() {
                self.sources.remove(&source);
            }
        }
    }

    /// Counts the legs of another shard that receive a source that is here.
    pub(in super::super) fn count(&mut self, source: SourceId, shard: u8, change: i32) {
        let entry = self.sources.entry(source).or_default();
        match entry.shards.iter_mut().find(|(known, _)| *known == shard) {
            Some((_, count)) => *count += change,
            None => entry.shards.push((shard, change)),
        }
        // A leg's leaving may overtake its coming: then the sum is what counts.
        entry.shards.retain(|(_, count)| *count != 0);
        if entry.is_idle() {
            self.sources.remove(&source);
        }
    }

    /// Nothing comes from a source any more. What is still to be counted of it on its way here is waited for: a sum that
    /// began anew would never be nothing again.
    fn forget_source(&mut self, source: SourceId) {
        if let Some(entry) = self.sources.get_mut(&source) {
            entry.ends();
            if entry.is_idle() {
                self.sources.remove(&source);
            }
        }
    }

    /// Sets what a leg's own session says of its media; all of it.
    pub(in super::super) fn set_media(&mut self, now: Instant, id: LegId, media: MediaUpdate) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let before = leg.mutes;
        leg.mutes.own = media;
        if before.own.bitrate_kbps != media.bitrate_kbps {
            leg.cap = cap(media);
            leg.reminded_at = None;
            remind(now, leg);
        }
        self.heard_again(now, id, before);
        self.choose_layers(now, id);
        self.poll(id);
        self.settle(now);
    }

    /// Changes what the room says of a leg's media: only what is set. None takes all of it back.
    pub(in super::super) fn set_room_media(
        &mut self,
        now: Instant,
        id: LegId,
        change: Option<MediaUpdate>,
    ) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let before = leg.mutes;
        leg.mutes.room =
            change.map_or_else(MediaUpdate::default, |change| before.room.merged(change));
        self.heard_again(now, id, before);
        self.settle(now);
    }

    /// Asks for keyframes of videos that are not muted any more.
    fn heard_again(&mut self, now: Instant, id: LegId, before: Mutes) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let video = MediaKind::Video;
        if !before.silences(video) || leg.mutes.silences(video) {
            return;
        }
        let layers: Vec<_> = leg
            .inputs
            .iter()
            .flat_map(|input| {
                let slot = input.section.slot;
                (0..)
                    .zip(&input.layers)
                    .map(move |(layer, _)| (slot, layer))
            })
            .collect();
        for (slot, layer) in layers {
            self.want_keyframe(now, id.into(), slot, layer);
        }
    }

    /// Records a leg's media from now on, or no longer.
    pub(in super::super) fn set_tap(
        &mut self,
        now: Instant,
        id: LegId,
        tap: Option<(Tap, Recorded)>,
    ) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.tapped = tap.map(|(tap, way)| Tapped::new(tap, way));
        self.choose_layers(now, id);
        self.tell_clocks(id);
        self.recorder_wants_keyframe(now, id);
        self.settle(now);
    }

    /// Tells a new recorder what the client has said of its clocks, so that sound and pictures are in step at once.
    fn tell_clocks(&self, id: LegId) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let Some(tapped) = &leg.tapped else { return };
        for input in &leg.inputs {
            for (number, layer) in (0..).zip(&input.layers) {
                if let Some(time) = layer.clock {
                    tapped.clock(input.section.slot, number, time);
                }
            }
        }
    }

    /// A recorder cannot go on without a keyframe.
    pub(in super::super) fn recorder_wants_keyframe(&mut self, now: Instant, id: LegId) {
        let Some(tapped) = self.legs.get(&id).and_then(|leg| leg.tapped.as_ref()) else {
            return;
        };
        match tapped.way {
            Recorded::Sent => {
                for (slot, layer) in tapped.videos() {
                    self.want_keyframe(now, id.into(), slot, layer);
                }
            }
            Recorded::Received => self.ask_for_all(now, id),
        }
    }

    /// What flows at a leg.
    pub(in super::super) fn stats(&mut self, now: Instant, id: LegId) -> Vec<MediaStats> {
        let Some(leg) = self.legs.get_mut(&id) else {
            return Vec::new();
        };
        if let Some(stats) = leg.way.stats(now) {
            return stats;
        }
        let rtt = leg.outputs.iter().find_map(|output| output.rtt);
        let sent = leg.inputs.iter().filter(|input| input.section.inbound);
        let sent = sent.map(|input| input.stats(now, rtt));
        let received = leg.outputs.iter().map(|output| output.stats(now));
        sent.chain(received).collect()
    }

    /// What was agreed on with a leg's client, and whether it has data channels.
    pub(in super::super) fn agreed(&self, id: LegId) -> (Vec<Section>, bool) {
        let Some(leg) = self.legs.get(&id) else {
            return (Vec::new(), false);
        };
        let sections = leg.inputs.iter().map(|input| input.section.clone());
        (sections.collect(), leg.way.has_data())
    }

    /// Sends tones to a leg's client.
    ///
    /// # Errors
    /// `NOT_SUPPORTED` if the client did not agree on them.
    pub(in super::super) fn send_tones(
        &mut self,
        now: Instant,
        id: LegId,
        digits: &str,
        duration: std::time::Duration,
    ) -> Result<()> {
        let leg = self.legs.get_mut(&id).ok_or_else(gone)?;
        let sent = leg.way.send_tones(now, digits, duration);
        self.poll(id);
        self.settle(now);
        sent
    }

    /// Closes a leg. The sockets of its own are to be closed once what is left has been sent.
    pub(in super::super) fn close(&mut self, now: Instant, id: LegId) -> Vec<Pair> {
        let Some(leg) = self.legs.get_mut(&id) else {
            return Vec::new();
        };
        leg.over = true;
        leg.way.close(now);
        self.poll(id);
        self.settle(now);
        let Some(leg) = self.legs.remove(&id) else {
            return Vec::new();
        };
        self.leave(id, leg.receives());
        self.forget_source(id.into());
        for address in leg.addresses {
            if self.clients.get(&address) == Some(&id) {
                self.clients.remove(&address);
            }
        }
        for address in leg.way.remotes() {
            if self.remotes.get(address) == Some(&id) {
                self.remotes.remove(address);
            }
        }
        self.names.retain(|_, named| *named != id);
        leg.way.pairs()
    }

    /// How many legs there are.
    #[cfg(test)]
    pub(in super::super) fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Closes all legs: the process ends.
    pub(in super::super) fn close_all(&mut self, now: Instant) {
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for id in legs {
            if let Some(leg) = self.legs.get(&id) {
                leg.events.emit(LegEvent::Closed {
                    reason: Reason::ServerShutdown,
                    message: "the service has stopped".into(),
                });
            }
            self.close(now, id);
        }
    }
}

/// What the client may send in all, in bit/s; 0 lifts an earlier cap.
pub(super) fn cap(media: MediaUpdate) -> Option<u64> {
    media.bitrate_kbps.map(|kbps| u64::from(kbps) * 1000)
}

pub(super) fn gone() -> Error {
    Error::new(
        Reason::BackendLost,
        "the embedded media server has lost the leg",
    )
}
