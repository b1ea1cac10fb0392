//! The stream that arrives in one m-section: sequence, loss and jitter (RFC 3550, appendix A).

use std::time::{Duration, Instant};

use rtcp_types::{ReportBlock, ReportBlockBuilder, SenderReport};

use super::{rate::Rate, rtcp};
use crate::{
    backend::embedded::packet::SenderTime,
    media::{Codec, MediaStats},
};

/// A jump ahead of so many packets is a new beginning (RFC 3550, A.1).
const MAX_DROPOUT: i64 = 3000;

/// How far behind a packet may be, and duplicates are known.
const WINDOW: i64 = 128;

/// What arrives.
///
/// When the sender begins anew, with another SSRC or far away in the sequence, what comes out goes on without a gap:
/// the next sequence number, and the timestamp after the time that has passed.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    stream: Option<Stream>,
    /// What the second packet of a new beginning will be: one stray packet changes nothing.
    expected: Option<(u32, u16)>,
    last: Option<Last>,
    packets: u64,
    bytes: u64,
    lost_before: u64,
    codec: Option<Codec>,
    rate: Rate,
}

/// A packet that is new, as it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) sequence: u64,
    pub(super) timestamp: u32,
    /// Packets that are missing just before it.
    pub(super) missing: u16,
    /// The stream began anew with it.
    pub(super) restarted: bool,
}

/// A packet's header and clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) ssrc: u32,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) clock_rate: u32,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: u64,
    timestamp: u32,
    at: Instant,
}

#[derive(Debug)]
struct Stream {
    ssrc: u32,
    clock_rate: u32,
    started: Instant,
    /// Extended sequence numbers; they begin in the second cycle, so that earlier ones are not negative.
    first: u64,
    highest: u64,
    seen: u128,
    received: u64,
    /// At the last report.
    expected_then: u64,
    received_then: u64,
    transit: Option<u32>,
    jitter: f64,
    shift: u64,
    time_shift: u32,
    report: Option<(u32, Instant)>,
}

impl Inbound {
    /// Takes a packet in; none if it is a duplicate, too late, or the first of what may be a new beginning.
    pub(super) fn accept(&mut self, now: Instant, header: Header) -> Option<Arrived> {
        let known = self
            .stream
            .as_mut()
            .filter(|stream| stream.continues(&header));
        let arrived = if let Some(stream) = known {
            self.expected = None;
            stream.accept(now, &header)?
        } else if self.stream.is_none() || self.expected == Some((header.ssrc, header.sequence)) {
            self.begin(now, &header)
        } else {
            self.expected = Some((header.ssrc, header.sequence.wrapping_add(1)));
            return None;
        };
        if self
            .last
            .is_none_or(|last| last.sequence < arrived.sequence)
        {
            self.last = Some(Last {
                sequence: arrived.sequence,
                timestamp: arrived.timestamp,
                at: now,
            });
        }
        Some(arrived)
    }

    fn begin(&mut self, now: Instant, header: &Header) -> Arrived {
        self.expected = None;
        let first = u64::from(header.sequence) + 0x1_0000;
        let mut stream = Stream::new(now, first, header);
        if let Some(last) = self.last {
            let passed = rtcp::units(now.saturating_duration_since(last.at), header.clock_rate);
            stream.shift = (last.sequence + 1).wrapping_sub(first);
            stream.time_shift =
                (last.timestamp.wrapping_add(passed)).wrapping_sub(header.timestamp);
        }
        self.lost_before += self.stream.as_ref().map_or(0, Stream::lost);
        let arrived = Arrived {
            sequence: first.wrapping_add(stream.shift),
            timestamp: header.timestamp.wrapping_add(stream.time_shift),
            missing: 0,
            restarted: self.stream.is_some(),
        };
        self.stream = Some(stream);
        arrived
    }

    /// Counts a packet that goes on.
    pub(super) fn count(&mut self, now: Instant, codec: Codec, bytes: usize) {
        self.packets += 1;
        self.bytes += bytes as u64;
        self.codec = Some(codec);
        self.rate.add(now, bytes);
    }

