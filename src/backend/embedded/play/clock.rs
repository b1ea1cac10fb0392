//! Media time against real time.

use std::time::Duration;

use tokio::time::Instant;

/// A line of media time that runs with real time, halts, and jumps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// Where the line stood...
    at: Duration,
    /// ... at this instant, if it runs.
    since: Option<Instant>,
}

/// What lies further ahead is not waited for to the second.
const FAR: Duration = Duration::from_secs(365 * 86_400);

impl Clock {
    /// It halts at the beginning.
    pub(super) const fn new() -> Self {
        Self {
            at: Duration::ZERO,
            since: None,
        }
    }

    pub(super) fn at(&self, now: Instant) -> Duration {
        let run = self.since.map(|since| now.saturating_duration_since(since));
        self.at.saturating_add(run.unwrap_or_default())
    }

    /// When it comes to `at`; never, while it halts.
    pub(super) fn due(&self, at: Duration) -> Option<Instant> {
        let ahead = at.saturating_sub(self.at).min(FAR);
        Some(self.since? + ahead)
    }

    pub(super) fn halt(&mut self, now: Instant) {
        self.at = self.at(now);
        self.since = None;
    }

    /// Goes on from where it stands.
    pub(super) fn run(&mut self, now: Instant) {
        self.at = self.at(now);
        self.since = Some(now);
    }

    /// Stands at `at` now.
    pub(super) fn jump(&mut self, at: Duration, now: Instant) {
        self.at = at;
        self.since = self.since.map(|_| now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_halts_and_jumps() {
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        let seconds = Duration::from_secs;
        let mut clock = Clock::new();
        assert_eq!(clock.due(seconds(1)), None);
        clock.run(later(10));
        assert_eq!(clock.due(seconds(1)), Some(later(11)));
        clock.halt(later(12));
        assert_eq!(
            (clock.at(later(20)), clock.due(seconds(3))),
            (seconds(2), None)
        );
        clock.jump(seconds(7), later(20));
        assert_eq!(clock.at(later(30)), seconds(7));
        clock.run(later(30));
        assert_eq!(clock.due(seconds(8)), Some(later(31)));
        clock.jump(seconds(1), later(32));
        assert_eq!(clock.at(later(33)), seconds(2));
        assert_eq!(clock.due(seconds(0)), Some(later(32)));
    }
}
