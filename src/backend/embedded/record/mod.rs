//! Records what a client sends to WebM or Matroska.
//!
//! The media plane hands each packet to a [`Tap`], which never waits; a thread of the recording takes them from there:
//! [`reorder`] puts them in order, [`frame`] joins them, [`clock`] says when each frame was, [`matroska`] writes it, and
//! [`tape`] is all of that for one file. At the end [`upload`] brings the files to an object [`store`], if there is one;
//! [`marks`] tell a next start what is left to be uploaded.
//!
//! - A crash loses at most the last second: missing packets are waited for 300 ms, frames stay in memory for 500 ms.
//! - A file is complete as far as it goes at any time; its index to seek by and its length come at the end.
//! - When the client changes its codec, the recording goes on in another file, with `-2`, `-3` … after its name.

mod clock;
pub mod config;
mod frame;
mod marks;
mod matroska;
mod place;
mod reorder;
mod replay;
mod store;
mod tap;
mod tape;
mod upload;
mod worker;

use std::{fmt, path::PathBuf, sync::Arc, time::Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

pub use config::Settings;
pub use replay::replay;
pub use tap::Tap;

use crate::{
    backend::LegEvents,
    error::{Error, Reason, Result},
    id::SessionId,
    media::{LegEvent, Recording, RecordingState},
    telemetry::Metrics,
};
use place::Place;
use upload::Uploader;
use worker::{Files, Hearers, Limits, Outcome, Worker};

/// How a recording asks its client for a keyframe. Called from the recording's thread, at most twice a second.
pub type AskKeyframe = Arc<dyn Fn() + Send + Sync>;

/// Recordings at a time: each has a thread.
const MAX_RECORDINGS: usize = 1024;

/// The folder that sessions are recorded to, and where the files go from there.
#[derive(Debug)]
pub struct Archive {
    settings: Settings,
    /// The folder without links.
    folder: PathBuf,
    uploader: Option<Arc<Uploader>>,
    metrics: Metrics,
    places: Arc<Semaphore>,
}

/// What is recorded, and how it is told.
pub struct Start<'a> {
    /// The session; names the file if nothing else does.
    pub session_id: &'a SessionId,
    /// The name within the folder, or its `file:` URI.
    pub uri: Option<&'a str>,
    /// `webm` or `mkv`; what the codecs allow if not set.
    pub format: Option<&'a str>,
    /// Where changes are told that nobody asked for: failures, limits, uploads.
    pub events: LegEvents,
    /// Asks the client for a keyframe.
    pub ask_keyframe: AskKeyframe,
}

impl fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start")
            .field("session_id", &self.session_id)
            .field("uri", &self.uri)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens the place that `settings` tell of. What an earlier process was to upload from there is uploaded.
    ///
    /// Must be called within the tokio runtime, which uploads run on.
    ///
    /// # Errors
    /// `INVALID_FIELD` if the folder is not there or the upload's place is none.
    pub fn open(settings: Settings, metrics: Metrics) -> Result<Self> {
        let folder = settings.folder.canonicalize();
        let folder = folder
            .ok()
            .filter(|folder| folder.is_dir())
            .ok_or_else(|| {
                let words = format!("{} is no folder: make it", settings.folder.display());
                Error::field(Reason::InvalidField, "folder", words)
            })?;
        let upload = settings.upload.clone();
        let uploader = upload.map(|upload| Uploader::new(upload, folder.clone(), metrics.clone()));
        let uploader = uploader.transpose()?.map(Arc::new);
        if let Some(uploader) = &uploader {
            tokio::spawn(uploader.clone().take_up());
        }
        Ok(Self {
            uploader,
            settings,
            folder,
            metrics,
            places: Arc::new(Semaphore::new(MAX_RECORDINGS)),
        })
    }

    /// Begins a recording. A keyframe is asked for at once.
    ///
    /// Must be called within the tokio runtime, which uploads run on.
    ///
    /// # Errors
    /// `INVALID_URI` for a name that cannot be had or is taken, `INVALID_FIELD` for the format, `LIMIT_REACHED`.
    pub fn start(&self, start: Start<'_>) -> Result<Recorder> {
        let place = Place::new(&self.folder, start.session_id, start.uri, start.format)?;
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let words = "too many recordings run: stop one first";
            Error::new(Reason::LimitReached, words)
        })?;
        let (tap, inputs) = Tap::new(self.settings.queue.max(1));
        let limits = Limits {
            bytes: self.settings.max_bytes,
            duration: self.settings.max_duration,
        };
        let gate = Arc::clone(tap.gate());
        let hearers = Hearers {
            ask_keyframe: Arc::clone(&start.ask_keyframe),
            events: start.events.clone(),
            metrics: self.metrics.clone(),
            mark: self.uploader.as_ref().map(|uploader| uploader.mark()),
        };
        let worker = Worker::new(inputs, gate, place, hearers, limits);
        let worker = worker.map_err(|error| {
            let words = format!("cannot be recorded to: {error}: give another name");
            Error::field(Reason::InvalidUri, "uri", words)
        })?;
        let (tell, outcome) = oneshot::channel();
        let ending = Ending {
            tap: tap.clone(),
            uploader: self.uploader.clone(),
            running: Running::new(self.metrics.clone()),
            runtime: tokio::runtime::Handle::current(),
            events: start.events,
            tell,
            _permit: permit,
        };
        let files = worker.files();
        spawn(worker, ending)?;
        (start.ask_keyframe)();
        Ok(Recorder {
            tap,
            files,
            ask_keyframe: start.ask_keyframe,
            outcome: Some(outcome),
        })
    }
}

