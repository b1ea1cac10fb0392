//! What a test can order to go wrong.

use std::time::Duration;

use crate::orders::Orders;

/// What is done with a request instead of answering it well.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// It is done, and answered, so much later. Core requests behind it on the same connection wait, as in Janus.
    Slow(Duration),
    /// It is done, and nobody is told.
    Silent,
    /// It is not done; the core refuses it.
    Refuse(u32, &'static str),
    /// The plugin takes it (`ack`) and never answers.
    AckOnly,
    /// The plugin's answer comes before its `ack`.
    AnswerFirst,
    /// Each second answer comes after the one to the next request.
    Permuted,
}

/// The orders that stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    orders: Orders<Fault>,
    permuted: usize,
}

impl Faults {
    /// From now on, for `left` requests or for ever.
    pub(super) fn order(&mut self, on: &'static str, fault: Fault, left: Option<usize>) {
        self.orders.order(on, fault, left);
    }

    /// All is well again.
    pub(super) fn clear(&mut self) {
        self.orders.clear();
    }

    /// What to do with a request of this name: `videocall.call` is meant by `videocall` and `*` too.
    pub(super) fn take(&mut self, name: &str) -> Option<Fault> {
        let plugin = name.split('.').next().unwrap_or(name);
        self.orders.take(&["*", plugin, name])
    }

    /// How long the next of several permuted answers waits.
    pub(super) fn permutation(&mut self) -> Duration {
        self.permuted += 1;
        Duration::from_millis(if self.permuted % 2 == 1 { 60 } else { 0 })
    }
}
