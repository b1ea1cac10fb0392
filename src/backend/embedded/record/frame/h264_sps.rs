//! What a recording must know of H.264's sequence parameter set (H.264, 7.3.2.1.1).

use super::bits::Bits;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sps {
    pub(super) width: u32,
    pub(super) height: u32,
    /// `chroma_format_idc`.
    pub(super) chroma_format: u8,
    /// Bits of a luma sample, less 8.
    pub(super) luma_depth: u8,
    /// Bits of a chroma sample, less 8.
    pub(super) chroma_depth: u8,
}

impl Sps {
    /// Reads a NAL unit of type 7; none if it is not one.
    pub(super) fn read(unit: &[u8]) -> Option<Self> {
        let payload = unescaped(unit.get(1..)?);
        let mut bits = Bits::new(&payload);
        let profile = bits.bits(8)?;
        bits.skip(16)?;
        bits.golomb()?;
        let mut sps = Self {
            width: 0,
            height: 0,
            chroma_format: 1,
            luma_depth: 0,
            chroma_depth: 0,
        };
        if matches!(
            profile,
            100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135
        ) {
            sps.high_profile(&mut bits)?;
        }
        skip_order(&mut bits)?;
        sps.size(&mut bits)?;
        Some(sps)
    }

    fn high_profile(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        self.chroma_format = small(bits, 3)?;
        if self.chroma_format == 3 {
            bits.bit()?;
        }
        self.luma_depth = small(bits, 6)?;
        self.chroma_depth = small(bits, 6)?;
        bits.bit()?;
        if bits.bit()? {
            let lists = if self.chroma_format == 3 { 12 } else { 8 };
            for list in 0..lists {
                if bits.bit()? {
                    skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
        Some(())
    }

    fn size(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let columns = blocks(bits)?;
        let rows = blocks(bits)?;
        let frames_only = bits.bit()?;
        if !frames_only {
            bits.bit()?;
        }
        bits.bit()?;
        let fields = if frames_only { 1 } else { 2 };
        let (mut across, mut down) = (0, 0);
        if bits.bit()? {
            let (x, y) = match self.chroma_format {
                1 => (2, 2 * fields),
                2 => (2, fields),
                _ => (1, fields),
            };
            across = crop(bits)? * x;
            down = crop(bits)? * y;
        }
        self.width = (columns * 16).checked_sub(across).filter(|w| *w > 0)?;
        self.height = (rows * 16 * fields).checked_sub(down).filter(|h| *h > 0)?;
        Some(())
    }
}

/// Without the bytes that keep start codes out of a unit (H.264, 7.4.1.1).
fn unescaped(unit: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(unit.len());
    let mut zeros = 0;
    for &byte in unit {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        plain.push(byte);
    }
    plain
}

fn small(bits: &mut Bits<'_>, max: u8) -> Option<u8> {
    let value = u8::try_from(bits.golomb()?).ok()?;
    (value <= max).then_some(value)
}

/// Macroblocks along one side: no picture has more than 16384 pixels there.
fn blocks(bits: &mut Bits<'_>) -> Option<u32> {
    bits.golomb()?.checked_add(1).filter(|count| *count <= 1024)
}

fn crop(bits: &mut Bits<'_>) -> Option<u32> {
    let (before, after) = (bits.golomb()?, bits.golomb()?);
    before.checked_add(after).filter(|sum| *sum <= 16_384)
}

fn skip_scaling_list(bits: &mut Bits<'_>, size: u32) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.signed_golomb()? + 256).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

/// Steps over frame numbers, picture order and reference frames.
fn skip_order(bits: &mut Bits<'_>) -> Option<()> {
    bits.golomb()?;
    match bits.golomb()? {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.bit()?;
            bits.golomb()?;
            bits.golomb()?;
            for _ in 0..small(bits, u8::MAX)? {
                bits.golomb()?;
            }
        }
        _ => {}
    }
    bits.golomb()?;
    bits.skip(1)
}
