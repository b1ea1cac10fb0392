//! The recordings of one leg: which files a take has, and what became of them.
//!
//! Janus writes one `.mjr` file per stream, overwrites a file that is there already, and never
//! says whether it could: each take has a name of its own, and the files are looked at afterwards.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::{config::Config, error, wire::Record};
use crate::{
    backend::recordings,
    error::{Error, Reason, Result},
    id::SessionId,
    media::{
        MediaKind, Outcome, RecordedFile, RecorderAction, Recording, RecordingState,
        action::RecorderVerb,
    },
};

/// How often an empty file is looked at, and how long between.
const LOOKS: u32 = 20;
/// As [`LOOKS`].
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The container that Janus records in.
const FORMAT: &str = "mjr";

/// What can be done where a folder is configured.
pub(super) fn verbs(config: &Config) -> &'static [RecorderVerb] {
    match config.recordings {
        Some(_) => &[RecorderVerb::Start, RecorderVerb::Stop],
        None => &[],
    }
}

/// Does `action`: `say` tells the plugin, and then `streams` are recorded, or were.
pub(super) async fn perform<F>(
    recorder: &Mutex<Recorder>,
    action: RecorderAction,
    streams: &[Stream],
    say: impl FnOnce(Record) -> F,
) -> Result<Outcome>
where
    F: Future<Output = Result<(), error::Error>>,
{
    match action {
        RecorderAction::Start { uri, format } => {
            let take = recorder.lock().take(uri.as_deref(), format.as_deref())?;
            say(Record::start(take.base().to_owned())).await?;
            let begun = recorder.lock().begun(take, now());
            Ok(Outcome::Recorder(begun))
        }
        RecorderAction::Stop => {
            let take = recorder.lock().running()?;
            say(Record::stop()).await?;
            recorder.lock().ended();
            Ok(Outcome::Recorder(take.result(streams, now()).await))
        }
        RecorderAction::Pause | RecorderAction::Resume => Err(Error::new(
            Reason::NotSupported,
            "Janus cannot pause a recording: stop it and start another",
        )),
    }
}

/// The recorder of one leg.
#[derive(Debug)]
pub(super) struct Recorder {
    folder: Option<PathBuf>,
    owner: SessionId,
    current: Option<Take>,
}

/// One recording, from start to stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Take {
    base: String,
    #[serde(skip)]
    begun: Option<Instant>,
}

/// A stream that is recorded: its kind, and what its file's name has between base and `.mjr`.
pub(super) type Stream = (MediaKind, String);

/// The streams of the plugins that name them by kind only.
pub(super) fn streams(kinds: &[MediaKind]) -> Vec<Stream> {
    kinds
        .iter()
        .map(|kind| (*kind, format!("-{kind}")))
        .collect()
}

impl Recorder {
    pub(super) fn new(config: &Config, owner: &SessionId, current: Option<Take>) -> Self {
        Self {
            folder: config.recordings.clone(),
            owner: owner.clone(),
            current,
        }
    }

    /// What is being recorded.
    pub(super) fn current(&self) -> Option<&Take> {
        self.current.as_ref()
    }

