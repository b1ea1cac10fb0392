//! How fast bytes flow.

use std::time::{Duration, Instant};

/// The span over which a rate is taken.
const SPAN: Duration = Duration::from_secs(1);

/// Bytes per time, over the last whole second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rate {
    since: Option<Instant>,
    bytes: u64,
    kbps: u32,
}

impl Rate {
    pub(super) fn add(&mut self, now: Instant, bytes: usize) {
        self.turn(now);
        self.bytes += bytes as u64;
    }

    /// In kbit/s.
    pub(super) fn kbps(&mut self, now: Instant) -> u32 {
        self.turn(now);
        self.kbps
    }

    fn turn(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let elapsed = now.saturating_duration_since(since);
        if elapsed < SPAN {
            return;
        }
        let kbps = u128::from(self.bytes) * 8 / elapsed.as_millis().max(1);
        self.kbps = u32::try_from(kbps).unwrap_or(u32::MAX);
        self.bytes = 0;
        self.since = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_that_of_the_last_second() {
        let start = Instant::now();
        let mut rate = Rate::default();
        for tick in 0..50 {
            rate.add(start + Duration::from_millis(20) * tick, 160);
        }
        assert_eq!(rate.kbps(start + SPAN), 64);
        assert_eq!(rate.kbps(start + SPAN * 3), 0);
    }
}
