//! Files, played to a client: instead of everything else by a session that is for that, over what it receives by others.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use tokio::{
    sync::watch,
    time::{self, Instant},
};
use url::Url;

use super::{
    command::{App, Command, File, Fileman},
    error::Error as Fault,
    place::Place,
    server::Server,
    wiring,
};
use crate::{
    backend::folders,
    error::{Error, Reason, Result},
    media::{
        LegEvent, PlayerAction, PlayerState, PlayerStatus, SessionType, TypeKind,
        action::PlayerVerb,
    },
};

/// What can be done.
pub(super) const VERBS: &[PlayerVerb] = PlayerVerb::ALL;

/// What is played.
#[derive(Debug)]
pub(super) struct Playing {
    uri: Arc<str>,
    file: File,
    /// What the session is for, and not over something else.
    is_type: bool,
    state: Mutex<State>,
    begun: watch::Sender<Option<bool>>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    status: PlayerStatus,
    /// How often it is still to be played, this time included; none = for ever.
    left: Option<u32>,
    /// The place that it had when it was last known, and when that was; none while it does not run.
    position: Duration,
    since: Option<Instant>,
}

impl State {
    fn position(&self) -> Duration {
        let passed = self.since.map(|since| since.elapsed());
        self.position + passed.unwrap_or_default()
    }

    fn runs_from(&mut self, position: Duration) {
        self.position = position;
        self.since = Some(Instant::now());
    }

    fn halts(&mut self) {
        self.position = self.position();
        self.since = None;
    }
}

/// The file of `uri`, if it may be played and is there.
///
/// # Errors
/// `INVALID_URI`.
pub(super) async fn file(server: &Server, uri: &str) -> Result<File> {
    let (file, url) = located(server, uri)?;
    folders::stays_inside(&server.config.media, &url).await?;
    let there = server.socket.read(&Command::Exists(file.clone())).await?;
    match there.trim() {
        "true" => Ok(file),
        _ => Err(invalid("is not there: FreeSWITCH finds no such file")),
    }
}

fn invalid(words: &str) -> Error {
    Error::field(Reason::InvalidUri, "uri", words)
}

/// The server cannot read a file that is there.
pub(super) fn unreadable() -> Error {
    invalid("cannot be played: FreeSWITCH cannot read it")
}

/// The file of `uri`, if it is below a configured folder.
fn located(server: &Server, uri: &str) -> Result<(File, Url)> {
    let url =
        Url::parse(uri).map_err(|fault| invalid(&format!("is no URL: {fault}; give file://")))?;
    if url.scheme() != "file" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("must be the URL of a file: file:///…"));
    }
    // What was hidden behind `%` would be something else to the server.
    let path = percent_decode_str(url.path()).decode_utf8();
    let path = path.map_err(|_| invalid("is not UTF-8 behind its `%`"))?;
    let file = File::new(std::path::Path::new(&*path)).ok_or_else(|| {
        invalid(
            "must be an absolute path of A-Z a-z 0-9 . _ - and /: FreeSWITCH takes nothing else",
        )
    })?;
    let is_below = |place: &Url| folders::is_below(&url, place);
    if path.ends_with('/') || !server.config.media.iter().any(is_below) {
        return Err(invalid(
            "is not a file below any of the places that the backend may play from (its `media`)",
        ));
    }
    Ok((file, url))
}

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

impl Playing {
    async fn new(server: &Server, uri: &Arc<str>, loops: u32, is_type: bool) -> Result<Arc<Self>> {
        let file = file(server, uri).await?;
        Ok(Arc::new(Self {
            uri: uri.clone(),
            file,
            is_type,
            state: Mutex::new(State {
                status: PlayerStatus::Playing,
                left: Some(loops).filter(|loops| *loops > 0),
                position: Duration::ZERO,
                since: None,
            }),
            begun: watch::Sender::new(None),
        }))
    }

    /// What its call is to run for it.
    pub(super) fn app(&self) -> Option<App> {
        let plays = matches!(
            self.state.lock().status,
            PlayerStatus::Playing | PlayerStatus::Paused
        );
        (self.is_type && plays).then(|| App::Playback(self.file.clone()))
    }

    /// How it stands.
    fn told(&self, error: Option<String>) -> PlayerState {
        let state = *self.state.lock();
        let runs = matches!(state.status, PlayerStatus::Playing | PlayerStatus::Paused);
        PlayerState {
            status: state.status,
            uri: Some(self.uri.clone()),
            position: runs.then(|| state.position()),
            duration: None,
            error,
        }
    }

    /// Plays it over what the call runs.
    async fn broadcast(&self, place: &Place) -> Result<(), Fault> {
        let command = Command::Broadcast(place.call, self.file.clone());
        place.server.socket.job(&command).await.map(drop)
    }

