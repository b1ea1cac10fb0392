//! Durations and instants.

use std::{ops::RangeInclusive, time::Duration};

use super::Fields;

const SECOND: Duration = Duration::from_secs(1);
/// As long as any duration of a request may be.
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// How long candidates may be collected.
pub(super) const TRICKLE: RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(30);
/// How long a session may last in one of its states.
pub(super) const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(1)..=YEAR;
/// How long a session may go unwatched, and a room empty.
pub(super) const LEASE: RangeInclusive<Duration> = SECOND..=YEAR;
/// How long a tone may be.
pub(super) const TONE: RangeInclusive<Duration> =
    Duration::from_millis(40)..=Duration::from_secs(6);
/// A place in a recording.
pub(super) const POSITION: RangeInclusive<Duration> = Duration::ZERO..=YEAR;

impl Fields<'_> {
    /// A duration, which may be left out.
    pub(super) fn optional_duration(
        &mut self,
        field: &'static str,
        duration: Option<prost_types::Duration>,
        range: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let duration = read(duration?);
        if let Some(duration) = duration.filter(|duration| range.contains(duration)) {
            return Some(duration);
        }
        let (least, most) = (range.start().as_secs_f64(), range.end().as_secs_f64());
        self.invalid(field, format_args!("must be from {least} s to {most} s"));
        None
    }
}

/// None if it is negative or not well-formed.
///
/// The library's own conversion brings such values into shape first, which overflows at their limits.
fn read(duration: prost_types::Duration) -> Option<Duration> {
    let seconds = u64::try_from(duration.seconds).ok()?;
    let nanos = u32::try_from(duration.nanos).ok()?;
    (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
}

/// As the API writes it; what is longer than it can write is cut.
pub(super) fn duration(duration: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(duration.subsec_nanos()).expect("less than a second"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::convert::Limits;

    fn read(seconds: i64, nanos: i32) -> Option<Duration> {
        let limits = Limits::default();
        let given = prost_types::Duration { seconds, nanos };
        Fields::new(&limits).optional_duration("x", Some(given), TRICKLE)
    }

    #[test]
    fn the_bounds_hold() {
        assert_eq!(read(0, 100_000_000), Some(Duration::from_millis(100)));
        assert_eq!(read(30, 0), Some(Duration::from_secs(30)));
        for (seconds, nanos) in [(0, 0), (0, 99_999_999), (30, 1), (-1, 0), (i64::MIN, -1)] {
            assert_eq!(read(seconds, nanos), None, "{seconds} {nanos}");
        }
    }

    #[test]
    fn what_goes_out_comes_back() {
        let there = Duration::new(5, 250_000_000);
        assert_eq!(Duration::try_from(duration(there)), Ok(there));
    }
}
