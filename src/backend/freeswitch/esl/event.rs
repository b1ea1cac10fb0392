//! What happened on the server.

use serde_json::{Map, Value};
use uuid::Uuid;

/// An event: its headers, and its body if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Event(Map<String, Value>);

impl Event {
    /// Reads the JSON of an event.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        // The server writes what it was sent by callers as it is, also if that is not UTF-8.
        let text = String::from_utf8_lossy(bytes);
        let mut headers: Map<String, Value> = serde_json::from_str(&text)?;
        for value in headers.values_mut() {
            if !value.is_string() {
                *value = Value::String(value.to_string());
            }
        }
        Ok(Self(headers))
    }

    /// A header. One that was set more than once is a list in JSON.
    pub(in super::super) fn get(&self, header: &str) -> Option<&str> {
        self.0.get(header)?.as_str()
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

    /// Its body.
    pub(in super::super) fn body(&self) -> Option<&str> {
        self.get("_body")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_have_their_types() {
        let call = Uuid::new_v4();
        let text = format!(
            r#"{{"Event-Name":"CUSTOM","Event-Subclass":"conference::maintenance","Core-UUID":"c",
            "Unique-ID":"{call}","_body":"+OK\n","n":7,"list":["a","b"],"none":null}}"#
        );
        let event = Event::parse(text.as_bytes()).expect("it is one");
        assert_eq!(event.name(), "CUSTOM");
        assert_eq!(event.subclass(), Some("conference::maintenance"));
        assert_eq!(event.uuid(), Some(call));
        assert_eq!(event.body(), Some("+OK\n"));
        assert_eq!(event.get("n"), Some("7"));
        assert_eq!(event.get("list"), Some(r#"["a","b"]"#));
        assert_eq!(event.get("none"), Some("null"));
        assert_eq!(event.get("nothing"), None);
    }

    #[test]
    fn what_callers_named_is_no_harm() {
        let event = Event::parse(b"{\"Unique-ID\":\"zz\",\"Caller\":\"\xff\"}").expect("it is one");
        assert_eq!((event.uuid(), event.name()), (None, ""));
        assert_eq!(event.get("Caller"), Some("\u{fffd}"));
        for bytes in [&b"[]"[..], b"{\"a\":", b"", b"Event-Name: HEARTBEAT\n\n"] {
            assert!(Event::parse(bytes).is_err());
        }
    }
}
