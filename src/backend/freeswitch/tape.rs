//! The recording of a room: what all hear and see, in one file.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time};

use super::{
    command::{Conference, File},
    error::Error as Fault,
    esl::Event,
    recorder::Written,
    rooms::ask,
    server::Server,
};
use crate::{
    error::Result,
    id::RoomId,
    media::{Recording, RecordingState},
};

/// One recording of a room, from start to stop.
#[derive(Debug)]
pub(super) struct Tape {
    written: Written,
    told: watch::Sender<Told>,
}

/// What the server said of it last.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Started,
    /// It cannot write the file.
    Failed(String),
    /// The file is complete; how long it is, where it says so.
    Stopped(Option<Duration>),
}

/// What an event means to a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    Begins,
    /// It never begins.
    Fails,
    Ends,
}

impl Tape {
    /// Takes a name for it.
    ///
    /// # Errors
    /// As those of [`Written::claim`].
    pub(super) async fn claim(
        server: &Arc<Server>,
        uri: Option<&str>,
        room: &RoomId,
    ) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            written: Written::claim(server, uri, room.as_str(), None).await?,
            told: watch::Sender::new(Told::Nothing),
        }))
    }

    pub(super) fn file(&self) -> File {
        self.written.file()
    }

    /// Starts it, and waits until it runs: the server says yes before it has opened the file.
    pub(super) async fn begin(&self, server: &Server, room: &RoomId) -> Result<Recording> {
        ask(server, room, Conference::Record(self.file())).await?;
        match self.heard(server, |told| *told != Told::Nothing).await? {
            Told::Failed(message) => {
                let command = "conference record";
                Err(Fault::Refused { command, message }.into())
            }
            _ => Ok(self.written.recording()),
        }
    }

    /// How it has ended.
    pub(super) async fn complete(&self) -> Recording {
        let length = match &*self.told.borrow() {
            Told::Stopped(length) => *length,
            _ => None,
        };
        self.written.complete(length).await
    }

    /// Stops it, and waits until the file is complete.
    pub(super) async fn end(&self, server: &Server, room: &RoomId) -> Recording {
        let asked = ask(server, room, Conference::StopRecording(self.file())).await;
        let stopped = self
            .heard(server, |told| matches!(told, Told::Stopped(_)))
            .await;
        let length = match &stopped {
            Ok(Told::Stopped(length)) => *length,
            _ => None,
        };
        let recording = self.written.complete(length).await;
        let fault = match (stopped, asked) {
            (Ok(_), _) => None,
            (Err(_), Err(refused)) => Some(refused.to_string()),
            (Err(late), Ok(())) => Some(late.to_string()),
        };
        match fault {
            Some(error) if recording.error.is_none() => Recording {
                state: RecordingState::Failed,
                error: Some(error),
                ..recording
            },
            _ => recording,
        }
    }

    /// Takes what the server tells of a recording; what that means, if it is this one.
    pub(super) fn happened(&self, event: &Event) -> Option<News> {
        // Its parameters stand before it: `{vw=1280,vh=720}/srv/recordings/a.mp4`.
        let path = event.get("Path").unwrap_or_default();
        let path = path.rsplit('}').next().unwrap_or_default();
        if path != self.file().as_str() {
            return None;
        }
        let told = match (event.get("Action"), event.get("Error")) {
            (Some("start-recording"), None) => Told::Started,
            (Some("start-recording"), Some(error)) => Told::Failed(error.to_owned()),
            (Some("stop-recording"), _) => {
                let length = event.get("Milliseconds-Elapsed");
                let length = length.and_then(|length| length.parse().ok());
                Told::Stopped(length.map(Duration::from_millis))
            }
            _ => return None,
        };
        let news = match &told {
            Told::Started => News::Begins,
            Told::Failed(_) => News::Fails,
            _ => News::Ends,
        };
        self.told.send_if_modified(|last| {
            // What could not be begun is said to have stopped as well.
            let is_news = !matches!(last, Told::Failed(_));
            if is_news {
                *last = told;
            }
            is_news
        });
        Some(news)
    }

    /// The conference is not recorded, which was not heard; whether that means that this one has ended.
    pub(super) fn missed(&self) -> bool {
        self.told.send_if_modified(|last| {
            let ran = *last == Told::Started;
            if ran {
                *last = Told::Stopped(None);
            }
            ran
        })
    }

    /// What it is while it runs.
    pub(super) fn running(&self) -> Option<Recording> {
        let runs = *self.told.borrow() == Told::Started;
        runs.then(|| self.written.recording())
    }

    async fn heard(
        &self,
        server: &Server,
        wanted: impl FnMut(&Told) -> bool,
    ) -> Result<Told, Fault> {
        let mut told = self.told.subscribe();
        let after = server.config.request_timeout;
        let command = "conference record";
        match time::timeout(after, told.wait_for(wanted)).await {
            Ok(Ok(told)) => Ok(told.clone()),
            _ => Err(Fault::Timeout { command, after }),
        }
    }
}
