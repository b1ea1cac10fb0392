//! VP8 (RFC 6386) out of its RTP format (RFC 7741).

use super::{Depacketizer, Format, Frame, Malformed};
use crate::media::Codec;

#[derive(Debug, Default)]
pub(super) struct Vp8 {
    data: Vec<u8>,
    size: Option<(u32, u32)>,
}

impl Depacketizer for Vp8 {
    fn push(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let (begins_frame, data) = unpack(payload).ok_or(Malformed)?;
        if self.data.is_empty() && !begins_frame {
            return Err(Malformed);
        }
        self.data.extend_from_slice(data);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Frame>, Malformed> {
        let data = std::mem::take(&mut self.data);
        let Some(first) = data.first() else {
            return Ok(None);
        };
        let is_keyframe = first & 1 == 0;
        if is_keyframe {
            self.size = Some(size(&data).ok_or(Malformed)?);
        }
        Ok(Some(Frame { data, is_keyframe }))
    }

    fn clear(&mut self) {
        self.data.clear();
    }

    fn format(&self) -> Option<Format> {
        self.size.map(|(width, height)| Format {
            codec: Codec::Vp8,
            width,
            height,
            private: Vec::new(),
        })
    }
}

/// Whether a payload begins a frame, and what comes after its descriptor (RFC 7741, 4.2).
fn unpack(payload: &[u8]) -> Option<(bool, &[u8])> {
    let (&first, mut rest) = payload.split_first()?;
    let begins_frame = first & 0x17 == 0x10;
    if first & 0x80 != 0 {
        let (&present, after) = rest.split_first()?;
        rest = after;
        if present & 0x80 != 0 {
            let is_long = rest.first()? & 0x80 != 0;
            rest = rest.get(1 + usize::from(is_long)..)?;
        }
        let index = usize::from(present & 0x40 != 0);
        let layer = usize::from(present & 0x30 != 0);
        rest = rest.get(index + layer..)?;
    }
    Some((begins_frame, rest))
}

/// Width and height of a keyframe (RFC 6386, 9.1).
fn size(keyframe: &[u8]) -> Option<(u32, u32)> {
    let [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = *keyframe else {
        return None;
    };
    let pixels = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    match (pixels(w0, w1), pixels(h0, h1)) {
        (0, _) | (_, 0) => None,
        size => Some(size),
    }
}
