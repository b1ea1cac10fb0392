//! What must be done to descriptions on their way through Janus.

use crate::media::{MediaKind, Sdp, sdp::Section};

/// WebRTC's own attributes, which the gateway leaves in what it makes of a WebRTC description and
/// which mean nothing, or the wrong thing, to an RTP endpoint.
const WEBRTC_ONLY: [&str; 10] = [
    "candidate",
    "end-of-candidates",
    "extmap",
    "extmap-allow-mixed",
    "fingerprint",
    "group",
    "mid",
    "msid",
    "msid-semantic",
    "ssrc",
];

/// The text of a description in which no section has the same `a=mid` twice: Janus 1.1.2 writes it
/// once more when it passes one client's answer on to the other.
pub(super) fn with_mids_once(text: &str) -> String {
    let mut seen = None;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.starts_with("m=") {
            seen = None;
        } else if line.starts_with("a=mid:") && seen.replace(line) == Some(line) {
            continue;
        }
        out.push_str(line);
    }
    out
}

fn is_data(section: &Section<'_>) -> bool {
    section.kind() == Some(MediaKind::Data)
}

/// The description without data channels: the gateway refuses them, and is spoiled by the attempt.
pub(super) fn without_data(sdp: &Sdp) -> Sdp {
    sdp.without_sections(is_data)
}

/// The answer with the data sections of `offer` put back in their places, refused: an answer has as
/// many m-sections as its offer (RFC 3264, section 6).
pub(super) fn with_data_refused(answer: &Sdp, offer: &Sdp) -> Option<Sdp> {
    let mut out = answer.session_part().to_owned();
    let mut answered = answer.sections();
    for section in offer.sections() {
        if is_data(&section) {
            out.push_str(&refused(&section));
        } else if let Some(own) = answered.next() {
            out.push_str(own.text());
        }
    }
    Sdp::parse(&out).ok()
}

fn refused(section: &Section<'_>) -> String {
    let m_line = section.text().lines().next().unwrap_or_default();
    let mut words = m_line.split(' ');
    let media = words.next().unwrap_or("m=application");
    let rest: Vec<&str> = words.skip(1).collect();
    let mid = section.mid().map(|mid| format!("a=mid:{mid}\r\n"));
    format!(
        "{media} 0 {}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n{}",
        rest.join(" "),
        mid.unwrap_or_default(),
    )
}

/// The description without what only WebRTC knows, and with the address of its media as its origin.
pub(super) fn for_rtp(sdp: &Sdp) -> Option<Sdp> {
    let address = lines(sdp).find_map(|line| line.strip_prefix("c="));
    let mut out = String::with_capacity(sdp.as_str().len());
    for line in lines(sdp).filter(|line| !is_webrtc_only(line)) {
        match (line.strip_prefix("o="), address) {
            (Some(origin), Some(address)) => {
                let words: Vec<&str> = origin.split(' ').take(3).collect();
                out.push_str(&format!("o={} {address}", words.join(" ")));
            }
            _ => out.push_str(line),
        }
        out.push_str("\r\n");
    }
    Sdp::parse(&out).ok()
}

fn lines(sdp: &Sdp) -> impl Iterator<Item = &str> {
    sdp.as_str().lines().filter(|line| !line.is_empty())
}

fn is_webrtc_only(line: &str) -> bool {
    let Some(attribute) = line.strip_prefix("a=") else {
        return false;
    };
    let name = attribute.split(':').next().unwrap_or_default();
    let transport_cc = attribute.starts_with("rtcp-fb:") && attribute.ends_with(" transport-cc");
    WEBRTC_ONLY.contains(&name) || transport_cc
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=sctp-port:5000\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\n";

    #[test]
    fn data_is_left_out_and_comes_back_refused_in_its_place() {
        let offer = Sdp::parse(OFFER).expect("valid");
        let stripped = without_data(&offer);
        assert!(!stripped.as_str().contains("application"));
        assert!(stripped.as_str().contains("a=group:BUNDLE 0 2\r\n"));

        let answer = with_data_refused(&stripped, &offer).expect("valid");
        let media: Vec<_> = answer.sections().map(|section| section.media()).collect();
        assert_eq!(media, ["audio", "application", "video"]);
        let data = answer.sections().nth(1).expect("it is there");
        assert!(data.is_rejected() && data.mid() == Some("1"));
        assert!(
            data.text()
                .starts_with("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n")
        );
        assert!(
            answer.as_str().contains("a=group:BUNDLE 0 2\r\n"),
            "a refused one is in no bundle"
        );
    }

    #[test]
    fn a_mid_that_janus_repeats_is_told_once() {
        let repeated = OFFER.replace("a=mid:2\r\n", "a=mid:2\r\na=setup:active\r\na=mid:2\r\n");
        assert!(Sdp::parse(&repeated).is_err());
        let once = OFFER.replace("a=mid:2\r\n", "a=mid:2\r\na=setup:active\r\n");
        assert_eq!(with_mids_once(&repeated), once);
        assert_eq!(with_mids_once(OFFER), OFFER);
        let clash = OFFER.replace("a=mid:2", "a=mid:0");
        assert_eq!(
            with_mids_once(&clash),
            clash,
            "two sections must not share one"
        );
    }

    #[test]
    fn rtp_endpoints_see_plain_rtp() {
        let sdp = "v=0\r\no=- 4004380149 4004380149 IN IP4 1.1.1.1\r\ns=-\r\nt=0 0\r\n\
            m=audio 30016 RTP/AVP 0\r\nc=IN IP4 192.0.2.2\r\na=sendrecv\r\na=mid:0\r\n\
            a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=msid:x y\r\n\
            a=rtpmap:0 PCMU/8000\r\n";
        let plain = for_rtp(&Sdp::parse(sdp).expect("valid")).expect("valid");
        assert_eq!(
            plain.as_str(),
            "v=0\r\no=- 4004380149 4004380149 IN IP4 192.0.2.2\r\ns=-\r\nt=0 0\r\n\
             m=audio 30016 RTP/AVP 0\r\nc=IN IP4 192.0.2.2\r\na=sendrecv\r\na=rtpmap:0 PCMU/8000\r\n"
        );
    }
}
