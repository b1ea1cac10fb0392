//! One file that is played, from its beginning to its end: how it stands, and how it is steered.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::watch,
    time::{self, Instant},
};

use super::{
    command::{App, Command, File, Fileman},
    error::Error as Fault,
    place::Place,
    playable,
    server::Server,
};
use crate::{
    error::{Error, Reason, Result},
    media::{PlayerState, PlayerStatus},
};

/// How long it is tried to stop what is about to begin anew.
const BEGINS: Duration = Duration::from_secs(1);
/// How often.
const RETRY: Duration = Duration::from_millis(50);

/// What is played.
#[derive(Debug)]
pub(super) struct Playing {
    uri: Arc<str>,
    pub(super) file: File,
    /// What the session is for, and not over something else.
    pub(super) is_type: bool,
    state: Mutex<State>,
    phase: watch::Sender<Phase>,
}

/// What the server does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It was ordered, and has not begun: for the first time, or anew.
    Ordered,
    Runs,
    Unreadable,
    Over,
}

#[derive(Clone, Copy, Debug)]
struct State {
    status: PlayerStatus,
    /// How often it is still to be played, this time included; none = for ever.
    left: Option<u32>,
    /// It was played through before.
    repeats: bool,
    /// The place that it had when it was last known, and when that was; none while it does not run.
    position: Duration,
    since: Option<Instant>,
}

impl State {
    fn plays(&self) -> bool {
        matches!(self.status, PlayerStatus::Playing | PlayerStatus::Paused)
    }

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

impl Playing {
    /// A file that is to be played so often; 0 = for ever.
    ///
    /// # Errors
    /// `INVALID_URI`.
    pub(super) async fn new(
        server: &Server,
        uri: &Arc<str>,
        loops: u32,
        is_type: bool,
    ) -> Result<Arc<Self>> {
        let file = playable::file(server, uri).await?;
        Ok(Arc::new(Self {
            uri: uri.clone(),
            file,
            is_type,
            state: Mutex::new(State {
                status: PlayerStatus::Playing,
                left: Some(loops).filter(|loops| *loops > 0),
                repeats: false,
                position: Duration::ZERO,
                since: None,
            }),
            phase: watch::Sender::new(Phase::Ordered),
        }))
    }

    /// What its call is to run for it.
    pub(super) fn app(&self) -> Option<App> {
        let plays = self.state.lock().plays();
        (self.is_type && plays).then(|| App::Playback(self.file.clone()))
    }

    /// How it stands.
    pub(super) fn told(&self, error: Option<String>) -> PlayerState {
        let state = *self.state.lock();
        PlayerState {
            status: state.status,
            uri: Some(self.uri.clone()),
            position: state.plays().then(|| state.position()),
            duration: None,
            error,
        }
    }

    /// The server has begun it.
    pub(super) fn starts(&self) {
        self.phase.send_if_modified(|phase| {
            let begins = *phase == Phase::Ordered;
            let mut state = self.state.lock();
            if begins && state.status == PlayerStatus::Playing {
                state.runs_from(Duration::ZERO);
            }
            if begins {
                *phase = Phase::Runs;
            }
            begins
        });
    }

    /// The server has come to its end, or was stopped; whether it is to be played again, none if that is no news.
    pub(super) fn stops(&self, through: bool) -> Option<bool> {
        // What ends before it has begun is what was played before.
        if *self.phase.borrow() != Phase::Runs {
            return None;
        }
        let again = {
            let mut state = self.state.lock();
            if !state.plays() {
                return None;
            }
            state.halts();
            state.left = state.left.map(|left| left.saturating_sub(1));
            state.repeats = through && state.left != Some(0);
            state.repeats
        };
        if again {
            self.phase.send_replace(Phase::Ordered);
        }
        Some(again)
    }

    /// The server cannot read it, or does not even find it; whether nobody waits to hear of that.
    pub(super) fn fails(&self, is_missing: bool) -> bool {
        let repeats = self.state.lock().repeats;
        // What is cut short tells that by its stop.
        let fails = self.phase.send_if_modified(|phase| {
            let fails = *phase == Phase::Ordered && (is_missing || !repeats);
            if fails {
                *phase = Phase::Unreadable;
            }
            fails
        });
        fails && (self.is_type || repeats)
    }

