//! A WebRTC client: ICE, DTLS, SRTP and SCTP by str0m, RTP as it is.

mod channels;
mod media;
mod negotiation;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashSet, VecDeque},
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig, RtcError,
    bwe::{Bitrate, BweKind},
    change::SdpPendingOffer,
    channel::ChannelId,
    config::DtlsCert,
    ice::IceCreds,
    media::{Mid, Pt, Rid},
    net::{Protocol, Receive, TcpType},
    rtp::Ssrc,
};

use super::transport::{Contents, LayerId, Message, Slot, Told, Transmit};
use crate::{
    backend::embedded::packet::{SenderTime, ntp},
    media::Codec,
};
use negotiation::{codecs_of, enabled, extensions};

/// Messages for the client that wait until a data channel is open.
const MAX_WAITING: usize = 64;

/// Candidates that are taken of one client.
const MAX_REMOTES: usize = 64;

/// What the client may be sent until its feedback says more.
const FIRST_ESTIMATE: Bitrate = Bitrate::mbps(2);

/// How a connection is made.
#[derive(Clone, Debug)]
pub(in super::super) struct Setup {
    /// Name and password of our side in connectivity checks.
    pub(in super::super) credentials: IceCreds,
    /// Our addresses, by the index of their socket.
    pub(in super::super) addresses: Arc<[SocketAddr]>,
    pub(in super::super) certificate: Arc<DtlsCert>,
    pub(in super::super) ice_lite: bool,
    /// Whether the client may also connect by TCP.
    pub(in super::super) tcp: bool,
    /// The codecs that may be agreed on, the favourite first.
    pub(in super::super) codecs: Vec<Codec>,
    /// Whether a client has ever offered several layers. How much can be sent to a client is estimated for nothing but
    /// to choose among them, and adds some 40 % to the cost of each packet: until then it is left out.
    pub(in super::super) layered: Arc<AtomicBool>,
}

/// What an offer of ours has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Wanted {
    pub(in super::super) audio: u8,
    pub(in super::super) video: u8,
    pub(in super::super) data: bool,
}

/// What is known of a slot beyond its section.
#[derive(Debug)]
struct Track {
    mid: Mid,
    slot: Slot,
    payload_types: Vec<(Codec, Pt)>,
    /// The layers by their number, from the smallest on as far as the client has said.
    rids: Vec<Option<Rid>>,
}

/// A connection to a WebRTC client.
pub(in super::super) struct Webrtc {
    rtc: Rtc,
    addresses: Arc<[SocketAddr]>,
    pending: Option<SdpPendingOffer>,
    tracks: Vec<Track>,
    streams: Vec<(Ssrc, usize, LayerId)>,
    codecs: [Option<Codec>; 128],
    channels: Vec<(ChannelId, Arc<str>, bool)>,
    has_data: bool,
    /// See [`Setup::layered`].
    layered: Arc<AtomicBool>,
    waiting: VecDeque<Message>,
    /// Where the client may be, as it said.
    remotes: Vec<SocketAddr>,
    last_heard: Instant,
    /// Where several of our sockets have one address, that of a NAT: the client's addresses, and the socket that each was
    /// heard at, the latest last.
    heard: Option<VecDeque<(SocketAddr, usize)>>,
}

impl std::fmt::Debug for Webrtc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webrtc")
            .field("tracks", &self.tracks)
            .finish_non_exhaustive()
    }
}

