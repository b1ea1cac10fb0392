//! The recordings of one place: one file for all media, in a folder that is configured.

use std::{
    path::PathBuf,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    sync::{mpsc, watch},
    time::{self, Instant},
};
use url::Url;

use super::{
    error::Error as Fault,
    lane::{Ears, Signal},
    negotiation::marks,
    owned::Owned,
    place::{Place, State},
    sdp,
    server::Server,
    wire::{Call, Create, Element, Happening, Operation, Target},
    wiring,
};
use crate::{
    backend::recordings,
    error::{Error, Reason, Result},
    media::{
        LegEvent, MediaKind, RecordedFile, RecorderAction, Recording, RecordingState, SessionType,
    },
};

/// What can be recorded to: the format's name and file ending, and the server's profile. Those after the first are
/// transcoded (H.264 and AAC).
const FORMATS: [(&str, &str); 3] = [("webm", "WEBM"), ("mkv", "MKV"), ("mp4", "MP4")];

/// How long the server may take to begin, halt or close a file. It never says that it does not.
const PATIENCE: Duration = Duration::from_secs(3);

/// One recording, from start to stop.
#[derive(Debug)]
pub(super) struct Take {
    pub(super) element: Owned,
    file: Arc<File>,
    /// What it holds, if only one kind.
    only: Option<MediaKind>,
    told: watch::Sender<Told>,
    clock: Mutex<Clock>,
    _ears: Ears,
}

/// What the server said of the recording last.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Recording,
    Paused,
    Stopped,
    Failed(String),
}

/// How long was recorded.
#[derive(Debug, Default)]
struct Clock {
    before: Duration,
    since: Option<Instant>,
}

impl Clock {
    fn run(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    fn halt(&mut self) -> Duration {
        self.before += self
            .since
            .take()
            .map(|since| since.elapsed())
            .unwrap_or_default();
        self.before
    }
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
            take.ask(place, Operation::Pause, &Told::Paused).await?;
            take.clock.lock().halt();
            Ok(take.recording(RecordingState::Paused))
        }
        RecorderAction::Resume | RecorderAction::Start { .. } => {
            take.ask(place, Operation::Record, &Told::Recording).await?;
            take.clock.lock().run();
            Ok(take.recording(RecordingState::Recording))
        }
    }
}

async fn start(place: &Arc<Place>, uri: Option<&str>, format: Option<&str>) -> Result<Recording> {
    place.elements()?;
    if place.state.lock().take.is_some() {
        let words = "the session is being recorded already: stop that first";
        return Err(Error::new(Reason::IncompatibleSession, words));
    }
    let (format, profile) = chosen(format)?;
    let Some(folder) = &place.server.config.recordings else {
        let words = "no folder for recordings is configured for this Kurento";
        return Err(Error::new(Reason::NotSupported, words));
    };
    let name = recordings::name(uri, place.session.as_str())?;
    let path = folder.join(format!("{name}.{format}"));
    let file = Arc::new(File::claim(place, path, format).await?);
    let only = what_flows(place);
    match attempt(place, &file, profile, only).await {
        // It waits for both kinds for ever, and says nothing: what does not flow must be left out.
        Err(error) if only.is_none() && error.reason() == Reason::BackendTimeout => {
            let only = what_flows(place).unwrap_or(MediaKind::Audio);
            attempt(place, &file, profile, Some(only)).await
        }
        other => other,
    }
}

/// The file of a recording, which no other one writes to meanwhile.
#[derive(Debug)]
struct File {
    path: PathBuf,
    format: &'static str,
    server: Arc<Server>,
}

