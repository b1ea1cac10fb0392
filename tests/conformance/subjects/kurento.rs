//! The Kurento driver, with the simulator or a real Kurento behind it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mediaplane::backend::{Backend, Status, kurento};
use mediaplane::media::Capabilities;
use mediaplane::telemetry::Metrics;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{PATIENCE, Setup};
use crate::kurento_simulator::{self, Simulator};
use crate::support::kurento::{Look, address, url};
use crate::support::proxy::Proxy;

/// What a simulator may play from.
pub(super) const PLAYABLE: &str = "file:///media/";

/// A real Kurento, the line to it and its driver.
pub(super) struct RealKurento {
    pub(super) line: Proxy,
    pub(super) driver: Arc<kurento::Kurento>,
    url: Url,
    instance: String,
    /// Where it may play from.
    pub(super) media: PathBuf,
    /// Where it records to.
    pub(super) recordings: PathBuf,
    _folder: TempDir,
}

impl RealKurento {
    pub(super) async fn start(setup: Setup, shutdown: &CancellationToken) -> RealKurento {
        let url = url().expect("there is one");
        let line = Proxy::start(address(&url).await).await;
        let mut by_line = url.clone();
        let port = line.address().port();
        by_line.set_host(Some("127.0.0.1")).expect("a host");
        by_line.set_port(Some(port)).expect("a port");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let [media, recordings] = ["media", "recordings"].map(|name| folder.path().join(name));
        for made in [&media, &recordings] {
            std::fs::create_dir(made).expect("a folder can be made in it");
        }
        let mut config = config(by_line, setup);
        config.recordings = Some(recordings.clone());
        // So that what is in a file can be known again.
        config.play_encoded = true;
        config.media = [&media, &recordings]
            .map(|folder| Url::from_directory_path(folder).expect("the path is absolute"))
            .into();
        let instance = format!("conformance-{}", uuid::Uuid::new_v4());
        let driver = started(&instance, config, shutdown).await;
        RealKurento {
            line,
            driver,
            url,
            instance,
            media,
            recordings,
            _folder: folder,
        }
    }

    /// Waits until nothing of a session or room is left.
    pub(super) async fn holds_nothing(&self, but_a_pipeline: bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut look = Look::at(&self.url).await;
            let held = look.pipelines_of(&self.instance).await;
            look.leave().await;
            let is_empty = match but_a_pipeline {
                true => held.iter().all(|(_, children)| children.is_empty()),
                false => held.is_empty(),
            };
            if is_empty {
                return;
            }
            assert!(Instant::now() < deadline, "left on the server: {held:#?}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A simulator and its driver.
pub(super) async fn simulated(
    setup: Setup,
    shutdown: &CancellationToken,
) -> (Simulator, Arc<kurento::Kurento>) {
    let simulator = Simulator::start(kurento_simulator::Options::default()).await;
    let mut config = config(simulator.url().parse().expect("a URL"), setup);
    config.recordings = Some("/recordings".into());
    config.media = vec![PLAYABLE.parse().expect("a URL")];
    let driver = started("conformance", config, shutdown).await;
    (simulator, driver)
}

/// Waits until nothing of a session or room is left on the simulator, and checks that nothing was asked of it that would
/// have killed a real server, or media on it.
pub(super) async fn holds_nothing(simulator: &Simulator, but_a_pipeline: bool) {
    assert!(!simulator.crashed(), "{:#?}", simulator.operations());
    assert!(!simulator.misused(), "{:#?}", simulator.operations());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let held = simulator.held();
        let is_empty = match but_a_pipeline {
            true => held.objects().next().is_none(),
            false => held.is_empty(),
        };
        if is_empty {
            return;
        }
        assert!(Instant::now() < deadline, "left on the server: {held:#?}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// What the driver advertises.
pub(super) async fn capabilities() -> Capabilities {
    let mut config = config(
        "ws://127.0.0.1:9/kurento".parse().expect("a URL"),
        Setup::USUAL,
    );
    config.recordings = Some("/recordings".into());
    config.media = vec![PLAYABLE.parse().expect("a URL")];
    let stop = CancellationToken::new();
    let driver = driver("conformance", config, &stop);
    stop.cancel();
    driver.stopped().await;
    driver.capabilities().clone()
}

pub(super) fn config(url: Url, setup: Setup) -> kurento::Config {
    let mut config = kurento::Config::new(url);
    config.reconcile_every = Duration::from_secs(2);
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
    config: kurento::Config,
    shutdown: &CancellationToken,
) -> Arc<kurento::Kurento> {
    let name = "kurento-1".parse().expect("a name");
    kurento::Kurento::start(name, instance, config, Metrics::new(), shutdown.clone())
}

pub(super) async fn started(
    instance: &str,
    config: kurento::Config,
    shutdown: &CancellationToken,
) -> Arc<kurento::Kurento> {
    let driver = driver(instance, config, shutdown);
    let mut status = driver.status();
    let up = timeout(PATIENCE, status.wait_for(Status::is_up)).await;
    up.expect("the server answers in time")
        .expect("the driver runs");
    driver
}
