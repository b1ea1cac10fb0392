//! `session recorder`, `session player` and `session room`.

use clap::{Args, Subcommand};
use prost_types::Duration;

use super::{
    super::{
        client::Client, console::Console, error::Error, room::member_table, value::duration,
        value::word_list,
    },
    show,
};
use crate::proto::{
    PlayerActionKind, PlayerActionRequest, RecorderActionKind, RecorderActionRequest,
    RoomActionKind, RoomActionRequest, RoomActionResponse,
    player_action_request::{self as player, Action as PlayerRequest},
    recorder_action_request::{self as recorder, Action as RecorderRequest},
    room_action_request::{self as room, Action as RoomRequest},
};

/// The arguments of `session recorder`.
#[derive(Debug, Args)]
pub struct Recorder {
    /// The session's id
    session_id: String,
    #[command(subcommand)]
    action: RecorderAction,
}

#[derive(Debug, Subcommand)]
enum RecorderAction {
    /// Start a recording
    Start {
        /// Where to write, as the media server sees it [default: chosen by the service]
        #[arg(long)]
        uri: Option<String>,
        /// The format, for example mjr, wav or webm [default: the media server's own]
        #[arg(long)]
        format: Option<String>,
    },
    /// End the recording and show its files
    Stop,
    /// Write nothing until resume
    Pause,
    /// Go on writing
    Resume,
    /// Show which of these the session's media server can do
    Actions,
}

impl Recorder {
    /// Carries the action out and shows the recording, or the actions there are.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let asked = matches!(self.action, RecorderAction::Actions);
        let request = client.request(RecorderActionRequest {
            session_id: self.session_id,
            action: Some(self.action.request()),
        });
        let reply = client
            .sessions()
            .recorder_action(request)
            .await?
            .into_inner();
        console.show(&reply, |reply| match &reply.recording {
            Some(recording) if !asked => show::recording(recording),
            _ => word_list::<RecorderActionKind>(&reply.actions),
        })
    }
}

impl RecorderAction {
    fn request(self) -> RecorderRequest {
        match self {
            Self::Start { uri, format } => RecorderRequest::Start(recorder::Start {
                uri: uri.unwrap_or_default(),
                format: format.unwrap_or_default(),
            }),
            Self::Stop => RecorderRequest::Stop(recorder::Stop {}),
            Self::Pause => RecorderRequest::Pause(recorder::Pause {}),
            Self::Resume => RecorderRequest::Resume(recorder::Resume {}),
            Self::Actions => RecorderRequest::GetActions(recorder::GetActions {}),
        }
    }
}

/// The arguments of `session player`.
#[derive(Debug, Args)]
pub struct Player {
    /// The session's id
    session_id: String,
    #[command(subcommand)]
    action: PlayerAction,
}

#[derive(Debug, Subcommand)]
enum PlayerAction {
    /// Start to play, in place of what is played now
    Start {
        /// What to play [default: what the session's type names]
        #[arg(long)]
        uri: Option<String>,
        /// How many times to play it; 0 is for ever [default: 1]
        #[arg(long, value_name = "TIMES")]
        loops: Option<u32>,
    },
    /// End the playing
    Stop,
    /// Stand still until resume
    Pause,
    /// Go on playing
    Resume,
    /// Show what is played
    Info,
    /// Show where the player is
    Position,
    /// Move to another place
    Seek {
        /// Where, from the start, for example 1m 30s
        #[arg(value_parser = duration)]
        position: Duration,
    },
    /// Show which of these the session's media server can do
    Actions,
}

impl Player {
    /// Carries the action out and shows the player, or the actions there are.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let asked = matches!(self.action, PlayerAction::Actions);
        let request = client.request(PlayerActionRequest {
            session_id: self.session_id,
            action: Some(self.action.request()),
        });
        let reply = client.sessions().player_action(request).await?.into_inner();
        console.show(&reply, |reply| match &reply.player {
            Some(player) if !asked => show::player(player),
            _ => word_list::<PlayerActionKind>(&reply.actions),
        })
    }
}

