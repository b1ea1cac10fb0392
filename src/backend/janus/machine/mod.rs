//! The life of the connection to one Janus, without clock or socket.
//!
//! It says when to connect, greets, claims the sessions that live, keeps them alive, notices that
//! the server is silent or gone, and does not rest before sessions that ended are destroyed.
//! The [actor](super::conn) feeds it with what happens and does the [`Action`]s that it
//! [polls](Machine::poll).

mod action;
mod keepalive;
mod releases;

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use super::wire::ServerInfo;
use crate::backend::link::Backoff;
pub(super) use action::{Action, Own, OwnReply};
use keepalive::Keepalives;
use releases::Releases;

/// How many requests of its own the machine keeps in flight, so that none waits for the socket.
const WINDOW: usize = 64;

/// Spans, as configured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) request: Duration,
    pub(super) keepalive: Duration,
    pub(super) liveness: Duration,
    pub(super) lost_after: Duration,
    pub(super) reconnect_min: Duration,
    pub(super) reconnect_max: Duration,
}

#[derive(Debug)]
enum Phase {
    /// Not connected: to be tried again then.
    Waiting(Instant),
    /// The actor connects.
    Connecting,
    /// Connected; the server must say what it is, and let us in, until then.
    Greeting(Instant),
    /// The server answers: sessions are claimed, until then.
    Claiming {
        queue: VecDeque<u64>,
        sent: BTreeSet<u64>,
        until: Instant,
    },
    /// All is well.
    Up,
}

/// The life of a connection.
#[derive(Debug)]
pub(super) struct Machine {
    timing: Timing,
    backoff: Backoff,
    phase: Phase,
    server: ServerInfo,
    sessions: Keepalives,
    releases: Releases,
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
            server: ServerInfo::default(),
            sessions: Keepalives::default(),
            releases: Releases::default(),
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

