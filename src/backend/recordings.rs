//! How a recording is called that goes into a folder of a media server, and how long it has become.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;
use url::Url;

use crate::error::{Error, Reason, Result};

/// The longest name.
const LONGEST: usize = 128;

/// How long was recorded, pauses left out.
#[derive(Debug, Default)]
pub(super) struct Clock {
    before: Duration,
    since: Option<Instant>,
}

impl Clock {
    pub(super) fn run(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    pub(super) fn halt(&mut self) -> Duration {
        let since = self.since.take();
        self.before += since.map(|since| since.elapsed()).unwrap_or_default();
        self.before
    }
}

/// The name of a take: the one that is asked for, else one of its own.
///
/// # Errors
/// `INVALID_URI`.
pub(super) fn name(uri: Option<&str>, owner: &str) -> Result<String> {
    match uri {
        Some(name) => checked(name).map(str::to_owned),
        None => {
            // Ids may be longer than names of files.
            let owner = owner.get(..LONGEST).unwrap_or(owner);
            Ok(format!("{owner}-{}", milliseconds()))
        }
    }
}

/// What a file of a recording is called in the API, so that it can be played by that.
pub(super) fn uri(path: &Path) -> String {
    // A path that is relative to the media server's own folder has no URI.
    Url::from_file_path(path).map_or_else(|()| path.to_string_lossy().into_owned(), String::from)
}

/// A caller names a file, never a place: the path is the server's to choose.
fn checked(name: &str) -> Result<&str> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let sound =
        (1..=LONGEST).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(allowed);
    if sound {
        return Ok(name);
    }
    let words = "must be a name of 1 to 128 of A-Z a-z 0-9 . _ - that does not begin with a dot: \
                 it goes into the configured folder";
    Err(Error::field(Reason::InvalidUri, "uri", words))
}

fn milliseconds() -> u128 {
    SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_names_a_file_and_no_place() {
        assert_eq!(name(Some("call-1"), "s").expect("a name"), "call-1");
        assert!(name(None, "s").expect("a name").starts_with("s-"));
        for bad in [
            "",
            "../x",
            "/etc/passwd",
            ".hidden",
            "a/b",
            "a b",
            "file:///x",
        ] {
            let refused = name(Some(bad), "s").expect_err(bad);
            assert_eq!(refused.reason(), Reason::InvalidUri, "{bad}");
        }
    }
}
