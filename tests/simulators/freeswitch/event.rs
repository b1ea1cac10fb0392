//! An event, and how it is written on the wire.

use std::fmt::Write as _;

use super::channel::{ARRAY, BETWEEN};

/// Its headers in the order in which they go out, and what may follow them.
#[derive(Clone, Debug)]
pub(super) struct Event {
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// How a connection wants its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Plain,
    Json,
}

impl Event {
    /// An event with nothing but its name.
    pub(super) fn new(name: &str) -> Event {
        let headers = vec![("Event-Name".to_owned(), name.to_owned())];
        Event {
            headers,
            body: None,
        }
    }

    /// One of a module, which is known by its subclass.
    pub(super) fn custom(subclass: &str) -> Event {
        let mut event = Event::new("CUSTOM");
        event
            .headers
            .insert(0, ("Event-Subclass".to_owned(), subclass.to_owned()));
        event
    }

    /// With one more header.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Event {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With more headers.
    pub(super) fn extended(mut self, more: Vec<(String, String)>) -> Event {
        self.headers.extend(more);
        self
    }

    /// With what the result of a job is told in.
    pub(super) fn with_body(mut self, body: String) -> Event {
        self = self.with("Content-Length", body.len().to_string());
        self.body = Some(body);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The frame in which it goes out.
    pub(super) fn frame(&self, format: Format) -> String {
        let (kind, text) = match format {
            Format::Json => ("json", self.json()),
            Format::Plain => ("plain", self.plain()),
        };
        let length = text.len();
        format!("Content-Length: {length}\nContent-Type: text/event-{kind}\n\n{text}")
    }

    /// As one JSON object of texts, or of lists of them.
    pub(super) fn json(&self) -> String {
        let body = self
            .body
            .iter()
            .map(|body| ("_body".to_owned(), body.clone()));
        let fields = self.headers.iter().cloned().chain(body);
        let fields = fields.map(|(name, value)| format!("{}:{}", quoted(&name), listed(&value)));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }

    fn plain(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.headers {
            let value = if name == "Content-Length" {
                value.clone()
            } else {
                encoded(value)
            };
            writeln!(text, "{name}: {value}").expect("a text takes all");
        }
        text.push('\n');
        text.extend(self.body.as_deref());
        text
    }
}

/// A text, or those that it is made of.
fn listed(value: &str) -> String {
    match value.strip_prefix(ARRAY) {
        Some(values) => {
            let values: Vec<String> = values.split(BETWEEN).map(quoted).collect();
            format!("[{}]", values.join(","))
        }
        None => quoted(value),
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

/// The real server leaves a comma alone, which is why this is not any encoder.
fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        let unsafe_ones = b"\r\n \"#%&+:;<=>?@[\\]^`{|}";
        if byte.is_ascii_graphic() && !unsafe_ones.contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a text takes all");
        }
    }
    text
}
