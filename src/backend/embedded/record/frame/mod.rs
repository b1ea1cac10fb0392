//! From the packets of a stream, in order, to the frames that a file holds.
//!
//! The RTP formats are unpacked here and not by a library: those of `rtc-rtp` (0.21) can be made to panic by what a
//! client sends (a cut STAP-A, an AV1 element of one byte) and refuse short fragments that are right, and those of
//! str0m are private for VP9 and AV1. A test packs with `rtc-rtp` and unpacks with these.

mod assembler;
mod audio;
mod av1;
mod av1_sequence;
mod bits;
mod h264;
mod h264_sps;
mod vp8;
mod vp9;

use std::fmt;

use crate::media::Codec;

pub(super) use assembler::{Assembled, Assembler};

/// One frame as a container holds it: a picture, or what is heard for some milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) data: Vec<u8>,
    /// Whether decoding can begin here.
    pub(super) is_keyframe: bool,
}

/// What a file says of a stream beside its frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) codec: Codec,
    /// In pixels; 0 for audio.
    pub(super) width: u32,
    /// In pixels; 0 for audio.
    pub(super) height: u32,
    /// What a decoder is given first, as Matroska's codec mapping has it.
    pub(super) private: Vec<u8>,
}

/// A payload or frame is not what its codec demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a payload of its codec")]
pub(super) struct Malformed;

/// Joins the payloads of one codec.
trait Depacketizer: fmt::Debug + Send {
    /// Adds a payload to the frame that is being built.
    ///
    /// The first one of a frame must be the frame's beginning.
    ///
    /// # Errors
    /// If it is none of this codec, or does not belong here: the frame must be [cleared](Self::clear).
    fn push(&mut self, payload: &[u8]) -> Result<(), Malformed>;

    /// Takes the frame out; none if the payloads held none.
    ///
    /// # Errors
    /// If the frame is incomplete or cannot be decoded.
    fn finish(&mut self) -> Result<Option<Frame>, Malformed>;

    /// Forgets the frame that is being built.
    fn clear(&mut self);

    /// What the file says of the stream; none before a keyframe told.
    fn format(&self) -> Option<Format>;
}

fn depacketizer(codec: Codec) -> Box<dyn Depacketizer> {
    match codec {
        Codec::Opus | Codec::Pcmu | Codec::Pcma => Box::new(audio::Audio::new(codec)),
        Codec::Vp8 => Box::new(vp8::Vp8::default()),
        Codec::Vp9 => Box::new(vp9::Vp9::default()),
        Codec::H264 => Box::new(h264::H264::default()),
        Codec::Av1 => Box::new(av1::Av1::default()),
    }
}

#[cfg(test)]
mod tests;
