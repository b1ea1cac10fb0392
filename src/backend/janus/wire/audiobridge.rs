//! The bodies and data of `janus.plugin.audiobridge`, as its participants speak.

use serde::{Deserialize, Serialize};

use super::{Answer, Record};
use crate::media::MediaUpdate;

/// What the plugin is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub(in super::super) enum Body {
    /// Enters a room with the offer beside it.
    Join {
        room: String,
        id: String,
        muted: bool,
    },
    /// Changes what is done with what a participant sends.
    Configure(Configure),
}

/// A change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Configure {
    #[serde(skip_serializing_if = "Option::is_none")]
    muted: Option<bool>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    record: Option<Record>,
}

impl Body {
    /// Enters a room, with `update` in force from the first packet on.
    pub(in super::super) fn join(room: &str, id: &str, update: MediaUpdate) -> Self {
        Self::Join {
            room: room.to_owned(),
            id: id.to_owned(),
            muted: update.mute_audio.unwrap_or(false),
        }
    }

    /// Mutes.
    pub(in super::super) fn media(update: MediaUpdate) -> Self {
        Self::Configure(Configure {
            muted: update.mute_audio,
            ..Configure::default()
        })
    }

    /// Begins to record what the participant sends, or stops.
    pub(in super::super) fn record(record: Record) -> Self {
        Self::Configure(Configure {
            record: Some(record),
            ..Configure::default()
        })
    }
}

/// What the plugin says unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Said {
    /// This or another participant was put out.
    Kicked { id: String },
    /// The room is gone.
    Destroyed,
    /// A file that is played into the room has begun or ended.
    Announcement { playing: bool },
    /// What nobody needs.
    Other,
}

impl Said {
    /// Reads what the plugin says.
    pub(in super::super) fn read(answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Data {
            audiobridge: String,
            kicked: Option<String>,
        }
        let Ok(data) = answer.read::<Data>() else {
            return Self::Other;
        };
        match (data.audiobridge.as_str(), data.kicked) {
            ("destroyed", _) => Self::Destroyed,
            ("announcement-started", _) => Self::Announcement { playing: true },
            ("announcement-stopped", _) => Self::Announcement { playing: false },
            (_, Some(id)) => Self::Kicked { id },
            _ => Self::Other,
        }
    }
}
