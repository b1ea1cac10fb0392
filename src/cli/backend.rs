//! `mediaplane backend`: the media servers.

use clap::Subcommand;

use super::{
    client::Client,
    console::Console,
    error::Error,
    table::columns,
    value::{word, word_list},
};
use crate::proto::{
    Backend, BackendRole, BackendStatus, DrainBackendRequest, ListBackendsRequest, MediaUpdateKind,
    PlayerActionKind, RecorderActionKind, RoomActionKind, SdpType, SessionKind,
    UndrainBackendRequest,
};

/// The commands for media servers.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the configured media servers, their state and load
    List {
        /// Show instead what each can do, for every type of session
        #[arg(long)]
        capabilities: bool,
    },
    /// Give a media server no new sessions; those it has go on
    ///
    /// `mediaplane backend list` shows how many are left. Nothing is lost by waiting: `undrain` takes it back.
    Drain {
        /// The media server's name in the service's configuration
        #[arg(value_name = "BACKEND")]
        name: String,
    },
    /// Give a draining media server new sessions again
    Undrain {
        /// The media server's name in the service's configuration
        #[arg(value_name = "BACKEND")]
        name: String,
    },
}

impl Command {
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let mut service = client.backends();
        match self {
            Self::List { capabilities } => {
                let request = client.request(ListBackendsRequest {});
                let reply = service.list_backends(request).await?.into_inner();
                console.show(&reply, |reply| {
                    if capabilities {
                        capability_table(&reply.backends)
                    } else {
                        backend_table(&reply.backends)
                    }
                })
            }
            Self::Drain { name } => {
                let request = client.request(DrainBackendRequest { name });
                let reply = service.drain_backend(request).await?.into_inner();
                console.show(&reply, |reply| backend_table(reply.backend.as_slice()))
            }
            Self::Undrain { name } => {
                let request = client.request(UndrainBackendRequest { name });
                let reply = service.undrain_backend(request).await?.into_inner();
                console.show(&reply, |reply| backend_table(reply.backend.as_slice()))
            }
        }
    }
}

fn backend_table(backends: &[Backend]) -> String {
    let header = [
        "NAME", "KIND", "VERSION", "STATUS", "SESSIONS", "LIMIT", "MESSAGE",
    ];
    columns(header, backends.iter().map(backend_row))
}

fn backend_row(backend: &Backend) -> [String; 7] {
    let load = backend.load.unwrap_or_default();
    let limit = backend.limits.unwrap_or_default().max_sessions;
    [
        backend.name.clone(),
        backend.kind.clone(),
        backend.version.clone(),
        word::<BackendStatus>(backend.status),
        load.sessions.to_string(),
        if limit == 0 {
            String::new()
        } else {
            limit.to_string()
        },
        backend.status_message.clone(),
    ]
}

fn capability_table(backends: &[Backend]) -> String {
    let header = [
        "BACKEND", "TYPE", "ROLES", "SDP", "TRICKLE", "MEDIA", "RECORDER", "PLAYER", "ROOM",
        "SET-TYPE", "DTMF", "STATS",
    ];
    columns(header, backends.iter().flat_map(capability_rows))
}

fn capability_rows(backend: &Backend) -> impl Iterator<Item = [String; 12]> {
    let yes = |can: bool| if can { "yes".to_owned() } else { String::new() };
    backend.capabilities.iter().map(move |can| {
        [
            backend.name.clone(),
            word::<SessionKind>(can.r#type),
            word_list::<BackendRole>(&can.roles),
            word_list::<SdpType>(&can.sdp_types),
            match (can.trickle, can.local_trickle) {
                (true, true) => "both".to_owned(),
                (true, false) => "takes".to_owned(),
                (false, true) => "gives".to_owned(),
                (false, false) => String::new(),
            },
            word_list::<MediaUpdateKind>(&can.media_updates),
            word_list::<RecorderActionKind>(&can.recorder_actions),
            word_list::<PlayerActionKind>(&can.player_actions),
            word_list::<RoomActionKind>(&can.room_actions),
            word_list::<SessionKind>(&can.set_type_targets),
            yes(can.dtmf),
            yes(can.stats),
        ]
    })
}
