//! A Janus, the driver connected to it, and legs with their events.

use std::sync::Arc;

use mediaplane::{
    Error,
    backend::{
        Backend, Open, Status,
        janus::{Config, Janus as Driver},
    },
    media::Description,
    telemetry::Metrics,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub(crate) use crate::legs::{
    Opening, PATIENCE, dropped_after, echo, mute_audio, request, rtp, webrtc,
};
use crate::support::{
    janus::{Janus, Options},
    peer::{self, Peer},
    proxy::Proxy,
};

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
        Opening::of(&*self.driver, request).await
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