impl Webrtc {
    pub(in super::super) fn new(setup: &Setup, now: Instant) -> Self {
        let estimates = setup.layered.load(Ordering::Relaxed);
        let mut config = RtcConfig::new()
            .set_rtp_mode(true)
            .set_ice_lite(setup.ice_lite)
            .set_dtls_cert((*setup.certificate).clone())
            .set_local_ice_credentials(setup.credentials.clone())
            .set_extension_map(extensions())
            .set_stats_interval(Some(Duration::from_secs(2)))
            .enable_bwe(estimates.then_some(FIRST_ESTIMATE))
            .clear_codecs();
        for codec in &setup.codecs {
            config = enabled(config, *codec);
        }
        let mut rtc = config.build(now);
        for address in setup.addresses.iter() {
            // An address that is of no use to ICE (unspecified) was sorted out when it was bound.
            let tcp = Candidate::builder().tcp().host(*address);
            let tcp = setup.tcp.then(|| tcp.tcptype(TcpType::Passive).build());
            let candidates = [Candidate::host(*address, Protocol::Udp)]
                .into_iter()
                .chain(tcp);
            for candidate in candidates.flatten() {
                rtc.add_local_candidate(candidate);
            }
        }
        let unique: HashSet<_> = setup.addresses.iter().collect();
        let is_shared = unique.len() < setup.addresses.len();
        Self {
            codecs: codecs_of(&rtc),
            rtc,
            addresses: setup.addresses.clone(),
            pending: None,
            tracks: Vec::new(),
            streams: Vec::new(),
            channels: Vec::new(),
            has_data: false,
            layered: setup.layered.clone(),
            waiting: VecDeque::new(),
            remotes: Vec::new(),
            last_heard: now,
            heard: is_shared.then(VecDeque::new),
        }
    }

    pub(in super::super) fn receive(
        &mut self,
        now: Instant,
        socket: usize,
        source: SocketAddr,
        datagram: &[u8],
    ) -> Result<(), String> {
        // The first indices are the addresses by UDP, the next ones the same by TCP.
        let (protocol, at) = match socket.checked_sub(self.addresses.len()) {
            None => (Protocol::Udp, socket),
            Some(at) => (Protocol::Tcp, at),
        };
        // What is no STUN, DTLS, SRTP or SRTCP is nobody's.
        let Ok(received) = Receive::new(protocol, source, self.addresses[at], datagram) else {
            return Ok(());
        };
        self.last_heard = now;
        self.note(source, socket);
        contained(|| self.rtc.handle_input(Input::Receive(now, received)))
    }

    /// Lets time pass, and takes all that there is to send and to tell; when it wants to be woken.
    ///
    /// What was given to be sent goes out by it: however much that is, it costs little more than one packet.
    pub(in super::super) fn flush(
        &mut self,
        now: Instant,
        transmits: &mut Vec<Transmit>,
        told: &mut Vec<Told>,
    ) -> Option<Instant> {
        loop {
            if let Err(words) = contained(|| self.rtc.handle_input(Input::Timeout(now))) {
                told.push(Told::Gone(words));
                return None;
            }
            let before = transmits.len();
            let wake = self.poll(transmits, told);
            // With an estimate of the bandwidth it yields one packet at a time.
            if wake.is_none_or(|wake| wake > now) || transmits.len() == before {
                return wake;
            }
        }
    }

    /// Takes all that there is to send and to tell; when it wants to be woken, none if it has ended.
    pub(in super::super) fn poll(
        &mut self,
        transmits: &mut Vec<Transmit>,
        told: &mut Vec<Told>,
    ) -> Option<Instant> {
        while self.rtc.is_alive() {
            match contained(|| self.rtc.poll_output()) {
                Ok(Output::Timeout(wake)) => return Some(wake),
                Ok(Output::Transmit(transmit)) => {
                    if let Some(socket) =
                        self.socket(transmit.proto, transmit.source, transmit.destination)
                    {
                        transmits.push(Transmit {
                            socket,
                            destination: transmit.destination,
                            contents: Contents::Webrtc(transmit.contents),
                        });
                    }
                }
                Ok(Output::Event(event)) => self.tell(event, told),
                Err(words) => {
                    told.push(Told::Gone(words));
                    return None;
                }
            }
        }
        told.push(Told::Gone("the client closed the connection".into()));
        None
    }

