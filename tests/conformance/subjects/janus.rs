//! The Janus driver, with the simulator or a real Janus behind it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mediaplane::backend::{Backend, Status, janus};
use mediaplane::media::Capabilities;
use mediaplane::telemetry::Metrics;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{PATIENCE, Setup};
use crate::janus_simulator::{self, ADMIN_SECRET, Simulator};
use crate::support::janus::{Janus, Options};
use crate::support::proxy::Proxy;

const NOWHERE: &str = "ws://127.0.0.1:9";

/// A real Janus, the line to it and its driver.
pub(super) struct Real {
    pub(super) janus: Mutex<Janus>,
    pub(super) line: Proxy,
    pub(super) driver: Arc<janus::Janus>,
}

impl Real {
    pub(super) async fn start(setup: Setup, shutdown: &CancellationToken) -> Real {
        let janus = Janus::start(Options::default()).await;
        let line = Proxy::start(janus.address()).await;
        let url = if setup.direct {
            janus.url()
        } else {
            line.url()
        };
        let config = config(
            &url,
            &janus.admin_url(),
            janus.admin_secret(),
            &janus.recordplay(),
            &janus.recordings(),
            setup,
        );
        let driver = started(config, shutdown).await;
        Real {
            janus: Mutex::new(janus),
            line,
            driver,
        }
    }
}

/// A simulator and its driver.
pub(super) async fn simulated(
    setup: Setup,
    shutdown: &CancellationToken,
) -> (Simulator, Arc<janus::Janus>) {
    let simulator = Simulator::start(janus_simulator::Options::default()).await;
    let config = config(
        &simulator.url(),
        &simulator.admin_url(),
        ADMIN_SECRET,
        Path::new("/recordings"),
        Path::new("/media"),
        setup,
    );
    let driver = started(config, shutdown).await;
    (simulator, driver)
}

/// What the driver advertises.
pub(super) async fn capabilities() -> Capabilities {
    let folder = Path::new("/nowhere");
    let config = config(NOWHERE, NOWHERE, ADMIN_SECRET, folder, folder, Setup::USUAL);
    let stop = CancellationToken::new();
    let driver = driver(config, &stop);
    stop.cancel();
    driver.stopped().await;
    driver.capabilities().clone()
}

fn config(
    url: &str,
    admin_url: &str,
    secret: &str,
    recordings: &Path,
    media: &Path,
    setup: Setup,
) -> janus::Config {
    let mut config = janus::Config::new(url.parse().expect("a URL"));
    config.admin_url = Some(admin_url.parse().expect("a URL"));
    config.admin_secret = secret.to_owned().into();
    config.recordings = Some(recordings.to_owned());
    config.media = Some(media.to_owned());
    if setup.hasty {
        config.request_timeout = Duration::from_secs(1);
        config.media_connect_timeout = Duration::from_secs(2);
        config.media_silence_timeout = Duration::from_secs(2);
    }
    config
}

fn driver(config: janus::Config, shutdown: &CancellationToken) -> Arc<janus::Janus> {
    let name = "janus-1".parse().expect("a name");
    janus::Janus::start(
        name,
        "conformance",
        config,
        Metrics::new(),
        shutdown.clone(),
    )
}

async fn started(config: janus::Config, shutdown: &CancellationToken) -> Arc<janus::Janus> {
    let driver = driver(config, shutdown);
    let mut status = driver.status();
    let up = timeout(PATIENCE, status.wait_for(Status::is_up)).await;
    up.expect("the server answers in time")
        .expect("the driver runs");
    driver
}
