//! VP9 out of its RTP format (RFC 9628).

use super::{Depacketizer, Format, Frame, Malformed, bits::Bits};
use crate::media::Codec;

/// As many as the index of a superframe can count.
const MAX_LAYERS: usize = 8;

/// Joins the spatial layers of a picture to a superframe, if there are several.
#[derive(Debug, Default)]
pub(super) struct Vp9 {
    data: Vec<u8>,
    /// Where the frame of each layer begins.
    layers: Vec<usize>,
    size: Option<(u32, u32)>,
}

impl Depacketizer for Vp9 {
    fn push(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let (descriptor, data) = unpack(payload).ok_or(Malformed)?;
        let is_out_of_place =
            self.layers.is_empty() && (!descriptor.begins_frame || descriptor.spatial_layer != 0);
        if is_out_of_place || self.layers.len() > MAX_LAYERS {
            return Err(Malformed);
        }
        if descriptor.begins_frame {
            self.layers.push(self.data.len());
        }
        self.data.extend_from_slice(data);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Frame>, Malformed> {
        let mut data = std::mem::take(&mut self.data);
        let layers = std::mem::take(&mut self.layers);
        if data.is_empty() {
            return Ok(None);
        }
        let header = Header::read(&data).ok_or(Malformed)?;
        if let Header::Key { width, height } = header {
            self.size = Some((width, height));
        }
        if layers.len() > 1 {
            superframe(&mut data, &layers).ok_or(Malformed)?;
        }
        Ok(Some(Frame {
            data,
            is_keyframe: matches!(header, Header::Key { .. }),
        }))
    }

    fn clear(&mut self) {
        self.data.clear();
        self.layers.clear();
    }

    fn format(&self) -> Option<Format> {
        self.size.map(|(width, height)| Format {
            codec: Codec::Vp9,
            width,
            height,
            private: Vec::new(),
        })
    }
}

struct Descriptor {
    begins_frame: bool,
    spatial_layer: u8,
}

/// The payload descriptor (RFC 9628, 4.2) and what comes after it.
fn unpack(payload: &[u8]) -> Option<(Descriptor, &[u8])> {
    let (&flags, mut rest) = payload.split_first()?;
    let is = |bit: u8| flags & bit != 0;
    let mut descriptor = Descriptor {
        begins_frame: is(0x08),
        spatial_layer: 0,
    };
    if is(0x80) {
        let is_long = rest.first()? & 0x80 != 0;
        rest = rest.get(1 + usize::from(is_long)..)?;
    }
    if is(0x20) {
        descriptor.spatial_layer = rest.first()? >> 1 & 7;
        rest = rest.get(1 + usize::from(!is(0x10))..)?;
    }
    if is(0x10) && is(0x40) {
        let last = rest.iter().take(3).position(|index| index & 1 == 0)?;
        rest = rest.get(last + 1..)?;
    }
    if is(0x02) {
        rest = after_structure(rest)?;
    }
    Some((descriptor, rest))
}

/// Steps over the scalability structure (RFC 9628, 4.2.1).
fn after_structure(data: &[u8]) -> Option<&[u8]> {
    let (&head, mut rest) = data.split_first()?;
    if head & 0x10 != 0 {
        rest = rest.get(4 * (usize::from(head >> 5) + 1)..)?;
    }
    if head & 0x08 == 0 {
        return Some(rest);
    }
    let (&pictures, mut rest) = rest.split_first()?;
    for _ in 0..pictures {
        let references = usize::from(rest.first()? >> 2 & 3);
        rest = rest.get(1 + references..)?;
    }
    Some(rest)
}

/// Appends the index that tells a decoder where each layer's frame is (VP9 bitstream, annex B).
fn superframe(data: &mut Vec<u8>, begins: &[usize]) -> Option<()> {
    let end = data.len();
    let ends = begins.iter().skip(1).copied().chain([end]);
    let sizes: Vec<_> = begins
        .iter()
        .zip(ends)
        .map(|(from, to)| to - from)
        .collect();
    let count = u8::try_from(sizes.len()).ok().filter(|count| *count <= 8)?;
    // A size takes 4 bytes: 3 stands for that.
    let marker = 0b1100_0000 | 3 << 3 | (count - 1);
    data.push(marker);
    for size in sizes {
        data.extend_from_slice(&u32::try_from(size).ok()?.to_le_bytes());
    }
    data.push(marker);
    Some(())
}

/// The beginning of a frame (VP9 bitstream, 6.2).
enum Header {
    Key { width: u32, height: u32 },
    Other,
}

impl Header {
    fn read(frame: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(frame);
        if bits.bits(2)? != 2 {
            return None;
        }
        let profile = u8::from(bits.bit()?) | u8::from(bits.bit()?) << 1;
        if profile == 3 {
            bits.bit()?;
        }
        let shows_existing = bits.bit()?;
        if shows_existing || bits.bit()? {
            return Some(Self::Other);
        }
        bits.skip(2)?;
        if bits.bits(24)? != 0x49_83_42 {
            return None;
        }
        skip_colours(&mut bits, profile)?;
        let (width, height) = (bits.bits(16)? + 1, bits.bits(16)? + 1);
        Some(Self::Key { width, height })
    }
}

fn skip_colours(bits: &mut Bits<'_>, profile: u8) -> Option<()> {
    const RGB: u32 = 7;
    if profile >= 2 {
        bits.bit()?;
    }
    let has_subsampling = profile & 1 == 1;
    match (bits.bits(3)?, has_subsampling) {
        (RGB, false) => Some(()),
        (_, false) | (RGB, true) => bits.skip(1),
        (_, true) => bits.skip(4),
    }
}
