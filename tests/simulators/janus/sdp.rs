//! The descriptions that this server makes: Janus' own lines around what the client said.

use std::fmt::Write as _;

/// An m-section, as far as this server cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) media: String,
    pub(super) mid: String,
    /// The first format that is named: the payload type and what follows it in `a=rtpmap`.
    pub(super) format: Option<(String, String)>,
    pub(super) direction: &'static str,
    pub(super) rejected: bool,
}

/// The m-sections of a description.
pub(super) fn sections(sdp: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in sdp.lines() {
        if let Some(value) = line.strip_prefix("m=") {
            let mut words = value.split(' ');
            let media = words.next().unwrap_or_default().to_owned();
            sections.push(Section {
                media,
                mid: sections.len().to_string(),
                format: None,
                direction: "sendrecv",
                rejected: words.next() == Some("0"),
            });
        } else if let (Some(value), Some(section)) = (line.strip_prefix("a="), sections.last_mut())
        {
            section.take(value);
        }
    }
    sections
}

impl Section {
    fn take(&mut self, attribute: &str) {
        match attribute.split_once(':') {
            Some(("mid", mid)) => self.mid = mid.to_owned(),
            Some(("rtpmap", value)) if self.format.is_none() => {
                self.format = value
                    .split_once(' ')
                    .map(|(pt, name)| (pt.to_owned(), name.to_owned()));
            }
            _ => {
                let directions = ["sendrecv", "sendonly", "recvonly", "inactive"];
                if let Some(found) = directions.iter().find(|word| **word == attribute) {
                    self.direction = found;
                }
            }
        }
    }

    /// `audio`, `video` or `data`.
    pub(super) fn kind(&self) -> &str {
        match self.media.as_str() {
            "application" => "data",
            other => other,
        }
    }

    /// The codec's name as Janus writes it.
    pub(super) fn codec(&self) -> Option<String> {
        let (_, name) = self.format.as_ref()?;
        name.split('/').next().map(str::to_lowercase)
    }

    /// Whether media comes from the one who described it so.
    pub(super) fn sends(&self) -> bool {
        !self.rejected && self.media != "application" && self.direction.starts_with("send")
    }
}

/// Whether anybody could be reached with it.
pub(super) fn has_candidates(sdp: &str) -> bool {
    sdp.contains("\na=candidate:")
}

/// Janus' WebRTC description of these sections.
pub(super) fn webrtc(name: &str, setup: &str, sections: &[Section]) -> String {
    let mids: Vec<&str> = sections
        .iter()
        .filter(|section| !section.rejected)
        .map(|s| s.mid.as_str())
        .collect();
    let mut sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns={name}\r\nt=0 0\r\na=group:BUNDLE {}\r\na=ice-options:trickle\r\n\
         a=fingerprint:sha-256 {FINGERPRINT}\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS *\r\n",
        mids.join(" ")
    );
    for (index, section) in sections.iter().enumerate() {
        describe(&mut sdp, index, setup, section);
    }
    sdp
}

fn describe(sdp: &mut String, index: usize, setup: &str, section: &Section) {
    let Section {
        media,
        mid,
        direction,
        ..
    } = section;
    let line = match (&section.format, section.media.as_str()) {
        (_, "application") => "UDP/DTLS/SCTP webrtc-datachannel".to_owned(),
        (Some((pt, _)), _) => format!("UDP/TLS/RTP/SAVPF {pt}"),
        (None, _) => "UDP/TLS/RTP/SAVPF 0".to_owned(),
    };
    if section.rejected {
        write!(sdp, "m={media} 0 {line}\r\na=inactive\r\na=mid:{mid}\r\n").expect(WRITES);
        return;
    }
    write!(
        sdp,
        "m={media} 9 {line}\r\nc=IN IP4 198.51.100.7\r\na={direction}\r\na=mid:{mid}\r\na=rtcp-mux\r\n\
         a=ice-ufrag:CpI3\r\na=ice-pwd:tUJLQ5iANLlit6BvBRNyCn\r\na=ice-options:trickle\r\na=setup:{setup}\r\n"
    )
    .expect(WRITES);
    match &section.format {
        Some((pt, name)) => write!(
            sdp,
            "a=rtpmap:{pt} {name}\r\na=msid:janus janus{index}\r\na=ssrc:{} cname:janus\r\n",
            2_234_498_916_usize + index
        ),
        None => write!(sdp, "a=sctp-port:5000\r\n"),
    }
    .expect(WRITES);
    sdp.push_str(
        "a=candidate:1 1 udp 2015363327 198.51.100.7 29096 typ host\r\na=end-of-candidates\r\n",
    );
}

/// The answer to a client's offer, by one who also sends.
pub(super) fn answer(name: &str, offer: &str) -> String {
    let reversed = |mut section: Section| {
        section.direction = match section.direction {
            "sendonly" => "recvonly",
            "recvonly" => "sendonly",
            other => other,
        };
        section
    };
    let sections: Vec<Section> = sections(offer).into_iter().map(reversed).collect();
    webrtc(name, "active", &sections)
}

/// The answer to a client's offer, by one who only receives media.
pub(super) fn receiving_answer(name: &str, offer: &str) -> String {
    let reversed = |mut section: Section| {
        if section.media != "application" {
            section.direction = "recvonly";
        }
        section
    };
    let sections: Vec<Section> = sections(offer).into_iter().map(reversed).collect();
    webrtc(name, "active", &sections)
}

/// A plain RTP description, as the nosip plugin makes it of a WebRTC one.
pub(super) fn plain(of: &str) -> String {
    let mut sdp =
        "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nt=0 0\r\nc=IN IP4 198.51.100.7\r\n".to_owned();
    for (index, section) in sections(of).iter().enumerate() {
        let Section {
            media,
            mid,
            direction,
            ..
        } = section;
        let (pt, name) = section.format.clone().unwrap_or_default();
        let port = 20_000 + 2 * index;
        write!(
            sdp,
            "m={media} {port} RTP/AVP {pt}\r\na={direction}\r\na=mid:{mid}\r\na=msid:janus janus{index}\r\na=rtpmap:{pt} {name}\r\n"
        )
        .expect(WRITES);
    }
    sdp
}

const FINGERPRINT: &str = "11:3C:75:93:F1:36:15:E6:E2:AB:CF:AB:74:14:2B:5F:3B:F8:AC:17:A4:FC:F3:9B:31:E1:CC:97:F8:59:F0:53";
const WRITES: &str = "a string takes everything";
