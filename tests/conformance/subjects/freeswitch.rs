//! The FreeSWITCH driver, with the simulator or a real FreeSWITCH behind it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mediaplane::backend::{Backend, freeswitch};
use mediaplane::media::Capabilities;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{PATIENCE, Setup};
pub(super) use crate::freeswitch_driver::RealFreeSwitch;
use crate::freeswitch_driver::{config, driver, started};
use crate::freeswitch_simulator::{self, Simulator};
use crate::support::freeswitch::Address;
use crate::support::ports::PortBlock;

/// What a simulator may play from.
const MEDIA: &str = "/media/";

/// A simulator and its driver.
pub(super) struct Simulated {
    pub(super) simulator: Simulator,
    pub(super) driver: Arc<freeswitch::FreeSwitch>,
    _ports: PortBlock,
}

impl Simulated {
    pub(super) async fn start(setup: Setup, shutdown: &CancellationToken) -> Simulated {
        let options = freeswitch_simulator::Options {
            media_folder: Some(MEDIA),
            ..freeswitch_simulator::Options::default()
        };
        let simulator = Simulator::start(options).await;
        let ports = PortBlock::claim();
        let address = Address {
            event_socket: simulator.esl().to_string(),
            password: simulator.password(),
            sip: simulator.sip().to_string(),
        };
        let contact = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.tcp(0)));
        let mut config = config(&address, contact);
        hasten(&mut config, setup);
        config.recordings = Some("/recordings".into());
        config.media = vec![playable()];
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
    let mut config = config(&nobody, contact);
    config.recordings = Some("/recordings".into());
    config.media = vec![playable()];
    let stop = CancellationToken::new();
    let driver = driver("conformance", config, &stop);
    stop.cancel();
    driver.stopped().await;
    driver.capabilities().clone()
}

/// Starts the driver of a real FreeSWITCH.
pub(super) async fn real(setup: Setup, shutdown: &CancellationToken) -> RealFreeSwitch {
    RealFreeSwitch::start("conformance", |config| hasten(config, setup), shutdown).await
}

fn hasten(config: &mut freeswitch::Config, setup: Setup) {
    if setup.hasty {
        config.request_timeout = Duration::from_secs(1);
        config.reconcile_every = Duration::from_secs(1);
        config.media_connect_timeout = Duration::from_secs(2);
        config.media_silence_timeout = Duration::from_secs(2);
    }
}

fn playable() -> Url {
    Url::from_directory_path(MEDIA).expect("the path is absolute")
}
