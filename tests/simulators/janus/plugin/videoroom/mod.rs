//! `janus.plugin.videoroom`: rooms, and the requests that are answered at once.

mod publisher;
mod subscriber;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::core::Jsep;
use super::super::frames::Frame;
use super::super::world::{At, World};
use super::{Plugin, Turn};
use publisher::Publisher;
use subscriber::Subscriber;

/// All rooms, by name.
pub(in super::super) type Rooms = BTreeMap<String, Room>;

/// A room: the row that lists it, and its secret.
#[derive(Clone, Debug)]
pub(in super::super) struct Room {
    row: Value,
    secret: Option<String>,
}

/// What a handle is in the plugin.
#[derive(Clone, Debug, Default)]
pub(in super::super) enum Member {
    /// Nothing yet.
    #[default]
    Nobody,
    Publisher(Publisher),
    Subscriber(Subscriber),
    /// It was put out, or its room is no more.
    Outside,
}

type Refusal = (u32, String);
type Answered = Result<Frame, Refusal>;

const ASYNCHRONOUS: [&str; 10] = [
    "join",
    "joinandconfigure",
    "publish",
    "configure",
    "start",
    "switch",
    "unpublish",
    "leave",
    "pause",
    "update",
];

pub(super) fn message(turn: &mut Turn<'_>, member: &Member, body: &Value, jsep: Option<&Jsep>) {
    let request = body["request"].as_str().unwrap_or_default();
    if !ASYNCHRONOUS.contains(&request) {
        let unknown = || refused((423, format!("Unknown request '{request}'")));
        let answer = synchronous(turn.world, body).unwrap_or_else(unknown);
        return turn.success(answer);
    }
    turn.ack();
    let done = match (member, request) {
        (Member::Nobody, "join" | "joinandconfigure") => join(turn, body, jsep),
        (Member::Nobody, _) => Err((
            424,
            "Invalid request on unconfigured participant".to_owned(),
        )),
        (Member::Outside, _) => Err((426, "No such room".to_owned())),
        (Member::Publisher(publisher), _) => publisher::message(turn, publisher, body, jsep),
        (Member::Subscriber(subscriber), _) => subscriber::message(turn, subscriber, body, jsep),
    };
    if let Err((code, words)) = done {
        turn.event(Frame::recorded("videoroom.error").error(code, &words));
    }
}

fn join(turn: &mut Turn<'_>, body: &Value, jsep: Option<&Jsep>) -> Result<(), Refusal> {
    let room = known(turn.world, body)?;
    let kind = word(body, "ptype")?;
    match kind.as_str() {
        "publisher" => publisher::join(turn, &room, body, jsep),
        "subscriber" => subscriber::join(turn, &room, body),
        _ => Err((430, "Invalid element (ptype)".to_owned())),
    }
}

/// The answer to a request that needs no handle; none if there is no such request.
pub(in super::super) fn synchronous(world: &mut World, body: &Value) -> Option<Frame> {
    let answer = match body["request"].as_str()? {
        "create" => create(world, body),
        "list" => Ok(list(world)),
        "exists" => word(body, "room").map(|room| {
            let exists = world.rooms.contains_key(&room);
            Frame::recorded("videoroom.exists")
                .data("room", room)
                .data("exists", exists)
        }),
        "destroy" => destroy(world, body),
        "edit" => edit(world, body),
        "listparticipants" => participants(world, body),
        "kick" => kick(world, body),
        "moderate" => moderate(world, body),
        "enable_recording" => known(world, body)
            .map(|_| Frame::recorded("videoroom.recording").data("record", body["record"].clone())),
        "allowed" => known(world, body).map(|room| {
            let allowed = json!({"videoroom": "success", "room": room, "allowed": body["allowed"]});
            Frame::recorded("videoroom.success").all_data(allowed)
        }),
        _ => return None,
    };
    Some(answer.unwrap_or_else(refused))
}

fn refused((code, words): Refusal) -> Frame {
    Frame::recorded("videoroom.refused").error(code, &words)
}

