//! Session descriptions (RFC 8866), kept as the text they came in.
//!
//! A description is checked line by line and then only ever edited line by line: what Mediaplane
//! does not know reaches the other side unchanged. Sections are found on demand.

mod check;
mod codecs;
mod section;

use std::{fmt, sync::Arc};

use super::{
    candidate::Candidate,
    kind::{MediaKind, SdpType},
};
pub use check::InvalidSdp;
pub use section::Section;

/// A checked session description.
#[derive(Clone, PartialEq, Eq)]
pub struct Sdp(Arc<str>);

impl Sdp {
    /// Checks that `text` is a session description.
    ///
    /// Lines may end with CRLF or LF. Attributes are not interpreted.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(text: &str) -> Result<Self, InvalidSdp> {
        check::check(text)?;
        Ok(Self(text.into()))
    }

    /// The description as it came in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The session-level lines.
    #[must_use]
    pub fn session_part(&self) -> &str {
        &self.0[..media_start(&self.0)]
    }

    /// The m-sections, in order.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        let mut rest = &self.0[media_start(&self.0)..];
        let mut index = 0;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end = next_media(rest);
            let (text, tail) = rest.split_at(end);
            rest = tail;
            index += 1;
            Some(Section::new(index - 1, text))
        })
    }

    /// The m-section that a candidate belongs to: by media id, else by index.
    #[must_use]
    pub fn section_of(&self, candidate: &Candidate) -> Option<usize> {
        let by_mid = candidate
            .sdp_mid()
            .and_then(|mid| self.sections().find(|section| section.mid() == Some(mid)));
        let by_index = || {
            let index = candidate.sdp_m_line_index()? as usize;
            self.sections().nth(index)
        };
        by_mid.or_else(by_index).map(|section| section.index())
    }

    /// Whether any m-section has a candidate line.
    #[must_use]
    pub fn has_candidates(&self) -> bool {
        lines(&self.0).any(|line| line.starts_with("a=candidate:"))
    }

    /// The same description with `candidates` written into their m-sections.
    ///
    /// Every section that has candidates, old or new, ends with `a=end-of-candidates`
    /// (RFC 8840, section 4.2), and `a=ice-options:trickle` is left as it is. A candidate that
    /// belongs nowhere or stands there already is left out.
    #[must_use]
    pub fn with_candidates(&self, candidates: &[Candidate]) -> Self {
        let eol = if self.0.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let mut out = String::with_capacity(self.0.len() + candidates.len() * 96);
        out.push_str(self.session_part());
        for section in self.sections() {
            let own = candidates
                .iter()
                .filter(|c| self.section_of(c) == Some(section.index()));
            section.write_with(own, eol, &mut out);
        }
        Self(out.into())
    }

    /// The same answer with all m-sections of this kind refused (RFC 3264, 6; RFC 9143, 7.3.3).
    #[must_use]
    pub fn rejecting(&self, kind: MediaKind) -> Self {
        let unwanted = |section: &Section<'_>| section.kind() == Some(kind);
        let mut out = self.without_sections(unwanted).session_part().to_owned();
        for section in self.sections() {
            if !unwanted(&section) {
                out.push_str(section.text());
                continue;
            }
            let m_line = section.m_line();
            let mut words: Vec<&str> = m_line.split(' ').collect();
            if let Some(port) = words.get_mut(1) {
                *port = "0";
            }
            out.push_str("m=");
            out.push_str(&words.join(" "));
            out.push_str("\r\nc=IN IP4 0.0.0.0\r\n");
            if let Some(mid) = section.mid() {
                out.push_str(&format!("a=mid:{mid}\r\n"));
            }
        }
        Self(out.into())
    }

    /// The media id of the first m-section of this kind, if it has one.
    #[must_use]
    pub fn mid_of(&self, kind: MediaKind) -> Option<&str> {
        let mut sections = self.sections();
        sections.find(|section| section.kind() == Some(kind))?.mid()
    }

    /// The same description without the m-sections that `unwanted` picks.
    ///
    /// Their media ids leave `a=group` too (RFC 5888).
    #[must_use]
    pub fn without_sections(&self, unwanted: impl Fn(&Section<'_>) -> bool) -> Self {
        let gone: Vec<&str> = self
            .sections()
            .filter(&unwanted)
            .filter_map(|section| section.mid())
            .collect();
        let mut out = String::with_capacity(self.0.len());
        for line in self.session_part().split_inclusive('\n') {
            if line.starts_with("a=group:") && !gone.is_empty() {
                let body = line.trim_end();
                let kept: Vec<&str> = body.split(' ').filter(|w| !gone.contains(w)).collect();
                out.push_str(&kept.join(" "));
                out.push_str(&line[body.len()..]);
            } else {
                out.push_str(line);
            }
        }
        for section in self.sections().filter(|section| !unwanted(section)) {
            out.push_str(section.text());
        }
        Self(out.into())
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

/// Where the first m-section begins; the text's length if there is none.
fn media_start(text: &str) -> usize {
    if text.starts_with("m=") {
        0
    } else {
        text.find("\nm=").map_or(text.len(), |at| at + 1)
    }
}

/// Where the section that `text` begins with ends.
fn next_media(text: &str) -> usize {
    text.find("\nm=").map_or(text.len(), |at| at + 1)
}

/// Descriptions hold addresses and keys of people: only the size is printed.
impl fmt::Debug for Sdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sdp({} bytes)", self.0.len())
    }
}

