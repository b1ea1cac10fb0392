//! Which way media of a section goes (RFC 3264, sections 5.1 and 6.1).

use super::{lines, value};
use crate::media::{MediaKind, Sdp, SdpType, sdp::Section};

/// A direction, as the side sees it whose description has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Direction {
    sends: bool,
    receives: bool,
}

impl Direction {
    const NAMED: [(&'static str, Self); 4] = [
        ("sendrecv", Self::new(true, true)),
        ("sendonly", Self::new(true, false)),
        ("recvonly", Self::new(false, true)),
        ("inactive", Self::new(false, false)),
    ];

    const fn new(sends: bool, receives: bool) -> Self {
        Self { sends, receives }
    }

    /// The direction that a line says.
    fn in_line(line: &str) -> Option<Self> {
        let mut named = Self::NAMED.into_iter();
        named.find_map(|(name, own)| value(line, name).map(|_| own))
    }

    /// Whether a line says a direction.
    pub(super) fn is_in(line: &str) -> bool {
        Self::in_line(line).is_some()
    }

    /// The direction of a section: its own, else that of all, else both ways.
    pub(super) fn of(sdp: &Sdp, section: &Section<'_>) -> Self {
        let own = lines(section.text()).find_map(Self::in_line);
        let of_all = || lines(sdp.session_part()).find_map(Self::in_line);
        own.or_else(of_all).unwrap_or(Self::new(true, true))
    }

    /// What of it may be the answer to `offered`.
    pub(super) const fn answering(self, offered: Self) -> Self {
        Self::new(
            self.sends && offered.receives,
            self.receives && offered.sends,
        )
    }

    /// Its name, `sendrecv`.
    pub(super) fn as_str(self) -> &'static str {
        let named = Self::NAMED.into_iter().find(|(_, own)| *own == self);
        named.map_or("inactive", |(name, _)| name)
    }
}

/// Whether something must arrive for this kind of media as long as the client is there.
///
/// To `media_timeout` checks of ICE are as good as media. A plain RTP client is silent in all that it does not send, and
/// many that could send video have no camera: FreeSWITCH would hang up on them.
pub(in super::super) fn must_be_heard(sdp: &Sdp, sdp_type: SdpType, kind: MediaKind) -> bool {
    let mut used = sdp
        .sections()
        .filter(|section| section.kind() == Some(kind) && section.port() != 0);
    match sdp_type {
        SdpType::Webrtc => used.next().is_some(),
        SdpType::Rtp => {
            kind == MediaKind::Audio && used.any(|section| Direction::of(sdp, &section).sends)
        }
    }
}
