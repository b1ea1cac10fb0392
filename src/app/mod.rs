//! The only wiring: a configuration becomes a running service, and ends in order.

mod drivers;
mod process;
mod readiness;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    backend,
    config::{self, Config},
    event::{Hub, Limits},
    grpc, http,
    id::BackendName,
    room, session,
    telemetry::Metrics,
};

pub use drivers::{Drivers, check};
pub use process::{run, serve};
use readiness::Truth;

/// How long the release of what sessions hold on media servers may take once they are destroyed.
const RELEASE: Duration = Duration::from_secs(5);

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port is taken or may not be used.
    #[error("{key} = {address} cannot be listened on: {source}")]
    Listen {
        /// The key of the configuration.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// The system's words.
        source: io::Error,
    },
    /// The embedded backend cannot receive media or record.
    #[error("backend {backend} cannot start: {source}")]
    Media {
        /// The backend.
        backend: BackendName,
        /// What of its configuration is in the way.
        source: io::Error,
    },
    /// A driver does not accept its options.
    #[error(transparent)]
    Backend(#[from] config::Error),
}

/// A running service.
#[derive(Debug)]
pub struct App {
    /// Where the API is.
    pub grpc_addr: SocketAddr,
    /// Where probes and metrics are.
    pub http_addr: SocketAddr,
    /// Whether the console is served there.
    pub console: bool,
    /// How many media servers it works with.
    pub backends: usize,
    sessions: session::Registry,
    rooms: room::Registry,
    drivers: Drivers,
    patience: Duration,
    truth: JoinHandle<()>,
    housekeeping: JoinHandle<()>,
    grpc: JoinHandle<Result<(), grpc::Error>>,
    http: JoinHandle<()>,
    /// Ends readiness.
    stopping: CancellationToken,
    /// Ends the servers and what works for them.
    stopped: CancellationToken,
}

impl App {
    /// Starts the service with the drivers of its configuration.
    ///
    /// # Errors
    /// Of the configuration and of the ports.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let metrics = Metrics::new();
        let drivers = Drivers::start(&config, &metrics)?;
        Self::start_with(config, drivers, metrics).await
    }

    /// Starts the service with these drivers.
    ///
    /// # Errors
    /// Of the ports.
    pub async fn start_with(
        config: Config,
        mut drivers: Drivers,
        metrics: Metrics,
    ) -> Result<Self, Error> {
        let (grpc_listener, grpc_addr) = listen("grpc.listen", config.grpc.listen).await?;
        let (http_listener, http_addr) = listen("http.listen", config.http.listen).await?;
        let hub = Hub::new(limits(&config.events), metrics.clone());
        let configured = drivers.take_configured();
        let count = configured.len();
        let backends = backend::Registry::new(configured, &metrics);
        let rooms = room::Registry::new(room_settings(&config.room), backends.clone(), hub.clone());
        let sessions = session::Registry::new(session::Parts {
            settings: session_settings(&config.session),
            history_time: config.events.history_time,
            history_sessions: config.events.history_sessions,
            hub: hub.clone(),
            backends: backends.clone(),
            rooms: rooms.clone(),
            metrics: metrics.clone(),
        });
        let (stopping, stopped) = (CancellationToken::new(), CancellationToken::new());
        let (truth, readiness, health) = Truth::new(backends.clone());
        let parts = grpc::Parts {
            config: config.grpc,
            bounds: config.session,
            sessions: Arc::new(sessions.clone()),
            rooms: rooms.clone(),
            backends,
            hub,
            metrics: metrics.clone(),
            health,
        };
        let api = grpc::Api::new(parts, stopped.clone());
        let console = http::Console::new(&config.http, &api);
        let state = http::State {
            metrics,
            readiness,
            console,
        };
        Ok(Self {
            grpc_addr,
            http_addr,
            console: state.console.is_some(),
            backends: count,
            patience: config.service.shutdown_deadline,
            truth: tokio::spawn(truth.keep(stopping.clone())),
            housekeeping: tokio::spawn(sessions.clone().keep_house(stopped.clone())),
            grpc: tokio::spawn(grpc::serve(grpc_listener, api)),
            http: tokio::spawn(http::serve(http_listener, state, stopped.clone())),
            sessions,
            rooms,
            drivers,
            stopping,
            stopped,
        })
    }

    /// How many sessions live.
    #[must_use]
    pub fn live_sessions(&self) -> usize {
        self.sessions.count()
    }

    /// Waits until the API is no longer served: it failed.
    pub async fn failed(&mut self) -> grpc::Error {
        match (&mut self.grpc).await {
            Ok(Ok(())) => "the gRPC port was closed".into(),
            Ok(Err(error)) => error,
            Err(error) => error.into(),
        }
    }

    /// Ends the service: not ready at once and nothing new taken, live sessions go on for their time and are destroyed
    /// then, everything on media servers is released, all is told to watchers, and the ports close.
    ///
    /// Returns how many sessions and rooms could not be released in time.
    pub async fn shutdown(self) -> usize {
        self.stopping.cancel();
        let _ = self.truth.await;
        self.sessions.close();
        self.rooms.close();
        if tokio::time::timeout(self.patience, self.sessions.drained())
            .await
            .is_err()
        {
            tracing::info!(
                sessions = self.sessions.count(),
                "destroying the sessions that are left"
            );
        }
        let release = Instant::now() + RELEASE;
        let held = self.sessions.shutdown(release).await + self.rooms.shutdown(release).await;
        self.drivers.stop(RELEASE).await;
        self.stopped.cancel();
        // Each ends by itself now; one that failed has said so.
        let _ = tokio::join!(self.grpc, self.http, self.housekeeping);
        held
    }
}

async fn listen(
    key: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), Error> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|source| Error::Listen {
        key,
        address,
        source,
    })
}

fn limits(events: &config::Events) -> Limits {
    Limits {
        history: events.history,
        history_time: events.history_time,
        history_sessions: events.history_sessions,
        watchers: events.max_watchers,
    }
}

fn room_settings(room: &config::Room) -> room::Settings {
    room::Settings {
        timeout: room.timeout,
        max_rooms: room.max_rooms,
        max_members: room.max_members,
    }
}

fn session_settings(session: &config::Session) -> session::Settings {
    session::Settings {
        max_sessions: session.max_sessions,
        wait_timeout: session.wait_timeout,
        ready_timeout: session.ready_timeout,
        trickle_ice_timeout: session.trickle_ice_timeout,
        reply_timeout: session.reply_timeout,
        command_timeout: session.command_timeout,
        max_candidates: session.max_candidates,
        inbox: session.inbox,
        max_waiters: session.max_waiters,
    }
}
