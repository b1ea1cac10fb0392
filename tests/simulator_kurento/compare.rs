//! Frames and descriptions without what any two servers differ in.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// A frame without what differs between any two servers: times and measures by their type, descriptions by their
/// m-lines, lists in one order.
pub(super) fn comparable(frame: &Value, asked: &str) -> Value {
    match frame {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| comparable(item, asked)).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) if fields.values().any(|value| value["ssrc"].is_string()) => {
            let entries: BTreeSet<String> = fields.values().map(shape).collect();
            json!(entries)
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| *name != "timestampMillis");
            let fields =
                fields.map(|(name, value)| (name.clone(), comparable_field(name, value, asked)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::String(text) if text.starts_with("v=0") => outline(text),
        other => other.clone(),
    }
}

fn comparable_field(name: &str, value: &Value, asked: &str) -> Value {
    let is_measure = ["getPosition", "getCreationTime"]
        .iter()
        .any(|operation| asked.contains(operation));
    match name {
        "duration" | "seekableEnd" if value != 0 => json!("some time"),
        "value" if value.is_number() && value != 0 && is_measure => json!("a measure"),
        "connectionId" => json!("a pair"),
        "candidate" if value.is_string() => {
            let words: Vec<&str> = value.as_str().unwrap_or_default().split(' ').collect();
            json!([words[..4].join(" "), words[6..].join(" ")])
        }
        _ => comparable(value, asked),
    }
}

/// The fields of an entry, with the types of their values.
fn shape(entry: &Value) -> String {
    let fields = entry.as_object().expect("an entry is an object").iter();
    let fields = fields.map(|(name, value)| match value {
        Value::Number(_) => format!("{name}: number"),
        Value::String(text) if name == "type" => format!("{name}: {text}"),
        Value::String(_) => format!("{name}: text"),
        other => format!("{name}: {other}"),
    });
    fields.collect::<Vec<_>>().join(", ")
}

/// What a description says of each m-section that decides how it is understood.
fn outline(sdp: &str) -> Value {
    let sections = sdp.split("\r\nm=").skip(1).map(|section| {
        let mut words = section.lines().next().unwrap_or_default().split(' ');
        let (media, port) = (words.next(), words.next());
        let told = section
            .lines()
            .skip(1)
            .filter_map(|line| line.strip_prefix("a="));
        let told: BTreeSet<&str> = told.filter_map(decisive).collect();
        let limit = section.lines().find(|line| line.starts_with("b="));
        json!([
            media,
            port == Some("0"),
            words.collect::<Vec<_>>(),
            told,
            limit
        ])
    });
    let bundle = sdp.lines().find(|line| line.starts_with("a=group"));
    json!([bundle, sections.collect::<Vec<_>>()])
}

fn decisive(attribute: &str) -> Option<&str> {
    const WHOLE: [&str; 7] = [
        "mid:", "setup:", "sendrecv", "sendonly", "recvonly", "inactive", "rtcp-mux",
    ];
    const NAMED: [&str; 3] = ["ice-ufrag", "fingerprint", "candidate"];
    let is_known_codec = attribute.starts_with("rtpmap:");
    if is_known_codec || WHOLE.iter().any(|known| attribute.starts_with(known)) {
        return Some(attribute);
    }
    NAMED.into_iter().find(|known| attribute.starts_with(known))
}

/// A description as lines, without what any two descriptions differ in.
pub(super) fn lines(sdp: &str) -> Vec<String> {
    let lines = sdp.lines().filter(|line| !line.starts_with("o="));
    let chance = ["a=ssrc:", "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:"];
    let lines = lines.map(|line| {
        chance
            .into_iter()
            .find(|chance| line.starts_with(chance))
            .unwrap_or(line)
    });
    lines.map(str::to_owned).collect()
}
