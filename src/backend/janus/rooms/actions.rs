//! What a member may do to its room: mute, put out, lock, record, play into it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use super::{Member, Part, Rooms, Take};
use crate::{
    backend::{
        janus::{
            config::Config,
            error as janus,
            source::{self, Source},
            wire::rooms::{self, Body, Refusal},
        },
        recordings,
    },
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{
        LegEvent, MediaKind, Outcome, RecordedFile, Recording, RecordingState, RoomAction,
        RoomKind, RoomOutcome,
        action::RoomVerb::{self, KickMember, Lock, MuteMember, Play, Record, Unlock},
    },
};

/// What a room's playback is called on the server.
const FILE_ID: &str = "mediaplane";

/// What can be done in rooms of a kind. Members are listed by the service itself.
pub(in super::super) fn verbs(kind: RoomKind, config: &Config) -> &'static [RoomVerb] {
    const BASE: &[RoomVerb] = &[MuteMember, KickMember, Lock, Unlock];
    const RECORDED: &[RoomVerb] = &[MuteMember, KickMember, Lock, Unlock, Record];
    const PLAYED: &[RoomVerb] = &[MuteMember, KickMember, Lock, Unlock, Play];
    const ALL: &[RoomVerb] = &[MuteMember, KickMember, Lock, Unlock, Record, Play];
    let plays = kind == RoomKind::Mcu && config.media.is_some();
    match (config.recordings.is_some(), plays) {
        (false, false) => BASE,
        (true, false) => RECORDED,
        (false, true) => PLAYED,
        (true, true) => ALL,
    }
}

impl Rooms {
    /// Does `action` in a room of `kind`.
    pub(in super::super) async fn act(
        &self,
        room_id: &RoomId,
        kind: RoomKind,
        action: RoomAction,
    ) -> Result<Outcome> {
        let outcome = match action {
            RoomAction::MuteMember {
                session_id,
                audio,
                video,
            } => {
                let member = self.member_of(room_id, &session_id)?;
                self.mute(room_id, &session_id, &member, audio, video)
                    .await?
            }
            RoomAction::KickMember { session_id } => {
                let member = self.member_of(room_id, &session_id)?;
                self.kick(room_id, kind, &session_id, &member).await?
            }
            RoomAction::Lock => self.bar(room_id, kind, true).await?,
            RoomAction::Unlock => self.bar(room_id, kind, false).await?,
            RoomAction::Record { on: true, uri } => self.record(room_id, kind, uri).await?,
            RoomAction::Record { on: false, .. } => self.stop_recording(room_id, kind).await?,
            RoomAction::Play { uri } => self.play(room_id, kind, uri).await?,
            RoomAction::SetLayout { .. } | RoomAction::ListMembers => {
                let words = "Janus cannot do this to a room";
                return Err(Error::new(Reason::NotSupported, words));
            }
        };
        Ok(Outcome::Room(outcome))
    }

    fn member_of(&self, room_id: &RoomId, session_id: &SessionId) -> Result<Arc<Member>> {
        let member = self.member(session_id);
        member
            .filter(|member| member.room == *room_id)
            .ok_or_else(|| {
                let words = format!("session {session_id} is not in room {room_id}");
                Error::new(Reason::SessionNotFound, words)
            })
    }

    async fn mute(
        &self,
        room_id: &RoomId,
        session_id: &SessionId,
        member: &Member,
        audio: Option<bool>,
        video: Option<bool>,
    ) -> Result<RoomOutcome> {
        match &member.part {
            Part::Publisher(feed) => {
                let wanted = [(MediaKind::Audio, audio), (MediaKind::Video, video)];
                for (kind, mute) in wanted {
                    let Some(mute) = mute else { continue };
                    let streams = feed.streams.iter();
                    for stream in streams.filter(|stream| stream.kind() == Some(kind)) {
                        let body = Body::Moderate {
                            room: room_id.to_string(),
                            id: session_id.to_string(),
                            mid: stream.mid.clone(),
                            mute,
                        };
                        self.manage(RoomKind::Sfu, &body).await?;
                    }
                }
            }
            Part::Participant => {
                if video.is_some() {
                    return Err(silent(session_id, "video"));
                }
                let (room, id) = (room_id.to_string(), session_id.to_string());
                let body = match audio {
                    None => return Ok(RoomOutcome::Done),
                    Some(true) => Body::Mute { room, id },
                    Some(false) => Body::Unmute { room, id },
                };
                self.manage(RoomKind::Mcu, &body).await?;
            }
            Part::Listener => return Err(silent(session_id, "anything")),
        }
        Ok(RoomOutcome::Done)
    }

    async fn kick(
        &self,
        room_id: &RoomId,
        kind: RoomKind,
        session_id: &SessionId,
        member: &Member,
    ) -> Result<RoomOutcome> {
        if matches!(member.part, Part::Listener) {
            // The plugin can put out publishers only; the end of the leg is its end there too.
            member.voice.tell(kicked());
            return Ok(RoomOutcome::Done);
        }
        let body = Body::Kick {
            room: room_id.to_string(),
            id: session_id.to_string(),
        };
        match self.manage(kind, &body).await {
            // It has left by itself in the meantime.
            Err(error) if rooms::refusal(&error) == Some(Refusal::NoMember) => {
                Ok(RoomOutcome::Done)
            }
            result => {
                result?;
                Ok(RoomOutcome::Done)
            }
        }
    }

    async fn bar(&self, room_id: &RoomId, kind: RoomKind, lock: bool) -> Result<RoomOutcome> {
        let body = match lock {
            true => Body::lock(room_id.as_str()),
            false => Body::unlock(room_id.as_str()),
        };
        self.manage(kind, &body).await?;
        if let Some(room) = self.known.lock().get_mut(room_id) {
            room.locked = lock;
        }
        Ok(RoomOutcome::Done)
    }

