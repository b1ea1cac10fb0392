//! The few things that the instruments read from and do to a session description (RFC 8866).

use std::net::Ipv4Addr;

/// An offer that every server answers, with a candidate that leads nowhere (RFC 5737).
pub(crate) const OFFER_OF_NOBODY: &str = "v=0\r\n\
    o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n\
    s=-\r\n\
    t=0 0\r\n\
    a=group:BUNDLE 0 1\r\n\
    a=ice-ufrag:4ZcD\r\n\
    a=ice-pwd:2/1muCWoOi3uLifh0NuRHlqk\r\n\
    a=fingerprint:sha-256 \
    4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1\r\n\
    a=setup:actpass\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=mid:0\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:111 opus/48000/2\r\n\
    a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r\n\
    a=end-of-candidates\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=mid:1\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:96 VP8/90000\r\n\
    a=rtcp-fb:96 nack pli\r\n";

/// An offer of plain RTP of somebody who is not there (RFC 5737).
pub(crate) const RTP_OF_NOBODY: &str = "v=0\r\n\
    o=- 1 1 IN IP4 192.0.2.1\r\n\
    s=-\r\n\
    c=IN IP4 192.0.2.1\r\n\
    t=0 0\r\n\
    m=audio 40000 RTP/AVP 0\r\n\
    a=rtpmap:0 PCMU/8000\r\n\
    a=sendrecv\r\n";

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
