//! What can be done to a live session beside its media: record, play, steer its room.

use std::{sync::Arc, time::Duration};

use super::kind::{MediaKind, names};
use crate::id::SessionId;

/// An order to the recorder of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecorderAction {
    /// Record from now on.
    Start {
        /// Where to; the backend's own place if not set.
        uri: Option<Arc<str>>,
        /// The container; the backend's own if not set.
        format: Option<Arc<str>>,
    },
    /// Stop and close the files.
    Stop,
    /// Leave out what comes until `Resume`.
    Pause,
    /// Go on after `Pause`.
    Resume,
}

/// An order to the player of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayerAction {
    /// Play from now on.
    Start {
        /// What to play.
        uri: Arc<str>,
        /// Times to play it; 0 = for ever.
        loops: u32,
    },
    /// Stop playing.
    Stop,
    /// Halt at the position.
    Pause,
    /// Go on after `Pause`.
    Resume,
    /// Tell what is played.
    GetInfo,
    /// Tell the position.
    GetPosition,
    /// Go to a position.
    SetPosition {
        /// From the beginning.
        position: Duration,
    },
}

/// An order to the room that a session is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomAction {
    /// Choose the video layout of a mixed room.
    SetLayout {
        /// The layout's name on the server.
        layout: Arc<str>,
    },
    /// Tell who is in the room.
    ListMembers,
    /// Stop (or let go on) what one member sends from reaching the others.
    MuteMember {
        /// The member.
        session_id: SessionId,
        /// Its audio; unchanged if not set.
        audio: Option<bool>,
        /// Its video; unchanged if not set.
        video: Option<bool>,
    },
    /// Put one member out.
    KickMember {
        /// The member.
        session_id: SessionId,
    },
    /// Let nobody else in.
    Lock,
    /// Let others in again.
    Unlock,
    /// Play into the room.
    Play {
        /// What to play; none = stop playing.
        uri: Option<Arc<str>>,
    },
    /// Record the whole room.
    Record {
        /// Start or stop.
        on: bool,
        /// Where to; the backend's own place if not set.
        uri: Option<Arc<str>>,
    },
}

names! {
    /// The verb of a [`RecorderAction`].
    RecorderVerb {
        /// [`RecorderAction::Start`].
        Start = "start",
        /// [`RecorderAction::Stop`].
        Stop = "stop",
        /// [`RecorderAction::Pause`].
        Pause = "pause",
        /// [`RecorderAction::Resume`].
        Resume = "resume",
    }
}

names! {
    /// The verb of a [`PlayerAction`].
    PlayerVerb {
        /// [`PlayerAction::Start`].
        Start = "start",
        /// [`PlayerAction::Stop`].
        Stop = "stop",
        /// [`PlayerAction::Pause`].
        Pause = "pause",
        /// [`PlayerAction::Resume`].
        Resume = "resume",
        /// [`PlayerAction::GetInfo`].
        GetInfo = "get_info",
        /// [`PlayerAction::GetPosition`].
        GetPosition = "get_position",
        /// [`PlayerAction::SetPosition`].
        SetPosition = "set_position",
    }
}

names! {
    /// The verb of a [`RoomAction`].
    RoomVerb {
        /// [`RoomAction::SetLayout`].
        SetLayout = "set_layout",
        /// [`RoomAction::ListMembers`].
        ListMembers = "list_members",
        /// [`RoomAction::MuteMember`].
        MuteMember = "mute_member",
        /// [`RoomAction::KickMember`].
        KickMember = "kick_member",
        /// [`RoomAction::Lock`].
        Lock = "lock",
        /// [`RoomAction::Unlock`].
        Unlock = "unlock",
        /// [`RoomAction::Play`].
        Play = "play",
        /// [`RoomAction::Record`].
        Record = "record",
    }
}

