//! A WebRTC client: ICE, DTLS, SRTP and frames by str0m, and a task with a socket around it.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig, RtcError,
    change::{SdpAnswer, SdpOffer, SdpPendingOffer},
    format::PayloadParams,
    media::{Direction, MediaData, MediaKind, Mid},
    net::{Protocol, Receive},
};
use tokio::{
    net::UdpSocket,
    sync::{oneshot, watch},
    time::{interval, sleep_until, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    Failure,
    media::{self, Sender, Source},
};

/// Longest wait for media, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// A client that sends, if it has a sender's mark, and counts what it gets. It vanishes when dropped.
pub(super) struct Peer {
    name: &'static str,
    /// Its offer, or its answer.
    pub(super) description: String,
    begun: Instant,
    accept: Option<oneshot::Sender<SdpAnswer>>,
    seen: watch::Receiver<Seen>,
    _task: AbortOnDropHandle<()>,
}

/// What a client has seen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    connected: Option<Instant>,
    sounds: BTreeMap<Sender, u64>,
    pictures: BTreeMap<Sender, Pictures>,
    gaps: u64,
    failure: Option<String>,
}

/// What a decoder could show of one sender.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pictures {
    pub(super) count: u64,
    pub(super) first: Instant,
}

impl Seen {
    /// Frames of sound that came from this sender.
    pub(super) fn sounds(&self, sender: Sender) -> u64 {
        self.sounds.get(&sender).copied().unwrap_or_default()
    }

    /// Pictures of this sender, from its first keyframe on.
    pub(super) fn pictures(&self, sender: Sender) -> u64 {
        self.pictures
            .get(&sender)
            .map_or(0, |pictures| pictures.count)
    }

    /// When the first of them came.
    pub(super) fn first_picture(&self, sender: Sender) -> Option<Instant> {
        self.pictures.get(&sender).map(|pictures| pictures.first)
    }

    /// All of it in words.
    fn in_words(&self) -> String {
        let came = [Sender::Alice, Sender::Bob].into_iter();
        let came = came.filter(|sender| self.sounds(*sender) + self.pictures(*sender) > 0);
        let words: Vec<_> = came.map(|sender| self.of(sender, sender.name())).collect();
        if words.is_empty() {
            return "nothing came".to_owned();
        }
        format!("there were {}", words.join("; "))
    }

    /// What came from this sender, in words that call it so.
    pub(super) fn of(&self, sender: Sender, whom: &str) -> String {
        let (sounds, pictures) = (self.sounds(sender), self.pictures(sender));
        let missing = match self.gaps {
            0 => "none missing".to_owned(),
            gaps => format!("{gaps} gaps"),
        };
        format!("{sounds} frames of sound and {pictures} pictures of {whom}, {missing}")
    }

    fn count(&mut self, data: &MediaData) {
        let Some(sender) = media::sender_of(&data.data) else {
            return;
        };
        self.gaps += u64::from(!data.contiguous);
        if data.params.spec().codec.is_audio() {
            *self.sounds.entry(sender).or_default() += 1;
            return;
        }
        if let Some(pictures) = self.pictures.get_mut(&sender) {
            pictures.count += 1;
        } else if media::is_keyframe(&data.data) {
            let (count, first) = (1, Instant::now());
            self.pictures.insert(sender, Pictures { count, first });
        }
    }
}

impl Peer {
    /// A client that offers sound and pictures; without a mark it only receives.
    pub(super) async fn offer(name: &'static str, sender: Option<Sender>) -> Result<Self, Failure> {
        let mut task = Task::new().await?;
        let direction = match sender {
            Some(_) => Direction::SendRecv,
            None => Direction::RecvOnly,
        };
        let mut api = task.rtc.sdp_api();
        let kinds = [MediaKind::Audio, MediaKind::Video];
        let added = kinds.map(|kind| (kind, api.add_media(kind, direction, None, None, None)));
        let (offer, pending) = api.apply().expect("something was added");
        for (kind, mid) in added {
            let source = sender.map(|sender| (mid, Source::new(sender, kind)));
            task.sources.extend(source);
        }
        task.pending = Some(pending);
        Ok(Self::spawn(name, offer.to_sdp_string(), task))
    }

