//! Those who send into a room.

use serde_json::{Value, json};

use super::super::super::core::Jsep;
use super::super::super::frames::Frame;
use super::super::super::sdp::{self, Section};
use super::super::super::world::{At, Peer, World};
use super::{Member, Refusal, Turn, become_, publishers, subscriber};

/// Somebody who joined a room to send.
#[derive(Clone, Debug)]
pub(in super::super::super) struct Publisher {
    room: String,
    id: String,
    display: Option<String>,
    streams: Vec<Section>,
    up: bool,
    filename: Option<String>,
}

impl Publisher {
    pub(super) fn room(&self) -> &str {
        &self.room
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn display(&self) -> Option<&str> {
        self.display.as_deref()
    }

    /// Its m-sections, if its media is there.
    pub(super) fn feed(&self) -> Option<&[Section]> {
        self.up.then_some(&self.streams)
    }

    /// As `listparticipants` shows it.
    pub(super) fn row(&self) -> Value {
        let mut row = json!({"id": self.id, "publisher": self.up});
        if self.up {
            row["talking"] = json!(false);
        }
        self.named(row)
    }

    /// As those who join, or are there, are told of it.
    fn announced(&self, to_joiner: bool) -> Value {
        let mut shown = json!({"id": self.id, "streams": self.rows(to_joiner)});
        self.add_codecs(&mut shown);
        if to_joiner {
            shown["talking"] = json!(false);
        }
        self.named(shown)
    }

    pub(super) fn shown(&self) -> Value {
        let mut shown = json!({
            "type": "publisher", "room": self.room, "id": self.id,
            "streams": self.rows(false), "hangingup": 0, "destroyed": 0,
        });
        if let Some(filename) = &self.filename {
            for row in shown["streams"].as_array_mut().into_iter().flatten() {
                let (kind, index) = (row["type"].clone(), row["mindex"].clone());
                let kind = kind.as_str().unwrap_or_default();
                row["recording"] = json!(format!("{filename}-{kind}-{index}"));
            }
        }
        shown
    }

    fn named(&self, mut row: Value) -> Value {
        if let Some(display) = &self.display {
            row["display"] = json!(display);
        }
        row
    }

    fn add_codecs(&self, to: &mut Value) {
        for stream in &self.streams {
            if let Some(codec) = stream.codec() {
                to[format!("{}_codec", stream.kind())] = json!(codec);
            }
        }
    }

    fn rows(&self, to_joiner: bool) -> Vec<Value> {
        let rows = self.streams.iter().enumerate().map(|(index, stream)| {
            let mut row = json!({"type": stream.kind(), "mindex": index, "mid": stream.mid});
            if let Some(codec) = stream.codec() {
                row["codec"] = json!(codec);
            }
            if to_joiner && stream.kind() == "audio" {
                row["talking"] = json!(false);
            }
            row
        });
        rows.collect()
    }

    fn told(&self, name: &str) -> Frame {
        Frame::recorded(name).data("room", self.room.as_str())
    }
}

pub(super) fn join(
    turn: &mut Turn<'_>,
    room: &str,
    body: &Value,
    jsep: Option<&Jsep>,
) -> Result<(), Refusal> {
    let id = match body["id"].as_str() {
        Some(id) => id.to_owned(),
        None => format!("{:032x}", turn.world.new_id()),
    };
    let others = publishers(turn.world, room);
    if others.iter().any(|(_, other)| other.id == id) {
        return Err((436, format!("User ID {id} already exists")));
    }
    let publisher = Publisher {
        room: room.to_owned(),
        id,
        display: body["display"].as_str().map(str::to_owned),
        streams: Vec::new(),
        up: false,
        filename: None,
    };
    become_(turn.world, turn.at, Member::Publisher(publisher.clone()));
    let description = turn.world.rooms[room].row["description"].clone();
    let active = others.iter().filter(|(_, other)| other.up);
    let active: Vec<Value> = active.map(|(_, other)| other.announced(true)).collect();
    let joined = json!({
        "videoroom": "joined", "room": room, "description": description,
        "id": publisher.id, "private_id": 2_991_599_820_u32, "publishers": active,
    });
    match jsep.filter(|_| body["request"] == json!("joinandconfigure")) {
        None => turn.event(
            Frame::recorded("videoroom.joined")
                .without("jsep")
                .all_data(joined),
        ),
        Some(jsep) => publish(turn, publisher, "videoroom.joined", joined, jsep),
    }
    Ok(())
}

/// Takes the offer and answers with `said` and what the streams are.
fn publish(
    turn: &mut Turn<'_>,
    mut publisher: Publisher,
    name: &str,
    mut said: Value,
    jsep: &Jsep,
) {
    publisher.streams = sdp::sections(&jsep.sdp);
    publisher.add_codecs(&mut said);
    said["streams"] = json!(publisher.rows(false));
    let answer = sdp::receiving_answer(&format!("VideoRoom {}", publisher.room), &jsep.sdp);
    become_(turn.world, turn.at, Member::Publisher(publisher));
    turn.world.described(turn.at, &jsep.sdp);
    turn.event(Frame::recorded(name).all_data(said).jsep("answer", &answer));
    turn.world.negotiated(turn.at);
}

pub(super) fn message(
    turn: &mut Turn<'_>,
    publisher: &Publisher,
    body: &Value,
    jsep: Option<&Jsep>,
) -> Result<(), Refusal> {
    match (body["request"].as_str().unwrap_or_default(), jsep) {
        ("join" | "joinandconfigure", _) => {
            Err((425, "Already in as a publisher on this handle".to_owned()))
        }
        ("publish" | "configure", Some(jsep)) => {
            let room = &publisher.room;
            let said = json!({"videoroom": "event", "room": room, "configured": "ok"});
            publish(turn, publisher.clone(), "videoroom.published", said, jsep);
            Ok(())
        }
        ("configure", None) => {
            let mut publisher = publisher.clone();
            match &body["record"] {
                Value::Bool(true) => {
                    publisher.filename = body["filename"].as_str().map(str::to_owned);
                }
                Value::Bool(false) => publisher.filename = None,
                _ => {}
            }
            let configured = publisher.told("videoroom.configured");
            become_(turn.world, turn.at, Member::Publisher(publisher));
            turn.event(configured);
            Ok(())
        }
        ("unpublish", _) => {
            unpublish(turn, publisher);
            Ok(())
        }
        ("leave", _) => {
            leave(turn, publisher);
            Ok(())
        }
        (request, _) => Err((423, format!("Unknown request '{request}'"))),
    }
}

fn unpublish(turn: &mut Turn<'_>, publisher: &Publisher) {
    unpublished(turn.world, turn.at, publisher);
    turn.event(publisher.told("videoroom.unpublished_ok"));
    tell_others(
        turn.world,
        turn.at,
        publisher,
        "videoroom.unpublished",
        "unpublished",
    );
    turn.world.closes(turn.at);
}

/// Without a `hangup`, and the listeners hear nothing: so it was seen.
fn leave(turn: &mut Turn<'_>, publisher: &Publisher) {
    tell_leaving(turn.world, turn.at, publisher);
    turn.event(publisher.told("videoroom.leaving_ok"));
    become_(turn.world, turn.at, Member::Outside);
    if let Some(handle) = turn.world.handle(turn.at) {
        handle.peer = Peer::default();
    }
}

/// Its media is there: those who are in the room hear of it.
pub(super) fn up(world: &mut World, at: At, publisher: &Publisher) {
    let publisher = Publisher {
        up: true,
        ..publisher.clone()
    };
    let announced = json!([publisher.announced(false)]);
    become_(world, at, Member::Publisher(publisher.clone()));
    for (other, _) in publishers(world, &publisher.room) {
        if other != at {
            let frame = publisher.told("videoroom.publishers");
            world.tell(other, frame.data("publishers", announced.clone()));
        }
    }
}

/// Its media is gone: those who receive it and those who are in the room hear of it.
pub(super) fn unpublished(world: &mut World, at: At, publisher: &Publisher) {
    if !publisher.up {
        return;
    }
    let gone = Publisher {
        up: false,
        streams: Vec::new(),
        ..publisher.clone()
    };
    become_(world, at, Member::Publisher(gone));
    subscriber::feed_gone(world, publisher);
    tell_others(world, at, publisher, "videoroom.unpublished", "unpublished");
}

/// It is no longer in the room.
pub(super) fn tell_leaving(world: &mut World, at: At, publisher: &Publisher) {
    tell_others(world, at, publisher, "videoroom.leaving", "leaving");
}

fn tell_others(world: &mut World, at: At, publisher: &Publisher, name: &str, field: &str) {
    for (other, _) in publishers(world, &publisher.room) {
        if other != at {
            let frame = publisher.told(name).data(field, publisher.id.as_str());
            world.tell(other, frame);
        }
    }
}
