//! Players: they play nothing, in time.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::graph::Media;
use super::object::Part;
use super::rpc::{Args, Refusal};
use super::world::World;

/// How long a player takes to have something to play.
const STARTS: Duration = Duration::from_millis(5);
const SCHEMES: [&str; 5] = ["file", "http", "https", "rtsp", "rtmp"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Stop,
    Start,
    Pause,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Stop => "STOP",
            State::Start => "START",
            State::Pause => "PAUSE",
        }
    }
}

#[derive(Debug)]
pub(super) struct Player {
    uri: String,
    duration: Duration,
    state: State,
    /// It has opened what it plays.
    ready: bool,
    /// Where it was when it last began, stopped or was moved.
    position: Duration,
    since: Instant,
    /// Counts what makes an end that was foreseen not come.
    turn: u64,
}

impl Player {
    pub(super) fn new(duration: Duration, args: Args<'_>) -> Result<Player, Refusal> {
        args.optional("useEncodedMedia", Args::boolean)?;
        Ok(Player {
            uri: args.text("uri")?.to_owned(),
            duration,
            state: State::Stop,
            ready: false,
            position: Duration::ZERO,
            since: Instant::now(),
            turn: 0,
        })
    }

    /// Whether it gives media.
    pub(super) fn is_running(&self) -> bool {
        self.ready && self.state == State::Start
    }

    fn is_playable(&self) -> bool {
        let scheme = self.uri.split_once("://").map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| SCHEMES.contains(&scheme)) && !self.uri.contains("missing")
    }

    fn now(&self) -> Duration {
        match self.is_running() {
            true => self.position + self.since.elapsed(),
            false => self.position,
        }
    }

    fn moves_to(&mut self, position: Duration) {
        self.position = position;
        self.since = Instant::now();
        self.turn += 1;
    }

    fn info(&self) -> Value {
        let duration = if self.ready {
            self.duration
        } else {
            Duration::ZERO
        };
        json!({
            "__module__": "kurento",
            "__type__": "VideoInfo",
            "duration": millis(duration),
            "isSeekable": self.ready,
            "seekableEnd": millis(duration),
            "seekableInit": 0,
        })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).expect("no medium is that long")
}

impl World {
    /// What a player can be told.
    pub(super) fn player_operation(
        &mut self,
        id: &str,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        let player = self.player(id)?;
        Some(Ok(match operation {
            "play" => {
                self.play(id);
                Value::Null
            }
            "pause" => {
                self.halt(id, State::Pause);
                Value::Null
            }
            "stop" => {
                self.halt(id, State::Stop);
                Value::Null
            }
            "getState" => json!(player.state.name()),
            "getUri" => json!(player.uri),
            "getPosition" => json!(millis(player.now())),
            "getVideoInfo" => player.info(),
            "setPosition" => return Some(self.seek(id, args).map(|()| Value::Null)),
            _ => return None,
        }))
    }

    fn player(&mut self, id: &str) -> Option<&mut Player> {
        match &mut self.objects.get_mut(id)?.part {
            Part::Player(player) => Some(player),
            _ => None,
        }
    }

    fn play(&mut self, id: &str) {
        let Some(player) = self.player(id) else {
            return;
        };
        player.state = State::Start;
        let position = player.position;
        player.moves_to(position);
        let (turn, playable, wait) = (player.turn, player.is_playable(), !player.ready);
        let id = id.to_owned();
        let after = if wait { STARTS } else { Duration::ZERO };
        self.later(after, move |world| {
            world.tell(&id, "UriEndpointStateChanged", json!({"state": "START"}));
            match playable {
                true => world.plays(&id, turn),
                false => {
                    for _ in 0..2 {
                        let data = json!({"description": "Invalid URI", "errorCode": 0, "type": "INVALID_URI"});
                        world.tell(&id, "Error", data);
                    }
                }
            }
        });
    }

    /// A player has what it plays, unless it was told something else since.
    fn plays(&mut self, id: &str, turn: u64) {
        let Some(player) = self.player(id).filter(|player| player.turn == turn) else {
            return;
        };
        player.ready = true;
        player.since = Instant::now();
        for media in Media::FLOWING {
            self.tell_flow(id, "MediaFlowOutStateChanged", media, true);
        }
        self.unsettled = true;
        self.foresee_end(id);
    }

    fn foresee_end(&mut self, id: &str) {
        let Some(player) = self.player(id).filter(|player| player.is_running()) else {
            return;
        };
        let (turn, id) = (player.turn, id.to_owned());
        let left = player.duration.saturating_sub(player.position);
        self.later(left, move |world| {
            if world.player(&id).is_some_and(|player| player.turn == turn) {
                world.tell(&id, "EndOfStream", json!({}));
                world.halt(&id, State::Stop);
            }
        });
    }

    fn halt(&mut self, id: &str, state: State) {
        let Some(player) = self.player(id).filter(|player| player.state != state) else {
            return;
        };
        let at = if state == State::Stop {
            Duration::ZERO
        } else {
            player.now()
        };
        player.moves_to(at);
        player.ready &= state == State::Pause;
        player.state = state;
        self.unsettled = true;
        self.tell(
            id,
            "UriEndpointStateChanged",
            json!({"state": state.name()}),
        );
    }

    fn seek(&mut self, id: &str, args: Args<'_>) -> Result<(), Refusal> {
        let to = args.integer("position")?;
        let to = Duration::from_millis(u64::try_from(to).unwrap_or(0));
        let Some(player) = self.player(id).filter(|player| player.ready) else {
            return Err(Refusal::new(40700, "PLAYER_SEEK_FAIL", "Seek fails"));
        };
        // Where nothing is, the end is.
        let end = player.duration;
        player.moves_to(to.min(end));
        self.foresee_end(id);
        Ok(())
    }
}
