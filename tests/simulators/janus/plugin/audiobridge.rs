//! `janus.plugin.audiobridge`: rooms where all are mixed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::core::Jsep;
use super::super::frames::Frame;
use super::super::sdp;
use super::super::world::{At, Peer, World};
use super::{Plugin, Turn};

/// All rooms, by name, as they are listed.
pub(in super::super) type Rooms = BTreeMap<String, Value>;

/// What a handle is in the plugin.
#[derive(Clone, Debug, Default)]
pub(in super::super) enum Member {
    /// Nothing yet, or no more.
    #[default]
    Nobody,
    Participant(Participant),
}

/// Somebody who is mixed.
#[derive(Clone, Debug)]
pub(in super::super) struct Participant {
    room: String,
    id: String,
    display: Option<String>,
    muted: bool,
    /// There is a peer connection.
    setup: bool,
}

type Refusal = (u32, String);
type Answered = Result<Frame, Refusal>;

const ASYNCHRONOUS: [&str; 4] = ["join", "configure", "changeroom", "leave"];

impl Participant {
    fn row(&self) -> Value {
        let mut row = json!({"id": self.id, "setup": self.setup, "muted": self.muted});
        if let Some(display) = &self.display {
            row["display"] = json!(display);
        }
        row
    }

    fn row_with_voice(&self) -> Value {
        let mut row = self.row();
        row["talking"] = json!(false);
        row
    }

    fn told(&self, name: &str) -> Frame {
        Frame::recorded(name).data("room", self.room.as_str())
    }
}

pub(super) fn message(turn: &mut Turn<'_>, member: &Member, body: &Value, jsep: Option<&Jsep>) {
    let request = body["request"].as_str().unwrap_or_default();
    if !ASYNCHRONOUS.contains(&request) {
        let unknown = || refused((482, format!("Unknown request '{request}'")));
        let answer = synchronous(turn.world, body).unwrap_or_else(unknown);
        return turn.success(answer);
    }
    turn.ack();
    let done = match (request, member) {
        ("join", Member::Nobody) => join(turn, body, jsep),
        ("join", Member::Participant(_)) => {
            let words = "Already in a room (use changeroom to join another one)";
            Err((491, words.to_owned()))
        }
        ("configure", Member::Participant(participant)) => {
            configure(turn, participant.clone(), body, jsep);
            Ok(())
        }
        ("leave", Member::Participant(participant)) => {
            leave(turn, participant);
            Ok(())
        }
        ("changeroom", Member::Participant(_)) => known(turn.world, body).map(drop),
        (_, Member::Nobody) => Err((487, format!("Can't {request} (not in a room)"))),
        _ => Err((482, format!("Unknown request '{request}'"))),
    };
    if let Err((code, words)) = done {
        turn.event(Frame::recorded("audiobridge.error").error(code, &words));
    }
}

fn join(turn: &mut Turn<'_>, body: &Value, jsep: Option<&Jsep>) -> Result<(), Refusal> {
    let room = known(turn.world, body)?;
    let id = match body["id"].as_str() {
        Some(id) => id.to_owned(),
        None => format!("{:032x}", turn.world.new_id()),
    };
    let others = participants(turn.world, &room);
    if others.iter().any(|(_, other)| other.id == id) {
        return Err((490, format!("User ID {id} already exists")));
    }
    let participant = Participant {
        room,
        id,
        display: body["display"].as_str().map(str::to_owned),
        muted: body["muted"] == json!(true),
        setup: false,
    };
    become_(
        turn.world,
        turn.at,
        Member::Participant(participant.clone()),
    );
    tell_others(turn.world, turn.at, &participant, "audiobridge.came");
    let rows: Vec<Value> = others
        .iter()
        .map(|(_, other)| other.row_with_voice())
        .collect();
    let joined = participant
        .told("audiobridge.joined")
        .data("id", participant.id.as_str());
    answer(turn, participant, joined.data("participants", rows), jsep);
    Ok(())
}

