//! The descriptions of FreeSWITCH, as clients must get them.

use super::{
    super::error::Error as Failure, attribute, codec, direction::Direction, kinds, lines, value,
    write_refused,
};
use crate::{
    error::{Error, Reason, Result},
    media::{Sdp, SdpType, sdp::Section},
};

/// The transport of WebRTC (RFC 8829, section 5.1.2), of which FreeSWITCH's offers leave out the half.
const WEBRTC: &str = "UDP/TLS/RTP/SAVPF";

/// What makes FreeSWITCH's answer one to a client's offer.
#[derive(Clone, Debug)]
pub(in super::super) struct Back {
    offer: Sdp,
    sdp_type: SdpType,
    /// Which m-sections of the offer FreeSWITCH was shown.
    taken: Vec<bool>,
}

impl Back {
    pub(super) fn new(offer: Sdp, sdp_type: SdpType, taken: Vec<bool>) -> Self {
        Self {
            offer,
            sdp_type,
            taken,
        }
    }

    /// The answer as the client must get it: with as many m-sections as its offer, those that FreeSWITCH did not answer
    /// or never saw refused.
    ///
    /// # Errors
    /// `INVALID_SDP` if nothing was taken, `SESSION_FAILED` if it is no description.
    pub(in super::super) fn answer(&self, answer: &str) -> Result<Sdp> {
        let answer = parsed(answer, "an answer")?;
        let mut sections = String::with_capacity(answer.as_str().len());
        let mut used = Vec::new();
        for (section, taken) in self.offer.sections().zip(&self.taken) {
            // It saw one of each kind.
            let own = answer
                .sections()
                .find(|own| *taken && self.answers(&answer, own, &section));
            let Some(own) = own else {
                write_refused(&section, &mut sections);
                continue;
            };
            used.push(section);
            let offered = Direction::of(&self.offer, &section);
            let shape = Shape {
                sdp_type: self.sdp_type,
                proto: section.protocol(),
                direction: Direction::of(&answer, &own).answering(offered),
                mid: section.mid().map(str::to_owned),
            };
            shape.write(&own, &mut sections);
        }
        let mut out = session_part(&answer);
        match used[..] {
            [] => return Err(self.refused()),
            [only] if self.is_bundled(&only) => write_bundle_of(only.mid(), &mut out),
            _ => {}
        }
        out.push_str(&sections);
        parsed(&out, "an answer")
    }

    /// Whether `own` is a usable answer to `section`: where no codec fits it answers with one that was not offered,
    /// and without DTLS.
    fn answers(&self, answer: &Sdp, own: &Section<'_>, section: &Section<'_>) -> bool {
        let is_secure = self.sdp_type == SdpType::Rtp
            || attribute(answer, own, "fingerprint").is_some()
                && own.attribute("ice-ufrag").is_some();
        own.kind() == section.kind()
            && !own.is_rejected()
            && is_secure
            && codec::have_common(own, section)
    }

    fn is_bundled(&self, section: &Section<'_>) -> bool {
        let mut groups = lines(self.offer.session_part()).filter_map(|line| value(line, "group"));
        let of_it = |group: &str| {
            let mut words = group.split(' ');
            words.next() == Some("BUNDLE") && words.any(|mid| Some(mid) == section.mid())
        };
        self.sdp_type == SdpType::Webrtc && groups.any(of_it)
    }

    fn refused(&self) -> Error {
        let words = format!(
            "cannot be used by FreeSWITCH: it refused all of its m-sections ({}); \
             check that sdp_type is that of the description, and its codecs (Opus, PCMU, PCMA; VP8, H.264)",
            kinds(&self.offer)
        );
        Error::field(Reason::InvalidSdp, "offer.sdp", words)
    }
}

