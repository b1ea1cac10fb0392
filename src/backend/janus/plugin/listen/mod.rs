//! `listen` on `janus.plugin.videoroom`: the client receives one publisher, and can change to
//! another one of the same room without a new negotiation.

mod receiving;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::time;

use super::only_options;
use crate::{
    backend::{
        Leg, LegEvents, Open, Opened, ResumeState,
        guard::not_supported,
        janus::{
            config::Config,
            error::Error as Fault,
            handle::{Handle, Ids},
            line::{Heard, Line, Listener},
            resume,
            rooms::{self, Feed, Member, Part, Rooms},
            stats,
            voice::Voice,
            wire::{
                Answer, Jsep, Plugin,
                rooms::{Refusal, refusal},
                videoroom::{self, Body, Said, Source, Subscribed},
            },
        },
    },
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{
        Description, LegEvent, MediaUpdate, Outcome, RemoteCandidate, Role, RoomKind, SdpType,
        SessionType, TypeCapability, TypeKind, Update, capability::MediaCapability,
    },
};
use receiving::Receiving;

/// How often a publisher that is not up is tried all the same: the news of it may have been lost
/// with a connection.
const RETRY: Duration = Duration::from_millis(500);

/// What can be done with a listener. It sends nothing, so there is nothing to mute.
pub(in super::super) fn capabilities(config: &Config) -> Vec<TypeCapability> {
    vec![TypeCapability {
        remote_trickle: true,
        media: MediaCapability {
            max_layer: true,
            ..MediaCapability::default()
        },
        room: rooms::verbs(RoomKind::Sfu, config),
        set_type: &[TypeKind::Listen],
        stats: config.admin_url.is_some(),
        ..TypeCapability::new(TypeKind::Listen, &[Role::Offerer], &[SdpType::Webrtc])
    }]
}

/// A listener.
#[derive(Debug)]
struct Listen {
    owner: SessionId,
    rooms: Arc<Rooms>,
    line: Line,
    member: Arc<Member>,
    receiving: Mutex<Receiving>,
    /// Its publisher went, and Janus stopped the m-sections.
    stopped: Arc<AtomicBool>,
}

/// A listener, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    owner: String,
    room: String,
    ids: Ids,
    receiving: Receiving,
}

/// Opens a listener.
pub(in super::super) async fn open(
    rooms: &Arc<Rooms>,
    request: Open,
    events: LegEvents,
) -> Result<Opened> {
    only_options(&request.options, &[])?;
    let SessionType::Listen { publisher_id, .. } = &request.kind else {
        let words = "a listener needs a publisher";
        return Err(Error::new(Reason::InvalidPublisher, words));
    };
    let (room, _) = publisher(rooms, publisher_id)?;
    rooms.let_in(&room)?;
    let (owner, conn) = (request.session_id, rooms.conn());
    let voice = Voice::new(events);
    let stopped = Arc::new(AtomicBool::new(false));
    let ears = Ears(Arc::clone(&stopped));
    let line = Line::open(conn, Plugin::Videoroom, owner.as_str(), &voice, ears).await?;
    let subscribe = Body::subscribe(room.as_str(), publisher_id.as_str());
    let answer = once_up(rooms, publisher_id, line.handle(), &subscribe).await?;
    let receiving = Receiving {
        streams: videoroom::streams(&answer)?,
        idle: Vec::new(),
        max_layer: request.media.max_layer,
    };
    let description = answer.description(Plugin::Videoroom)?;
    if receiving.max_layer.is_some() {
        receiving.enforce(line.handle()).await?;
    }
    let member = enter(rooms, &owner, room, voice);
    Ok(Opened {
        leg: Arc::new(Listen {
            owner,
            rooms: Arc::clone(rooms),
            line,
            member,
            receiving: Mutex::new(receiving),
            stopped,
        }),
        description: Some(description),
    })
}

/// Takes over a listener.
pub(in super::super) async fn resume(
    rooms: &Arc<Rooms>,
    saved: Saved,
    events: LegEvents,
) -> Result<Arc<dyn Leg>> {
    let owner: SessionId = resume::id(&saved.owner)?;
    let room = resume::id(&saved.room)?;
    let voice = Voice::new(events);
    let stopped = Arc::new(AtomicBool::new(false));
    let ears = Ears(Arc::clone(&stopped));
    let conn = rooms.conn();
    let line = Line::claim(conn, Plugin::Videoroom, saved.ids, &voice, ears).await?;
    let member = enter(rooms, &owner, room, voice);
    Ok(Arc::new(Listen {
        owner,
        rooms: Arc::clone(rooms),
        line,
        member,
        receiving: Mutex::new(saved.receiving),
        stopped,
    }))
}

fn enter(rooms: &Rooms, owner: &SessionId, room: RoomId, voice: Arc<Voice>) -> Arc<Member> {
    let member = Arc::new(Member {
        room,
        voice,
        part: Part::Listener,
    });
    rooms.enter(owner.clone(), &member);
    member
}

/// The publisher's room, and what it sends there.
fn publisher(rooms: &Rooms, publisher_id: &SessionId) -> Result<(RoomId, Feed)> {
    let member = rooms.member(publisher_id);
    let member = member.filter(|member| !member.voice.is_silent());
    let found = member.and_then(|member| Some((member.room.clone(), member.feed()?.clone())));
    found.ok_or_else(|| {
        let words = format!("session {publisher_id} publishes nothing on this Janus");
        Error::new(Reason::InvalidPublisher, words)
    })
}

