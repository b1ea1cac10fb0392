//! The driver of [FreeSWITCH](https://signalwire.com/freeswitch) 1.10: SIP makes the calls, its event socket steers them.
//!
//! Reading order: [`command`] has all that is ever ordered, [`esl`] the event socket, [`sip`] the calls themselves, [`sdp`]
//! what must be done to descriptions. [`server`] is what all legs share, [`keeper`] hears what the server tells, [`events`]
//! says what it means to a [`place`]; [`wiring`] is what runs on each call. `open` and `leg` put that together.

mod capabilities;
mod catalog;
mod command;
pub mod config;
mod error;
pub mod esl;
mod events;
mod flow;
mod keeper;
mod leg;
mod open;
mod orphans;
mod place;
mod playable;
mod player;
mod playing;
mod recorder;
mod rooms;
mod sdp;
mod server;
mod sip;
mod stats;
mod tape;
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
use esl::EventSocket;
use server::Server;

/// One FreeSWITCH.
#[derive(Debug)]
pub struct FreeSwitch {
    server: Arc<Server>,
    capabilities: Capabilities,
}

impl FreeSwitch {
    /// Begins to connect, and stays connected until `shutdown`; then all its calls are ended.
    ///
    /// `instance` tells this service from others that use the same FreeSWITCH: it must be the same after a restart.
    #[must_use]
    pub fn start(
        name: BackendName,
        instance: &str,
        config: Config,
        metrics: Metrics,
        shutdown: CancellationToken,
    ) -> Arc<Self> {
        let capabilities = capabilities::of(&config);
        let config = Arc::new(config);
        let connections = CancellationToken::new();
        let (socket, told) = EventSocket::start(&name, &config, metrics.clone(), &connections);
        let server = Server::new(name, instance, config, socket);
        tokio::spawn(orphans::run(server.clone(), shutdown.clone()));
        tokio::spawn(keeper::run(
            server.clone(),
            told,
            metrics,
            shutdown,
            connections,
        ));
        Arc::new(Self {
            server,
            capabilities,
        })
    }

    /// Waits, after `shutdown`, until it has left the server.
    pub async fn stopped(&self) {
        self.server.socket.stopped().await;
        if let Some(agent) = self.server.agent.get() {
            agent.stopped().await;
        }
    }
}

#[async_trait]
impl Backend for FreeSwitch {
    fn name(&self) -> &BackendName {
        &self.server.name
    }

    fn kind(&self) -> &'static str {
        "freeswitch"
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
        let words =
            "what an earlier life of the service had on FreeSWITCH is released when it starts";
        Err(Error::new(Reason::BackendLost, words))
    }

    async fn room(&self, request: RoomRequest) -> Result<()> {
        rooms::request(&self.server, request).await
    }
}
