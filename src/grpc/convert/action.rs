//! `RecorderAction`, `PlayerAction`, `RoomAction`, and what they yield.

use std::sync::Arc;

use super::{Fields, Limits, command::For, kinds::Known, time};
use crate::{
    error::Result,
    id::SessionId,
    media::{
        Member, PlayerAction, PlayerState, RecordedFile, RecorderAction, Recording, RoomAction,
    },
    proto::{
        self, player_action_request as player_wire, recorder_action_request as recorder_wire,
        room_action_request as room_wire,
    },
};

/// What is asked.
#[derive(Debug)]
pub(crate) enum Asked<A> {
    /// Which actions there are.
    Actions,
    /// Carry one out.
    Action(A),
}

/// `RecorderAction`.
pub(crate) fn recorder(
    limits: &Limits,
    request: proto::RecorderActionRequest,
) -> Result<For<Asked<RecorderAction>>> {
    use recorder_wire::Action;
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let action = fields.required("action", request.action);
    let asked = action.map(|action| match action {
        Action::Start(start) => fields.within("start", |fields| {
            Asked::Action(RecorderAction::Start {
                uri: fields.place("uri", &start.uri),
                format: fields.optional_word("format", &start.format),
            })
        }),
        Action::Stop(_) => Asked::Action(RecorderAction::Stop),
        Action::Pause(_) => Asked::Action(RecorderAction::Pause),
        Action::Resume(_) => Asked::Action(RecorderAction::Resume),
        Action::GetActions(_) => Asked::Actions,
    });
    fields.finish(id.zip(asked))
}

/// `PlayerAction`; `current` is what the session plays by its type.
pub(crate) fn player(
    limits: &Limits,
    request: proto::PlayerActionRequest,
    current: impl FnOnce(&SessionId) -> Option<Arc<str>>,
) -> Result<For<Asked<PlayerAction>>> {
    use player_wire::Action;
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let action = fields.required("action", request.action);
    let asked = action.and_then(|action| {
        Some(Asked::Action(match action {
            Action::Start(start) => {
                let loops = start.loops.unwrap_or(1);
                let by_type = || id.as_ref().and_then(current);
                let given = Some(start.uri.as_str()).filter(|uri| !uri.is_empty());
                let uri = match given.map_or_else(by_type, |_| None) {
                    Some(uri) => uri,
                    None => fields.within("start", |fields| fields.uri("uri", &start.uri))?,
                };
                PlayerAction::Start { uri, loops }
            }
            Action::Stop(_) => PlayerAction::Stop,
            Action::Pause(_) => PlayerAction::Pause,
            Action::Resume(_) => PlayerAction::Resume,
            Action::GetInfo(_) => PlayerAction::GetInfo,
            Action::GetPosition(_) => PlayerAction::GetPosition,
            Action::SetPosition(set) => fields.within("set_position", |fields| {
                let position = fields.required("position", set.position);
                fields
                    .optional_duration("position", position, time::POSITION)
                    .map(|position| PlayerAction::SetPosition { position })
            })?,
            Action::GetActions(_) => return Some(Asked::Actions),
        }))
    });
    fields.finish(id.zip(asked))
}

/// `RoomAction`.
pub(crate) fn room(
    limits: &Limits,
    request: proto::RoomActionRequest,
) -> Result<For<Asked<RoomAction>>> {
    let mut fields = Fields::new(limits);
    let id = fields.id("session_id", &request.session_id);
    let action = fields.required("action", request.action);
    let asked = action.and_then(|action| fields.room_action(action));
    fields.finish(id.zip(asked))
}

impl Fields<'_> {
    fn room_action(&mut self, action: room_wire::Action) -> Option<Asked<RoomAction>> {
        use room_wire::Action;
        let action = match action {
            Action::SetLayout(set) => self.within("set_layout", |fields| {
                if set.layout.is_empty() {
                    fields.missing("layout");
                }
                let layout = fields.optional_word("layout", &set.layout);
                layout.map(|layout| RoomAction::SetLayout { layout })
            })?,
            Action::ListMembers(_) => RoomAction::ListMembers,
            Action::MuteMember(mute) => {
                self.within("mute_member", |fields| fields.mute_member(&mute))?
            }
            Action::KickMember(kick) => self.within("kick_member", |fields| {
                let member = fields.id("member_id", &kick.member_id);
                member.map(|session_id| RoomAction::KickMember { session_id })
            })?,
            Action::Lock(_) => RoomAction::Lock,
            Action::Unlock(_) => RoomAction::Unlock,
            Action::Play(play) => self.within("play", |fields| {
                if play.stop {
                    return Some(RoomAction::Play { uri: None });
                }
                let uri = fields.uri("uri", &play.uri);
                uri.map(|uri| RoomAction::Play { uri: Some(uri) })
            })?,
            Action::Record(record) => self.within("record", |fields| RoomAction::Record {
                on: !record.stop,
                uri: fields.place("uri", &record.uri),
            }),
            Action::GetActions(_) => return Some(Asked::Actions),
        };
        Some(Asked::Action(action))
    }

    fn mute_member(&mut self, mute: &room_wire::MuteMember) -> Option<RoomAction> {
        if mute.mute_audio.is_none() && mute.mute_video.is_none() {
            let words = "is mandatory, or mute_video: set one of them";
            self.refuse(crate::Reason::MissingField, "mute_audio", words);
        }
        self.id("member_id", &mute.member_id)
            .map(|session_id| RoomAction::MuteMember {
                session_id,
                audio: mute.mute_audio,
                video: mute.mute_video,
            })
    }
}

impl From<&Recording> for proto::Recording {
    fn from(recording: &Recording) -> Self {
        Self {
            state: recording.state.number(),
            files: recording.files.iter().map(Into::into).collect(),
            error: recording.error.clone().unwrap_or_default(),
        }
    }
}

impl From<&RecordedFile> for proto::RecordedFile {
    fn from(file: &RecordedFile) -> Self {
        Self {
            uri: file.uri.clone(),
            format: file.format.clone(),
            bytes: file.bytes,
            duration: file.duration.map(time::duration),
            kind: file.kind.map_or(0, Known::number),
            sha256: file.sha256.clone().unwrap_or_default(),
        }
    }
}

impl From<&PlayerState> for proto::Player {
    fn from(player: &PlayerState) -> Self {
        Self {
            state: player.status.number(),
            uri: player.uri.as_deref().unwrap_or_default().to_owned(),
            position: player.position.map(time::duration),
            duration: player.duration.map(time::duration),
            error: player.error.clone().unwrap_or_default(),
        }
    }
}

impl From<&Member> for proto::RoomMember {
    fn from(member: &Member) -> Self {
        let role = match member.role {
            "publisher" => proto::MemberRole::Publisher,
            "listener" => proto::MemberRole::Listener,
            "participant" => proto::MemberRole::Participant,
            _ => proto::MemberRole::Unspecified,
        };
        Self {
            session_id: member.session_id.to_string(),
            role: role.into(),
            user_id: member.user_id.as_deref().unwrap_or_default().to_owned(),
            peer_id: member
                .peer_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }
}
