//! A client: a str0m peer on a socket of its own, which sends at a fixed rate or counts what it receives.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use nix::sys::socket::{setsockopt, sockopt::RcvBufForce};
use socket2::{Domain, Protocol as Transport, Socket, Type};
use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpOffer, SdpPendingOffer},
    media::{Direction, MediaKind, Mid},
    net::{Protocol, Receive},
};
use tokio::{
    net::UdpSocket,
    sync::watch,
    task::JoinHandle,
    time::{Interval, interval, sleep_until},
};

use super::media::{SOUND, Track};

/// What the kernel may keep of what a client has not read yet, in bytes.
const BUFFER: usize = 1 << 20;

/// What all clients of a server share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Whether publishers send.
    pub(crate) playing: AtomicBool,
    /// Packets that publishers sent.
    pub(crate) sent: AtomicU64,
    /// Packets that listeners received.
    pub(crate) received: AtomicU64,
}

/// A running client; dropping it ends it without a word.
#[derive(Debug)]
pub(crate) struct Peer {
    connected: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Waits until ICE and DTLS are up.
    pub(crate) async fn connected(&mut self) {
        let up = self.connected.wait_for(|up| *up).await;
        up.expect("a client runs until it is dropped");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client that does not run yet.
#[derive(Debug)]
pub(crate) struct Client {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    shared: Arc<Shared>,
    pending: Option<SdpPendingOffer>,
    mids: Vec<Mid>,
    tracks: Vec<Track>,
    connected: watch::Sender<bool>,
}

impl Client {
    pub(crate) fn new(ip: Ipv4Addr, shared: Arc<Shared>) -> Self {
        let socket = bind(ip);
        let address = socket.local_addr().expect("it is bound");
        let config = RtcConfig::new().set_rtp_mode(true).clear_codecs();
        let config = config.enable_opus(true, false).enable_vp8(true);
        let mut rtc = config.build(Instant::now());
        let candidate = Candidate::host(address, Protocol::Udp);
        rtc.add_local_candidate(candidate.expect("the address can be a candidate"));
        Self {
            rtc,
            socket,
            address,
            shared,
            pending: None,
            mids: Vec::new(),
            tracks: Vec::new(),
            connected: watch::Sender::new(false),
        }
    }

    /// Its offer to publish.
    pub(crate) fn offer(&mut self) -> String {
        let mut api = self.rtc.sdp_api();
        self.mids = [MediaKind::Audio, MediaKind::Video]
            .map(|kind| api.add_media(kind, Direction::SendOnly, None, None, None))
            .into();
        let (offer, pending) = api.apply().expect("there is media to offer");
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    /// Publishes from now on, with so many pictures in a second.
    pub(crate) fn publish(mut self, answer: &str, pictures: u32) -> Peer {
        let answer = SdpAnswer::from_sdp_string(answer).expect("the answer can be read");
        let pending = self.pending.take().expect("it has offered");
        let accepted = self.rtc.sdp_api().accept_answer(pending, answer);
        accepted.expect("the answer fits the offer");
        let tracks = self.mids.iter().map(|mid| Track::new(&self.rtc, *mid));
        self.tracks = tracks.collect();
        self.spawn(pictures)
    }

    /// Listens from now on, with this answer to the server's offer.
    pub(crate) fn listen(mut self, offer: &str) -> (Peer, String) {
        let offer = SdpOffer::from_sdp_string(offer).expect("the offer can be read");
        let answer = self.rtc.sdp_api().accept_offer(offer);
        let answer = answer.expect("the offer can be answered").to_sdp_string();
        (self.spawn(1), answer)
    }

    fn spawn(self, pictures: u32) -> Peer {
        Peer {
            connected: self.connected.subscribe(),
            task: tokio::spawn(self.run(Duration::from_secs(1) / pictures)),
        }
    }

    async fn run(mut self, picture: Duration) {
        let (mut sounds, mut pictures) = (interval(SOUND), interval(picture));
        let publishes = !self.tracks.is_empty();
        let mut wake = self.drain();
        let timer = sleep_until(wake.into());
        tokio::pin!(timer);
        loop {
            // A timer that is too early costs less than one that is always set anew.
            if timer.is_elapsed() || wake < timer.deadline().into_std() {
                timer.as_mut().reset(wake.into());
            }
            tokio::select! {
                _ = self.socket.readable() => wake = self.receive(wake),
                kind = due(&mut sounds, &mut pictures), if publishes => wake = self.send(kind),
                () = &mut timer => {}
            }
            let now = Instant::now();
            if wake <= now {
                self.take(Input::Timeout(now));
                wake = self.drain();
            }
        }
    }

    fn receive(&mut self, mut wake: Instant) -> Instant {
        let mut buffer = [0; 2048];
        while let Ok((length, source)) = self.socket.try_recv_from(&mut buffer) {
            let datagram = &buffer[..length];
            if let Ok(datagram) = Receive::new(Protocol::Udp, source, self.address, datagram) {
                self.take(Input::Receive(Instant::now(), datagram));
                wake = self.drain();
            }
        }
        wake
    }

    fn take(&mut self, input: Input<'_>) {
        self.rtc.handle_input(input).expect("the server is sane");
    }

    fn send(&mut self, kind: MediaKind) -> Instant {
        let playing = self.shared.playing.load(Ordering::Relaxed) && *self.connected.borrow();
        let mut tracks = std::mem::take(&mut self.tracks);
        if let Some(track) = tracks.iter_mut().find(|track| track.kind() == kind)
            && playing
        {
            let socket = &self.socket;
            let sent = track.send(&mut self.rtc, |rtc| pass_on(rtc, socket));
            self.shared.sent.fetch_add(sent, Ordering::Relaxed);
        }
        self.tracks = tracks;
        self.drain()
    }

    /// Takes all that str0m has to say; when it wants to be woken.
    fn drain(&mut self) -> Instant {
        loop {
            match self.rtc.poll_output().expect("the server is sane") {
                Output::Timeout(wake) => return wake,
                Output::Transmit(transmit) => {
                    // What the kernel does not take is lost, and counted as that.
                    let _ = self
                        .socket
                        .try_send_to(&transmit.contents, transmit.destination);
                }
                Output::Event(Event::RtpPacket(_)) => {
                    self.shared.received.fetch_add(1, Ordering::Relaxed);
                }
                Output::Event(Event::Connected) => drop(self.connected.send_replace(true)),
                Output::Event(Event::KeyframeRequest(request)) => {
                    for track in &mut self.tracks {
                        if track.mid() == request.mid {
                            track.want_keyframe();
                        }
                    }
                }
                Output::Event(_) => {}
            }
        }
    }
}

/// Sends what the peer has to send after a packet was given to it.
fn pass_on(rtc: &mut Rtc, socket: &UdpSocket) {
    while let Ok(Output::Transmit(transmit)) = rtc.poll_output() {
        let _ = socket.try_send_to(&transmit.contents, transmit.destination);
    }
}

/// What is to be sent next.
async fn due(sounds: &mut Interval, pictures: &mut Interval) -> MediaKind {
    tokio::select! {
        _ = sounds.tick() => MediaKind::Audio,
        _ = pictures.tick() => MediaKind::Video,
    }
}

/// A socket that holds what comes while its client waits for a processor.
fn bind(ip: Ipv4Addr) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Transport::UDP));
    let socket = socket.expect("a socket can be made");
    // Beyond the system's limit where this process may ask for that.
    if setsockopt(&socket, RcvBufForce, &BUFFER).is_err() {
        socket
            .set_recv_buffer_size(BUFFER)
            .expect("a socket takes the option");
    }
    socket
        .set_nonblocking(true)
        .expect("a socket takes the option");
    let address: SocketAddr = (ip, 0).into();
    socket
        .bind(&address.into())
        .expect("the media address can be bound");
    UdpSocket::from_std(socket.into()).expect("a runtime is there")
}
