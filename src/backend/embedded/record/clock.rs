//! When the frames of a stream were, on the time that all streams of a recording share.
//!
//! That time counts the nanoseconds since the recording began, pauses left out. A stream's first frame is where it
//! arrived; the others follow by their RTP timestamps. What sender reports say puts one stream in step with another.

use std::time::Duration;

use crate::backend::embedded::packet::SenderTime;

/// Nanoseconds of the shared time.
pub(super) type Nanos = i64;

const SECOND: Nanos = 1_000_000_000;
/// Media that runs ahead of its arrival by more has other timestamps than before.
const MAX_AHEAD: Nanos = 2 * SECOND;
/// Media that falls behind its arrival by more: the sender stopped its clock.
const MAX_BEHIND: Nanos = 10 * SECOND;
/// Frames of some video codecs are not sent in the order of their timestamps; further back are other timestamps.
const MAX_BACK: Nanos = SECOND;
/// A sender report that is further from the last frame is about other timestamps.
const MAX_REPORT: Nanos = 10 * SECOND;
/// Streams that would be moved by more have no common clock.
const MAX_CORRECTION: Nanos = 10 * SECOND;

/// The clock of one stream.
#[derive(Debug)]
pub(super) struct Clock {
    rate: Nanos,
    latest: Option<Latest>,
    report: Option<SenderTime>,
    /// Still to be added, little by little.
    correction: Nanos,
}

/// The latest frame.
#[derive(Clone, Copy, Debug)]
struct Latest {
    timestamp: u32,
    time: Nanos,
    arrived: Nanos,
    /// Less than a nanosecond, in units of 1/rate nanoseconds.
    rest: Nanos,
}

impl Clock {
    /// A clock of `rate` timestamp units a second.
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate: Nanos::from(rate.max(1)),
            latest: None,
            report: None,
            correction: 0,
        }
    }

    /// Forgets where the stream was: the next frame begins anew, where it arrives.
    pub(super) fn restart(&mut self) {
        self.latest = None;
        self.correction = 0;
    }

    /// Another stream comes: its timestamps are not those of the reports until now.
    pub(super) fn forget_reports(&mut self) {
        self.report = None;
    }

    /// What the sender says of its time.
    pub(super) fn report(&mut self, report: SenderTime) {
        self.report = Some(report);
    }

    /// Whether the frame would begin anew.
    pub(super) fn begins_with(&self, timestamp: u32, arrived: Nanos) -> bool {
        let Some(latest) = self.latest else {
            return true;
        };
        let media = self.nanos(timestamp.wrapping_sub(latest.timestamp).cast_signed());
        let passed = arrived - latest.arrived;
        media < -MAX_BACK || media > passed + MAX_AHEAD || passed > media + MAX_BEHIND
    }

    /// Begins anew with a frame that arrived now.
    pub(super) fn begin(&mut self, timestamp: u32, arrived: Nanos) {
        self.correction = 0;
        self.latest = Some(Latest {
            timestamp,
            time: arrived,
            arrived,
            rest: 0,
        });
    }

    /// When the next frame was. *Requires* that the clock has begun.
    pub(super) fn time(&mut self, timestamp: u32, arrived: Nanos) -> Nanos {
        let Some(mut latest) = self.latest else {
            self.begin(timestamp, arrived);
            return arrived;
        };
        let delta = Nanos::from(timestamp.wrapping_sub(latest.timestamp).cast_signed());
        let units = delta * SECOND + latest.rest;
        let media = units.div_euclid(self.rate);
        // A quarter of the time that passes: what a viewer does not notice, and never a step back.
        let most = media.max(0) / 4;
        let step = self.correction.clamp(-most, most);
        self.correction -= step;
        latest = Latest {
            timestamp,
            time: latest.time + media + step,
            arrived,
            rest: units.rem_euclid(self.rate),
        };
        self.latest = Some(latest);
        latest.time
    }

    /// Moves what comes from now on by `by`, at once.
    pub(super) fn shift(&mut self, by: Nanos) {
        if let Some(latest) = &mut self.latest {
            latest.time += by;
        }
    }

    /// Puts this stream in step with `other`: `at_once`, or little by little.
    ///
    /// Nothing happens while a sender report of one of them is missing.
    pub(super) fn align(&mut self, other: &Self, at_once: bool) {
        let (Some(own), Some(others)) = (self.offset(), other.offset()) else {
            return;
        };
        let wanted = others - own;
        if wanted.abs() > MAX_CORRECTION {
            return;
        }
        match at_once {
            true => self.shift(wanted),
            false => self.correction = wanted,
        }
    }

    /// The shared time less the sender's wall clock, corrections aside.
    fn offset(&self) -> Option<Nanos> {
        let (latest, report) = (self.latest?, self.report?);
        let since = self.nanos(
            report
                .timestamp
                .wrapping_sub(latest.timestamp)
                .cast_signed(),
        );
        (since.abs() <= MAX_REPORT).then(|| latest.time + since - wall_clock(report.ntp))
    }

    fn nanos(&self, units: i32) -> Nanos {
        Nanos::from(units) * SECOND / self.rate
    }
}

