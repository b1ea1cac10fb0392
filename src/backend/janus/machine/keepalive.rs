//! When each session must be kept alive next.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

/// The sessions that live, by the instant of their next keepalive.
#[derive(Debug, Default)]
pub(super) struct Keepalives {
    next: HashMap<u64, Instant>,
    order: BTreeSet<(Instant, u64)>,
}

impl Keepalives {
    pub(super) fn insert(&mut self, session: u64, at: Instant) {
        self.remove(session);
        self.next.insert(session, at);
        self.order.insert((at, session));
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, session: u64) -> bool {
        match self.next.remove(&session) {
            Some(at) => self.order.remove(&(at, session)),
            None => false,
        }
    }

    pub(super) fn contains(&self, session: u64) -> bool {
        self.next.contains_key(&session)
    }

    pub(super) fn len(&self) -> usize {
        self.next.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    /// All sessions, the one that was heard of longest ago first.
    pub(super) fn all(&self) -> Vec<u64> {
        self.order.iter().map(|(_, session)| *session).collect()
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Up to `limit` sessions that are due; they are due again `again` from now.
    pub(super) fn due(&mut self, now: Instant, again: Duration, limit: usize) -> Vec<u64> {
        let due: Vec<u64> = self
            .order
            .iter()
            .take_while(|(at, _)| *at <= now)
            .take(limit)
            .map(|(_, session)| *session)
            .collect();
        for session in &due {
            self.insert(*session, now + again);
        }
        due
    }

    /// Spreads all sessions evenly over the next `interval`: they were just claimed in one go.
    pub(super) fn stagger(&mut self, now: Instant, interval: Duration) {
        let all = self.all();
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX).max(1);
        for (index, session) in (1_u32..).zip(all) {
            self.insert(session, now + interval / count * index);
        }
    }
}
