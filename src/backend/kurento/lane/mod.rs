//! One connection to Kurento: requests, and where events go.
//!
//! The server does what comes over one socket strictly one after the other, and a call that blocks holds back all
//! later ones and every event. So there are two lanes: one for the graph of the media and its events, one for what may
//! take long. One [actor] owns the socket; everyone else shares a [`Lane`]. Requests wait for a connection up to their
//! deadline, so a short outage is not seen, and one that was sent when the connection broke fails at once, since
//! whether it was done is not known.

mod actor;
mod ears;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{sync::watch, time};
use tokio_util::sync::CancellationToken;

use super::{
    config::Config,
    error::Error,
    machine::{Machine, Timing},
    wire::{self, Call, Reply},
};
use crate::{
    backend::link::{Pending, pending, websocket},
    error,
    id::BackendName,
    telemetry::Metrics,
};
use ears::Routes;
pub(super) use ears::{Ears, Signal};

/// A connection to one Kurento.
#[derive(Debug)]
pub(super) struct Lane {
    backend: BackendName,
    /// What it is for, in logs.
    role: &'static str,
    config: Arc<Config>,
    metrics: Metrics,
    /// The backend's name, as figures have it.
    label: Arc<str>,
    pending: Pending<Reply>,
    link: watch::Sender<Link>,
    machine: Mutex<Machine>,
    routes: Arc<Mutex<Routes>>,
    stopped: CancellationToken,
}

/// The socket, while it is there, else why not.
#[derive(Clone, Debug)]
pub(super) enum Link {
    Up {
        sender: websocket::Sender,
        session: Arc<str>,
        /// How many sessions there have been: with another one all objects of the one before are gone.
        epoch: u64,
    },
    Down(String),
}

/// A request that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    ticket: pending::Ticket<Reply>,
    name: &'static str,
    begun: time::Instant,
}

/// A transaction that was not done as a whole.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) error: Error,
    /// What the calls before the one that was refused yielded.
    pub(super) made: Vec<serde_json::Value>,
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        let made = Vec::new();
        Self { error, made }
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        broken.error
    }
}

impl Lane {
    /// Starts to connect. The actor ends when `shutdown` is cancelled.
    pub(super) fn start(
        backend: &BackendName,
        role: &'static str,
        config: &Arc<Config>,
        metrics: Metrics,
        shutdown: CancellationToken,
    ) -> Arc<Self> {
        let timing = Timing {
            request: config.request_timeout,
            liveness: config.liveness,
            lost_after: config.lost_after,
            kept: config.garbage_collector_period,
            reconnect_min: config.reconnect_min,
            reconnect_max: config.reconnect_max,
        };
        let lane = Arc::new(Self {
            role,
            config: config.clone(),
            metrics,
            label: backend.as_str().into(),
            pending: Pending::new(config.max_pending),
            link: watch::Sender::new(Link::Down("not connected yet".to_owned())),
            machine: Mutex::new(Machine::new(timing, now())),
            routes: Arc::default(),
            stopped: CancellationToken::new(),
            backend: backend.clone(),
        });
        tokio::spawn(actor::run(lane.clone(), shutdown));
        lane
    }

    /// The socket, now and whenever that changes.
    pub(super) fn link(&self) -> watch::Receiver<Link> {
        self.link.subscribe()
    }

    /// Waits until the actor has ended.
    pub(super) async fn stopped(&self) {
        self.stopped.cancelled().await;
    }

    /// Where the events of one leg's objects go.
    pub(super) fn ears(&self) -> (Ears, tokio::sync::mpsc::Receiver<Signal>) {
        Ears::new(&self.routes)
    }

    /// Tells all legs that the server has lost their objects.
    pub(super) fn lost(&self, why: &'static str) {
        let routes = self.routes.lock();
        if !routes.is_empty() {
            tracing::warn!(backend = %self.backend, why, "lost all sessions");
        }
        routes.all(&Signal::Lost(why));
    }

    /// Whether some leg hears of this object.
    pub(super) fn knows(&self, id: &wire::Id) -> bool {
        self.routes.lock().knows(id)
    }

    /// Makes one call and waits for what it yields, within the configured time.
    ///
    /// *Cancel safety*: dropped, the call may or may not be made.
    pub(super) async fn call(&self, call: Call) -> Result<serde_json::Value, Error> {
        self.connected().await?;
        let name = call.name();
        let sent = self.send(name, |id, session| wire::request(id, &call, session))?;
        self.reply(sent).await
    }

