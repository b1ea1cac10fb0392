//! A WebRTC client: ICE, DTLS, SRTP and SCTP by str0m, RTP as it is.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig, RtcError,
    bwe::{Bitrate, BweKind},
    change::{SdpAnswer, SdpOffer, SdpPendingOffer},
    channel::{ChannelConfig, ChannelId},
    config::DtlsCert,
    format,
    ice::IceCreds,
    media::{Direction, KeyframeRequestKind, Mid, Pt, Rid, Rids},
    net::{Protocol, Receive, TcpType},
    rtp::{Extension, ExtensionMap, RtpPacket, Ssrc},
};

use super::transport::{Contents, LayerId, Message, Section, Slot, Told, Transmit};
use crate::{
    backend::embedded::{
        forward::Out,
        packet::{Packet, SenderTime},
    },
    error::{Error, Reason, Result},
    media::{Codec, MediaKind, Sdp},
};

/// Messages for the client that wait until a data channel is open.
const MAX_WAITING: usize = 64;

/// Candidates that are taken of one client.
const MAX_REMOTES: usize = 64;

/// What the client may be sent until its feedback says more.
const FIRST_ESTIMATE: Bitrate = Bitrate::mbps(2);

/// Seconds from the epoch of NTP to that of Unix.
const NTP_EPOCH: u64 = 2_208_988_800;

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
    /// to choose among them, and costs about as much as the rest of forwarding: until then it is left out.
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
        }
    }

    /// Our offer of this media, all of it both ways: so the session can become any type later.
    pub(in super::super) fn offer(&mut self, wanted: Wanted) -> Result<Sdp> {
        let mut api = self.rtc.sdp_api();
        let kinds = [
            (str0m::media::MediaKind::Audio, wanted.audio),
            (str0m::media::MediaKind::Video, wanted.video),
        ];
        for (kind, count) in kinds {
            for _ in 0..count {
                api.add_media(kind, Direction::SendRecv, None, None, None);
            }
        }
        if wanted.data {
            api.add_channel("mediaplane".to_owned());
        }
        let (offer, pending) = api
            .apply()
            .ok_or_else(|| Error::new(Reason::IncompatibleSession, "there is no media to offer"))?;
        self.pending = Some(pending);
        complete(&offer.to_sdp_string())
    }

    /// Takes the client's answer to our offer.
    pub(in super::super) fn accept(&mut self, answer: &Sdp) -> Result<Vec<Section>> {
        let pending = self
            .pending
            .take()
            .ok_or_else(|| Error::new(Reason::OfferNotSet, "there is no offer to answer"))?;
        let accepted = contained(|| {
            let parsed = SdpAnswer::from_sdp_string(answer.as_str())?;
            self.rtc.sdp_api().accept_answer(pending, parsed)
        });
        accepted.map_err(unusable)?;
        Ok(self.negotiated(answer))
    }

    /// Our answer to the client's offer.
    pub(in super::super) fn answer(&mut self, offer: &Sdp) -> Result<(Sdp, Vec<Section>)> {
        let answer = contained(|| {
            let parsed = SdpOffer::from_sdp_string(offer.as_str())?;
            self.rtc.sdp_api().accept_offer(parsed)
        });
        let answer = answer.map_err(unusable)?;
        let answer = complete(&answer.to_sdp_string())?;
        let sections = self.negotiated(&answer);
        Ok((answer, sections))
    }

    /// Reads what was agreed on, in the order of `sdp`.
    fn negotiated(&mut self, sdp: &Sdp) -> Vec<Section> {
        // Whoever offers numbers the payload types.
        self.codecs = codecs_of(&self.rtc);
        let mut counts = [0u8; 2];
        let mut sections = Vec::new();
        for section in sdp.sections().filter(|section| !section.is_rejected()) {
            let (count, kind) = match section.kind() {
                Some(kind @ MediaKind::Audio) => (&mut counts[0], kind),
                Some(kind @ MediaKind::Video) => (&mut counts[1], kind),
                Some(MediaKind::Data) => {
                    self.has_data = true;
                    continue;
                }
                None => continue,
            };
            let slot = Slot { kind, nth: *count };
            *count += 1;
            if let Some(agreed) = section.mid().and_then(|mid| self.agreed(mid, slot)) {
                sections.push(agreed);
            }
        }
        sections
    }

    fn agreed(&mut self, mid: &str, slot: Slot) -> Option<Section> {
        let mid: Mid = mid.into();
        let media = self.rtc.media(mid)?;
        let direction = media.direction();
        let mut payload_types: Vec<(Codec, Pt)> = Vec::new();
        for pt in media.remote_pts() {
            if let Some(codec) = self.codecs.get(usize::from(**pt)).copied().flatten()
                && !payload_types.iter().any(|(other, _)| *other == codec)
            {
                payload_types.push((codec, *pt));
            }
        }
        let section = Section {
            slot,
            mid: Some(mid.to_string()),
            codecs: payload_types.iter().map(|(codec, _)| *codec).collect(),
            inbound: direction.is_receiving(),
            outbound: direction.is_sending(),
        };
        // The one that is named first is the largest, as browsers have it.
        let rids: Vec<Option<Rid>> = match media.rids_rx() {
            Rids::Specific(rids) => rids.iter().rev().copied().map(Some).collect(),
            Rids::None | Rids::Any => Vec::new(),
        };
        if rids.len() > 1 {
            self.layered.store(true, Ordering::Relaxed);
        }
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, None) {
            // What is forwarded has been paced by its sender.
            stream.set_unpaced(true);
        }
        self.tracks.push(Track {
            mid,
            slot,
            payload_types,
            rids,
        });
        Some(section)
    }

    /// Takes a candidate of the client's.
    ///
    /// One that is of no use (a name of multicast DNS, another transport) is passed over, and so are those beyond
    /// [`MAX_REMOTES`]: others may do, and an address that the client's own checks come from needs no candidate.
    pub(in super::super) fn add_candidate(&mut self, line: &str) {
        match Candidate::from_sdp_string(line) {
            Ok(candidate) if self.remotes.len() < MAX_REMOTES => {
                self.remotes.push(candidate.addr());
                self.rtc.add_remote_candidate(candidate);
            }
            Ok(_) => tracing::debug!("a candidate is one too many"),
            Err(error) => tracing::debug!(%error, "a candidate is of no use"),
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

    /// Whether the client has told this address.
    pub(in super::super) fn knows(&self, address: SocketAddr) -> bool {
        self.remotes.contains(&address)
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
                    if let Some(socket) = self.socket(transmit.proto, transmit.source) {
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

    fn socket(&self, protocol: Protocol, address: SocketAddr) -> Option<usize> {
        let at = self.addresses.iter().position(|own| *own == address)?;
        Some(match protocol {
            Protocol::Udp => at,
            _ => self.addresses.len() + at,
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

    fn packet(&mut self, packet: RtpPacket) -> Option<Told> {
        let codec = (*self.codecs.get(usize::from(*packet.header.payload_type))?)?;
        let (at, layer) = self.layer_of(packet.header.ssrc)?;
        Some(Told::Packet {
            slot: self.tracks[at].slot,
            layer,
            packet: Packet {
                codec,
                sequence: *packet.seq_no,
                timestamp: packet.header.timestamp,
                marker: packet.header.marker,
                payload: packet.payload,
                arrived: packet.timestamp,
            },
        })
    }

    /// The track and layer of a stream.
    fn layer_of(&mut self, ssrc: Ssrc) -> Option<(usize, LayerId)> {
        let known = self.streams.iter().find(|(other, ..)| *other == ssrc);
        if let Some((_, at, layer)) = known {
            return Some((*at, *layer));
        }
        let mut api = self.rtc.direct_api();
        let stream = api.stream_rx(&ssrc)?;
        let (mid, rid) = (stream.mid(), stream.rid());
        let (at, mut layer) = self.stream(mid, rid)?;
        if self
            .streams
            .iter()
            .any(|(_, other, same)| (*other, *same) == (at, layer))
        {
            // The client has begun a new stream in place of an old one: numbers begin anew, as in another layer.
            let rids = &mut self.tracks[at].rids;
            layer = LayerId::try_from(rids.len()).ok()?;
            rids.push(rid);
        }
        self.streams.push((ssrc, at, layer));
        Some((at, layer))
    }

    /// The track of a mid and the number of its layer, which is new if it was not heard before.
    fn stream(&mut self, mid: Mid, rid: Option<Rid>) -> Option<(usize, LayerId)> {
        let at = self.tracks.iter().position(|track| track.mid == mid)?;
        let rids = &mut self.tracks[at].rids;
        let layer = rids
            .iter()
            .rposition(|known| *known == rid)
            .unwrap_or_else(|| {
                rids.push(rid);
                rids.len() - 1
            });
        Some((at, LayerId::try_from(layer).ok()?))
    }

    fn slot(&self, mid: Mid) -> Option<Slot> {
        let track = self.tracks.iter().find(|track| track.mid == mid)?;
        Some(track.slot)
    }

    fn track(&self, slot: Slot) -> Option<&Track> {
        self.tracks.iter().find(|track| track.slot == slot)
    }

    /// Sends a packet to the client, if the codec was agreed on. Flush afterwards.
    pub(in super::super) fn send(&mut self, slot: Slot, out: &Out, packet: &Packet) -> bool {
        let Some(track) = self.track(slot) else {
            return false;
        };
        let mid = track.mid;
        let mut payload_types = track.payload_types.iter();
        let Some((_, pt)) = payload_types.find(|(codec, _)| *codec == packet.codec) else {
            return false;
        };
        let pt = *pt;
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else {
            return false;
        };
        stream.write_rtp(out.write(pt, packet));
        true
    }

    /// Asks the client for a keyframe of a layer. Poll afterwards.
    pub(in super::super) fn request_keyframe(&mut self, slot: Slot, layer: LayerId) {
        if let Some((mid, rid)) = self.encoding(slot, layer)
            && let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid)
        {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    /// Tells the client how much it may send in a slot, in bit/s (REMB). Poll afterwards.
    pub(in super::super) fn request_bitrate(&mut self, slot: Slot, bitrate: u64) {
        if let Some((mid, rid)) = self.encoding(slot, 0)
            && let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid)
        {
            stream.request_remb(Bitrate::from(bitrate));
        }
    }

    fn encoding(&self, slot: Slot, layer: LayerId) -> Option<(Mid, Option<Rid>)> {
        let track = self.track(slot)?;
        let rid = track.rids.get(usize::from(layer)).copied().flatten();
        Some((track.mid, rid))
    }

    /// What the client could be sent if its link allows: the estimate is probed up to it.
    pub(in super::super) fn wish(&mut self, bitrate: u64) {
        let desired = Bitrate::from(bitrate);
        self.rtc.bwe().set_bitrate(Bitrate::ZERO, desired);
    }

    /// Sends a message by the channel of its label, which is opened if there is none. Poll afterwards.
    ///
    /// Whether it is on its way, or waits until the channel is open.
    pub(in super::super) fn send_message(&mut self, message: Message) -> bool {
        if !self.has_data {
            return false;
        }
        let known = self
            .channels
            .iter()
            .find(|(_, label, _)| *label == message.label);
        match known {
            Some((id, _, true)) => {
                let channel = self.rtc.channel(*id);
                channel.is_some_and(|mut channel| {
                    let written = channel.write(message.binary, &message.data);
                    written.unwrap_or(false)
                })
            }
            Some((_, _, false)) => self.keep(message),
            None => {
                let config = ChannelConfig {
                    label: message.label.to_string(),
                    ..ChannelConfig::default()
                };
                let id = self.rtc.direct_api().create_data_channel(config);
                self.channels.push((id, message.label.clone(), false));
                self.keep(message)
            }
        }
    }

    fn keep(&mut self, message: Message) -> bool {
        let room = self.waiting.len() < MAX_WAITING;
        if room {
            self.waiting.push_back(message);
        }
        room
    }

    fn opened(&mut self, id: ChannelId, label: &str) {
        match self.channels.iter_mut().find(|(known, ..)| *known == id) {
            Some((_, _, open)) => *open = true,
            None => self.channels.push((id, label.into(), true)),
        }
        let (due, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|message| &*message.label == label);
        self.waiting = kept.into();
        for message in due {
            self.send_message(message);
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

    pub(in super::super) fn has_data(&self) -> bool {
        self.has_data
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

/// Header extensions that an SFU needs and that stay true when streams are switched. Without the video orientation
/// senders turn their pictures themselves.
fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(2, Extension::AbsoluteSendTime);
    map.set(3, Extension::TransportSequenceNumber);
    map.set(4, Extension::RtpMid);
    map.set(10, Extension::RtpStreamId);
    map.set(11, Extension::RepairedRtpStreamId);
    map
}

fn enabled(config: RtcConfig, codec: Codec) -> RtcConfig {
    match codec {
        Codec::Opus => config.enable_opus(true, false),
        Codec::Pcmu => config.enable_pcmu(true, false),
        Codec::Pcma => config.enable_pcma(true, false),
        Codec::Vp8 => config.enable_vp8(true),
        Codec::Vp9 => config.enable_vp9(true),
        Codec::H264 => config.enable_h264(true),
        Codec::Av1 => config.enable_av1(true),
    }
}

/// What its payload types stand for.
fn codecs_of(rtc: &Rtc) -> [Option<Codec>; 128] {
    let mut codecs = [None; 128];
    for params in rtc.codec_config().params() {
        if let Some(entry) = codecs.get_mut(usize::from(*params.pt())) {
            *entry = known(params.spec().codec);
        }
    }
    codecs
}

fn known(codec: format::Codec) -> Option<Codec> {
    match codec {
        format::Codec::Opus => Some(Codec::Opus),
        format::Codec::PCMU => Some(Codec::Pcmu),
        format::Codec::PCMA => Some(Codec::Pcma),
        format::Codec::Vp8 => Some(Codec::Vp8),
        format::Codec::Vp9 => Some(Codec::Vp9),
        format::Codec::H264 => Some(Codec::H264),
        format::Codec::Av1 => Some(Codec::Av1),
        _ => None,
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

fn ntp(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    ((since.as_secs() + NTP_EPOCH) << 32) | fraction
}

/// Our description with the mark that no more candidates follow (RFC 8840, 8.1).
fn complete(sdp: &str) -> Result<Sdp> {
    let sdp = Sdp::parse(sdp).map_err(|error| {
        let words = format!("a description could not be made: {error}");
        Error::new(Reason::SessionFailed, words)
    })?;
    Ok(sdp.with_candidates(&[]))
}

fn unusable(error: impl std::fmt::Display) -> Error {
    let words = format!("cannot be used: {error}");
    Error::field(Reason::InvalidSdp, "sdp", words)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::{
        super::{LegId, credentials},
        *,
    };

    fn setup() -> Setup {
        let crypto = str0m::crypto::from_feature_flags();
        let certificate = crypto.dtls_provider.generate_certificate();
        Setup {
            credentials: credentials(LegId::new(1, 0).shard()),
            addresses: [SocketAddr::from((Ipv4Addr::LOCALHOST, 9))].into(),
            certificate: Arc::new(certificate.expect("a certificate")),
            ice_lite: false,
            tcp: false,
            layered: Arc::default(),
            codecs: Codec::ALL.to_vec(),
        }
    }

    #[test]
    fn an_offer_that_the_library_does_not_survive_is_refused() {
        let twice = offer()
            .as_str()
            .replace("a=rtpmap:109 opus", "a=rtpmap:109 VP8");
        let twice = twice.replace(
            "m=audio 9 UDP/TLS/RTP/SAVPF 109",
            "m=audio 9 UDP/TLS/RTP/SAVPF 109 109 120 120",
        );
        let twice = format!(
            "{twice}a=rtpmap:109 opus/48000/2\r\na=rtpmap:109 PCMU/8000\r\na=rtpmap:120 VP8/90000\r\na=rtpmap:120 H264/90000\r\n"
        );
        let sdp = Sdp::parse(&twice).expect("it is SDP all the same");
        let mut webrtc = Webrtc::new(&setup(), Instant::now());
        // Whether it is refused or answered: nothing comes of it that the thread would not survive.
        let answered = webrtc.answer(&sdp);
        assert!(
            answered.is_ok() || answered.is_err_and(|error| error.reason() == Reason::InvalidSdp)
        );
        assert_eq!(
            contained(|| -> Result<(), RtcError> { panic!("an assertion") }),
            Err("the WebRTC library has given up on it".to_owned())
        );
    }

    /// The offer of a client that numbers its payload types as no other does.
    fn offer() -> Sdp {
        let mut config = RtcConfig::new().clear_codecs();
        let codecs = config.codec_config();
        codecs.add_config(
            109.into(),
            None,
            format::Codec::Opus,
            str0m::media::Frequency::FORTY_EIGHT_KHZ,
            Some(2),
            format::FormatParams::default(),
        );
        codecs.add_h264(64.into(), Some(65.into()), true, 0x42_e0_1f);
        let mut client = config.build(Instant::now());
        let mut api = client.sdp_api();
        for kind in [
            str0m::media::MediaKind::Audio,
            str0m::media::MediaKind::Video,
        ] {
            api.add_media(kind, Direction::SendRecv, None, None, None);
        }
        let (offer, _) = api.apply().expect("something was added");
        Sdp::parse(&offer.to_sdp_string()).expect("SDP")
    }

    #[test]
    fn payload_types_are_those_of_the_offer() {
        let mut webrtc = Webrtc::new(&setup(), Instant::now());
        let (_, sections) = webrtc.answer(&offer()).expect("an answer");
        let codecs: Vec<_> = sections.iter().map(|section| &section.codecs[..]).collect();
        assert_eq!(codecs, [&[Codec::Opus][..], &[Codec::H264]]);
        assert_eq!(webrtc.codecs[109], Some(Codec::Opus));
        assert_eq!(webrtc.codecs[64], Some(Codec::H264));
    }

    #[test]
    fn useless_candidates_do_not_cost_the_others() {
        let mut webrtc = Webrtc::new(&setup(), Instant::now());
        let hidden = "candidate:1 1 udp 2113937151 3480c818-3244-43c4-adbb-c4abf3bb4efc.local 54333 typ host";
        webrtc.add_candidate(hidden);
        webrtc.add_candidate("candidate:2 1 udp 2122260223 192.0.2.7 50000 typ host generation 0");
        assert!(webrtc.knows(SocketAddr::from(([192, 0, 2, 7], 50_000))));
        for port in 1..1000 {
            webrtc.add_candidate(&format!("candidate:3 1 udp 1 192.0.2.7 {port} typ host"));
        }
        assert_eq!(webrtc.remotes.len(), MAX_REMOTES);
    }
}
