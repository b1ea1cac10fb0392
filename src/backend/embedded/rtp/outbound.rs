//! The stream that is sent in one m-section.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rtcp_types::{
    Compound, CompoundBuilder, ReceiverReport, ReceiverReportBuilder, ReportBlock,
    ReportBlockBuilder, SenderReport, SenderReportBuilder,
};
use rtp_types::RtpPacketBuilder;

use super::{
    rate::Rate,
    rtcp::{self, Clock},
};
use crate::{
    backend::embedded::packet::Packet,
    media::{Codec, MediaStats},
};

/// Packets that are kept to be sent again: about a second of video.
const KEPT: usize = 256;

/// A packet is not sent again sooner than this: the same loss is reported more than once.
const AGAIN: Duration = Duration::from_millis(20);

/// What is sent.
///
/// Tones are put between the packets of the source: the numbers of what follows move up, and down again for the
/// source's packets that tones replace.
#[derive(Debug)]
pub(super) struct Outbound {
    ssrc: u32,
    shift: u64,
    /// The source's highest sequence number.
    highest: Option<u64>,
    /// What comes later than this from the source would take a number that is taken.
    floor: Option<u64>,
    last: Option<Last>,
    packets: u64,
    bytes: u64,
    sent_since_report: bool,
    kept: Vec<Option<Kept>>,
    heard: Heard,
    codec: Option<Codec>,
    rate: Rate,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: u64,
    timestamp: u32,
    clock_rate: u32,
    at: Instant,
}

#[derive(Debug)]
struct Kept {
    header: Header,
    payload: Arc<[u8]>,
    sent: Instant,
}

/// What the receiver reports.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    lost: Option<u64>,
    jitter: Option<Duration>,
    rtt: Option<Duration>,
}

/// What a packet says before its payload, its SSRC aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) payload_type: u8,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
}

impl Outbound {
    pub(super) fn new(ssrc: u32) -> Self {
        Self {
            ssrc,
            shift: 0,
            highest: None,
            floor: None,
            last: None,
            packets: 0,
            bytes: 0,
            sent_since_report: false,
            kept: Vec::new(),
            heard: Heard::default(),
            codec: None,
            rate: Rate::default(),
        }
    }

    pub(super) const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The wire form of the source's `packet`; none if its number is taken. `keep` it to be sent again.
    pub(super) fn packet(
        &mut self,
        now: Instant,
        packet: &Packet,
        payload_type: u8,
        keep: bool,
    ) -> Option<Vec<u8>> {
        let number = self.number(packet.sequence)?;
        let header = Header {
            payload_type,
            sequence: number as u16,
            timestamp: packet.timestamp,
            marker: packet.marker,
        };
        let contents = self.write(header, &packet.payload)?;
        self.highest = self.highest.max(Some(packet.sequence));
        let clock_rate = packet.codec.clock_rate();
        self.sent(
            now,
            number,
            packet.timestamp,
            clock_rate,
            packet.payload.len(),
        );
        self.codec = Some(packet.codec);
        if keep {
            self.keep(now, header, packet.payload.clone());
        }
        Some(contents)
    }

    /// Leaves out a packet of the source.
    pub(super) fn skip(&mut self, packet: &Packet) {
        if self.number(packet.sequence).is_some() && self.highest < Some(packet.sequence) {
            self.highest = Some(packet.sequence);
            self.shift = self.shift.wrapping_sub(1);
            self.floor = self.highest;
        }
    }

    /// The wire form of a packet put between those of the source.
    pub(super) fn insert(
        &mut self,
        now: Instant,
        mut header: Header,
        clock_rate: u32,
        payload: &[u8],
    ) -> Option<Vec<u8>> {
        let number = self
            .last
            .map_or(u64::from(self.ssrc), |last| last.sequence.wrapping_add(1));
        header.sequence = number as u16;
        let contents = self.write(header, payload)?;
        self.shift = self.shift.wrapping_add(1);
        self.floor = self.highest;
        self.sent(now, number, header.timestamp, clock_rate, payload.len());
        Some(contents)
    }

    fn number(&mut self, sequence: u64) -> Option<u64> {
        if self.floor.is_some_and(|floor| sequence <= floor) {
            return None;
        }
        if let (None, Some(last)) = (self.highest, self.last) {
            self.shift = last.sequence.wrapping_add(1).wrapping_sub(sequence);
            self.highest = Some(sequence.wrapping_sub(1));
        }
        Some(sequence.wrapping_add(self.shift))
    }

    fn sent(&mut self, now: Instant, number: u64, timestamp: u32, clock_rate: u32, bytes: usize) {
        if self.last.is_none_or(|last| last.sequence < number) {
            self.last = Some(Last {
                sequence: number,
                timestamp,
                clock_rate,
                at: now,
            });
        }
        self.packets += 1;
        self.bytes += bytes as u64;
        self.sent_since_report = true;
        self.rate.add(now, bytes);
    }

