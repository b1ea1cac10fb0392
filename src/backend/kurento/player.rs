//! Files and streams, played to a client instead of what it receives otherwise.

mod location;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::mpsc, time};

pub(super) use location::check;

use super::{
    error::Error as Fault,
    lane::{Ears, Signal},
    negotiation::marks,
    owned::Owned,
    place::Place,
    wire::{Call, Create, Element, Happening, Operation, Target},
    wiring,
};
use crate::{
    backend::folders,
    error::{Error, Reason, Result},
    media::{LegEvent, PlayerAction, PlayerState, PlayerStatus, SessionType, TypeKind},
};

/// How long the server may take to tell that it can read a file, or cannot. What takes longer is a slow source, which
/// may begin later.
const TRIAL: Duration = Duration::from_secs(3);

/// What is played.
#[derive(Debug)]
pub(super) struct Playing {
    pub(super) element: Owned,
    uri: Arc<str>,
    /// Of the whole, where it has one.
    duration: Option<Duration>,
    state: Mutex<State>,
    _ears: Ears,
}

#[derive(Clone, Copy, Debug)]
struct State {
    status: PlayerStatus,
    /// How often it is still to be played, this time included; none = for ever.
    left: Option<u32>,
}

/// A player that was tried and waits for its client.
#[derive(Debug)]
pub(super) struct Prepared {
    playing: Playing,
    signals: mpsc::Receiver<Signal>,
}

/// The player of a session that plays; none for all others.
///
/// # Errors
/// `INVALID_URI`.
pub(super) async fn prepared(place: &Arc<Place>, kind: &SessionType) -> Result<Option<Prepared>> {
    match kind {
        SessionType::Play { uri, loops } => prepare(place, uri, *loops).await.map(Some),
        _ => Ok(None),
    }
}

/// Makes a player, and sees that it can play.
async fn prepare(place: &Arc<Place>, uri: &Arc<str>, loops: u32) -> Result<Prepared> {
    let server = &place.server;
    let location = check(&server.config, uri)?;
    folders::stays_inside(&server.config.media, &location).await?;
    let pipeline = server.pipeline().await?;
    let create = Create::Player {
        pipeline,
        uri: location.to_string(),
        encoded: server.config.play_encoded,
    };
    let marks = marks(&Target::Makes(0), place, Happening::OF_PLAYER);
    let calls = std::iter::once(Call::Create(create)).chain(marks).collect();
    let made = server.graph.transaction(calls).await.map_err(Fault::from)?;
    let element = Element::read(&made[0]).map_err(Fault::from)?;
    let element = Owned::new(place, element);
    let (ears, mut signals) = server.graph.ears();
    ears.listen(element.get().id());
    let ask = |operation| {
        let call = Call::Invoke(element.get().into(), operation);
        server.slow.call(call)
    };
    ask(Operation::Play).await?;
    match tried(&mut signals).await {
        Trial::Plays => {}
        Trial::Fails(words) => {
            let words = format!("cannot be played: Kurento says {words}");
            return Err(Error::field(Reason::InvalidUri, "uri", words));
        }
        Trial::Lost(why) => return Err(Error::new(Reason::BackendLost, why)),
    }
    let info = ask(Operation::GetVideoInfo).await?;
    // It begins anew with the next `play`.
    ask(Operation::Stop).await?;
    let milliseconds = info["duration"].as_u64().filter(|length| *length > 0);
    Ok(Prepared {
        playing: Playing {
            uri: uri.clone(),
            duration: milliseconds.map(Duration::from_millis),
            state: Mutex::new(State {
                status: PlayerStatus::Playing,
                left: Some(loops).filter(|loops| *loops > 0),
            }),
            _ears: ears,
            element,
        },
        signals,
    })
}

