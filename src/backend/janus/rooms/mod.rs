//! The rooms of one Janus: made, destroyed and steered through a handle that no client has.
//!
//! A room outlives the session that made it, so it carries our mark as its description. It does
//! not outlive Janus: what was asked for is remembered, and a room that Janus forgot is made anew
//! for the next one who publishes.

mod actions;
mod members;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::SystemTime};

use parking_lot::Mutex;

use super::{
    config::Config,
    conn::Conn,
    directory::Directory,
    error::Error,
    handle::Handle,
    wire::{
        Answer, Plugin, bits_per_second,
        rooms::{self, Body, Create, Listed, Refusal, VideoOptions},
    },
};
use crate::{
    backend::RoomRequest,
    error::{self, Reason},
    id::{RoomId, SessionId},
    media::{RoomKind, RoomOptions},
};

pub(super) use actions::{kicked, verbs};
pub(super) use members::{Feed, Member, Part};

/// What marks the handles that manage rooms.
const OWNER: &str = "rooms";

/// The codecs of a room that asks for none.
const AUDIO_CODEC: &str = "opus";
const VIDEO_CODEC: &str = "vp8";

/// The rooms of one Janus.
#[derive(Debug)]
pub(super) struct Rooms {
    conn: Arc<Conn>,
    video: Manager,
    audio: Manager,
    known: Mutex<HashMap<RoomId, Room>>,
    members: Directory<Member>,
}

/// The handle that manages the rooms of one plugin; made when it is first needed.
#[derive(Debug)]
struct Manager {
    plugin: Plugin,
    handle: tokio::sync::Mutex<Option<Handle>>,
}

/// A room, as it was asked for and as it stands.
#[derive(Clone, Debug)]
struct Room {
    kind: RoomKind,
    options: RoomOptions,
    locked: bool,
    take: Option<Take>,
}

/// A recording of a room that runs.
#[derive(Clone, Debug)]
struct Take {
    begun: SystemTime,
    /// The file of a mixed room; in others each publisher has files of its own.
    file: Option<PathBuf>,
}

impl Rooms {
    pub(super) fn new(conn: &Arc<Conn>) -> Arc<Self> {
        let manager = |plugin| Manager {
            plugin,
            handle: tokio::sync::Mutex::default(),
        };
        Arc::new(Self {
            conn: Arc::clone(conn),
            video: manager(Plugin::Videoroom),
            audio: manager(Plugin::Audiobridge),
            known: Mutex::default(),
            members: Directory::default(),
        })
    }

    pub(super) fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }

    /// Makes or destroys a room.
    pub(super) async fn request(self: &Arc<Self>, request: RoomRequest) -> error::Result<()> {
        match request {
            RoomRequest::Create {
                room_id,
                kind,
                options,
            } => {
                check(kind, &options)?;
                let room = Room {
                    kind,
                    options,
                    locked: false,
                    take: None,
                };
                let undo = Undo {
                    rooms: self,
                    room: Some((room_id.clone(), kind)),
                };
                let result = self.make(&room_id, &room).await;
                undo.not_needed();
                result?;
                self.known.lock().insert(room_id, room);
                Ok(())
            }
            RoomRequest::Destroy { room_id, kind } => {
                self.destroy(&room_id, kind).await?;
                self.known.lock().remove(&room_id);
                Ok(())
            }
        }
    }

    /// Makes a room again that Janus has forgotten; false if we never made it.
    pub(super) async fn remake(&self, room_id: &RoomId) -> Result<bool, Error> {
        let Some(room) = self.known.lock().get(room_id).cloned() else {
            return Ok(false);
        };
        tracing::warn!(backend = %self.conn.name, %room_id, "makes a room again that Janus lost");
        match self.create(room_id, &room).await {
            // Somebody else was quicker.
            Err(error) if rooms::refusal(&error) == Some(Refusal::Exists) => Ok(true),
            result => result.map(|()| true),
        }
    }

    /// The cap of what each of a room's publishers sends, in bit/s; 0 = none.
    pub(super) fn cap(&self, room_id: &RoomId) -> u32 {
        let known = self.known.lock();
        known.get(room_id).map_or(0, Room::cap)
    }

    /// Refuses whoever wants to enter a locked room: Janus itself bars no subscribers.
    pub(super) fn let_in(&self, room_id: &RoomId) -> error::Result<()> {
        let known = self.known.lock();
        match known.get(room_id) {
            Some(room) if room.locked => Err(locked(room_id)),
            _ => Ok(()),
        }
    }

    pub(super) fn enter(&self, session_id: SessionId, member: &Arc<Member>) {
        self.members.enter(session_id, member);
    }

    pub(super) fn member(&self, session_id: &SessionId) -> Option<Arc<Member>> {
        self.members.find(session_id)
    }

    /// Makes a room; one that an earlier life of this service left behind is taken over.
    async fn make(&self, room_id: &RoomId, room: &Room) -> Result<(), Error> {
        let error = match self.create(room_id, room).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if rooms::refusal(&error) != Some(Refusal::Exists) {
            return Err(error);
        }
        match self.find(room_id, room.kind).await? {
            Some(found) if found.description != self.mark(room_id) => Err(error),
            // Its options may be others, and nobody is in it who could mind.
            Some(found) if found.num_participants == 0 => {
                self.destroy(room_id, room.kind).await?;
                self.create(room_id, room).await
            }
            Some(_) => Ok(()),
            None => Err(error),
        }
    }

    async fn create(&self, room_id: &RoomId, room: &Room) -> Result<(), Error> {
        let create = room.create(room_id, self.mark(room_id), &self.conn.config);
        self.manage(room.kind, &Body::Create(create)).await?;
        if room.locked {
            self.manage(room.kind, &Body::lock(room_id.as_str()))
                .await?;
        }
        Ok(())
    }

    async fn destroy(&self, room_id: &RoomId, kind: RoomKind) -> Result<(), Error> {
        let room = room_id.to_string();
        match self.manage(kind, &Body::Destroy { room }).await {
            Err(error) if rooms::refusal(&error) == Some(Refusal::NoRoom) => Ok(()),
            result => result.map(|_| ()),
        }
    }

    async fn find(&self, room_id: &RoomId, kind: RoomKind) -> Result<Option<Listed>, Error> {
        let answer = self.manage(kind, &Body::List).await?;
        let mut listed = rooms::listed(&answer)?.into_iter();
        Ok(listed.find(|listed| listed.room == room_id.as_str()))
    }

    fn mark(&self, room_id: &RoomId) -> String {
        self.conn.opaque_id(room_id.as_str())
    }

    /// Says something about rooms of a kind to their plugin.
    async fn manage(&self, kind: RoomKind, body: &Body) -> Result<Answer, Error> {
        let manager = match kind {
            RoomKind::Sfu => &self.video,
            RoomKind::Mcu => &self.audio,
        };
        manager.say(&self.conn, body).await
    }
}

