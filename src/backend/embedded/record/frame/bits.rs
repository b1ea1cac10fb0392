//! Reading values that are not whole bytes.

/// A reader of bits, the highest of each byte first. All reads give none at the end of the data.
#[derive(Clone, Debug)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    pub(super) fn bit(&mut self) -> Option<bool> {
        let byte = self.data.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// An unsigned number of `count` bits, at most 32.
    pub(super) fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u64;
        for _ in 0..count.min(32) {
            value = value << 1 | u64::from(self.bit()?);
        }
        u32::try_from(value).ok()
    }

    pub(super) fn skip(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            self.bit()?;
        }
        Some(())
    }

    /// An unsigned Exp-Golomb number: `ue(v)` of H.264 (9.1), `uvlc()` of AV1 (4.10.3).
    pub(super) fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let rest = self.bits(zeros)?;
        Some(((1_u64 << zeros) - 1 + u64::from(rest)) as u32)
    }

    /// A signed Exp-Golomb number: `se(v)` of H.264 (9.1.1).
    pub(super) fn signed_golomb(&mut self) -> Option<i64> {
        let code = i64::from(self.golomb()?);
        Some(if code % 2 == 1 {
            code / 2 + 1
        } else {
            -(code / 2)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_bit_by_bit() {
        // 1 | 010 | 011 | 00100 | 1
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_1000]);
        assert_eq!(bits.golomb(), Some(0));
        assert_eq!(bits.golomb(), Some(1));
        assert_eq!(bits.signed_golomb(), Some(-1));
        assert_eq!(bits.golomb(), Some(3));
        assert_eq!(bits.bit(), Some(true));
        assert_eq!(bits.bits(3), Some(0));
        assert_eq!(bits.bit(), None);
        assert_eq!(Bits::new(&[0xff; 4]).bits(32), Some(u32::MAX));
        assert_eq!(Bits::new(&[0; 8]).golomb(), None);
    }
}
