//! The FreeSWITCH driver, with the simulator or a real FreeSWITCH behind it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mediaplane::backend::{Backend, Status, freeswitch};
use mediaplane::media::Capabilities;
use mediaplane::telemetry::Metrics;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{PATIENCE, Setup};
use crate::freeswitch_simulator::{self, Simulator};
use crate::support::freeswitch::{Address, Look, address};
use crate::support::ports::PortBlock;
use crate::support::proxy::Proxy;

/// What a simulator may play from.
pub(super) const PLAYABLE: &str = "file:///media/";

/// A real FreeSWITCH, the line to its event socket and its driver.
pub(super) struct RealFreeSwitch {
    pub(super) line: Proxy,
    pub(super) driver: Arc<freeswitch::FreeSwitch>,
    address: Address,
    instance: String,
    /// Where it may play from.
    pub(super) media: PathBuf,
    /// Where it records to.
    pub(super) recordings: PathBuf,
    _folder: TempDir,
    _ports: PortBlock,
}

impl RealFreeSwitch {
    pub(super) async fn start(setup: Setup, shutdown: &CancellationToken) -> RealFreeSwitch {
        let address = address().expect("there is one");
        let socket = tokio::net::lookup_host(&address.event_socket).await;
        let socket = socket.expect("the host is known").next();
        let line = Proxy::start(socket.expect("the host has an address")).await;
        let ports = PortBlock::claim();
        let folder = tempfile::Builder::new().prefix("mediaplane-").tempdir();
        let folder = folder.expect("a temporary folder can be made");
        let [media, recordings] = ["media", "recordings"].map(|name| folder.path().join(name));
        for made in [&media, &recordings] {
            std::fs::create_dir(made).expect("a folder can be made in it");
        }
        let contact = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.tcp(0)));
        let by_line = Address {
            event_socket: line.address().to_string(),
            ..address.clone()
        };
        let mut config = config(&by_line, contact, setup);
        config.recordings = Some(recordings.clone());
        config.media = [&media, &recordings]
            .map(|folder| Url::from_directory_path(folder).expect("the path is absolute"))
            .into();
        let instance = format!("conformance-{}", uuid::Uuid::new_v4());
        let driver = started(&instance, config, shutdown).await;
        RealFreeSwitch {
            line,
            driver,
            address,
            instance,
            media,
            recordings,
            _folder: folder,
            _ports: ports,
        }
    }

    /// Waits until nothing of a session or room is left.
    pub(super) async fn holds_nothing(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut look = Look::at(&self.address).await;
        loop {
            let held = look.calls_of(&self.instance).await;
            if held.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "left on the server: {held:#?}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A simulator and its driver.
pub(super) struct Simulated {
    pub(super) simulator: Simulator,
    pub(super) driver: Arc<freeswitch::FreeSwitch>,
    _ports: PortBlock,
}

impl Simulated {
    pub(super) async fn start(setup: Setup, shutdown: &CancellationToken) -> Simulated {
        let simulator = Simulator::start(freeswitch_simulator::Options::default()).await;
        let ports = PortBlock::claim();
        let address = Address {
            event_socket: simulator.esl().to_string(),
            password: simulator.password(),
            sip: simulator.sip().to_string(),
        };
        let contact = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.tcp(0)));
        let mut config = config(&address, contact, setup);
        config.recordings = Some("/recordings".into());
        config.media = vec![PLAYABLE.parse().expect("a URL")];
        let driver = started("conformance", config, shutdown).await;
        Simulated {
            simulator,
            driver,
            _ports: ports,
        }
    }

    /// Waits until nothing of a session or room is left, and checks that no text of a caller ever became a part of a
    /// command that it was not meant for.
    pub(super) async fn holds_nothing(&self) {
        let simulator = &self.simulator;
        assert!(!simulator.injected(), "{:#?}", simulator.commands());
        let deadline = Instant::now() + PATIENCE;
        loop {
            let held = simulator.held();
            if held.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "left on the server: {held:#?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What the driver advertises.
pub(super) async fn capabilities() -> Capabilities {
    let nobody = Address {
        event_socket: "127.0.0.1:9".to_owned(),
        password: String::new(),
        sip: "127.0.0.1:9".to_owned(),
    };
    let ports = PortBlock::claim();
    let contact = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.tcp(0)));
    let mut config = config(&nobody, contact, Setup::USUAL);
    config.recordings = Some("/recordings".into());
    config.media = vec![PLAYABLE.parse().expect("a URL")];
    let stop = CancellationToken::new();
    let driver = driver("conformance", config, &stop);
    stop.cancel();
    driver.stopped().await;
    driver.capabilities().clone()
}

pub(super) fn config(address: &Address, contact: SocketAddr, setup: Setup) -> freeswitch::Config {
    let mut config = freeswitch::Config::new(
        address.event_socket.clone(),
        address.password.clone(),
        address.sip.clone(),
        contact,
    );
    config.reconcile_every = Duration::from_secs(2);
    config.watch_media_every = Duration::from_millis(500);
    // It is only noticed by its silence that a client has left.
    config.media_silence_timeout = Duration::from_secs(5);
    if setup.hasty {
        config.request_timeout = Duration::from_secs(1);
        config.reconcile_every = Duration::from_secs(1);
        config.media_connect_timeout = Duration::from_secs(2);
        config.media_silence_timeout = Duration::from_secs(2);
    }
    config
}

fn driver(
    instance: &str,
    config: freeswitch::Config,
    shutdown: &CancellationToken,
) -> Arc<freeswitch::FreeSwitch> {
    let name = "freeswitch-1".parse().expect("a name");
    freeswitch::FreeSwitch::start(name, instance, config, Metrics::new(), shutdown.clone())
}

pub(super) async fn started(
    instance: &str,
    config: freeswitch::Config,
    shutdown: &CancellationToken,
) -> Arc<freeswitch::FreeSwitch> {
    let driver = driver(instance, config, shutdown);
    let mut status = driver.status();
    let up = timeout(PATIENCE, status.wait_for(Status::is_up)).await;
    up.expect("the server answers in time")
        .expect("the driver runs");
    driver
}
