//! Those who receive publishers of a room.

use serde_json::{Value, json};

use super::super::super::core::Jsep;
use super::super::super::frames::Frame;
use super::super::super::sdp::{self, Section};
use super::super::super::world::{At, World};
use super::publisher::Publisher;
use super::{Member, Refusal, Turn, become_, publishers, subscribers};

/// Somebody who joined a room to receive.
#[derive(Clone, Debug)]
pub(in super::super::super) struct Subscriber {
    room: String,
    streams: Vec<Receiving>,
    up: bool,
}

/// One m-section of a subscriber, and what comes on it.
#[derive(Clone, Debug)]
struct Receiving {
    section: Section,
    /// Publisher, its display name, and its m-section.
    source: Option<(String, Option<String>, String)>,
    send: bool,
}

impl Subscriber {
    pub(super) fn room(&self) -> &str {
        &self.room
    }

    pub(super) fn shown(&self) -> Value {
        json!({"type": "subscriber", "room": self.room, "streams": self.rows(), "hangingup": 0, "destroyed": 0})
    }

    fn rows(&self) -> Vec<Value> {
        let rows = self.streams.iter().enumerate().map(|(index, stream)| {
            let is_data = stream.section.kind() == "data";
            let mut row = json!({
                "type": stream.section.kind(), "active": stream.source.is_some() || is_data,
                "mindex": index, "mid": stream.section.mid, "ready": self.up, "send": stream.send,
            });
            match &stream.source {
                Some((feed, ..)) if is_data => {
                    row["sources"] = json!(1);
                    row["source_ids"] = json!([feed]);
                }
                Some((feed, display, mid)) => {
                    row["feed_id"] = json!(feed);
                    row["feed_mid"] = json!(mid);
                    row["codec"] = json!(stream.section.codec());
                    if let Some(display) = display {
                        row["feed_display"] = json!(display);
                    }
                }
                None => {}
            }
            row
        });
        rows.collect()
    }

    fn told(&self, name: &str) -> Frame {
        Frame::recorded(name).data("room", self.room.as_str())
    }

    fn offer(&self) -> String {
        let sections: Vec<Section> = self
            .streams
            .iter()
            .map(|stream| stream.section.clone())
            .collect();
        sdp::webrtc(&format!("VideoRoom {}", self.room), "actpass", &sections)
    }
}

pub(super) fn join(turn: &mut Turn<'_>, room: &str, body: &Value) -> Result<(), Refusal> {
    let wanted = body["streams"]
        .as_array()
        .filter(|streams| !streams.is_empty());
    let wanted = wanted.ok_or((429, "Missing mandatory element (feed)".to_owned()))?;
    let mut streams: Vec<Receiving> = Vec::new();
    for one in wanted {
        let feed = one["feed"].as_str().unwrap_or_default();
        let (publisher, sections) = found(turn.world, room, feed)?;
        let mid = one["mid"].as_str();
        let sections = sections
            .into_iter()
            .filter(|section| mid.is_none_or(|mid| mid == section.mid));
        for mut section in sections {
            let source = source(&publisher, &section);
            section.mid = streams.len().to_string();
            section.direction = "sendonly";
            streams.push(Receiving {
                section,
                source: Some(source),
                send: true,
            });
        }
    }
    let subscriber = Subscriber {
        room: room.to_owned(),
        streams,
        up: false,
    };
    let attached = subscriber
        .told("videoroom.attached")
        .data("streams", subscriber.rows());
    let offer = subscriber.offer();
    become_(turn.world, turn.at, Member::Subscriber(subscriber));
    turn.event(attached.jsep("offer", &offer));
    Ok(())
}

pub(super) fn message(
    turn: &mut Turn<'_>,
    subscriber: &Subscriber,
    body: &Value,
    jsep: Option<&Jsep>,
) -> Result<(), Refusal> {
    match body["request"].as_str().unwrap_or_default() {
        "start" => {
            turn.event(subscriber.told("videoroom.started"));
            if let Some(jsep) = jsep {
                turn.world.described(turn.at, &jsep.sdp);
                turn.world.negotiated(turn.at);
            }
        }
        "pause" => turn.event(subscriber.told("videoroom.paused")),
        "configure" => configure(turn, subscriber.clone(), body),
        "switch" => return switch(turn, subscriber.clone(), body),
        "leave" => {
            turn.event(subscriber.told("videoroom.left_ok"));
            become_(turn.world, turn.at, Member::Outside);
            turn.world.closes(turn.at);
        }
        other => return Err((423, format!("Unknown request '{other}'"))),
    }
    Ok(())
}

