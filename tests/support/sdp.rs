//! The few things that the instruments read from and do to a session description (RFC 8866).

use std::net::Ipv4Addr;

/// An ICE candidate with the m-line that it belongs to, as trickle signalling carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// `candidate:...`, as in `a=candidate:...`.
    pub(crate) candidate: String,
    /// The `a=mid` of its m-line.
    pub(crate) sdp_mid: String,
    /// The index of its m-line.
    pub(crate) sdp_m_line_index: u32,
}

/// One m-line with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaLine {
    /// `audio`, `video` or `application`.
    pub(crate) media: String,
    /// 0 if the m-line is refused.
    pub(crate) port: u16,
    /// `RTP/AVP` and the like.
    pub(crate) protocol: String,
    /// Its own or the session's `c=` address.
    pub(crate) address: Option<Ipv4Addr>,
    /// Payload types with their encoding names, in order of preference.
    pub(crate) formats: Vec<(u8, String)>,
    /// All its `a=` values.
    pub(crate) attributes: Vec<String>,
}

impl MediaLine {
    /// The `a=mid` value.
    pub(crate) fn mid(&self) -> Option<&str> {
        self.attributes
            .iter()
            .find_map(|attribute| attribute.strip_prefix("mid:"))
    }
}

/// The m-lines of a description, in order.
pub(crate) fn media_lines(sdp: &str) -> Vec<MediaLine> {
    let mut session_address = None;
    let mut lines: Vec<MediaLine> = Vec::new();
    for line in sdp.lines() {
        let Some((kind, value)) = line.split_once('=') else {
            continue;
        };
        match (kind, lines.last_mut()) {
            ("m", _) => lines.push(media_line(value, session_address)),
            ("c", None) => session_address = address(value),
            ("c", Some(media)) => media.address = address(value),
            ("a", Some(media)) => {
                name_format(media, value);
                media.attributes.push(value.to_owned());
            }
            _ => {}
        }
    }
    lines
}

/// The description without its candidates, and the candidates: what a peer that trickles sends.
pub(crate) fn without_candidates(sdp: &str) -> (String, Vec<Candidate>) {
    let mut kept = String::new();
    for line in sdp.lines() {
        if !line.starts_with("a=candidate:") && line != "a=end-of-candidates" {
            kept.push_str(line);
            kept.push_str("\r\n");
        }
    }
    let mut candidates = Vec::new();
    for (index, media) in (0..).zip(media_lines(sdp)) {
        let values = media.attributes.iter();
        candidates.extend(
            values
                .filter(|value| value.starts_with("candidate:"))
                .map(|value| Candidate {
                    candidate: value.clone(),
                    sdp_mid: media.mid().unwrap_or_default().to_owned(),
                    sdp_m_line_index: index,
                }),
        );
    }
    (kept, candidates)
}

fn media_line(value: &str, session_address: Option<Ipv4Addr>) -> MediaLine {
    let mut words = value.split_whitespace();
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (media, port, protocol) = (word(), word(), word());
    let formats = words.filter_map(|format| format.parse().ok());
    MediaLine {
        media,
        port: port.parse().unwrap_or_default(),
        protocol,
        address: session_address,
        formats: formats.map(|pt| (pt, static_name(pt).to_owned())).collect(),
        attributes: Vec::new(),
    }
}

fn address(value: &str) -> Option<Ipv4Addr> {
    value.split_whitespace().nth(2)?.parse().ok()
}

fn name_format(media: &mut MediaLine, attribute: &str) {
    let Some((pt, encoding)) = attribute
        .strip_prefix("rtpmap:")
        .and_then(|value| value.split_once(' '))
    else {
        return;
    };
    let name = encoding.split('/').next().unwrap_or_default();
    if let Some(format) = media
        .formats
        .iter_mut()
        .find(|format| format.0.to_string() == pt)
    {
        name.clone_into(&mut format.1);
    }
}

/// The static payload types that need no `a=rtpmap` (RFC 3551).
fn static_name(pt: u8) -> &'static str {
    match pt {
        0 => "PCMU",
        8 => "PCMA",
        _ => "",
    }
}
