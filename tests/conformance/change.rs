//! What can be done to a live session, and how a capability names it.

use std::time::Duration;

use mediaplane::id::SessionId;
use mediaplane::media::action::{PlayerVerb, RecorderVerb, RoomVerb};
use mediaplane::media::{PlayerAction, RecorderAction, RoomAction, TypeKind, Update};

use crate::need::session_type;
use crate::session::media;

/// Something that can be done to a live session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    MuteAudio,
    MuteVideo,
    MuteData,
    Bitrate,
    MaxLayer,
    SetType(TypeKind),
    Recorder(RecorderVerb),
    Room(RoomVerb),
    Player(PlayerVerb),
    Dtmf,
    Stats,
}

impl Change {
    /// An update that does it.
    pub(crate) fn update(self) -> Update {
        match self {
            Change::MuteAudio => media(|update| update.mute_audio = Some(true)),
            Change::MuteVideo => media(|update| update.mute_video = Some(true)),
            Change::MuteData => media(|update| update.mute_data = Some(true)),
            Change::Bitrate => media(|update| update.bitrate_kbps = Some(256)),
            Change::MaxLayer => media(|update| update.max_layer = Some(1)),
            Change::SetType(kind) => Update::Type(session_type(kind)),
            Change::Recorder(verb) => Update::Recorder(recorder(verb)),
            Change::Room(verb) => Update::Room(room(verb)),
            Change::Player(verb) => Update::Player(player(verb)),
            Change::Dtmf => Update::Dtmf {
                digits: "1".into(),
                duration: Duration::from_millis(100),
            },
            Change::Stats => Update::Stats,
        }
    }
}

fn recorder(verb: RecorderVerb) -> RecorderAction {
    match verb {
        RecorderVerb::Start => RecorderAction::Start {
            uri: None,
            format: None,
        },
        RecorderVerb::Stop => RecorderAction::Stop,
        RecorderVerb::Pause => RecorderAction::Pause,
        RecorderVerb::Resume => RecorderAction::Resume,
    }
}

fn player(verb: PlayerVerb) -> PlayerAction {
    match verb {
        PlayerVerb::Start => PlayerAction::Start {
            uri: "file:///nothing".into(),
            loops: 1,
        },
        PlayerVerb::Stop => PlayerAction::Stop,
        PlayerVerb::Pause => PlayerAction::Pause,
        PlayerVerb::Resume => PlayerAction::Resume,
        PlayerVerb::GetInfo => PlayerAction::GetInfo,
        PlayerVerb::GetPosition => PlayerAction::GetPosition,
        PlayerVerb::SetPosition => PlayerAction::SetPosition {
            position: Duration::ZERO,
        },
    }
}

fn room(verb: RoomVerb) -> RoomAction {
    let session_id = SessionId::random();
    match verb {
        RoomVerb::SetLayout => RoomAction::SetLayout {
            layout: "grid".into(),
        },
        RoomVerb::ListMembers => RoomAction::ListMembers,
        RoomVerb::MuteMember => RoomAction::MuteMember {
            session_id,
            audio: Some(true),
            video: None,
        },
        RoomVerb::KickMember => RoomAction::KickMember { session_id },
        RoomVerb::Lock => RoomAction::Lock,
        RoomVerb::Unlock => RoomAction::Unlock,
        RoomVerb::Play => RoomAction::Play {
            uri: Some("file:///nothing".into()),
        },
        RoomVerb::Record => RoomAction::Record {
            on: true,
            uri: None,
        },
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Change::MuteAudio => f.write_str("mute_audio"),
            Change::MuteVideo => f.write_str("mute_video"),
            Change::MuteData => f.write_str("mute_data"),
            Change::Bitrate => f.write_str("bitrate_kbps"),
            Change::MaxLayer => f.write_str("max_layer"),
            Change::SetType(to) => write!(f, "set_type to {to}"),
            Change::Recorder(verb) => write!(f, "recorder {verb}"),
            Change::Player(verb) => write!(f, "player {verb}"),
            Change::Room(verb) => write!(f, "room {verb}"),
            Change::Dtmf => f.write_str("send_dtmf"),
            Change::Stats => f.write_str("get_stats"),
        }
    }
}
