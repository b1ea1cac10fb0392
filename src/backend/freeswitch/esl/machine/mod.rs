//! The life of one connection to an event socket, without clock or socket.
//!
//! It says when to connect, makes itself known, finds out who is there, gives each reply to whom it belongs, and notices
//! that the server is silent or gone. The [actor](super::conn) feeds it with what happens and does the [`Action`]s that
//! it [polls](Machine::poll).

mod incoming;
mod table;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use bytes::BytesMut;

use super::{Role, event::Event};
use crate::{
    backend::{freeswitch::error::Error, link::Backoff},
    telemetry::Redacted,
};
pub(super) use table::Ask;
use table::{Place, Request, Table};

/// What is subscribed to already: a command that does nothing.
const NOTHING: &str = "event json HEARTBEAT\n\n";
const VERSION: &str = "api version\n\n";

/// Spans and limits, as configured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) request: Duration,
    pub(super) liveness: Duration,
    pub(super) lost_after: Duration,
    pub(super) reconnect_min: Duration,
    pub(super) reconnect_max: Duration,
    pub(super) max_pending: usize,
}

/// What the actor must do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action<W> {
    /// Connect, and tell how it went.
    Connect,
    /// Close the socket, as if it had broken for this reason.
    Disconnect(String),
    /// The connection stands, to this server.
    Up { core: String, version: String },
    /// There is no connection (any more); `gone`: nobody has listened for as long as is waited for.
    Down { why: String, gone: bool },
    /// Something happened.
    Event(Box<Event>),
    /// What became of a command.
    Reply(W, Result<String, Error>),
}

#[derive(Debug)]
enum Phase {
    /// Not connected: to be tried again then.
    Waiting(Instant),
    /// The actor connects.
    Connecting,
    /// Connected; who is there must be known until then.
    Greeting { until: Instant, core: String },
    /// All is well.
    Up,
    /// The actor is to disconnect.
    Closing,
    /// It was the last one.
    Stopped,
}

/// The life of a connection; `W` is who waits for a reply.
#[derive(Debug)]
pub(super) struct Machine<W> {
    role: Role,
    password: Redacted<String>,
    timing: Timing,
    backoff: Backoff,
    phase: Phase,
    table: Table<W>,
    /// When anything came last.
    heard: Instant,
    /// When it was asked whether the server lives, if nothing came since.
    asked: Option<Instant>,
    /// Why there is no connection.
    why: String,
    /// Since when every attempt was refused.
    refused_since: Option<Instant>,
    is_gone: bool,
    /// The server does not want us: to ask it again and again fast would not help.
    is_unwanted: bool,
    actions: VecDeque<Action<W>>,
}

impl<W> Machine<W> {
    pub(super) fn new(
        role: Role,
        password: Redacted<String>,
        timing: Timing,
        now: Instant,
    ) -> Self {
        Self {
            role,
            password,
            timing,
            backoff: Backoff::new(timing.reconnect_min, timing.reconnect_max),
            phase: Phase::Waiting(now),
            table: Table::new(timing.max_pending),
            heard: now,
            asked: None,
            why: "not connected yet".to_owned(),
            refused_since: None,
            is_gone: false,
            is_unwanted: false,
            actions: VecDeque::new(),
        }
    }

    /// The next thing to do, until there is none.
    pub(super) fn poll(&mut self) -> Option<Action<W>> {
        self.actions.pop_front()
    }

    /// What is to be sent.
    pub(super) fn output(&mut self) -> &mut BytesMut {
        self.table.output()
    }

    /// Whether nobody waits.
    pub(super) fn is_idle(&self) -> bool {
        self.table.is_empty()
    }

    /// Gives a command: its key. What becomes of it is an [`Action::Reply`].
    ///
    /// # Errors
    /// If it cannot be given.
    pub(super) fn submit(&mut self, ask: Ask, waiter: W, now: Instant) -> Result<u64, Error> {
        if matches!(self.phase, Phase::Stopped) {
            return Err(Error::Unreachable(self.why.clone()));
        }
        let deadline = now + self.timing.request;
        let key = self.table.enter(ask, waiter, deadline)?;
        if matches!(self.phase, Phase::Up) {
            self.table.send(key, now);
        }
        Ok(key)
    }

    /// Nobody waits any more for a command.
    pub(super) fn forget(&mut self, key: u64) {
        self.table.take(key);
    }

    /// The actor is connected.
    pub(super) fn connected(&mut self, now: Instant) {
        self.heard = now;
        self.asked = None;
        self.phase = Phase::Greeting {
            until: now + self.timing.request,
            core: String::new(),
        };
    }

