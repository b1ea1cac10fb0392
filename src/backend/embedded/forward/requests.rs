//! Limits how often a source is asked for a keyframe.

use std::time::{Duration, Instant};

/// After this many requests without a keyframe the source is left alone until one is wanted anew.
const TRIES: u32 = 8;

/// The keyframe requests (PLI, RFC 4585) toward one source, however many receivers want one.
///
/// Tell it of each want once, and of each keyframe; send a request whenever [`Keyframes::due`] says
/// so, and call that again at [`Keyframes::poll_at`]. The first want is due at once. One that comes
/// within the hold after a request is due when the hold ends, unless a keyframe arrives first. While
/// none arrives the request is repeated, later and later, for about a minute.
#[derive(Clone, Debug)]
pub struct Keyframes {
    hold: Duration,
    due: Option<Instant>,
    sent: Option<Instant>,
    tries: u32,
}

impl Keyframes {
    /// The hold where nothing else is asked for.
    pub const HOLD: Duration = Duration::from_millis(500);
    /// The longest wait before a repetition.
    const LONGEST: Duration = Duration::from_secs(10);

    /// At most one request per `hold`.
    #[must_use]
    pub const fn new(hold: Duration) -> Self {
        Self {
            hold,
            due: None,
            sent: None,
            tries: 0,
        }
    }

    /// A receiver wants a keyframe: it asked for one, or it begins to see this source.
    pub fn want(&mut self, now: Instant) {
        let next = self.sent.map_or(now, |sent| now.max(sent + self.hold));
        self.due = Some(self.due.map_or(next, |due| due.min(next)));
        self.tries = 0;
    }

    /// A keyframe begins to arrive.
    pub const fn arrived(&mut self) {
        self.due = None;
        self.tries = 0;
    }

    /// Nobody receives this source any more.
    pub const fn unwanted(&mut self) {
        self.arrived();
    }

    /// Whether a request is to be sent now; it counts as sent.
    pub fn due(&mut self, now: Instant) -> bool {
        if self.due.is_none_or(|due| now < due) {
            return false;
        }
        self.sent = Some(now);
        self.tries += 1;
        let doubled = self.hold * 2_u32.pow(self.tries.min(TRIES));
        self.due = (self.tries < TRIES).then(|| now + doubled.min(Self::LONGEST.max(self.hold)));
        true
    }

    /// When a request is due.
    #[must_use]
    pub const fn poll_at(&self) -> Option<Instant> {
        self.due
    }
}

impl Default for Keyframes {
    fn default() -> Self {
        Self::new(Self::HOLD)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Milliseconds at which requests are sent, polled only when it asks for it.
    fn sent(keyframes: &mut Keyframes, start: Instant, until: u64) -> Vec<u64> {
        let mut all = Vec::new();
        while let Some(at) = keyframes.poll_at() {
            let passed = at.duration_since(start).as_millis() as u64;
            if passed > until {
                break;
            }
            assert!(keyframes.due(at));
            all.push(passed);
        }
        all
    }

    #[test]
    fn wants_share_a_request_and_one_within_the_hold_is_sent_at_its_end() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut keyframes = Keyframes::default();
        assert!(!keyframes.due(start));
        keyframes.want(at(0));
        keyframes.want(at(0));
        assert!(keyframes.due(at(0)));
        assert!(!keyframes.due(at(0)));
        keyframes.want(at(100));
        assert!(!keyframes.due(at(499)));
        assert_eq!(keyframes.poll_at(), Some(at(500)));
        assert!(keyframes.due(at(500)));
        keyframes.want(at(600));
        keyframes.arrived();
        assert!(!keyframes.due(at(2000)));
        keyframes.want(at(2000));
        assert!(keyframes.due(at(2000)));
    }

    #[test]
    fn it_repeats_later_and_later_and_gives_up() {
        let start = Instant::now();
        let mut keyframes = Keyframes::default();
        keyframes.want(start);
        let all = sent(&mut keyframes, start, u64::MAX);
        assert_eq!(
            all,
            [0, 1000, 3000, 7000, 15_000, 25_000, 35_000, 45_000],
            "then it is left alone"
        );
        let later = start + Duration::from_secs(100);
        keyframes.want(later);
        assert_eq!(sent(&mut keyframes, later, 1000), [0, 1000]);
        keyframes.unwanted();
        assert_eq!(keyframes.poll_at(), None);
    }

    proptest! {
        #[test]
        fn never_two_within_the_hold_and_no_want_is_forgotten(
            steps in prop::collection::vec((0..300_u64, 0..3_u8), 1..200),
        ) {
            let start = Instant::now();
            let (mut keyframes, mut at) = (Keyframes::default(), 0);
            let (mut last, mut waiting) = (None, None);
            for (gap, step) in steps {
                at += gap;
                let now = start + Duration::from_millis(at);
                match step {
                    0 => {
                        keyframes.want(now);
                        waiting = waiting.or(Some(at));
                    }
                    1 => {
                        keyframes.arrived();
                        waiting = None;
                    }
                    _ => {}
                }
                if keyframes.due(now) {
                    prop_assert!(last.is_none_or(|last| at - last >= 500));
                    (last, waiting) = (Some(at), None);
                }
                prop_assert!(waiting.is_none_or(|since| at - since < 500));
            }
        }
    }
}
