//! What can be played, by the forms of its URI.
//!
//! | URI | what is played |
//! |---|---|
//! | `recordplay:<number>` | a recording of Janus' recordplay plugin, once |
//! | `file:///<recordings>/<name>` | a recording that was made here under that name, once; the URI of one of its files names it as well |
//! | `file:///<media>/<path>.opus` (`.alaw`, `.mulaw`) | an audio file, for ever |
//! | `streaming:<id>` | a mountpoint of Janus' streaming plugin, as long as it lives |
//!
//! `<recordings>` and `<media>` are the configured folders: nothing outside of them is played.

use std::path::{Component, Path};

use url::Url;

use super::config::Config;
use crate::error::{Error, Reason, Result};

/// Something to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A recording that the recordplay plugin knows.
    Recordplay(u64),
    /// The files that begin with this name in the folder of recordings.
    Recording(String),
    /// A file that holds audio of this codec.
    File { path: String, codec: &'static str },
    /// A mountpoint of the streaming plugin.
    Mountpoint(String),
}

/// Reads a URI.
///
/// # Errors
/// `INVALID_URI`, saying what can be played.
pub(super) fn parse(uri: &str, config: &Config) -> Result<Source> {
    let source = match uri.split_once(':') {
        Some(("recordplay", id)) => id.parse().ok().map(Source::Recordplay),
        Some(("streaming", id)) if !id.is_empty() => Some(Source::Mountpoint(id.to_owned())),
        Some(("file", _)) => file(uri, config),
        _ => None,
    };
    source.ok_or_else(|| {
        let words = "must be recordplay:<number>, streaming:<mountpoint>, or file:// with a \
                     recording in the configured folder for recordings or an .opus, .alaw or \
                     .mulaw file in the configured folder for media";
        Error::field(Reason::InvalidUri, "uri", words)
    })
}

fn file(uri: &str, config: &Config) -> Option<Source> {
    let path = Url::parse(uri).ok()?.to_file_path().ok()?;
    // An escaped slash hides a way up from the URL's own rules.
    if path.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    let within = |folder: &Option<_>| {
        let folder: &Path = folder.as_deref()?;
        path.strip_prefix(folder).ok()
    };
    let codec = match path.extension().and_then(|extension| extension.to_str()) {
        Some("opus") => Some("opus"),
        Some("alaw") => Some("pcma"),
        Some("mulaw") => Some("pcmu"),
        _ => None,
    };
    if let (Some(codec), Some(_)) = (codec, within(&config.media)) {
        let path = path.to_str()?.to_owned();
        return Some(Source::File { path, codec });
    }
    let name = within(&config.recordings)?.to_str()?;
    let is_name = !name.is_empty() && !name.contains('/');
    is_name.then(|| Source::Recording(recording_of(name).to_owned()))
}

/// The name of the recording that a file is of. What is no `.mjr` file of a stream is the name itself.
fn recording_of(file: &str) -> &str {
    let stem = file.strip_suffix(".mjr").unwrap_or_default();
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    ["-audio", "-audio-", "-video", "-video-"]
        .iter()
        .find_map(|stream| stem.strip_suffix(stream))
        .unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let mut config = Config::new("ws://127.0.0.1".parse().expect("a URL"));
        config.recordings = Some("/srv/rec".into());
        config.media = Some("/srv/media".into());
        config
    }

    #[test]
    fn each_form_is_told_from_the_others() {
        let file = |path: &str, codec| Source::File {
            path: path.to_owned(),
            codec,
        };
        for (uri, source) in [
            ("recordplay:1001", Source::Recordplay(1001)),
            ("streaming:radio", Source::Mountpoint("radio".into())),
            ("file:///srv/rec/call-1", Source::Recording("call-1".into())),
            (
                "file:///srv/rec/call-1-video-2.mjr",
                Source::Recording("call-1".into()),
            ),
            (
                "file:///srv/rec/call-1.mjr",
                Source::Recording("call-1.mjr".into()),
            ),
            (
                "file:///srv/media/a.opus",
                file("/srv/media/a.opus", "opus"),
            ),
            (
                "file:///srv/media/sub/a%20b.mulaw",
                file("/srv/media/sub/a b.mulaw", "pcmu"),
            ),
        ] {
            assert_eq!(parse(uri, &config()).expect(uri), source);
        }
    }

    #[test]
    fn nothing_outside_the_folders_is_played() {
        for uri in [
            "",
            "/srv/rec/call-1",
            "recordplay:x",
            "recordplay:-1",
            "streaming:",
            "http://192.0.2.1/a.opus",
            "file:///etc/passwd",
            "file:///srv/media/a.mp3",
            "file:///srv/media/../../etc/a.opus",
            "file:///srv/media/..%2F..%2Fetc/a.opus",
            "file:///srv/rec/",
            "file:///srv/rec/sub/call-1",
            "file:///srv/recorded/x",
            "file://host/srv/rec/x",
        ] {
            let refused = parse(uri, &config()).expect_err(uri);
            assert_eq!(refused.reason(), Reason::InvalidUri, "{uri}");
        }
    }
}
