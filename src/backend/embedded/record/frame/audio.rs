//! Audio: each payload is a frame.

use super::{Depacketizer, Format, Frame, Malformed};
use crate::media::Codec;

/// Opus (RFC 7587) and G.711 (RFC 3551, 4.5.14).
#[derive(Debug)]
pub(super) struct Audio {
    codec: Codec,
    data: Vec<u8>,
}

impl Audio {
    pub(super) const fn new(codec: Codec) -> Self {
        Self {
            codec,
            data: Vec::new(),
        }
    }
}

impl Depacketizer for Audio {
    fn push(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        self.data.extend_from_slice(payload);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Frame>, Malformed> {
        let data = std::mem::take(&mut self.data);
        Ok((!data.is_empty()).then_some(Frame {
            data,
            is_keyframe: true,
        }))
    }

    fn clear(&mut self) {
        self.data.clear();
    }

    fn format(&self) -> Option<Format> {
        Some(Format {
            codec: self.codec,
            width: 0,
            height: 0,
            private: match self.codec {
                Codec::Pcmu => wave_format(7).to_vec(),
                Codec::Pcma => wave_format(6).to_vec(),
                _ => OPUS_HEAD.to_vec(),
            },
        })
    }
}

/// The identification header of RFC 7845, 5.1: version 1, two channels (RFC 7587, 7), nothing to skip, 48 kHz.
const OPUS_HEAD: [u8; 19] = *b"OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0";

/// Microsoft's WAVEFORMATEX, little-endian, which `A_MS/ACM` demands: `tag`, mono, 8000 samples and bytes a second,
/// blocks of 1 byte, 8 bits a sample, nothing more.
const fn wave_format(tag: u8) -> [u8; 18] {
    [
        tag, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0, 0, 0,
    ]
}