/// Nanoseconds since 1900 or one of the eras after it; streams of one sender are in the same.
fn wall_clock(ntp: u64) -> Nanos {
    let seconds = ntp >> 32;
    let fraction = ((ntp & 0xffff_ffff) * SECOND.unsigned_abs()) >> 32;
    (seconds * SECOND.unsigned_abs() + fraction).cast_signed()
}

/// A span in nanoseconds; of more than 292 years, those.
pub(super) fn nanos(span: Duration) -> Nanos {
    Nanos::try_from(span.as_nanos()).unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MILLI: Nanos = 1_000_000;

    fn begun(rate: u32, timestamp: u32, arrived: Nanos) -> Clock {
        let mut clock = Clock::new(rate);
        assert!(clock.begins_with(timestamp, arrived));
        clock.begin(timestamp, arrived);
        clock
    }

    #[test]
    fn frames_follow_by_their_timestamps_and_not_by_their_arrival() {
        let mut clock = begun(90_000, u32::MAX - 100, 50 * MILLI);
        let next = (u32::MAX - 100).wrapping_add(3600);
        assert!(!clock.begins_with(next, 300 * MILLI));
        assert_eq!(clock.time(next, 300 * MILLI), 90 * MILLI);
    }

    #[test]
    fn thirds_of_a_nanosecond_do_not_add_up() {
        let mut clock = begun(90_000, 0, 0);
        let hours = 3;
        for frame in 1..=hours * 3600 * 30 {
            clock.time(frame * 3000, 0);
        }
        let end = clock.time(hours * 3600 * 90_000, 0);
        assert_eq!(end, Nanos::from(hours) * 3600 * SECOND);
    }

    #[test]
    fn other_timestamps_begin_anew_and_a_late_burst_does_not() {
        let clock = begun(48_000, 1_000_000, 0);
        assert!(clock.begins_with(500, 20 * MILLI), "further back");
        assert!(clock.begins_with(3_000_000, 20 * MILLI), "far ahead");
        assert!(clock.begins_with(1_000_960, 11 * SECOND), "it stood still");
        assert!(!clock.begins_with(1_000_960, 5 * SECOND), "it was held up");
        assert!(!clock.begins_with(1_480_000, 10 * SECOND), "silence");
    }

    fn ntp(millis: u64) -> u64 {
        (millis << 32) / 1000
    }

    #[test]
    fn sender_reports_put_two_streams_in_step() {
        let mut audio = begun(48_000, 0, 0);
        let mut video = begun(90_000, 0, 80 * MILLI);
        audio.report(SenderTime {
            ntp: ntp(5000),
            timestamp: 0,
        });
        video.align(&audio, false);
        assert_eq!(video.time(3600, 0), 120 * MILLI, "one report is not enough");
        video.report(SenderTime {
            ntp: ntp(5000),
            timestamp: 0,
        });
        video.align(&audio, false);
        assert_eq!(video.time(7200, 0), 150 * MILLI, "a quarter of 40 ms");
        for frame in 3..20 {
            video.time(frame * 3600, 0);
        }
        let off = video.time(20 * 3600, 0) - 800 * MILLI;
        assert!(off.abs() < 10, "{off}");
    }

    #[test]
    fn a_report_of_other_timestamps_is_left_aside() {
        let mut audio = begun(48_000, 0, 0);
        let mut video = begun(90_000, 0, 0);
        audio.report(SenderTime {
            ntp: ntp(5000),
            timestamp: 0,
        });
        video.report(SenderTime {
            ntp: ntp(4000),
            timestamp: 1_000_000_000,
        });
        video.align(&audio, true);
        assert_eq!(video.time(3600, 0), 40 * MILLI);
    }

    proptest! {
        #[test]
        fn nothing_overflows(steps in prop::collection::vec((any::<u32>(), any::<u64>(), 0..i64::from(u32::MAX)), 1..100)) {
            let (mut one, mut two) = (Clock::new(48_000), Clock::new(90_000));
            for (timestamp, ntp, arrived) in steps {
                for clock in [&mut one, &mut two] {
                    if clock.begins_with(timestamp, arrived) {
                        clock.begin(timestamp, arrived);
                    }
                    clock.time(timestamp, arrived);
                    clock.report(SenderTime { ntp, timestamp });
                }
                one.align(&two, ntp % 2 == 0);
            }
        }
    }
}