    /// A client that answers this offer and only receives.
    pub(super) async fn answer(name: &'static str, offer: &str) -> Result<Self, Failure> {
        let mut task = Task::new().await?;
        let refused = |error: &dyn std::error::Error| {
            Failure::new(format!("{name} cannot answer the offer: {error}"))
        };
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| refused(&error))?;
        let answer = task.rtc.sdp_api().accept_offer(offer);
        let answer = answer.map_err(|error| refused(&error))?;
        Ok(Self::spawn(name, answer.to_sdp_string(), task))
    }

    fn spawn(name: &'static str, description: String, task: Task) -> Self {
        let (accept, accepted) = oneshot::channel();
        Self {
            name,
            description,
            begun: Instant::now(),
            accept: Some(accept),
            seen: task.seen.subscribe(),
            _task: AbortOnDropHandle::new(tokio::spawn(task.run(accepted))),
        }
    }

    /// Takes the answer to its offer.
    pub(super) fn accept(&mut self, answer: &str) -> Result<(), Failure> {
        let name = self.name;
        let refused = |error| Failure::new(format!("{name} cannot read the answer: {error}"));
        let answer = SdpAnswer::from_sdp_string(answer).map_err(refused)?;
        if let Some(accept) = self.accept.take() {
            // A task that has ended said why: the next wait tells.
            let _ = accept.send(answer);
        }
        Ok(())
    }

    /// Waits until ICE and DTLS are up; how long they took since it was made.
    pub(super) async fn connects(&self) -> Result<Duration, Failure> {
        let seen = self
            .until("a connection", |seen| seen.connected.is_some())
            .await?;
        let at = seen.connected.unwrap_or(self.begun);
        Ok(at.duration_since(self.begun))
    }

    /// Waits until it has got this many pictures, and twice as much sound, from this sender.
    pub(super) async fn sees(&self, sender: Sender, pictures: u64) -> Result<Seen, Failure> {
        let what = format!(
            "{pictures} pictures and {} frames of sound of {}",
            2 * pictures,
            sender.name()
        );
        self.until(&what, |seen| {
            seen.pictures(sender) >= pictures && seen.sounds(sender) >= 2 * pictures
        })
        .await
    }

    /// What it has seen so far.
    pub(super) fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    async fn until(&self, what: &str, reached: impl Fn(&Seen) -> bool) -> Result<Seen, Failure> {
        let mut seen = self.seen.clone();
        let over = |seen: &Seen| seen.failure.is_some() || reached(seen);
        let came = timeout(PATIENCE, seen.wait_for(over)).await;
        let seen = match came {
            Ok(Ok(seen)) => seen.clone(),
            Ok(Err(_)) | Err(_) => {
                let words = format!(
                    "{} waited {PATIENCE:?} for {what} in vain: {}",
                    self.name,
                    self.seen().in_words()
                );
                return Err(Failure::new(words));
            }
        };
        match &seen.failure {
            Some(words) => Err(Failure::new(format!("{}: {words}", self.name))),
            None => Ok(seen),
        }
    }
}

/// The task behind a client.
struct Task {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    pending: Option<SdpPendingOffer>,
    sources: BTreeMap<Mid, Source>,
    seen: watch::Sender<Seen>,
}

