//! `publish` on `janus.plugin.videoroom`: the client sends into a room.
//!
//! The feed is called like the session, so that whoever knows the session can receive it.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::only_options;
use crate::{
    backend::{
        Leg, LegEvents, Open, Opened, ResumeState,
        guard::not_supported,
        janus::{
            config::Config,
            error::Error as Fault,
            handle::Ids,
            line::{Heard, Line, Listener},
            recorder::{self, Recorder, Stream, Take},
            resume,
            rooms::{self, Feed, Member, Part, Rooms},
            stats,
            voice::Voice,
            wire::{
                Answer, Jsep, Plugin,
                videoroom::{self, Body, Published, Said},
            },
        },
    },
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{
        Description, LegEvent, MediaUpdate, Outcome, RecorderAction, RemoteCandidate, Role,
        RoomKind, SdpType, SessionType, TypeCapability, TypeKind, Update,
        capability::MediaCapability,
    },
};

/// What can be done with a publisher.
pub(in super::super) fn capabilities(config: &Config) -> Vec<TypeCapability> {
    vec![TypeCapability {
        remote_trickle: true,
        media: MediaCapability {
            mute_audio: true,
            mute_video: true,
            mute_data: true,
            bitrate: true,
            ..MediaCapability::default()
        },
        recorder: recorder::verbs(config),
        room: rooms::verbs(RoomKind::Sfu, config),
        stats: config.admin_url.is_some(),
        ..TypeCapability::new(TypeKind::Publish, &[Role::Offeree], &[SdpType::Webrtc])
    }]
}

/// A publisher.
#[derive(Debug)]
struct Publish {
    owner: SessionId,
    rooms: Arc<Rooms>,
    line: Line,
    member: Arc<Member>,
    /// The room's cap when it was opened, in bit/s; 0 = none.
    cap: u32,
    recorder: Mutex<Recorder>,
}

/// A publisher, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    owner: String,
    room: String,
    ids: Ids,
    streams: Vec<Published>,
    cap: u32,
    take: Option<Take>,
}

/// Opens a publisher.
pub(in super::super) async fn open(
    rooms: &Arc<Rooms>,
    request: Open,
    events: LegEvents,
) -> Result<Opened> {
    only_options(&request.options, &[])?;
    let SessionType::Publish {
        room_id: Some(room_id),
        ..
    } = request.kind
    else {
        return Err(Error::new(Reason::NoActiveRoom, "a publisher needs a room"));
    };
    let offer = request.offer.ok_or_else(|| {
        Error::new(
            Reason::MissingSdp,
            "a publisher is made for an offer: give one",
        )
    })?;
    let joining = Joining {
        rooms,
        owner: request.session_id,
        room_id,
        offer,
        media: request.media,
        events,
    };
    rooms.admit(&joining.room_id, || joining.join()).await
}

/// Takes over a publisher.
pub(in super::super) async fn resume(
    rooms: &Arc<Rooms>,
    saved: Saved,
    events: LegEvents,
) -> Result<Arc<dyn Leg>> {
    let owner: SessionId = resume::id(&saved.owner)?;
    let room: RoomId = resume::id(&saved.room)?;
    let voice = Voice::new(events);
    let (ears, up) = Ears::new(&owner);
    let conn = rooms.conn();
    let line = Line::claim(conn, Plugin::Videoroom, saved.ids, &voice, ears).await?;
    let member = member(room, voice, saved.streams, up);
    rooms.enter(owner.clone(), &member);
    Ok(Arc::new(Publish {
        rooms: Arc::clone(rooms),
        line,
        member,
        cap: saved.cap,
        recorder: Mutex::new(Recorder::new(&conn.config, &owner, saved.take)),
        owner,
    }))
}

/// Someone who is about to publish.
struct Joining<'a> {
    rooms: &'a Arc<Rooms>,
    owner: SessionId,
    room_id: RoomId,
    offer: Description,
    media: MediaUpdate,
    events: LegEvents,
}

