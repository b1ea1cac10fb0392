//! The way to a client: WebRTC or plain RTP.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    plain::{Pair, Plain},
    transport::{LayerId, Message, Section, Slot, Told, Transmit},
    webrtc::Webrtc,
};
use crate::{
    backend::embedded::{forward::Out, packet::Packet},
    error::{Error, Reason, Result},
    media::{MediaStats, Sdp},
};

/// The way to a client. After all that is done to it, it is to be polled, and flushed after a packet was sent.
#[derive(Debug)]
pub(super) enum Way {
    Webrtc(Box<Webrtc>),
    Plain(Box<Plain>),
}

impl Way {
    /// What its notices are called.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Webrtc(_) => "webrtc",
            Self::Plain(_) => "rtp",
        }
    }

    /// Whether a client that does not come up in time is given up: one that only listens to plain RTP may be silent.
    pub(super) const fn connects(&self) -> bool {
        matches!(self, Self::Webrtc(_))
    }

    pub(super) fn receive(
        &mut self,
        now: Instant,
        socket: usize,
        source: SocketAddr,
        datagram: &[u8],
    ) -> Result<(), String> {
        match self {
            Self::Webrtc(webrtc) => webrtc.receive(now, socket, source, datagram),
            Self::Plain(_) => Ok(()),
        }
    }

    pub(super) fn receive_rtp(
        &mut self,
        now: Instant,
        section: (usize, bool),
        source: SocketAddr,
        datagram: &[u8],
    ) {
        match self {
            Self::Webrtc(_) => {}
            Self::Plain(plain) => plain.receive(now, section, source, datagram),
        }
    }

    /// Lets time pass, and takes all that there is to send and to tell; when it wants to be woken.
    pub(super) fn flush(
        &mut self,
        now: Instant,
        transmits: &mut Vec<Transmit>,
        told: &mut Vec<Told>,
    ) -> Option<Instant> {
        match self {
            Self::Webrtc(webrtc) => webrtc.flush(now, transmits, told),
            Self::Plain(plain) => {
                plain.tick(now);
                plain.poll(transmits, told)
            }
        }
    }

    /// Takes all that there is to send and to tell; when it wants to be woken.
    pub(super) fn poll(
        &mut self,
        transmits: &mut Vec<Transmit>,
        told: &mut Vec<Told>,
    ) -> Option<Instant> {
        match self {
            Self::Webrtc(webrtc) => webrtc.poll(transmits, told),
            Self::Plain(plain) => plain.poll(transmits, told),
        }
    }

    pub(super) fn accept(&mut self, now: Instant, answer: &Sdp) -> Result<Vec<Section>> {
        match self {
            Self::Webrtc(webrtc) => webrtc.accept(answer),
            Self::Plain(plain) => plain.accept(now, answer),
        }
    }

    pub(super) fn add_candidate(&mut self, line: &str) {
        match self {
            Self::Webrtc(webrtc) => webrtc.add_candidate(line),
            Self::Plain(_) => {}
        }
    }

    /// Where the client has said to be, from where unnamed replies may come.
    pub(super) fn remotes(&self) -> &[SocketAddr] {
        match self {
            Self::Webrtc(webrtc) => webrtc.remotes(),
            Self::Plain(_) => &[],
        }
    }

    pub(super) fn send(&mut self, now: Instant, slot: Slot, out: &Out, packet: &Packet) -> bool {
        match self {
            Self::Webrtc(webrtc) => webrtc.send(slot, out, packet),
            Self::Plain(plain) => plain.send(now, slot, out, packet),
        }
    }

    pub(super) fn request_keyframe(&mut self, now: Instant, slot: Slot, layer: LayerId) {
        match self {
            Self::Webrtc(webrtc) => webrtc.request_keyframe(slot, layer),
            Self::Plain(plain) => plain.request_keyframe(now, slot),
        }
    }

    pub(super) fn request_bitrate(&mut self, slot: Slot, bitrate: u64) {
        match self {
            Self::Webrtc(webrtc) => webrtc.request_bitrate(slot, bitrate),
            Self::Plain(_) => {}
        }
    }

    pub(super) fn wish(&mut self, bitrate: u64) {
        match self {
            Self::Webrtc(webrtc) => webrtc.wish(bitrate),
            Self::Plain(_) => {}
        }
    }

    /// Sends a message; where there is no data channel it is for nobody.
    pub(super) fn send_message(&mut self, message: Message) -> bool {
        match self {
            Self::Webrtc(webrtc) => webrtc.send_message(message),
            Self::Plain(_) => true,
        }
    }

    pub(super) fn send_tones(
        &mut self,
        now: Instant,
        digits: &str,
        duration: Duration,
    ) -> Result<()> {
        match self {
            Self::Plain(plain) => plain.send_tones(now, digits, duration),
            Self::Webrtc(_) => {
                let words = "tones can be sent to plain RTP endpoints only";
                Err(Error::new(Reason::NotSupported, words))
            }
        }
    }

    pub(super) fn has_data(&self) -> bool {
        match self {
            Self::Webrtc(webrtc) => webrtc.has_data(),
            Self::Plain(_) => false,
        }
    }

    /// When anything came from the client, if something ever did.
    pub(super) fn last_heard(&self) -> Option<Instant> {
        match self {
            Self::Webrtc(webrtc) => Some(webrtc.last_heard()),
            Self::Plain(plain) => plain.last_heard(),
        }
    }

    /// What flows, where the transport itself counts it.
    pub(super) fn stats(&mut self, now: Instant) -> Option<Vec<MediaStats>> {
        match self {
            Self::Webrtc(_) => None,
            Self::Plain(plain) => Some(plain.stats(now)),
        }
    }

    pub(super) fn close(&mut self, now: Instant) {
        match self {
            Self::Webrtc(webrtc) => webrtc.close(),
            Self::Plain(plain) => plain.close(now),
        }
    }

    /// The sockets that are its own.
    pub(super) fn pairs(&self) -> Vec<Pair> {
        match self {
            Self::Webrtc(_) => Vec::new(),
            Self::Plain(plain) => plain.pairs().collect(),
        }
    }
}
