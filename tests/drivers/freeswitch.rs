//! The FreeSWITCH driver with a real FreeSWITCH behind it, for any test.

// Each test binary compiles all of this and uses a part of it.
#![allow(dead_code, reason = "each test binary uses a part of the instruments")]

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use mediaplane::{
    backend::{
        Backend, Status,
        freeswitch::{Config, FreeSwitch},
    },
    telemetry::Metrics,
};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::support::{
    freeswitch::{Address, Look, address},
    ports::PortBlock,
    proxy::Proxy,
};

/// How long what must come may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A real FreeSWITCH, the line to its event socket and its driver.
pub(crate) struct RealFreeSwitch {
    pub(crate) line: Proxy,
    pub(crate) driver: Arc<FreeSwitch>,
    pub(crate) address: Address,
    instance: String,
    /// Where it may play from.
    pub(crate) media: PathBuf,
    /// Where it records to.
    pub(crate) recordings: PathBuf,
    _folder: TempDir,
    _ports: PortBlock,
}

impl RealFreeSwitch {
    /// Starts the driver of the one that the environment names.
    pub(crate) async fn start(
        instance: &str,
        adjust: impl FnOnce(&mut Config),
        shutdown: &CancellationToken,
    ) -> RealFreeSwitch {
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
        let mut config = config(&by_line, contact);
        adjust(&mut config);
        config.recordings = Some(recordings.clone());
        config.media = [&media, &recordings]
            .map(|folder| Url::from_directory_path(folder).expect("the path is absolute"))
            .into();
        let instance = format!("{instance}-{}", uuid::Uuid::new_v4());
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
    pub(crate) async fn holds_nothing(&self) {
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

/// A driver's configuration as tests want it: it looks often.
pub(crate) fn config(address: &Address, contact: SocketAddr) -> Config {
    let mut config = Config::new(
        address.event_socket.clone(),
        address.password.clone(),
        address.sip.clone(),
        contact,
    );
    config.reconcile_every = Duration::from_secs(2);
    config.watch_media_every = Duration::from_millis(500);
    // It is only noticed by its silence that a client has left.
    config.media_silence_timeout = Duration::from_secs(5);
    config
}

/// A driver that has just been started.
pub(crate) fn driver(
    instance: &str,
    config: Config,
    shutdown: &CancellationToken,
) -> Arc<FreeSwitch> {
    let name = "freeswitch-1".parse().expect("a name");
    FreeSwitch::start(name, instance, config, Metrics::new(), shutdown.clone())
}

/// A driver that has reached its server.
pub(crate) async fn started(
    instance: &str,
    config: Config,
    shutdown: &CancellationToken,
) -> Arc<FreeSwitch> {
    let driver = driver(instance, config, shutdown);
    let mut status = driver.status();
    let up = timeout(PATIENCE, status.wait_for(Status::is_up)).await;
    up.expect("the server answers in time")
        .expect("the driver runs");
    driver
}