fn create(world: &mut World, body: &Value) -> Answered {
    let room = match &body["room"] {
        Value::String(room) => room.clone(),
        Value::Null => format!("{:032x}", world.new_id()),
        _ => {
            return Err((
                430,
                "Invalid element type (room should be a string)".to_owned(),
            ));
        }
    };
    for field in ["bitrate", "publishers"] {
        if !(body[field].is_null() || body[field].is_u64()) {
            let words = format!("Invalid element type ({field} should be a positive integer)");
            return Err((430, words));
        }
    }
    let audio = body["audiocodec"].as_str().unwrap_or("opus");
    if !audio.split(',').all(|codec| AUDIO.contains(&codec)) {
        let words = "Invalid element (audiocodec can only be or contain opus, isac32, isac16, pcmu, pcma or g722)";
        return Err((430, words.to_owned()));
    }
    if world.rooms.contains_key(&room) {
        return Err((427, format!("Room {room} already exists")));
    }
    let or = |field: &str, otherwise: Value| match &body[field] {
        Value::Null => otherwise,
        given => given.clone(),
    };
    let mut row = Frame::recorded("videoroom.list").into_data()["list"][0].take();
    row["room"] = json!(room);
    row["description"] = or("description", json!(format!("Room {room}")));
    row["max_publishers"] = or("publishers", json!(3));
    row["bitrate"] = or("bitrate", json!(0));
    row["is_private"] = or("is_private", json!(false));
    row["audiocodec"] = json!(audio);
    row["videocodec"] = or("videocodec", json!("vp8"));
    let secret = body["secret"].as_str().map(str::to_owned);
    world.rooms.insert(room.clone(), Room { row, secret });
    Ok(Frame::recorded("videoroom.created").data("room", room))
}

const AUDIO: [&str; 6] = ["opus", "isac32", "isac16", "pcmu", "pcma", "g722"];

fn list(world: &World) -> Frame {
    let rows = world.rooms.iter().map(|(name, room)| {
        let mut row = room.row.clone();
        row["num_participants"] = json!(publishers(world, name).len());
        row
    });
    let shown = rows.filter(|row| row["is_private"] == json!(false));
    Frame::recorded("videoroom.list").data("list", shown.collect::<Vec<_>>())
}

fn destroy(world: &mut World, body: &Value) -> Answered {
    let room = known(world, body)?;
    guarded(world, &room, body)?;
    world.rooms.remove(&room);
    let publishers = publishers(world, &room);
    for (at, _) in &publishers {
        let frame = Frame::recorded("videoroom.room_destroyed");
        world.tell(*at, frame.data("room", room.as_str()));
        become_(world, *at, Member::Outside);
        world.closes(*at);
    }
    for (at, _) in subscribers(world, &room) {
        become_(world, at, Member::Outside);
    }
    Ok(Frame::recorded("videoroom.destroyed").data("room", room))
}

fn edit(world: &mut World, body: &Value) -> Answered {
    let room = known(world, body)?;
    guarded(world, &room, body)?;
    let row = &mut world.rooms.get_mut(&room).expect("it was just found").row;
    for field in ["description", "bitrate", "is_private"] {
        let given = &body[format!("new_{field}")];
        if !given.is_null() {
            row[field] = given.clone();
        }
    }
    Ok(Frame::recorded("videoroom.edited").data("room", room))
}

fn participants(world: &World, body: &Value) -> Answered {
    let room = known(world, body)?;
    let rows: Vec<Value> = publishers(world, &room)
        .iter()
        .map(|(_, p)| p.row())
        .collect();
    let frame = Frame::recorded("videoroom.participants").data("room", room);
    Ok(frame.data("participants", rows))
}

fn kick(world: &mut World, body: &Value) -> Answered {
    let room = known(world, body)?;
    guarded(world, &room, body)?;
    let (at, publisher) = member(world, &room, body)?;
    let victim = Frame::recorded("videoroom.kicked_victim").data("room", room.as_str());
    world.tell(at, victim);
    become_(world, at, Member::Outside);
    for (other, _) in publishers(world, &room) {
        let frame = Frame::recorded("videoroom.kicked").data("room", room.as_str());
        world.tell(other, frame.data("kicked", publisher.id()));
    }
    world.closes(at);
    Ok(Frame::recorded("videoroom.success"))
}

