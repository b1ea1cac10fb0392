//! Descriptions whose m-sections have a transport each (no BUNDLE, RFC 9143), and the parts that str0m takes of them.

use std::fmt::Write as _;

use crate::support::sdp::{MediaLine, media_lines};

/// The profile that str0m knows; some servers write it without the transport.
const PROFILE: &str = "UDP/TLS/RTP/SAVPF";

/// What a description without media begins with.
const HEAD: &str = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

/// One m-section of a remote description.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) mid: String,
    /// Its port is 0.
    pub(super) refused: bool,
    /// A description of this section alone, as str0m takes it.
    pub(super) sdp: String,
    media: String,
    protocol: String,
}

impl Part {
    /// All of a description: what a bundled connection takes.
    pub(super) fn whole(sdp: &str) -> Part {
        Part {
            mid: String::new(),
            refused: false,
            sdp: sdp.to_owned(),
            media: String::new(),
            protocol: PROFILE.to_owned(),
        }
    }

    /// str0m's answer to it, with the profile that was offered.
    pub(super) fn answered(&self, answer: &str) -> String {
        answer.replacen(PROFILE, &self.protocol, 1)
    }

    /// The answer that refuses it.
    pub(super) fn refusal(&self) -> String {
        let format = match self.media.as_str() {
            "application" => "webrtc-datachannel",
            _ => "0",
        };
        let (media, protocol, mid) = (&self.media, &self.protocol, &self.mid);
        format!(
            "{HEAD}m={media} 0 {protocol} {format}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=inactive\r\n"
        )
    }
}

/// A remote description's sections, in order. One that does not name itself gets the mid that is known of it, or else
/// its index.
pub(super) fn split(sdp: &str, known: &[&str]) -> Vec<Part> {
    let (session, sections) = divided(sdp);
    let session: Vec<_> = session
        .into_iter()
        .filter(|line| !line.starts_with("a=group:"))
        .collect();
    let parts = sections.iter().zip(media_lines(sdp)).enumerate();
    parts
        .map(|(index, (section, line))| {
            let mid = match (line.mid(), known.get(index)) {
                (Some(mid), _) => mid.to_owned(),
                (None, Some(mid)) => (*mid).to_owned(),
                (None, None) => index.to_string(),
            };
            Part {
                refused: line.port == 0,
                sdp: alone(&session, section, &line, &mid),
                mid,
                media: line.media,
                protocol: line.protocol,
            }
        })
        .collect()
}

/// The description of all connections: that of the only one, or else their sections one after the other.
pub(super) fn join(descriptions: &[String], unbundled: bool) -> String {
    match unbundled {
        true => merge(descriptions),
        false => descriptions.concat(),
    }
}

/// One description of several that have one section each, or a group of their own. Where a section has a candidate, its
/// address is that of the first.
fn merge(descriptions: &[String]) -> String {
    let mut merged = String::new();
    for description in descriptions {
        let (session, sections) = divided(description);
        if merged.is_empty() {
            // What is said of groups and streams is said of a part only.
            let shared = |line: &&&str| {
                !line.starts_with("a=group:") && !line.starts_with("a=msid-semantic")
            };
            push(&mut merged, session.iter().filter(shared));
        }
        for (section, line) in sections.iter().zip(media_lines(description)) {
            let address = candidate_address(&line).filter(|_| line.port != 0);
            let section = section.iter().map(|text| placed(text, address));
            push(&mut merged, section);
        }
    }
    merged
}

/// A description of one section: with the mid and the direction that str0m wants to see, in a group of its own.
fn alone(session: &[&str], section: &[&str], line: &MediaLine, mid: &str) -> String {
    let mut sdp = String::new();
    push(&mut sdp, session);
    push(&mut sdp, [format!("a=group:BUNDLE {mid}")]);
    let profile = match line.protocol.as_str() {
        "RTP/SAVPF" => section[0].replacen("RTP/SAVPF", PROFILE, 1),
        _ => section[0].to_owned(),
    };
    push(&mut sdp, [profile]);
    push(&mut sdp, &section[1..]);
    if line.mid().is_none() {
        push(&mut sdp, [format!("a=mid:{mid}")]);
    }
    let directions = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let is_direction = |attribute: &String| directions.contains(&attribute.as_str());
    if line.media != "application" && !line.attributes.iter().any(is_direction) {
        push(&mut sdp, ["a=sendrecv"]);
    }
    sdp
}

/// The lines before the first m-line, and those of each section.
fn divided(sdp: &str) -> (Vec<&str>, Vec<Vec<&str>>) {
    let mut session = Vec::new();
    let mut sections: Vec<Vec<&str>> = Vec::new();
    for line in sdp.lines() {
        match sections.last_mut() {
            _ if line.starts_with("m=") => sections.push(vec![line]),
            Some(section) => section.push(line),
            None => session.push(line),
        }
    }
    (session, sections)
}

/// Address and port of a section's first candidate.
fn candidate_address(line: &MediaLine) -> Option<(&str, &str)> {
    let mut attributes = line.attributes.iter();
    let candidate = attributes.find(|attribute| attribute.starts_with("candidate:"))?;
    let words: Vec<_> = candidate.split(' ').collect();
    Some((*words.get(4)?, *words.get(5)?))
}

/// The line, with this address if it is one that has an address.
fn placed(line: &str, address: Option<(&str, &str)>) -> String {
    let Some((ip, port)) = address else {
        return line.to_owned();
    };
    match line {
        "c=IN IP4 0.0.0.0" => format!("c=IN IP{} {ip}", if ip.contains(':') { 6 } else { 4 }),
        _ if line.starts_with("m=") => line.replacen(" 9 ", &format!(" {port} "), 1),
        _ => line.to_owned(),
    }
}

fn push(sdp: &mut String, lines: impl IntoIterator<Item = impl AsRef<str>>) {
    for line in lines {
        write!(sdp, "{}\r\n", line.as_ref()).expect("a string takes everything");
    }
}
