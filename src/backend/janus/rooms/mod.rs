//! The rooms of one Janus: made, destroyed and steered through a handle that no client has.
//!
//! A room outlives the session that made it, so it carries our mark as its description. It does
//! not outlive Janus: what was asked for is remembered, and a room that Janus forgot is made anew
//! for the next one who publishes.

mod actions;
mod manager;
mod members;
mod orphans;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::SystemTime};

use parking_lot::Mutex;

use super::{
    config::Config,
    conn::Conn,
    directory::Directory,
    error::Error,
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
use manager::Manager;
pub(super) use members::{Feed, Member, Part};

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
        let rooms = Arc::new(Self {
            conn: Arc::clone(conn),
            video: Manager::new(Plugin::Videoroom),
            audio: Manager::new(Plugin::Audiobridge),
            known: Mutex::default(),
            members: Directory::default(),
        });
        tokio::spawn(orphans::sweep(Arc::downgrade(&rooms)));
        rooms
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
                self.add(room_id, room).await
            }
            RoomRequest::Destroy { room_id, kind } => {
                self.destroy(&room_id, kind).await?;
                self.known.lock().remove(&room_id);
                self.rest().await;
                Ok(())
            }
        }
    }

    async fn add(self: &Arc<Self>, room_id: RoomId, room: Room) -> error::Result<()> {
        // Known before it is there, so that it is never taken for an orphan.
        let before = self.known.lock().insert(room_id.clone(), room.clone());
        let undo = Undo {
            rooms: self,
            room: Some((room_id.clone(), room.kind)),
        };
        let result = self.make(&room_id, &room).await;
        undo.not_needed();
        if result.is_err() {
            let mut known = self.known.lock();
            match before {
                Some(before) => known.insert(room_id, before),
                None => known.remove(&room_id),
            };
        }
        Ok(result?)
    }

    /// Lets somebody in, who knows how to `join`; a room that Janus has forgotten is made again.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` if the room is locked, else what `join` fails with.
    pub(super) async fn admit<T, F>(
        &self,
        room_id: &RoomId,
        join: impl Fn() -> F,
    ) -> error::Result<T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.let_in(room_id)?;
        let joined = match join().await {
            Err(error)
                if rooms::refusal(&error) == Some(Refusal::NoRoom)
                    && self.remake(room_id).await? =>
            {
                join().await
            }
            joined => joined,
        };
        joined.map_err(|error| match rooms::refusal(&error) {
            Some(Refusal::Locked) => locked(room_id),
            _ => error.into(),
        })
    }

    /// Makes a room again that Janus has forgotten; false if we never made it.
    async fn remake(&self, room_id: &RoomId) -> Result<bool, Error> {
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

    /// Gives the handles back when there is nothing left to manage.
    async fn rest(&self) {
        for manager in [&self.video, &self.audio] {
            manager.rest_if(|| self.known.lock().is_empty()).await;
        }
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
fn locked(room_id: &RoomId) -> error::Error {
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
        rooms.known.lock().remove(&room_id);
        tokio::spawn(async move {
            if let Err(error) = rooms.destroy(&room_id, kind).await {
                tracing::warn!(%room_id, %error, "cannot destroy a room that nobody wants");
            }
            rooms.rest().await;
        });
    }
}
