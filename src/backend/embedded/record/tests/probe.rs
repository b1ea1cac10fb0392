//! What ffprobe and ffmpeg say of a file.

use std::{path::Path, process::Command};

use serde_json::Value;

/// One stream of a file, times in seconds.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) codec: String,
    pub(super) size: (u64, u64),
    pub(super) times: Vec<f64>,
    pub(super) keyframes: usize,
}

#[derive(Debug)]
pub(super) struct Probe {
    /// As the file's head says.
    pub(super) duration: Option<f64>,
    pub(super) audio: Option<Stream>,
    pub(super) video: Option<Stream>,
}

impl Probe {
    pub(super) fn audio(&self) -> &Stream {
        self.audio.as_ref().expect("there is audio")
    }

    pub(super) fn video(&self) -> &Stream {
        self.video.as_ref().expect("there is video")
    }
}

/// Reads the file; none if ffprobe cannot.
pub(super) fn probe(path: &Path) -> Option<Probe> {
    let mut command = Command::new("ffprobe");
    command.args([
        "-v",
        "quiet",
        "-show_format",
        "-show_streams",
        "-show_packets",
        "-of",
        "json",
    ]);
    let output = command
        .arg(path)
        .output()
        .expect("ffprobe runs: see .config/tools.sh");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let streams = told["streams"]
        .as_array()
        .filter(|streams| !streams.is_empty())?;
    let stream = |kind: &str| {
        let found = streams.iter().find(|stream| stream["codec_type"] == kind)?;
        let all = told["packets"].as_array()?;
        let packets: Vec<_> = all
            .iter()
            .filter(|p| p["stream_index"] == found["index"])
            .collect();
        let is_key = |packet: &&&Value| packet["flags"].as_str().is_some_and(|f| f.contains('K'));
        Some(Stream {
            codec: found["codec_name"].as_str()?.to_owned(),
            size: (
                found["width"].as_u64().unwrap_or(0),
                found["height"].as_u64().unwrap_or(0),
            ),
            times: packets
                .iter()
                .filter_map(|packet| number(&packet["pts_time"]))
                .collect(),
            keyframes: packets.iter().filter(is_key).count(),
        })
    };
    Some(Probe {
        duration: number(&told["format"]["duration"]),
        audio: stream("audio"),
        video: stream("video"),
    })
}

/// Decodes the whole file; what went wrong, in ffmpeg's words.
pub(super) fn decode(path: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-f", "null", "-"]);
    let output = command.output().expect("ffmpeg runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn number(value: &Value) -> Option<f64> {
    value.as_str()?.parse().ok()
}
