//! When to try again: the waits double, are spread at random, and end.

use std::time::Duration;

use rand::RngExt as _;
use tokio::time::Instant;

/// The waits between tries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) shortest: Duration,
    pub(crate) longest: Duration,
}

impl Backoff {
    /// How long to wait after that many failures and one more.
    pub(crate) fn wait(self, failures: u32) -> Duration {
        let factor = 2_u32.saturating_pow(failures);
        let full = self.shortest.saturating_mul(factor).min(self.longest);
        full.mul_f64(rand::rng().random_range(0.5..=1.0))
    }
}

/// The tries to open a stream.
#[derive(Debug)]
pub(crate) struct Trials {
    pub(crate) backoff: Backoff,
    pub(crate) give_up_after: Duration,
    failures: u32,
    first_failure: Instant,
    began: Instant,
}

impl Trials {
    pub(crate) fn new(backoff: Backoff, give_up_after: Duration) -> Self {
        let now = Instant::now();
        Self {
            backoff,
            give_up_after,
            failures: 0,
            first_failure: now,
            began: now,
        }
    }

    pub(crate) fn begin(&mut self) {
        self.began = Instant::now();
    }

    pub(crate) const fn succeed(&mut self) {
        self.failures = 0;
    }

    /// How long to wait now; none if it is time to give up.
    pub(crate) fn fail(&mut self, at_least: Option<Duration>) -> Option<Duration> {
        let now = Instant::now();
        // A stream that stood longer than any wait was a success, even if nothing happened meanwhile.
        if now - self.began > self.backoff.longest {
            self.failures = 0;
        }
        if self.failures == 0 {
            self.first_failure = now;
        }
        if now - self.first_failure >= self.give_up_after {
            return None;
        }
        let wait = self.backoff.wait(self.failures);
        self.failures += 1;
        Some(
            wait.max(at_least.unwrap_or_default())
                .min(self.backoff.longest),
        )
    }
}
