//! A Janus, the driver connected to it, and legs with their events.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use mediaplane::{
    Error, Reason,
    backend::{
        Backend, Leg, LegEvents, Open, Opened, Status,
        janus::{Config, Janus as Driver},
    },
    id::SessionId,
    media::{
        Description, JsonMap, LegEvent, MediaUpdate, Outcome, Role, Sdp, SdpType, SessionType,
        Update,
    },
    telemetry::Metrics,
};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::support::{
    janus::{Janus, Options},
    peer::{self, Peer},
    proxy::Proxy,
};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// A Janus and a driver that reaches it over a line that can be cut.
pub(crate) struct World {
    pub(crate) janus: Janus,
    pub(crate) line: Proxy,
    dead_lines: Vec<Proxy>,
    pub(crate) driver: Arc<Driver>,
    config: Config,
    shutdown: CancellationToken,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default(), |_| {}).await
    }

    /// A world with a Janus and a configuration of its own.
    pub(crate) async fn with(options: Options, adjust: impl FnOnce(&mut Config)) -> Self {
        let janus = Janus::start(options).await;
        let line = Proxy::start(janus.address()).await;
        let mut config = Config::new(line.url().parse().expect("a URL"));
        config.admin_url = Some(janus.admin_url().parse().expect("a URL"));
        config.admin_secret = janus.admin_secret().to_owned().into();
        config.api_secret = janus.options().api_secret.clone().map(Into::into);
        config.recordings = Some(janus.recordings());
        adjust(&mut config);
        let shutdown = CancellationToken::new();
        let driver = start(&config, &shutdown);
        let world = Self {
            janus,
            line,
            dead_lines: Vec::new(),
            driver,
            config,
            shutdown,
        };
        world.up().await;
        world
    }

    /// Another driver of the same instance, as after a restart of the service; the first one is cut
    /// off for good.
    pub(crate) async fn crash(&mut self) {
        self.line.cut();
        self.down().await;
        let line = Proxy::start(self.janus.address()).await;
        self.config.url = line.url().parse().expect("a URL");
        self.dead_lines
            .push(std::mem::replace(&mut self.line, line));
        self.shutdown = CancellationToken::new();
        self.driver = start(&self.config, &self.shutdown);
        self.up().await;
    }

    /// Another driver, which reaches Janus at `url`.
    pub(crate) async fn redirect(&mut self, url: url::Url) {
        self.shutdown.cancel();
        self.driver.stopped().await;
        self.config.url = url;
        self.shutdown = CancellationToken::new();
        self.driver = start(&self.config, &self.shutdown);
        self.up().await;
    }

    /// One more driver of the same Janus.
    pub(crate) fn another(&self, adjust: impl FnOnce(&mut Config)) -> Arc<Driver> {
        let mut config = self.config.clone();
        adjust(&mut config);
        start(&config, &self.shutdown)
    }

    /// Waits until the driver says that Janus answers.
    pub(crate) async fn up(&self) {
        self.status(Status::is_up).await;
    }

    /// Waits until the driver says that it does not.
    pub(crate) async fn down(&self) {
        self.status(|status| !status.is_up()).await;
    }

    async fn status(&self, wanted: impl FnMut(&Status) -> bool) {
        let mut status = self.driver.status();
        let reached = timeout(PATIENCE, status.wait_for(wanted)).await;
        reached.expect("in time").expect("the driver runs");
    }

    /// A peer that offers audio and video.
    pub(crate) async fn peer(&self, tag: u8) -> Peer {
        Peer::offer(
            peer::Options::new(self.janus.media_ip(), tag)
                .audio()
                .video(),
        )
        .await
    }

    /// A peer that answers.
    pub(crate) async fn answers(&self, tag: u8, offer: &Description) -> Peer {
        let options = peer::Options::new(self.janus.media_ip(), tag);
        Peer::answer(options, offer.sdp.as_str()).await
    }

    /// Opens a leg.
    pub(crate) async fn open(&self, request: Open) -> Result<Opening, Error> {
        let session_id = request.session_id.clone();
        let (events, heard) = LegEvents::new(64);
        let Opened { leg, description } = self.driver.open(request, events).await?;
        Ok(Opening {
            session_id,
            leg,
            heard,
            description,
        })
    }

    /// An echo with its peer, connected.
    pub(crate) async fn echo(&self, tag: u8) -> (Opening, Peer) {
        let peer = self.peer(tag).await;
        let echo = self.open(echo(peer.description())).await.expect("an echo");
        peer.accept_answer(echo.sdp()).await;
        peer.connected().await;
        (echo, peer)
    }

    /// Waits until nothing is left on the server, and leaves it.
    pub(crate) async fn end(self) {
        self.janus.leaves_nothing(PATIENCE, |_| false).await;
        self.shutdown.cancel();
        let stopped = timeout(PATIENCE, self.driver.stopped()).await;
        stopped.expect("the driver leaves in time");
    }
}