impl RecorderAction {
    /// The action without its parameters.
    #[must_use]
    pub const fn verb(&self) -> RecorderVerb {
        match self {
            Self::Start { .. } => RecorderVerb::Start,
            Self::Stop => RecorderVerb::Stop,
            Self::Pause => RecorderVerb::Pause,
            Self::Resume => RecorderVerb::Resume,
        }
    }
}

impl PlayerAction {
    /// The action without its parameters.
    #[must_use]
    pub const fn verb(&self) -> PlayerVerb {
        match self {
            Self::Start { .. } => PlayerVerb::Start,
            Self::Stop => PlayerVerb::Stop,
            Self::Pause => PlayerVerb::Pause,
            Self::Resume => PlayerVerb::Resume,
            Self::GetInfo => PlayerVerb::GetInfo,
            Self::GetPosition => PlayerVerb::GetPosition,
            Self::SetPosition { .. } => PlayerVerb::SetPosition,
        }
    }
}

impl RoomAction {
    /// The action without its parameters.
    #[must_use]
    pub const fn verb(&self) -> RoomVerb {
        match self {
            Self::SetLayout { .. } => RoomVerb::SetLayout,
            Self::ListMembers => RoomVerb::ListMembers,
            Self::MuteMember { .. } => RoomVerb::MuteMember,
            Self::KickMember { .. } => RoomVerb::KickMember,
            Self::Lock => RoomVerb::Lock,
            Self::Unlock => RoomVerb::Unlock,
            Self::Play { .. } => RoomVerb::Play,
            Self::Record { .. } => RoomVerb::Record,
        }
    }
}

names! {
    /// The state of a recording.
    RecordingState {
        /// Media is being written.
        Recording = "recording",
        /// Halted; goes on with `Resume`.
        Paused = "paused",
        /// Closed; the files are complete.
        Stopped = "stopped",
        /// It went wrong; the files may be incomplete or missing.
        Failed = "failed",
        /// Closed; the files are being brought to where they will stay.
        Uploading = "uploading",
        /// The files have arrived where they stay.
        Available = "available",
    }
}

/// One file of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedFile {
    /// Where it is, as the media server sees it.
    pub uri: String,
    /// Its container (`mjr`, `webm`).
    pub format: String,
    /// What it holds, if only one kind.
    pub kind: Option<MediaKind>,
    /// Its size in bytes, where the backend can tell.
    pub bytes: Option<u64>,
    /// Its length, where the backend can tell.
    pub duration: Option<Duration>,
    /// Its SHA-256 in hexadecimal digits, once it has been uploaded.
    pub sha256: Option<String>,
}

/// A recording as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Its state.
    pub state: RecordingState,
    /// The files made so far.
    pub files: Vec<RecordedFile>,
    /// What went wrong, when it failed.
    pub error: Option<String>,
}

names! {
    /// The state of a player.
    PlayerStatus {
        /// Media is being played.
        Playing = "playing",
        /// Halted; goes on with `Resume`.
        Paused = "paused",
        /// The end came, or it was stopped.
        Stopped = "stopped",
        /// It went wrong.
        Failed = "failed",
    }
}

/// A player as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayerState {
    /// Its state.
    pub status: PlayerStatus,
    /// What is played.
    pub uri: Option<Arc<str>>,
    /// The place in it, where the backend can tell.
    pub position: Option<Duration>,
    /// Its length, where the backend can tell.
    pub duration: Option<Duration>,
    /// What went wrong, when it failed.
    pub error: Option<String>,
}

/// One member of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The member's session.
    pub session_id: SessionId,
    /// What it does there (`publisher`, `listener`, `participant`).
    pub role: &'static str,
    /// The session's user.
    pub user_id: Option<Arc<str>>,
    /// The publisher that a listener receives.
    pub peer_id: Option<SessionId>,
}

/// What a room action yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomOutcome {
    /// It was done.
    Done,
    /// The members.
    Members(Vec<Member>),
    /// The room's recording.
    Recording(Recording),
}