    fn note(&mut self, source: SocketAddr, socket: usize) {
        let Some(heard) = &mut self.heard else { return };
        if heard.back() == Some(&(source, socket)) {
            return;
        }
        let is_tcp = |socket| socket >= self.addresses.len();
        heard.retain(|(known, at)| *known != source || is_tcp(*at) != is_tcp(socket));
        if heard.len() >= MAX_REMOTES {
            heard.pop_front();
        }
        heard.push_back((source, socket));
    }

    /// The socket of ours that a datagram leaves by.
    fn socket(&self, protocol: Protocol, from: SocketAddr, to: SocketAddr) -> Option<usize> {
        let count = self.addresses.len();
        let first = match protocol {
            Protocol::Udp => 0,
            _ => count,
        };
        let heard = self.heard.iter().flatten();
        let fits = |&&(remote, at): &&(SocketAddr, usize)| {
            let own = at.checked_sub(first).and_then(|at| self.addresses.get(at));
            remote == to && own == Some(&from)
        };
        let at = heard.rev().find(fits).map(|(_, at)| *at);
        at.or_else(|| {
            let own = self.addresses.iter().position(|own| *own == from);
            own.map(|own| first + own)
        })
    }

    fn tell(&mut self, event: Event, told: &mut Vec<Told>) {
        match event {
            Event::RtpPacket(packet) => told.extend(self.packet(packet)),
            Event::Connected => told.push(Told::Up),
            Event::IceConnectionStateChange(state) => {
                if state == IceConnectionState::Disconnected {
                    let words = "no connectivity check was answered any more (ICE)";
                    told.push(Told::Gone(words.into()));
                }
                told.push(Told::Ice(ice(state)));
            }
            Event::KeyframeRequest(request) => {
                told.extend(self.slot(request.mid).map(Told::KeyframeWanted));
            }
            Event::SenderFeedback(feedback) => {
                let info = feedback.sender_info;
                if let Some((at, layer)) = self.stream(feedback.mid, feedback.rid) {
                    told.push(Told::Clock {
                        slot: self.tracks[at].slot,
                        layer,
                        time: SenderTime {
                            ntp: ntp(info.ntp_time),
                            // Truncation gives the 32 bits of the wire.
                            timestamp: info.rtp_time.numer() as u32,
                        },
                    });
                }
            }
            Event::EgressBitrateEstimate(
                BweKind::Twcc { estimate, .. } | BweKind::Remb { estimate, .. },
            ) => told.push(Told::Estimate(estimate.as_u64())),
            Event::MediaEgressStats(stats) => {
                told.extend(self.slot(stats.mid).map(|slot| Told::Feedback {
                    slot,
                    rtt: stats.rtt,
                    lost: stats.remote.map(|remote| remote.packets_lost),
                }));
            }
            Event::ChannelOpen(id, label) => self.opened(id, &label),
            Event::ChannelClose(id) => self.channels.retain(|(known, ..)| *known != id),
            Event::ChannelData(data) => {
                if let Some((_, label, _)) = self.channels.iter().find(|(id, ..)| *id == data.id) {
                    told.push(Told::Message(Message {
                        label: label.clone(),
                        binary: data.binary,
                        data: data.data.into(),
                    }));
                }
            }
            _ => {}
        }
    }

    /// Says goodbye. Poll afterwards.
    pub(in super::super) fn close(&mut self) {
        // An error means that there is nobody to say it to.
        let _ = self.rtc.close();
    }

    pub(in super::super) fn last_heard(&self) -> Instant {
        self.last_heard
    }
}

/// Does something with str0m. What a client sends may hit an assertion in there, which ends this client and not the
/// thread of all.
fn contained<T>(work: impl FnOnce() -> Result<T, RtcError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("the WebRTC library has given up on it".to_owned()),
    }
}

const fn ice(state: IceConnectionState) -> &'static str {
    match state {
        IceConnectionState::New => "new",
        IceConnectionState::Checking => "checking",
        IceConnectionState::Connected => "connected",
        IceConnectionState::Completed => "completed",
        IceConnectionState::Disconnected => "disconnected",
    }
}
