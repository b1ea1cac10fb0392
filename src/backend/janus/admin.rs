//! The admin API of one Janus, over a connection that is made when it is first needed.

use tokio::{sync::Mutex, time};
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use super::{
    config::Config,
    conn::{MAX_MESSAGE, SEND_QUEUE},
    error::Error,
    wire::admin::{self, AdminReply, AdminRequest, HandleInfo},
};
use crate::{
    backend::link::{Pending, websocket},
    telemetry::Redacted,
};

/// How many requests may wait for a reply.
const MAX_PENDING: usize = 1024;

/// The admin API.
#[derive(Debug)]
pub(super) struct Admin {
    options: websocket::Options,
    secret: Redacted<String>,
    timeout: time::Duration,
    link: Mutex<Option<Link>>,
}

#[derive(Debug)]
struct Link {
    sender: websocket::Sender,
    pending: Pending<AdminReply>,
    reader: AbortOnDropHandle<()>,
}

impl Admin {
    /// The admin API, if one is configured.
    pub(super) fn new(config: &Config) -> Option<Self> {
        config.admin_url.clone().map(|url: Url| Self {
            options: websocket::Options {
                url,
                subprotocol: Some(admin::SUBPROTOCOL),
                tls_ca: config.tls_ca.clone(),
                connect_timeout: config.connect_timeout,
                max_message: MAX_MESSAGE,
                queue: SEND_QUEUE,
            },
            secret: config.admin_secret.clone(),
            timeout: config.request_timeout,
            link: Mutex::new(None),
        })
    }

    /// All sessions of the server, also those of others.
    pub(super) async fn sessions(&self) -> Result<Vec<u64>, Error> {
        Ok(self.request(AdminRequest::ListSessions).await?.sessions)
    }

    /// The handles of a session; none if it is gone.
    pub(super) async fn handles(&self, session_id: u64) -> Result<Vec<u64>, Error> {
        match self.request(AdminRequest::ListHandles { session_id }).await {
            Ok(reply) => Ok(reply.handles),
            Err(error) if error.is_gone() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// What the server knows of a handle; none if it is gone.
    pub(super) async fn handle(
        &self,
        session_id: u64,
        handle_id: u64,
    ) -> Result<Option<HandleInfo>, Error> {
        let request = AdminRequest::HandleInfo {
            session_id,
            handle_id,
        };
        match self.request(request).await {
            Ok(reply) => Ok(reply.info),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Destroys a session, whoever made it; also if it is gone.
    pub(super) async fn destroy(&self, session_id: u64) -> Result<(), Error> {
        match self
            .request(AdminRequest::DestroySession { session_id })
            .await
        {
            Err(error) if !error.is_gone() => Err(error),
            _ => Ok(()),
        }
    }

    async fn request(&self, request: AdminRequest) -> Result<AdminReply, Error> {
        let command = request.name();
        let exchange = async {
            let (sender, pending) = self.connected().await?;
            let ticket = pending.register(|_| true).map_err(|_| Error::Overloaded)?;
            let frame = admin::frame(&request, ticket.key(), self.secret.expose());
            let gone = Error::Disconnected { command };
            sender.send(frame).await.map_err(|_| gone.clone())?;
            ticket.reply().await.map_err(|_| gone)?.accepted(command)
        };
        match time::timeout(self.timeout, exchange).await {
            Ok(result) => result,
            Err(_) => Err(Error::Timeout {
                command,
                after: self.timeout,
            }),
        }
    }

    async fn connected(&self) -> Result<(websocket::Sender, Pending<AdminReply>), Error> {
        let mut link = self.link.lock().await;
        if let Some(link) = link.as_ref().filter(|link| !link.reader.is_finished()) {
            return Ok((link.sender.clone(), link.pending.clone()));
        }
        let (sender, receiver) = websocket::connect(&self.options)
            .await
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        let pending = Pending::new(MAX_PENDING);
        let reader = tokio::spawn(read(receiver, pending.clone()));
        *link = Some(Link {
            sender: sender.clone(),
            pending: pending.clone(),
            reader: AbortOnDropHandle::new(reader),
        });
        Ok((sender, pending))
    }
}

async fn read(mut receiver: websocket::Receiver, pending: Pending<AdminReply>) {
    while let Ok(text) = receiver.next().await {
        match AdminReply::read(&text) {
            Ok((key, reply)) => {
                // Whoever asked may have stopped waiting.
                let _ = pending.resolve(key, reply);
            }
            Err(error) => tracing::warn!(%error, "dropped a frame of the admin API"),
        }
    }
    drop(receiver);
    pending.clear();
}
