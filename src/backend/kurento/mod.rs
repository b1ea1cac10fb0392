//! The driver of [Kurento Media Server](https://kurento.openvidu.io) 7.1 and later over its JSON-RPC API.
//!
//! Reading order: [`wire`] has Kurento's JSON, [`machine`] the life of a connection without I/O, [`lane`] the connection
//! itself, [`server`] what all legs share and [`keeper`] who keeps house there. [`place`] is one session's elements,
//! [`negotiation`] how they are made, [`wiring`] what is connected with what; `open` and `leg` put that together.
//! [`player`] and [`recorder`] are elements of their own beside them.

mod capabilities;
pub mod config;
mod error;
mod keeper;
mod lane;
mod leg;
mod listener;
mod machine;
mod negotiation;
mod open;
mod owned;
mod place;
mod player;
mod recorder;
mod rooms;
mod sdp;
mod server;
mod stats;
mod take;
mod watch;
mod wire;
mod wiring;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch::Receiver;
use tokio_util::sync::CancellationToken;

use super::{Backend, Leg, LegEvents, Open, Opened, ResumeState, RoomRequest, Status};
use crate::{
    error::{Error, Reason, Result},
    id::BackendName,
    media::Capabilities,
    telemetry::Metrics,
};
pub use config::Config;
use server::Server;

/// One Kurento server.
#[derive(Debug)]
pub struct Kurento {
    server: Arc<Server>,
    capabilities: Capabilities,
}

impl Kurento {
    /// Begins to connect, and stays connected until `shutdown`; then all that it has on the server is released.
    ///
    /// `instance` tells this service from others that use the same Kurento: it must be the same after a restart.
    #[must_use]
    pub fn start(
        name: BackendName,
        instance: &str,
        config: Config,
        metrics: Metrics,
        shutdown: CancellationToken,
    ) -> Arc<Self> {
        let capabilities = capabilities::of(&config);
        let lanes = CancellationToken::new();
        let server = Server::start(name, instance, config, &metrics, &lanes);
        tokio::spawn(keeper::run(server.clone(), metrics, shutdown, lanes));
        Arc::new(Self {
            server,
            capabilities,
        })
    }

    /// Waits, after `shutdown`, until it has left the server.
    pub async fn stopped(&self) {
        tokio::join!(self.server.graph.stopped(), self.server.slow.stopped());
    }
}

#[async_trait]
impl Backend for Kurento {
    fn name(&self) -> &BackendName {
        &self.server.name
    }

    fn kind(&self) -> &'static str {
        "kurento"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn status(&self) -> Receiver<Status> {
        self.server.status.subscribe()
    }

    async fn open(&self, request: Open, events: LegEvents) -> Result<Opened> {
        open::open(&self.server, request, events).await
    }

    async fn resume(&self, _state: ResumeState, _events: LegEvents) -> Result<Arc<dyn Leg>> {
        let words = "what an earlier life of the service had on Kurento is released when it starts";
        Err(Error::new(Reason::BackendLost, words))
    }

    async fn room(&self, request: RoomRequest) -> Result<()> {
        rooms::request(&self.server, request).await
    }
}
