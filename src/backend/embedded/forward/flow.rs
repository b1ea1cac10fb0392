//! Notices that media begins or stops to arrive.

use std::time::{Duration, Instant};

/// Whether media of one kind arrives.
///
/// Feed it with [`Flow::packet`], and call [`Flow::tick`] at [`Flow::poll_at`].
#[derive(Clone, Debug)]
pub struct Flow {
    silence: Duration,
    last: Option<Instant>,
}

impl Flow {
    /// How long nothing arrives until media is said to have stopped, where nothing else is asked
    /// for. Opus in silence (DTX) still sends a packet every 400 ms.
    pub const SILENCE: Duration = Duration::from_secs(2);

    /// Nothing has arrived; media stops when nothing arrived for `silence`.
    #[must_use]
    pub const fn new(silence: Duration) -> Self {
        Self {
            silence,
            last: None,
        }
    }

    /// A packet arrived. Whether media begins with it.
    pub fn packet(&mut self, now: Instant) -> bool {
        let begins = self.last.is_none();
        self.last = self.last.max(Some(now));
        begins
    }

    /// Time passed. Whether media stopped.
    pub fn tick(&mut self, now: Instant) -> bool {
        let stops = self.poll_at().is_some_and(|at| now >= at);
        if stops {
            self.last = None;
        }
        stops
    }

    /// Whether media arrives.
    #[must_use]
    pub const fn flows(&self) -> bool {
        self.last.is_some()
    }

    /// When it stops if nothing more arrives.
    #[must_use]
    pub fn poll_at(&self) -> Option<Instant> {
        Some(self.last? + self.silence)
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self::new(Self::SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_with_the_first_packet_and_stops_after_silence() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut flow = Flow::default();
        assert_eq!((flow.flows(), flow.poll_at()), (false, None));
        assert!(!flow.tick(at(0)));
        assert!(flow.packet(at(0)));
        assert!(!flow.packet(at(1500)));
        assert_eq!(flow.poll_at(), Some(at(3500)));
        assert!(!flow.tick(at(3499)));
        assert!(flow.flows());
        assert!(flow.tick(at(3500)));
        assert!(!flow.tick(at(9000)), "it stops once");
        assert!(flow.packet(at(9001)));
    }
}
