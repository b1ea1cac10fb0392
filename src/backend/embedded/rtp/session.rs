//! A plain RTP leg: its m-sections, its negotiation and its clock.

use std::{
    net::SocketAddr,
    time::{Duration, Instant, SystemTime},
};

use super::{
    Event, Transmit,
    rtcp::Clock,
    sdp::Direction,
    section::{Queues, Section, Shared},
    tone,
};
use crate::{
    backend::embedded::packet::Packet,
    error::{Error, Reason, Result},
    media::{Codec, MediaKind, MediaStats},
};

/// One leg of plain RTP: see the [module](super) for how it is driven.
///
/// It is negotiated once. Until then datagrams that arrive early are understood as far as our own offer goes.
#[derive(Debug)]
pub struct Session {
    pub(super) state: State,
    pub(super) sections: Vec<Option<Section>>,
    shared: Shared,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    New,
    Offered,
    Agreed,
    Closed,
}

impl Session {
    /// A leg that knows nothing yet. `wall` is the wall clock's time at `now`, for its reports.
    #[must_use]
    pub fn new(now: Instant, wall: SystemTime) -> Self {
        Self {
            state: State::New,
            sections: Vec::new(),
            shared: Shared {
                clock: Clock::new(now, wall),
                // Random, as it must not tell who it is (RFC 7022, section 4.2).
                cname: format!("{:024x}", rand::random::<u128>() >> 32),
                queues: Queues::default(),
            },
        }
    }

    /// How many m-sections there are, refused ones included.
    #[must_use]
    pub fn sections(&self) -> usize {
        self.sections.len()
    }

    /// The kind of an m-section; none if it was refused.
    #[must_use]
    pub fn kind(&self, section: usize) -> Option<MediaKind> {
        Some(self.section(section)?.kind)
    }

    /// The `a=mid` of an m-section.
    #[must_use]
    pub fn mid(&self, section: usize) -> Option<&str> {
        self.section(section)?.mid.as_deref()
    }

    /// Which way media flows, seen from us, once it is negotiated.
    #[must_use]
    pub fn direction(&self, section: usize) -> Direction {
        self.section(section)
            .map_or(Direction::NONE, |section| section.direction)
    }

    /// The codecs that may be sent, preferred first, with their payload types. Empty until it is negotiated.
    #[must_use]
    pub fn codecs(&self, section: usize) -> &[(Codec, u8)] {
        self.section(section).map_or(&[], |section| &section.codecs)
    }

    fn section(&self, index: usize) -> Option<&Section> {
        self.sections.get(index)?.as_ref()
    }

    /// Reads a datagram that came to a socket of `section`; `rtcp` says that it was that for RTCP.
    ///
    /// *Behaviour*: what is malformed, unknown, too large or from a wrong source is dropped. Of a source the first
    /// valid packet latches its address, as [`Event::Latched`] says: see [`Event`] for what else may come of it.
    pub fn receive(
        &mut self,
        now: Instant,
        section: usize,
        rtcp: bool,
        source: SocketAddr,
        datagram: &[u8],
    ) -> Option<Packet> {
        let section = self.sections.get_mut(section)?.as_mut()?;
        section.receive(now, rtcp, source, datagram, &mut self.shared)
    }

    /// Sends `packet`; false if it cannot be: its codec was not agreed on, its payload is too large, media does not
    /// flow that way, there is no address yet, a tone sounds instead, or too much waits to be polled.
    ///
    /// *Requires* sequence numbers and timestamps that go on when the source changes.
    pub fn send(&mut self, now: Instant, section: usize, packet: &Packet) -> bool {
        match self.sections.get_mut(section) {
            Some(Some(section)) => section.send(now, packet, &mut self.shared),
            _ => false,
        }
    }

    /// Asks for a keyframe of what arrives; false if it was not agreed how, or nothing arrived yet.
    ///
    /// It is not rate limited.
    pub fn request_keyframe(&mut self, now: Instant, section: usize) -> bool {
        match self.sections.get_mut(section) {
            Some(Some(section)) => section.request_keyframe(now, &mut self.shared),
            _ => false,
        }
    }

    /// Sends tones (RFC 4733) of `duration` each, in place of the audio, after those that wait already.
    ///
    /// A tone lasts 8 s at most with a clock of 8 kHz, 1.3 s with one of 48 kHz.
    ///
    /// # Errors
    /// `NOT_SUPPORTED` if the other side takes none; `INVALID_FIELD` for anything else than `0-9 * # A-D`;
    /// `LIMIT_REACHED` if more than 128 would wait.
    pub fn send_tones(&mut self, now: Instant, digits: &str, duration: Duration) -> Result<()> {
        let mut sections = self.sections.iter_mut().flatten();
        let section = sections.find(|section| section.tone_format().is_some());
        let Some(section) = section.filter(|_| self.state == State::Agreed) else {
            let message = "the other side takes no tones: it has no `telephone-event` in its SDP";
            return Err(Error::new(Reason::NotSupported, message));
        };
        if !digits.chars().all(tone::is_digit) {
            let message = "must be of 0-9 A-D * #";
            return Err(Error::field(Reason::InvalidField, "digits", message));
        }
        if !section.tones.push(now, digits, duration) {
            let message = format!(
                "more than {} tones would wait to be sent",
                tone::MAX_WAITING
            );
            return Err(Error::new(Reason::LimitReached, message));
        }
        Ok(())
    }

    /// Says goodbye (RFC 3550, 6.6). What is polled afterwards should still be sent; nothing more will come.
    pub fn close(&mut self, now: Instant) {
        if self.state == State::Agreed {
            for section in self.sections.iter_mut().flatten() {
                section.leave(now, &mut self.shared);
            }
        }
        self.sections.clear();
        self.state = State::Closed;
    }

    /// The next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.shared.queues.transmits.pop_front()
    }

    /// The next thing that the other side did.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.shared.queues.events.pop_front()
    }

    /// When [`Session::handle_timeout`] must be called, unless another call comes first: ask again after each.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.sections
            .iter()
            .flatten()
            .filter_map(Section::deadline)
            .min()
    }

    /// Does what is due: reports, tones. Calling it early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        for section in self.sections.iter_mut().flatten() {
            section.handle_timeout(now, &mut self.shared);
        }
    }

    /// When anything valid last came, media or reports; of all m-sections or of one.
    #[must_use]
    pub fn last_received(&self, section: Option<usize>) -> Option<Instant> {
        let wanted = |one: &&Section| section.is_none_or(|index| index == one.index);
        let sections = self.sections.iter().flatten().filter(wanted);
        sections.filter_map(|section| section.last_received).max()
    }

    /// What arrived and what was sent so far: two of each m-section that is used.
    pub fn stats(&mut self, now: Instant) -> Vec<MediaStats> {
        let sections = self.sections.iter_mut().flatten();
        sections.flat_map(|section| section.stats(now)).collect()
    }
}
