//! Codecs that are known by name.

use super::kind::{MediaKind, names};

names! {
    /// A codec, called as `a=rtpmap` calls it, in lower case.
    Codec {
        /// RFC 6716, RFC 7587.
        Opus = "opus",
        /// G.711 µ-law (RFC 3551, 4.5.14).
        Pcmu = "pcmu",
        /// G.711 A-law (RFC 3551, 4.5.14).
        Pcma = "pcma",
        /// RFC 6386, RFC 7741.
        Vp8 = "vp8",
        /// RFC 9628.
        Vp9 = "vp9",
        /// RFC 6184.
        H264 = "h264",
        /// AV1, in the RTP format of the Alliance for Open Media.
        Av1 = "av1",
    }
}

impl Codec {
    /// The codec of this encoding name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = Self::ALL.iter().copied();
        all.into_iter()
            .find(|codec| codec.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether it is heard or seen.
    #[must_use]
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Opus | Self::Pcmu | Self::Pcma => MediaKind::Audio,
            Self::Vp8 | Self::Vp9 | Self::H264 | Self::Av1 => MediaKind::Video,
        }
    }

    /// RTP timestamp units per second.
    #[must_use]
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Pcmu | Self::Pcma => 8_000,
            Self::Vp8 | Self::Vp9 | Self::H264 | Self::Av1 => 90_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codec_is_found_by_the_name_it_has_in_sdp() {
        assert_eq!(Codec::named("PCMU"), Some(Codec::Pcmu));
        assert_eq!(Codec::named("H264"), Some(Codec::H264));
        assert_eq!(Codec::named("rtx"), None);
    }
}