    /// The actor could not connect, or the connection broke.
    pub(super) fn disconnected(&mut self, why: String, refused: bool, chance: f64, now: Instant) {
        self.refused_since = refused.then(|| self.refused_since.unwrap_or(now));
        let wait = if std::mem::take(&mut self.is_unwanted) {
            self.timing.reconnect_max
        } else {
            self.backoff.next(chance)
        };
        self.phase = Phase::Waiting(now + wait);
        self.actions
            .retain(|action| !matches!(action, Action::Disconnect(_)));
        self.cut_off();
        self.down(why, now);
    }

    /// No other connection is wanted.
    pub(super) fn stop(&mut self, why: &str) {
        self.phase = Phase::Stopped;
        why.clone_into(&mut self.why);
        self.cut_off();
        for request in self.table.take_unsent() {
            self.reply(request, Err(Error::Unreachable(why.to_owned())));
        }
        let why = why.to_owned();
        let gone = false;
        self.actions.push_back(Action::Down { why, gone });
    }

    /// The connection is of no use.
    pub(super) fn cut(&mut self, why: impl Into<String>) {
        if matches!(self.phase, Phase::Greeting { .. } | Phase::Up) {
            self.phase = Phase::Closing;
            self.actions.push_back(Action::Disconnect(why.into()));
        }
    }

    /// Bytes came.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.asked = None;
    }

    /// Time passed.
    pub(super) fn tick(&mut self, now: Instant) {
        while let Some(request) = self.table.take_late(now) {
            let error = if request.is_sent {
                Error::Timeout {
                    command: request.ask.name,
                    after: request.ask.within,
                }
            } else {
                Error::Unreachable(self.why.clone())
            };
            self.reply(request, Err(error));
        }
        match self.phase {
            Phase::Waiting(at) if at <= now => {
                self.phase = Phase::Connecting;
                self.actions.push_back(Action::Connect);
            }
            Phase::Greeting { until, .. } if until <= now => self.cut("it does not greet"),
            Phase::Up => self.check_life(now),
            _ => {}
        }
        if self.gone_at().is_some_and(|at| at <= now) {
            self.down(self.why.clone(), now);
        }
    }

    /// When time matters next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Waiting(at) => Some(at),
            Phase::Greeting { until, .. } => Some(until),
            Phase::Up => Some(self.silent_at()),
            Phase::Connecting | Phase::Closing | Phase::Stopped => None,
        };
        let moments = [
            phase,
            self.gone_at(),
            self.table.deadline(),
            self.unanswered_at(),
        ];
        moments.into_iter().flatten().min()
    }

    fn reply(&mut self, request: Request<W>, result: Result<String, Error>) {
        self.actions
            .push_back(Action::Reply(request.waiter, result));
    }

    /// Whether what was sent was done is not known.
    fn cut_off(&mut self) {
        for request in self.table.take_sent() {
            let command = request.ask.name;
            self.reply(request, Err(Error::Disconnected { command }));
        }
    }

    fn down(&mut self, why: String, now: Instant) {
        let lost_after = self.timing.lost_after;
        self.is_gone = self
            .refused_since
            .is_some_and(|since| since + lost_after <= now);
        self.why.clone_from(&why);
        let gone = self.is_gone;
        self.actions.push_back(Action::Down { why, gone });
    }

    fn check_life(&mut self, now: Instant) {
        if self.unanswered_at().is_some_and(|at| at <= now) {
            return self.cut("it does not answer");
        }
        if now < self.silent_at() {
            return;
        }
        if self.asked.is_some() {
            return self.cut("it is silent");
        }
        self.asked = Some(now);
        let question = match self.role {
            Role::Events => NOTHING,
            Role::Reads => VERSION,
        };
        self.table.write(Place::Life, question, now);
    }

    /// When it has been silent for too long.
    fn silent_at(&self) -> Instant {
        self.asked.unwrap_or(self.heard) + self.timing.liveness
    }

    /// When a reply has been missing for so long that no other can be awaited behind it.
    fn unanswered_at(&self) -> Option<Instant> {
        let since = self.table.awaited_since()?;
        matches!(self.phase, Phase::Up).then(|| since + 2 * self.timing.request)
    }

    /// When the server counts as gone if nobody listens until then.
    fn gone_at(&self) -> Option<Instant> {
        let since = self.refused_since.filter(|_| !self.is_gone)?;
        Some(since + self.timing.lost_after)
    }
}
