//! Session descriptions (RFC 8866), kept as the text they came in.
//!
//! A description is checked line by line and then only ever edited line by line: what Mediaplane
//! does not know reaches the other side unchanged. Sections are found on demand.

use std::{fmt, sync::Arc};

use super::{
    candidate::Candidate,
    kind::{MediaKind, SdpType},
};

/// Why a text is no session description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSdp {
    /// The text is empty.
    #[error("is empty: give the SDP as your WebRTC library made it")]
    Empty,
    /// A line is not `<letter>=<value>`.
    #[error("line {0} is not of the form `<letter>=<value>` (RFC 8866, section 5)")]
    Line(usize),
    /// The first line is not `v=0`.
    #[error("does not begin with `v=0` (RFC 8866, section 5.1)")]
    Version,
    /// A mandatory line is missing.
    #[error("has no `{0}=` line before its first m-section (RFC 8866, section 5)")]
    Missing(char),
    /// An `m=` line is malformed.
    #[error(
        "line {0} is no media description `m=<media> <port> <proto> <fmt> …` (RFC 8866, section 5.14)"
    )]
    Media(usize),
    /// Two m-sections have the same `a=mid`.
    #[error("has two m-sections with `a=mid:{0}` (RFC 8843, section 7.1)")]
    DuplicateMid(String),
}

/// A checked session description.
#[derive(Clone, PartialEq, Eq)]
pub struct Sdp(Arc<str>);

/// One m-section of a description: its `m=` line and all that follows up to the next one.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    index: usize,
    text: &'a str,
}

impl Sdp {
    /// Checks that `text` is a session description.
    ///
    /// Lines may end with CRLF or LF. Attributes are not interpreted.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(text: &str) -> Result<Self, InvalidSdp> {
        check(text)?;
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
            Some(Section {
                index: index - 1,
                text,
            })
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
        by_mid.or_else(by_index).map(|section| section.index)
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
                .filter(|c| self.section_of(c) == Some(section.index));
            section.write_with(own, eol, &mut out);
        }
        Self(out.into())
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
            out.push_str(section.text);
        }
        Self(out.into())
    }
}

impl<'a> Section<'a> {
    /// The position among the m-sections, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The section's lines.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    fn m_line(&self) -> &'a str {
        lines(self.text).next().map_or("", |line| &line[2..])
    }

    /// The media word of the `m=` line (`audio`).
    #[must_use]
    pub fn media(&self) -> &'a str {
        self.m_line().split(' ').next().unwrap_or("")
    }

    /// The kind of media, if it is one that sessions carry.
    #[must_use]
    pub fn kind(&self) -> Option<MediaKind> {
        match self.media() {
            "audio" => Some(MediaKind::Audio),
            "video" => Some(MediaKind::Video),
            "application" => Some(MediaKind::Data),
            _ => None,
        }
    }

    /// Whether the section is refused: port 0 (RFC 3264, section 6) outside a bundle.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        let port = self.m_line().split(' ').nth(1).unwrap_or("0");
        port.split('/').next() == Some("0") && self.attribute("bundle-only").is_none()
    }

    /// The value of the first `a=<name>`; empty for a flag.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes(name).next()
    }

    /// The values of all `a=<name>`, in order.
    pub fn attributes<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        lines(self.text).filter_map(move |line| {
            let rest = line.strip_prefix("a=")?.strip_prefix(name)?;
            if rest.is_empty() {
                Some("")
            } else {
                rest.strip_prefix(':')
            }
        })
    }

    /// The `a=mid` (RFC 5888).
    #[must_use]
    pub fn mid(&self) -> Option<&'a str> {
        self.attribute("mid")
    }

    fn write_with<'c>(
        &'c self,
        candidates: impl Iterator<Item = &'c Candidate>,
        eol: &str,
        out: &mut String,
    ) {
        const END: &str = "a=end-of-candidates";
        let mut known: Vec<&str> = Vec::new();
        for line in lines(self.text).filter(|line| *line != END) {
            known.extend(
                line.strip_prefix("a=")
                    .filter(|rest| rest.starts_with("candidate:")),
            );
            out.push_str(line);
            out.push_str(eol);
        }
        for candidate in candidates {
            if !known.contains(&candidate.line()) {
                known.push(candidate.line());
                out.push_str("a=");
                out.push_str(candidate.line());
                out.push_str(eol);
            }
        }
        if !known.is_empty() {
            out.push_str(END);
            out.push_str(eol);
        }
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

fn check(text: &str) -> Result<(), InvalidSdp> {
    if text.trim().is_empty() {
        return Err(InvalidSdp::Empty);
    }
    let mut seen = [('o', false), ('s', false), ('t', false)];
    let mut media = 0_usize;
    let mut mids: Vec<&str> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (letter, value) = split(line).ok_or(InvalidSdp::Line(number + 1))?;
        if number == 0 && (letter, value) != ('v', "0") {
            return Err(InvalidSdp::Version);
        }
        if letter == 'm' {
            media += 1;
            check_media(value).ok_or(InvalidSdp::Media(number + 1))?;
        } else if media == 0
            && let Some(entry) = seen.iter_mut().find(|entry| entry.0 == letter)
        {
            entry.1 = true;
        } else if let Some(mid) = value.strip_prefix("mid:").filter(|_| letter == 'a') {
            if mids.contains(&mid) {
                return Err(InvalidSdp::DuplicateMid(mid.to_owned()));
            }
            mids.push(mid);
        }
    }
    match seen.iter().find(|entry| !entry.1) {
        Some(entry) => Err(InvalidSdp::Missing(entry.0)),
        None => Ok(()),
    }
}

fn split(line: &str) -> Option<(char, &str)> {
    let (letter, value) = line.split_once('=')?;
    let mut chars = letter.chars();
    let letter = chars.next().filter(char::is_ascii_lowercase)?;
    let clean = !value.chars().any(|c| c == '\0' || c == '\r');
    (chars.next().is_none() && clean).then_some((letter, value))
}

fn check_media(value: &str) -> Option<()> {
    let mut words = value.split(' ');
    let media = words.next()?;
    let port = words.next()?.split('/').next()?;
    port.parse::<u16>().ok()?;
    let proto = words.next()?;
    let format = words.next()?;
    (!media.is_empty() && !proto.is_empty() && !format.is_empty()).then_some(())
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
