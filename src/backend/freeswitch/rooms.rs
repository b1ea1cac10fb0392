//! Conferences: the server makes one with its first member, and destroys it with its last.

use std::{collections::HashMap, sync::Arc};

use super::{
    command::{App, Command, Conference, Word},
    error::Error as Fault,
    place::Place,
    playable,
    server::Server,
    stage,
    tape::Tape,
    wiring,
};
use crate::{
    backend::RoomRequest,
    error::{Error, Reason, Result},
    id::RoomId,
    media::{LegEvent, MediaUpdate, Recording, RoomAction, RoomOutcome, SessionType},
};

/// All rooms.
#[derive(Debug, Default)]
pub(super) struct Rooms(HashMap<RoomId, Room>);

/// A room, and its conference on the server.
#[derive(Debug)]
struct Room {
    name: Word,
    /// That of whoever came first.
    profile: Option<Word>,
    /// How its picture is laid out, where somebody has chosen that: a conference that is begun anew knows nothing of it.
    layout: Option<String>,
    tape: Option<Arc<Tape>>,
    /// How many files it plays. The end of a short one may be heard before its beginning.
    plays: i32,
    /// Held while it is steered: what is played or recorded is one after the other.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// How a conference stands.
#[derive(Debug, Default)]
pub(super) struct Now {
    /// It plays something.
    pub(super) plays: bool,
    /// The layout that was chosen.
    pub(super) layout: Option<String>,
    /// What is recorded of it.
    pub(super) tape: Option<Recording>,
}

impl Rooms {
    /// How a member of a room joins its conference; none if there is no such room (any more).
    pub(super) fn app(&self, room: &RoomId) -> Option<App> {
        let room = self.0.get(room)?;
        Some(App::Conference {
            room: room.name.clone(),
            profile: room.profile.clone()?,
        })
    }

    fn name(&self, room: &RoomId) -> Option<Word> {
        self.0.get(room).map(|room| room.name.clone())
    }

    /// The layout that was chosen for a room.
    pub(super) fn layout(&self, room: &RoomId) -> Option<String> {
        self.0.get(room)?.layout.clone()
    }

    fn named(&self, name: &Word) -> Option<&Room> {
        self.0.values().find(|room| room.name == *name)
    }

    fn named_mut(&mut self, name: &Word) -> Option<&mut Room> {
        self.0.values_mut().find(|room| room.name == *name)
    }

    /// How a conference stands.
    pub(super) fn now(&self, name: &Word) -> Now {
        let Some(room) = self.named(name) else {
            return Now::default();
        };
        Now {
            plays: room.plays > 0,
            layout: room.layout.clone(),
            tape: room.tape.as_ref().and_then(|tape| tape.running()),
        }
    }

    /// The names of all conferences that there may be.
    pub(super) fn names(&self) -> Vec<Word> {
        self.0.values().map(|room| room.name.clone()).collect()
    }

    /// The recording of a conference.
    pub(super) fn tape(&self, name: &Word) -> Option<Arc<Tape>> {
        self.named(name)?.tape.clone()
    }

    /// A conference is not recorded any more.
    pub(super) fn take_tape(&mut self, name: &Word) -> Option<Arc<Tape>> {
        self.named_mut(name)?.tape.take()
    }

    /// Counts the files that a conference plays; whether it plays any, if that is another answer than before.
    pub(super) fn plays(&mut self, name: &Word, count: impl FnOnce(i32) -> i32) -> Option<bool> {
        let plays = &mut self.named_mut(name)?.plays;
        let before = *plays > 0;
        *plays = count(*plays);
        Some(*plays > 0).filter(|plays| *plays != before)
    }

