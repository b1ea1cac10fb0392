//! The bodies and data of `janus.plugin.streaming`, as its viewers speak.

use serde::{Deserialize, Serialize};

use super::Answer;

/// What the plugin is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub(in super::super) enum Body {
    /// Makes a mountpoint.
    Create(File),
    /// Destroys a mountpoint; its viewers are hung up on.
    Destroy { id: String },
    /// Offers what a mountpoint plays.
    Watch { id: String },
    /// Takes the viewer's answer beside it; without one it goes on after a pause.
    Start,
    /// Halts.
    Pause,
    /// Ends, and the peer connection with it.
    Stop,
}

/// A mountpoint that plays an audio file, for each viewer from its beginning and for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct File {
    r#type: &'static str,
    id: String,
    name: String,
    filename: String,
    is_private: bool,
    audio: bool,
    video: bool,
    audiocodec: &'static str,
    audiopt: u8,
    audiortpmap: &'static str,
}

impl Body {
    /// Makes a mountpoint of a file that holds audio of `codec`.
    pub(in super::super) fn file(id: String, filename: String, codec: &'static str) -> Self {
        let (audiopt, audiortpmap) = match codec {
            "pcmu" => (0, "PCMU/8000"),
            "pcma" => (8, "PCMA/8000"),
            _ => (111, "opus/48000/2"),
        };
        Self::Create(File {
            r#type: "ondemand",
            name: id.clone(),
            id,
            filename,
            is_private: false,
            audio: true,
            video: false,
            audiocodec: codec,
            audiopt,
            audiortpmap,
        })
    }
}

/// Whether the plugin says that the mountpoint is gone.
pub(in super::super) fn is_over(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    struct Data {
        result: Status,
    }
    #[derive(Deserialize)]
    struct Status {
        status: String,
    }
    answer
        .read::<Data>()
        .is_ok_and(|data| data.result.status == "stopped")
}
