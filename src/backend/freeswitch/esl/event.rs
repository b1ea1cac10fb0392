//! What happened on the server.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use uuid::Uuid;

/// The headers that something is made of. An event has some two hundred, and there are many events: the others are
/// passed over.
const KEPT: [&str; 29] = [
    "Action",
    "Application",
    "Application-Data",
    "Application-Response",
    "Bridge-A-Unique-ID",
    "Bridge-B-Unique-ID",
    "Conference-Name",
    "Conference-Size",
    "DTMF-Digit",
    "DTMF-Duration",
    "Error",
    "Event-Name",
    "Event-Sequence",
    "Event-Subclass",
    "Hangup-Cause",
    "Job-UUID",
    "Max-Sessions",
    "Member-ID",
    "Milliseconds-Elapsed",
    "New-ID",
    "Path",
    "Playback-File-Path",
    "Playback-Status",
    "Record-File-Path",
    "Session-Count",
    "Unique-ID",
    "_body",
    "caller-unique-id",
    "variable_record_ms",
];

/// An event: those of its headers that are [`KEPT`], and its body if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Event(Vec<(&'static str, String)>);

fn kept(name: &str) -> Option<&'static str> {
    KEPT.binary_search(&name).ok().map(|at| KEPT[at])
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Headers;

        impl<'de> Visitor<'de> for Headers {
            type Value = Event;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the headers of an event")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Event, M::Error> {
                let mut headers = Vec::new();
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    let Some(name) = kept(&name.0) else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value = match map.next_value::<Value>()? {
                        Value::String(text) => text,
                        other => other.to_string(),
                    };
                    headers.push((name, value));
                }
                Ok(Event(headers))
            }
        }

        from.deserialize_map(Headers)
    }
}

/// The name of a header, borrowed where it can be.
#[derive(serde::Deserialize)]
struct Name<'n>(#[serde(borrow)] Cow<'n, str>);

impl Event {
    /// Reads the JSON of an event.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        // The server writes what it was sent by callers as it is, also if that is not UTF-8.
        serde_json::from_str(&String::from_utf8_lossy(bytes))
    }

    /// A header that is [`KEPT`]. One that was set more than once is a list in JSON.
    pub(in super::super) fn get(&self, header: &str) -> Option<&str> {
        debug_assert!(kept(header).is_some(), "{header} is passed over");
        let found = self.0.iter().find(|(name, _)| *name == header);
        found.map(|(_, value)| value.as_str())
    }

    /// What kind of event it is: `CHANNEL_PARK`, `CUSTOM` …; empty if it does not say.
    pub(in super::super) fn name(&self) -> &str {
        self.get("Event-Name").unwrap_or_default()
    }

    /// Which of the `CUSTOM` ones: `conference::maintenance`.
    pub(in super::super) fn subclass(&self) -> Option<&str> {
        self.get("Event-Subclass")
    }

    /// The call that it is about, if it is one that was named by a UUID.
    pub(in super::super) fn uuid(&self) -> Option<Uuid> {
        self.get("Unique-ID")?.parse().ok()
    }

    /// Its number, by which it is known which of two came first.
    pub(in super::super) fn sequence(&self) -> u64 {
        let number = self.get("Event-Sequence");
        let number = number.and_then(|number| number.parse().ok());
        number.unwrap_or_default()
    }

    /// Its body.
    pub(in super::super) fn body(&self) -> Option<&str> {
        self.get("_body")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_in_order() {
        assert!(KEPT.is_sorted());
    }

    #[test]
    fn headers_have_their_types() {
        let call = Uuid::new_v4();
        let text = format!(
            r#"{{"Event-Name":"CUSTOM","Event-Subclass":"conference::maintenance","Core-UUID":"c",
            "Unique-ID":"{call}","_body":"+OK\n","Member-ID":7,"Path":["a","b"],"Error":null,"Other":{{"a":[1]}}}}"#
        );
        let event = Event::parse(text.as_bytes()).expect("it is one");
        assert_eq!(event.name(), "CUSTOM");
        assert_eq!(event.subclass(), Some("conference::maintenance"));
        assert_eq!(event.uuid(), Some(call));
        assert_eq!(event.body(), Some("+OK\n"));
        assert_eq!(event.get("Member-ID"), Some("7"));
        assert_eq!(event.get("Path"), Some(r#"["a","b"]"#));
        assert_eq!(event.get("Error"), Some("null"));
        assert_eq!(event.get("Action"), None);
    }

    #[test]
    fn what_callers_named_is_no_harm() {
        let event = Event::parse(b"{\"Unique-ID\":\"zz\",\"Action\":\"\xff\"}").expect("it is one");
        assert_eq!((event.uuid(), event.name()), (None, ""));
        assert_eq!(event.get("Action"), Some("\u{fffd}"));
        for bytes in [&b"[]"[..], b"{\"a\":", b"", b"Event-Name: HEARTBEAT\n\n"] {
            assert!(Event::parse(bytes).is_err());
        }
    }
}
