//! The embedded backend: a media server inside this process.
//!
//! Reading order: [`packet`] is what flows between the parts; [`topology`](super::topology) decides who receives whom; `plane` is the
//! media of one thread as a machine without socket and clock, `shard` the thread around it. [`forward`] has what
//! happens to a packet on its way, [`rtp`] the clients without ICE and DTLS, [`record`] and [`play`] the files.
//! `place` is a session's leg, `open` how it comes to be, `update` what can be done to it.
//!
//! A packet is read, forwarded and sent by one thread, or handed to another one by a bounded queue; no lock is shared
//! on its way. Media ends with the process: there is nothing to resume.

mod capabilities;
pub mod config;
pub mod forward;
mod open;
pub mod packet;
mod place;
mod plane;
pub mod play;
pub mod record;
mod recording;
pub mod rtp;
mod server;
mod shard;
mod update;

use std::{io, sync::Arc};

use async_trait::async_trait;
use tokio::sync::watch::Receiver;
use tokio_util::sync::CancellationToken;

use super::{Backend, Leg, LegEvents, Open, Opened, ResumeState, RoomRequest, Status};
use crate::{
    error::{Error, Reason, Result},
    id::BackendName,
    media::{Capabilities, Codec, MediaKind, RoomKind, RoomOptions},
    telemetry::Metrics,
};
pub use config::Config;
use server::Server;

/// The media server inside this process.
#[derive(Debug)]
pub struct Embedded {
    server: Arc<Server>,
    capabilities: Capabilities,
}

impl Embedded {
    /// Listens for media and starts its threads, which run until `shutdown`.
    ///
    /// # Errors
    /// An address of the configuration cannot be listened on.
    pub fn start(
        name: BackendName,
        config: Config,
        metrics: &Metrics,
        shutdown: &CancellationToken,
    ) -> io::Result<Arc<Self>> {
        let capabilities = capabilities::of(&config);
        let server = Server::start(name, config, metrics, shutdown)?;
        metrics.backend_up(server.name.to_arc(), true);
        tokio::spawn(server.clone().report(shutdown.clone()));
        Ok(Arc::new(Self {
            server,
            capabilities,
        }))
    }

    /// Waits, after `shutdown`, until its threads have ended.
    pub async fn stopped(&self) {
        self.server.shards.stopped().await;
    }
}

#[async_trait]
impl Backend for Embedded {
    fn name(&self) -> &BackendName {
        &self.server.name
    }

    fn kind(&self) -> &'static str {
        "embedded"
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
        let words = "media of the embedded media server ends with its process";
        Err(Error::new(Reason::BackendLost, words))
    }

    async fn room(&self, request: RoomRequest) -> Result<()> {
        match request {
            RoomRequest::Create {
                kind: RoomKind::Mcu,
                ..
            } => {
                let words = "the embedded media server mixes nothing: use a room of kind SFU";
                Err(Error::new(Reason::NotSupported, words))
            }
            RoomRequest::Create {
                room_id, options, ..
            } => {
                check(&options)?;
                self.server.topology.lock().make_room(room_id, options);
                Ok(())
            }
            RoomRequest::Destroy { room_id, .. } => {
                self.server.topology.lock().destroy_room(&room_id);
                Ok(())
            }
        }
    }
}

/// Whether the codecs of a room are known.
fn check(options: &RoomOptions) -> Result<()> {
    let named = [
        ("audio_codec", &options.audio_codec, MediaKind::Audio),
        ("video_codec", &options.video_codec, MediaKind::Video),
    ];
    for (field, name, kind) in named {
        let Some(name) = name else { continue };
        if Codec::named(name).is_none_or(|codec| codec.kind() != kind) {
            let known = Codec::ALL.iter().filter(|codec| codec.kind() == kind);
            let known: Vec<&str> = known.map(|codec| codec.as_str()).collect();
            let words = format!("`{name}` is none of {}", known.join(", "));
            return Err(Error::field(Reason::InvalidField, field, words));
        }
    }
    Ok(())
}