fn start(config: &Config, shutdown: &CancellationToken) -> Arc<Driver> {
    Driver::start(
        "janus-1".parse().expect("a name"),
        "test",
        config.clone(),
        Metrics::new(),
        shutdown.clone(),
    )
}

/// An open leg.
pub(crate) struct Opening {
    pub(crate) session_id: SessionId,
    pub(crate) leg: Arc<dyn Leg>,
    pub(crate) heard: mpsc::Receiver<LegEvent>,
    pub(crate) description: Option<Description>,
}

impl Opening {
    /// The description that it came with.
    pub(crate) fn sdp(&self) -> &str {
        let description = self
            .description
            .as_ref()
            .expect("it came with a description");
        description.sdp.as_str()
    }

    /// The next event that `wanted` makes something of; others are passed over.
    pub(crate) async fn hears<T>(&mut self, wanted: impl Fn(&LegEvent) -> Option<T>) -> T {
        self.hears_within(PATIENCE, wanted).await
    }

    pub(crate) async fn hears_within<T>(
        &mut self,
        patience: Duration,
        wanted: impl Fn(&LegEvent) -> Option<T>,
    ) -> T {
        let mut passed = Vec::new();
        let found = timeout(patience, async {
            loop {
                let event = self.heard.recv().await.expect("the leg lives");
                if let Some(found) = wanted(&event) {
                    return found;
                }
                passed.push(event);
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("not heard in {patience:?}; passed: {passed:#?}"))
    }

    /// Waits until it ends.
    pub(crate) async fn ends(&mut self) -> (Reason, String) {
        self.hears(|event| match event {
            LegEvent::Closed { reason, message } => Some((*reason, message.clone())),
            _ => None,
        })
        .await
    }

    /// Waits for a description that comes later.
    pub(crate) async fn described(&mut self) -> Description {
        self.hears(|event| match event {
            LegEvent::Description(description) => Some(description.clone()),
            _ => None,
        })
        .await
    }

    /// Waits for a notice of this class.
    pub(crate) async fn notices(&mut self, wanted: &str) {
        self.hears(|event| {
            matches!(event, LegEvent::Status { class, .. } if *class == wanted).then_some(())
        })
        .await;
    }

    pub(crate) async fn update(&self, media: MediaUpdate) {
        let done = self.leg.update(Update::Media(media)).await;
        assert_eq!(done.expect("a media update"), Outcome::Done);
    }
}

/// What `future` yields if it is done within so many polls; else it is dropped then.
pub(crate) async fn dropped_after<T>(polls: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

pub(crate) fn webrtc(sdp: &str) -> Description {
    Description::webrtc(Sdp::parse(sdp).expect("a description"))
}

pub(crate) fn rtp(sdp: &str) -> Description {
    Description {
        sdp_type: SdpType::Rtp,
        ..webrtc(sdp)
    }
}

pub(crate) fn request(kind: SessionType, offer: Option<Description>) -> Open {
    Open {
        session_id: SessionId::random(),
        kind,
        role: if offer.is_some() {
            Role::Offeree
        } else {
            Role::Offerer
        },
        sdp_type: offer
            .as_ref()
            .map_or(SdpType::Webrtc, |offer| offer.sdp_type),
        offer,
        media: MediaUpdate::default(),
        options: JsonMap::new(),
    }
}

pub(crate) fn echo(offer: &str) -> Open {
    request(SessionType::Echo, Some(webrtc(offer)))
}

pub(crate) fn mute_audio(mute: bool) -> MediaUpdate {
    MediaUpdate {
        mute_audio: Some(mute),
        ..MediaUpdate::default()
    }
}
