//! What a leg tells of itself.

use std::time::Duration;

use super::{
    JsonMap,
    action::{PlayerState, Recording},
    candidate::Candidate,
    kind::MediaKind,
    sdp::Description,
};
use crate::error::Reason;

/// One thing that happened to a leg.
#[derive(Clone, Debug, PartialEq)]
pub enum LegEvent {
    /// The server's description, when it comes later than the leg: a proxy's answer.
    Description(Description),
    /// One of the server's candidates (RFC 8838).
    Candidate(Candidate),
    /// The server has no more candidates.
    CandidateEnd,
    /// A notice: `ice`, `dtls`, `slow_link`, `ringing`, …
    Status {
        /// What it is about; the last notice of each class is kept in the session.
        class: &'static str,
        /// The notice.
        data: JsonMap,
    },
    /// Media of the client begins or stops to arrive at the server.
    MediaFlow {
        /// The kind of media.
        kind: MediaKind,
        /// The m-section's `a=mid`.
        mid: Option<String>,
        /// Whether it arrives.
        receiving: bool,
    },
    /// The recording changed without being asked to.
    Recorder(Recording),
    /// The player changed without being asked to: the end of the file, a failure.
    Player(PlayerState),
    /// A tone arrived from the client (RFC 4733).
    Dtmf {
        /// One of `0-9 * # A-D`.
        digit: char,
        /// How long it lasted, where known.
        duration: Option<Duration>,
    },
    /// The server ended the leg; nothing more comes.
    Closed {
        /// Why, as the session will end with it.
        reason: Reason,
        /// The server's words.
        message: String,
    },
}

impl LegEvent {
    /// The server ended the leg.
    #[must_use]
    pub fn closed(reason: Reason, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Closed { reason, message }
    }

    /// A notice of `class`; `data` is an object.
    #[must_use]
    pub fn status(class: &'static str, data: serde_json::Value) -> Self {
        let data = match data {
            serde_json::Value::Object(data) => data,
            _ => JsonMap::new(),
        };
        Self::Status { class, data }
    }
}