/// What happens when a recording has ended.
struct Ending {
    tap: Tap,
    uploader: Option<Arc<Uploader>>,
    running: Running,
    runtime: tokio::runtime::Handle,
    events: LegEvents,
    tell: oneshot::Sender<Recording>,
    _permit: OwnedSemaphorePermit,
}

/// Counts a recording that runs.
struct Running(Metrics);

impl Running {
    fn new(metrics: Metrics) -> Self {
        metrics.recording_begun();
        Self(metrics)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.recording_ended();
    }
}

fn spawn(worker: Worker, ending: Ending) -> Result<()> {
    let thread = std::thread::Builder::new().name("recorder".to_owned());
    let spawned = thread.spawn(move || {
        let outcome = worker.run();
        ending.end(outcome);
    });
    spawned.map(drop).map_err(|error| {
        let words = format!("no thread for the recording: {error}");
        Error::new(Reason::LimitReached, words)
    })
}

impl Ending {
    fn end(self, outcome: Outcome) {
        drop(self.running);
        let Outcome {
            mut recording,
            paths,
            mark,
        } = outcome;
        let uploader = self.uploader.filter(|_| !paths.is_empty());
        if uploader.is_some() && recording.state == RecordingState::Stopped {
            recording.state = RecordingState::Uploading;
        }
        if !self.tap.gate().was_asked_to_stop() {
            self.events.emit(LegEvent::Recorder(recording.clone()));
        }
        // A recorder that was dropped does not want to know.
        let _ = self.tell.send(recording.clone());
        match (uploader, mark) {
            (Some(uploader), mark) => {
                self.runtime
                    .spawn(uploader.run(recording, paths, mark, self.events));
            }
            (None, Some(mark)) => mark.remove(),
            (None, None) => {}
        }
    }
}

/// One recording that runs. Dropping it stops it and completes its files.
pub struct Recorder {
    tap: Tap,
    files: Files,
    ask_keyframe: AskKeyframe,
    outcome: Option<oneshot::Receiver<Recording>>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("tap", &self.tap)
            .finish_non_exhaustive()
    }
}

impl Recorder {
    /// Where the client's packets are to be handed.
    #[must_use]
    pub fn tap(&self) -> Tap {
        self.tap.clone()
    }

    /// How it stands. The size and length of a file are told when it is complete; its name may change with the first
    /// packet of a codec that WebM has no place for.
    #[must_use]
    pub fn recording(&self) -> Recording {
        let state = match self.tap.gate().is_paused() {
            true => RecordingState::Paused,
            false => RecordingState::Recording,
        };
        Recording {
            state,
            files: self.files.lock().clone(),
            error: None,
        }
    }

    /// Leaves out what comes from now on. Nothing changes if it does already.
    pub fn pause(&self) {
        self.tap.gate().pause(Instant::now());
    }

    /// Records again what comes from now on, without a gap for the pause; a keyframe is asked for.
    pub fn resume(&self) {
        if self.tap.gate().resume(Instant::now()) {
            (self.ask_keyframe)();
        }
    }

    /// Stops and completes the files: STOPPED, or UPLOADING if they are brought elsewhere, or FAILED.
    ///
    /// What had come before is recorded.
    ///
    /// *Cancel safety*: the recording stops all the same.
    pub async fn stop(mut self) -> Recording {
        self.tap.gate().stop();
        let outcome = self.outcome.take().expect("only this takes it");
        outcome.await.unwrap_or_else(|_| Recording {
            state: RecordingState::Failed,
            files: Vec::new(),
            error: Some("the recording's thread ended before its files were complete".to_owned()),
        })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.tap.gate().stop();
    }
}

#[cfg(test)]
mod tests;
