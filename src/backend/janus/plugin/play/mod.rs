//! `play` on `janus.plugin.recordplay` (recordings, once) and `janus.plugin.streaming` (files for
//! ever, live sources): the server offers, and plays to the client.
//!
//! What can be played is in [`source`].

mod mountpoint;
mod recording;

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::only_options;
use crate::{
    backend::{
        Leg, LegEvents, Open, Opened, ResumeState,
        guard::not_supported,
        janus::{
            config::Config,
            conn::Conn,
            error::Error as Fault,
            handle::Ids,
            line::{Heard, Line, Listener},
            resume,
            source::{self, Source},
            stats,
            voice::Voice,
            wire::{Answer, Jsep, Plugin, recordplay, streaming},
        },
    },
    error::{Error, Reason, Result},
    id::SessionId,
    media::{
        Description, LegEvent, Outcome, PlayerAction, PlayerState, PlayerStatus, RemoteCandidate,
        Role, SdpType, SessionType, TypeCapability, TypeKind, Update,
        action::PlayerVerb::{self, GetInfo, Pause, Resume, Stop},
    },
};
use mountpoint::Mountpoint;

/// What can be done with a player. A recording cannot be halted, a mountpoint can.
pub(in super::super) fn capabilities(config: &Config) -> Vec<TypeCapability> {
    const VERBS: &[PlayerVerb] = &[Stop, Pause, Resume, GetInfo];
    vec![TypeCapability {
        remote_trickle: true,
        player: VERBS,
        stats: config.admin_url.is_some(),
        ..TypeCapability::new(TypeKind::Play, &[Role::Offerer], &[SdpType::Webrtc])
    }]
}

/// A player.
#[derive(Debug)]
struct Player {
    owner: SessionId,
    uri: Arc<str>,
    conn: Arc<Conn>,
    line: Line,
    voice: Arc<Voice>,
    plugin: Plugin,
    status: parking_lot::Mutex<PlayerStatus>,
    /// The mountpoint that was made for it.
    mountpoint: Option<Mountpoint>,
}

/// A player, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    owner: String,
    uri: String,
    ids: Ids,
    plugin: Plugin,
    paused: bool,
    mountpoint: Option<String>,
}

/// Opens a player.
pub(in super::super) async fn open(
    conn: &Arc<Conn>,
    request: Open,
    events: LegEvents,
) -> Result<Opened> {
    only_options(&request.options, &[])?;
    let SessionType::Play { uri, loops } = request.kind else {
        return Err(Error::new(Reason::InvalidUri, "a player needs a URI"));
    };
    let source = source::parse(&uri, &conn.config)?;
    can_repeat(&source, loops)?;
    let plugin = match &source {
        Source::Recordplay(_) | Source::Recording(_) => Plugin::Recordplay,
        Source::File { .. } | Source::Mountpoint(_) => Plugin::Streaming,
    };
    let owner = request.session_id;
    let voice = Voice::new(events);
    let ears = Ears::new(plugin, &uri);
    let line = Line::open(conn, plugin, owner.as_str(), &voice, ears).await?;
    let (answer, mountpoint) = prepare(&line, &owner, source).await?;
    let description = answer.description(plugin)?;
    let player = Player {
        owner,
        uri,
        conn: Arc::clone(conn),
        line,
        voice,
        plugin,
        status: PlayerStatus::Playing.into(),
        mountpoint,
    };
    Ok(Opened {
        leg: Arc::new(player),
        description: Some(description),
    })
}

/// Asks for an offer of `source`, and makes it a mountpoint if it needs one.
async fn prepare(
    line: &Line,
    owner: &SessionId,
    source: Source,
) -> Result<(Answer, Option<Mountpoint>)> {
    let handle = line.handle();
    let mut mountpoint = None;
    let play = |id| recordplay::Body::Play { id };
    let answer = match source {
        Source::Recordplay(id) => handle.message(&play(id), None).await?,
        Source::Recording(name) => {
            let id = recording::import(&handle.conn().config, &name).await?;
            handle.message(&recordplay::Body::Update, None).await?;
            handle.message(&play(id), None).await?
        }
        Source::File { path, codec } => {
            let made = Mountpoint::make(line, owner, path, codec).await?;
            let id = mountpoint.insert(made).id().to_owned();
            handle.message(&streaming::Body::Watch { id }, None).await?
        }
        Source::Mountpoint(id) => handle.message(&streaming::Body::Watch { id }, None).await?,
    };
    Ok((answer, mountpoint))
}

/// Whether `source` can be played so many times.
fn can_repeat(source: &Source, loops: u32) -> Result<()> {
    let (can, words) = match source {
        Source::Recordplay(_) | Source::Recording(_) => (
            loops == 1,
            "Janus plays a recording once: ask for loops = 1",
        ),
        Source::File { .. } => (loops == 0, "Janus plays a file for ever: ask for loops = 0"),
        Source::Mountpoint(_) => (
            loops <= 1,
            "a mountpoint plays as long as it lives: leave loops out",
        ),
    };
    if can {
        return Ok(());
    }
    Err(Error::new(Reason::NotSupported, words))
}

