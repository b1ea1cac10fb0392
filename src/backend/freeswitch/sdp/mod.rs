//! What must be done to descriptions on their way to and from the server.
//!
//! FreeSWITCH 1.10 takes one audio and one video section, each with its own transport: it bundles nothing (RFC 9143),
//! leaves out of its answers what it does not know, or refuses it with a format that was not offered, and gives its
//! sections no `a=mid` (RFC 5888). [`for_server`] takes out of an offer what it would not answer rightly, [`Back::answer`]
//! puts that back, refused; [`for_client`] and [`answer_for_server`] do the same for its own offers.

mod check;
mod codec;
mod direction;
#[cfg(test)]
mod tests;
mod to_client;
mod to_server;

use std::net::IpAddr;

use crate::media::{Sdp, sdp::Section};

pub(super) use check::check_given;
pub(super) use direction::must_be_heard;
pub(super) use to_client::{Back, for_client};
pub(super) use to_server::{answer_for_server, for_server};

/// What a connection with WebRTC needs, which a description may also say once for all of its sections.
const TRANSPORT: [&str; 4] = ["ice-ufrag", "ice-pwd", "fingerprint", "setup"];

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

/// The value of a line, if it is `a=<name>`; empty for a flag.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    match line.strip_prefix("a=")?.strip_prefix(name)? {
        "" => Some(""),
        rest => rest.strip_prefix(':'),
    }
}

/// Whether a line is one of these attributes.
fn is_any(line: &str, names: &[&str]) -> bool {
    names.iter().any(|name| value(line, name).is_some())
}

/// The first `a=<name>` of a section, else of the whole description.
fn attribute<'a>(sdp: &'a Sdp, section: &Section<'a>, name: &str) -> Option<&'a str> {
    let of_all = || lines(sdp.session_part()).find_map(|line| value(line, name));
    section.attribute(name).or_else(of_all)
}

/// Where a candidate is, if FreeSWITCH can use it: UDP, an address that is no name, and RTP's component.
fn usable(candidate: &str) -> Option<(IpAddr, u16)> {
    let words: Vec<&str> = candidate.split(' ').collect();
    let [_, "1", transport, _, address, port, ..] = words[..] else {
        return None;
    };
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let is_udp = transport.eq_ignore_ascii_case("udp");
    Some((address.parse().ok().filter(|_| is_udp)?, port))
}

/// Where a section can be reached: its first candidate that is usable and needs no relay, else the first usable one.
fn reachable_at(section: &Section<'_>) -> Option<(IpAddr, u16)> {
    let direct = section
        .attributes("candidate")
        .filter(|candidate| !candidate.contains(" typ relay"))
        .find_map(usable);
    direct.or_else(|| section.attributes("candidate").find_map(usable))
}

/// Whether a section has all that FreeSWITCH needs to connect to it by ICE and DTLS.
fn is_connectable(sdp: &Sdp, section: &Section<'_>) -> bool {
    let has = |name| attribute(sdp, section, name).is_some_and(|value| !value.is_empty());
    has("ice-ufrag") && has("ice-pwd") && has("fingerprint") && reachable_at(section).is_some()
}

/// Appends a section refused, as an answer must have it (RFC 3264, section 6): same kind, transport and formats, port 0.
fn write_refused(section: &Section<'_>, out: &mut String) {
    let formats: Vec<&str> = section.formats().collect();
    out.push_str(&format!(
        "m={} 0 {} {}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n",
        section.media(),
        section.protocol(),
        formats.join(" ")
    ));
    // Some clients want the formats named even here.
    for map in section.attributes("rtpmap") {
        out.push_str(&format!("a=rtpmap:{map}\r\n"));
    }
    if let Some(mid) = section.mid() {
        out.push_str(&format!("a=mid:{mid}\r\n"));
    }
}

/// The number of m-sections and their kinds, for messages.
fn kinds(sdp: &Sdp) -> String {
    let kinds: Vec<&str> = sdp.sections().map(|section| section.media()).collect();
    kinds.join(", ")
}