    /// It is played no more; whether it was until now.
    pub(super) fn ends(&self, status: PlayerStatus) -> bool {
        let played = {
            let mut state = self.state.lock();
            let played = state.plays();
            if played {
                state.status = status;
            }
            played
        };
        if played {
            self.phase.send_replace(Phase::Over);
        }
        played
    }

    /// Plays it over what the call runs.
    pub(super) async fn broadcast(&self, place: &Place) -> Result<(), Fault> {
        let command = Command::Broadcast(place.call, self.file.clone());
        place.server.socket.job(&command).await.map(drop)
    }

    /// Waits until the server has begun it, or says that it cannot.
    pub(super) async fn begun(&self, place: &Place) -> Result<()> {
        let mut phase = self.phase.subscribe();
        let after = place.server.config.request_timeout;
        let settled = phase.wait_for(|phase| *phase != Phase::Ordered);
        let settled = time::timeout(after, settled).await;
        match settled.map(|phase| phase.map(|phase| *phase)) {
            Ok(Ok(Phase::Runs)) => Ok(()),
            Ok(Ok(Phase::Unreadable)) => Err(playable::unreadable()),
            Ok(Ok(Phase::Over)) => {
                let words = "what was played has just come to its end";
                Err(Error::new(Reason::NoActivePlayer, words))
            }
            _ => {
                let command = "uuid_broadcast";
                Err(Fault::Timeout { command, after }.into())
            }
        }
    }

    /// It is played no more, without a word. What a session is for ends with what its call runs.
    pub(super) async fn end(&self, place: &Place) {
        let about_to_begin = *self.phase.borrow() == Phase::Ordered;
        if !self.ends(PlayerStatus::Stopped) || self.is_type {
            return;
        }
        let deadline = Instant::now() + BEGINS;
        loop {
            match self.order(place, Fileman::Stop).await {
                // Nothing is played yet, between two rounds.
                Err(Fault::Refused { .. }) if about_to_begin && Instant::now() < deadline => {
                    time::sleep(RETRY).await;
                }
                // It has just ended.
                Ok(()) | Err(Fault::Refused { .. }) => return,
                Err(error) => {
                    let session_id = &place.session;
                    tracing::warn!(%session_id, %error, "cannot stop what is played");
                    return;
                }
            }
        }
    }

    /// The server knows one order for both.
    pub(super) async fn pause(&self, place: &Place, to: PlayerStatus) -> Result<()> {
        if self.state.lock().status == to {
            return Ok(());
        }
        self.steer(place, Fileman::Pause).await?;
        let mut state = self.state.lock();
        state.status = to;
        match to {
            PlayerStatus::Playing => {
                let position = state.position;
                state.runs_from(position);
            }
            _ => state.halts(),
        }
        Ok(())
    }

    pub(super) async fn go_to(&self, place: &Place, position: Duration) -> Result<()> {
        let milliseconds = u64::try_from(position.as_millis()).unwrap_or(u64::MAX);
        self.steer(place, Fileman::Seek(milliseconds)).await?;
        let mut state = self.state.lock();
        state.position = position;
        if state.since.is_some() {
            state.runs_from(position);
        }
        Ok(())
    }

    /// Orders something of it as soon as it has begun: there is nothing to be steered before, nor between two rounds.
    async fn steer(&self, place: &Place, what: Fileman) -> Result<()> {
        let after = place.server.config.request_timeout;
        let steered = async {
            loop {
                if place.is_up() {
                    self.begun(place).await?;
                }
                let mut phase = self.phase.subscribe();
                match self.order(place, what).await {
                    // A round is over, which the server is about to say.
                    Err(Fault::Refused { .. }) if place.is_up() => drop(phase.changed().await),
                    done => return Ok(done?),
                }
            }
        };
        let command = "uuid_fileman";
        let late = |_| Fault::Timeout { command, after };
        time::timeout(after, steered).await.map_err(late)?
    }

    async fn order(&self, place: &Place, what: Fileman) -> Result<(), Fault> {
        let command = Command::Fileman(place.call, what);
        place.server.socket.job(&command).await.map(drop)
    }
}
