//! The server's own descriptions, as they are written.

use std::fmt::Write as _;

use super::graph::Media;

const WRITES: &str = "a string takes everything";
/// The address of everything here.
const HOST: &str = "127.0.0.1";

/// An m-section of the server's.
#[derive(Clone, Debug)]
pub(super) struct OwnSection {
    pub(super) kind: Option<Media>,
    pub(super) mid: String,
    pub(super) accepted: bool,
    /// The m-line without its port.
    pub(super) head: String,
    pub(super) lines: Vec<String>,
}

/// The server's own description.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) webrtc: bool,
    pub(super) port: u16,
    /// Those of the session.
    pub(super) attributes: Vec<String>,
    pub(super) sections: Vec<OwnSection>,
}

impl Own {
    /// As text; with candidates, if they were gathered.
    pub(super) fn text(&self, gathered: bool) -> String {
        let host = if self.webrtc { "0.0.0.0" } else { HOST };
        let mut text =
            format!("v=0\r\no=- 4004383426 4004383426 IN IP4 {host}\r\ns=Kurento Media Server\r\n");
        if !gathered {
            write!(text, "c=IN IP4 {host}\r\n").expect(WRITES);
        }
        text.push_str("t=0 0\r\n");
        for attribute in &self.attributes {
            write!(text, "a={attribute}\r\n").expect(WRITES);
        }
        for (section, index) in self.sections.iter().zip(0..) {
            let port = match (section.accepted, self.webrtc) {
                (false, _) => 0,
                (true, true) => {
                    if gathered {
                        self.port
                    } else {
                        1
                    }
                }
                (true, false) => self.port + 2 * index,
            };
            section.write(&mut text, port, gathered);
        }
        text
    }

    /// The one candidate.
    pub(super) fn candidate(&self) -> String {
        format!("candidate:1 1 UDP 2015363327 {HOST} {} typ host", self.port)
    }
}

impl OwnSection {
    fn write(&self, text: &mut String, port: u16, gathered: bool) {
        let (media, rest) = self.head.split_once(' ').unwrap_or((&self.head, ""));
        write!(text, "m={media} {port} {rest}\r\n").expect(WRITES);
        if gathered && self.accepted {
            write!(text, "c=IN IP4 {HOST}\r\n").expect(WRITES);
        }
        for line in &self.lines {
            match line.as_str() {
                "a=rtcp:9 IN IP4 0.0.0.0" if gathered => {
                    write!(text, "a=rtcp:{port} IN IP4 {HOST}\r\n")
                }
                "a=rtcp:" => write!(text, "a=rtcp:{}\r\n", port + 1),
                line => write!(text, "{line}\r\n"),
            }
            .expect(WRITES);
        }
        if gathered && self.accepted {
            write!(
                text,
                "a=candidate:1 1 UDP 2015363327 {HOST} {port} typ host\r\n"
            )
            .expect(WRITES);
        }
    }
}