    fn write(&self, header: Header, payload: &[u8]) -> Option<Vec<u8>> {
        let builder: RtpPacketBuilder<&[u8], &[u8]> = RtpPacketBuilder::new()
            .payload_type(header.payload_type)
            .sequence_number(header.sequence)
            .timestamp(header.timestamp)
            .marker_bit(header.marker)
            .ssrc(self.ssrc)
            .payload(payload);
        builder.write_vec().ok()
    }

    fn keep(&mut self, now: Instant, header: Header, payload: Arc<[u8]>) {
        if self.kept.is_empty() {
            self.kept.resize_with(KEPT, || None);
        }
        self.kept[usize::from(header.sequence) % KEPT] = Some(Kept {
            header,
            payload,
            sent: now,
        });
    }

    /// The wire form of a packet that was sent and is asked for again.
    pub(super) fn again(&mut self, now: Instant, sequence: u16) -> Option<Vec<u8>> {
        let slot = self.kept.get_mut(usize::from(sequence) % KEPT)?.as_mut();
        let kept = slot.filter(|kept| kept.header.sequence == sequence)?;
        if now.saturating_duration_since(kept.sent) < AGAIN {
            return None;
        }
        kept.sent = now;
        let (header, payload) = (kept.header, kept.payload.clone());
        self.write(header, &payload)
    }

    /// The stream's timestamp at `now`, by a clock of `clock_rate`.
    pub(super) fn timestamp(&self, now: Instant, clock_rate: u32) -> u32 {
        self.last.map_or(self.ssrc, |last| {
            let passed = rtcp::units(now.saturating_duration_since(last.at), clock_rate);
            last.timestamp.wrapping_add(passed)
        })
    }

    /// The clock rate of what was sent last.
    pub(super) fn clock_rate(&self) -> Option<u32> {
        self.last.map(|last| last.clock_rate)
    }

    /// Begins a compound packet with a report: of what was sent, if anything was since the last one, and of what
    /// arrives.
    pub(super) fn report(
        &mut self,
        now: Instant,
        clock: &Clock,
        block: Option<ReportBlockBuilder>,
    ) -> CompoundBuilder<'static> {
        let sending = std::mem::take(&mut self.sent_since_report);
        let Some(last) = self.last.filter(|_| sending) else {
            let report = ReceiverReport::builder(self.ssrc);
            let report = block
                .into_iter()
                .fold(report, ReceiverReportBuilder::add_report_block);
            return Compound::builder().add_packet(report);
        };
        let report = SenderReport::builder(self.ssrc)
            .ntp_timestamp(clock.ntp(now))
            .rtp_timestamp(self.timestamp(now, last.clock_rate))
            .packet_count(self.packets as u32)
            .octet_count(self.bytes as u32);
        let report = block
            .into_iter()
            .fold(report, SenderReportBuilder::add_report_block);
        Compound::builder().add_packet(report)
    }

    /// Learns what the receiver says, if it is about this stream.
    pub(super) fn reported(&mut self, now: Instant, clock: &Clock, block: &ReportBlock<'_>) {
        if block.ssrc() != self.ssrc {
            return;
        }
        // 24 bits with a sign: duplicates make it negative.
        let lost = (block.cumulative_lost() << 8).cast_signed() >> 8;
        self.heard.lost = Some(u64::try_from(lost).unwrap_or(0));
        let rate = self.clock_rate().unwrap_or(1);
        self.heard.jitter = Some(rtcp::time(block.interarrival_jitter(), rate));
        let sent = block.last_sender_report_timestamp();
        let held = block.delay_since_last_sender_report_timestamp();
        let rtt = rtcp::middle(clock.ntp(now))
            .wrapping_sub(sent)
            .wrapping_sub(held);
        if sent != 0 && rtt.cast_signed() >= 0 {
            self.heard.rtt = Some(rtcp::time(rtt, 0x1_0000));
        }
    }

    /// What was sent so far.
    pub(super) fn stats(&mut self, now: Instant) -> MediaStats {
        MediaStats {
            codec: self.codec.map(|codec| codec.as_str().to_owned()),
            packets: Some(self.packets),
            bytes: Some(self.bytes),
            lost: self.heard.lost,
            jitter: self.heard.jitter,
            rtt: self.heard.rtt,
            bitrate_kbps: Some(self.rate.kbps(now)),
            ..MediaStats::default()
        }
    }

    /// The round-trip time that the receiver's reports show.
    pub(super) const fn rtt(&self) -> Option<Duration> {
        self.heard.rtt
    }
}
