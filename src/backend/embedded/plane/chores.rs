//! What time brings: clients that never connect or fall silent, media that stops, layers, caps, requests made again.

use std::{
    cmp::Reverse,
    time::{Duration, Instant},
};

use super::{
    Plane,
    ids::{LegId, SourceId},
    leg::Leg,
    tap::Recorded,
    transport::Slot,
};
use crate::{
    backend::embedded::forward::{Layer, Layers},
    media::MediaKind,
};

/// How often a leg's chores are done.
const CHORES: Duration = Duration::from_millis(250);

/// How often a client is told again what it may send: a report that is lost must not lift a cap.
const REMIND: Duration = Duration::from_secs(1);

/// What a client that has no cap any more is told, in bit/s: more than it will ever send.
const UNCAPPED: u64 = 1_000_000_000;

impl Plane {
    /// When [`Plane::tick`] is due.
    pub(in super::super) fn wake_at(&self) -> Option<Instant> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// Does all that is due.
    pub(in super::super) fn tick(&mut self, now: Instant) {
        while self.wake_at().is_some_and(|at| at <= now) {
            let Some(Reverse((at, id))) = self.timers.pop() else {
                return;
            };
            let Some(leg) = self.legs.get_mut(&id) else {
                continue;
            };
            if leg.scheduled == Some(at) {
                leg.scheduled = None;
            }
            let (is_awake, has_chores) = (
                leg.wake.is_some_and(|wake| wake <= now),
                leg.chores_at <= now,
            );
            if has_chores {
                leg.chores_at = now + CHORES;
                self.chores(now, id);
            }
            if is_awake {
                self.flush_leg(now, id);
            } else {
                self.poll(id);
            }
            self.settle(now);
        }
    }

    fn chores(&mut self, now: Instant, id: LegId) {
        let (silence, connect) = (
            self.config.media_silence_timeout,
            self.config.media_connect_timeout,
        );
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        stopped(now, leg);
        if leg.connect_by.is_some_and(|at| at <= now) {
            leg.connect_by = None;
            leg.ends(format!(
                "the client's media did not connect within {} s after offer and answer (ICE, DTLS)",
                connect.as_secs_f64()
            ));
        }
        let is_silent = leg
            .way
            .last_heard()
            .is_some_and(|heard| now.saturating_duration_since(heard) >= silence);
        if leg.up && !silence.is_zero() && is_silent {
            leg.ends(format!(
                "nothing came from the client for {} s: it seems to be gone",
                silence.as_secs_f64()
            ));
        }
        asked_again(now, leg);
        remind(now, leg);
        self.choose_layers(now, id);
    }

    /// How much can be sent to a client has changed.
    pub(super) fn estimated(&mut self, now: Instant, id: LegId, bitrate: u64) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.estimate = Some(bitrate);
        }
        self.choose_layers(now, id);
    }

    /// Picks the layer of each video that a client receives.
    pub(super) fn choose_layers(&mut self, now: Instant, id: LegId) {
        self.choose_recorded(now, id);
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let Some(source) = leg.receives() else { return };
        let Some(entry) = self.sources.get_mut(&source) else {
            return;
        };
        let (estimate, wish) = (leg.estimate, leg.mutes.own.max_layer);
        let wish = wish.map(|wish| usize::try_from(wish).unwrap_or(usize::MAX));
        let (mut wanted, mut useful) = (Vec::new(), 0);
        for output in &mut leg.outputs {
            let slot = output.section.slot;
            let Some(video) = entry.layered(slot) else {
                continue;
            };
            let ordered = video.ordered(now);
            let layers: Vec<Layer> = ordered.iter().map(|(_, layer)| *layer).collect();
            useful += Layers::useful(&layers, wish);
            let Some(picked) = output.layers.pick(now, &layers, estimate, wish) else {
                continue;
            };
            let layer = ordered[picked].0;
            if output.layer != layer {
                output.layer = layer;
                output.rewriter.select(Some(source.layer(layer)));
                wanted.push((slot, layer));
            }
        }
        if useful > 0 {
            leg.way.wish(useful);
        }
        for (slot, layer) in wanted {
            self.want_keyframe(now, source, slot, layer);
        }
    }

    /// Picks the layer of each video that is recorded: the best that arrives.
    fn choose_recorded(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let Some(tapped) = leg.tapped.as_mut() else {
            return;
        };
        if tapped.way != Recorded::Sent {
            return;
        }
        let mut wanted = Vec::new();
        for input in &leg.inputs {
            let slot = input.section.slot;
            let best = input.best_layer(now);
            if slot.kind == MediaKind::Video && tapped.select(slot, best) {
                wanted.push((slot, best));
            }
        }
        for (slot, layer) in wanted {
            self.want_keyframe(now, SourceId::from(id), slot, layer);
        }
    }
}

/// Says of which media nothing arrives any more.
fn stopped(now: Instant, leg: &mut Leg) {
    let stopped: Vec<(Slot, Option<String>)> = leg
        .inputs
        .iter_mut()
        .filter_map(|input| {
            let stops = input.flow.tick(now);
            stops.then(|| (input.section.slot, input.section.mid.clone()))
        })
        .collect();
    for (slot, mid) in stopped {
        leg.flows(slot, mid, false);
    }
}

/// Sends the keyframe requests that were held back, or that were not followed.
fn asked_again(now: Instant, leg: &mut Leg) {
    for input in &mut leg.inputs {
        let slot = input.section.slot;
        for (number, layer) in (0..).zip(&mut input.layers) {
            if layer.keyframes.due(now) {
                leg.way.request_keyframe(now, slot, number);
            }
        }
    }
}

/// Tells the client how much it may send.
pub(super) fn remind(now: Instant, leg: &mut Leg) {
    let Some(cap) = leg.cap else { return };
    if !leg.up || leg.reminded_at.is_some_and(|at| now < at + REMIND) {
        return;
    }
    leg.reminded_at = Some(now);
    let bitrate = if cap == 0 { UNCAPPED } else { cap };
    let videos = leg.inputs.iter();
    let videos = videos.filter(|input| input.section.slot.kind == MediaKind::Video);
    for input in videos {
        leg.way.request_bitrate(input.section.slot, bitrate);
    }
    if cap == 0 {
        // Said once, it is forgotten by itself.
        leg.cap = None;
    }
}
