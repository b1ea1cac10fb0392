//! A FreeSWITCH, and a driver that reaches its event socket over a line that can be cut.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use mediaplane::{
    backend::{
        Backend, Status,
        freeswitch::{Config, FreeSwitch as Driver},
    },
    media::SessionType,
    telemetry::Metrics,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{
    legs::{Opening, PATIENCE, echo, request, rtp},
    support::{
        freeswitch::{self, Address, Own},
        media::Codec,
        network::media_address,
        peer::{self, Peer},
        ports::PortBlock,
        proxy::Proxy,
        rtp::RtpPeer,
    },
};

/// Where the FreeSWITCH of all tests is; without one it is said that the test is skipped.
pub(crate) fn given() -> Option<Address> {
    let address = freeswitch::address();
    if address.is_none() {
        println!("SKIPPED: MEDIAPLANE_TEST_FREESWITCH names no FreeSWITCH");
    }
    address
}

/// A FreeSWITCH of the test's own; without one it is said that the test is skipped.
pub(crate) async fn own() -> Option<Own> {
    let own = Own::start().await;
    if own.is_none() {
        println!("SKIPPED: MEDIAPLANE_TEST_FREESWITCH_RUN names no program that runs a FreeSWITCH");
    }
    own
}

/// A name that no other test has.
pub(crate) fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4())
}

/// The configuration file of a service with these backends.
pub(crate) fn service(instance: &str, backends: &[String]) -> String {
    let service = format!("[service]\ninstance = '{instance}'\nshutdown_deadline = '1s'\n");
    [&[service], backends].concat().concat()
}

/// A backend of a configuration file, which is reached by SIP at this port.
pub(crate) fn backend(name: &str, address: &Address, port: u16) -> String {
    let Address {
        event_socket,
        password,
        sip,
    } = address;
    format!(
        "[[backend]]\nname = '{name}'\nkind = 'freeswitch'\nevent_socket = '{event_socket}'\n\
         password = '{password}'\nsip = '{sip}'\nsip_contact = '127.0.0.1:{port}'\n\
         reconcile_every = '1s'\nrequest_timeout = '2s'\n"
    )
}

/// A driver, and what it talks to.
pub(crate) struct World {
    pub(crate) address: Address,
    pub(crate) instance: String,
    pub(crate) line: Proxy,
    pub(crate) driver: Arc<Driver>,
    shutdown: CancellationToken,
    _ports: PortBlock,
}

impl World {
    /// A driver of the FreeSWITCH at `address`, as soon as it is connected.
    pub(crate) async fn at(address: Address, adjust: impl FnOnce(&mut Config)) -> Self {
        let line = Proxy::start(address.socket().await).await;
        let ports = PortBlock::claim();
        let by_line = Address {
            event_socket: line.address().to_string(),
            ..address.clone()
        };
        let mut config = config(&by_line, ports.tcp(0));
        adjust(&mut config);
        let instance = unique("driver");
        let shutdown = CancellationToken::new();
        let world = Self {
            driver: start(&instance, config, &shutdown),
            address,
            instance,
            line,
            shutdown,
            _ports: ports,
        };
        world.up().await;
        world
    }

    /// Waits until the driver says that FreeSWITCH answers.
    pub(crate) async fn up(&self) {
        status(&self.driver, Status::is_up).await;
    }

    /// Waits until the driver says that it does not.
    pub(crate) async fn down(&self) {
        status(&self.driver, |status| !status.is_up()).await;
    }

    /// An echo and its browser, connected.
    pub(crate) async fn echo(&self, tag: u8) -> (Opening, Peer) {
        let options = peer::Options::new(media_address(), tag)
            .unbundled()
            .audio()
            .video();
        let peer = Peer::offer(options.patience(4 * PATIENCE)).await;
        let echo = Opening::of(&*self.driver, echo(peer.description())).await;
        let echo = echo.expect("an echo");
        peer.accept_answer(echo.sdp()).await;
        peer.connected().await;
        (echo, peer)
    }

    /// A session of this type and its telephone, which has offered and has its answer.
    pub(crate) async fn telephone(&self, kind: SessionType, tag: u8) -> (Opening, RtpPeer) {
        let mut peer = RtpPeer::bind(media_address(), tag, &[Codec::Pcmu]).await;
        let request = request(kind, Some(rtp(&peer.offer())));
        let leg = Opening::of(&*self.driver, request).await.expect("a call");
        peer.accept_answer(leg.sdp());
        (leg, peer)
    }

    /// An echo whose telephone is called, and has not answered yet.
    pub(crate) async fn calling(&self) -> Opening {
        let mut request = request(SessionType::Echo, None);
        request.sdp_type = mediaplane::media::SdpType::Rtp;
        Opening::of(&*self.driver, request).await.expect("an offer")
    }

    /// Waits until no call is left on the server.
    pub(crate) async fn is_empty(&self) {
        self.address
            .until_calls(&self.instance, <[_]>::is_empty)
            .await;
    }

    /// Waits until no call is left on the server, and leaves it.
    pub(crate) async fn end(self) {
        self.is_empty().await;
        self.leave().await;
    }

    /// Leaves the server, which ends what is there.
    pub(crate) async fn leave(self) {
        self.shutdown.cancel();
        let stopped = timeout(PATIENCE, self.driver.stopped()).await;
        stopped.expect("the driver leaves in time");
    }
}

/// Waits until the driver says so of its server.
pub(crate) async fn status(driver: &Driver, wanted: impl FnMut(&Status) -> bool) -> Status {
    let mut status = driver.status();
    let reached = timeout(PATIENCE, status.wait_for(wanted)).await;
    let reached = reached.unwrap_or_else(|_| panic!("in time: {:?}", *driver.status().borrow()));
    reached.expect("the driver runs").clone()
}

/// How a driver finds its server, and is found at this port.
pub(crate) fn config(address: &Address, port: u16) -> Config {
    let mut config = Config::new(
        address.event_socket.clone(),
        address.password.clone(),
        address.sip.clone(),
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
    );
    config.reconcile_every = Duration::from_secs(1);
    config.request_timeout = Duration::from_secs(2);
    config.watch_media_every = Duration::from_millis(500);
    config
}

/// A driver that may not reach its FreeSWITCH yet.
pub(crate) fn start(instance: &str, config: Config, shutdown: &CancellationToken) -> Arc<Driver> {
    let name = "freeswitch-1".parse().expect("a name");
    Driver::start(name, instance, config, Metrics::new(), shutdown.clone())
}
