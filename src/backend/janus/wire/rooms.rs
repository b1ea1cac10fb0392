//! What `janus.plugin.videoroom` and `janus.plugin.audiobridge` have in common: rooms.
//!
//! All of it is synchronous and may be said on any handle of the plugin.

use serde::{Deserialize, Serialize};

use super::{Answer, Plugin};
use crate::backend::janus::error::Error;

/// How many may publish in a video room: Janus' own default is 3.
const PUBLISHERS: u32 = 1000;

/// The rate that each audio room mixes at, in Hz: that of Opus.
const SAMPLING_RATE: u32 = 48_000;

/// What a plugin with rooms is told about one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub(in super::super) enum Body {
    /// Makes a room.
    Create(Create),
    /// Destroys a room; publishers and participants are hung up on, subscribers hear nothing.
    Destroy { room: String },
    /// Tells all rooms that are not private.
    List,
    /// Lets only those in who have one of the words, or everyone again; subscribers get in anyway.
    Allowed(Allowed),
    /// Puts a publisher or participant out.
    Kick { room: String, id: String },
    /// Stops one m-section of a publisher from reaching anyone, or lets it go on (videoroom).
    Moderate {
        room: String,
        id: String,
        mid: String,
        mute: bool,
    },
    /// Keeps a participant out of the mix (audiobridge).
    Mute { room: String, id: String },
    /// Lets a participant into the mix again (audiobridge).
    Unmute { room: String, id: String },
    /// Records all publishers, or the mix into a file.
    EnableRecording {
        room: String,
        record: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        record_file: Option<String>,
    },
    /// Plays an Opus file into the mix, once (audiobridge).
    PlayFile {
        room: String,
        filename: String,
        file_id: String,
        r#loop: bool,
    },
    /// Stops playing a file (audiobridge).
    StopFile { room: String, file_id: String },
}

/// Who is let into a room from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Allowed {
    room: String,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<[&'static str; 0]>,
}

impl Body {
    /// Lets nobody in.
    pub(in super::super) fn lock(room: &str) -> Self {
        Self::Allowed(Allowed {
            room: room.to_owned(),
            action: "enable",
            allowed: Some([]),
        })
    }

    /// Lets everyone in.
    pub(in super::super) fn unlock(room: &str) -> Self {
        Self::Allowed(Allowed {
            room: room.to_owned(),
            action: "disable",
            allowed: None,
        })
    }
}

/// A room to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Create {
    room: String,
    description: String,
    is_private: bool,
    permanent: bool,
    #[serde(flatten)]
    kind: CreateKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum CreateKind {
    Video {
        publishers: u32,
        bitrate: u32,
        audiocodec: String,
        videocodec: String,
        notify_joining: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        rec_dir: Option<String>,
    },
    Audio {
        sampling_rate: u32,
        audiolevel_event: bool,
    },
}

/// How publishers of a video room are bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct VideoOptions {
    /// In bit/s; 0 = no cap.
    pub(in super::super) bitrate: u32,
    pub(in super::super) audio_codec: String,
    pub(in super::super) video_codec: String,
    /// Where the recordings of its publishers go.
    pub(in super::super) folder: Option<String>,
}

impl Create {
    /// A video room; `mark` says whose it is.
    pub(in super::super) fn video(room: &str, mark: String, options: VideoOptions) -> Self {
        Self::new(
            room,
            mark,
            CreateKind::Video {
                publishers: PUBLISHERS,
                bitrate: options.bitrate,
                audiocodec: options.audio_codec,
                videocodec: options.video_codec,
                notify_joining: false,
                rec_dir: options.folder,
            },
        )
    }

    /// An audio room; `mark` says whose it is.
    pub(in super::super) fn audio(room: &str, mark: String) -> Self {
        Self::new(
            room,
            mark,
            CreateKind::Audio {
                sampling_rate: SAMPLING_RATE,
                audiolevel_event: false,
            },
        )
    }

    fn new(room: &str, mark: String, kind: CreateKind) -> Self {
        Self {
            room: room.to_owned(),
            description: mark,
            is_private: false,
            permanent: false,
            kind,
        }
    }
}

/// A room as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in super::super) struct Listed {
    pub(in super::super) room: String,
    /// Our mark, if we made it.
    #[serde(default)]
    pub(in super::super) description: String,
    #[serde(default)]
    pub(in super::super) num_participants: u64,
}

/// The rooms of a `list`.
pub(in super::super) fn listed(answer: &Answer) -> Result<Vec<Listed>, Error> {
    #[derive(Deserialize)]
    struct Data {
        list: Vec<Listed>,
    }
    answer.read::<Data>().map(|data| data.list)
}

/// Why a plugin refuses something about a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Refusal {
    /// There is no such room.
    NoRoom,
    /// A room of that id is there already.
    Exists,
    /// Nobody of that id publishes or takes part.
    NoMember,
    /// The room is locked.
    Locked,
}

/// Why `error` was refused, if it was about a room.
pub(in super::super) const fn refusal(error: &Error) -> Option<Refusal> {
    let Error::Plugin { plugin, code, .. } = error else {
        return None;
    };
    match (plugin, *code) {
        (Plugin::Videoroom, 426) | (Plugin::Audiobridge, 485) => Some(Refusal::NoRoom),
        (Plugin::Videoroom, 427) | (Plugin::Audiobridge, 486) => Some(Refusal::Exists),
        (Plugin::Videoroom, 428) | (Plugin::Audiobridge, 492) => Some(Refusal::NoMember),
        (Plugin::Videoroom, 433) | (Plugin::Audiobridge, 489) => Some(Refusal::Locked),
        _ => None,
    }
}
