//! One recording on the server: its element, its file, and what the server says of both.

use std::{path::PathBuf, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::{mpsc, watch},
    time,
};
use url::Url;

use super::{
    error::Error as Fault,
    lane::{Ears, Signal},
    negotiation::marks,
    owned::Owned,
    place::Place,
    server::Server,
    wire::{Call, Create, Element, Happening, Operation, Target},
};
use crate::{
    backend::recordings::{self, Clock},
    error::{Error, Reason, Result},
    media::{MediaKind, RecordedFile, Recording, RecordingState},
};

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
pub(super) enum Told {
    Nothing,
    Recording,
    Paused,
    Stopped,
    Failed(String),
}

/// The file of a recording, which no other one writes to meanwhile.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    format: &'static str,
    server: Arc<Server>,
}

impl File {
    /// Takes the name.
    ///
    /// # Errors
    /// `INVALID_URI` if there is one of that name: the server would write over it.
    pub(super) async fn claim(place: &Place, path: PathBuf, format: &'static str) -> Result<Self> {
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

impl Take {
    /// Makes it on the server; it does not run yet.
    pub(super) async fn make(
        place: &Arc<Place>,
        file: &Arc<File>,
        profile: &str,
        only: Option<MediaKind>,
    ) -> Result<(Self, mpsc::Receiver<Signal>)> {
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
        let take = Self {
            element: Owned::new(place, element),
            file: file.clone(),
            only,
            told: watch::Sender::new(Told::Nothing),
            clock: Mutex::default(),
            _ears: ears,
        };
        Ok((take, signals))
    }

    /// It runs (again).
    pub(super) fn run(&self) {
        self.clock.lock().run();
    }

    /// It is halted.
    pub(super) fn halt(&self) {
        self.clock.lock().halt();
    }

    /// The server says something of it; what it said before.
    pub(super) fn tells(&self, told: Told) -> Told {
        self.told.send_replace(told)
    }

    /// Asks the server for something, and waits until it says that it is so.
    pub(super) async fn ask(
        &self,
        place: &Place,
        operation: Operation,
        wanted: &Told,
    ) -> Result<()> {
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

    /// How it stands.
    pub(super) fn recording(&self, state: RecordingState) -> Recording {
        Recording {
            state,
            files: vec![self.named()],
            error: None,
        }
    }

    /// The file, which is not complete yet.
    fn named(&self) -> RecordedFile {
        RecordedFile {
            uri: recordings::uri(&self.file.path),
            format: self.file.format.to_owned(),
            kind: self.only,
            bytes: None,
            duration: None,
            sha256: None,
        }
    }

    /// The complete file; its size where the folder can be seen from here.
    pub(super) async fn written(&self) -> RecordedFile {
        let found = tokio::fs::metadata(&self.file.path).await;
        RecordedFile {
            bytes: found.ok().map(|file| file.len()),
            duration: Some(self.clock.lock().halt()),
            ..self.named()
        }
    }
}
