//! SIP messages as texts: as much of RFC 3261 as user agents on one host need.

use std::fmt::Write as _;

/// The letters that stand for headers.
const COMPACT: [(&str, &str); 9] = [
    ("v", "Via"),
    ("f", "From"),
    ("t", "To"),
    ("i", "Call-ID"),
    ("m", "Contact"),
    ("c", "Content-Type"),
    ("l", "Content-Length"),
    ("k", "Supported"),
    ("s", "Subject"),
];

/// A request or a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The request line or the status line.
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Message {
    /// A request without headers.
    pub(crate) fn request(method: &str, uri: &str) -> Message {
        Message {
            start: format!("{method} {uri} SIP/2.0"),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A response with what it must repeat of the request.
    pub(crate) fn response(request: &Message, status: u16, reason: &str) -> Message {
        const REPEATED: [&str; 5] = ["Via", "From", "To", "Call-ID", "CSeq"];
        let headers = request.headers.iter();
        let headers = headers.filter(|(name, _)| REPEATED.contains(&name.as_str()));
        Message {
            start: format!("SIP/2.0 {status} {reason}"),
            headers: headers.cloned().collect(),
            body: String::new(),
        }
    }

    /// What one datagram holds.
    pub(crate) fn parse(datagram: &[u8]) -> Option<Message> {
        Message::take(&mut datagram.to_vec())
    }

    /// The next message of a stream, if it is complete.
    pub(crate) fn take(buffer: &mut Vec<u8>) -> Option<Message> {
        while buffer.starts_with(b"\r\n") {
            buffer.drain(..2);
        }
        let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&buffer[..end]).replace("\r\n ", " ");
        let mut lines = head.trim_end().split("\r\n");
        let start = lines.next()?.to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (full(name.trim()), value.trim().to_owned()));
        let headers: Vec<(String, String)> = headers.collect();
        let mut message = Message {
            start,
            headers,
            body: String::new(),
        };
        let length = message.get("Content-Length");
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        if buffer.len() < end + length {
            return None;
        }
        message.body = String::from_utf8_lossy(&buffer[end..end + length]).into_owned();
        buffer.drain(..end + length);
        Some(message)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Message {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a description of a session.
    pub(crate) fn with_sdp(mut self, sdp: String) -> Message {
        self = self
            .with("Content-Type", "application/sdp")
            .with("Content-Disposition", "session");
        self.body = sdp;
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// As [`Message::get`], empty where it is missing.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub(crate) fn set(&mut self, name: &str, value: String) {
        let mut headers = self.headers.iter_mut();
        if let Some((_, old)) = headers.find(|(header, _)| header.eq_ignore_ascii_case(name)) {
            *old = value;
        }
    }

    /// The status, if it is a response.
    pub(crate) fn status(&self) -> Option<u16> {
        let rest = self.start.strip_prefix("SIP/2.0 ")?;
        rest.split(' ').next()?.parse().ok()
    }

    /// The method of the request, or of the request that is answered.
    pub(crate) fn method(&self) -> &str {
        match self.status() {
            Some(_) => self.value("CSeq").split(' ').nth(1).unwrap_or_default(),
            None => self.start.split(' ').next().unwrap_or_default(),
        }
    }

    /// The URI of a request.
    pub(crate) fn uri(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// The number of the request within its call.
    pub(crate) fn number(&self) -> u32 {
        let number = self.value("CSeq").split(' ').next();
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// What its topmost hop is known by.
    pub(crate) fn branch(&self) -> &str {
        parameter(self.value("Via"), "branch").unwrap_or_default()
    }

    /// The tag in a header `From` or `To`.
    pub(crate) fn tag(&self, header: &str) -> Option<&str> {
        parameter(self.value(header), "tag")
    }

    /// The address in a header `Contact`.
    pub(crate) fn contact(&self) -> &str {
        let contact = self.value("Contact");
        match contact.split_once('<') {
            Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
            None => contact.split(';').next().unwrap_or_default(),
        }
    }

    /// As it goes out.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").expect("a text takes all");
        }
        write!(text, "Content-Length: {}\r\n\r\n", self.body.len()).expect("a text takes all");
        text.push_str(&self.body);
        text
    }
}

fn full(name: &str) -> String {
    let mut letters = COMPACT.iter();
    let known = letters.find(|(letter, _)| letter.eq_ignore_ascii_case(name));
    known.map_or_else(|| name.to_owned(), |(_, name)| (*name).to_owned())
}

/// A parameter of a header, behind the address.
fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let value = value.rsplit('>').next().unwrap_or(value);
    let mut parts = value.split(';').skip(1);
    parts.find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The user part, and the rest without parameters, of an address such as `sip:user@host:port;transport=tcp`.
pub(crate) fn user_and_host(uri: &str) -> (&str, &str) {
    let uri = uri.trim_start_matches("sip:");
    let uri = uri.split([';', '?']).next().unwrap_or_default();
    uri.split_once('@').unwrap_or(("", uri))
}
