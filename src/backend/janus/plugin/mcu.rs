//! `mcu` on `janus.plugin.audiobridge`: the client joins an audio conference and hears the mix of
//! the others. Video is refused in the answer.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

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
            recorder::{self, Recorder, Take},
            resume,
            rooms::{self, Member, Part, Rooms},
            stats,
            voice::Voice,
            wire::{
                Answer, Jsep, Plugin,
                audiobridge::{Body, Said},
            },
        },
    },
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{
        Description, LegEvent, MediaKind, MediaUpdate, Outcome, RecorderAction, RemoteCandidate,
        Role, RoomKind, SdpType, SessionType, TypeCapability, TypeKind, Update,
        capability::MediaCapability,
    },
};

/// What can be done with a participant.
pub(in super::super) fn capabilities(config: &Config) -> Vec<TypeCapability> {
    vec![TypeCapability {
        remote_trickle: true,
        media: MediaCapability {
            mute_audio: true,
            ..MediaCapability::default()
        },
        recorder: recorder::verbs(config),
        room: rooms::verbs(RoomKind::Mcu, config),
        stats: config.admin_url.is_some(),
        ..TypeCapability::new(TypeKind::Mcu, &[Role::Offeree], &[SdpType::Webrtc])
    }]
}

/// A participant.
#[derive(Debug)]
struct Participant {
    owner: SessionId,
    rooms: Arc<Rooms>,
    line: Line,
    member: Arc<Member>,
    recorder: Mutex<Recorder>,
}

/// A participant, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct Saved {
    owner: String,
    room: String,
    ids: Ids,
    take: Option<Take>,
}

/// Opens a participant.
pub(in super::super) async fn open(
    rooms: &Arc<Rooms>,
    request: Open,
    events: LegEvents,
) -> Result<Opened> {
    only_options(&request.options, &[])?;
    let room_id = room_of(request.kind, rooms.conn().name.as_str())?;
    let offer = request.offer.ok_or_else(|| {
        Error::new(
            Reason::MissingSdp,
            "a participant is made for an offer: give one",
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

fn room_of(kind: SessionType, backend: &str) -> Result<RoomId> {
    match kind {
        SessionType::Mcu {
            room_id: Some(room_id),
            profile: None,
            layout: None,
        } => Ok(room_id),
        SessionType::Mcu { room_id: None, .. } => Err(Error::new(
            Reason::NoActiveRoom,
            "a participant needs a room",
        )),
        _ => Err(not_supported("a profile or layout", TypeKind::Mcu, backend)),
    }
}

/// Takes over a participant.
pub(in super::super) async fn resume(
    rooms: &Arc<Rooms>,
    saved: Saved,
    events: LegEvents,
) -> Result<Arc<dyn Leg>> {
    let owner: SessionId = resume::id(&saved.owner)?;
    let room = resume::id(&saved.room)?;
    let voice = Voice::new(events);
    let ears = Ears(owner.clone());
    let conn = rooms.conn();
    let line = Line::claim(conn, Plugin::Audiobridge, saved.ids, &voice, ears).await?;
    let recorder = Recorder::new(&conn.config, &owner, saved.take);
    Ok(Participant::enter(
        rooms, owner, room, line, voice, recorder,
    ))
}

/// Someone who is about to join.
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
        let (conn, owner) = (self.rooms.conn(), &self.owner);
        let voice = Voice::new(self.events.clone());
        let ears = Ears(owner.clone());
        let line = Line::open(conn, Plugin::Audiobridge, owner.as_str(), &voice, ears).await?;
        let body = Body::join(self.room_id.as_str(), owner.as_str(), self.media);
        let jsep = Jsep::offer(&self.offer);
        let answer = line.handle().message(&body, Some(jsep)).await?;
        let description = answer.description(Plugin::Audiobridge)?;
        line.handle().negotiated();
        let recorder = Recorder::new(&conn.config, owner, None);
        let (owner, room) = (owner.clone(), self.room_id.clone());
        let leg = Participant::enter(self.rooms, owner, room, line, voice, recorder);
        Ok(Opened {
            leg,
            description: Some(description),
        })
    }
}

impl Participant {
    fn enter(
        rooms: &Arc<Rooms>,
        owner: SessionId,
        room: RoomId,
        line: Line,
        voice: Arc<Voice>,
        recorder: Recorder,
    ) -> Arc<Self> {
        let member = Arc::new(Member {
            room,
            voice,
            part: Part::Participant,
        });
        rooms.enter(owner.clone(), &member);
        Arc::new(Self {
            owner,
            rooms: Arc::clone(rooms),
            line,
            member,
            recorder: Mutex::new(recorder),
        })
    }

    async fn say(&self, body: &Body) -> Result<(), Fault> {
        self.line.handle().message(body, None).await?;
        Ok(())
    }

    async fn record(&self, action: RecorderAction) -> Result<Outcome> {
        let streams = recorder::streams(&[MediaKind::Audio]);
        recorder::perform(&self.recorder, action, &streams, |record| async move {
            self.say(&Body::record(record)).await
        })
        .await
    }
}

#[async_trait]
impl Leg for Participant {
    async fn accept(&self, _: Description) -> Result<()> {
        Err(Error::new(
            Reason::AnswerAlreadySet,
            "a participant is answered by the server: it takes no answer",
        ))
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        Ok(self.line.handle().trickle(candidates).await?)
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        match update {
            Update::Media(update) => {
                self.say(&Body::media(update)).await?;
                Ok(Outcome::Done)
            }
            Update::Recorder(action) => self.record(action).await,
            Update::Room(action) => {
                let room = &self.member.room;
                self.rooms.act(room, RoomKind::Mcu, action).await
            }
            Update::Stats => stats::of(self.line.handle()).await,
            Update::Type(_) | Update::Player(_) | Update::Dtmf { .. } => Err(not_supported(
                "this update",
                TypeKind::Mcu,
                self.rooms.conn().name.as_str(),
            )),
        }
    }

    fn resume_state(&self) -> ResumeState {
        let saved = Saved {
            owner: self.owner.to_string(),
            room: self.member.room.to_string(),
            ids: self.line.handle().ids(),
            take: self.recorder.lock().current().cloned(),
        };
        resume::Saved::Mcu(saved).into()
    }

    async fn close(&self) {
        self.member.voice.close();
        self.line.handle().close().await;
    }
}

/// Hears what the plugin says to a participant of this session.
struct Ears(SessionId);

impl Listener for Ears {
    fn hear(&mut self, answer: Answer, voice: &Voice) -> Heard {
        match Said::read(&answer) {
            Said::Kicked { id } if id == self.0.as_str() => voice.tell(rooms::kicked()),
            Said::Destroyed => voice.tell(LegEvent::Closed {
                reason: Reason::RoomDestroyed,
                message: "the room was destroyed on the server".into(),
            }),
            Said::Announcement { playing } => {
                let data = serde_json::json!({"playing": playing});
                voice.tell(LegEvent::status("announcement", data));
            }
            Said::Kicked { .. } | Said::Other => {}
        }
        Heard::Nothing
    }
}