fn moderate(world: &mut World, body: &Value) -> Answered {
    let room = known(world, body)?;
    guarded(world, &room, body)?;
    let (_, publisher) = member(world, &room, body)?;
    let word = if body["mute"] == json!(true) {
        "muted"
    } else {
        "unmuted"
    };
    for (other, _) in publishers(world, &room) {
        let frame = Frame::recorded("videoroom.moderation").data("room", room.as_str());
        let frame = frame
            .data("id", publisher.id())
            .data("mid", body["mid"].clone());
        world.tell(other, frame.data("moderation", word));
    }
    Ok(Frame::recorded("videoroom.success"))
}

/// A publisher's peer has connected.
pub(super) fn up(world: &mut World, at: At, member: &Member) {
    match member {
        Member::Publisher(publisher) => publisher::up(world, at, publisher),
        Member::Subscriber(subscriber) => subscriber::up(world, at, subscriber),
        Member::Nobody | Member::Outside => {}
    }
}

/// A publisher's peer connection has ended.
pub(super) fn hung_up(world: &mut World, at: At, member: &Member) {
    if let Member::Publisher(publisher) = member {
        publisher::unpublished(world, at, publisher);
    }
}

/// A handle is no more.
pub(super) fn left(world: &mut World, at: At, member: &Member) {
    if let Member::Publisher(publisher) = member {
        publisher::unpublished(world, at, publisher);
        publisher::tell_leaving(world, at, publisher);
    }
}

/// What the admin API shows of a member.
pub(super) fn shown(member: &Member) -> Value {
    match member {
        Member::Publisher(publisher) => publisher.shown(),
        Member::Subscriber(subscriber) => subscriber.shown(),
        Member::Nobody | Member::Outside => json!({"type": "none", "hangingup": 0, "destroyed": 0}),
    }
}

/// The room that a request names, if it is there.
fn known(world: &World, body: &Value) -> Result<String, Refusal> {
    let room = word(body, "room")?;
    match world.rooms.contains_key(&room) {
        true => Ok(room),
        false => Err((426, format!("No such room ({room})"))),
    }
}

fn guarded(world: &World, room: &str, body: &Value) -> Result<(), Refusal> {
    let secret = world
        .rooms
        .get(room)
        .and_then(|room| room.secret.as_deref());
    match (secret, body["secret"].as_str()) {
        (Some(_), None) => Err((429, "Missing mandatory element (secret)".to_owned())),
        (Some(secret), Some(given)) if secret != given => {
            Err((433, "Unauthorized (wrong secret)".to_owned()))
        }
        _ => Ok(()),
    }
}

/// The publisher that a request names.
fn member(world: &World, room: &str, body: &Value) -> Result<(At, Publisher), Refusal> {
    let id = word(body, "id")?;
    let found = publishers(world, room)
        .into_iter()
        .find(|(_, p)| p.id() == id);
    found.ok_or_else(|| (428, format!("No such user {id} in room {room}")))
}

fn word(body: &Value, field: &str) -> Result<String, Refusal> {
    match &body[field] {
        Value::String(word) => Ok(word.clone()),
        Value::Null => Err((429, format!("Missing mandatory element ({field})"))),
        _ => Err((
            430,
            format!("Invalid element type ({field} should be a string)"),
        )),
    }
}

fn publishers(world: &World, room: &str) -> Vec<(At, Publisher)> {
    let members = world
        .handles()
        .filter_map(|(at, handle)| match &handle.plugin {
            Plugin::Videoroom(Member::Publisher(publisher)) => Some((at, publisher.clone())),
            _ => None,
        });
    members
        .filter(|(_, publisher)| publisher.room() == room)
        .collect()
}

fn subscribers(world: &World, room: &str) -> Vec<(At, Subscriber)> {
    let members = world
        .handles()
        .filter_map(|(at, handle)| match &handle.plugin {
            Plugin::Videoroom(Member::Subscriber(subscriber)) => Some((at, subscriber.clone())),
            _ => None,
        });
    members
        .filter(|(_, subscriber)| subscriber.room() == room)
        .collect()
}

fn become_(world: &mut World, at: At, member: Member) {
    if let Some(handle) = world.handle(at) {
        handle.plugin = Plugin::Videoroom(member);
    }
}
