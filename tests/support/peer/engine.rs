//! The task behind a peer: str0m on one side, a UDP socket and the test's commands on the other.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use str0m::bwe::{Bitrate, BweKind};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId};
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpPacket;
use str0m::{Event, Input, Output, Rtc, RtcConfig, RtcError};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep_until;

use super::options::Options;
use super::picture::Picture;
use super::state::{Message, Notes, State};
use super::tracks::{LAYERS, Tracks, codec_of};
use crate::support::media::{self, Codec, Kind};
use crate::support::received::{Arrived, Counts};
use crate::support::sdp;

pub(super) type Reply<T> = oneshot::Sender<Result<T, String>>;

/// What a test tells a running peer.
#[derive(Debug)]
pub(super) enum Command {
    AcceptAnswer(String, Reply<()>),
    AcceptOffer(String, Reply<String>),
    AddCandidate(String, Reply<()>),
    Refuse(Reply<()>),
    SetSending(Kind, bool, Reply<()>),
    RequestKeyframe(Reply<()>),
    SendRemb(u64, Reply<()>),
    SendText(String, Reply<()>),
    Close,
}

/// All that a connection of a peer is made of.
#[derive(Debug)]
pub(super) struct Engine {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    pending: Option<SdpPendingOffer>,
    mids: Vec<Mid>,
    tracks: Tracks,
    pictures: HashMap<Mid, Picture>,
    channel: Option<ChannelId>,
    layered: bool,
    unsent: Vec<String>,
    notes: Notes,
    counted: watch::Sender<Counts>,
}

impl Engine {
    pub(super) async fn new(
        options: &Options,
        notes: Notes,
        counted: watch::Sender<Counts>,
    ) -> Engine {
        let socket = UdpSocket::bind((options.ip, 0))
            .await
            .expect("the media address can be bound");
        let address = socket.local_addr().expect("a bound socket has an address");
        let mut rtc = codecs(options)
            .into_iter()
            .fold(
                RtcConfig::new().set_rtp_mode(true).clear_codecs(),
                with_codec,
            )
            .build(Instant::now());
        let host =
            str0m::Candidate::host(address, "udp").expect("the media address can be a candidate");
        rtc.add_local_candidate(host);
        Engine {
            rtc,
            socket,
            address,
            pending: None,
            mids: Vec::new(),
            tracks: Tracks::new(options.tag, options.receive_only),
            pictures: HashMap::new(),
            channel: None,
            layered: options.simulcast,
            unsent: Vec::new(),
            notes,
            counted,
        }
    }

