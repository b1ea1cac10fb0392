//! The service that the demo shows, with folders of its own that go with it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Failure, report::Shown};
use crate::{
    app::{App, Drivers},
    backend::{
        embedded::{self, Embedded, play, record},
        registry::Configured,
    },
    config::{self, Config},
    telemetry::Metrics,
};

/// How long sessions that were left behind may go on at the end.
const PATIENCE: Duration = Duration::from_millis(200);

/// A running service with a media server, on loopback alone.
pub(super) struct Stage {
    app: App,
    media: Arc<Embedded>,
    stop: CancellationToken,
    _folder: TempDir,
}

impl Stage {
    pub(super) async fn start(grpc_listen: SocketAddr) -> Result<Self, Failure> {
        let no_folder = |error| Failure::new(format!("it has no folder to record to: {error}"));
        let folder = tempfile::tempdir().map_err(no_folder)?;
        let (metrics, stop) = (Metrics::new(), CancellationToken::new());
        let name = "embedded".parse().expect("it is a name");
        let media = Embedded::start(name, on_loopback(&folder), &metrics, &stop);
        let media = media.map_err(|error| Failure::new(format!("no media at {error}")))?;
        let drivers = Drivers::new(vec![Configured {
            backend: media.clone(),
            priority: 0,
            max_sessions: 0,
        }]);
        let started = App::start_with(service(grpc_listen), drivers, metrics).await;
        let app = started.map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self {
            app,
            media,
            stop,
            _folder: folder,
        })
    }

    /// Where the API is.
    pub(super) const fn api(&self) -> SocketAddr {
        self.app.grpc_addr
    }

    /// Ends the service; nothing may be left of the scenes.
    pub(super) async fn leave(self) -> Shown<()> {
        let sessions = self.app.live_sessions();
        let held = self.app.shutdown().await;
        self.stop.cancel();
        self.media.stopped().await;
        if sessions + held > 0 {
            let words = format!("{sessions} sessions were left, {held} of them not released");
            return Err(Failure::new(words));
        }
        Ok(("no session is left; the service has ended".to_owned(), ()))
    }
}

fn on_loopback(folder: &TempDir) -> embedded::Config {
    let folder = folder.path().to_owned();
    embedded::Config {
        listen: vec![(Ipv4Addr::LOCALHOST, 0).into()],
        play: play::Settings {
            folders: vec![folder.clone()],
            ..play::Settings::default()
        },
        record: Some(record::Settings::new(folder)),
        ..embedded::Config::default()
    }
}

fn service(grpc_listen: SocketAddr) -> Config {
    Config {
        grpc: config::Grpc {
            listen: grpc_listen,
            ..config::Grpc::default()
        },
        http: config::Http {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            ..config::Http::default()
        },
        service: config::Service {
            shutdown_deadline: PATIENCE,
            ..config::Service::default()
        },
        ..Config::default()
    }
}
