//! Events: what happened to a session or a room, in order, replayable, never lost in silence.
//!
//! Each session and room has a [`Log`]: a bounded history with sequence numbers of its own. A
//! [`Watch`] reads logs at its own pace: it queues only *which* logs have news, once each, so a slow
//! reader costs nobody anything, and what fell out of a history meanwhile shows as a gap.

mod hub;
mod log;
#[cfg(test)]
mod tests;
mod watch;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime},
};

use crate::{
    error::Reason,
    id::{BackendName, RoomId, SessionId},
    media::{
        Candidate, Description, JsonMap, MediaKind, Member, PlayerState, Recording, Role,
        SessionType, kind::names,
    },
    session::{Create, Settings},
};

pub use hub::{Hub, Limits};
pub use log::Log;
pub use watch::{Item, Scope, Watch, WatchRequest};

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A session.
    Session(SessionId),
    /// A room.
    Room(RoomId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => fmt::Display::fmt(id, f),
            Self::Room(id) => fmt::Display::fmt(id, f),
        }
    }
}

/// The caller's own labels of a session or room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels(Arc<BTreeMap<String, String>>);

static NO_LABELS: LazyLock<Labels> = LazyLock::new(|| Labels(Arc::default()));

impl Default for Labels {
    fn default() -> Self {
        NO_LABELS.clone()
    }
}

impl FromIterator<(String, String)> for Labels {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(iter: T) -> Self {
        let map = BTreeMap::from_iter(iter);
        if map.is_empty() {
            Self::default()
        } else {
            Self(Arc::new(map))
        }
    }
}

impl Labels {
    /// The labels, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&String, &String)> {
        self.0.iter()
    }

    /// Whether each label of `wanted` is here with the same value.
    #[must_use]
    pub fn contain(&self, wanted: &Self) -> bool {
        wanted
            .iter()
            .all(|(name, value)| self.0.get(name) == Some(value))
    }
}

/// One thing that happened.
#[derive(Debug)]
pub struct Event {
    /// Counts the events of its subject, from 1.
    pub sequence: u64,
    /// When it happened.
    pub time: SystemTime,
    /// What it happened to.
    pub subject: Subject,
    /// The body that the session's creator wants to see in each of its events.
    pub body: Option<Arc<JsonMap>>,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The session began.
    Created(Arc<Created>),
    /// There is an offer.
    Offer(Description),
    /// There is an answer.
    Answer(Description),
    /// The type or its parameters changed.
    Type(Arc<SessionType>),
    /// The other side has one more candidate.
    Candidate(Candidate),
    /// The other side has no more candidates.
    CandidateEnd,
    /// A notice of the backend.
    Status(Arc<Notice>),
    /// A caller's own message.
    Info(Arc<Info>),
    /// Media of the client begins or stops to arrive.
    MediaFlow {
        /// The kind of media.
        kind: MediaKind,
        /// The m-section's `a=mid`.
        mid: Option<Arc<str>>,
        /// Whether it arrives.
        receiving: bool,
    },
    /// The recording changed.
    Recorder(Arc<Recording>),
    /// The player changed.
    Player(Arc<PlayerState>),
    /// A tone arrived.
    Dtmf {
        /// One of `0-9 * # A-D`.
        digit: char,
        /// How long it lasted, where known.
        duration: Option<Duration>,
    },
    /// The media server lost the session; `Destroyed` follows.
    BackendLost {
        /// The server.
        backend: BackendName,
        /// How, in words.
        message: Arc<str>,
    },
    /// The session ended; nothing follows.
    Destroyed {
        /// Why.
        reason: Reason,
        /// Why, in words.
        message: Arc<str>,
    },
    /// The room was made.
    RoomCreated,
    /// A session came into the room.
    MemberStarted(Arc<Member>),
    /// A session left the room.
    MemberStopped(Arc<Member>),
    /// The room's options or state changed.
    RoomUpdated,
    /// The room was destroyed; nothing follows.
    RoomDestroyed {
        /// Why.
        reason: Reason,
        /// Why, in words.
        message: Arc<str>,
    },
}

/// What a session is when it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// What its creator asked for.
    pub create: Arc<Create>,
    /// The defaults that fill what its creator left open.
    pub settings: Arc<Settings>,
    /// Its type, with its room resolved.
    pub session_type: SessionType,
    /// The media server, if one takes part.
    pub backend: Option<(BackendName, &'static str)>,
    /// The media server's side of offer/answer.
    pub role: Option<Role>,
}

/// A notice of a backend.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What it is about (`webrtc`, `slow_link`).
    pub class: &'static str,
    /// What it says.
    pub body: JsonMap,
}

/// A caller's own message.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    /// Its name.
    pub name: String,
    /// What it says.
    pub body: JsonMap,
}

names! {
    /// A [`Kind`] without its content.
    Type {
        /// [`Kind::Created`].
        Created = "created",
        /// [`Kind::Offer`].
        Offer = "offer",
        /// [`Kind::Answer`].
        Answer = "answer",
        /// [`Kind::Type`].
        Type = "type",
        /// [`Kind::Candidate`].
        Candidate = "candidate",
        /// [`Kind::CandidateEnd`].
        CandidateEnd = "candidate_end",
        /// [`Kind::Status`].
        Status = "status",
        /// [`Kind::Info`].
        Info = "info",
        /// [`Kind::MediaFlow`].
        MediaFlow = "media_flow",
        /// [`Kind::Recorder`].
        Recorder = "recorder",
        /// [`Kind::Player`].
        Player = "player",
        /// [`Kind::Dtmf`].
        Dtmf = "dtmf",
        /// [`Kind::BackendLost`].
        BackendLost = "backend_lost",
        /// [`Kind::Destroyed`].
        Destroyed = "destroyed",
        /// [`Kind::RoomCreated`].
        RoomCreated = "room_created",
        /// [`Kind::MemberStarted`].
        MemberStarted = "member_started",
        /// [`Kind::MemberStopped`].
        MemberStopped = "member_stopped",
        /// [`Kind::RoomUpdated`].
        RoomUpdated = "room_updated",
        /// [`Kind::RoomDestroyed`].
        RoomDestroyed = "room_destroyed",
    }
}

impl Kind {
    /// The kind without its content.
    #[must_use]
    pub const fn event_type(&self) -> Type {
        match self {
            Self::Created(_) => Type::Created,
            Self::Offer(_) => Type::Offer,
            Self::Answer(_) => Type::Answer,
            Self::Type(_) => Type::Type,
            Self::Candidate(_) => Type::Candidate,
            Self::CandidateEnd => Type::CandidateEnd,
            Self::Status(_) => Type::Status,
            Self::Info(_) => Type::Info,
            Self::MediaFlow { .. } => Type::MediaFlow,
            Self::Recorder(_) => Type::Recorder,
            Self::Player(_) => Type::Player,
            Self::Dtmf { .. } => Type::Dtmf,
            Self::BackendLost { .. } => Type::BackendLost,
            Self::Destroyed { .. } => Type::Destroyed,
            Self::RoomCreated => Type::RoomCreated,
            Self::MemberStarted(_) => Type::MemberStarted,
            Self::MemberStopped(_) => Type::MemberStopped,
            Self::RoomUpdated => Type::RoomUpdated,
            Self::RoomDestroyed { .. } => Type::RoomDestroyed,
        }
    }

    /// Whether nothing follows it.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Destroyed { .. } | Self::RoomDestroyed { .. })
    }
}