impl PlayerAction {
    fn request(self) -> PlayerRequest {
        match self {
            Self::Start { uri, loops } => PlayerRequest::Start(player::Start {
                uri: uri.unwrap_or_default(),
                loops,
            }),
            Self::Stop => PlayerRequest::Stop(player::Stop {}),
            Self::Pause => PlayerRequest::Pause(player::Pause {}),
            Self::Resume => PlayerRequest::Resume(player::Resume {}),
            Self::Info => PlayerRequest::GetInfo(player::GetInfo {}),
            Self::Position => PlayerRequest::GetPosition(player::GetPosition {}),
            Self::Seek { position } => PlayerRequest::SetPosition(player::SetPosition {
                position: Some(position),
            }),
            Self::Actions => PlayerRequest::GetActions(player::GetActions {}),
        }
    }
}

/// The arguments of `session room`.
#[derive(Debug, Args)]
pub struct Room {
    /// The id of a session in the room
    session_id: String,
    #[command(subcommand)]
    action: RoomAction,
}

#[derive(Debug, Subcommand)]
enum RoomAction {
    /// Change the video layout of a mixed conference
    SetLayout {
        /// The layout's name on the media server
        layout: String,
    },
    /// List the members
    Members,
    /// Mute or unmute a member for all others
    Mute {
        /// The member's session
        member_id: String,
        /// Mute (true) or unmute (false) its audio
        #[arg(long, value_name = "BOOL", required_unless_present = "video")]
        audio: Option<bool>,
        /// Mute (true) or unmute (false) its video
        #[arg(long, value_name = "BOOL")]
        video: Option<bool>,
    },
    /// Remove a member; its session ends
    Kick {
        /// The member's session
        member_id: String,
    },
    /// Let nobody else in
    Lock,
    /// Let others in again
    Unlock,
    /// Play something to all members, or stop that
    Play {
        /// What to play
        #[arg(required_unless_present = "stop")]
        uri: Option<String>,
        /// Stop what is played
        #[arg(long, conflicts_with = "uri")]
        stop: bool,
    },
    /// Record the room, or end that
    Record {
        /// Where to write, as the media server sees it [default: chosen by the service]
        #[arg(long)]
        uri: Option<String>,
        /// End the recording
        #[arg(long, conflicts_with = "uri")]
        stop: bool,
    },
    /// Show which of these the room's media server can do
    Actions,
}

impl Room {
    /// Carries the action out and shows what it yields.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let members = matches!(self.action, RoomAction::Members);
        let request = client.request(RoomActionRequest {
            session_id: self.session_id,
            action: Some(self.action.request()),
        });
        let reply = client.sessions().room_action(request).await?.into_inner();
        console.show(&reply, |reply| room_outcome(reply, members))
    }
}

fn room_outcome(reply: &RoomActionResponse, members: bool) -> String {
    match &reply.recording {
        Some(recording) => show::recording(recording),
        None if members => member_table(&reply.members),
        None => word_list::<RoomActionKind>(&reply.actions),
    }
}

impl RoomAction {
    fn request(self) -> RoomRequest {
        match self {
            Self::SetLayout { layout } => RoomRequest::SetLayout(room::SetLayout { layout }),
            Self::Members => RoomRequest::ListMembers(room::ListMembers {}),
            Self::Mute {
                member_id,
                audio,
                video,
            } => RoomRequest::MuteMember(room::MuteMember {
                member_id,
                mute_audio: audio,
                mute_video: video,
            }),
            Self::Kick { member_id } => RoomRequest::KickMember(room::KickMember { member_id }),
            Self::Lock => RoomRequest::Lock(room::Lock {}),
            Self::Unlock => RoomRequest::Unlock(room::Unlock {}),
            Self::Play { uri, stop } => RoomRequest::Play(room::Play {
                uri: uri.unwrap_or_default(),
                stop,
            }),
            Self::Record { uri, stop } => RoomRequest::Record(room::Record {
                uri: uri.unwrap_or_default(),
                stop,
            }),
            Self::Actions => RoomRequest::GetActions(room::GetActions {}),
        }
    }
}