    /// A new take; it is not the current one until it has [begun](Self::begun).
    ///
    /// # Errors
    /// If one runs, there is no place for it, or it is asked for under a name or in a format that
    /// cannot be had.
    fn take(&self, uri: Option<&str>, format: Option<&str>) -> Result<Take> {
        if self.current.is_some() {
            let words = "the session is being recorded already: stop that first";
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        if let Some(format) = format.filter(|format| *format != FORMAT) {
            let words = format!("{format} cannot be recorded: Janus writes {FORMAT} only");
            return Err(Error::field(Reason::InvalidField, "format", words));
        }
        let Some(folder) = &self.folder else {
            let words = "no folder for recordings is configured for this Janus";
            return Err(Error::new(Reason::NotSupported, words));
        };
        let name = recordings::name(uri, self.owner.as_str())?;
        Ok(Take {
            base: folder.join(name).to_string_lossy().into_owned(),
            begun: None,
        })
    }

    /// The take runs: what is being recorded.
    fn begun(&mut self, mut take: Take, now: Instant) -> Recording {
        take.begun = Some(now);
        self.current = Some(take);
        recording(RecordingState::Recording, Vec::new())
    }

    /// The take that runs.
    ///
    /// # Errors
    /// `NO_ACTIVE_RECORDER`.
    fn running(&self) -> Result<Take> {
        self.current.clone().ok_or_else(|| {
            Error::new(
                Reason::NoActiveRecorder,
                "the session is not being recorded",
            )
        })
    }

    /// The server closed the files of the current take.
    fn ended(&mut self) {
        self.current = None;
    }
}

/// The size of a file. Janus answers before the last of its threads has let go of one, and so written it out: an empty
/// one is looked at again for a while.
async fn written(path: &str) -> Option<u64> {
    for _ in 0..LOOKS {
        let bytes = tokio::fs::metadata(path).await.ok()?.len();
        if bytes > 0 {
            return Some(bytes);
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Some(0)
}

impl Take {
    /// The files' common beginning, as the plugin is told.
    fn base(&self) -> &str {
        &self.base
    }

    /// What was recorded.
    ///
    /// Where the folder can be seen from here, only files that are there are told of.
    async fn result(&self, streams: &[Stream], now: Instant) -> Recording {
        let folder = PathBuf::from(&self.base);
        let folder = folder.parent().unwrap_or(&folder);
        let is_seen = tokio::fs::metadata(folder).await.is_ok();
        let duration = self.begun.map(|begun| now.saturating_duration_since(begun));
        let mut files = Vec::new();
        for (kind, suffix) in streams {
            let path = format!("{}{suffix}.{FORMAT}", self.base);
            let bytes = written(&path).await;
            if bytes.is_some() || !is_seen {
                files.push(file(*kind, &path, bytes, duration));
            }
        }
        if files.is_empty() {
            let words = format!("Janus wrote no file {}*.{FORMAT}", self.base);
            return Recording {
                error: Some(words),
                ..recording(RecordingState::Failed, files)
            };
        }
        recording(RecordingState::Stopped, files)
    }
}

fn file(
    kind: MediaKind,
    path: &str,
    bytes: Option<u64>,
    duration: Option<Duration>,
) -> RecordedFile {
    RecordedFile {
        uri: recordings::uri(Path::new(path)),
        format: FORMAT.to_owned(),
        kind: Some(kind),
        bytes,
        duration,
        sha256: None,
    }
}

fn recording(state: RecordingState, files: Vec<RecordedFile>) -> Recording {
    Recording {
        state,
        files,
        error: None,
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorder(folder: &str) -> Recorder {
        let mut config = Config::new("ws://127.0.0.1".parse().expect("a URL"));
        config.recordings = Some(folder.into());
        Recorder::new(&config, &SessionId::random(), None)
    }

    #[test]
    fn a_caller_names_a_file_and_no_place() {
        let recorder = recorder("/srv/rec");
        let take = recorder.take(Some("call-1"), Some("mjr")).expect("a name");
        assert_eq!(take.base(), "/srv/rec/call-1");
        let refused = recorder.take(Some("a/b"), None).expect_err("a place");
        assert_eq!(refused.reason(), Reason::InvalidUri);
        let refused = recorder
            .take(None, Some("webm"))
            .expect_err("another format");
        assert_eq!(refused.reason(), Reason::InvalidField);
    }

    #[test]
    fn one_take_at_a_time() {
        let mut recorder = recorder("/srv/rec");
        assert_eq!(
            recorder.running().expect_err("none").reason(),
            Reason::NoActiveRecorder
        );
        let take = recorder.take(None, None).expect("a take");
        recorder.begun(take, Instant::now());
        let second = recorder.take(None, None).expect_err("one runs");
        assert_eq!(second.reason(), Reason::IncompatibleSession);
        assert!(recorder.running().is_ok());
        recorder.ended();
        assert!(recorder.take(None, None).is_ok());
    }

    #[tokio::test]
    async fn only_files_that_are_there_are_told_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut recorder = recorder(folder.path().to_str().expect("UTF-8"));
        let take = recorder.take(Some("x"), None).expect("a take");
        let begun = Instant::now();
        recorder.begun(take, begun);
        std::fs::write(folder.path().join("x-audio.mjr"), b"MJR00002").expect("a file");
        let take = recorder.running().expect("it runs");
        let streams = streams(&[MediaKind::Audio, MediaKind::Video]);
        let result = take.result(&streams, begun + Duration::from_secs(3)).await;
        assert_eq!(result.state, RecordingState::Stopped);
        let [file] = result.files.as_slice() else {
            panic!("{result:?}");
        };
        let path = folder.path().join("x-audio.mjr");
        assert_eq!(file.uri, format!("file://{}", path.display()));
        assert_eq!((file.kind, file.bytes), (Some(MediaKind::Audio), Some(8)));
        assert_eq!(file.duration, Some(Duration::from_secs(3)));
        let none = take.result(&streams[1..], begun).await;
        assert_eq!(none.state, RecordingState::Failed);
    }
}