    /// Whether requests reach the server and all sessions are claimed.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up)
    }

    /// Whether the session is one of ours that lives.
    pub(super) fn knows(&self, session: u64) -> bool {
        self.sessions.contains(session)
    }

    /// Whether every session that ended is destroyed.
    pub(super) fn is_clean(&self) -> bool {
        self.releases.is_empty()
    }

    /// How many sessions live.
    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// A session of ours is being made or taken over.
    pub(super) fn opened(&mut self, session: u64, now: Instant) {
        self.sessions.insert(session, now + self.keepalive());
    }

    /// A session of ours is no longer ours to care for; it stays on the server.
    pub(super) fn forgotten(&mut self, session: u64) {
        self.sessions.remove(session);
    }

    /// A session of ours ended: it must be destroyed, now or when the server can be reached again.
    pub(super) fn released(&mut self, session: u64) {
        self.sessions.remove(session);
        self.releases.insert(session);
        self.destroy_some();
    }

    /// Ends every session that lives.
    pub(super) fn release_all(&mut self) {
        for session in self.sessions.all() {
            self.released(session);
        }
    }

    /// The actor is connected.
    pub(super) fn connected(&mut self, now: Instant) {
        self.heard = now;
        self.pinged = None;
        self.phase = Phase::Greeting(now + self.timing.request);
        self.send(Own::Info);
    }

    /// The actor could not connect, or the connection broke.
    pub(super) fn disconnected(&mut self, why: String, refused: bool, chance: f64, now: Instant) {
        // A server that only takes connections, and no more, is no better than one that does not.
        if matches!(self.phase, Phase::Up | Phase::Claiming { .. }) {
            self.down_since = now;
        }
        self.refused_since = refused.then(|| self.refused_since.unwrap_or(now));
        self.releases.unsend();
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

    /// A request of the machine's own was answered.
    pub(super) fn replied(&mut self, own: Own, reply: OwnReply, now: Instant) {
        match (own, reply) {
            (Own::Info, OwnReply::Info(server)) => {
                self.server = server;
                self.send(Own::Authorise);
            }
            (Own::Authorise, OwnReply::Refused(why)) => {
                tracing::error!(%why, "Janus refuses our api_secret or token");
                self.actions
                    .push_back(Action::Disconnect("it refuses our api_secret or token"));
            }
            (Own::Authorise, _) => self.greeted(now),
            (Own::Info, OwnReply::Refused(why)) => {
                tracing::error!(%why, "Janus refuses to tell what it is");
                self.actions
                    .push_back(Action::Disconnect("it refuses `info`"));
            }
            (Own::Claim(session), reply) => self.claim_ended(session, &reply, now),
            (Own::Keepalive(session), OwnReply::NoSession) => self.lost(session, "it timed out"),
            (Own::Destroy(session), OwnReply::Done | OwnReply::NoSession) => {
                self.releases.confirmed(session);
                self.destroy_some();
            }
            (Own::Destroy(session), OwnReply::Refused(why)) => {
                tracing::warn!(session, %why, "Janus refuses to destroy a session: it will time out");
                self.releases.confirmed(session);
                self.destroy_some();
            }
            (Own::Keepalive(session), OwnReply::Refused(why)) => {
                tracing::warn!(session, %why, "Janus refuses a keepalive");
            }
            (Own::Info | Own::Ping | Own::Keepalive(_) | Own::Destroy(_), _) => {}
        }
    }

    /// The server says that a session was not kept alive.
    pub(super) fn timed_out(&mut self, session: u64) {
        self.lost(session, "it timed out");
    }

    /// Time passed.
    pub(super) fn tick(&mut self, now: Instant) {
        match &self.phase {
            Phase::Waiting(at) => {
                if *at <= now {
                    self.phase = Phase::Connecting;
                    self.actions.push_back(Action::Connect);
                }
                self.give_up(now);
            }
            Phase::Connecting => self.give_up(now),
            Phase::Greeting(until) | Phase::Claiming { until, .. } => {
                if *until <= now {
                    self.actions
                        .push_back(Action::Disconnect("it does not answer the greeting"));
                }
            }
            Phase::Up => self.keep_alive(now),
        }
    }

    /// When time matters next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Waiting(at) => Some(self.lost_at().map_or(*at, |lost| lost.min(*at))),
            Phase::Connecting => self.lost_at(),
            Phase::Greeting(until) | Phase::Claiming { until, .. } => Some(*until),
            Phase::Up => {
                let alive = self.pinged.unwrap_or(self.heard) + self.timing.liveness;
                Some(self.sessions.next().map_or(alive, |due| due.min(alive)))
            }
        }
    }

    fn send(&mut self, own: Own) {
        self.actions.push_back(Action::Send(own));
    }

    /// The server ends idle sessions and forgets unclaimed ones by its own clocks.
    fn keepalive(&self) -> Duration {
        [
            self.server.session_timeout,
            self.server.reclaim_session_timeout,
        ]
        .into_iter()
        .filter(|seconds| *seconds > 0)
        .map(|seconds| Duration::from_secs(seconds) / 2)
        .fold(self.timing.keepalive, Duration::min)
    }

    fn greeted(&mut self, now: Instant) {
        if !matches!(self.phase, Phase::Greeting(_)) {
            return;
        }
        self.phase = Phase::Claiming {
            queue: self.sessions.all().into(),
            sent: BTreeSet::new(),
            until: now + self.timing.request,
        };
        self.claim_some(now);
    }

    fn claim_some(&mut self, now: Instant) {
        let Phase::Claiming { queue, sent, .. } = &mut self.phase else {
            return;
        };
        while sent.len() < WINDOW
            && let Some(session) = queue.pop_front()
        {
            sent.insert(session);
            self.actions.push_back(Action::Send(Own::Claim(session)));
        }
        if sent.is_empty() {
            self.phase = Phase::Up;
            self.backoff.reset();
            self.refused_since = None;
            self.sessions.stagger(now, self.keepalive());
            self.actions.push_back(Action::Up(self.server.clone()));
            self.destroy_some();
        }
    }

    fn claim_ended(&mut self, session: u64, reply: &OwnReply, now: Instant) {
        let Phase::Claiming { sent, until, .. } = &mut self.phase else {
            return;
        };
        sent.remove(&session);
        *until = now + self.timing.request;
        match reply {
            OwnReply::Done | OwnReply::Info(_) if self.knows(session) => {
                self.actions.push_back(Action::Reclaimed(session));
            }
            OwnReply::Done | OwnReply::Info(_) => {}
            OwnReply::NoSession => self.lost(session, "Janus no longer knows it"),
            OwnReply::Refused(why) => self.lost(session, why),
        }
        self.claim_some(now);
    }

    fn lost(&mut self, session: u64, why: &str) {
        if self.sessions.remove(session) {
            let message = why.to_owned();
            self.actions.push_back(Action::Lost { session, message });
        }
    }

    /// When the sessions are lost if the server does not come back before.
    fn lost_at(&self) -> Option<Instant> {
        if self.sessions.is_empty() {
            return None;
        }
        let reclaim = Duration::from_secs(self.server.reclaim_session_timeout);
        let silent = self.down_since + reclaim.max(self.timing.lost_after);
        let refused = self
            .refused_since
            .map(|since| since + self.timing.lost_after);
        Some(refused.map_or(silent, |refused| refused.min(silent)))
    }

    fn give_up(&mut self, now: Instant) {
        if self.lost_at().is_some_and(|at| at <= now) {
            for session in self.sessions.all() {
                self.lost(session, "Janus cannot be reached");
            }
        }
    }

    fn keep_alive(&mut self, now: Instant) {
        let again = self.keepalive();
        for session in self.sessions.due(now, again, WINDOW) {
            self.send(Own::Keepalive(session));
        }
        let silent_for = now.saturating_duration_since(self.pinged.unwrap_or(self.heard));
        if silent_for < self.timing.liveness {
            return;
        }
        if self.pinged.is_some() {
            self.actions.push_back(Action::Disconnect("it is silent"));
        } else {
            self.pinged = Some(now);
            self.send(Own::Ping);
        }
    }

    fn destroy_some(&mut self) {
        if self.is_up() {
            for session in self.releases.next(WINDOW) {
                self.actions.push_back(Action::Send(Own::Destroy(session)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