/// Answers, also the offer beside the message.
fn answer(turn: &mut Turn<'_>, mut participant: Participant, said: Frame, jsep: Option<&Jsep>) {
    let Some(jsep) = jsep else {
        return turn.event(said.without("jsep"));
    };
    turn.world.described(turn.at, &jsep.sdp);
    turn.event(said.jsep("answer", &audio_only(&jsep.sdp)));
    participant.setup = true;
    become_(
        turn.world,
        turn.at,
        Member::Participant(participant.clone()),
    );
    tell_others(turn.world, turn.at, &participant, "audiobridge.changed");
    turn.world.negotiated(turn.at);
}

fn audio_only(offer: &str) -> String {
    let mut sections = sdp::sections(offer);
    for section in &mut sections {
        section.rejected |= section.media != "audio";
    }
    sdp::webrtc("-", "active", &sections)
}

fn configure(turn: &mut Turn<'_>, mut participant: Participant, body: &Value, jsep: Option<&Jsep>) {
    let muted = body["muted"].as_bool().unwrap_or(participant.muted);
    let changes = jsep.is_none() && body["muted"].is_boolean();
    participant.muted = muted;
    become_(
        turn.world,
        turn.at,
        Member::Participant(participant.clone()),
    );
    if changes {
        tell_others(turn.world, turn.at, &participant, "audiobridge.changed");
    }
    answer(turn, participant, Frame::recorded("audiobridge.ok"), jsep);
}

fn leave(turn: &mut Turn<'_>, participant: &Participant) {
    become_(turn.world, turn.at, Member::Nobody);
    tell_leaving(turn.world, participant);
    let left = participant.told("audiobridge.left");
    turn.event(left.data("id", participant.id.as_str()));
    if let Some(handle) = turn.world.handle(turn.at) {
        handle.peer = Peer::default();
    }
}

/// A handle is no more, or its peer connection is.
pub(super) fn left(world: &mut World, at: At, member: &Member) {
    if let Member::Participant(participant) = member {
        become_(world, at, Member::Nobody);
        tell_leaving(world, participant);
    }
}

/// The answer to a request that needs no handle; none if there is no such request.
pub(in super::super) fn synchronous(world: &mut World, body: &Value) -> Option<Frame> {
    let answer = match body["request"].as_str()? {
        "create" => create(world, body),
        "list" => Ok(list(world)),
        "exists" => {
            let room = body["room"].as_str().unwrap_or_default();
            let exists = world.conferences.contains_key(room);
            let frame = Frame::recorded("audiobridge.exists");
            Ok(frame.data("room", room).data("exists", exists))
        }
        "destroy" => destroy(world, body),
        "listparticipants" => known(world, body).map(|room| {
            let all = participants(world, &room);
            let rows: Vec<Value> = all.iter().map(|(_, one)| one.row_with_voice()).collect();
            let frame = Frame::recorded("audiobridge.participants");
            frame.data("room", room).data("participants", rows)
        }),
        "mute" => mute(world, body, true),
        "unmute" => mute(world, body, false),
        "kick" => kick(world, body),
        "enable_recording" => known(world, body).map(|_| {
            Frame::recorded("audiobridge.recording").data("record", body["record"].clone())
        }),
        "allowed" => known(world, body).map(|room| {
            let allowed =
                json!({"audiobridge": "success", "room": room, "allowed": body["allowed"]});
            Frame::recorded("audiobridge.success").all_data(allowed)
        }),
        _ => return None,
    };
    Some(answer.unwrap_or_else(refused))
}

fn refused((code, words): Refusal) -> Frame {
    Frame::recorded("audiobridge.refused").error(code, &words)
}