    fn turn(&self, room: &RoomId) -> Arc<tokio::sync::Mutex<()>> {
        let room = self.0.get(room);
        room.map(|room| room.turn.clone()).unwrap_or_default()
    }
}

/// Makes or destroys a room.
pub(super) async fn request(server: &Server, request: RoomRequest) -> Result<()> {
    match request {
        RoomRequest::Create {
            room_id, options, ..
        } => {
            let refused = [
                (
                    options.audio_codec.is_some() || options.video_codec.is_some(),
                    "a conference of FreeSWITCH takes all codecs: each member's is mixed",
                ),
                (
                    options.bitrate_kbps.is_some_and(|kbps| kbps > 0),
                    "a conference of FreeSWITCH has the bitrate of its profile: it takes no cap of its own",
                ),
            ];
            if let Some((_, words)) = refused.into_iter().find(|(refused, _)| *refused) {
                return Err(Error::new(Reason::NotSupported, words));
            }
            // The same id may come again, for another room.
            let unique = uuid::Uuid::new_v4().as_simple().to_string();
            let name = format!("mp-{room_id}-{}", &unique[..8]);
            let name = Word::new(&name).expect("ids are of the same letters");
            server.topology.lock().make_room(room_id.clone(), options);
            let room = Room {
                name,
                profile: None,
                layout: None,
                tape: None,
                plays: 0,
                turn: Arc::default(),
            };
            server.rooms.lock().0.entry(room_id).or_insert(room);
        }
        RoomRequest::Destroy { room_id, .. } => {
            server.topology.lock().destroy_room(&room_id);
            let room = server.rooms.lock().0.remove(&room_id);
            if let Some(room) = room {
                let kick = Conference::Kick;
                let kicked = server
                    .socket
                    .read(&Command::Conference(room.name, kick))
                    .await;
                match kicked {
                    Err(error) if !error.is_gone() => return Err(error.into()),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

/// A session is about to join a conference: the first one chooses the profile.
///
/// # Errors
/// `INVALID_FIELD` for a profile or a layout that the server does not have, or a profile that is not the room's.
pub(super) fn choose(server: &Server, kind: &SessionType) -> Result<()> {
    let SessionType::Mcu {
        room_id: Some(room),
        profile,
        layout,
    } = kind
    else {
        return Ok(());
    };
    let catalog = server.catalog.lock();
    if let Some(layout) = layout {
        catalog.layout(layout)?;
    }
    let wanted = profile.as_deref().map(|name| catalog.profile(name));
    let wanted = wanted.transpose()?;
    let mut rooms = server.rooms.lock();
    let Some(room) = rooms.0.get_mut(room) else {
        return Ok(());
    };
    match (&room.profile, wanted) {
        (Some(has), Some(wanted)) if *has != wanted => {
            let words = format!("is `{has}` in this room: whoever came first has chosen it");
            Err(Error::field(Reason::InvalidField, "profile", words))
        }
        (Some(_), _) => Ok(()),
        (None, Some(wanted)) => {
            room.profile = Some(wanted);
            Ok(())
        }
        (None, None) => {
            room.profile = Some(catalog.profile(&server.config.conference_profile)?);
            Ok(())
        }
    }
}

/// Lays out the picture of a room, for as long as there is the room.
pub(super) async fn set_layout(server: &Server, room: &RoomId, layout: &str) -> Result<()> {
    let word = server.catalog.lock().layout(layout)?;
    ask(server, room, Conference::Layout(word)).await?;
    let name = {
        let mut rooms = server.rooms.lock();
        let room = rooms.0.get_mut(room);
        room.map(|room| {
            room.layout = Some(layout.to_owned());
            room.name.clone()
        })
    };
    if let Some(name) = name {
        stage::tell_all(server, &name, &stage::layout(layout));
    }
    Ok(())
}

/// Asks something of the conference of a room.
pub(super) async fn ask(server: &Server, room: &RoomId, what: Conference) -> Result<()> {
    let name = server.rooms.lock().name(room);
    let name = name.ok_or_else(|| {
        let words = format!("there is no room {room} here");
        Error::new(Reason::RoomNotFound, words)
    })?;
    let command = Command::Conference(name, what);
    let asked = server.socket.job(&command).await;
    asked
        .map(drop)
        .map_err(|error| refused(room, &command, error))
}

/// What it means to a caller that a conference does not do something.
fn refused(room: &RoomId, command: &Command, error: Fault) -> Error {
    let incompatible = |words: String| Error::new(Reason::IncompatibleSession, words);
    let told = match (&error, command) {
        _ if error.is_gone() => incompatible(format!(
            "nobody is connected in room {room} yet: its conference begins with its first member"
        )),
        (Fault::Refused { .. }, Command::Conference(_, Conference::Play(_))) => {
            playable::unreadable()
        }
        (Fault::Refused { message, .. }, Command::Conference(_, Conference::Layout(_))) => {
            incompatible(format!("room {room} has no picture to lay out: {message}"))
        }
        _ => return error.into(),
    };
    told.caused_by(error)
}

/// Steers the room that a session is in.
pub(super) async fn act(place: &Arc<Place>, action: RoomAction) -> Result<RoomOutcome> {
    let server = &place.server;
    let room = server.topology.lock().room_of(&place.session);
    let room: RoomId =
        room.ok_or_else(|| Error::new(Reason::NoActiveRoom, "the session is in no room"))?;
    // A client that has just connected is about to begin its conference.
    wiring::settle(std::slice::from_ref(place)).await?;
    match action {
        RoomAction::SetLayout { layout } => set_layout(server, &room, &layout).await?,
        RoomAction::MuteMember {
            session_id,
            audio,
            video,
        } => {
            let member = server.topology.lock().member(&room, &session_id)?;
            let change = MediaUpdate {
                mute_audio: audio,
                mute_video: video,
                ..MediaUpdate::default()
            };
            if let Some(muted) = server.place(member.leg) {
                mute(&muted, change).await?;
            }
        }
        RoomAction::KickMember { session_id } => {
            let member = server.topology.lock().member(&room, &session_id)?;
            if let Some(out) = server.place(member.leg) {
                let words = "it was put out of the room";
                out.tell(LegEvent::closed(Reason::BackendHangup, words));
            }
        }
        // The service keeps others out: the conference would keep out those, too, who connect late.
        RoomAction::Lock => server.topology.lock().lock(&room, true),
        RoomAction::Unlock => server.topology.lock().lock(&room, false),
        RoomAction::Play { uri } => play(server, &room, uri.as_deref()).await?,
        RoomAction::Record { on, uri } => {
            return record(server, &room, on, uri.as_deref())
                .await
                .map(RoomOutcome::Recording);
        }
        // The core knows them.
        RoomAction::ListMembers => {}
    }
    Ok(RoomOutcome::Done)
}

async fn mute(muted: &Arc<Place>, change: MediaUpdate) -> Result<()> {
    let before = {
        let mut state = muted.state.lock();
        let media = state.room_media.merged(change);
        std::mem::replace(&mut state.room_media, media)
    };
    let settled = wiring::settle(std::slice::from_ref(muted)).await;
    if settled.is_err() {
        muted.state.lock().room_media = before;
        wiring::mend(vec![muted.clone()]);
    }
    Ok(settled?)
}

/// Plays a file instead of what is played.
async fn play(server: &Server, room: &RoomId, uri: Option<&str>) -> Result<()> {
    let file = match uri {
        Some(uri) => Some(playable::file(server, uri).await?),
        None => None,
    };
    let turn = server.rooms.lock().turn(room);
    let _turn = turn.lock().await;
    // The server would play one after the other.
    ask(server, room, Conference::StopPlaying).await?;
    match file {
        Some(file) => ask(server, room, Conference::Play(file)).await,
        None => Ok(()),
    }
}

async fn record(
    server: &Arc<Server>,
    room: &RoomId,
    on: bool,
    uri: Option<&str>,
) -> Result<Recording> {
    let turn = server.rooms.lock().turn(room);
    let _turn = turn.lock().await;
    let current = {
        let rooms = server.rooms.lock();
        rooms.0.get(room).and_then(|room| room.tape.clone())
    };
    match (on, current) {
        (true, Some(_)) => {
            let words = "the room is being recorded already: stop that first";
            Err(Error::new(Reason::IncompatibleSession, words))
        }
        (false, None) => {
            let words = "the room is not being recorded";
            Err(Error::new(Reason::NoActiveRecorder, words))
        }
        (true, None) => {
            let tape = Tape::claim(server, uri, room).await?;
            put(server, room, Some(tape.clone()));
            let begun = tape.begin(server, room).await;
            if begun.is_err() {
                put(server, room, None);
            }
            begun
        }
        (false, Some(tape)) => {
            let recording = tape.end(server, room).await;
            put(server, room, None);
            Ok(recording)
        }
    }
}

fn put(server: &Server, room: &RoomId, tape: Option<Arc<Tape>>) {
    if let Some(room) = server.rooms.lock().0.get_mut(room) {
        room.tape = tape;
    }
}
