//! Recordings that were made here, as the recordplay plugin wants them: with a text beside their
//! files that names them.

use std::{io, path::Path};

use tokio::fs;

use crate::{
    backend::janus::{config::Config, wire::recordplay},
    error::{Error, Reason, Result},
};

/// Lets the plugin know of the recording `name`, and says by which number.
///
/// The folder must be the plugin's own `path`, and be seen from here.
///
/// # Errors
/// `INVALID_URI` if there are no such files here, `SESSION_FAILED` if nothing can be written there.
pub(super) async fn import(config: &Config, name: &str) -> Result<u64> {
    let folder = config.recordings.as_deref();
    let found = match folder {
        Some(folder) => find(folder, name).await.map(|files| (folder, files)),
        None => None,
    };
    let Some((folder, files)) = found else {
        let words = format!("there is no recording {name} in the folder for recordings");
        return Err(Error::field(Reason::InvalidUri, "uri", words));
    };
    let text = folder.join(format!("{name}.nfo"));
    if let Some(id) = known(&text).await {
        return Ok(id);
    }
    // As wide as the ids that Janus chooses itself.
    let id = u64::from(rand::random::<u32>()).max(1);
    let description = recordplay::description(id, files.audio.as_deref(), files.video.as_deref());
    let written = fs::write(&text, description).await;
    written.map_err(|error: io::Error| {
        let words = format!("cannot write {}: {error}", text.display());
        Error::new(Reason::SessionFailed, words).caused_by(error)
    })?;
    Ok(id)
}

/// The files of one recording.
struct Files {
    audio: Option<String>,
    video: Option<String>,
}

async fn find(folder: &Path, name: &str) -> Option<Files> {
    let (mut audio, mut video) = (None, None);
    let mut entries = fs::read_dir(folder).await.ok()?;
    while let Ok(Some(entry)) = entries.next_entry().await {
        let Ok(file) = entry.file_name().into_string() else {
            continue;
        };
        let stream = file
            .strip_prefix(name)
            .and_then(|rest| rest.strip_suffix(".mjr"));
        match stream.map(|stream| stream.trim_end_matches(|c: char| c.is_ascii_digit())) {
            Some("-audio" | "-audio-") => audio = Some(file),
            Some("-video" | "-video-") => video = Some(file),
            _ => {}
        }
    }
    (audio.is_some() || video.is_some()).then_some(Files { audio, video })
}

/// The number that a text gives its recording.
async fn known(text: &Path) -> Option<u64> {
    let text = fs::read_to_string(text).await.ok()?;
    let line = text.lines().next()?;
    line.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &Path) -> Config {
        let mut config = Config::new("ws://127.0.0.1".parse().expect("a URL"));
        config.recordings = Some(folder.to_owned());
        config
    }

    #[tokio::test]
    async fn a_recording_keeps_its_number() {
        let folder = tempfile::tempdir().expect("a folder");
        for file in ["a-audio-0.mjr", "a-video-1.mjr", "ab-audio.mjr"] {
            std::fs::write(folder.path().join(file), b"").expect("a file");
        }
        let config = config(folder.path());
        let id = import(&config, "a").await.expect("it is there");
        let text = std::fs::read_to_string(folder.path().join("a.nfo")).expect("a text");
        assert!(text.starts_with(&format!("[{id}]\r\n")), "{text}");
        assert!(text.contains("audio = a-audio-0.mjr\r\nvideo = a-video-1.mjr\r\n"));
        assert_eq!(import(&config, "a").await.expect("again"), id);
        assert_ne!(import(&config, "ab").await.expect("another"), id);
    }

    #[tokio::test]
    async fn what_is_not_there_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a-data.mjr"), b"").expect("a file");
        for name in ["a", "b"] {
            let refused = import(&config(folder.path()), name).await.expect_err(name);
            assert_eq!(refused.reason(), Reason::InvalidUri);
        }
    }
}
