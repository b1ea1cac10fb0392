//! A client that speaks plain RTP.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::transport::{Contents, Section, Slot, Told, Transmit};
use crate::{
    backend::embedded::{
        forward::Out,
        packet::Packet,
        rtp::{Event, Session},
    },
    error::Result,
    media::{MediaKind, MediaStats, Sdp},
};

/// The sockets of one m-section.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Pair {
    /// The indices of its sockets, for [`Transmit::socket`].
    pub(in super::super) rtp: usize,
    pub(in super::super) rtcp: usize,
}

/// A client that speaks plain RTP.
#[derive(Debug)]
pub(in super::super) struct Plain {
    session: Session,
    /// Of each m-section; a refused one has none.
    pairs: Vec<Option<Pair>>,
    slots: Vec<Option<Slot>>,
    told: Vec<Told>,
}

impl Plain {
    /// A session that has made its description with these sockets.
    pub(in super::super) fn new(session: Session, pairs: Vec<Option<Pair>>) -> Self {
        let mut counts = [0u8; 2];
        let slots = (0..session.sections())
            .map(|index| {
                let kind = session.kind(index)?;
                let count = match kind {
                    MediaKind::Audio => &mut counts[0],
                    MediaKind::Video => &mut counts[1],
                    MediaKind::Data => return None,
                };
                let slot = Slot { kind, nth: *count };
                *count += 1;
                Some(slot)
            })
            .collect();
        Self {
            session,
            pairs,
            slots,
            told: Vec::new(),
        }
    }

    pub(in super::super) fn accept(&mut self, now: Instant, answer: &Sdp) -> Result<Vec<Section>> {
        self.session.accept(now, answer)?;
        Ok(self.agreed())
    }

    /// What was agreed on. Media can flow from now on.
    pub(in super::super) fn agreed(&mut self) -> Vec<Section> {
        self.told.push(Told::Up);
        let sections = self.slots.iter().enumerate();
        let sections = sections.filter_map(|(index, slot)| {
            let codecs = self.session.codecs(index);
            if codecs.is_empty() {
                return None;
            }
            let direction = self.session.direction(index);
            Some(Section {
                slot: (*slot)?,
                mid: self.session.mid(index).map(str::to_owned),
                codecs: codecs.iter().map(|(codec, _)| *codec).collect(),
                inbound: direction.receive,
                outbound: direction.send,
            })
        });
        sections.collect()
    }

    pub(super) fn receive(
        &mut self,
        now: Instant,
        (index, is_rtcp): (usize, bool),
        source: SocketAddr,
        datagram: &[u8],
    ) {
        let packet = self.session.receive(now, index, is_rtcp, source, datagram);
        if let (Some(packet), Some(slot)) = (packet, self.slot(index)) {
            self.told.push(Told::Packet {
                slot,
                layer: 0,
                packet,
            });
        }
    }

    fn slot(&self, index: usize) -> Option<Slot> {
        self.slots.get(index).copied().flatten()
    }

    fn index(&self, slot: Slot) -> Option<usize> {
        self.slots.iter().position(|other| *other == Some(slot))
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.session.handle_timeout(now);
    }

    pub(super) fn poll(
        &mut self,
        transmits: &mut Vec<Transmit>,
        told: &mut Vec<Told>,
    ) -> Option<Instant> {
        while let Some(transmit) = self.session.poll_transmit() {
            let Some(pair) = self.pairs.get(transmit.section).copied().flatten() else {
                continue;
            };
            transmits.push(Transmit {
                socket: if transmit.rtcp { pair.rtcp } else { pair.rtp },
                destination: transmit.destination,
                contents: Contents::Rtp(transmit.contents),
            });
        }
        told.append(&mut self.told);
        while let Some(event) = self.session.poll_event() {
            told.extend(self.told_by(&event));
        }
        self.session.poll_timeout()
    }

    fn told_by(&self, event: &Event) -> Option<Told> {
        match *event {
            Event::Tone {
                digit, duration, ..
            } => Some(Told::Tone { digit, duration }),
            Event::SenderTime { section, time } => Some(Told::Clock {
                slot: self.slot(section)?,
                layer: 0,
                time,
            }),
            Event::KeyframeWanted { section } => Some(Told::KeyframeWanted(self.slot(section)?)),
            Event::Latched { address, .. } => {
                tracing::debug!(%address, "the media of a client comes from another address than it said");
                None
            }
            Event::Left { .. } => Some(Told::Gone("the client has left (RTCP BYE)".into())),
        }
    }

    pub(super) fn send(&mut self, now: Instant, slot: Slot, out: &Out, packet: &Packet) -> bool {
        let Some(index) = self.index(slot) else {
            return false;
        };
        let rewritten = super::tap::rewritten(out, packet);
        self.session.send(now, index, &rewritten)
    }

    pub(super) fn request_keyframe(&mut self, now: Instant, slot: Slot) {
        if let Some(index) = self.index(slot) {
            self.session.request_keyframe(now, index);
        }
    }

    pub(super) fn send_tones(
        &mut self,
        now: Instant,
        digits: &str,
        duration: Duration,
    ) -> Result<()> {
        self.session.send_tones(now, digits, duration)
    }

    pub(super) fn last_heard(&self) -> Option<Instant> {
        self.session.last_received(None)
    }

    pub(super) fn stats(&mut self, now: Instant) -> Vec<MediaStats> {
        self.session.stats(now)
    }

    pub(super) fn close(&mut self, now: Instant) {
        self.session.close(now);
    }

    /// Its sockets, which are to be closed after it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = Pair> {
        self.pairs.iter().flatten().copied()
    }
}
