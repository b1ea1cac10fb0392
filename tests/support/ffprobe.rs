//! Another program's view of a media file.

use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

/// What ffprobe found.
#[derive(Debug)]
pub(crate) struct Probed {
    /// Zero where the file does not tell: it was not completed.
    pub(crate) duration: Duration,
    /// Audio first.
    pub(crate) streams: Vec<Stream>,
}

/// One track.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) codec: String,
    pub(crate) start: Duration,
    pub(crate) packets: u64,
}

impl Probed {
    pub(crate) fn codecs(&self) -> Vec<&str> {
        self.streams
            .iter()
            .map(|stream| stream.codec.as_str())
            .collect()
    }
}

/// Reads all of a file; none, and a line that says so, where ffprobe is not installed outside of CI.
///
/// # Panics
/// If ffprobe finds fault with the file.
pub(crate) async fn probe(path: &str) -> Option<Probed> {
    let entries = "format=duration:stream=codec_type,codec_name,start_time,nb_read_packets";
    let run = Command::new("ffprobe")
        .args(["-v", "error", "-count_packets", "-show_entries", entries])
        .args(["-of", "json", path])
        .output();
    let output = match run.await {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "ffprobe: {error}");
            eprintln!("SKIPPED: ffprobe is not installed (`apt-get install ffmpeg`)");
            return None;
        }
    };
    let words = String::from_utf8_lossy(&output.stderr);
    let faults: Vec<&str> = words.lines().filter(|line| is_of_the_file(line)).collect();
    assert!(
        output.status.success() && faults.is_empty(),
        "{path}: {words}"
    );
    let found: Value = serde_json::from_slice(&output.stdout).expect("ffprobe writes JSON");
    let mut streams: Vec<&Value> = found["streams"]
        .as_array()
        .expect("streams")
        .iter()
        .collect();
    streams.sort_by_key(|stream| stream["codec_type"].as_str().map(str::to_owned));
    Some(Probed {
        duration: match &found["format"]["duration"] {
            Value::Null => Duration::ZERO,
            told => seconds(told),
        },
        streams: streams.into_iter().map(stream).collect(),
    })
}

/// A decoder's complaint is about the pictures, of which ours show nothing new: those of the file count.
fn is_of_the_file(complaint: &str) -> bool {
    !["[h264 @", "[vp9 @", "[libdav1d @", "[av1 @"]
        .iter()
        .any(|decoder| complaint.starts_with(decoder))
}

fn stream(found: &Value) -> Stream {
    let text = |name: &str| found[name].as_str().unwrap_or_default();
    Stream {
        codec: text("codec_name").to_owned(),
        // A file with nothing but sound may not tell it.
        start: match &found["start_time"] {
            Value::Null => Duration::ZERO,
            start => seconds(start),
        },
        packets: text("nb_read_packets").parse().expect("a number"),
    }
}

fn seconds(value: &Value) -> Duration {
    let number: f64 = value
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| panic!("a number of seconds: {value}"));
    Duration::from_secs_f64(number.max(0.0))
}
