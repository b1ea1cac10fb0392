//! The embedded backend, with folders of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use mediaplane::backend::Backend;
use mediaplane::backend::embedded::{Config, Embedded};
use mediaplane::media::Capabilities;
use mediaplane::telemetry::Metrics;
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::Setup;
use crate::support::network::media_address;

/// A media server in this process.
pub(super) struct Inside {
    pub(super) driver: Arc<Embedded>,
    /// Where it may play from.
    pub(super) media: PathBuf,
    /// Where it records to.
    pub(super) recordings: PathBuf,
    _folder: TempDir,
}

impl Inside {
    pub(super) fn start(setup: Setup, shutdown: &CancellationToken) -> Inside {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let [media, recordings] = ["media", "recordings"].map(|name| folder.path().join(name));
        for made in [&media, &recordings] {
            std::fs::create_dir(made).expect("a folder can be made in it");
        }
        let mut config = json!({
            "listen": [SocketAddr::from((media_address(), 0))],
            "record": {"folder": recordings},
            "play": {"folders": [media, recordings]},
        });
        if setup.hasty {
            config["media_connect_timeout"] = json!("2s");
            config["media_silence_timeout"] = json!("2s");
        }
        let config: Config = serde_json::from_value(config).expect("these are its keys");
        Inside {
            driver: driver(config, shutdown),
            media,
            recordings,
            _folder: folder,
        }
    }
}

/// What the driver advertises.
pub(super) async fn capabilities() -> Capabilities {
    let stop = CancellationToken::new();
    let inside = Inside::start(Setup::USUAL, &stop);
    stop.cancel();
    inside.driver.stopped().await;
    inside.driver.capabilities().clone()
}

fn driver(config: Config, shutdown: &CancellationToken) -> Arc<Embedded> {
    let name = "embedded-1".parse().expect("a name");
    let started = Embedded::start(name, config, &Metrics::new(), shutdown);
    started.expect("the media address can be listened on")
}