impl File {
    /// # Errors
    /// `INVALID_URI` if there is one of that name: the server would write over it.
    async fn claim(place: &Place, path: PathBuf, format: &'static str) -> Result<Self> {
        let taken = || {
            let words = "there is a recording of that name already";
            Error::field(Reason::InvalidUri, "uri", words)
        };
        let server = place.server.clone();
        if !server.recordings.lock().insert(path.clone()) {
            return Err(taken());
        }
        let file = Self {
            path,
            format,
            server,
        };
        match tokio::fs::try_exists(&file.path).await {
            Ok(true) => Err(taken()),
            // A folder that cannot be seen from here is the server's affair.
            Ok(false) | Err(_) => Ok(file),
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.server.recordings.lock().remove(&self.path);
    }
}

fn chosen(format: Option<&str>) -> Result<(&'static str, &'static str)> {
    let known = FORMATS
        .iter()
        .find(|(name, _)| format.is_none_or(|format| format == *name));
    known.copied().ok_or_else(|| {
        let words = "must be webm, mkv or mp4";
        Error::field(Reason::InvalidField, "format", words)
    })
}

/// The only kind of media that there is to record, if it is one: a file for both never begins without both.
fn what_flows(place: &Place) -> Option<MediaKind> {
    let listens = match place.state.lock().kind {
        // Whatever is played: what the client was offered.
        SessionType::Play { .. } => return None,
        SessionType::Listen { .. } => true,
        _ => false,
    };
    if !listens {
        return only_kind(&place.state.lock());
    }
    let source = place.server.topology.lock().source(&place.session);
    let source = source.and_then(|number| place.server.place(number))?;
    only_kind(&source.state.lock())
}

/// The only kind of media that a client sends, if it is one.
fn only_kind(state: &State) -> Option<MediaKind> {
    let has = |kind| {
        let flows = state.flows.get(&kind).copied();
        let offered = || {
            let offer = state.offer.as_ref();
            offer.is_some_and(|offer| sdp::has(offer, kind))
        };
        !wiring::is_muted(state, kind) && flows.unwrap_or_else(offered)
    };
    match (has(MediaKind::Audio), has(MediaKind::Video)) {
        (true, false) => Some(MediaKind::Audio),
        (false, true) => Some(MediaKind::Video),
        _ => None,
    }
}

async fn attempt(
    place: &Arc<Place>,
    file: &Arc<File>,
    profile: &str,
    only: Option<MediaKind>,
) -> Result<Recording> {
    let (take, signals) = make(place, file, profile, only).await?;
    let take = Arc::new(take);
    tokio::spawn(listen(
        Arc::downgrade(place),
        Arc::downgrade(&take),
        signals,
    ));
    place.state.lock().take = Some(take.clone());
    let begun = async {
        wiring::settle(&place.server, std::slice::from_ref(place)).await?;
        take.ask(place, Operation::Record, &Told::Recording).await
    };
    if let Err(error) = begun.await {
        place.state.lock().take = None;
        take.element.release().await;
        return Err(error);
    }
    take.clock.lock().run();
    Ok(take.recording(RecordingState::Recording))
}

async fn make(
    place: &Arc<Place>,
    file: &Arc<File>,
    profile: &str,
    only: Option<MediaKind>,
) -> Result<(Take, mpsc::Receiver<Signal>)> {
    let server = &place.server;
    let uri = Url::from_file_path(&file.path).map_err(|()| {
        let words = "the folder for recordings must be an absolute path";
        Error::new(Reason::NotSupported, words)
    })?;
    let profile = match only {
        None | Some(MediaKind::Data) => profile.to_owned(),
        Some(MediaKind::Audio) => format!("{profile}_AUDIO_ONLY"),
        Some(MediaKind::Video) => format!("{profile}_VIDEO_ONLY"),
    };
    let create = Create::Recorder {
        pipeline: server.pipeline().await?,
        uri: uri.to_string(),
        profile,
    };
    let marks = marks(&Target::Makes(0), place, Happening::OF_RECORDER);
    let calls = std::iter::once(Call::Create(create)).chain(marks).collect();
    let made = server.graph.transaction(calls).await.map_err(Fault::from)?;
    let element = Element::read(&made[0]).map_err(Fault::from)?;
    let (ears, signals) = server.graph.ears();
    ears.listen(element.id());
    let take = Take {
        element: Owned::new(place, element),
        file: file.clone(),
        only,
        told: watch::Sender::new(Told::Nothing),
        clock: Mutex::default(),
        _ears: ears,
    };
    Ok((take, signals))
}

async fn listen(place: Weak<Place>, take: Weak<Take>, mut signals: mpsc::Receiver<Signal>) {
    while let Some(signal) = signals.recv().await {
        let Some(take) = take.upgrade() else { return };
        let Signal::Event(event) = signal else {
            continue;
        };
        let told = match event.what {
            Happening::Recording => Told::Recording,
            Happening::Paused => Told::Paused,
            Happening::Stopped => Told::Stopped,
            Happening::Failed(words) => Told::Failed(words),
            _ => continue,
        };
        let before = take.told.send_replace(told.clone());
        let is_running = matches!(before, Told::Recording | Told::Paused);
        if let (Told::Failed(words), true, Some(place)) = (told, is_running, place.upgrade()) {
            return fail(&place, &take, words).await;
        }
    }
}

/// The server cannot go on, which nobody has asked for.
async fn fail(place: &Arc<Place>, take: &Arc<Take>, words: String) {
    let was_current = {
        let mut state = place.state.lock();
        let current = state.take.take_if(|current| Arc::ptr_eq(current, take));
        current.is_some()
    };
    if was_current {
        take.element.release().await;
        let error = Some(words);
        let files = vec![take.written().await];
        place.tell(LegEvent::Recorder(Recording {
            state: RecordingState::Failed,
            files,
            error,
        }));
    }
}

async fn stop(place: &Arc<Place>, take: &Arc<Take>) -> Recording {
    let stopped = take.ask(place, Operation::Stop, &Told::Stopped).await;
    place.state.lock().take = None;
    // Releasing it closes the file too, only later.
    take.element.release().await;
    let file = take.written().await;
    let error = match (stopped, file.bytes) {
        (Err(error), _) => Some(error.to_string()),
        (Ok(()), Some(0)) => Some("Kurento wrote nothing".to_owned()),
        (Ok(()), _) => None,
    };
    let state = match error {
        Some(_) => RecordingState::Failed,
        None => RecordingState::Stopped,
    };
    Recording {
        state,
        files: vec![file],
        error,
    }
}

/// Ends what is being recorded, so that the file is complete.
pub(super) async fn finish(place: &Arc<Place>) {
    let take = place.state.lock().take.clone();
    if let Some(take) = take {
        stop(place, &take).await;
    }
}

impl Take {
    /// Asks the server for something, and waits until it says that it is so.
    async fn ask(&self, place: &Place, operation: Operation, wanted: &Told) -> Result<()> {
        let mut told = self.told.subscribe();
        let already = *told.borrow_and_update() == *wanted;
        if already {
            return Ok(());
        }
        let call = Call::Invoke(self.element.get().into(), operation);
        place.server.slow.call(call).await?;
        let answered = told.wait_for(|told| told == wanted || matches!(told, Told::Failed(_)));
        match time::timeout(PATIENCE, answered).await {
            Ok(Ok(told)) => match &*told {
                Told::Failed(words) => {
                    let words = format!(
                        "Kurento cannot record to {}: {words}",
                        self.file.path.display()
                    );
                    Err(Error::new(Reason::BackendRejected, words))
                }
                _ => Ok(()),
            },
            _ => {
                let words = "Kurento did not begin, halt or close the recording in time: \
                             it waits for media of each kind that it is to record";
                Err(Error::new(Reason::BackendTimeout, words))
            }
        }
    }

    fn recording(&self, state: RecordingState) -> Recording {
        Recording {
            state,
            files: vec![self.named()],
            error: None,
        }
    }

    /// The file, which is not complete yet.
    fn named(&self) -> RecordedFile {
        RecordedFile {
            uri: Url::from_file_path(&self.file.path).map_or_else(|()| String::new(), String::from),
            format: self.file.format.to_owned(),
            kind: self.only,
            bytes: None,
            duration: None,
            sha256: None,
        }
    }

    /// The complete file; its size where the folder can be seen from here.
    async fn written(&self) -> RecordedFile {
        let found = tokio::fs::metadata(&self.file.path).await;
        RecordedFile {
            bytes: found.ok().map(|file| file.len()),
            duration: Some(self.clock.lock().halt()),
            ..self.named()
        }
    }
}