/// What came of a trial.
enum Trial {
    Plays,
    Fails(String),
    Lost(&'static str),
}

/// Waits until media flows, or the server says why it does not.
async fn tried(signals: &mut mpsc::Receiver<Signal>) -> Trial {
    let told = async {
        while let Some(signal) = signals.recv().await {
            match signal {
                Signal::Event(event) => match event.what {
                    // It may be so short that it is over.
                    Happening::FlowOut { flows: true, .. } | Happening::EndOfStream => break,
                    Happening::Failed(words) => return Trial::Fails(words),
                    _ => {}
                },
                Signal::Lost(why) => return Trial::Lost(why),
                Signal::Cut | Signal::Reclaimed | Signal::Negotiated => {}
            }
        }
        Trial::Plays
    };
    time::timeout(TRIAL, told).await.unwrap_or(Trial::Plays)
}

/// Plays to the client of a place, as soon as it is connected, instead of what was played before.
pub(super) async fn begin(place: &Arc<Place>, prepared: Prepared) {
    let Prepared { playing, signals } = prepared;
    let playing = Arc::new(playing);
    let before = place.state.lock().playing.replace(playing.clone());
    wiring::set_right(&place.server, std::slice::from_ref(place)).await;
    if let Some(before) = before {
        before.element.release().await;
    }
    tokio::spawn(play(
        Arc::downgrade(place),
        Arc::downgrade(&playing),
        place.up.subscribe(),
        signals,
    ));
}

async fn play(
    place: Weak<Place>,
    playing: Weak<Playing>,
    mut up: tokio::sync::watch::Receiver<bool>,
    mut signals: mpsc::Receiver<Signal>,
) {
    if up.wait_for(|up| *up).await.is_err() {
        return;
    }
    // The trial's own words are no news.
    while signals.try_recv().is_ok() {}
    let begun = async {
        let (place, playing) = (place.upgrade()?, playing.upgrade()?);
        let status = playing.state.lock().status;
        if status == PlayerStatus::Playing
            && let Err(error) = playing.ask(&place, Operation::Play).await
        {
            over(&place, &playing, Err(error.to_string())).await;
            return None;
        }
        Some(())
    };
    if begun.await.is_none() {
        return;
    }
    while let Some(signal) = signals.recv().await {
        let (Some(place), Some(playing)) = (place.upgrade(), playing.upgrade()) else {
            return;
        };
        let end = match signal {
            Signal::Event(event) => match event.what {
                Happening::EndOfStream => playing.ended(&place).await,
                Happening::Failed(words) => Some(Err(words)),
                _ => None,
            },
            Signal::Reclaimed => playing.catch_up(&place).await,
            Signal::Cut | Signal::Negotiated | Signal::Lost(_) => None,
        };
        if let Some(end) = end {
            return over(&place, &playing, end).await;
        }
    }
}

impl Playing {
    async fn ask(&self, place: &Place, operation: Operation) -> Result<serde_json::Value, Fault> {
        let call = Call::Invoke(self.element.get().into(), operation);
        place.server.slow.call(call).await
    }

    /// It came to its end once: it is played again, or that was it.
    async fn ended(&self, place: &Place) -> Option<Result<(), String>> {
        {
            let mut state = self.state.lock();
            let left = state.left.map(|left| left.saturating_sub(1));
            state.left = left;
            if left == Some(0) {
                return Some(Ok(()));
            }
        }
        let again = self.ask(place, Operation::Play).await;
        again.err().map(|error| Err(error.to_string()))
    }

    /// Whether it came to its end while nothing was heard of it.
    async fn catch_up(&self, place: &Place) -> Option<Result<(), String>> {
        let status = self.state.lock().status;
        if status != PlayerStatus::Playing {
            return None;
        }
        match self.ask(place, Operation::GetState).await {
            Ok(state) if state == "STOP" => self.ended(place).await,
            _ => None,
        }
    }

