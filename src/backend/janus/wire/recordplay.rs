//! The bodies and data of `janus.plugin.recordplay`, as its players speak.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Answer;

/// What the plugin is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub(in super::super) enum Body {
    /// Looks for recordings in the plugin's folder.
    Update,
    /// Offers to play a recording.
    Play { id: u64 },
    /// Takes the player's answer beside it, and plays.
    Start,
    /// Ends the playback, and the peer connection with it.
    Stop,
}

/// Whether the plugin says that the recording is over.
pub(in super::super) fn is_over(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    struct Data {
        result: Value,
    }
    answer
        .read::<Data>()
        .is_ok_and(|data| data.result == "done")
}

/// What tells the plugin of files that something else recorded: a text beside them.
pub(in super::super) fn description(id: u64, audio: Option<&str>, video: Option<&str>) -> String {
    let line = |key: &str, file: Option<&str>| match file {
        Some(file) => format!("{key} = {file}\r\n"),
        None => String::new(),
    };
    format!(
        "[{id}]\r\nname = mediaplane\r\ndate = 1970-01-01 00:00:00\r\n{}{}",
        line("audio", audio),
        line("video", video),
    )
}