impl Manager {
    async fn say(&self, conn: &Arc<Conn>, body: &Body) -> Result<Answer, Error> {
        let handle = self.handle(conn, None).await?;
        match handle.message(body, None).await {
            // Janus was started anew: so are we.
            Err(error) if error.is_gone() => {
                let handle = self.handle(conn, Some(&handle)).await?;
                handle.message(body, None).await
            }
            result => result,
        }
    }

    /// The handle, if it is not the one that is `gone`, else a new one.
    async fn handle(&self, conn: &Arc<Conn>, gone: Option<&Handle>) -> Result<Handle, Error> {
        let mut handle = self.handle.lock().await;
        let gone = gone.map(Handle::ids);
        match &*handle {
            Some(handle) if Some(handle.ids()) != gone => Ok(handle.clone()),
            _ => {
                let (made, _) = Handle::open(conn, self.plugin, OWNER).await?;
                Ok(handle.insert(made).clone())
            }
        }
    }
}

impl Room {
    fn cap(&self) -> u32 {
        bits_per_second(self.options.bitrate_kbps.unwrap_or(0))
    }

    fn create(&self, room_id: &RoomId, mark: String, config: &Config) -> Create {
        let codec = |wanted: &Option<Arc<str>>, default: &str| {
            let codec = wanted.as_deref().unwrap_or(default);
            codec.to_ascii_lowercase()
        };
        let folder = config.recordings.as_ref();
        match self.kind {
            RoomKind::Sfu => Create::video(
                room_id.as_str(),
                mark,
                VideoOptions {
                    bitrate: self.cap(),
                    audio_codec: codec(&self.options.audio_codec, AUDIO_CODEC),
                    video_codec: codec(&self.options.video_codec, VIDEO_CODEC),
                    folder: folder.map(|folder| folder.to_string_lossy().into_owned()),
                },
            ),
            RoomKind::Mcu => Create::audio(room_id.as_str(), mark),
        }
    }
}

/// Refuses what a room cannot have: the mixer has Opus only and caps nobody.
fn check(kind: RoomKind, options: &RoomOptions) -> error::Result<()> {
    if kind == RoomKind::Sfu {
        return Ok(());
    }
    let audio = options.audio_codec.as_deref();
    let refused = [
        (
            audio.is_some_and(|codec| !codec.eq_ignore_ascii_case(AUDIO_CODEC)),
            "audio_codec",
        ),
        (options.video_codec.is_some(), "video_codec"),
        (
            options.bitrate_kbps.is_some_and(|kbps| kbps > 0),
            "bitrate_kbps",
        ),
    ];
    match refused.into_iter().find(|(refused, _)| *refused) {
        None => Ok(()),
        Some((_, option)) => {
            let words = format!(
                "{option} cannot be chosen for a mixed room: Janus mixes audio only, as Opus, and \
                 caps nobody"
            );
            Err(error::Error::new(Reason::NotSupported, words))
        }
    }
}

/// The refusal to enter a locked room.
pub(super) fn locked(room_id: &RoomId) -> error::Error {
    let words = format!("room {room_id} is locked: nobody else gets in before it is unlocked");
    error::Error::new(Reason::IncompatibleSession, words)
}

/// Destroys a room that was being made when its maker gave up.
struct Undo<'a> {
    rooms: &'a Arc<Rooms>,
    room: Option<(RoomId, RoomKind)>,
}

impl Undo<'_> {
    fn not_needed(mut self) {
        self.room = None;
    }
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        let Some((room_id, kind)) = self.room.take() else {
            return;
        };
        let rooms = Arc::clone(self.rooms);
        tokio::spawn(async move {
            if let Err(error) = rooms.destroy(&room_id, kind).await {
                tracing::warn!(%room_id, %error, "cannot destroy a room that nobody wants");
            }
        });
    }
}
