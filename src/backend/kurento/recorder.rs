//! The recordings of one place: one file for all media, in a folder that is configured.

use std::sync::{Arc, Weak};

use tokio::sync::mpsc;

use super::{
    lane::Signal,
    place::{Place, State},
    sdp,
    take::{File, Take, Told},
    wire::{Happening, Operation},
    wiring,
};
use crate::{
    backend::recordings,
    error::{Error, Reason, Result},
    media::{LegEvent, MediaKind, RecorderAction, Recording, RecordingState, SessionType},
};

/// What can be recorded to: the format's name and file ending, and the server's profile. Those after the first are
/// transcoded (H.264 and AAC).
const FORMATS: [(&str, &str); 3] = [("webm", "WEBM"), ("mkv", "MKV"), ("mp4", "MP4")];

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
            take.halt();
            Ok(take.recording(RecordingState::Paused))
        }
        RecorderAction::Resume | RecorderAction::Start { .. } => {
            take.ask(place, Operation::Record, &Told::Recording).await?;
            take.run();
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
    let (take, signals) = Take::make(place, file, profile, only).await?;
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
    take.run();
    Ok(take.recording(RecordingState::Recording))
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
        let before = take.tells(told.clone());
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
