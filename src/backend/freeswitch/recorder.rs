//! The recordings of one place: one file for all media, in a folder that is configured.

use std::{path::PathBuf, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::watch, time};

use super::{
    command::{self, Command, File},
    error::Error as Fault,
    place::Place,
    server::Server,
};
use crate::{
    backend::recordings::{self, Clock},
    error::{Error, Reason, Result},
    media::{
        LegEvent, MediaKind, RecordedFile, RecorderAction, Recording, RecordingState,
        action::RecorderVerb,
    },
};

/// What can be recorded to. The first is for audio alone, the second one (AAC and H.264) for both.
const FORMATS: [(&str, Option<MediaKind>); 3] = [
    ("wav", Some(MediaKind::Audio)),
    ("mp4", None),
    ("mkv", None),
];

/// What can be done.
pub(super) const VERBS: &[RecorderVerb] = RecorderVerb::ALL;

/// The file of a recording, which no other one writes to meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Written(Arc<Claimed>);

#[derive(Debug)]
struct Claimed {
    file: File,
    path: PathBuf,
    format: &'static str,
    only: Option<MediaKind>,
    server: std::sync::Weak<Server>,
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if let Some(server) = self.server.upgrade() {
            server.recordings.lock().remove(&self.path);
        }
    }
}

impl Written {
    /// Takes a name in the folder for recordings; the format is `mp4` if none is asked for.
    ///
    /// # Errors
    /// `INVALID_URI` if there is one of that name: the server would write over it.
    pub(super) async fn claim(
        server: &Arc<Server>,
        uri: Option<&str>,
        owner: &str,
        format: Option<&str>,
    ) -> Result<Self> {
        let (format, only) = chosen(format.unwrap_or("mp4"))?;
        let Some(folder) = &server.config.recordings else {
            let words = "no folder for recordings is configured for this FreeSWITCH";
            return Err(Error::new(Reason::NotSupported, words));
        };
        // Session and room ids have a letter that paths here have not.
        let name = recordings::name(uri, &owner.replace('~', "_"))?;
        let path = folder.join(format!("{name}.{format}"));
        let file = File::new(&path).ok_or_else(|| {
            Error::field(
                Reason::InvalidUri,
                "uri",
                "makes the path of the file too long",
            )
        })?;
        let taken = || {
            let words = "there is a recording of that name already";
            Error::field(Reason::InvalidUri, "uri", words)
        };
        if !server.recordings.lock().insert(path.clone()) {
            return Err(taken());
        }
        let claimed = Claimed {
            file,
            path,
            format,
            only,
            server: Arc::downgrade(server),
        };
        match tokio::fs::try_exists(&claimed.path).await {
            Ok(true) => Err(taken()),
            // A folder that cannot be seen from here is the server's affair.
            Ok(false) | Err(_) => Ok(Self(Arc::new(claimed))),
        }
    }

    pub(super) fn file(&self) -> File {
        self.0.file.clone()
    }

    /// It is being written.
    pub(super) fn recording(&self) -> Recording {
        self.told(RecordingState::Recording)
    }

    fn told(&self, state: RecordingState) -> Recording {
        Recording {
            state,
            files: vec![self.named()],
            error: None,
        }
    }

    /// The file, which is not complete yet.
    fn named(&self) -> RecordedFile {
        let Claimed {
            path, format, only, ..
        } = &*self.0;
        RecordedFile {
            uri: recordings::uri(path),
            format: (*format).to_owned(),
            kind: *only,
            bytes: None,
            duration: None,
            sha256: None,
        }
    }

    /// The server has closed it. It writes nothing, and does not say so, where no keyframe ever came.
    pub(super) async fn complete(&self, duration: Option<Duration>) -> Recording {
        let found = tokio::fs::metadata(&self.0.path).await;
        let bytes = found.ok().map(|file| file.len());
        let error = (bytes == Some(0)).then(|| {
            "FreeSWITCH wrote nothing: a file with video begins with its first keyframe, and none came"
                .to_owned()
        });
        let state = match error {
            Some(_) => RecordingState::Failed,
            None => RecordingState::Stopped,
        };
        let file = RecordedFile {
            bytes,
            duration,
            ..self.named()
        };
        Recording {
            state,
            files: vec![file],
            error,
        }
    }
}

fn chosen(format: &str) -> Result<(&'static str, Option<MediaKind>)> {
    let known = FORMATS.iter().find(|(name, _)| *name == format);
    known.copied().ok_or_else(|| {
        let words = "must be wav, mp4 or mkv";
        Error::field(Reason::InvalidField, "format", words)
    })
}

/// One recording of a place, from start to stop.
#[derive(Debug)]
pub(super) struct Take {
    written: Written,
    told: watch::Sender<Told>,
    clock: Mutex<Clock>,
}

/// What the server said of the recording last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Started,
    /// … and how long it is, where it says so.
    Stopped(Option<Duration>),
}

/// Steers the recorder of a session.
pub(super) async fn act(place: &Arc<Place>, action: RecorderAction) -> Result<Recording> {
    if let RecorderAction::Start { uri, format } = action {
        return start(place, uri.as_deref(), format.as_deref()).await;
    }
    let take = place.state.lock().take.clone();
    let take = take.ok_or_else(|| {
        let words = "the session is not being recorded";
        Error::new(Reason::NoActiveRecorder, words)
    })?;
    match action {
        RecorderAction::Stop => return Ok(stop(place, &take).await),
        RecorderAction::Pause => {
            take.ask(place, command::Take::Pause).await?;
            take.clock.lock().halt();
            Ok(take.written.told(RecordingState::Paused))
        }
        RecorderAction::Resume | RecorderAction::Start { .. } => {
            take.ask(place, command::Take::Resume).await?;
            take.clock.lock().run();
            Ok(take.written.recording())
        }
    }
}

