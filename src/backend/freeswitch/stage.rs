//! What happens in a conference, as its members are told.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::{
    command::{Command, Conference, Word},
    error::Error as Fault,
    esl::Event,
    place::{Member, Place},
    rooms,
    server::Server,
    tape::News,
    wiring::Runs,
};
use crate::media::{LegEvent, Recording, RecordingState, SessionType};

/// Something happened in a conference.
pub(super) fn happened(server: &Arc<Server>, place: Option<&Arc<Place>>, event: &Event) {
    let Some(name) = event.get("Conference-Name").and_then(Word::new) else {
        return;
    };
    match (event.get("Action"), place) {
        (Some("add-member"), Some(place)) => entered(place, &name, event),
        (Some("del-member"), Some(place)) => {
            let member = &mut place.state.lock().member;
            member.take_if(|member| member.room == name);
        }
        (Some(action @ ("start-talking" | "stop-talking")), Some(place)) => {
            let talking = action == "start-talking";
            place.tell(LegEvent::status("talking", json!({"talking": talking})));
        }
        (Some("floor-change"), _) => {
            let holder = event.get("New-ID").and_then(|id| id.parse().ok());
            floor(server, &name, holder);
        }
        (Some("play-file"), _) if event.get("Error").is_none() => {
            plays(server, &name, |files| files + 1);
        }
        (Some("play-file-done"), _) => plays(server, &name, |files| files - 1),
        (Some("start-recording" | "stop-recording"), _) => taped(server, name, event),
        (Some("conference-destroy"), _) => plays(server, &name, |_| 0),
        _ => {}
    }
}

/// A call has become a member.
fn entered(place: &Arc<Place>, name: &Word, event: &Event) {
    let Some(id) = event.get("Member-ID").and_then(|id| id.parse().ok()) else {
        return;
    };
    place.state.lock().member = Some(Member {
        room: name.clone(),
        id,
        unseen: Some(false),
        has_floor: false,
    });
    place.now_runs(event.sequence(), Runs::Conference(name.clone()));
    let now = place.server.rooms.lock().now(name);
    if now.plays {
        place.tell(announcement(true));
    }
    if let Some(tape) = now.tape {
        place.tell(recorded(&tape));
    }
    let begins = event.get("Conference-Size") == Some("1");
    // Otherwise it is laid out anew, which is told.
    if let Some(chosen) = now.layout.filter(|_| !begins) {
        place.tell(layout(&chosen));
    }
    let place = place.clone();
    tokio::spawn(async move { lay_out(&place, begins).await });
}

/// Whoever joins may choose the layout; what was chosen before holds for a conference that is begun anew.
async fn lay_out(place: &Place, begins: bool) {
    let (room, own) = match &place.state.lock().kind {
        SessionType::Mcu {
            room_id: Some(room),
            layout,
            ..
        } => (room.clone(), layout.clone()),
        _ => return,
    };
    let chosen = match own {
        Some(layout) => Some(layout.to_string()),
        None if begins => place.server.rooms.lock().layout(&room),
        None => None,
    };
    if let Some(chosen) = chosen
        && let Err(error) = rooms::set_layout(&place.server, &room, &chosen).await
    {
        let session_id = &place.session;
        tracing::warn!(%session_id, %error, "cannot choose the layout of a conference");
    }
}

/// Another one is heard best, or nobody.
fn floor(server: &Server, name: &Word, holder: Option<u32>) {
    for place in server.all() {
        let mut state = place.state.lock();
        let member = state.member.as_mut().filter(|member| member.room == *name);
        let Some(member) = member else { continue };
        let has_floor = Some(member.id) == holder;
        let changes = std::mem::replace(&mut member.has_floor, has_floor) != has_floor;
        drop(state);
        if changes {
            place.tell(LegEvent::status("floor", json!({"floor": has_floor})));
        }
    }
}

