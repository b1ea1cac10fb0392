//! Waiting longer and longer between attempts, each time by a different span.

use std::time::Duration;

/// Exponential backoff with jitter, without a clock or a source of chance of its own.
///
/// The spans are half fixed and half chance, so that many clients of one server that went away do
/// not come back in step, and none comes back at once.
#[derive(Clone, Debug)]
pub struct Backoff {
    min: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    /// Spans from `min`, doubled with each failure, up to `max`.
    #[must_use]
    pub const fn new(min: Duration, max: Duration) -> Self {
        Self {
            min,
            max,
            failures: 0,
        }
    }

    /// How long to wait after one more failure; `chance` is between 0 and 1.
    pub fn next(&mut self, chance: f64) -> Duration {
        let doubled = self.min.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        let whole = doubled.min(self.max);
        whole / 2 + (whole / 2).mul_f64(chance.clamp(0.0, 1.0))
    }

    /// An attempt succeeded: the next failure is the first one again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: Duration = Duration::from_millis(100);
    const MAX: Duration = Duration::from_secs(2);

    #[test]
    fn spans_double_up_to_the_highest() {
        let mut backoff = Backoff::new(MIN, MAX);
        let spans: Vec<_> = (0..7).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(spans, [100, 200, 400, 800, 1600, 2000, 2000]);
        backoff.reset();
        assert_eq!(backoff.next(0.0).as_millis(), 50);
    }

    #[test]
    fn no_number_of_failures_overflows() {
        let mut backoff = Backoff::new(MIN, MAX);
        for _ in 0..200 {
            assert!(backoff.next(0.5) <= MAX);
        }
    }
}