/// An offer of FreeSWITCH as clients take it: for WebRTC with media ids and the full name of the transport.
///
/// # Errors
/// `SESSION_FAILED` if it is not what was asked for.
pub(in super::super) fn for_client(offer: &str, sdp_type: SdpType) -> Result<Sdp> {
    let offer = parsed(offer, "an offer")?;
    let is_webrtc = sdp_type == SdpType::Webrtc;
    let mut out = session_part(&offer);
    if is_webrtc && offer.sections().count() == 1 {
        write_bundle_of(Some("0"), &mut out);
    }
    for section in offer.sections() {
        let has = |name| attribute(&offer, &section, name).is_some();
        if is_webrtc && !section.is_rejected() && !(has("ice-ufrag") && has("fingerprint")) {
            let words = "an offer without ICE or DTLS, though WebRTC was asked for";
            return Err(Failure::Malformed(words.to_owned()).into());
        }
        let shape = Shape {
            sdp_type,
            proto: if is_webrtc {
                WEBRTC
            } else {
                section.protocol()
            },
            direction: Direction::of(&offer, &section),
            mid: is_webrtc.then(|| section.index().to_string()),
        };
        shape.write(&section, &mut out);
    }
    parsed(&out, "an offer")
}

/// How one of FreeSWITCH's sections is written for a client.
struct Shape<'a> {
    sdp_type: SdpType,
    proto: &'a str,
    direction: Direction,
    mid: Option<String>,
}

impl Shape<'_> {
    fn write(&self, own: &Section<'_>, out: &mut String) {
        let is_webrtc = self.sdp_type == SdpType::Webrtc;
        let proto = if is_webrtc {
            self.proto
        } else {
            own.protocol()
        };
        let formats: Vec<&str> = own.formats().collect();
        out.push_str(&format!(
            "m={} {} {proto} {}\r\n",
            own.media(),
            own.port(),
            formats.join(" ")
        ));
        let is_muxed = own.attribute("rtcp-mux").is_some();
        let is_kept = |line: &&str| {
            let is_ours = Direction::is_in(line)
                || is_webrtc && super::is_any(line, &["mid", "end-of-candidates"]);
            // RTCP goes where RTP does (RFC 8035): a browser takes no candidate for it alone.
            let is_rtcp =
                value(line, "candidate").and_then(|line| line.split(' ').nth(1)) == Some("2");
            !(is_ours || is_muxed && is_webrtc && is_rtcp)
        };
        let kept = lines(own.text()).skip(1).filter(is_kept);
        let (before, after): (Vec<&str>, Vec<&str>) =
            kept.partition(|line| !line.starts_with("a="));
        let added = self.added(own);
        let all = before.into_iter().chain(added.iter().map(String::as_str));
        for line in all.chain(after) {
            out.push_str(line);
            out.push_str("\r\n");
        }
        if is_webrtc && own.attribute("candidate").is_some() {
            out.push_str("a=end-of-candidates\r\n");
        }
    }

    fn added(&self, own: &Section<'_>) -> Vec<String> {
        let mut added = vec![format!("a={}", self.direction.as_str())];
        if self.sdp_type == SdpType::Rtp {
            return added;
        }
        added.extend(self.mid.as_ref().map(|mid| format!("a=mid:{mid}")));
        // It names its track only by the form that browsers had before RFC 8830.
        let old = own
            .attributes("ssrc")
            .find_map(|line| line.split_once(" msid:"));
        if let Some((_, msid)) = old.filter(|_| own.attribute("msid").is_none()) {
            added.push(format!("a=msid:{msid}"));
        }
        added
    }
}

/// The session-level lines without a group.
fn session_part(sdp: &Sdp) -> String {
    let kept = lines(sdp.session_part())
        .filter(|line| value(line, "group").is_none() && !Direction::is_in(line));
    kept.map(|line| format!("{line}\r\n")).collect()
}

/// Where there is one section alone, a bundle of it changes nothing, and clients that insist on one are content.
fn write_bundle_of(mid: Option<&str>, out: &mut String) {
    if let Some(mid) = mid {
        out.push_str(&format!("a=group:BUNDLE {mid}\r\n"));
    }
}

fn parsed(text: &str, what: &str) -> Result<Sdp> {
    Sdp::parse(text).map_err(|fault| Failure::Malformed(format!("{what} that {fault}")).into())
}
