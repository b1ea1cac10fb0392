//! The RTCP feedback that both sides understand (RFC 4585, RFC 5104).

use crate::media::sdp::Section;

/// Kinds of feedback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Feedback {
    /// `nack`: packets may be asked for again.
    pub(crate) nack: bool,
    /// `nack pli`: a keyframe may be asked for.
    pub(crate) pli: bool,
    /// `ccm fir`: the same, older and for switches of the source.
    pub(crate) fir: bool,
}

impl Feedback {
    /// All that is known here.
    pub(crate) const ALL: Self = Self {
        nack: true,
        pli: true,
        fir: true,
    };

    /// What `section` says for any of its formats.
    ///
    /// It is believed under RTP/AVP too: deployed gateways offer feedback without the profile for it.
    pub(super) fn of(section: &Section<'_>) -> Self {
        let mut found = Self::default();
        for value in section.attributes("rtcp-fb") {
            let kind = value.split_once(' ').map_or("", |(_, kind)| kind.trim());
            match kind {
                "nack" => found.nack = true,
                "nack pli" => found.pli = true,
                "ccm fir" => found.fir = true,
                _ => {}
            }
        }
        found
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            nack: self.nack && other.nack,
            pli: self.pli && other.pli,
            fir: self.fir && other.fir,
        }
    }

    /// Whether there is any.
    pub(crate) const fn any(self) -> bool {
        self.nack || self.pli || self.fir
    }

    /// The attribute's words.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (self.nack, "nack"),
            (self.pli, "nack pli"),
            (self.fir, "ccm fir"),
        ];
        all.into_iter().filter(|(on, _)| *on).map(|(_, name)| name)
    }
}
