//! `listen` on `janus.plugin.videoroom`: the client receives one publisher, and can change to
//! another one of the same room without a new negotiation.

use std::{sync::Arc, time::Duration};

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
            watch::status,
            wire::{
                Answer, Jsep, Plugin,
                rooms::{Refusal, refusal},
                videoroom::{self, Body, Published, Receive, Said, Source, Subscribed},
            },
        },
    },
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{
        Description, MediaUpdate, Outcome, RemoteCandidate, Role, RoomKind, SdpType, SessionType,
        TypeCapability, TypeKind, Update, capability::MediaCapability,
    },
};

/// The highest simulcast layer that there is.
const HIGHEST_LAYER: u32 = 2;

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
}

/// What a listener receives, and how.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Receiving {
    streams: Vec<Subscribed>,
    /// The m-sections that the publisher has nothing for, by mid.
    idle: Vec<String>,
    max_layer: Option<u32>,
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
    let line = Line::open(conn, Plugin::Videoroom, owner.as_str(), &voice, Ears).await?;
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
    let conn = rooms.conn();
    let line = Line::claim(conn, Plugin::Videoroom, saved.ids, &voice, Ears).await?;
    let member = enter(rooms, &owner, room, voice);
    Ok(Arc::new(Listen {
        owner,
        rooms: Arc::clone(rooms),
        line,
        member,
        receiving: Mutex::new(saved.receiving),
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
        let handle = self.line.handle();
        let before = self.receiving.lock().clone();
        let sources = before.sources(publisher_id, &feed.streams);
        if sources.is_empty() {
            let words = format!("session {publisher_id} publishes nothing that this one receives");
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        let switch = Body::Switch {
            streams: sources.clone(),
        };
        let answer = once_up(&self.rooms, publisher_id, handle, &switch).await?;
        let after = Receiving {
            streams: videoroom::streams(&answer)?,
            idle: before.without(&sources),
            max_layer: before.max_layer,
        };
        if let Some(missed) = sources.iter().find(|source| !after.receive(source)) {
            let fault = Fault::Unexpected {
                plugin: Plugin::Videoroom,
                expected: "the new publisher in each m-section",
                answer: format!("no change of m-section {}", missed.sub_mid),
            };
            self.go_back(&before).await;
            return Err(fault.into());
        }
        if before.idle != after.idle || after.max_layer.is_some() {
            after.enforce(handle).await?;
        }
        *self.receiving.lock() = after;
        Ok(Outcome::Done)
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

impl Receiving {
    /// Where each m-section is to receive from: the first of a kind from the publisher's first one
    /// of that kind, and so on.
    fn sources(&self, publisher_id: &SessionId, streams: &[Published]) -> Vec<Source> {
        let mut free: Vec<&Published> = streams.iter().collect();
        let mut sources = Vec::new();
        for own in &self.streams {
            let fits = |stream: &&Published| own.kind().is_some() && stream.kind() == own.kind();
            let Some(at) = free.iter().position(fits) else {
                continue;
            };
            sources.push(Source {
                feed: publisher_id.to_string(),
                mid: free.remove(at).mid.clone(),
                sub_mid: own.mid.clone(),
            });
        }
        sources
    }

    /// The m-sections that none of `sources` feeds.
    fn without(&self, sources: &[Source]) -> Vec<String> {
        let mids = self.streams.iter().map(|stream| &stream.mid);
        mids.filter(|mid| sources.iter().all(|source| source.sub_mid != **mid))
            .cloned()
            .collect()
    }

    fn receive(&self, source: &Source) -> bool {
        self.streams.iter().any(|stream| stream.receives(source))
    }

    /// Tells Janus what each m-section passes on; what a publisher does not have would otherwise go
    /// on to come from the one before.
    async fn enforce(&self, handle: &Handle) -> Result<(), Fault> {
        let streams = self.streams.iter().map(|stream| Receive {
            mid: stream.mid.clone(),
            send: !self.idle.contains(&stream.mid),
            substream: self.max_layer.map(|layer| layer.min(HIGHEST_LAYER)),
        });
        let body = Body::receive(streams.collect());
        handle.message(&body, None).await?;
        Ok(())
    }
}

/// Hears what the plugin says to a listener.
///
/// When its publisher goes Janus may send an offer that stops the m-sections, or nothing at all:
/// the listener waits then for its session to end, or for another publisher.
struct Ears;

impl Listener for Ears {
    fn hear(&mut self, answer: Answer, voice: &Voice) -> Heard {
        if let Said::Layer { mid, substream } = Said::read(&answer) {
            let data = serde_json::json!({"mid": mid, "substream": substream});
            voice.tell(status("simulcast", data));
        }
        Heard::Nothing
    }
}
