//! Reports and feedback about the two streams of an m-section, read and made.

use std::{net::SocketAddr, time::Instant};

use rtcp_types::{
    CompoundBuilder, Fir, Nack, Packet as Report, PayloadFeedback, Pli, TransportFeedback,
};

use super::{
    Event, Transmit, inbound, rtcp,
    section::{MAX_QUEUED, Section, Shared},
};
use crate::media::MediaKind;

/// The most packets that one NACK makes go out again, or asks for.
const MAX_AGAIN: u16 = 64;

impl Section {
    /// Asks for the packets that are missing before one that arrived.
    pub(super) fn ask_again(
        &mut self,
        now: Instant,
        arrived: &inbound::Arrived,
        shared: &mut Shared,
    ) {
        let missing = arrived.missing;
        let wanted = self.feedback.nack && self.kind == MediaKind::Video;
        let highest = self.inbound.highest();
        let Some(highest) = highest.filter(|_| wanted && (1..=MAX_AGAIN).contains(&missing)) else {
            return;
        };
        let gone = (1..=missing).map(|back| highest.wrapping_sub(back));
        let nack = gone.fold(Nack::builder(), |nack, number| {
            nack.add_rtp_sequence(number)
        });
        let feedback = TransportFeedback::builder_owned(nack)
            .sender_ssrc(self.outbound.ssrc())
            .media_ssrc(self.inbound.ssrc().unwrap_or(0));
        self.report_with(now, shared, |packet| packet.add_packet(feedback));
    }

    /// Reads a compound packet, up to the first part of it that is malformed.
    pub(super) fn receive_reports(
        &mut self,
        now: Instant,
        source: SocketAddr,
        datagram: &[u8],
        shared: &mut Shared,
    ) {
        let Ok(reports) = rtcp_types::Compound::parse(datagram) else {
            return;
        };
        if !self.route.admits_rtcp(source) {
            return;
        }
        self.last_received = Some(now);
        for report in reports.map_while(Result::ok) {
            self.receive_report(now, &report, shared);
        }
    }

    fn receive_report(&mut self, now: Instant, report: &Report<'_>, shared: &mut Shared) {
        let section = self.index;
        match report {
            Report::Sr(report) => {
                if let Some(time) = self.inbound.reported(now, report) {
                    shared.queues.tell(Event::SenderTime { section, time });
                }
                for block in report.report_blocks() {
                    self.outbound.reported(now, &shared.clock, &block);
                }
            }
            Report::Rr(report) => {
                for block in report.report_blocks() {
                    self.outbound.reported(now, &shared.clock, &block);
                }
            }
            Report::Bye(bye) => {
                if bye.ssrcs().any(|ssrc| Some(ssrc) == self.inbound.ssrc()) {
                    shared.queues.tell(Event::Left { section });
                }
            }
            Report::TransportFeedback(feedback) => self.send_again(now, feedback, shared),
            Report::PayloadFeedback(feedback) => {
                if self.wants_keyframe(feedback) {
                    shared.queues.tell(Event::KeyframeWanted { section });
                }
            }
            Report::App(_) | Report::Sdes(_) | Report::Xr(_) | Report::Unknown(_) => {}
        }
    }

    fn send_again(&mut self, now: Instant, feedback: &TransportFeedback<'_>, shared: &mut Shared) {
        let own = feedback.media_ssrc() == self.outbound.ssrc();
        let Ok(nack) = feedback.parse_fci::<Nack<'_>>() else {
            return;
        };
        if own && self.feedback.nack {
            for number in nack.entries().take(usize::from(MAX_AGAIN)) {
                if let Some(contents) = self.outbound.again(now, number) {
                    self.transmit(contents, shared);
                }
            }
        }
    }

    fn wants_keyframe(&mut self, feedback: &PayloadFeedback<'_>) -> bool {
        if feedback.parse_fci::<Pli<'_>>().is_ok() {
            return feedback.media_ssrc() == self.outbound.ssrc();
        }
        let Ok(fir) = feedback.parse_fci::<Fir<'_>>() else {
            return false;
        };
        let own = fir
            .entries()
            .find(|entry| entry.ssrc() == self.outbound.ssrc());
        // The same command is sent again until it is obeyed (RFC 5104, 4.3.1.2).
        own.is_some_and(|entry| {
            let sequence = Some(entry.sequence());
            std::mem::replace(&mut self.fir_heard, sequence) != sequence
        })
    }

    /// Asks for a keyframe, if it was agreed how; says whether it was.
    pub(super) fn request_keyframe(&mut self, now: Instant, shared: &mut Shared) -> bool {
        let Some(media) = self
            .inbound
            .ssrc()
            .filter(|_| self.kind == MediaKind::Video)
        else {
            return false;
        };
        let own = self.outbound.ssrc();
        if self.feedback.pli {
            let pli = PayloadFeedback::builder_owned(Pli::builder());
            let pli = pli.sender_ssrc(own).media_ssrc(media);
            return self.report_with(now, shared, |packet| packet.add_packet(pli));
        }
        if !self.feedback.fir {
            return false;
        }
        self.fir_sent = self.fir_sent.wrapping_add(1);
        let fir = Fir::builder().add_ssrc(media, self.fir_sent);
        let fir = PayloadFeedback::builder_owned(fir).sender_ssrc(own);
        self.report_with(now, shared, |packet| packet.add_packet(fir))
    }

    /// Says that nothing more is sent.
    pub(super) fn leave(&mut self, now: Instant, shared: &mut Shared) {
        let bye = rtcp_types::Bye::builder().add_source(self.outbound.ssrc());
        self.report_with(now, shared, |packet| packet.add_packet(bye));
        self.next_report = None;
    }

    /// Sends a report and what `more` adds to it.
    pub(super) fn report_with(
        &mut self,
        now: Instant,
        shared: &mut Shared,
        more: impl FnOnce(CompoundBuilder<'_>) -> CompoundBuilder<'_>,
    ) -> bool {
        let Some(destination) = self.route.rtcp() else {
            return false;
        };
        let Shared {
            clock,
            cname,
            queues,
        } = shared;
        let packet = self.outbound.report(now, clock, self.inbound.report(now));
        let packet = more(rtcp::named(packet, self.outbound.ssrc(), cname));
        let contents = rtcp::write(&packet).filter(|_| queues.transmits.len() < MAX_QUEUED);
        let written = contents.is_some();
        queues.transmits.extend(contents.map(|contents| Transmit {
            section: self.index,
            rtcp: !self.shared_port,
            destination,
            contents,
        }));
        written
    }
}
