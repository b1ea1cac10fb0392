//! The recorder of a session.

use std::{sync::Arc, time::Instant};

use super::{
    place::Place,
    plane::Recorded,
    record::{self, Recorder},
    update::recorded,
};
use crate::{
    error::{Error, Reason, Result},
    media::{RecorderAction, Recording, RecordingState},
};

/// A recorder at work.
#[derive(Debug)]
pub(super) struct Running {
    recorder: Recorder,
    way: Recorded,
}

/// Does what the recorder of a place is asked for.
pub(super) async fn act(place: &Arc<Place>, action: RecorderAction) -> Result<Recording> {
    match action {
        RecorderAction::Start { uri, format } => {
            start(place, uri.as_deref(), format.as_deref()).await
        }
        RecorderAction::Stop => stop(place).await,
        RecorderAction::Pause => changed(place, Recorder::pause),
        RecorderAction::Resume => changed(place, Recorder::resume),
    }
}

fn none() -> Error {
    let words = "nothing is being recorded: start a recording first";
    Error::new(Reason::NoActiveRecorder, words)
}

fn changed(place: &Place, change: impl FnOnce(&Recorder)) -> Result<Recording> {
    let state = place.state.lock();
    let running = state.running.as_ref().ok_or_else(none)?;
    change(&running.recorder);
    Ok(running.recorder.recording())
}

async fn start(place: &Arc<Place>, uri: Option<&str>, format: Option<&str>) -> Result<Recording> {
    let server = &place.server;
    let archive = server.archive.as_ref().ok_or_else(|| {
        let words = "nothing can be recorded: the backend's configuration has no `record`";
        Error::new(Reason::NotSupported, words)
    })?;
    let leg = place.attached()?.leg;
    let shard = server.shards.of(leg).clone();
    let runtime = tokio::runtime::Handle::current();
    let ask_keyframe = Arc::new(move || {
        let shard = shard.clone();
        runtime.spawn(async move {
            let ask = move |worker: &mut super::shard::Worker| {
                worker.plane.recorder_wants_keyframe(Instant::now(), leg);
            };
            // A shard that has stopped sends no keyframe.
            let _ = shard.call(ask).await;
        });
    });
    let recorder = archive.start(record::Start {
        session_id: &place.session,
        uri,
        format,
        events: place.events.clone(),
        ask_keyframe,
    })?;
    let recording = recorder.recording();
    {
        let mut state = place.state.lock();
        let way = recorded(state.kind.kind());
        state.running = Some(Running { recorder, way });
    }
    connect(place).await?;
    Ok(recording)
}

/// Lets the running recorder get what is to be recorded now.
async fn connect(place: &Place) -> Result<()> {
    let leg = place.attached()?.leg;
    let tap = {
        let state = place.state.lock();
        let running = state.running.as_ref();
        running.map(|running| (running.recorder.tap(), running.way))
    };
    let set = move |worker: &mut super::shard::Worker| {
        worker.plane.set_tap(Instant::now(), leg, tap);
    };
    place.server.shards.of(leg).call(set).await
}

/// The session has another type: what is recorded of it may be the other way of its media now.
pub(super) async fn follow(place: &Place) -> Result<()> {
    {
        let mut state = place.state.lock();
        let way = recorded(state.kind.kind());
        match &mut state.running {
            Some(running) if running.way != way => running.way = way,
            _ => return Ok(()),
        }
    }
    connect(place).await
}

async fn stop(place: &Place) -> Result<Recording> {
    let running = place.state.lock().running.take().ok_or_else(none)?;
    connect(place).await?;
    Ok(running.recorder.stop().await)
}

/// Closes the files of a session that ends.
pub(super) async fn finish(place: &Place) {
    if place.state.lock().running.is_none() {
        return;
    }
    match stop(place).await {
        Ok(recording) if recording.state == RecordingState::Failed => {
            tracing::warn!(
                session_id = %place.session,
                error = recording.error,
                "a recording could not be completed"
            );
        }
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(session_id = %place.session, %error, "a recording was left as it was");
        }
    }
}