impl Joining<'_> {
    async fn join(&self) -> Result<Opened, Fault> {
        let (rooms, owner) = (self.rooms, &self.owner);
        let conn = rooms.conn();
        let voice = Voice::new(self.events.clone());
        let (ears, up) = Ears::new(owner);
        let line = Line::open(conn, Plugin::Videoroom, owner.as_str(), &voice, ears).await?;
        let cap = rooms.cap(&self.room_id);
        let body = Body::publish(self.room_id.as_str(), owner.as_str(), self.media, cap);
        let jsep = Jsep::offer(&self.offer);
        let answer = line.handle().message(&body, Some(jsep)).await?;
        let streams = videoroom::streams(&answer)?;
        let description = answer.description(Plugin::Videoroom)?;
        let mutes = self.media;
        if [mutes.mute_audio, mutes.mute_video, mutes.mute_data].contains(&Some(true)) {
            // The plugin takes no mute before it knows the streams, and the client has no answer
            // to send by yet.
            let body = Body::media(mutes, cap);
            line.handle().message(&body, None).await?;
        }
        line.handle().negotiated();
        let member = member(self.room_id.clone(), voice, streams, up);
        rooms.enter(owner.clone(), &member);
        let leg = Publish {
            owner: owner.clone(),
            rooms: Arc::clone(rooms),
            line,
            member,
            cap,
            recorder: Mutex::new(Recorder::new(&conn.config, owner, None)),
        };
        Ok(Opened {
            leg: Arc::new(leg),
            description: Some(description),
        })
    }
}

fn member(
    room: RoomId,
    voice: Arc<Voice>,
    streams: Vec<Published>,
    up: watch::Receiver<bool>,
) -> Arc<Member> {
    Arc::new(Member {
        room,
        voice,
        part: Part::Publisher(Feed {
            streams: streams.into(),
            up,
        }),
    })
}

#[async_trait]
impl Leg for Publish {
    async fn accept(&self, _: Description) -> Result<()> {
        Err(Error::new(
            Reason::AnswerAlreadySet,
            "a publisher is answered by the server: it takes no answer",
        ))
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        Ok(self.line.handle().trickle(candidates).await?)
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        match update {
            Update::Media(update) => {
                self.say(&Body::media(update, self.cap)).await?;
                Ok(Outcome::Done)
            }
            Update::Recorder(action) => self.record(action).await,
            Update::Room(action) => {
                let room = &self.member.room;
                self.rooms.act(room, RoomKind::Sfu, action).await
            }
            Update::Stats => stats::of(self.line.handle()).await,
            Update::Type(_) | Update::Player(_) | Update::Dtmf { .. } => Err(not_supported(
                "this update",
                TypeKind::Publish,
                self.rooms.conn().name.as_str(),
            )),
        }
    }

    fn resume_state(&self) -> ResumeState {
        let saved = Saved {
            owner: self.owner.to_string(),
            room: self.member.room.to_string(),
            ids: self.line.handle().ids(),
            streams: self.streams().to_vec(),
            cap: self.cap,
            take: self.recorder.lock().current().cloned(),
        };
        resume::Saved::Publish(saved).into()
    }

    async fn close(&self) {
        self.member.voice.close();
        self.line.handle().close().await;
    }
}

impl Publish {
    fn streams(&self) -> &[Published] {
        self.member.feed().map_or(&[], |feed| &feed.streams)
    }

    async fn say(&self, body: &Body) -> Result<(), Fault> {
        self.line.handle().message(body, None).await?;
        Ok(())
    }

    async fn record(&self, action: RecorderAction) -> Result<Outcome> {
        let recorded = |stream: &Published| -> Option<Stream> {
            let kind = stream.kind()?;
            Some((kind, format!("-{kind}-{}", stream.mindex)))
        };
        let streams: Vec<Stream> = self.streams().iter().filter_map(recorded).collect();
        recorder::perform(&self.recorder, action, &streams, |record| async move {
            self.say(&Body::record(record)).await
        })
        .await
    }
}

/// Hears what the plugin says to a publisher.
struct Ears {
    owner: SessionId,
    up: watch::Sender<bool>,
}

impl Ears {
    fn new(owner: &SessionId) -> (Self, watch::Receiver<bool>) {
        let (up, is_up) = watch::channel(false);
        let owner = owner.clone();
        (Self { owner, up }, is_up)
    }
}

impl Listener for Ears {
    fn hear(&mut self, answer: Answer, voice: &Voice) -> Heard {
        match Said::read(&answer) {
            Said::Kicked => voice.tell(rooms::kicked()),
            Said::Destroyed => voice.tell(LegEvent::Closed {
                reason: Reason::RoomDestroyed,
                message: "the room was destroyed on the server".into(),
            }),
            Said::Moderated { id, mid, muted } if id == self.owner.as_str() => {
                let data = serde_json::json!({"mid": mid, "muted": muted});
                voice.tell(LegEvent::status("moderation", data));
            }
            Said::Moderated { .. } | Said::Updated | Said::Layer { .. } | Said::Other => {}
        }
        Heard::Nothing
    }

    fn connected(&mut self) {
        self.up.send_replace(true);
    }
}