    /// The stream's SSRC.
    pub(super) fn ssrc(&self) -> Option<u32> {
        self.stream.as_ref().map(|stream| stream.ssrc)
    }

    /// The stream's last sequence number on the wire.
    pub(super) fn highest(&self) -> Option<u16> {
        self.stream.as_ref().map(|stream| stream.highest as u16)
    }

    /// Learns of a sender report, if it is about this stream.
    pub(super) fn reported(
        &mut self,
        now: Instant,
        report: &SenderReport<'_>,
    ) -> Option<SenderTime> {
        let stream = self
            .stream
            .as_mut()
            .filter(|stream| stream.ssrc == report.ssrc())?;
        let ntp = report.ntp_timestamp();
        stream.report = Some((rtcp::middle(ntp), now));
        Some(SenderTime {
            ntp,
            timestamp: report.rtp_timestamp().wrapping_add(stream.time_shift),
        })
    }

    /// The block of a report to the sender (RFC 3550, 6.4.1).
    pub(super) fn report(&mut self, now: Instant) -> Option<ReportBlockBuilder> {
        Some(self.stream.as_mut()?.report(now))
    }

    /// What has arrived so far.
    pub(super) fn stats(&mut self, now: Instant) -> MediaStats {
        let stream = self.stream.as_ref();
        let jitter = |stream: &Stream| {
            Duration::try_from_secs_f64(stream.jitter / f64::from(stream.clock_rate)).ok()
        };
        MediaStats {
            inbound: true,
            codec: self.codec.map(|codec| codec.as_str().to_owned()),
            packets: Some(self.packets),
            bytes: Some(self.bytes),
            lost: Some(self.lost_before + stream.map_or(0, Stream::lost)),
            jitter: stream.and_then(jitter),
            bitrate_kbps: Some(self.rate.kbps(now)),
            ..MediaStats::default()
        }
    }
}

impl Stream {
    fn new(now: Instant, first: u64, header: &Header) -> Self {
        Self {
            ssrc: header.ssrc,
            clock_rate: header.clock_rate.max(1),
            started: now,
            first,
            highest: first,
            seen: 1,
            received: 1,
            expected_then: 0,
            received_then: 0,
            transit: None,
            jitter: 0.0,
            shift: 0,
            time_shift: 0,
            report: None,
        }
    }

    fn ahead(&self, sequence: u16) -> i64 {
        i64::from(sequence.wrapping_sub(self.highest as u16).cast_signed())
    }

    fn continues(&self, header: &Header) -> bool {
        let ahead = self.ahead(header.sequence);
        self.ssrc == header.ssrc && (-WINDOW < ahead && ahead < MAX_DROPOUT)
    }

    fn accept(&mut self, now: Instant, header: &Header) -> Option<Arrived> {
        let ahead = self.ahead(header.sequence);
        let sequence = self.highest.wrapping_add_signed(ahead);
        let step = ahead.unsigned_abs() as u32;
        if ahead > 0 {
            self.seen = self.seen.checked_shl(step).unwrap_or(0) | 1;
            self.highest = sequence;
        } else if self.seen & (1 << step) == 0 {
            self.seen |= 1 << step;
            self.first = self.first.min(sequence);
        } else {
            return None;
        }
        self.received += 1;
        self.clock_rate = header.clock_rate.max(1);
        self.measure(now, header.timestamp);
        Some(Arrived {
            sequence: sequence.wrapping_add(self.shift),
            timestamp: header.timestamp.wrapping_add(self.time_shift),
            missing: u16::try_from(ahead - 1).unwrap_or(0),
            restarted: false,
        })
    }

    /// RFC 3550, A.8.
    fn measure(&mut self, now: Instant, timestamp: u32) {
        let arrival = rtcp::units(now.saturating_duration_since(self.started), self.clock_rate);
        let transit = arrival.wrapping_sub(timestamp);
        if let Some(before) = self.transit.replace(transit) {
            let change = f64::from(transit.wrapping_sub(before).cast_signed().unsigned_abs());
            self.jitter += (change - self.jitter) / 16.0;
        }
    }

