//! From the configured media servers to their drivers.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{janus, janus::Janus, registry::Configured},
    config::{self, Config},
    id::BackendName,
    telemetry::Metrics,
};

/// What the driver of each kind reads of a backend's options.
enum Options {
    Janus(janus::Config),
}

/// Reads the options of a backend as its driver would.
///
/// # Errors
/// All that is wrong with them.
pub fn check(backend: &config::Backend) -> Result<(), config::Error> {
    read(backend).map(drop)
}

fn read(backend: &config::Backend) -> Result<Options, config::Error> {
    match backend.kind.as_str() {
        "janus" => backend.options.parse().map(Options::Janus),
        other => {
            let mut checks = backend.options.checks();
            checks.require("kind", false, format_args!("`{other}` has no driver"));
            Err(checks.finish().expect_err("it was refused"))
        }
    }
}

/// The running drivers.
#[derive(Debug, Default)]
pub struct Drivers {
    configured: Vec<Configured>,
    janus: Vec<Arc<Janus>>,
    stopping: CancellationToken,
}

impl Drivers {
    /// These drivers, which end by themselves.
    #[must_use]
    pub fn new(configured: Vec<Configured>) -> Self {
        Self {
            configured,
            ..Self::default()
        }
    }

    /// Starts the driver of each configured backend. None waits for its server.
    ///
    /// # Errors
    /// Those of [`check`], of the first backend that has any.
    pub(super) fn start(config: &Config, metrics: &Metrics) -> Result<Self, config::Error> {
        let mut drivers = Self::default();
        for backend in &config.backends {
            let options = read(backend)?;
            drivers.add(backend, options, &config.service.instance, metrics);
        }
        Ok(drivers)
    }

    fn add(
        &mut self,
        backend: &config::Backend,
        options: Options,
        instance: &str,
        metrics: &Metrics,
    ) {
        let name: BackendName = backend.name.parse().expect("the configuration was checked");
        let driver = match options {
            Options::Janus(config) => {
                let shutdown = self.stopping.clone();
                let janus = Janus::start(name, instance, config, metrics.clone(), shutdown);
                self.janus.push(janus.clone());
                janus
            }
        };
        self.configured.push(Configured {
            backend: driver,
            priority: backend.priority,
            max_sessions: usize::try_from(backend.max_sessions).unwrap_or(usize::MAX),
        });
    }

    /// The drivers, for the registry.
    pub(super) fn take_configured(&mut self) -> Vec<Configured> {
        std::mem::take(&mut self.configured)
    }

    /// Leaves all servers, within `limit`.
    pub(super) async fn stop(&self, limit: Duration) {
        self.stopping.cancel();
        let left = join_all(self.janus.iter().map(|janus| janus.stopped()));
        if tokio::time::timeout(limit, left).await.is_err() {
            tracing::warn!("a media server did not let go in time");
        }
    }
}
