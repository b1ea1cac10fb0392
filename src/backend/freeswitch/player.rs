//! What is played to a client: instead of everything else by a session that is for that, over what it receives by others.

use std::sync::Arc;

use super::{
    place::Place,
    playing::Playing,
    server::Server,
    wiring::{self, Order, Runs},
};
use crate::{
    error::{Error, Reason, Result},
    media::{
        LegEvent, PlayerAction, PlayerState, PlayerStatus, SessionType, TypeKind,
        action::PlayerVerb,
    },
};

/// What can be done.
pub(super) const VERBS: &[PlayerVerb] = PlayerVerb::ALL;

/// What a session plays that is for that; none for all others.
///
/// # Errors
/// `INVALID_URI`.
pub(super) async fn prepared(server: &Server, kind: &SessionType) -> Result<Option<Arc<Playing>>> {
    match kind {
        SessionType::Play { uri, loops } => Playing::new(server, uri, *loops, true).await.map(Some),
        _ => Ok(None),
    }
}

/// A file has begun on this call.
pub(super) fn started(place: &Place, path: &str) {
    if let Some(playing) = of_path(place, path) {
        playing.starts();
    }
}

/// A file has ended on this call: played through, or stopped.
pub(super) fn stopped(place: &Arc<Place>, path: &str, through: bool) {
    let Some(playing) = of_path(place, path) else {
        return;
    };
    match (playing.stops(through), playing.is_type) {
        // It is begun anew as soon as its call is parked.
        (None, _) | (Some(true), true) => {}
        (Some(true), false) => {
            let place = place.clone();
            tokio::spawn(async move {
                if let Err(error) = playing.broadcast(&place).await {
                    over(&place, &playing, Err(error.to_string()));
                }
            });
        }
        (Some(false), _) => over(place, &playing, Ok(())),
    }
}

/// Whether a file has ended while nothing was heard of it, by what the server knows of its call.
pub(super) fn catch_up<'d>(
    place: &Arc<Place>,
    before: Option<&Runs>,
    text: &impl Fn(&str) -> Option<&'d str>,
) {
    let playing = place.state.lock().playing.clone();
    let Some(playing) = playing else { return };
    let is_last = text("variable_current_application") == Some("playback")
        && text("variable_current_application_data") == Some(playing.file.as_str());
    // An application that is over has responded.
    let response = text("variable_current_application_response");
    let has_ended = match playing.is_type {
        true => before == Some(&Runs::Playback) && *place.runs.borrow() != Runs::Playback,
        false => !is_last || response.is_some(),
    };
    if has_ended {
        stopped(place, playing.file.as_str(), true);
    } else if is_last && response.is_none() {
        playing.starts();
    }
}

/// How an application to play a file has responded: whether that could not be read.
pub(super) fn responded(place: &Arc<Place>, path: &str, response: &str) {
    const MISSING: &str = "FILE NOT FOUND";
    if ![MISSING, "PLAYBACK ERROR"].contains(&response) {
        return;
    }
    let fails = |playing: &Arc<Playing>| playing.fails(response == MISSING);
    if let Some(playing) = of_path(place, path).filter(fails) {
        over(place, &playing, Err(format!("FreeSWITCH says {response}")));
    }
}

fn of_path(place: &Place, path: &str) -> Option<Arc<Playing>> {
    let playing = place.state.lock().playing.clone();
    playing.filter(|playing| playing.file.as_str() == path)
}

/// What was played has come to its end, and so does a session that is for nothing else.
fn over(place: &Arc<Place>, playing: &Arc<Playing>, end: Result<(), String>) {
    let (status, error) = match end {
        Ok(()) => (PlayerStatus::Stopped, None),
        Err(words) => (PlayerStatus::Failed, Some(words)),
    };
    if !playing.ends(status) {
        return;
    }
    place.tell(LegEvent::Player(playing.told(error.clone())));
    forget(place, playing);
    if place.state.lock().kind.kind() == TypeKind::Play && playing.is_type {
        let words = error.map_or_else(
            || "what was played has come to its end".to_owned(),
            |error| format!("what was played cannot be played on: {error}"),
        );
        place.tell(LegEvent::closed(Reason::BackendHangup, words));
    }
}

fn forget(place: &Place, playing: &Arc<Playing>) {
    let mut state = place.state.lock();
    let current = state.playing.as_ref();
    if current.is_some_and(|current| Arc::ptr_eq(current, playing)) && !playing.is_type {
        state.playing = None;
    }
}

/// Lets a place play this and nothing else; gives what it has played. Nothing is ordered of the server yet.
pub(super) fn replace(place: &Place, playing: Option<Arc<Playing>>) -> Option<Arc<Playing>> {
    let before = std::mem::replace(&mut place.state.lock().playing, playing);
    // Another file is another thing to run.
    place.runs.send_if_modified(|runs| {
        let plays = *runs == Runs::Playback;
        if plays {
            *runs = Runs::Changes(Order::Given);
        }
        plays
    });
    before
}

/// Stops what is played, without a word.
pub(super) async fn silence(place: &Place) {
    if let Some(playing) = replace(place, None) {
        playing.end(place).await;
    }
}

/// Steers the player of a session.
pub(super) async fn act(place: &Arc<Place>, action: PlayerAction) -> Result<PlayerState> {
    if let PlayerAction::Start { uri, loops } = action {
        return start(place, &uri, loops).await;
    }
    let playing = place.state.lock().playing.clone();
    let playing = playing.ok_or_else(|| {
        let words = "nothing is being played: start a player first";
        Error::new(Reason::NoActivePlayer, words)
    })?;
    match action {
        PlayerAction::Stop => {
            silence(place).await;
            if playing.is_type {
                let words = "what was played has come to its end";
                place.tell(LegEvent::closed(Reason::BackendHangup, words));
            }
        }
        PlayerAction::Pause => playing.pause(place, PlayerStatus::Paused).await?,
        PlayerAction::Resume => playing.pause(place, PlayerStatus::Playing).await?,
        PlayerAction::SetPosition { position } => playing.go_to(place, position).await?,
        PlayerAction::GetInfo | PlayerAction::GetPosition | PlayerAction::Start { .. } => {}
    }
    Ok(playing.told(None))
}

async fn start(place: &Arc<Place>, uri: &Arc<str>, loops: u32) -> Result<PlayerState> {
    place.has_call()?;
    let is_type = place.state.lock().kind.kind() == TypeKind::Play;
    let playing = Playing::new(&place.server, uri, loops, is_type).await?;
    if let Some(before) = replace(place, Some(playing.clone())) {
        before.end(place).await;
    }
    let begun = async {
        match is_type {
            true => wiring::settle(std::slice::from_ref(place)).await?,
            false => playing.broadcast(place).await?,
        }
        // A client that is not connected hears nothing yet.
        if place.is_up() {
            playing.begun(place).await?;
        }
        Ok(())
    };
    if let Err(error) = begun.await {
        forget(place, &playing);
        return Err(error);
    }
    Ok(playing.told(None))
}
