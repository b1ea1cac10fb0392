//! One m-section of a description.

use super::lines;
use crate::media::{candidate::Candidate, kind::MediaKind};

/// One m-section of a description: its `m=` line and all that follows up to the next one.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    index: usize,
    text: &'a str,
}

impl<'a> Section<'a> {
    pub(super) fn new(index: usize, text: &'a str) -> Self {
        Self { index, text }
    }

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

    pub(super) fn m_line(&self) -> &'a str {
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

    /// The port of the `m=` line; 0 if the section is refused or bundled.
    #[must_use]
    pub fn port(&self) -> u16 {
        let word = self.m_line().split(' ').nth(1).unwrap_or("0");
        let port = word.split('/').next().unwrap_or("0");
        port.parse().unwrap_or(0)
    }

    /// The transport of the `m=` line (`RTP/AVP`).
    #[must_use]
    pub fn protocol(&self) -> &'a str {
        self.m_line().split(' ').nth(2).unwrap_or("")
    }

    /// The formats of the `m=` line, preferred first: payload types, where the transport is RTP.
    pub fn formats(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let words = self.m_line().split(' ').skip(3);
        words.filter(|word| !word.is_empty())
    }

    /// Whether the section is refused: port 0 (RFC 3264, section 6) outside a bundle.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.port() == 0 && self.attribute("bundle-only").is_none()
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

    /// The `a=mid` (RFC 5888). An empty one is none.
    #[must_use]
    pub fn mid(&self) -> Option<&'a str> {
        self.attributes("mid").find(|mid| !mid.is_empty())
    }

    /// Appends the section with these candidates in it, each line ended with `eol`.
    pub(super) fn write_with<'c>(
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