fn create(world: &mut World, body: &Value) -> Answered {
    let room = match body["room"].as_str() {
        Some(room) => room.to_owned(),
        None => format!("{:032x}", world.new_id()),
    };
    if world.conferences.contains_key(&room) {
        return Err((486, format!("Room {room} already exists")));
    }
    let mut row = Frame::recorded("audiobridge.list").into_data()["list"][0].take();
    row["room"] = json!(room);
    row["description"] = match &body["description"] {
        Value::Null => json!(format!("Room {room}")),
        given => given.clone(),
    };
    world.conferences.insert(room.clone(), row);
    Ok(Frame::recorded("audiobridge.created").data("room", room))
}

fn list(world: &World) -> Frame {
    let rows = world.conferences.iter().map(|(name, row)| {
        let mut row = row.clone();
        row["num_participants"] = json!(participants(world, name).len());
        row
    });
    Frame::recorded("audiobridge.list").data("list", rows.collect::<Vec<_>>())
}

fn destroy(world: &mut World, body: &Value) -> Answered {
    let room = known(world, body)?;
    world.conferences.remove(&room);
    for (at, participant) in participants(world, &room) {
        world.tell(at, participant.told("audiobridge.room_destroyed"));
        become_(world, at, Member::Nobody);
        world.closes(at);
    }
    Ok(Frame::recorded("audiobridge.destroyed").data("room", room))
}

fn mute(world: &mut World, body: &Value, muted: bool) -> Answered {
    let (at, participant) = member(world, body)?;
    let participant = Participant {
        muted,
        ..participant
    };
    become_(world, at, Member::Participant(participant.clone()));
    for (other, _) in participants(world, &participant.room) {
        let frame = participant.told("audiobridge.changed");
        world.tell(
            other,
            frame.data("participants", json!([participant.row()])),
        );
    }
    Ok(participant.told("audiobridge.muted"))
}

fn kick(world: &mut World, body: &Value) -> Answered {
    let (at, participant) = member(world, body)?;
    for (other, _) in participants(world, &participant.room) {
        let frame = participant.told("audiobridge.kicked");
        world.tell(other, frame.data("kicked", participant.id.as_str()));
    }
    become_(world, at, Member::Nobody);
    tell_leaving(world, &participant);
    world.closes(at);
    Ok(Frame::recorded("audiobridge.success"))
}

fn known(world: &World, body: &Value) -> Result<String, Refusal> {
    let room = body["room"].as_str();
    let room = room.ok_or((483, "Missing mandatory element (room)".to_owned()))?;
    match world.conferences.contains_key(room) {
        true => Ok(room.to_owned()),
        false => Err((485, format!("No such room ({room})"))),
    }
}

/// The participant that a request names.
fn member(world: &World, body: &Value) -> Result<(At, Participant), Refusal> {
    let room = known(world, body)?;
    let id = body["id"].as_str().unwrap_or_default();
    let found = participants(world, &room)
        .into_iter()
        .find(|(_, one)| one.id == id);
    found.ok_or_else(|| (489, format!("No such user {id} in room {room}")))
}

fn participants(world: &World, room: &str) -> Vec<(At, Participant)> {
    let members = world
        .handles()
        .filter_map(|(at, handle)| match &handle.plugin {
            Plugin::Audiobridge(Member::Participant(participant)) => {
                Some((at, participant.clone()))
            }
            _ => None,
        });
    members
        .filter(|(_, participant)| participant.room == room)
        .collect()
}

fn become_(world: &mut World, at: At, member: Member) {
    if let Some(handle) = world.handle(at) {
        handle.plugin = Plugin::Audiobridge(member);
    }
}

fn tell_others(world: &mut World, at: At, participant: &Participant, name: &str) {
    for (other, _) in participants(world, &participant.room) {
        if other != at {
            let frame = participant.told(name);
            world.tell(
                other,
                frame.data("participants", json!([participant.row()])),
            );
        }
    }
}

fn tell_leaving(world: &mut World, participant: &Participant) {
    for (other, _) in participants(world, &participant.room) {
        let frame = participant.told("audiobridge.leaving");
        world.tell(other, frame.data("leaving", participant.id.as_str()));
    }
}
