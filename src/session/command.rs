//! What can be asked of a session, and what it replies.

use super::Side;
use crate::{
    error::Reason,
    id::SessionId,
    media::{
        Description, JsonMap, MediaUpdate, Outcome, RemoteCandidate, SessionType, TypeCapability,
        Update,
    },
    room::Seat,
};

/// Something asked of a session.
#[derive(Debug)]
pub enum Command {
    /// Wait until this description is there.
    Get(Side),
    /// Set the answer.
    SetAnswer(Description),
    /// The client's next candidate, or their end.
    Candidate(RemoteCandidate),
    /// Change what flows, steer recorder, player or room.
    Update(Update),
    /// Become another type, with the seat in the room that it takes.
    Become(SessionType, Option<Box<Seat>>),
    /// Tell what can be done with it.
    Capability,
    /// Emit an `info` event.
    Info {
        /// Its name.
        name: String,
        /// What it says.
        body: JsonMap,
    },
    /// End it.
    Destroy {
        /// Why.
        reason: Reason,
        /// Why, in words.
        message: String,
    },
    /// Another session is tied to it from now on.
    Tie {
        /// The other session.
        other: SessionId,
        /// What the other session is to this one.
        tie: Tie,
    },
}

/// What another session is to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// It is the master.
    Master,
    /// It is the slave.
    Slave,
    /// It is the other side of a bridge.
    Bridge,
    /// It publishes what this one receives.
    Publisher,
    /// It receives what this one publishes.
    Listener,
}

impl Tie {
    /// What this session is to the other one.
    #[must_use]
    pub(super) const fn reverse(self) -> Self {
        match self {
            Self::Master => Self::Slave,
            Self::Slave => Self::Master,
            Self::Bridge => Self::Bridge,
            Self::Publisher => Self::Listener,
            Self::Listener => Self::Publisher,
        }
    }
}

/// What a session replies.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It was done.
    Done,
    /// The description that was asked for.
    Description(Description),
    /// The media state as it stands.
    Media(MediaUpdate),
    /// What the backend's work yields.
    Outcome(Outcome),
    /// What can be done with it; none without a backend.
    Capability(Option<Box<TypeCapability>>),
}

/// What tied sessions tell each other.
#[derive(Clone, Debug)]
pub(super) enum Tiding {
    /// A candidate of the teller's client that its own backend does not take.
    Candidate(RemoteCandidate),
    /// The teller is tied to the hearer from now on; says what it is.
    Tied(Tie),
    /// The teller is no longer tied to the hearer.
    Untied,
    /// The teller never began.
    Withdrawn,
    /// The teller has ended.
    Stopped,
}
