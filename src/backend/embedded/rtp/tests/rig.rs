//! Two sessions and the network between them.

use std::{
    net::SocketAddr,
    time::{Duration, Instant, SystemTime},
};

use super::super::{Direction, Event, Local, Session, Transmit, Wanted, needs};
use crate::{
    backend::embedded::packet::Packet,
    media::{Codec, MediaKind, Sdp},
};

/// One session, its sockets, and what came of it.
pub(super) struct Side {
    pub(super) session: Session,
    pub(super) locals: Vec<Option<Local>>,
    pub(super) packets: Vec<(usize, Packet)>,
    pub(super) events: Vec<Event>,
    pub(super) sent: Vec<Transmit>,
}

/// Two sides and a clock.
pub(super) struct Rig {
    pub(super) now: Instant,
    pub(super) offerer: Side,
    pub(super) answerer: Side,
    pub(super) answer: Sdp,
    /// Whether a datagram gets lost.
    pub(super) lose: fn(&Transmit) -> bool,
}

impl Side {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            session: Session::new(
                now,
                SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            ),
            locals: Vec::new(),
            packets: Vec::new(),
            events: Vec::new(),
            sent: Vec::new(),
        }
    }

    pub(super) fn take(
        &mut self,
        now: Instant,
        section: usize,
        source: SocketAddr,
        datagram: &[u8],
    ) {
        let packet = self.session.receive(now, section, false, source, datagram);
        self.packets.extend(packet.map(|packet| (section, packet)));
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.events.push(event);
        }
    }

    /// The address that a datagram of this side comes from.
    fn source(&self, transmit: &Transmit) -> SocketAddr {
        let local = self.locals[transmit.section].expect("in use");
        if transmit.rtcp {
            local.rtcp.expect("it has an RTCP socket")
        } else {
            local.rtp
        }
    }

    fn socket(&self, at: SocketAddr) -> Option<(usize, bool)> {
        self.locals.iter().enumerate().find_map(|(section, local)| {
            let local = local.as_ref()?;
            let rtcp = local.rtcp == Some(at);
            (rtcp || local.rtp == at).then_some((section, rtcp))
        })
    }
}

impl Rig {
    /// Two sides that agreed on `wanted`; `edit` changes the offer on its way.
    pub(super) fn new(wanted: &[Wanted], edit: fn(String) -> String) -> Self {
        let now = Instant::now();
        let (mut offerer, mut answerer) = (Side::new(now), Side::new(now));
        let offer = edit(offerer.session.offer(wanted).expect("an offer"));
        offerer.locals = wanted.iter().map(|want| Some(want.local)).collect();
        let offer = Sdp::parse(&offer).expect("an SDP");
        let needs = needs(&offer, Codec::ALL).expect("usable");
        let local = |(index, need): (usize, _)| {
            let need: &Option<super::super::Need> = need;
            let v6 = need.as_ref()?.remote.is_some_and(|ip| ip.is_ipv6());
            Some(local(v6, 20_000 + 2 * index as u16))
        };
        answerer.locals = needs.iter().enumerate().map(local).collect();
        let answer = answerer
            .session
            .answer(now, &offer, &answerer.locals, Codec::ALL);
        let answer = Sdp::parse(&answer.expect("an answer")).expect("an SDP");
        offerer.session.accept(now, &answer).expect("agreed");
        Self {
            now,
            offerer,
            answerer,
            answer,
            lose: |_| false,
        }
    }

    /// Carries everything over that is queued, both ways.
    pub(super) fn exchange(&mut self) {
        carry(self.now, &mut self.offerer, &mut self.answerer, self.lose);
        carry(self.now, &mut self.answerer, &mut self.offerer, self.lose);
    }

    /// Lets time pass, with everything that is due within.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.exchange();
        loop {
            let due = [&self.offerer, &self.answerer].map(|side| side.session.poll_timeout());
            let Some(next) = due.into_iter().flatten().min().filter(|next| *next <= end) else {
                break;
            };
            self.now = self.now.max(next);
            self.offerer.session.handle_timeout(self.now);
            self.answerer.session.handle_timeout(self.now);
            self.offerer.collect();
            self.answerer.collect();
            self.exchange();
        }
        self.now = end;
    }
}

fn carry(now: Instant, from: &mut Side, to: &mut Side, lose: fn(&Transmit) -> bool) {
    while let Some(transmit) = from.session.poll_transmit() {
        let source = from.source(&transmit);
        let target = to.socket(transmit.destination);
        from.sent.push(transmit.clone());
        let Some((section, rtcp)) = target.filter(|_| !lose(&transmit)) else {
            continue;
        };
        let packet = to
            .session
            .receive(now, section, rtcp, source, &transmit.contents);
        to.packets.extend(packet.map(|packet| (section, packet)));
        to.collect();
    }
}

/// Sockets with one for RTCP.
pub(super) fn local(v6: bool, port: u16) -> Local {
    let ip: std::net::IpAddr = if v6 { "2001:db8::2" } else { "192.0.2.2" }
        .parse()
        .expect("an address");
    Local {
        rtp: SocketAddr::new(ip, port),
        rtcp: Some(SocketAddr::new(ip, port + 1)),
        direction: Direction::BOTH,
    }
}

/// An m-section of an offer.
pub(super) fn wanted(kind: MediaKind, port: u16, codecs: &[Codec]) -> Wanted {
    Wanted {
        kind,
        local: local(false, port),
        codecs: codecs.to_vec(),
    }
}

/// The usual audio and video.
pub(super) fn both() -> [Wanted; 2] {
    [
        wanted(MediaKind::Audio, 10_000, &[Codec::Opus, Codec::Pcmu]),
        wanted(MediaKind::Video, 10_002, &[Codec::Vp8, Codec::H264]),
    ]
}

/// The `n`th packet of a stream with 20 ms each.
pub(super) fn packet(now: Instant, codec: Codec, n: u64) -> Packet {
    Packet {
        codec,
        sequence: 70_000 + n,
        timestamp: (n as u32).wrapping_mul(codec.clock_rate() / 50),
        marker: n == 0,
        payload: vec![n as u8; 100].into(),
        arrived: now,
    }
}
