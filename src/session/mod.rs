//! Sessions: one client's communication with another party or with a media server.
//!
//! [`machine::Machine`] decides, without clock, socket or task; the actor feeds it with commands, leg
//! events and time, and carries out what it asks for. [`Registry`] finds sessions by id, places new
//! ones on backends and ties them to each other. The edge speaks to [`Sessions`].

mod actor;
mod command;
mod create;
mod handle;
mod info;
pub mod machine;
mod placement;
mod registry;
mod seats;

use std::{sync::LazyLock, time::Duration};

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{
    error::Result,
    id::{SessionId, Subscriber},
    media::Description,
};

pub use command::{Command, Reply};
pub use create::Create;
pub use info::{Filter, Info, Page, Status};
pub use registry::{Parts, Registry};

/// Who calls, and until when it waits for the reply.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The caller's identity; names the event stream of its sessions where it chooses none.
    pub subject: Subscriber,
    /// When it gives up; bounds each backend command made for it.
    pub deadline: Option<Instant>,
}

impl Caller {
    /// A caller that was not authenticated.
    #[must_use]
    pub fn anonymous(deadline: Option<Instant>) -> Self {
        static ANONYMOUS: LazyLock<Subscriber> =
            LazyLock::new(|| "anonymous".parse().expect("it is an identifier"));
        Self {
            subject: ANONYMOUS.clone(),
            deadline,
        }
    }
}

/// Limits and default times of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Sessions at a time.
    pub max_sessions: usize,
    /// Until there is an answer, if the creator does not say.
    pub wait_timeout: Duration,
    /// After the answer, if the creator does not say.
    pub ready_timeout: Duration,
    /// For candidates that are put into a description, if the creator does not say.
    pub trickle_ice_timeout: Duration,
    /// How long a caller without a deadline waits for a description.
    pub reply_timeout: Duration,
    /// How long one command to a backend may take.
    pub command_timeout: Duration,
    /// Candidates kept for one description.
    pub max_candidates: usize,
    /// Commands and messages queued for one session.
    pub inbox: usize,
    /// Callers that wait for a description of one session.
    pub max_waiters: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_sessions: 200_000,
            wait_timeout: Duration::from_secs(60),
            ready_timeout: Duration::from_secs(86_400),
            trickle_ice_timeout: Duration::from_secs(5),
            reply_timeout: Duration::from_secs(30),
            command_timeout: Duration::from_secs(10),
            max_candidates: 256,
            inbox: 32,
            max_waiters: 64,
        }
    }
}

/// A session that was created, and what its creator waited for.
#[derive(Debug)]
pub struct Created {
    /// The session as it stands.
    pub info: Info,
    /// The description that `wait_reply` asked for.
    pub reply: Option<(Side, Description)>,
}

/// A half of the offer/answer exchange (RFC 3264).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The offer.
    Offer,
    /// The answer.
    Answer,
}

/// All that can be asked about sessions: what the edge needs, wherever the sessions live.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Creates a session; with `wait_reply` also waits for its first description.
    ///
    /// The same request for the same id yields the same session; a different one is refused with
    /// `SESSION_ALREADY_EXISTS`.
    ///
    /// *Cancel safety*: a session whose creator stops waiting for its reply is destroyed.
    async fn create(&self, caller: &Caller, create: Create) -> Result<Created>;

    /// Sends `command` to a session and waits for its reply.
    async fn command(&self, caller: &Caller, id: &SessionId, command: Command) -> Result<Reply>;

    /// A session as it stands, or stood when it ended, while its history is kept.
    fn get(&self, caller: &Caller, id: &SessionId) -> Result<Info>;

    /// Sessions in the order of their ids.
    fn list(&self, caller: &Caller, filter: &Filter, page: &Page)
    -> (Vec<Info>, Option<SessionId>);
}
