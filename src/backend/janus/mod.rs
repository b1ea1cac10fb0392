//! The driver of [Janus](https://janus.conf.meetecho.com) 1.x over its WebSocket API.
//!
//! Reading order: [`wire`] has Janus' JSON, [`machine`] the life of the connection without I/O,
//! [`conn`] the connection itself, [`handle`] a plugin handle in a Janus session of its own,
//! [`mod@line`] a handle that is watched, and [`plugin`] the session types on top of that. A new type
//! is a file under `wire/` (bodies and data), a file under `plugin/` (legs and capabilities), a
//! variant of [`resume::Saved`] and an arm in [`Janus`].

mod admin;
pub mod config;
mod conn;
mod directory;
mod error;
mod handle;
mod line;
mod machine;
mod orphans;
mod plugin;
mod recorder;
mod resume;
mod rooms;
mod sdp;
mod source;
mod stats;
mod voice;
mod watch;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch::Receiver;
use tokio_util::sync::CancellationToken;

use super::{
    Backend, Leg, LegEvents, Open, Opened, ResumeState, RoomRequest, Status, guard::not_supported,
};
use crate::{
    error::Result,
    id::BackendName,
    media::{Capabilities, SessionType},
    telemetry::Metrics,
};
pub use config::Config;
use conn::Conn;
use directory::Legs;
use plugin::{bridge, echotest, listen, mcu, play, proxy, publish};
use resume::Saved;
use rooms::Rooms;

/// One Janus server.
#[derive(Debug)]
pub struct Janus {
    conn: Arc<Conn>,
    legs: Arc<Legs>,
    rooms: Arc<Rooms>,
    capabilities: Capabilities,
}

impl Janus {
    /// Begins to connect, and stays connected until `shutdown`; then all its sessions end.
    ///
    /// `instance` tells this service from others that use the same Janus: it must be the same after
    /// a restart and have no `/`.
    #[must_use]
    pub fn start(
        name: BackendName,
        instance: &str,
        config: Config,
        metrics: Metrics,
        shutdown: CancellationToken,
    ) -> Arc<Self> {
        let capabilities = Capabilities {
            types: [
                echotest::capabilities(&config),
                proxy::capabilities(&config),
                bridge::capabilities(&config),
                publish::capabilities(&config),
                listen::capabilities(&config),
                mcu::capabilities(&config),
                play::capabilities(&config),
            ]
            .concat(),
        };
        let conn = Conn::start(name, instance, config, metrics, shutdown);
        Arc::new(Self {
            legs: Arc::default(),
            rooms: Rooms::new(&conn),
            conn,
            capabilities,
        })
    }

    /// Waits, after `shutdown`, until it has left the server.
    pub async fn stopped(&self) {
        self.conn.stopped().await;
    }
}

#[async_trait]
impl Backend for Janus {
    fn name(&self) -> &BackendName {
        &self.conn.name
    }

    fn kind(&self) -> &'static str {
        "janus"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn status(&self) -> Receiver<Status> {
        self.conn.status()
    }

    async fn open(&self, request: Open, events: LegEvents) -> Result<Opened> {
        match &request.kind {
            SessionType::Echo => echotest::open(&self.conn, request, events).await,
            SessionType::Proxy => proxy::open(&self.conn, &self.legs, request, events),
            SessionType::Bridge { .. } => {
                bridge::open(&self.conn, &self.legs, request, events).await
            }
            SessionType::Publish { .. } => publish::open(&self.rooms, request, events).await,
            SessionType::Listen { .. } => listen::open(&self.rooms, request, events).await,
            SessionType::Mcu { .. } => mcu::open(&self.rooms, request, events).await,
            SessionType::Play { .. } => play::open(&self.conn, request, events).await,
            other => Err(not_supported(
                &format!("a session as {}", request.role),
                other.kind(),
                self.conn.name.as_str(),
            )),
        }
    }

    async fn resume(&self, state: ResumeState, events: LegEvents) -> Result<Arc<dyn Leg>> {
        match Saved::try_from(state)? {
            Saved::Echo(saved) => echotest::resume(&self.conn, saved, events).await,
            Saved::Proxy(saved) => proxy::resume(&self.conn, &self.legs, saved, events).await,
            Saved::Bridge(saved) => bridge::resume(&self.conn, &self.legs, saved, events).await,
            Saved::Publish(saved) => publish::resume(&self.rooms, saved, events).await,
            Saved::Listen(saved) => listen::resume(&self.rooms, saved, events).await,
            Saved::Mcu(saved) => mcu::resume(&self.rooms, saved, events).await,
            Saved::Play(saved) => play::resume(&self.conn, saved, events).await,
        }
    }

    async fn room(&self, request: RoomRequest) -> Result<()> {
        self.rooms.request(request).await
    }
}