    /// Makes calls one after the other, up to the first that is refused, and waits for what they yield.
    ///
    /// *Cancel safety*: dropped, all, some or none may be made.
    pub(super) async fn transaction(
        &self,
        calls: Vec<Call>,
    ) -> Result<Vec<serde_json::Value>, Broken> {
        self.connected().await?;
        let sent = self.submit(&calls)?;
        self.steps(sent, &calls).await
    }

    /// Sends a transaction now, behind all that was sent before and in front of all that is sent after; what becomes
    /// of it [`Lane::steps`] tells.
    pub(super) fn submit(&self, calls: &[Call]) -> Result<Sent, Error> {
        self.send("transaction", |id, session| {
            wire::transaction(id, calls, session)
        })
    }

    /// Waits for what the calls of a transaction yielded.
    pub(super) async fn steps(
        &self,
        sent: Sent,
        calls: &[Call],
    ) -> Result<Vec<serde_json::Value>, Broken> {
        let value = self.reply(sent).await?;
        let steps = Reply::steps(value).map_err(Error::Malformed)?;
        let mut made = Vec::with_capacity(calls.len());
        for (step, call) in steps.into_iter().zip(calls) {
            match step {
                Ok(value) => made.push(value),
                Err(refusal) => {
                    let error = Error::refused(call.name(), refusal);
                    return Err(Broken { error, made });
                }
            }
        }
        if made.len() == calls.len() {
            return Ok(made);
        }
        let words = format!("{} replies to {} calls", made.len(), calls.len());
        let error = Error::Malformed(words);
        Err(Broken { error, made })
    }

    /// Waits until there is a connection, for as long as a request may take.
    pub(super) async fn connected(&self) -> Result<(), Error> {
        let mut link = self.link.subscribe();
        let up = link.wait_for(|link| matches!(link, Link::Up { .. }));
        let waited = time::timeout(self.config.request_timeout, up).await;
        if matches!(waited, Ok(Ok(_))) {
            return Ok(());
        }
        match &*self.link.borrow() {
            Link::Down(why) => Err(Error::Unreachable(why.clone())),
            Link::Up { .. } => Err(Error::Unreachable("it has just come back".into())),
        }
    }

    fn send(
        &self,
        name: &'static str,
        frame: impl FnOnce(&str, &str) -> String,
    ) -> Result<Sent, Error> {
        let ticket = self
            .pending
            .register(|_| true)
            .map_err(|_| Error::Overloaded)?;
        // The actor takes the link away and then clears the table: who entered behind sees it here.
        let link = self.link.borrow();
        let Link::Up {
            sender, session, ..
        } = &*link
        else {
            return Err(Error::Disconnected { call: name });
        };
        let frame = frame(&ticket.key().to_string(), session);
        if !sender.try_send(frame) {
            return Err(Error::Overloaded);
        }
        Ok(Sent {
            ticket,
            name,
            begun: time::Instant::now(),
        })
    }

    async fn reply(&self, sent: Sent) -> Result<serde_json::Value, Error> {
        let Sent {
            ticket,
            name: call,
            begun,
        } = sent;
        let after = self.config.request_timeout;
        let result = match time::timeout_at(begun + after, ticket.reply()).await {
            Ok(Ok(Reply::Done { value, .. })) => Ok(value),
            Ok(Ok(Reply::Refused(refusal))) => Err(Error::refused(call, refusal)),
            Ok(Err(_)) => Err(Error::Disconnected { call }),
            Err(_) => Err(Error::Timeout { call, after }),
        };
        let label = match &result {
            Ok(_) => "ok",
            Err(error) => error::Error::from(error.clone()).reason().as_str(),
        };
        let took = begun.elapsed();
        self.metrics
            .backend_command(self.label.clone(), call, label, took);
        tracing::debug!(backend = %self.backend, lane = self.role, call, result = label, ?took, "request");
        result
    }
}

/// The time of the runtime: tests may have paused it.
fn now() -> Instant {
    time::Instant::now().into_std()
}

/// How many frames may wait to be sent.
const SEND_QUEUE: usize = 4096;
/// The longest message taken from Kurento: descriptions and lists of objects are the long ones.
const MAX_MESSAGE: usize = 16 << 20;
/// How long the actor waits at its end for what it still has to send.
const FAREWELL: Duration = Duration::from_secs(2);