    /// How it stands.
    async fn told(&self, place: &Place) -> PlayerState {
        let status = self.state.lock().status;
        let position = match status {
            PlayerStatus::Playing | PlayerStatus::Paused => {
                let position = self.ask(place, Operation::GetPosition).await.ok();
                position.and_then(|position| position.as_u64())
            }
            PlayerStatus::Stopped | PlayerStatus::Failed => None,
        };
        PlayerState {
            status,
            uri: Some(self.uri.clone()),
            position: position.map(Duration::from_millis),
            duration: self.duration,
            error: None,
        }
    }
}

/// What was played has come to its end, and so does a session that is for nothing else.
async fn over(place: &Arc<Place>, playing: &Arc<Playing>, end: Result<(), String>) {
    let (status, error) = match end {
        Ok(()) => (PlayerStatus::Stopped, None),
        Err(words) => (PlayerStatus::Failed, Some(words)),
    };
    playing.state.lock().status = status;
    let state = PlayerState {
        error: error.clone(),
        ..playing.told(place).await
    };
    place.tell(LegEvent::Player(state));
    if place.state.lock().kind.kind() == TypeKind::Play {
        let words = error.map_or_else(
            || "what was played has come to its end".to_owned(),
            |error| format!("what was played cannot be played on: {error}"),
        );
        return place.tell(LegEvent::closed(Reason::BackendHangup, words));
    }
    remove(place, playing).await;
}

/// Takes a player away, and lets the client receive what it would without.
async fn remove(place: &Arc<Place>, playing: &Arc<Playing>) {
    {
        let mut state = place.state.lock();
        let current = state.playing.as_ref();
        if !current.is_some_and(|current| Arc::ptr_eq(current, playing)) {
            return;
        }
        state.playing = None;
    }
    wiring::set_right(&place.server, std::slice::from_ref(place)).await;
    playing.element.release().await;
}

/// Stops what is played, without a word.
pub(super) async fn silence(place: &Arc<Place>) {
    let playing = place.state.lock().playing.clone();
    if let Some(playing) = playing {
        playing.state.lock().status = PlayerStatus::Stopped;
        remove(place, &playing).await;
    }
}

/// Steers the player of a session.
pub(super) async fn act(place: &Arc<Place>, action: PlayerAction) -> Result<PlayerState> {
    if let PlayerAction::Start { uri, loops } = action {
        place.elements()?;
        let prepared = prepare(place, &uri, loops).await?;
        begin(place, prepared).await;
        let playing = current(place)?;
        return Ok(playing.told(place).await);
    }
    let playing = current(place)?;
    match action {
        PlayerAction::Stop => {
            playing.state.lock().status = PlayerStatus::Stopped;
            let state = playing.told(place).await;
            if place.state.lock().kind.kind() == TypeKind::Play {
                playing.element.release().await;
                let words = "what was played has come to its end";
                place.tell(LegEvent::closed(Reason::BackendHangup, words));
            } else {
                remove(place, &playing).await;
            }
            return Ok(state);
        }
        PlayerAction::Pause => {
            playing.ask(place, Operation::Pause).await?;
            playing.state.lock().status = PlayerStatus::Paused;
        }
        PlayerAction::Resume => {
            playing.ask(place, Operation::Play).await?;
            playing.state.lock().status = PlayerStatus::Playing;
        }
        PlayerAction::SetPosition { position } => go_to(place, &playing, position).await?,
        PlayerAction::GetInfo | PlayerAction::GetPosition | PlayerAction::Start { .. } => {}
    }
    Ok(playing.told(place).await)
}

async fn go_to(place: &Place, playing: &Playing, position: Duration) -> Result<()> {
    let Some(length) = playing.duration else {
        let words = "what is played has no positions: it is a stream without an end";
        return Err(Error::new(Reason::NotSupported, words));
    };
    // The server would take it for the end.
    if position > length {
        let words = format!("is beyond the end: what is played lasts {length:?}");
        return Err(Error::field(Reason::InvalidField, "position", words));
    }
    let milliseconds = u64::try_from(position.as_millis()).unwrap_or(u64::MAX);
    playing
        .ask(place, Operation::SetPosition(milliseconds))
        .await?;
    Ok(())
}

fn current(place: &Place) -> Result<Arc<Playing>> {
    place.state.lock().playing.clone().ok_or_else(|| {
        Error::new(
            Reason::NoActivePlayer,
            "nothing is being played: start a player first",
        )
    })
}
