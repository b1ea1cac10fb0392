//! One m-section: what arrives, what is sent, and the reports about both.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use rtp_types::RtpPacket;

use super::{
    Event, MAX_DATAGRAM, Transmit,
    inbound::{self, Inbound},
    outbound::{self, Outbound},
    route::Route,
    rtcp::{self, Clock},
    sdp::{Direction, Encoding, Feedback, Format, Local, Remote},
    tone,
};
use crate::{
    backend::embedded::packet::Packet,
    media::{Codec, MediaKind, MediaStats},
};

/// The header of a packet that is sent, in bytes.
const HEADER: usize = 12;

/// What waits to be polled; more of it is dropped, as a network does.
pub(super) const MAX_QUEUED: usize = 512;

/// Between reports (RFC 3550, 6.2), and where feedback was agreed on and there is video.
const INTERVAL: Duration = Duration::from_secs(5);
const INTERVAL_FEEDBACK: Duration = Duration::from_secs(1);

/// What a session gives to be carried out.
#[derive(Debug, Default)]
pub(super) struct Queues {
    pub(super) transmits: VecDeque<Transmit>,
    pub(super) events: VecDeque<Event>,
}

impl Queues {
    pub(super) fn tell(&mut self, event: Event) {
        if self.events.len() < MAX_QUEUED {
            self.events.push_back(event);
        }
    }
}

/// What all sections of a session share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) clock: Clock,
    pub(super) cname: String,
    pub(super) queues: Queues,
}

/// One m-section.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) index: usize,
    pub(super) kind: MediaKind,
    pub(super) mid: Option<String>,
    pub(super) local: Local,
    pub(super) direction: Direction,
    pub(super) feedback: Feedback,
    /// What the payload types of arriving packets stand for.
    pub(super) receives: Vec<Format>,
    /// The payload types of packets that are sent.
    pub(super) sends: Vec<Format>,
    pub(super) codecs: Vec<(Codec, u8)>,
    pub(super) last_received: Option<Instant>,
    pub(super) shared_port: bool,
    pub(super) route: Route,
    pub(super) inbound: Inbound,
    pub(super) outbound: Outbound,
    hearing: tone::Receiver,
    pub(super) tones: tone::Sender,
    pub(super) next_report: Option<Instant>,
    pub(super) fir_sent: u8,
    pub(super) fir_heard: Option<u8>,
}

impl Section {
    /// A section with what we say of it; the other side's part is not known yet.
    pub(super) fn new(index: usize, kind: MediaKind, local: Local, receives: Vec<Format>) -> Self {
        Self {
            index,
            kind,
            mid: None,
            local,
            direction: local.direction,
            feedback: Feedback::default(),
            receives,
            sends: Vec::new(),
            codecs: Vec::new(),
            last_received: None,
            shared_port: true,
            route: Route::default(),
            inbound: Inbound::default(),
            outbound: Outbound::new(rand::random()),
            hearing: tone::Receiver::default(),
            tones: tone::Sender::default(),
            next_report: None,
            fir_sent: 0,
            fir_heard: None,
        }
    }

    /// Learns the other side's part, and what both sides know.
    pub(super) fn agree(&mut self, now: Instant, remote: &Remote, sends: Vec<Format>) {
        self.direction = self.local.direction.limited_by(remote.direction);
        self.feedback = Feedback::ALL.and(remote.feedback);
        self.shared_port = remote.rtcp_mux || self.local.rtcp.is_none();
        self.route
            .describe(remote.rtp, remote.rtcp, remote.rtcp_mux);
        self.codecs = sends
            .iter()
            .filter_map(|f| Some((f.codec()?, f.payload_type)))
            .collect();
        self.sends = sends;
        self.next_report = Some(now + self.interval() / 2);
    }

    fn interval(&self) -> Duration {
        if self.kind == MediaKind::Video && self.feedback.any() {
            INTERVAL_FEEDBACK
        } else {
            INTERVAL
        }
    }

