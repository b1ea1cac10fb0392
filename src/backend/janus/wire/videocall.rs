//! The bodies and data of `janus.plugin.videocall`.

use serde::{Deserialize, Serialize};

use super::{Answer, Plugin, Record};
use crate::{backend::janus::error::Error, media::MediaUpdate};

/// What the plugin is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub(in super::super) enum Body {
    /// Takes a name; names are unique in the whole server.
    Register { username: String },
    /// Calls a name, with the caller's offer.
    Call { username: String },
    /// Takes the call that came in, with the callee's answer.
    Accept,
    /// Changes what is done with what this side sends.
    Set(Set),
}

/// What is done with what one side sends. `data` does nothing in 1.1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Set {
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bitrate: Option<u32>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    record: Option<Record>,
}

impl Body {
    /// Mutes and caps. A cap of 0 lifts it.
    pub(in super::super) fn media(update: MediaUpdate) -> Self {
        Self::Set(Set {
            audio: update.mute_audio.map(|mute| !mute),
            video: update.mute_video.map(|mute| !mute),
            bitrate: update.bitrate_kbps.map(super::bits_per_second),
            record: None,
        })
    }

    /// Begins to record what this side sends, or stops.
    pub(in super::super) fn record(record: Record) -> Self {
        Self::Set(Set {
            record: Some(record),
            ..Set::default()
        })
    }
}

/// What the plugin says, as a reply or unasked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(in super::super) enum Said {
    Registered,
    Calling,
    /// A call comes in; the caller's offer is beside it.
    Incomingcall,
    /// The call was taken; for the caller the callee's answer is beside it.
    Accepted,
    Set,
    /// The call is over, or (as the reply to `call`) never came to be: `User busy` is no error code.
    Hangup {
        #[serde(default)]
        reason: String,
    },
    #[serde(other)]
    Other,
}

impl Said {
    /// Reads what the plugin says.
    pub(in super::super) fn read(answer: &Answer) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Data {
            result: Said,
        }
        answer.read::<Data>().map(|data| data.result)
    }

    /// The refusal to go on from here, where something else was expected.
    pub(in super::super) fn unexpected(self, expected: &'static str) -> Error {
        let answer = match self {
            Self::Hangup { reason } => reason,
            other => format!("{other:?}"),
        };
        Error::Unexpected {
            plugin: Plugin::Videocall,
            expected,
            answer,
        }
    }
}