/// Says `body`, which names a publisher, as soon as that one's media is up: until then Janus does
/// not know it. It waits for as long as the publisher lives; the caller has a deadline.
async fn once_up(
    rooms: &Rooms,
    publisher_id: &SessionId,
    handle: &Handle,
    body: &Body,
) -> Result<Answer> {
    loop {
        let (_, Feed { mut up, .. }) = publisher(rooms, publisher_id)?;
        let was_up = *up.borrow();
        match handle.message(body, None).await {
            Err(fault) if refusal(&fault) == Some(Refusal::NoMember) && !was_up => {
                // When it is over, with whatever end, the publisher is asked for anew.
                let _ = time::timeout(RETRY, up.wait_for(|up| *up)).await;
            }
            answer => return Ok(answer?),
        }
    }
}

#[async_trait]
impl Leg for Listen {
    async fn accept(&self, answer: Description) -> Result<()> {
        let handle = self.line.handle();
        handle
            .message(&Body::Start, Some(Jsep::answer(&answer)))
            .await?;
        handle.negotiated();
        Ok(())
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        Ok(self.line.handle().trickle(candidates).await?)
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        match update {
            Update::Media(update) => self.media(update).await,
            Update::Type(SessionType::Listen { publisher_id, .. }) => {
                self.switch(&publisher_id).await
            }
            Update::Room(action) => {
                let room = &self.member.room;
                self.rooms.act(room, RoomKind::Sfu, action).await
            }
            Update::Stats => stats::of(self.line.handle()).await,
            Update::Type(_) | Update::Recorder(_) | Update::Player(_) | Update::Dtmf { .. } => {
                Err(not_supported(
                    "this update",
                    TypeKind::Listen,
                    self.rooms.conn().name.as_str(),
                ))
            }
        }
    }

    fn resume_state(&self) -> ResumeState {
        let saved = Saved {
            owner: self.owner.to_string(),
            room: self.member.room.to_string(),
            ids: self.line.handle().ids(),
            receiving: self.receiving.lock().clone(),
        };
        resume::Saved::Listen(saved).into()
    }

    async fn close(&self) {
        self.member.voice.close();
        self.line.handle().close().await;
    }
}

impl Listen {
    async fn media(&self, update: MediaUpdate) -> Result<Outcome> {
        let mut receiving = self.receiving.lock().clone();
        receiving.max_layer = update.max_layer.or(receiving.max_layer);
        receiving.enforce(self.line.handle()).await?;
        *self.receiving.lock() = receiving;
        Ok(Outcome::Done)
    }

    /// Receives another publisher from now on.
    async fn switch(&self, publisher_id: &SessionId) -> Result<Outcome> {
        let (room, feed) = publisher(&self.rooms, publisher_id)?;
        if room != self.member.room {
            let words = format!(
                "session {publisher_id} publishes in another room: a listener stays in its own"
            );
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        if self.stopped.load(Ordering::Acquire) {
            let words = "its publisher ended and Janus stopped its media: make a new listener";
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        let before = self.receiving.lock().clone();
        let sources = before.sources(publisher_id, &feed.streams);
        if sources.is_empty() {
            let words = format!("session {publisher_id} publishes nothing that this one receives");
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        let after = self.receive_from(publisher_id, sources, &before).await?;
        if before.idle != after.idle || after.max_layer.is_some() {
            after.enforce(self.line.handle()).await?;
        }
        *self.receiving.lock() = after;
        Ok(Outcome::Done)
    }

    async fn receive_from(
        &self,
        publisher_id: &SessionId,
        sources: Vec<Source>,
        before: &Receiving,
    ) -> Result<Receiving> {
        let switch = Body::Switch {
            streams: sources.clone(),
        };
        let answer = once_up(&self.rooms, publisher_id, self.line.handle(), &switch).await?;
        let after = Receiving {
            streams: videoroom::streams(&answer)?,
            idle: before.without(&sources),
            max_layer: before.max_layer,
        };
        let Some(missed) = sources.iter().find(|source| !after.receive(source)) else {
            return Ok(after);
        };
        self.go_back(before).await;
        let fault = Fault::Unexpected {
            plugin: Plugin::Videoroom,
            expected: "the new publisher in each m-section",
            answer: format!("no change of m-section {}", missed.sub_mid),
        };
        Err(fault.into())
    }

    /// Undoes a switch that Janus did by halves.
    async fn go_back(&self, before: &Receiving) {
        let streams = before.streams.iter().filter_map(Subscribed::source);
        let switch = Body::Switch {
            streams: streams.collect(),
        };
        if let Err(fault) = self.line.handle().message(&switch, None).await {
            tracing::warn!(session_id = %self.owner, %fault, "cannot undo half a switch");
        }
    }
}

/// Hears what the plugin says to a listener.
///
/// When its publisher goes Janus may send an offer that stops the m-sections, or nothing at all:
/// the listener waits then for its session to end.
struct Ears(Arc<AtomicBool>);

impl Listener for Ears {
    fn hear(&mut self, answer: Answer, voice: &Voice) -> Heard {
        match Said::read(&answer) {
            Said::Layer { mid, substream } => {
                let data = serde_json::json!({"mid": mid, "substream": substream});
                voice.tell(LegEvent::status("simulcast", data));
            }
            Said::Updated => self.0.store(true, Ordering::Release),
            Said::Kicked | Said::Destroyed | Said::Moderated { .. } | Said::Other => {}
        }
        Heard::Nothing
    }
}
