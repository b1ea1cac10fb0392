//! `mediaplane session`: the sessions.

mod actions;
mod create;
mod description;
mod list;
mod media;
mod message;
mod show;
mod types;
mod watch;

use clap::Subcommand;

use super::{client::Client, console::Console, error::Error};
use crate::proto::{DestroySessionRequest, GetSessionRequest, GetStatsRequest};

/// The commands for sessions.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a session and print its id, or with --wait-reply its SDP
    Create(Box<create::Create>),
    /// Show a session
    Get {
        /// The session's id
        session_id: String,
    },
    /// List sessions
    List(list::List),
    /// Print what happens to sessions, until ctrl-c
    Watch(watch::Watch),
    /// Print a session's offer, and wait for it if need be
    Offer {
        /// The session's id
        session_id: String,
    },
    /// Print a session's answer and wait for it if need be, or set it
    Answer(description::Answer),
    /// Add an ICE candidate of the session's client, or say that there are no more
    Candidate(description::Candidate),
    /// Mute, unmute, cap the bitrate or pick a layer
    Update(media::Update),
    /// Give a live session another type, without a new negotiation
    SetType(types::SetType),
    /// Record a session
    Recorder(actions::Recorder),
    /// Control what is played to a session
    Player(actions::Player),
    /// Control the room a session is in
    Room(actions::Room),
    /// Show what the media server has measured of each media
    Stats {
        /// The session's id
        session_id: String,
    },
    /// End a session; one that has already ended is no error
    Destroy {
        /// The session's id
        session_id: String,
        /// Words for those who watch the session
        #[arg(long, value_name = "TEXT")]
        message: Option<String>,
    },
    /// Send DTMF tones to the other side
    Dtmf(message::Dtmf),
    /// Send a named event of your own to those who watch the session
    Info(message::Info),
}

impl Command {
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        match self {
            Self::Create(create) => create.execute(client, console).await,
            Self::Get { session_id } => get(session_id, client, console).await,
            Self::List(list) => list.execute(client, console).await,
            Self::Watch(watch) => watch.execute(client, console).await,
            Self::Offer { session_id } => description::offer(session_id, client, console).await,
            Self::Answer(answer) => answer.execute(client, console).await,
            Self::Candidate(candidate) => candidate.execute(client, console).await,
            Self::Update(update) => update.execute(client, console).await,
            Self::SetType(set_type) => set_type.execute(client, console).await,
            Self::Recorder(recorder) => recorder.execute(client, console).await,
            Self::Player(player) => player.execute(client, console).await,
            Self::Room(room) => room.execute(client, console).await,
            Self::Stats { session_id } => stats(session_id, client, console).await,
            Self::Destroy {
                session_id,
                message,
            } => destroy(session_id, message, client, console).await,
            Self::Dtmf(dtmf) => dtmf.execute(client, console).await,
            Self::Info(info) => info.execute(client, console).await,
        }
    }
}

async fn get(session_id: String, client: &Client, console: &mut Console) -> Result<(), Error> {
    let request = client.request(GetSessionRequest { session_id });
    let reply = client.sessions().get_session(request).await?.into_inner();
    console.show(&reply, |reply| show::session(reply.session.as_ref()))
}

async fn stats(session_id: String, client: &Client, console: &mut Console) -> Result<(), Error> {
    let request = client.request(GetStatsRequest { session_id });
    let reply = client.sessions().get_stats(request).await?.into_inner();
    console.show(&reply, |reply| show::stats(&reply.media))
}

async fn destroy(
    session_id: String,
    message: Option<String>,
    client: &Client,
    console: &mut Console,
) -> Result<(), Error> {
    let request = client.request(DestroySessionRequest {
        session_id,
        message: message.unwrap_or_default(),
    });
    let reply = client
        .sessions()
        .destroy_session(request)
        .await?
        .into_inner();
    console.done(&reply)
}