/// Takes over a player.
pub(in super::super) async fn resume(
    conn: &Arc<Conn>,
    saved: Saved,
    events: LegEvents,
) -> Result<Arc<dyn Leg>> {
    let owner: SessionId = resume::id(&saved.owner)?;
    let uri: Arc<str> = saved.uri.into();
    let voice = Voice::new(events);
    let ears = Ears::new(saved.plugin, &uri);
    let line = Line::claim(conn, saved.plugin, saved.ids, &voice, ears).await?;
    let status = match saved.paused {
        true => PlayerStatus::Paused,
        false => PlayerStatus::Playing,
    };
    Ok(Arc::new(Player {
        mountpoint: saved
            .mountpoint
            .map(|id| Mountpoint::known(conn, &owner, id)),
        owner,
        uri,
        conn: Arc::clone(conn),
        line,
        voice,
        plugin: saved.plugin,
        status: status.into(),
    }))
}

#[async_trait]
impl Leg for Player {
    async fn accept(&self, answer: Description) -> Result<()> {
        let (handle, jsep) = (self.line.handle(), Some(Jsep::answer(&answer)));
        match self.plugin {
            Plugin::Recordplay => handle.message(&recordplay::Body::Start, jsep).await?,
            _ => handle.message(&streaming::Body::Start, jsep).await?,
        };
        handle.negotiated();
        Ok(())
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        Ok(self.line.handle().trickle(candidates).await?)
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        match update {
            Update::Player(action) => self.steer(action).await,
            Update::Stats => stats::of(self.line.handle()).await,
            Update::Media(_)
            | Update::Type(_)
            | Update::Recorder(_)
            | Update::Room(_)
            | Update::Dtmf { .. } => Err(self.cannot("this update")),
        }
    }

    fn resume_state(&self) -> ResumeState {
        let saved = Saved {
            owner: self.owner.to_string(),
            uri: self.uri.to_string(),
            ids: self.line.handle().ids(),
            plugin: self.plugin,
            paused: *self.status.lock() == PlayerStatus::Paused,
            mountpoint: self.mountpoint.as_ref().map(|made| made.id().to_owned()),
        };
        resume::Saved::Play(saved).into()
    }

    async fn close(&self) {
        self.voice.close();
        if let Some(mountpoint) = &self.mountpoint {
            mountpoint.destroy(self.line.handle()).await;
        }
        self.line.handle().close().await;
    }
}

impl Player {
    async fn steer(&self, action: PlayerAction) -> Result<Outcome> {
        let streaming = self.plugin == Plugin::Streaming;
        let status = match action {
            PlayerAction::GetInfo => *self.status.lock(),
            PlayerAction::Stop => {
                // The session ends with what it plays: whoever stops it is to hear of it first.
                let _held = self.voice.hold();
                let handle = self.line.handle();
                match self.plugin {
                    Plugin::Recordplay => handle.message(&recordplay::Body::Stop, None).await?,
                    _ => handle.message(&streaming::Body::Stop, None).await?,
                };
                PlayerStatus::Stopped
            }
            PlayerAction::Pause if streaming => {
                self.say(streaming::Body::Pause, PlayerStatus::Paused)
                    .await?
            }
            PlayerAction::Resume if streaming => {
                self.say(streaming::Body::Start, PlayerStatus::Playing)
                    .await?
            }
            PlayerAction::Pause | PlayerAction::Resume => {
                let words = "Janus plays a recording from its beginning to its end without a halt";
                return Err(Error::new(Reason::NotSupported, words));
            }
            PlayerAction::Start { .. }
            | PlayerAction::GetPosition
            | PlayerAction::SetPosition { .. } => return Err(self.cannot("this player action")),
        };
        *self.status.lock() = status;
        Ok(Outcome::Player(state(status, &self.uri)))
    }

    async fn say(&self, body: streaming::Body, then: PlayerStatus) -> Result<PlayerStatus, Fault> {
        self.line.handle().message(&body, None).await?;
        Ok(then)
    }

    fn cannot(&self, what: &str) -> Error {
        not_supported(what, TypeKind::Play, self.conn.name.as_str())
    }
}

fn state(status: PlayerStatus, uri: &Arc<str>) -> PlayerState {
    PlayerState {
        status,
        uri: Some(Arc::clone(uri)),
        position: None,
        duration: None,
        error: None,
    }
}

/// Hears that what is played has come to its end.
struct Ears {
    plugin: Plugin,
    uri: Arc<str>,
}

impl Ears {
    fn new(plugin: Plugin, uri: &Arc<str>) -> Self {
        let uri = Arc::clone(uri);
        Self { plugin, uri }
    }
}

impl Listener for Ears {
    fn hear(&mut self, answer: Answer, voice: &Voice) -> Heard {
        let over = match self.plugin {
            Plugin::Recordplay => recordplay::is_over(&answer),
            _ => streaming::is_over(&answer),
        };
        if over {
            voice.tell(LegEvent::Player(state(PlayerStatus::Stopped, &self.uri)));
            return Heard::Over("end of stream".into());
        }
        Heard::Nothing
    }
}
