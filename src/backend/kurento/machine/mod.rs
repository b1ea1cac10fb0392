//! The life of one connection to Kurento, without clock or socket.
//!
//! It says when to connect, begins a session or takes it over again, notices that the server is silent or gone, and
//! when what lived on it must be given up. The [actor](super::lane) feeds it with what happens and does the
//! [`Action`]s that it [polls](Machine::poll).

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::wire::Reply;
use crate::backend::link::Backoff;

/// The server's number for a session that it does not know (any more).
const NO_SESSION: i64 = 40_007;

/// Spans, as configured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) request: Duration,
    pub(super) liveness: Duration,
    pub(super) lost_after: Duration,
    /// How long the server keeps a session without a connection.
    pub(super) kept: Duration,
    pub(super) reconnect_min: Duration,
    pub(super) reconnect_max: Duration,
}

/// What the actor must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Connect, and tell how it went.
    Connect,
    /// Close the socket, as if it had broken for this reason.
    Disconnect(&'static str),
    /// Send a request of the machine's own.
    Send(Own),
    /// The session is ours on this socket, for the first time or again.
    Up { session: Arc<str>, again: bool },
    /// There is no connection (any more).
    Down(String),
    /// All that lived in the session is gone.
    Lost(&'static str),
}

/// A request of the machine's own. Each has a number that never comes again: the server answers a request whose id it
/// knows as it did the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Connect(u64, Option<Arc<str>>),
    Ping(u64, Arc<str>),
}

impl Own {
    /// Never a plain number: those are the ids of [`Pending`](crate::backend::link::Pending).
    pub(super) fn id(&self) -> String {
        match self {
            Self::Connect(number, _) => format!("connect-{number}"),
            Self::Ping(number, _) => format!("ping-{number}"),
        }
    }
}

#[derive(Debug)]
enum Phase {
    /// Not connected: to be tried again then.
    Waiting(Instant),
    /// The actor connects.
    Connecting,
    /// Connected; this must be answered until then.
    Greeting(String, Instant),
    /// All is well.
    Up,
}

/// The life of a connection.
#[derive(Debug)]
pub(super) struct Machine {
    timing: Timing,
    backoff: Backoff,
    phase: Phase,
    session: Option<Arc<str>>,
    numbers: u64,
    /// When the last frame came.
    heard: Instant,
    /// When it was asked whether the server lives, if no frame came since.
    pinged: Option<Instant>,
    /// Since when there is no connection.
    down_since: Instant,
    /// Since when every attempt was refused.
    refused_since: Option<Instant>,
    actions: VecDeque<Action>,
}

impl Machine {
    pub(super) fn new(timing: Timing, now: Instant) -> Self {
        Self {
            timing,
            backoff: Backoff::new(timing.reconnect_min, timing.reconnect_max),
            phase: Phase::Waiting(now),
            session: None,
            numbers: 0,
            heard: now,
            pinged: None,
            down_since: now,
            refused_since: None,
            actions: VecDeque::new(),
        }
    }

    /// The next thing to do, until there is none.
    pub(super) fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The actor is connected.
    pub(super) fn connected(&mut self, now: Instant) {
        self.heard = now;
        self.pinged = None;
        let greeting = Own::Connect(self.number(), self.session.clone());
        self.phase = Phase::Greeting(greeting.id(), now + self.timing.request);
        self.actions.push_back(Action::Send(greeting));
    }

    /// The actor could not connect, or the connection broke.
    pub(super) fn disconnected(&mut self, why: String, refused: bool, chance: f64, now: Instant) {
        // A server that only takes connections, and no more, is no better than one that does not.
        if matches!(self.phase, Phase::Up) {
            self.down_since = now;
        }
        self.refused_since = refused.then(|| self.refused_since.unwrap_or(now));
        self.phase = Phase::Waiting(now + self.backoff.next(chance));
        self.actions
            .retain(|action| !matches!(action, Action::Send(_) | Action::Disconnect(_)));
        self.actions.push_back(Action::Down(why));
    }

    /// A frame came.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.pinged = None;
    }

    /// A request of the machine's own was answered; all others are none of its business.
    pub(super) fn replied(&mut self, id: &str, reply: Reply) {
        match &self.phase {
            Phase::Greeting(greeting, _) if greeting == id => {}
            _ => return,
        }
        match (reply, self.session.clone()) {
            (Reply::Done { .. }, Some(session)) => self.up(session, true),
            (
                Reply::Done {
                    session: Some(session),
                    ..
                },
                None,
            ) => self.up(session.into(), false),
            (Reply::Refused(refusal), Some(_)) if refusal.code == NO_SESSION => {
                self.lost("Kurento no longer knows its objects: it was restarted, or out of reach for too long");
                // The socket is bound to the session that is gone: another one must be opened.
                self.disconnect("its session is gone");
            }
            (Reply::Done { .. } | Reply::Refused(_), _) => self.disconnect("it refuses a session"),
        }
    }

    /// Time passed.
    pub(super) fn tick(&mut self, now: Instant) {
        if !matches!(self.phase, Phase::Up) && self.lost_at().is_some_and(|at| at <= now) {
            self.lost("Kurento cannot be reached");
        }
        match &self.phase {
            Phase::Waiting(at) if *at <= now => {
                self.phase = Phase::Connecting;
                self.actions.push_back(Action::Connect);
            }
            Phase::Greeting(_, until) if *until <= now => {
                self.disconnect("it does not answer the greeting");
            }
            Phase::Up => self.check_life(now),
            Phase::Waiting(_) | Phase::Connecting | Phase::Greeting(..) => {}
        }
    }

    /// When time matters next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Waiting(at) => Some(self.lost_at().map_or(*at, |lost| lost.min(*at))),
            Phase::Connecting => self.lost_at(),
            Phase::Greeting(_, until) => {
                Some(self.lost_at().map_or(*until, |lost| lost.min(*until)))
            }
            Phase::Up => Some(self.pinged.unwrap_or(self.heard) + self.timing.liveness),
        }
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn up(&mut self, session: Arc<str>, again: bool) {
        self.phase = Phase::Up;
        self.backoff.reset();
        self.refused_since = None;
        self.session = Some(session.clone());
        self.actions.push_back(Action::Up { session, again });
    }

    fn disconnect(&mut self, why: &'static str) {
        self.actions.push_back(Action::Disconnect(why));
    }

    fn lost(&mut self, why: &'static str) {
        self.session = None;
        self.actions.push_back(Action::Lost(why));
    }

    /// When what lives in the session is lost if the server does not come back before.
    fn lost_at(&self) -> Option<Instant> {
        self.session.as_ref()?;
        let silent = self.down_since + self.timing.kept.max(self.timing.lost_after);
        let refused = self
            .refused_since
            .map(|since| since + self.timing.lost_after);
        Some(refused.map_or(silent, |refused| refused.min(silent)))
    }

    fn check_life(&mut self, now: Instant) {
        let silent_for = now.saturating_duration_since(self.pinged.unwrap_or(self.heard));
        if silent_for < self.timing.liveness {
            return;
        }
        if self.pinged.is_some() {
            self.disconnect("it is silent");
        } else if let Some(session) = self.session.clone() {
            self.pinged = Some(now);
            let ping = Own::Ping(self.number(), session);
            self.actions.push_back(Action::Send(ping));
        }
    }
}

#[cfg(test)]
mod tests;
