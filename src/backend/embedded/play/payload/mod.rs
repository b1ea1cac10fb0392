//! RTP payloads: a frame in, what goes into its packets out.
//!
//! The crate `rtc-rtp` was weighed: it marks every VP9 picture as a keyframe, and panics on AV1 that is cut short.

mod av1;
pub(super) mod g711;
mod h264;
mod vpx;

use std::sync::Arc;

use super::container::Format;
use crate::media::Codec;

/// The largest payload, in bytes: with all headers and an SRTP tag it fits every network's MTU.
pub(super) const MAX_PAYLOAD: usize = 1_200;

/// Makes the payloads of one track.
#[derive(Debug)]
pub(super) enum Payloader {
    Opus,
    Mu,
    A,
    Vp8(vpx::PictureId),
    Vp9(vpx::PictureId),
    Av1(av1::Payloader),
    H264(h264::Payloader),
}

impl Payloader {
    /// For frames of `format`, sent as `codec`, one of the format's own.
    pub(super) fn new(format: Format, codec: Codec) -> Self {
        match format {
            Format::Opus => Self::Opus,
            Format::Linear if codec == Codec::Pcma => Self::A,
            Format::Linear => Self::Mu,
            Format::Vp8 => Self::Vp8(vpx::PictureId::default()),
            Format::Vp9 => Self::Vp9(vpx::PictureId::default()),
            Format::Av1 { config } => Self::Av1(av1::Payloader::new(config)),
            Format::H264(avc) => Self::H264(h264::Payloader::new(avc)),
        }
    }

    /// The payloads of one frame, in order; the last one ends a picture.
    ///
    /// Nothing for what is no frame of the format, and for an Opus packet that no payload can hold.
    pub(super) fn payloads(&mut self, frame: &[u8], key: bool) -> Vec<Arc<[u8]>> {
        let linear = || {
            frame
                .as_chunks()
                .0
                .iter()
                .map(|pair| i16::from_le_bytes(*pair))
        };
        match self {
            _ if frame.is_empty() => Vec::new(),
            Self::Opus if frame.len() > MAX_PAYLOAD => Vec::new(),
            Self::Opus => vec![frame.into()],
            Self::Mu => vec![linear().map(g711::to_mu_law).collect()],
            Self::A => vec![linear().map(g711::to_a_law).collect()],
            Self::Vp8(id) => vpx::vp8(frame, id.next()),
            Self::Vp9(id) => vpx::vp9(frame, id.next(), key),
            Self::Av1(payloader) => payloader.payloads(frame, key),
            Self::H264(payloader) => payloader.payloads(frame, key),
        }
    }
}
