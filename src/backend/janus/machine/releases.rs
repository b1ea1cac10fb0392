//! The sessions that ended and may still be on the server.

use std::collections::{BTreeSet, VecDeque};

/// More are not kept: without keepalives Janus ends them by itself.
const LIMIT: usize = 100_000;

/// Sessions to destroy.
#[derive(Debug, Default)]
pub(super) struct Releases {
    waiting: VecDeque<u64>,
    sent: BTreeSet<u64>,
}

impl Releases {
    pub(super) fn insert(&mut self, session: u64) {
        if self.waiting.len() < LIMIT {
            self.waiting.push_back(session);
        } else {
            tracing::warn!(
                session,
                "too many sessions wait to be destroyed: it will time out"
            );
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.sent.is_empty()
    }

    /// Those to destroy now, so that at most `window` are in flight.
    pub(super) fn next(&mut self, window: usize) -> Vec<u64> {
        let room = window
            .saturating_sub(self.sent.len())
            .min(self.waiting.len());
        let next: Vec<u64> = self.waiting.drain(..room).collect();
        self.sent.extend(&next);
        next
    }

    pub(super) fn confirmed(&mut self, session: u64) {
        self.sent.remove(&session);
    }

    /// The connection broke: what was not confirmed must be sent again.
    pub(super) fn unsend(&mut self) {
        self.waiting.extend(std::mem::take(&mut self.sent));
    }
}
