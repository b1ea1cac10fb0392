//! A Kurento, and a driver that reaches it over a line that can be cut.

use std::sync::Arc;

use mediaplane::{
    backend::{
        Backend, Status,
        kurento::{Config, Kurento as Driver},
    },
    telemetry::Metrics,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    legs::{Opening, PATIENCE, echo},
    support::{
        kurento::{self, Own, until_held},
        network::media_address,
        peer::{self, Peer},
        proxy::Proxy,
    },
};

/// Where the Kurento of all tests is; without one it is said that the test is skipped.
pub(crate) fn given() -> Option<Url> {
    let url = kurento::url();
    if url.is_none() {
        println!("SKIPPED: MEDIAPLANE_TEST_KURENTO names no Kurento");
    }
    url
}

/// A Kurento of the test's own; without one it is said that the test is skipped.
pub(crate) async fn own() -> Option<Own> {
    let own = Own::start(std::time::Duration::from_secs(60)).await;
    if own.is_none() {
        println!("SKIPPED: MEDIAPLANE_TEST_KURENTO_RUN names no program that runs a Kurento");
    }
    own
}

/// A name that no other test has.
pub(crate) fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4())
}

/// A driver, and what it talks to.
pub(crate) struct World {
    pub(crate) url: Url,
    pub(crate) instance: String,
    pub(crate) line: Proxy,
    pub(crate) driver: Arc<Driver>,
    shutdown: CancellationToken,
}

impl World {
    /// A driver of the Kurento at `url`, as soon as it is connected.
    pub(crate) async fn at(url: Url, adjust: impl FnOnce(&mut Config)) -> Self {
        let line = Proxy::start(kurento::address(&url).await).await;
        let mut by_line = url.clone();
        by_line.set_host(Some("127.0.0.1")).expect("a host");
        let port = Some(line.address().port());
        by_line.set_port(port).expect("a port");
        let mut config = Config::new(by_line);
        adjust(&mut config);
        let instance = unique("driver");
        let shutdown = CancellationToken::new();
        let driver = start(&instance, config, &shutdown);
        let world = Self {
            url,
            instance,
            line,
            driver,
            shutdown,
        };
        world.up().await;
        world
    }

    /// Waits until the driver says that Kurento answers.
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

    /// An echo and its client, which has not been given the answer yet.
    pub(crate) async fn opening(&self, tag: u8) -> (Opening, Peer) {
        let options = peer::Options::new(media_address(), tag).audio().video();
        let peer = Peer::offer(options.patience(4 * PATIENCE)).await;
        let request = echo(peer.description());
        let echo = Opening::of(&*self.driver, request).await;
        (echo.expect("an echo"), peer)
    }

    /// An echo with its client, connected.
    pub(crate) async fn echo(&self, tag: u8) -> (Opening, Peer) {
        let (echo, peer) = self.opening(tag).await;
        peer.accept_answer(echo.sdp()).await;
        peer.connected().await;
        (echo, peer)
    }

    /// Waits until nothing of a session is left on the server.
    pub(crate) async fn is_empty(&self) {
        until_held(&self.url, &self.instance, |held| {
            held.len() == 1 && held[0].1.is_empty()
        })
        .await;
    }

    /// Waits until nothing of a session is left on the server, and leaves it.
    pub(crate) async fn end(self) {
        self.is_empty().await;
        self.shutdown.cancel();
        let stopped = timeout(PATIENCE, self.driver.stopped()).await;
        stopped.expect("the driver leaves in time");
        until_held(&self.url, &self.instance, <[_]>::is_empty).await;
    }
}

/// A driver that may not reach its Kurento yet.
pub(crate) fn start(instance: &str, config: Config, shutdown: &CancellationToken) -> Arc<Driver> {
    let name = "kurento-1".parse().expect("a name");
    Driver::start(name, instance, config, Metrics::new(), shutdown.clone())
}