    /// Reads a datagram; `apart` says that it came to the socket for RTCP only.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        apart: bool,
        source: SocketAddr,
        datagram: &[u8],
        shared: &mut Shared,
    ) -> Option<Packet> {
        if datagram.len() > MAX_DATAGRAM {
            return None;
        }
        if rtcp::is_rtcp(datagram) {
            self.receive_reports(now, source, datagram, shared);
            return None;
        }
        if apart {
            return None;
        }
        self.receive_media(now, source, datagram, shared)
    }

    fn receive_media(
        &mut self,
        now: Instant,
        source: SocketAddr,
        datagram: &[u8],
        shared: &mut Shared,
    ) -> Option<Packet> {
        let packet = RtpPacket::parse(datagram).ok()?;
        let (encoding, clock_rate) = self.format(packet.payload_type())?;
        self.admit(now, source, shared)?;
        let header = inbound::Header {
            ssrc: packet.ssrc(),
            sequence: packet.sequence_number(),
            timestamp: packet.timestamp(),
            clock_rate,
        };
        if let Encoding::TelephoneEvent = encoding {
            let tone = self
                .hearing
                .read(now, header.timestamp, clock_rate, packet.payload());
            self.tell(tone, shared);
        }
        let arrived = self.inbound.accept(now, header)?;
        if arrived.restarted {
            self.request_keyframe(now, shared);
        }
        self.ask_again(now, &arrived, shared);
        let Encoding::Codec(codec) = encoding else {
            return None;
        };
        let payload = packet.payload();
        if !self.direction.receive || payload.is_empty() {
            return None;
        }
        self.inbound.count(now, codec, payload.len());
        Some(Packet {
            codec,
            sequence: arrived.sequence,
            timestamp: arrived.timestamp,
            marker: packet.marker_bit(),
            payload: payload.into(),
            arrived: now,
        })
    }

    /// What a payload type stands for: as we described it, or as the other side did, since some use their own.
    fn format(&self, payload_type: u8) -> Option<(Encoding, u32)> {
        let mut known = self.receives.iter().chain(&self.sends);
        let format = known.find(|format| format.payload_type == payload_type)?;
        Some((format.encoding, format.clock_rate))
    }

    fn admit(&mut self, now: Instant, source: SocketAddr, shared: &mut Shared) -> Option<()> {
        let before = self.route.rtp();
        if !self.route.admits(now, source) {
            return None;
        }
        self.last_received = Some(now);
        if before != Some(source) {
            shared.queues.tell(Event::Latched {
                section: self.index,
                address: source,
            });
        }
        Some(())
    }

    fn tell(&self, tone: Option<tone::Tone>, shared: &mut Shared) {
        if let Some(tone::Tone { digit, duration }) = tone {
            shared.queues.tell(Event::Tone {
                section: self.index,
                digit,
                duration,
            });
        }
    }

    /// Sends a packet of the source; false if it cannot go out.
    pub(super) fn send(&mut self, now: Instant, packet: &Packet, shared: &mut Shared) -> bool {
        let known = self.codecs.iter().find(|(codec, _)| *codec == packet.codec);
        let fits = packet.payload.len() + HEADER <= MAX_DATAGRAM;
        let Some(&(_, payload_type)) = known.filter(|_| fits && self.can_send()) else {
            return false;
        };
        if self.tones.is_playing() {
            self.outbound.skip(packet);
            return false;
        }
        let keep = self.feedback.nack && self.kind == MediaKind::Video;
        let contents = self.outbound.packet(now, packet, payload_type, keep);
        contents.is_some_and(|contents| self.transmit(contents, shared))
    }

    fn can_send(&self) -> bool {
        self.direction.send && self.route.rtp().is_some()
    }

    /// Queues a packet; false if there is nowhere to send it, or no room.
    pub(super) fn transmit(&self, contents: Vec<u8>, shared: &mut Shared) -> bool {
        let queue = &mut shared.queues.transmits;
        let room = queue.len() < MAX_QUEUED;
        let destination = self.route.rtp().filter(|_| room);
        queue.extend(destination.map(|destination| Transmit {
            section: self.index,
            rtcp: false,
            destination,
            contents,
        }));
        destination.is_some()
    }

    /// The format of tones that fits what is sent.
    pub(super) fn tone_format(&self) -> Option<&Format> {
        let tones = || self.sends.iter().filter(|format| format.codec().is_none());
        let first = self.codecs.first().map(|(codec, _)| codec.clock_rate());
        let rate = self.outbound.clock_rate().or(first);
        tones()
            .find(|format| Some(format.clock_rate) == rate)
            .or_else(|| tones().next())
    }

    fn send_tones(&mut self, now: Instant, shared: &mut Shared) {
        let Some(format) = self.tone_format() else {
            return;
        };
        let (payload_type, clock_rate) = (format.payload_type, format.clock_rate);
        let timestamp = self.outbound.timestamp(now, clock_rate);
        let Some(step) = self.tones.step(now, clock_rate, timestamp) else {
            return;
        };
        if !self.can_send() {
            return;
        }
        for copy in 0..if step.last { 3 } else { 1 } {
            let header = outbound::Header {
                payload_type,
                sequence: 0,
                timestamp: step.timestamp,
                marker: step.marker && copy == 0,
            };
            let contents = self.outbound.insert(now, header, clock_rate, &step.payload);
            contents.map(|contents| self.transmit(contents, shared));
        }
    }

    /// When [`Section::handle_timeout`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let all = [
            self.next_report,
            self.hearing.deadline(),
            self.tones.deadline(),
        ];
        all.into_iter().flatten().min()
    }

    /// Does what is due.
    pub(super) fn handle_timeout(&mut self, now: Instant, shared: &mut Shared) {
        let over = self.hearing.expire(now);
        self.tell(over, shared);
        self.send_tones(now, shared);
        if self.next_report.is_some_and(|at| at <= now) {
            self.next_report = Some(now + self.interval());
            self.report_with(now, shared, |packet| packet);
        }
    }

    /// What arrived and what was sent so far.
    pub(super) fn stats(&mut self, now: Instant) -> [MediaStats; 2] {
        let rtt = self.outbound.rtt();
        [self.inbound.stats(now), self.outbound.stats(now)].map(|stats| MediaStats {
            kind: Some(self.kind),
            mid: self.mid.clone(),
            rtt,
            ..stats
        })
    }
}