/// A session description with what the signalling says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The description.
    pub sdp: Sdp,
    /// Its kind.
    pub sdp_type: SdpType,
    /// Its candidates (or more of them) come later.
    pub trickle_ice: bool,
}

impl Description {
    /// A WebRTC description with all its candidates.
    #[must_use]
    pub fn webrtc(sdp: Sdp) -> Self {
        Self {
            sdp,
            sdp_type: SdpType::Webrtc,
            trickle_ice: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";

    fn candidate(mid: Option<&str>, index: Option<u32>, port: u16) -> Candidate {
        let line = format!("candidate:1 1 udp 1 192.0.2.1 {port} typ host");
        Candidate::new(mid, index, &line).expect("valid")
    }

    #[test]
    fn a_refused_section_keeps_its_place_and_leaves_the_bundle() {
        let sdp = Sdp::parse(OFFER).expect("valid").rejecting(MediaKind::Data);
        let sdp = Sdp::parse(sdp.as_str()).expect("still valid");
        let refused: Vec<bool> = sdp.sections().map(|s| s.is_rejected()).collect();
        assert_eq!(refused, [false, false, true]);
        assert!(sdp.session_part().contains("a=group:BUNDLE 0 1\r\n"));
        assert_eq!(sdp.sections().last().and_then(|s| s.mid()), Some("2"));
    }

    #[test]
    fn sections_are_found() {
        let sdp = Sdp::parse(OFFER).expect("valid");
        let found: Vec<_> = sdp
            .sections()
            .map(|s| (s.index(), s.kind(), s.mid()))
            .collect();
        assert_eq!(
            found,
            [
                (0, Some(MediaKind::Audio), Some("0")),
                (1, Some(MediaKind::Video), Some("1")),
                (2, Some(MediaKind::Data), Some("2")),
            ]
        );
        assert_eq!(sdp.mid_of(MediaKind::Video), Some("1"));
        let audio = sdp.sections().next().expect("there");
        assert_eq!((audio.port(), audio.protocol()), (9, "UDP/TLS/RTP/SAVPF"));
        assert_eq!(audio.formats().collect::<Vec<_>>(), ["111"]);
        assert!(sdp.session_part().ends_with("BUNDLE 0 1 2\r\n"));
        assert!(!sdp.has_candidates());
    }

    #[test]
    fn faults_are_named() {
        let cases = [
            ("", InvalidSdp::Empty),
            (" \r\n", InvalidSdp::Empty),
            ("garbage", InvalidSdp::Line(1)),
            ("o=- 1 1 IN IP4 127.0.0.1\r\n", InvalidSdp::Version),
            ("v=1\r\n", InvalidSdp::Version),
            ("v=0\r\ns=-\r\nt=0 0\r\n", InvalidSdp::Missing('o')),
            (
                "v=0\r\no=x\r\ns=-\r\nt=0 0\r\nhello\r\n",
                InvalidSdp::Line(5),
            ),
            (
                "v=0\r\no=x\r\ns=-\r\nt=0 0\r\n\r\nm=audio 9 RTP/AVP 0\r\n",
                InvalidSdp::Line(5),
            ),
            (
                "v=0\r\no=x\r\ns=-\r\nt=0 0\r\nm=audio\r\n",
                InvalidSdp::Media(5),
            ),
            (
                "v=0\r\no=x\r\ns=-\r\nt=0 0\r\nm=audio 70000 RTP/AVP 0\r\n",
                InvalidSdp::Media(5),
            ),
        ];
        for (text, fault) in cases {
            assert_eq!(Sdp::parse(text), Err(fault), "{text:?}");
        }
        let twice = OFFER.replace("a=mid:1", "a=mid:0");
        assert_eq!(
            Sdp::parse(&twice),
            Err(InvalidSdp::DuplicateMid("0".into()))
        );
    }

    #[test]
    fn an_empty_mid_is_none() {
        for empty in ["a=mid", "a=mid:"] {
            let both = OFFER.replace("a=mid:0", empty).replace("a=mid:1", empty);
            let sdp = Sdp::parse(&both).expect("no two are the same");
            let mids: Vec<_> = sdp.sections().map(|section| section.mid()).collect();
            assert_eq!(mids, [None, None, Some("2")]);
        }
    }

    #[test]
    fn candidates_go_into_their_own_sections() {
        let sdp = Sdp::parse(OFFER).expect("valid");
        let with = sdp.with_candidates(&[
            candidate(Some("1"), Some(0), 1001),
            candidate(None, Some(0), 1000),
            candidate(Some("nowhere"), None, 1002),
            candidate(None, Some(0), 1000),
        ]);
        let texts: Vec<_> = with.sections().map(|s| s.text().to_owned()).collect();
        assert_eq!(texts[0].matches(" 1000 typ").count(), 1);
        assert!(texts[0].ends_with("a=end-of-candidates\r\n"));
        assert!(texts[1].contains(" 1001 typ") && texts[1].contains("end-of-candidates"));
        assert!(!texts[2].contains("candidate"));
        assert!(!with.as_str().contains("1002"));
        assert!(with.has_candidates());
        assert_eq!(Sdp::parse(with.as_str()), Ok(with));
    }

    #[test]
    fn consolidating_twice_changes_nothing() {
        let sdp = Sdp::parse(&OFFER.replace("\r\n", "\n")).expect("valid");
        let once = sdp.with_candidates(&[candidate(Some("0"), None, 7)]);
        assert_eq!(once.with_candidates(&[candidate(Some("0"), None, 7)]), once);
        assert!(!once.as_str().contains('\r'));
    }

    #[test]
    fn a_section_can_be_left_out() {
        let sdp = Sdp::parse(OFFER).expect("valid");
        let rest = sdp.without_sections(|s| s.kind() == Some(MediaKind::Data));
        assert!(rest.as_str().contains("a=group:BUNDLE 0 1\r\n"));
        assert_eq!(rest.sections().count(), 2);
    }

    #[test]
    fn never_prints_itself() {
        let sdp = Sdp::parse(OFFER).expect("valid");
        assert_eq!(format!("{sdp:?}"), format!("Sdp({} bytes)", OFFER.len()));
    }
}