    pub(super) fn offer(&mut self, options: &Options) -> String {
        let direction = match options.receive_only {
            true => Direction::RecvOnly,
            false => Direction::SendRecv,
        };
        let mut api = self.rtc.sdp_api();
        if options.audio.is_some() {
            let mid = api.add_media(MediaKind::Audio, direction, None, None, None);
            self.mids.push(mid);
        }
        if options.video.is_some() {
            let layers = options.simulcast.then(simulcast);
            let mid = api.add_media(MediaKind::Video, direction, None, None, layers);
            self.mids.push(mid);
        }
        if options.data {
            self.channel = Some(api.add_channel("test".to_owned()));
        }
        let (offer, pending) = api.apply().expect("an offer has some media");
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub(super) fn answer(&mut self, offer: &str) -> Result<String, RtcError> {
        let with_data = sdp::media_lines(offer)
            .iter()
            .any(|line| line.media == "application" && line.port != 0);
        let offer = SdpOffer::from_sdp_string(offer)?;
        let answer = self.rtc.sdp_api().accept_offer(offer)?;
        if with_data && self.channel.is_none() {
            let channel = ChannelConfig {
                label: "test".to_owned(),
                ..ChannelConfig::default()
            };
            self.channel = Some(self.rtc.direct_api().create_data_channel(channel));
        }
        Ok(answer.to_sdp_string())
    }

    /// Runs until it is closed by either side, or nobody holds the peer any more.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        if let Err(error) = self.go_on(&mut inbox).await {
            self.note(|state| state.failure = Some(error.to_string()));
        }
    }

    async fn go_on(&mut self, inbox: &mut mpsc::Receiver<Command>) -> Result<(), RtcError> {
        let mut audio = media::ticks(Kind::Audio);
        let mut video = media::ticks(Kind::Video);
        let mut buffer = vec![0; 2048];
        while let Some(wake) = self.drain().await? {
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.obey(command)?,
                    None => return Ok(()),
                },
                Ok((length, source)) = self.socket.recv_from(&mut buffer) => {
                    self.receive(source, &buffer[..length])?;
                }
                () = sleep_until(wake.into()) => self.rtc.handle_input(Input::Timeout(Instant::now()))?,
                _ = audio.tick() => self.send(Kind::Audio),
                _ = video.tick() => self.send(Kind::Video),
            }
        }
        Ok(())
    }

    /// Puts out all that str0m has to say; when it wants to be woken, or None once it is closed.
    async fn drain(&mut self) -> Result<Option<Instant>, RtcError> {
        while self.rtc.is_alive() {
            match self.rtc.poll_output()? {
                Output::Timeout(wake) => return Ok(Some(wake)),
                Output::Transmit(packet) => {
                    // A datagram that the kernel refuses is a lost one, which the protocols above are made for.
                    let _ = self
                        .socket
                        .send_to(&packet.contents, packet.destination)
                        .await;
                }
                Output::Event(event) => self.notice(event)?,
            }
        }
        Ok(None)
    }

    fn receive(&mut self, source: SocketAddr, datagram: &[u8]) -> Result<(), RtcError> {
        // What is not STUN, DTLS or SRTP is dropped, as everywhere.
        let Ok(received) = Receive::new(Protocol::Udp, source, self.address, datagram) else {
            return Ok(());
        };
        if self.layered {
            self.expect(datagram);
        }
        self.rtc
            .handle_input(Input::Receive(Instant::now(), received))
    }

    /// Where several layers are sent, str0m takes none but named ones: a single stream has to be declared.
    fn expect(&mut self, datagram: &[u8]) {
        let [128..192, format, _, _, _, _, _, _, a, b, c, d, ..] = *datagram else {
            return;
        };
        let ssrc = u32::from_be_bytes([a, b, c, d]).into();
        let codec = codec_of(&self.rtc, (format & 0x7f).into());
        let is_video = codec.is_some_and(|codec| codec.kind() == Kind::Video);
        let mut media = self.mids.iter().copied();
        let video = media.find(|mid| {
            let media = self.rtc.media(*mid);
            media.is_some_and(|media| media.kind() == MediaKind::Video)
        });
        let mut api = self.rtc.direct_api();
        if is_video
            && api.stream_rx(&ssrc).is_none()
            && let Some(mid) = video
        {
            api.expect_stream_rx(ssrc, None, mid, None);
        }
    }

    fn obey(&mut self, command: Command) -> Result<(), RtcError> {
        match command {
            Command::AcceptAnswer(sdp, reply) => answer_to(reply, self.accept_answer(&sdp)),
            Command::AcceptOffer(sdp, reply) => answer_to(reply, self.answer(&sdp)),
            Command::AddCandidate(candidate, reply) => {
                let parsed = str0m::Candidate::from_sdp_string(&candidate);
                let added = parsed.map(|candidate| self.rtc.add_remote_candidate(candidate));
                answer_to(reply, added);
            }
            Command::Refuse(reply) => {
                self.note(|state| state.refused = true);
                answer_to(reply, Ok::<_, String>(()));
            }
            Command::SetSending(kind, on, reply) => {
                self.tracks.set_sending(kind, on);
                answer_to(reply, Ok::<_, String>(()));
            }
            Command::RequestKeyframe(reply) => {
                self.request_keyframe();
                answer_to(reply, Ok::<_, String>(()));
            }
            Command::SendRemb(bitrate, reply) => {
                self.send_remb(bitrate.into());
                answer_to(reply, Ok::<_, String>(()));
            }
            Command::SendText(text, reply) => {
                self.unsent.push(text);
                answer_to(reply, self.flush());
            }
            Command::Close => self.rtc.close()?,
        }
        Ok(())
    }

    fn accept_answer(&mut self, sdp: &str) -> Result<(), String> {
        let pending = self.pending.take().ok_or("there is no offer to answer")?;
        let answer = SdpAnswer::from_sdp_string(sdp).map_err(|error| error.to_string())?;
        let accepted = self.rtc.sdp_api().accept_answer(pending, answer);
        accepted.map_err(|error| format!("{error}\n{sdp}"))
    }

    fn notice(&mut self, event: Event) -> Result<(), RtcError> {
        match event {
            Event::IceConnectionStateChange(ice) => self.note(|state| state.ice = ice),
            Event::Connected => self.note(|state| state.connected = true),
            Event::Closed => self.note(|state| state.closed = true),
            Event::MediaAdded(media) => self.mids.push(media.mid),
            Event::RtpPacket(packet) => self.count(&packet),
            Event::KeyframeRequest(request) => {
                self.tracks.want_keyframe(&request);
                self.note(|state| state.keyframe_requests += 1);
            }
            Event::EgressBitrateEstimate(BweKind::Remb { estimate, .. }) => {
                self.note(|state| state.remb = Some(estimate.as_u64()));
            }
            Event::ChannelOpen(id, _) if Some(id) == self.channel => {
                self.note(|state| state.channel_open = true);
                self.flush()?;
            }
            Event::ChannelData(message) => self.note(|state| {
                state.messages.push(Message {
                    binary: message.binary,
                    data: message.data,
                });
            }),
            _ => {}
        }
        Ok(())
    }

    fn request_keyframe(&mut self) {
        for mid in &self.mids {
            let mut api = self.rtc.direct_api();
            if let Some(stream) = api.stream_rx_by_mid(*mid, None) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
            }
        }
    }

    fn send_remb(&mut self, bitrate: Bitrate) {
        for mid in &self.mids {
            let mut api = self.rtc.direct_api();
            if let Some(stream) = api.stream_rx_by_mid(*mid, None) {
                stream.request_remb(bitrate);
            }
        }
    }

    fn note(&self, change: impl FnOnce(&mut State)) {
        self.notes.note(change);
    }

    fn send(&mut self, kind: Kind) {
        let sends = |state: &State| state.connected && !state.refused;
        if self.notes.read(sends) {
            let packets = self.tracks.send(&mut self.rtc, &self.mids, kind);
            self.note(|state| state.packets_sent += packets);
        }
    }

    fn count(&mut self, packet: &RtpPacket) {
        let Some(codec) = codec_of(&self.rtc, packet.header.payload_type) else {
            return;
        };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_rx(&packet.header.ssrc) else {
            return;
        };
        let mid = stream.mid();
        if let (Kind::Video, Some(mark)) = (codec.kind(), media::mark(codec, &packet.payload)) {
            let is_keyframe = media::is_keyframe(codec, &packet.payload);
            let picture = self.pictures.entry(mid).or_default();
            if picture.needs_keyframe(packet.timestamp, mark.tag, is_keyframe) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
            }
        }
        let arrived = Arrived {
            ssrc: *packet.header.ssrc,
            sequence: *packet.seq_no,
            timestamp: packet.header.timestamp,
            payload: &packet.payload,
        };
        self.counted
            .send_modify(|counts| counts.count(&mid, codec, arrived));
    }

    /// Sends the texts that wait for the data channel, if it is open.
    fn flush(&mut self) -> Result<(), RtcError> {
        let open = self.notes.read(|state| state.channel_open);
        let Some(mut channel) = self
            .channel
            .filter(|_| open)
            .and_then(|id| self.rtc.channel(id))
        else {
            return Ok(());
        };
        let mut sent = 0;
        while let Some(text) = self.unsent.first() {
            if !channel.write(false, text.as_bytes())? {
                break;
            }
            self.unsent.remove(0);
            sent += 1;
        }
        self.note(|state| state.messages_sent += sent);
        Ok(())
    }
}

/// What it offers, or what it would take.
fn codecs(options: &Options) -> Vec<Codec> {
    let audio = match options.audio {
        Some(only) => vec![only],
        None => vec![Codec::Opus, Codec::Pcmu],
    };
    [audio, vec![options.video.unwrap_or(Codec::Vp8)]].concat()
}

fn with_codec(config: RtcConfig, codec: Codec) -> RtcConfig {
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

fn simulcast() -> Simulcast {
    let mut simulcast = Simulcast::new();
    for rid in LAYERS {
        simulcast.add_send_layer(SimulcastLayer::new(rid));
    }
    simulcast
}

fn answer_to<T, E: ToString>(reply: Reply<T>, result: Result<T, E>) {
    // A test that was cancelled does not wait for the answer any more.
    let _ = reply.send(result.map_err(|error| error.to_string()));
}
