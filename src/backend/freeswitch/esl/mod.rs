//! The client of the event socket (`mod_event_socket`, inbound): commands, and what happens on the server.
//!
//! There are two connections, since a command that is done at once (`api`) holds back everything behind it on its
//! connection, events too. One is for events and for commands that may take long (jobs); what is only read goes over
//! the other. Each has an [actor](conn) that owns the socket, and a [machine] that makes the decisions. What both say
//! together [stands](standing) in one place. Commands wait for a connection up to their deadline, so a short outage is
//! not seen, and one that was sent when the connection broke fails at once, since whether it was done is not known.

mod conn;
mod event;
mod frame;
mod machine;
mod reply;
mod standing;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{command::Command, config::Config, error::Error};
use crate::{error, id::BackendName, telemetry::Metrics};
use conn::Lane;
pub(super) use event::Event;
use machine::Ask;
use standing::Standing;

/// How much may wait to be taken of what is told: some seconds of the events of a server under full load. An event
/// takes a few kilobytes.
const QUEUE: usize = 16_384;

/// What is told of a server.
#[derive(Debug)]
pub(super) enum Told {
    /// Both connections stand, for the first time or again: whatever happened before may not have been told.
    Up {
        /// The life of the server: another one if it was started anew.
        core: String,
        /// Its version, in words.
        version: String,
    },
    /// One of them does not.
    Down {
        /// Why, in words.
        why: String,
        /// Nobody has listened for `lost_after`: the server itself is gone.
        gone: bool,
    },
    /// Something happened. Behind an [`Told::Up`] only what came over the connection that it told of.
    Event(Box<Event>),
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Events and jobs.
    Events,
    /// What is answered at once.
    Reads,
}

impl Role {
    const fn other(self) -> Self {
        match self {
            Self::Events => Self::Reads,
            Self::Reads => Self::Events,
        }
    }
}

/// The event socket of one server.
#[derive(Debug)]
pub(super) struct EventSocket {
    backend: BackendName,
    /// The backend's name, as figures have it.
    label: Arc<str>,
    config: Arc<Config>,
    metrics: Metrics,
    events: Lane,
    reads: Lane,
    standing: Mutex<Standing>,
}

impl EventSocket {
    /// Starts to connect; what is told has one reader. The actors end when `shutdown` is cancelled.
    pub(super) fn start(
        backend: &BackendName,
        config: &Arc<Config>,
        metrics: Metrics,
        shutdown: &CancellationToken,
    ) -> (Arc<Self>, mpsc::Receiver<Told>) {
        let (sender, told) = mpsc::channel(QUEUE);
        let socket = Arc::new(Self {
            backend: backend.clone(),
            label: backend.as_str().into(),
            config: config.clone(),
            metrics,
            events: Lane::new(Role::Events, config),
            reads: Lane::new(Role::Reads, config),
            standing: Mutex::new(Standing::new(sender)),
        });
        for role in [Role::Events, Role::Reads] {
            tokio::spawn(conn::run(socket.clone(), role, shutdown.clone()));
        }
        (socket, told)
    }

    /// Does a command that is answered at once, since those behind it wait: its output, without `+OK` in front and
    /// line ends behind.
    ///
    /// *Cancel safety*: dropped, it may or may not be done.
    pub(super) async fn read(&self, command: &Command) -> Result<String, Error> {
        self.ask(&self.reads, command, None).await
    }

    /// Does a command as a job, beside others and in no order: its output, as that of [`EventSocket::read`].
    ///
    /// *Cancel safety*: dropped, it may or may not be done.
    pub(super) async fn job(&self, command: &Command) -> Result<String, Error> {
        self.ask(&self.events, command, Some(Uuid::new_v4())).await
    }

    /// Waits until both actors have ended.
    pub(super) async fn stopped(&self) {
        self.events.stopped().await;
        self.reads.stopped().await;
    }

    const fn lane(&self, role: Role) -> &Lane {
        match role {
            Role::Events => &self.events,
            Role::Reads => &self.reads,
        }
    }

    async fn ask(
        &self,
        lane: &Lane,
        command: &Command,
        job: Option<Uuid>,
    ) -> Result<String, Error> {
        let begun = time::Instant::now();
        let name = command.name();
        let ask = Ask {
            name,
            line: command.to_string(),
            job,
            within: self.config.request_timeout + patience(command),
        };
        let result = lane.ask(ask).await;
        let label = match &result {
            Ok(_) => "ok",
            Err(error) => error::Error::from(error.clone()).reason().as_str(),
        };
        let took = begun.elapsed();
        self.metrics
            .backend_command(self.label.clone(), name, label, took);
        tracing::debug!(backend = %self.backend, command = name, result = label, ?took, "command");
        result
    }
}

/// How long a command may take beside what any may: a call is made only when the client has answered.
fn patience(command: &Command) -> Duration {
    match command {
        Command::Originate(call) => Duration::from_secs(call.timeout),
        _ => Duration::ZERO,
    }
}

/// Does with `bytes` all that is done with what an event socket sends: cuts them into frames, and reads the events. For
/// fuzzing: it must neither panic nor take memory beyond a small multiple of `bytes`.
///
/// Tells how many frames there were.
#[must_use]
pub fn probe(bytes: &[u8]) -> usize {
    let mut frames = frame::Frames::default();
    let mut count = 0;
    // In pieces, as they come over a network.
    for piece in bytes.chunks(1000) {
        frames.buffer().extend_from_slice(piece);
        while let Ok(Some(frame)) = frames.take() {
            count += 1;
            match frame {
                frame::Frame::Event(json) => drop(Event::parse(&json)),
                frame::Frame::CommandReply(text) | frame::Frame::ApiResponse(text) => {
                    drop(reply::result("version", &text));
                }
                _ => {}
            }
        }
    }
    count
}
