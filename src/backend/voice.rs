//! What a leg may tell its session: nothing before its opening is told, and nothing after its end.

use parking_lot::Mutex;

use super::LegEvents;
use crate::media::LegEvent;

/// The voice of a leg.
#[derive(Debug)]
pub(super) struct Voice {
    events: LegEvents,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Nothing before its opening is told: this comes after it.
    Held(Vec<LegEvent>),
    Free,
    /// Its end was told, or its session has closed it.
    Silent,
}

impl Voice {
    /// Of a leg that is being opened.
    pub(super) fn new(events: LegEvents) -> Self {
        let state = Mutex::new(State::Held(Vec::new()));
        Self { events, state }
    }

    /// Where the session hears of itself.
    pub(super) fn events(&self) -> &LegEvents {
        &self.events
    }

    /// Tells the session, unless its end has been told.
    pub(super) fn tell(&self, event: LegEvent) {
        let mut state = self.state.lock();
        match &mut *state {
            State::Held(events) => events.push(event),
            State::Free | State::Silent => self.emit(&mut state, event),
        }
    }

    /// Under the lock, so that nothing overtakes the end.
    fn emit(&self, state: &mut State, event: LegEvent) {
        if matches!(state, State::Silent) {
            return;
        }
        if matches!(event, LegEvent::Closed { .. }) {
            *state = State::Silent;
        }
        self.events.emit(event);
    }

    /// Tells what was held back, and from now on all that comes.
    pub(super) fn speak(&self) {
        let mut state = self.state.lock();
        if let State::Held(events) = &mut *state {
            let held = std::mem::take(events);
            *state = State::Free;
            held.into_iter()
                .for_each(|event| self.emit(&mut state, event));
        }
    }

    /// Tells nothing from now on.
    pub(super) fn silence(&self) {
        *self.state.lock() = State::Silent;
    }
}