    /// Waits until the server has begun it, or says that it cannot.
    async fn begun(&self, place: &Place) -> Result<()> {
        let mut begun = self.begun.subscribe();
        let after = place.server.config.request_timeout;
        match time::timeout(after, begun.wait_for(Option::is_some)).await {
            Ok(Ok(begun)) if *begun == Some(true) => Ok(()),
            Ok(Ok(_)) => Err(unreadable()),
            _ => {
                let command = "uuid_broadcast";
                Err(Fault::Timeout { command, after }.into())
            }
        }
    }
}

/// A file has begun on this call.
pub(super) fn started(place: &Place, path: &str) {
    if let Some(playing) = of_path(place, path) {
        let mut state = playing.state.lock();
        if state.status == PlayerStatus::Playing {
            state.runs_from(Duration::ZERO);
        }
        drop(state);
        playing.begun.send_replace(Some(true));
    }
}

/// A file has ended on this call: played through, or stopped.
pub(super) fn stopped(place: &Arc<Place>, path: &str, through: bool) {
    // What ends before it has begun is what was played before.
    let begun = |playing: &Arc<Playing>| *playing.begun.borrow() == Some(true);
    let Some(playing) = of_path(place, path).filter(begun) else {
        return;
    };
    let again = {
        let mut state = playing.state.lock();
        if !matches!(state.status, PlayerStatus::Playing | PlayerStatus::Paused) {
            return;
        }
        state.halts();
        state.left = state.left.map(|left| left.saturating_sub(1));
        through && state.left != Some(0)
    };
    match (again, playing.is_type) {
        // It is begun anew as soon as its call is parked.
        (true, true) => {}
        (true, false) => {
            let place = place.clone();
            tokio::spawn(async move {
                if let Err(error) = playing.broadcast(&place).await {
                    over(&place, &playing, Err(error.to_string()));
                }
            });
        }
        (false, _) => over(place, &playing, Ok(())),
    }
}

/// A file has ended while nothing was heard of it: the call that was for it runs nothing any more.
pub(super) fn missed(place: &Arc<Place>) {
    let playing = place.state.lock().playing.clone();
    if let Some(playing) = playing.filter(|playing| playing.is_type) {
        stopped(place, playing.file.as_str(), true);
    }
}

/// A file could not be read.
pub(super) fn failed(place: &Arc<Place>, path: &str, words: &str) {
    let Some(playing) = of_path(place, path) else {
        return;
    };
    let first = playing.begun.send_if_modified(|begun| {
        let first = begun.is_none();
        if first {
            *begun = Some(false);
        }
        first
    });
    // What is cut short later tells that by its stop. Whoever has just asked for it is answered.
    if first && playing.is_type {
        over(place, &playing, Err(words.to_owned()));
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
    {
        let mut state = playing.state.lock();
        if !matches!(state.status, PlayerStatus::Playing | PlayerStatus::Paused) {
            return;
        }
        state.status = status;
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
        let plays = *runs == wiring::Runs::Playback;
        if plays {
            *runs = wiring::Runs::Changes(wiring::Order::Given);
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

impl Playing {
    /// It is played no more, without a word. What a session is for ends with what its call runs.
    pub(super) async fn end(&self, place: &Place) {
        let plays = std::mem::replace(&mut self.state.lock().status, PlayerStatus::Stopped);
        let plays = matches!(plays, PlayerStatus::Playing | PlayerStatus::Paused);
        if self.is_type || !plays {
            return;
        }
        match self.order(place, Fileman::Stop).await {
            // It has just ended.
            Ok(()) | Err(Fault::Refused { .. }) => {}
            Err(error) => {
                let session_id = &place.session;
                tracing::warn!(%session_id, %error, "cannot stop what is played");
            }
        }
    }

    /// The server knows one order for both.
    async fn pause(&self, place: &Place, to: PlayerStatus) -> Result<()> {
        let already = self.state.lock().status == to;
        if !already {
            self.runs(place).await?;
            self.order(place, Fileman::Pause).await?;
            let mut state = self.state.lock();
            state.status = to;
            match to {
                PlayerStatus::Playing => {
                    let position = state.position;
                    state.runs_from(position);
                }
                _ => state.halts(),
            }
        }
        Ok(())
    }

    async fn go_to(&self, place: &Place, position: Duration) -> Result<()> {
        self.runs(place).await?;
        let milliseconds = u64::try_from(position.as_millis()).unwrap_or(u64::MAX);
        self.order(place, Fileman::Seek(milliseconds)).await?;
        let mut state = self.state.lock();
        state.position = position;
        if state.since.is_some() {
            state.runs_from(position);
        }
        Ok(())
    }

    /// Waits until it has begun: there is nothing to be steered before.
    async fn runs(&self, place: &Place) -> Result<()> {
        match place.is_up() {
            true => self.begun(place).await,
            false => Ok(()),
        }
    }

    async fn order(&self, place: &Place, what: Fileman) -> Result<(), Fault> {
        let command = Command::Fileman(place.call, what);
        place.server.socket.job(&command).await.map(drop)
    }
}