impl Task {
    async fn new() -> Result<Self, Failure> {
        let bound = async {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = socket.local_addr()?;
            Ok::<_, std::io::Error>((socket, address))
        };
        let no_socket = |error| Failure::new(format!("a client gets no socket: {error}"));
        let (socket, address) = bound.await.map_err(no_socket)?;
        let config = RtcConfig::new().clear_codecs();
        let config = config.enable_opus(true, false).enable_vp8(true);
        let mut rtc = config.build(Instant::now());
        let host = Candidate::host(address, "udp").expect("loopback can be a candidate");
        rtc.add_local_candidate(host);
        Ok(Self {
            rtc,
            socket,
            address,
            pending: None,
            sources: BTreeMap::new(),
            seen: watch::Sender::default(),
        })
    }

    async fn run(mut self, accepted: oneshot::Receiver<SdpAnswer>) {
        if let Err(error) = self.go_on(accepted).await {
            let words = error.to_string();
            self.seen.send_modify(|seen| seen.failure = Some(words));
        }
    }

    async fn go_on(&mut self, mut accepted: oneshot::Receiver<SdpAnswer>) -> Result<(), RtcError> {
        let mut sounds = interval(media::SOUND);
        let mut pictures = interval(media::PICTURE);
        let mut buffer = vec![0; 2048];
        while let Some(wake) = self.drain().await? {
            tokio::select! {
                Ok(answer) = &mut accepted, if self.pending.is_some() => {
                    let pending = self.pending.take().expect("it was looked at");
                    self.rtc.sdp_api().accept_answer(pending, answer)?;
                }
                Ok((length, source)) = self.socket.recv_from(&mut buffer) => {
                    self.receive(source, &buffer[..length])?;
                }
                () = sleep_until(wake.into()) => self.rtc.handle_input(Input::Timeout(Instant::now()))?,
                _ = sounds.tick() => self.send(MediaKind::Audio)?,
                _ = pictures.tick() => self.send(MediaKind::Video)?,
            }
        }
        Ok(())
    }

    /// Puts out all that str0m has to say; when it wants to be woken, or None once the connection is closed.
    async fn drain(&mut self) -> Result<Option<Instant>, RtcError> {
        while self.rtc.is_alive() {
            match self.rtc.poll_output()? {
                Output::Timeout(wake) => return Ok(Some(wake)),
                Output::Transmit(packet) => {
                    let (bytes, to) = (&packet.contents, packet.destination);
                    // What the kernel refuses is a lost datagram, which the protocols above are made for.
                    let _ = self.socket.send_to(bytes, to).await;
                }
                Output::Event(event) => self.notice(event),
            }
        }
        Ok(None)
    }

    fn receive(&mut self, source: SocketAddr, datagram: &[u8]) -> Result<(), RtcError> {
        // What is not STUN, DTLS or SRTP is dropped, as everywhere.
        let Ok(datagram) = Receive::new(Protocol::Udp, source, self.address, datagram) else {
            return Ok(());
        };
        let now = Instant::now();
        self.rtc.handle_input(Input::Receive(now, datagram))
    }

    fn notice(&mut self, event: Event) {
        match event {
            Event::Connected => {
                let now = Instant::now();
                self.seen.send_modify(|seen| seen.connected = Some(now));
            }
            Event::MediaData(data) => self.seen.send_modify(|seen| seen.count(&data)),
            Event::KeyframeRequest(wanted) => {
                if let Some(source) = self.sources.get_mut(&wanted.mid) {
                    source.want_keyframe();
                }
            }
            _ => {}
        }
    }

    fn send(&mut self, kind: MediaKind) -> Result<(), RtcError> {
        if self.seen.borrow().connected.is_none() {
            return Ok(());
        }
        for (mid, source) in &mut self.sources {
            if source.kind() != kind {
                continue;
            }
            let Some(writer) = self.rtc.writer(*mid) else {
                continue;
            };
            let same = |params: &&PayloadParams| params.spec().codec == source.codec();
            let Some(pt) = writer.payload_params().find(same).map(PayloadParams::pt) else {
                continue;
            };
            let (time, frame) = source.next();
            writer.write(pt, Instant::now(), time, frame)?;
        }
        Ok(())
    }
}
