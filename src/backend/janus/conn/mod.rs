//! The connection to one Janus: requests, the sessions that live on it, and where their events go.
//!
//! One [actor] owns the socket; everyone else shares a [`Conn`]. Requests wait for a connection
//! up to their deadline, so a short outage is not seen, and one that was sent when the connection
//! broke fails at once, since whether it was done is not known.

mod actor;
mod session;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, Semaphore, mpsc, oneshot, watch},
    time,
};
use tokio_util::sync::CancellationToken;

use super::{
    admin::Admin,
    config::Config,
    error::Error,
    machine::{Machine, Timing},
    wire::{Address, Credentials, HandleEvent, Reply, Request, request},
};
use crate::{
    backend::{
        Status,
        link::{Pending, websocket},
    },
    error,
    id::BackendName,
    telemetry::{Metrics, Redacted},
};

pub(super) use actor::{MAX_MESSAGE, SEND_QUEUE};
pub(super) use session::Session;

/// How many events of one session may wait for its leg.
const SESSION_QUEUE: usize = 256;

/// What a leg is told of its session.
#[derive(Clone, Debug)]
pub(super) enum Signal {
    /// Something happened to the handle of this id.
    Event { handle: u64, event: HandleEvent },
    /// The session was claimed after an outage: events were lost.
    Reclaimed,
    /// The session is gone.
    Lost(String),
    /// Offer and answer are through: media must come now.
    Negotiated,
    /// The handle is an earlier life's: it has a peer connection, if that did not end meanwhile.
    Resumed,
}

/// The connection to one Janus.
#[derive(Debug)]
pub(super) struct Conn {
    pub(super) name: BackendName,
    pub(super) config: Config,
    /// The admin API, if it is configured.
    pub(super) admin: Option<Admin>,
    /// Marks what is ours on the server: `mediaplane/<instance>/`.
    pub(super) prefix: String,
    /// A permit for each offer or answer that Janus may work on.
    pub(super) offers: Arc<Semaphore>,
    credentials: Credentials,
    metrics: Metrics,
    /// The name, as figures have it.
    label: Arc<str>,
    pending: Pending<Reply>,
    /// The socket, while requests may be sent.
    link: watch::Sender<Link>,
    status: watch::Sender<Status>,
    table: Mutex<Table>,
    /// Tells the actor that the machine has something to do.
    wake: Notify,
    stopped: CancellationToken,
}

/// The socket, while it is there, else why not.
#[derive(Clone, Debug)]
enum Link {
    Up(websocket::Sender),
    Down(String),
}

#[derive(Debug)]
struct Table {
    machine: Machine,
    routes: HashMap<u64, mpsc::Sender<Signal>>,
    /// Who waits until a session is destroyed.
    closing: HashMap<u64, oneshot::Sender<()>>,
}

impl Conn {
    /// Starts to connect. The actor ends, and releases all sessions, when `shutdown` is cancelled.
    pub(super) fn start(
        name: BackendName,
        instance: &str,
        config: Config,
        metrics: Metrics,
        shutdown: CancellationToken,
    ) -> Arc<Self> {
        let timing = Timing {
            request: config.request_timeout,
            keepalive: config.keepalive,
            liveness: config.liveness,
            lost_after: config.lost_after,
            reconnect_min: config.reconnect_min,
            reconnect_max: config.reconnect_max,
        };
        let secret = |secret: &Option<Redacted<String>>| {
            secret.as_ref().map(|secret| secret.expose().to_owned())
        };
        let why = "not connected yet".to_owned();
        let conn = Arc::new(Self {
            admin: Admin::new(&config),
            prefix: format!("mediaplane/{instance}/"),
            offers: Arc::new(Semaphore::new(config.max_in_flight.max(1))),
            credentials: Credentials {
                api_secret: secret(&config.api_secret),
                token: secret(&config.token),
            },
            metrics,
            label: name.as_str().into(),
            pending: Pending::new(config.max_pending),
            link: watch::Sender::new(Link::Down(why.clone())),
            status: watch::Sender::new(Status::Down { message: why }),
            table: Mutex::new(Table {
                machine: Machine::new(timing, now()),
                routes: HashMap::new(),
                closing: HashMap::new(),
            }),
            wake: Notify::new(),
            stopped: CancellationToken::new(),
            config,
            name,
        });
        tokio::spawn(actor::run(Arc::clone(&conn), shutdown));
        conn
    }

    /// Whether the server answers.
    pub(super) fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Waits until the actor has ended.
    pub(super) async fn stopped(&self) {
        self.stopped.cancelled().await;
    }

    /// Whether the session is one of ours that lives.
    pub(super) fn knows(&self, session: u64) -> bool {
        self.table.lock().machine.knows(session)
    }

    /// The mark of what belongs to `owner` on the server.
    pub(super) fn opaque_id(&self, owner: &str) -> String {
        format!("{}{owner}", self.prefix)
    }

    /// Sends a request and waits for its (final) reply, within the configured time.
    ///
    /// *Cancel safety*: dropped, the request may or may not be done.
    pub(super) async fn request(&self, request: Request, address: Address) -> Result<Reply, Error> {
        let command = request.name();
        let begun = time::Instant::now();
        let result = self.exchange(&request, address).await;
        let label = match &result {
            Ok(_) => "ok",
            Err(error) => error::Error::from(error.clone()).reason().as_str(),
        };
        let took = begun.elapsed();
        self.metrics
            .backend_command(Arc::clone(&self.label), command, label, took);
        tracing::debug!(backend = %self.name, command, ?address, result = label, ?took, "request");
        result
    }

    async fn exchange(&self, request: &Request, address: Address) -> Result<Reply, Error> {
        let command = request.name();
        let after = self.config.request_timeout;
        let deadline = time::Instant::now() + after;
        let link = self.connected(deadline).await?;
        let wants = if request.ends_with_ack() {
            |_: &Reply| true
        } else {
            // The answer may come before or after the ack: only the answer counts.
            |reply: &Reply| *reply != Reply::Ack
        };
        let ticket = self
            .pending
            .register(wants)
            .map_err(|_| Error::Overloaded)?;
        // The actor takes the link away and then clears the table: who entered behind sees it here.
        if !matches!(*self.link.borrow(), Link::Up(_)) {
            return Err(Error::Disconnected { command });
        }
        let transaction = ticket.key().to_string();
        let frame = request::frame(request, &transaction, address, &self.credentials);
        let reply = time::timeout_at(deadline, async {
            link.send(frame).await.ok()?;
            ticket.reply().await.ok()
        });
        match reply.await {
            Ok(Some(Reply::Refused { code, reason })) => Err(Error::Core {
                command,
                code,
                reason,
            }),
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(Error::Disconnected { command }),
            Err(_) => Err(Error::Timeout { command, after }),
        }
    }

    async fn connected(&self, deadline: time::Instant) -> Result<websocket::Sender, Error> {
        let mut link = self.link.subscribe();
        let up = link.wait_for(|link| matches!(link, Link::Up(_)));
        if let Ok(Ok(link)) = time::timeout_at(deadline, up).await
            && let Link::Up(sender) = &*link
        {
            return Ok(sender.clone());
        }
        match &*self.link.borrow() {
            Link::Down(why) => Err(Error::Unreachable(why.clone())),
            Link::Up(_) => Err(Error::Unreachable("it has just come back".into())),
        }
    }
}

/// The time of the runtime: tests may have paused it.
fn now() -> Instant {
    time::Instant::now().into_std()
}

/// How long the actor waits at its end for sessions to be destroyed.
const FAREWELL: Duration = Duration::from_secs(2);
