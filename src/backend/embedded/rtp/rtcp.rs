//! RTCP's clock and compound packets (RFC 3550, section 6).

use std::time::{Duration, Instant, SystemTime};

use rtcp_types::{CompoundBuilder, Sdes, SdesChunk, SdesItem, prelude::*};

use crate::backend::embedded::packet::ntp;

/// The wall clock, read once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Instant,
    wall: SystemTime,
}

impl Clock {
    /// A clock by which `start` was `wall`.
    pub(super) fn new(start: Instant, wall: SystemTime) -> Self {
        Self { start, wall }
    }

    /// The wall clock as NTP has it.
    pub(super) fn ntp(&self, now: Instant) -> u64 {
        ntp(self.wall + now.saturating_duration_since(self.start))
    }
}

/// The middle half of an NTP time: units of 2^-16 s.
pub(super) const fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// `time` in units of a clock; wraps.
pub(super) fn units(time: Duration, rate: u32) -> u32 {
    (time.as_nanos() * u128::from(rate) / 1_000_000_000) as u32
}

/// The time that `units` of a clock take.
pub(super) fn time(units: u32, rate: u32) -> Duration {
    Duration::from_secs(u64::from(units)) / rate.max(1)
}

/// Whether a datagram is RTCP where it may also be RTP (RFC 5761, section 4).
pub(super) fn is_rtcp(datagram: &[u8]) -> bool {
    datagram
        .get(1)
        .is_some_and(|kind| (192..=223).contains(kind))
}

/// `packet` with the name of its sender (RFC 3550, 6.5.1).
pub(super) fn named<'a>(
    packet: CompoundBuilder<'a>,
    ssrc: u32,
    cname: &'a str,
) -> CompoundBuilder<'a> {
    let name = SdesItem::builder(SdesItem::CNAME, cname);
    packet.add_packet(Sdes::builder().add_chunk(SdesChunk::builder(ssrc).add_item(name)))
}

/// The wire form of a compound packet; none if it has a value that cannot be written.
pub(super) fn write(packet: &CompoundBuilder<'_>) -> Option<Vec<u8>> {
    let mut contents = vec![0; packet.calculate_size().ok()?];
    packet.write_into(&mut contents).ok()?;
    Some(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_from_1900() {
        let start = Instant::now();
        let clock = Clock::new(start, SystemTime::UNIX_EPOCH);
        let later = start + Duration::from_millis(1500);
        assert_eq!(clock.ntp(later), (2_208_988_801 << 32) | (1 << 31));
        assert_eq!(middle(clock.ntp(later)) & 0xFFFF, 0x8000);
    }

    #[test]
    fn units_and_time_agree() {
        let time_of = |ms| Duration::from_millis(ms);
        assert_eq!(units(time_of(20), 48_000), 960);
        assert_eq!(time(960, 48_000), time_of(20));
        assert_eq!(time(65_535, 0), Duration::from_secs(65_535));
    }
}
