//! Measures a bitrate over the last second.

use std::time::{Duration, Instant};

const BUCKETS: usize = 10;
const BUCKET: Duration = Duration::from_millis(100);
/// A rate over less than this says nothing: a keyframe comes as one burst.
const SHORTEST: Duration = Duration::from_millis(500);

/// The bitrate of what arrived within about the last second, in ten buckets.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    times: Option<Times>,
    bytes: [u64; BUCKETS],
}

#[derive(Clone, Copy, Debug)]
struct Times {
    first: Instant,
    last: Instant,
}

impl Times {
    /// The number of the bucket that `now` falls into, counted from the first packet.
    fn bucket(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.first).as_millis() / BUCKET.as_millis();
        u64::try_from(passed).unwrap_or(u64::MAX)
    }
}

impl Meter {
    /// `bytes` arrived.
    pub fn add(&mut self, now: Instant, bytes: usize) {
        let times = self.times.get_or_insert(Times {
            first: now,
            last: now,
        });
        let now = now.max(times.last);
        let (newest, bucket) = (times.bucket(times.last), times.bucket(now));
        for passed in (newest + 1..=bucket).take(BUCKETS) {
            self.bytes[slot(passed)] = 0;
        }
        times.last = now;
        self.bytes[slot(bucket)] += bytes as u64;
    }

    /// Bits per second.
    #[must_use]
    pub fn bitrate(&self, now: Instant) -> u64 {
        let Some(times) = self.times else { return 0 };
        let (newest, bucket) = (times.bucket(times.last), times.bucket(now));
        let oldest = bucket.saturating_sub(BUCKETS as u64 - 1);
        let bytes: u64 = (oldest..=newest)
            .map(|bucket| self.bytes[slot(bucket)])
            .sum();
        let whole = now.saturating_duration_since(times.first).as_millis();
        let before = u128::from(oldest) * BUCKET.as_millis();
        let span = (whole.saturating_sub(before)).max(SHORTEST.as_millis());
        u64::try_from(u128::from(bytes) * 8000 / span).unwrap_or(u64::MAX)
    }

    /// Whether something arrived within the last `silence`.
    #[must_use]
    pub fn alive(&self, now: Instant, silence: Duration) -> bool {
        self.times
            .is_some_and(|times| now.saturating_duration_since(times.last) < silence)
    }
}

const fn slot(bucket: u64) -> usize {
    (bucket % BUCKETS as u64) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_steady_stream_has_its_rate_and_a_stopped_one_none() {
        let start = Instant::now();
        let mut meter = Meter::default();
        assert_eq!(meter.bitrate(start), 0);
        assert!(!meter.alive(start, BUCKET));
        for packet in 0..300 {
            // 1250 bytes each 10 ms: 1 Mbit/s.
            meter.add(start + Duration::from_millis(packet * 10), 1250);
            let now = start + Duration::from_millis(packet * 10 + 10);
            if packet > 60 {
                let rate = meter.bitrate(now);
                assert!((950_000..=1_050_000).contains(&rate), "{packet}: {rate}");
            }
        }
        let end = start + Duration::from_millis(2990);
        assert!(meter.alive(end + BUCKET, 2 * BUCKET));
        assert!(!meter.alive(end + BUCKET * 3, 2 * BUCKET));
        let half = meter.bitrate(end + BUCKET * 5);
        assert!((400_000..=600_000).contains(&half), "{half}");
        assert_eq!(meter.bitrate(end + BUCKET * 11), 0);
    }

    #[test]
    fn one_burst_is_not_taken_for_a_rate() {
        let start = Instant::now();
        let mut meter = Meter::default();
        meter.add(start, 12_500);
        assert_eq!(meter.bitrate(start), 200_000);
    }

    proptest! {
        /// Whatever the gaps, the rate is never more than what arrived within the last second and
        /// half a bucket could be over half a second.
        #[test]
        fn it_counts_nothing_older_than_the_window(gaps in prop::collection::vec(0..3000_u64, 1..50)) {
            let start = Instant::now();
            let (mut meter, mut at, mut all) = (Meter::default(), 0, Vec::new());
            for gap in gaps {
                at += gap;
                all.push(at);
                meter.add(start + Duration::from_millis(at), 1000);
                let recent = all.iter().filter(|&&then| then + 1000 > at).count() as u64;
                let rate = meter.bitrate(start + Duration::from_millis(at));
                prop_assert!(rate > 0 && rate <= recent * 16_000, "{} of {}", rate, recent);
            }
        }
    }
}