    async fn record(
        &self,
        room_id: &RoomId,
        kind: RoomKind,
        uri: Option<Arc<str>>,
    ) -> Result<RoomOutcome> {
        let Some(folder) = &self.conn.config.recordings else {
            let words = "no folder for recordings is configured for this Janus";
            return Err(Error::new(Reason::NotSupported, words));
        };
        if self.take(room_id).is_some() {
            let words = format!("room {room_id} is being recorded already: stop that first");
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        let begun = SystemTime::now();
        let file = match kind {
            RoomKind::Sfu if uri.is_some() => {
                let words = "cannot be chosen: Janus names the files of a room's publishers itself";
                return Err(Error::field(Reason::InvalidUri, "uri", words));
            }
            RoomKind::Sfu => None,
            RoomKind::Mcu => {
                let name = recordings::name(uri.as_deref(), room_id.as_str())?;
                Some(folder.join(format!("{name}.wav")))
            }
        };
        self.recording(room_id, kind, true, file.as_deref()).await?;
        if let Some(room) = self.known.lock().get_mut(room_id) {
            room.take = Some(Take { begun, file });
        }
        Ok(RoomOutcome::Recording(Recording {
            state: RecordingState::Recording,
            files: Vec::new(),
            error: None,
        }))
    }

    async fn stop_recording(&self, room_id: &RoomId, kind: RoomKind) -> Result<RoomOutcome> {
        let take = self.take(room_id).ok_or_else(|| {
            let words = format!("room {room_id} is not being recorded");
            Error::new(Reason::NoActiveRecorder, words)
        })?;
        self.recording(room_id, kind, false, None).await?;
        if let Some(room) = self.known.lock().get_mut(room_id) {
            room.take = None;
        }
        let files = match take.file {
            Some(path) => vec![file(path).await],
            None => self.published(room_id, take.begun).await,
        };
        Ok(RoomOutcome::Recording(Recording {
            state: RecordingState::Stopped,
            files,
            error: None,
        }))
    }

    async fn recording(
        &self,
        room_id: &RoomId,
        kind: RoomKind,
        record: bool,
        file: Option<&Path>,
    ) -> Result<()> {
        let body = Body::EnableRecording {
            room: room_id.to_string(),
            record,
            record_file: file.map(|file| file.to_string_lossy().into_owned()),
        };
        self.manage(kind, &body).await?;
        Ok(())
    }

    fn take(&self, room_id: &RoomId) -> Option<Take> {
        let known = self.known.lock();
        known.get(room_id).and_then(|room| room.take.clone())
    }

    /// The files of a video room's publishers that were written since `begun`; none if the folder
    /// cannot be seen from here.
    async fn published(&self, room_id: &RoomId, begun: SystemTime) -> Vec<RecordedFile> {
        let mut files = Vec::new();
        let Some(folder) = &self.conn.config.recordings else {
            return files;
        };
        let Ok(mut entries) = tokio::fs::read_dir(folder).await else {
            return files;
        };
        let prefix = format!("videoroom-{room_id}-user-");
        while let Ok(Some(entry)) = entries.next_entry().await {
            let ours = entry.file_name().to_string_lossy().starts_with(&prefix);
            let written = entry.metadata().await.and_then(|data| data.modified());
            if ours && written.is_ok_and(|written| written >= begun) {
                files.push(file(entry.path()).await);
            }
        }
        files.sort_by(|one, other| one.uri.cmp(&other.uri));
        files
    }

    async fn play(
        &self,
        room_id: &RoomId,
        kind: RoomKind,
        uri: Option<Arc<str>>,
    ) -> Result<RoomOutcome> {
        let room = room_id.to_string();
        let stop = Body::StopFile {
            room: room.clone(),
            file_id: FILE_ID.to_owned(),
        };
        // Nothing may be playing: that is what is wanted.
        let stopped = self.manage(kind, &stop).await;
        let Some(uri) = uri else {
            return match stopped {
                Err(error) if !matches!(error, janus::Error::Plugin { .. }) => Err(error.into()),
                _ => Ok(RoomOutcome::Done),
            };
        };
        let Source::File {
            path,
            codec: "opus",
        } = source::parse(&uri, &self.conn.config)?
        else {
            let words = "must be an .opus file: Janus plays no other into a mixed room";
            return Err(Error::field(Reason::InvalidUri, "uri", words));
        };
        let body = Body::PlayFile {
            room,
            filename: path,
            file_id: FILE_ID.to_owned(),
            r#loop: false,
        };
        self.manage(kind, &body).await?;
        Ok(RoomOutcome::Done)
    }
}

/// The end of a leg that was put out of its room.
pub(in super::super) fn kicked() -> LegEvent {
    LegEvent::Closed {
        reason: Reason::BackendHangup,
        message: "put out of the room".into(),
    }
}

fn silent(session_id: &SessionId, what: &str) -> Error {
    let words = format!("session {session_id} does not send {what} into the room");
    Error::new(Reason::IncompatibleSession, words)
}

async fn file(path: PathBuf) -> RecordedFile {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let kind = MediaKind::ALL
        .iter()
        .find(|kind| stem.contains(&format!("-{kind}-")));
    RecordedFile {
        format: extension.into_owned(),
        kind: kind.copied(),
        bytes: tokio::fs::metadata(&path).await.ok().map(|file| file.len()),
        duration: None,
        sha256: None,
        uri: recordings::uri(&path),
    }
}
