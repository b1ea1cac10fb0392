//! What a recording must know of AV1's sequence header (AV1 bitstream, 5.5).

use super::bits::Bits;

/// What the sequence header says of size, profile and samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) width: u32,
    pub(super) height: u32,
    profile: u8,
    level: u8,
    is_high_tier: bool,
    is_high_depth: bool,
    is_twelve_bit: bool,
    is_monochrome: bool,
    halves_width: bool,
    halves_height: bool,
    sample_position: u8,
}

impl Sequence {
    /// Reads the payload of a unit of type 1; none if it is not one.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(payload);
        let mut sequence = Self {
            profile: narrow(bits.bits(3)?),
            ..Self::default()
        };
        bits.bit()?;
        let is_reduced = bits.bit()?;
        match is_reduced {
            true => sequence.level = narrow(bits.bits(5)?),
            false => sequence.operating_points(&mut bits)?,
        }
        sequence.size(&mut bits)?;
        skip_tools(&mut bits, is_reduced)?;
        sequence.colours(&mut bits)?;
        Some(sequence)
    }

    /// The first bytes of `av1C` ("AV1 Codec ISO Media File Format Binding", 2.3.3); the sequence header follows them.
    pub(super) fn configuration(&self) -> [u8; 4] {
        let samples = u8::from(self.is_high_tier) << 7
            | u8::from(self.is_high_depth) << 6
            | u8::from(self.is_twelve_bit) << 5
            | u8::from(self.is_monochrome) << 4
            | u8::from(self.halves_width) << 3
            | u8::from(self.halves_height) << 2
            | self.sample_position;
        [0x81, self.profile << 5 | self.level, samples, 0]
    }

    fn operating_points(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let mut delay_bits = None;
        if bits.bit()? {
            skip_timing(bits)?;
            if bits.bit()? {
                delay_bits = Some(bits.bits(5)? + 1);
                bits.skip(42)?;
            }
        }
        let has_display_delay = bits.bit()?;
        for point in 0..=bits.bits(5)? {
            bits.skip(12)?;
            let level = narrow(bits.bits(5)?);
            let is_high_tier = level > 7 && bits.bit()?;
            if point == 0 {
                (self.level, self.is_high_tier) = (level, is_high_tier);
            }
            if let Some(delay_bits) = delay_bits
                && bits.bit()?
            {
                bits.skip(2 * delay_bits + 1)?;
            }
            if has_display_delay && bits.bit()? {
                bits.skip(4)?;
            }
        }
        Some(())
    }

    fn size(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let (across, down) = (bits.bits(4)? + 1, bits.bits(4)? + 1);
        self.width = bits.bits(across)? + 1;
        self.height = bits.bits(down)? + 1;
        Some(())
    }

    fn colours(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        /// sRGB: `CP_BT_709`, `TC_SRGB`, `MC_IDENTITY`.
        const RGB: u32 = 0x01_0d_00;
        self.is_high_depth = bits.bit()?;
        self.is_twelve_bit = self.profile == 2 && self.is_high_depth && bits.bit()?;
        self.is_monochrome = self.profile != 1 && bits.bit()?;
        let description = match bits.bit()? {
            true => Some(bits.bits(24)?),
            false => None,
        };
        (self.halves_width, self.halves_height) = (true, true);
        if self.is_monochrome {
            return bits.skip(1);
        }
        if description == Some(RGB) {
            (self.halves_width, self.halves_height) = (false, false);
            return Some(());
        }
        bits.bit()?;
        (self.halves_width, self.halves_height) = match (self.profile, self.is_twelve_bit) {
            (0, _) => (true, true),
            (1, _) => (false, false),
            (_, false) => (true, false),
            (_, true) => {
                let across = bits.bit()?;
                (across, across && bits.bit()?)
            }
        };
        if self.halves_width && self.halves_height {
            self.sample_position = narrow(bits.bits(2)?);
        }
        Some(())
    }
}

/// A number of at most 8 bits.
fn narrow(value: u32) -> u8 {
    (value & 0xff) as u8
}

fn skip_timing(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(64)?;
    if bits.bit()? {
        bits.golomb()?;
    }
    Some(())
}

/// Steps over frame ids and the coding tools that are on.
fn skip_tools(bits: &mut Bits<'_>, is_reduced: bool) -> Option<()> {
    if !is_reduced && bits.bit()? {
        bits.skip(7)?;
    }
    bits.skip(3)?;
    if !is_reduced {
        bits.skip(4)?;
        let has_order_hint = bits.bit()?;
        if has_order_hint {
            bits.skip(2)?;
        }
        let may_force_vectors = match bits.bit()? {
            true => true,
            false => bits.bit()?,
        };
        if may_force_vectors && !bits.bit()? {
            bits.bit()?;
        }
        if has_order_hint {
            bits.skip(3)?;
        }
    }
    bits.skip(3)
}
