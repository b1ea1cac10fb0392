//! The crate's error: a documented reason, words for a person, and what a program can act on.

use std::{fmt, sync::Arc, time::Duration};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal / $code:literal),+ $(,)?) => {
        /// Why something was refused or ended, as callers see it (`ErrorInfo.reason`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[$doc])* $name),+ }

        impl Reason {
            /// Every reason, in the order of the API reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The reason's name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The number in a `destroyed` event that carries this reason.
            ///
            /// Reasons without a number of their own carry that of `SESSION_FAILED`.
            #[must_use]
            pub const fn destroyed_code(self) -> u32 {
                match self { $(Self::$name => $code),+ }
            }
        }
    };
}

reasons! {
    /// No session of that id.
    SessionNotFound = "SESSION_NOT_FOUND" / 300_004,
    /// No room of that id.
    RoomNotFound = "ROOM_NOT_FOUND" / 300_004,
    /// The session that this one refers to (peer, master) does not exist.
    PeerSessionNotFound = "PEER_SESSION_NOT_FOUND" / 300_004,
    /// A field has a value that is not allowed.
    InvalidField = "INVALID_FIELD" / 300_004,
    /// A mandatory field is not set.
    MissingField = "MISSING_FIELD" / 300_004,
    /// A description is needed and none was given.
    MissingSdp = "MISSING_SDP" / 300_015,
    /// A description is no SDP (RFC 8866), or not one that can be used here.
    InvalidSdp = "INVALID_SDP" / 300_004,
    /// `publisher_id` names no session that publishes.
    InvalidPublisher = "INVALID_PUBLISHER" / 300_004,
    /// A URI that cannot be played or recorded to.
    InvalidUri = "INVALID_URI" / 300_004,
    /// No backend of that name or kind is configured.
    UnknownBackend = "UNKNOWN_BACKEND" / 300_003,
    /// No suitable media server is up.
    NoMediaserver = "NO_MEDIASERVER" / 300_001,
    /// The sessions that should be joined live on different media servers.
    DifferentMediaserver = "DIFFERENT_MEDIASERVER" / 300_002,
    /// A fault inside the service or an unexpected answer of a media server.
    SessionFailed = "SESSION_FAILED" / 300_004,
    /// The session is not in a state or of a type for this.
    IncompatibleSession = "INCOMPATIBLE_SESSION" / 300_005,
    /// There is no offer yet.
    OfferNotSet = "OFFER_NOT_SET" / 300_010,
    /// There is an offer already.
    OfferAlreadySet = "OFFER_ALREADY_SET" / 300_011,
    /// There is no answer yet.
    AnswerNotSet = "ANSWER_NOT_SET" / 300_012,
    /// There is an answer already.
    AnswerAlreadySet = "ANSWER_ALREADY_SET" / 300_013,
    /// Candidates were waited for and none came.
    NoIceCandidates = "NO_ICE_CANDIDATES" / 300_014,
    /// The other side of the bridge ended.
    BridgeStop = "BRIDGE_STOP" / 300_020,
    /// The session that this one is tied to ended.
    PeerStopped = "PEER_STOPPED" / 300_021,
    /// Nothing is being recorded.
    NoActiveRecorder = "NO_ACTIVE_RECORDER" / 300_030,
    /// Nothing is being played.
    NoActivePlayer = "NO_ACTIVE_PLAYER" / 300_031,
    /// The session is in no room.
    NoActiveRoom = "NO_ACTIVE_ROOM" / 300_032,
    /// The backend lacks this.
    NotSupported = "NOT_SUPPORTED" / 300_004,
    /// A session of that id exists and was made by a different request.
    SessionAlreadyExists = "SESSION_ALREADY_EXISTS" / 300_004,
    /// A room of that id exists and was made by a different request.
    RoomAlreadyExists = "ROOM_ALREADY_EXISTS" / 300_004,
    /// A configured limit is reached.
    LimitReached = "LIMIT_REACHED" / 300_004,
    /// The call would change something, and came by a way that may only look.
    ReadOnly = "READ_ONLY" / 300_004,
    /// The media server (or the other party) did not answer in time.
    BackendTimeout = "BACKEND_TIMEOUT" / 300_104,
    /// The media server refused; its code and words are in the metadata.
    BackendRejected = "BACKEND_REJECTED" / 300_105,
    /// The media server lost the session.
    BackendLost = "BACKEND_LOST" / 300_103,
    /// The caller destroyed it.
    UserStop = "USER_STOP" / 100_011,
    /// A session timer ran out.
    SessionTimeout = "SESSION_TIMEOUT" / 100_060,
    /// Nobody watched the session for as long as its creator allowed.
    Unwatched = "UNWATCHED" / 100_010,
    /// The service is stopping.
    ServerShutdown = "SERVER_SHUTDOWN" / 300_100,
    /// The media server ended the call; its cause is in the message.
    BackendHangup = "BACKEND_HANGUP" / 300_101,
    /// The session's room was destroyed.
    RoomDestroyed = "ROOM_DESTROYED" / 300_102,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One field of a request that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field as in the `.proto` (`offer.sdp`, `labels["a b"]`).
    pub field: String,
    /// What is wrong with it and what would be right.
    pub description: String,
}

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// A refusal or failure: reason, words, and details; cheap to clone, since many may wait for one.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    reason: Reason,
    message: String,
    violations: Vec<Violation>,
    metadata: Vec<(&'static str, String)>,
    retry_after: Option<Duration>,
    source: Option<Source>,
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `reason`; `message` says what was wrong and what to do.
    #[must_use]
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            reason,
            message: message.into(),
            violations: Vec::new(),
            metadata: Vec::new(),
            retry_after: None,
            source: None,
        }))
    }

    /// A wrong field of a request: the message names it, and so do the details.
    #[must_use]
    pub fn field(reason: Reason, field: impl Into<String>, description: impl Into<String>) -> Self {
        let (field, description) = (field.into(), description.into());
        Self::fields(reason, vec![Violation { field, description }])
    }

    /// Wrong fields of a request: the message names them all, and so do the details.
    #[must_use]
    pub fn fields(reason: Reason, violations: Vec<Violation>) -> Self {
        let mut error = Self::new(reason, words(&violations));
        error.inner().violations = violations;
        error
    }

    /// Puts `prefix.` before the paths of all violations.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        let inner = self.inner();
        for violation in &mut inner.violations {
            violation.field = format!("{prefix}.{}", violation.field);
        }
        if !inner.violations.is_empty() {
            inner.message = words(&inner.violations);
        }
        self
    }

    /// Adds a detail for programs.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.inner().metadata.push((key, value.into()));
        self
    }

    /// Says that the same request may succeed after `delay`.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.inner().retry_after = Some(delay);
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.inner().source = Some(Arc::new(source));
        self
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// The documented reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// What was wrong and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The wrong fields, if the request was at fault.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Details for programs.
    #[must_use]
    pub fn metadata(&self) -> &[(&'static str, String)] {
        &self.0.metadata
    }

    /// When a retry may help.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

fn words(violations: &[Violation]) -> String {
    let named = |wrong: &Violation| format!("{}: {}", wrong.field, wrong.description);
    violations.iter().map(named).collect::<Vec<_>>().join("; ")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.message, self.0.reason)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("reason", &inner.reason)
            .field("message", &inner.message)
            .field("violations", &inner.violations)
            .field("metadata", &inner.metadata)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let names: std::collections::HashSet<_> = Reason::ALL.iter().map(|r| r.as_str()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
    }

    #[test]
    fn the_path_of_a_violation_grows_outwards() {
        let error = Error::field(Reason::InvalidSdp, "sdp", "is empty").within("offer");
        assert_eq!(error.violations()[0].field, "offer.sdp");
        assert_eq!(error.to_string(), "offer.sdp: is empty (INVALID_SDP)");
    }

    #[test]
    fn all_wrong_fields_are_named() {
        let wrong = |field: &str| Violation {
            field: field.to_owned(),
            description: "is empty".to_owned(),
        };
        let error = Error::fields(Reason::MissingField, vec![wrong("a"), wrong("b")]);
        assert_eq!(error.message(), "a: is empty; b: is empty");
        assert_eq!(error.within("x").message(), "x.a: is empty; x.b: is empty");
    }
}
