//! What a leg tells its session: nothing after its end, and the end to its other half too.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::{backend::LegEvents, error::Reason, media::LegEvent};

/// The voice of a leg; it falls silent for good with the end of the leg.
#[derive(Debug)]
pub(super) struct Voice {
    events: LegEvents,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    silent: bool,
    /// What waits to be told, while the voice is held.
    held: Option<Vec<LegEvent>>,
    /// The other side of a bridge, which ends when this one does.
    peer: Weak<Voice>,
}

impl Voice {
    pub(super) fn new(events: LegEvents) -> Arc<Self> {
        Arc::new(Self {
            events,
            state: Mutex::default(),
        })
    }

    /// A voice that tells nothing before it is [released](Self::release): what its leg tries on the
    /// server may fail, and can then be tried again.
    pub(super) fn held(events: LegEvents) -> Arc<Self> {
        let voice = Self::new(events);
        voice.discard();
        voice
    }

    /// Tells nothing from now on, until what this returns is dropped.
    pub(super) fn hold(&self) -> Hold<'_> {
        self.state.lock().held.get_or_insert_default();
        Hold(self)
    }

    /// Forgets what was held back.
    pub(super) fn discard(&self) {
        self.state.lock().held = Some(Vec::new());
    }

    /// Tells what was held back, and all that comes.
    pub(super) fn release(&self) {
        let held = self.state.lock().held.take();
        for event in held.into_iter().flatten() {
            self.tell(event);
        }
    }

    /// Tells `event`, unless the leg has ended; [`LegEvent::Closed`] ends it.
    pub(super) fn tell(&self, event: LegEvent) {
        let end = match &event {
            LegEvent::Closed { reason, .. } => Some(*reason),
            _ => None,
        };
        let mut state = self.state.lock();
        if state.silent {
            return;
        }
        if let Some(held) = &mut state.held {
            held.push(event);
            return;
        }
        // Under the lock, so that nothing overtakes the end.
        self.events.emit(event);
        match end {
            None => {}
            // The other side ended first and has a reason of its own, which it may tell later; it is
            // stopped when this one is closed.
            Some(Reason::BridgeStop) => state.silent = true,
            Some(_) => {
                let peer = state.end();
                drop(state);
                // A server that is gone took both.
                let lost = end.filter(|reason| *reason == Reason::BackendLost);
                stop_peer(&peer, lost.unwrap_or(Reason::BridgeStop));
            }
        }
    }

    /// The leg is being closed by its session: from here on it tells nothing.
    pub(super) fn close(&self) {
        let peer = self.state.lock().end();
        stop_peer(&peer, Reason::BridgeStop);
    }

    /// Whether the leg has ended.
    pub(super) fn is_silent(&self) -> bool {
        self.state.lock().silent
    }

    /// From now on each ends when the other does.
    pub(super) fn join(one: &Arc<Self>, other: &Arc<Self>) {
        for (one, other) in [(one, other), (other, one)] {
            one.state.lock().peer = Arc::downgrade(other);
        }
        // Whichever has ended before could not tell it.
        for (one, other) in [(one, other), (other, one)] {
            if one.is_silent() {
                stop(other, Reason::BridgeStop);
            }
        }
    }
}

/// A voice that is held.
pub(super) struct Hold<'a>(&'a Voice);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl State {
    fn end(&mut self) -> Weak<Voice> {
        self.silent = true;
        std::mem::take(&mut self.peer)
    }
}

fn stop_peer(peer: &Weak<Voice>, reason: Reason) {
    if let Some(peer) = peer.upgrade() {
        stop(&peer, reason);
    }
}

fn stop(voice: &Voice, reason: Reason) {
    voice.tell(LegEvent::Closed {
        reason,
        message: "the other side of the bridge ended".into(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(reason: Reason) -> LegEvent {
        LegEvent::Closed {
            reason,
            message: String::new(),
        }
    }

    fn reasons(events: &mut tokio::sync::mpsc::Receiver<LegEvent>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        while let Ok(event) = events.try_recv() {
            match event {
                LegEvent::Closed { reason, .. } => reasons.push(reason),
                other => panic!("{other:?}"),
            }
        }
        reasons
    }

    #[tokio::test]
    async fn the_end_is_told_once_and_to_both() {
        let (events, mut one_hears) = LegEvents::new(8);
        let one = Voice::new(events);
        let (events, mut other_hears) = LegEvents::new(8);
        let other = Voice::new(events);
        Voice::join(&one, &other);
        one.tell(closed(Reason::BackendHangup));
        one.tell(closed(Reason::BackendHangup));
        other.tell(closed(Reason::BackendHangup));
        assert_eq!(reasons(&mut one_hears), [Reason::BackendHangup]);
        assert_eq!(reasons(&mut other_hears), [Reason::BridgeStop]);
    }

    #[tokio::test]
    async fn who_ended_first_may_tell_why_until_the_other_is_closed() {
        let (events, mut one_hears) = LegEvents::new(8);
        let one = Voice::new(events);
        let (events, mut other_hears) = LegEvents::new(8);
        let other = Voice::new(events);
        Voice::join(&one, &other);
        one.tell(closed(Reason::BridgeStop));
        assert_eq!(reasons(&mut other_hears), []);
        one.close();
        other.tell(closed(Reason::BackendHangup));
        assert_eq!(reasons(&mut one_hears), [Reason::BridgeStop]);
        assert_eq!(reasons(&mut other_hears), [Reason::BridgeStop]);
    }

    #[tokio::test]
    async fn what_is_held_is_told_later_or_never() {
        let (events, mut hears) = LegEvents::new(8);
        let voice = Voice::held(events);
        voice.tell(closed(Reason::BackendHangup));
        voice.discard();
        voice.tell(closed(Reason::BackendLost));
        assert_eq!(reasons(&mut hears), []);
        voice.release();
        assert_eq!(reasons(&mut hears), [Reason::BackendLost]);
    }

    #[tokio::test]
    async fn a_lost_server_is_lost_to_both() {
        let (events, _) = LegEvents::new(8);
        let one = Voice::new(events);
        let (events, mut other_hears) = LegEvents::new(8);
        let other = Voice::new(events);
        Voice::join(&one, &other);
        one.tell(closed(Reason::BackendLost));
        assert_eq!(reasons(&mut other_hears), [Reason::BackendLost]);
    }

    #[tokio::test]
    async fn who_closes_hears_nothing() {
        let (events, mut one_hears) = LegEvents::new(8);
        let one = Voice::new(events);
        let (events, mut other_hears) = LegEvents::new(8);
        let other = Voice::new(events);
        one.close();
        Voice::join(&one, &other);
        assert_eq!(reasons(&mut one_hears), []);
        assert_eq!(reasons(&mut other_hears), [Reason::BridgeStop]);
    }
}
