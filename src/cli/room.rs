//! `mediaplane room`: the rooms.

use clap::{Args, Subcommand};
use prost_types::Duration;

use super::{
    client::Client,
    console::Console,
    error::Error,
    table::{columns, maybe, record},
    value::{duration, label, one_of, word},
};
use crate::proto::{
    CreateRoomRequest, DestroyRoomRequest, GetRoomRequest, ListRoomsRequest, MemberRole, Room,
    RoomFilter, RoomKind, RoomMember, RoomOptions,
};

/// How many rooms are asked for at a time.
const PAGE: u32 = 100;

/// The commands for rooms.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a room and print its id
    Create(Box<Create>),
    /// Show a room and its members
    Get {
        /// The room's id
        room_id: String,
    },
    /// List rooms
    List(List),
    /// Destroy a room and the sessions in it
    Destroy {
        /// The room's id
        room_id: String,
    },
}

/// The arguments of `room create`.
#[derive(Debug, Args)]
pub struct Create {
    /// The room's id; 1 to 256 of A-Z a-z 0-9 . _ ~ - [default: a new UUID]
    room_id: Option<String>,
    /// Forward each publisher (sfu), or mix all participants (mcu)
    #[arg(long, value_parser = one_of::<RoomKind>(), default_value = "sfu")]
    kind: RoomKind,
    /// The media server's name or kind [default: chosen by the service]
    #[arg(long)]
    backend: Option<String>,
    /// The audio codec, for example opus
    #[arg(long, value_name = "CODEC")]
    audio_codec: Option<String>,
    /// The video codec, for example vp8
    #[arg(long, value_name = "CODEC")]
    video_codec: Option<String>,
    /// The most that each publisher may send, in kbit/s; 0 is no limit
    #[arg(long, value_name = "KBPS", default_value_t = 0)]
    bitrate_kbps: u32,
    /// How long the room may be empty before it is destroyed, for example 5m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    empty_timeout: Option<Duration>,
    /// A label to find the room by; may be given again
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
}

/// The arguments of `room list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only rooms of this kind; may be given again
    #[arg(long = "kind", value_parser = one_of::<RoomKind>())]
    kinds: Vec<RoomKind>,
    /// Only rooms on this media server, by name or kind; may be given again
    #[arg(long = "backend", value_name = "BACKEND")]
    backends: Vec<String>,
    /// Only rooms with this label; may be given again
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
}

impl Command {
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let mut service = client.rooms();
        match self {
            Self::Create(create) => {
                let request = client.request(create.request());
                let reply = service.create_room(request).await?.into_inner();
                console.show(&reply, |reply| {
                    maybe(reply.room.as_ref().map(|room| &room.room_id))
                })
            }
            Self::Get { room_id } => {
                let request = client.request(GetRoomRequest { room_id });
                let reply = service.get_room(request).await?.into_inner();
                console.show(&reply, |reply| {
                    reply.room.as_ref().map(room_record).unwrap_or_default()
                })
            }
            Self::List(list) => list.execute(client, console).await,
            Self::Destroy { room_id } => {
                let request = client.request(DestroyRoomRequest { room_id });
                let reply = service.destroy_room(request).await?.into_inner();
                console.done(&reply)
            }
        }
    }
}

impl Create {
    fn request(self) -> CreateRoomRequest {
        CreateRoomRequest {
            room_id: self.room_id.unwrap_or_default(),
            kind: self.kind.into(),
            backend: self.backend.unwrap_or_default(),
            options: Some(RoomOptions {
                audio_codec: self.audio_codec.unwrap_or_default(),
                video_codec: self.video_codec.unwrap_or_default(),
                bitrate_kbps: self.bitrate_kbps,
                timeout: self.empty_timeout,
            }),
            labels: self.labels.into_iter().collect(),
        }
    }
}

impl List {
    async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let mut service = client.rooms();
        let mut request = ListRoomsRequest {
            filter: Some(RoomFilter {
                kinds: self.kinds.into_iter().map(i32::from).collect(),
                backends: self.backends,
                labels: self.labels.into_iter().collect(),
            }),
            page_size: PAGE,
            page_token: String::new(),
        };
        let mut rooms = Vec::new();
        loop {
            let page = client.request(request.clone());
            let mut reply = service.list_rooms(page).await?.into_inner();
            rooms.append(&mut reply.rooms);
            if reply.next_page_token.is_empty() {
                reply.rooms = rooms;
                return console.show(&reply, |reply| room_table(&reply.rooms));
            }
            request.page_token = reply.next_page_token;
        }
    }
}

fn room_table(rooms: &[Room]) -> String {
    let header = [
        "ID", "KIND", "BACKEND", "MEMBERS", "AUDIO", "VIDEO", "CREATED",
    ];
    columns(
        header,
        rooms.iter().map(|room| {
            [
                room.room_id.clone(),
                word::<RoomKind>(room.kind),
                maybe(room.backend.as_ref().map(|backend| &backend.name)),
                room.members.len().to_string(),
                room.audio_codec.clone(),
                room.video_codec.clone(),
                maybe(room.created_at),
            ]
        }),
    )
}

fn room_record(room: &Room) -> String {
    let labels: Vec<_> = room
        .labels
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    let head = record([
        ("id", room.room_id.clone()),
        ("kind", word::<RoomKind>(room.kind)),
        (
            "backend",
            maybe(room.backend.as_ref().map(|backend| &backend.name)),
        ),
        ("audio codec", room.audio_codec.clone()),
        ("video codec", room.video_codec.clone()),
        ("bitrate", limit(room.bitrate_kbps)),
        ("empty timeout", maybe(room.timeout)),
        ("labels", labels.join(" ")),
        ("created", maybe(room.created_at)),
    ]);
    if room.members.is_empty() {
        head
    } else {
        format!("{head}\n{}", member_table(&room.members))
    }
}

fn limit(kbps: u32) -> String {
    if kbps == 0 {
        "no limit".to_owned()
    } else {
        format!("{kbps} kbit/s")
    }
}

/// The members of a room, as columns.
pub(super) fn member_table(members: &[RoomMember]) -> String {
    columns(
        ["SESSION", "ROLE", "USER", "RECEIVES"],
        members.iter().map(|member| {
            [
                member.session_id.clone(),
                word::<MemberRole>(member.role),
                member.user_id.clone(),
                member.peer_id.clone(),
            ]
        }),
    )
}