fn configure(turn: &mut Turn<'_>, mut subscriber: Subscriber, body: &Value) {
    for stream in &mut subscriber.streams {
        let kind = stream.section.kind().to_owned();
        let rows = body["streams"].as_array().into_iter().flatten();
        let own = rows.filter(|row| row["mid"] == json!(stream.section.mid));
        let sends = own.filter_map(|row| row["send"].as_bool()).next_back();
        stream.send = sends.or(body[kind].as_bool()).unwrap_or(stream.send);
    }
    let configured = subscriber.told("videoroom.configured");
    become_(turn.world, turn.at, Member::Subscriber(subscriber));
    turn.event(configured);
}

fn switch(turn: &mut Turn<'_>, mut subscriber: Subscriber, body: &Value) -> Result<(), Refusal> {
    let room = subscriber.room.clone();
    let Some(wanted) = body["streams"].as_array() else {
        let words = "At least one between 'streams' and 'feed' must be specified";
        let feed = body["feed"].as_str().ok_or((429, words.to_owned()))?;
        found(turn.world, &room, feed)?;
        // What Janus says to its own former form of the request.
        return Err((430, "Empty switch list".to_owned()));
    };
    let mut changes = 0;
    for one in wanted {
        let word = |field: &str| one[field].as_str().unwrap_or_default();
        let (feed, mid, sub_mid) = (word("feed"), word("mid"), word("sub_mid"));
        let (publisher, sections) = found(turn.world, &room, feed)?;
        let missing = || (428, format!("No such mid '{mid}' in feed ({feed})"));
        let section = sections
            .iter()
            .find(|section| section.mid == mid)
            .ok_or_else(missing)?;
        let mut streams = subscriber.streams.iter_mut();
        let own =
            streams.find(|own| own.section.mid == sub_mid && own.section.kind() == section.kind());
        let source = Some(source(&publisher, section));
        if let Some(own) = own.filter(|own| own.source != source) {
            own.source = source;
            changes += 1;
        }
    }
    let switched = subscriber
        .told("videoroom.switched")
        .data("changes", changes);
    let switched = switched.data("streams", subscriber.rows());
    become_(turn.world, turn.at, Member::Subscriber(subscriber));
    turn.event(switched);
    Ok(())
}

/// Its media flows.
pub(super) fn up(world: &mut World, at: At, subscriber: &Subscriber) {
    let subscriber = Subscriber {
        up: true,
        ..subscriber.clone()
    };
    become_(world, at, Member::Subscriber(subscriber));
}

/// What those hear who received a publisher that is gone: a new offer, with nothing in it.
pub(super) fn feed_gone(world: &mut World, publisher: &Publisher) {
    for (at, mut subscriber) in subscribers(world, publisher.room()) {
        let mut is_meant = false;
        for stream in &mut subscriber.streams {
            let source = stream.source.as_ref();
            if source.is_some_and(|(feed, ..)| feed == publisher.id()) {
                stream.source = None;
                if stream.section.kind() != "data" {
                    stream.section.direction = "inactive";
                }
                is_meant = true;
            }
        }
        if !is_meant {
            continue;
        }
        subscriber.up = false;
        let updated = subscriber
            .told("videoroom.updated")
            .data("streams", subscriber.rows());
        let offer = subscriber.offer();
        become_(world, at, Member::Subscriber(subscriber));
        world.tell(at, updated.jsep("offer", &offer));
    }
}

/// A publisher whose media is there, and its m-sections.
fn found(world: &World, room: &str, feed: &str) -> Result<(Publisher, Vec<Section>), Refusal> {
    let found = publishers(world, room)
        .into_iter()
        .find(|(_, publisher)| publisher.id() == feed);
    let found = found.and_then(|(_, publisher)| {
        let sections = publisher.feed()?.to_vec();
        Some((publisher, sections))
    });
    found.ok_or_else(|| (428, format!("No such feed ({feed})")))
}

fn source(publisher: &Publisher, section: &Section) -> (String, Option<String>, String) {
    let display = publisher.display().map(str::to_owned);
    (publisher.id().to_owned(), display, section.mid.clone())
}