/// A conference plays one file more, or less.
fn plays(server: &Server, name: &Word, count: impl FnOnce(i32) -> i32) {
    let now = server.rooms.lock().plays(name, count);
    if let Some(playing) = now {
        tell_all(server, name, &announcement(playing));
    }
}

fn taped(server: &Arc<Server>, name: Word, event: &Event) {
    let tape = server.rooms.lock().tape(&name);
    let Some(tape) = tape else { return };
    match tape.happened(event) {
        Some(News::Begins) => {
            if let Some(recording) = tape.running() {
                tell_all(server, &name, &recorded(&recording));
            }
        }
        Some(News::Fails) => drop(server.rooms.lock().take_tape(&name)),
        Some(News::Ends) => tape_ended(server, name),
        None => {}
    }
}

/// A conference is not recorded any more.
fn tape_ended(server: &Arc<Server>, name: Word) {
    let tape = server.rooms.lock().take_tape(&name);
    let Some(tape) = tape else { return };
    let server = server.clone();
    tokio::spawn(async move {
        let recording = tape.complete().await;
        let file = tape.file();
        tracing::debug!(%file, "the recording of a room has ended");
        tell_all(&server, &name, &recorded(&recording));
    });
}

fn announcement(playing: bool) -> LegEvent {
    LegEvent::status("announcement", json!({"playing": playing}))
}

/// The picture of a conference is laid out so.
pub(super) fn layout(layout: &str) -> LegEvent {
    LegEvent::status("layout", json!({"layout": layout}))
}

/// A recording of a conference has begun or ended.
fn recorded(recording: &Recording) -> LegEvent {
    let uri = recording.files.first().map(|file| &file.uri);
    let body = json!({
        "recording": recording.state == RecordingState::Recording,
        "uri": uri,
        "error": recording.error,
    });
    LegEvent::status("room_recording", body)
}

/// Tells something to all members of a conference.
pub(super) fn tell_all(server: &Server, name: &Word, event: &LegEvent) {
    for place in server.all() {
        let member = place.state.lock().member.clone();
        if member.is_some_and(|member| member.room == *name) {
            place.tell(event.clone());
        }
    }
}

/// Asks what was missed of the conferences during an outage.
///
/// # Errors
/// Why the server does not say.
pub(super) async fn catch_up(server: &Arc<Server>) -> Result<(), Fault> {
    let names = server.rooms.lock().names();
    for name in names {
        let command = |what| Command::Conference(name.clone(), what);
        let listed = match server.socket.read(&command(Conference::List)).await {
            Ok(listed) => Listed::parse(&listed)?,
            // It has ended, or has not begun.
            Err(error) if error.is_gone() => Listed::default(),
            Err(error) => return Err(error),
        };
        // It is what it is always: only where a file is played there is a volume to set.
        let is_playing = match server.socket.read(&command(Conference::Volume)).await {
            Ok(_) => true,
            Err(Fault::Refused { .. }) => false,
            Err(error) => return Err(error),
        };
        plays(server, &name, |_| i32::from(is_playing));
        floor(server, &name, listed.floor());
        let tape = server.rooms.lock().tape(&name);
        if !listed.recording && tape.is_some_and(|tape| tape.missed()) {
            tape_ended(server, name);
        }
    }
    Ok(())
}

/// A conference, as the server describes it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    recording: bool,
    members: Vec<Described>,
}

/// One of its members, or a recording of it, which has neither.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Described {
    id: Option<u32>,
    flags: Flags,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Flags {
    has_floor: bool,
}

impl Listed {
    fn parse(listed: &str) -> Result<Self, Fault> {
        let conferences: Result<Vec<Self>, _> = serde_json::from_str(listed);
        let conferences = conferences
            .map_err(|fault| Fault::Malformed(format!("a conference that is no JSON: {fault}")))?;
        Ok(conferences.into_iter().next().unwrap_or_default())
    }

    fn floor(&self) -> Option<u32> {
        let mut members = self.members.iter();
        members.find(|member| member.flags.has_floor)?.id
    }
}