async fn start(place: &Arc<Place>, uri: Option<&str>, format: Option<&str>) -> Result<Recording> {
    place.has_call()?;
    if place.state.lock().take.is_some() {
        let words = "the session is being recorded already: stop that first";
        return Err(Error::new(Reason::IncompatibleSession, words));
    }
    let format = format.unwrap_or_else(|| usual(place));
    let written = Written::claim(&place.server, uri, place.session.as_str(), Some(format)).await?;
    let take = Arc::new(Take {
        written,
        told: watch::Sender::new(Told::Nothing),
        clock: Mutex::default(),
    });
    place.state.lock().take = Some(take.clone());
    let begun = async {
        take.ask(place, command::Take::Start).await?;
        take.heard(place, |told| *told != Told::Nothing).await
    };
    if let Err(error) = begun.await {
        place.state.lock().take = None;
        if !matches!(error, Fault::Refused { .. }) {
            // It may have begun all the same, and would go on to the end of the call.
            let place = place.clone();
            tokio::spawn(async move { take.ask(&place, command::Take::Stop).await });
        }
        return Err(error.into());
    }
    take.clock.lock().run();
    Ok(take.written.recording())
}

/// With video a file waits for a keyframe, so it is for those that have video only.
fn usual(place: &Place) -> &'static str {
    let state = place.state.lock();
    let has_video = state
        .codecs
        .iter()
        .any(|codec| codec.kind() == MediaKind::Video);
    if has_video { "mp4" } else { "wav" }
}

async fn stop(place: &Arc<Place>, take: &Arc<Take>) -> Recording {
    let stopped = async {
        take.ask(place, command::Take::Stop).await?;
        take.heard(place, |told| matches!(told, Told::Stopped(_)))
            .await
    };
    let stopped = stopped.await;
    place.state.lock().take = None;
    let counted = take.clock.lock().halt();
    let recording = take.written.complete(Some(take.length(counted))).await;
    match stopped {
        Err(error) if recording.error.is_none() => Recording {
            state: RecordingState::Failed,
            error: Some(error.to_string()),
            ..recording
        },
        _ => recording,
    }
}

/// Ends what is being recorded, so that the file is complete.
pub(super) async fn finish(place: &Arc<Place>) {
    let take = place.state.lock().take.clone();
    if let Some(take) = take {
        stop(place, &take).await;
    }
}

/// The server has begun a recording of this call.
pub(super) fn started(place: &Place, path: &str) {
    if let Some(take) = current(place, path) {
        take.told.send_if_modified(|told| {
            let first = *told == Told::Nothing;
            if first {
                *told = Told::Started;
            }
            first
        });
    }
}

/// The server has closed a recording of this call; if nobody asked for that, the session is told.
pub(super) fn stopped(place: &Arc<Place>, path: &str, length: Option<Duration>) {
    let Some(take) = current(place, path) else {
        return;
    };
    take.told.send_replace(Told::Stopped(length));
    let ends = place.clone();
    let told = tokio::spawn(async move {
        let place = ends;
        // Whoever has asked for it takes it away.
        let _turn = place.updating.lock().await;
        let was_current = {
            let mut state = place.state.lock();
            let current = state.take.take_if(|current| Arc::ptr_eq(current, &take));
            current.is_some()
        };
        if was_current {
            let counted = take.clock.lock().halt();
            let recording = take.written.complete(Some(take.length(counted))).await;
            place.tell(LegEvent::Recorder(recording));
        }
    });
    *place.closing.lock() = Some(told);
}

/// Whether a recording has ended while nothing was heard of it.
///
/// # Errors
/// Those of the server.
pub(super) async fn catch_up(place: &Arc<Place>) -> Result<(), Fault> {
    let take = place.state.lock().take.clone();
    let Some(take) = take else { return Ok(()) };
    let runs = place.server.socket.read(&Command::Bugs(place.call)).await?;
    let file = take.written.file();
    if *take.told.borrow() == Told::Started && !runs.contains(file.as_str()) {
        stopped(place, file.as_str(), None);
    }
    Ok(())
}

fn current(place: &Place, path: &str) -> Option<Arc<Take>> {
    let take = place.state.lock().take.clone();
    take.filter(|take| take.written.file().as_str() == path)
}

impl Take {
    async fn ask(&self, place: &Place, what: command::Take) -> Result<(), Fault> {
        let command = Command::Record(place.call, what, self.written.file());
        place.server.socket.job(&command).await.map(drop)
    }

    /// Waits until the server says so.
    async fn heard(&self, place: &Place, wanted: impl FnMut(&Told) -> bool) -> Result<(), Fault> {
        let mut told = self.told.subscribe();
        let after = place.server.config.request_timeout;
        let command = "uuid_record";
        match time::timeout(after, told.wait_for(wanted)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Fault::Timeout { command, after }),
        }
    }

    fn length(&self, counted: Duration) -> Duration {
        match *self.told.borrow() {
            Told::Stopped(Some(length)) => length,
            _ => counted,
        }
    }
}