    fn expected(&self) -> u64 {
        self.highest - self.first + 1
    }

    fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    fn report(&mut self, now: Instant) -> ReportBlockBuilder {
        let expected = self.expected() - self.expected_then;
        let received = self.received - self.received_then;
        (self.expected_then, self.received_then) = (self.expected(), self.received);
        let fraction = expected.saturating_sub(received) * 256 / expected.max(1);
        let block = ReportBlock::builder(self.ssrc)
            .fraction_lost(fraction.min(255) as u8)
            .cumulative_lost(self.lost().min(0x7F_FFFF) as u32)
            .extended_sequence_number((self.highest - 0x1_0000) as u32)
            .interarrival_jitter(self.jitter as u32);
        match self.report {
            None => block,
            Some((middle, at)) => block
                .last_sender_report_timestamp(middle)
                .delay_since_last_sender_report_timestamp(rtcp::units(
                    now.saturating_duration_since(at),
                    0x1_0000,
                )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(20);

    fn header(ssrc: u32, sequence: u16, timestamp: u32) -> Header {
        Header {
            ssrc,
            sequence,
            timestamp,
            clock_rate: 8000,
        }
    }

    #[test]
    fn sequence_numbers_roll_over() {
        let now = Instant::now();
        let mut inbound = Inbound::default();
        let mut taken = |sequence| {
            inbound
                .accept(now, header(1, sequence, 0))
                .map(|a| a.sequence)
        };
        let first = taken(65_534).expect("the first");
        assert_eq!(taken(65_535), Some(first + 1));
        assert_eq!(taken(1), Some(first + 3));
        assert_eq!(taken(0), Some(first + 2));
        assert_eq!(taken(0), None, "a duplicate");
        assert_eq!(taken(65_533), Some(first - 1));
    }

    #[test]
    fn loss_is_counted_once() {
        let now = Instant::now();
        let mut inbound = Inbound::default();
        for sequence in (0..100).filter(|sequence| sequence % 10 != 5) {
            inbound.accept(now, header(1, sequence, 0));
        }
        assert_eq!(inbound.stats(now).lost, Some(10));
        inbound.accept(now, header(1, 95, 0));
        assert_eq!(inbound.stats(now).lost, Some(9));
    }

    #[test]
    fn another_sender_goes_on_where_the_last_one_ended() {
        let start = Instant::now();
        let mut inbound = Inbound::default();
        let first = inbound
            .accept(start, header(1, 10, 1000))
            .expect("the first");
        assert_eq!(inbound.accept(start + TICK, header(2, 900, 77)), None);
        let next = inbound
            .accept(start + TICK, header(1, 11, 1160))
            .expect("the same");
        assert_eq!(next.sequence, first.sequence + 1);
        assert_eq!(
            inbound.accept(start + TICK, header(2, 901, 237)),
            None,
            "not twice in a row"
        );
        let other = inbound
            .accept(start + TICK * 2, header(2, 902, 397))
            .expect("the second");
        assert_eq!(other.sequence, next.sequence + 1);
        assert_eq!(other.timestamp, next.timestamp + 160);
        assert!(other.restarted);
    }

    #[test]
    fn a_steady_stream_has_no_jitter() {
        let start = Instant::now();
        let mut inbound = Inbound::default();
        for n in 0..200_u16 {
            let late = Duration::from_millis(u64::from(n >= 100 && n % 2 == 0) * 10);
            let now = start + TICK * u32::from(n) + late;
            inbound.accept(now, header(1, n, u32::from(n) * 160));
            if n == 99 {
                assert_eq!(inbound.stats(now).jitter, Some(Duration::ZERO));
            }
        }
        let jitter = inbound.stats(start).jitter.expect("measured");
        assert!(jitter > Duration::from_millis(9) && jitter < Duration::from_millis(11));
    }
}
