//! What VP8 and VP9 count within their RTP payloads, and how that goes on from source to source.
//!
//! A decoder takes a step back of these numbers for an old picture. H.264 has none, and those of AV1
//! are in a header extension that is not negotiated.

use str0m::rtp::{Vp8Descriptor, Vp8Patch};

use crate::media::Codec;

const WIDE: u16 = 0x7fff;
const NARROW: u16 = 0x7f;
const OCTET: u16 = 0xff;
const KEY_INDEX: u16 = 0x1f;

/// The running numbers in a payload's descriptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    picture: Option<Number>,
    base_layer: Option<Number>,
    key: Option<Number>,
}

/// One running number and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    value: u16,
    /// Its bits at that place; wider than an octet: those of two.
    mask: u16,
    offset: u8,
}

impl Numbers {
    /// Reads them; there are none in other codecs than VP8 and VP9.
    ///
    /// `None` if the payload is cut short or malformed.
    #[must_use]
    pub fn read(codec: Codec, payload: &[u8]) -> Option<Self> {
        match codec {
            Codec::Vp8 => Self::vp8(Reader { payload, at: 0 }),
            Codec::Vp9 => Self::vp9(Reader { payload, at: 0 }),
            _ => Some(Self::default()),
        }
    }

    /// RFC 7741, 4.2: PictureID, TL0PICIDX, KEYIDX.
    fn vp8(mut reader: Reader<'_>) -> Option<Self> {
        let mut numbers = Self::default();
        if reader.octet()? & 0x80 != 0 {
            let fields = reader.octet()?;
            let has = |bit: u8| fields & bit != 0;
            if has(0x40) && !has(0x20) {
                return None;
            }
            if has(0x80) {
                numbers.picture = Some(reader.picture()?);
            }
            if has(0x40) {
                numbers.base_layer = Some(reader.number(OCTET)?);
            }
            if has(0x30) {
                numbers.key = Some(reader.number(KEY_INDEX)?).filter(|_| has(0x10));
            }
        }
        reader.ends(numbers)
    }

    /// RFC 9628, 4.2: the picture id and, in non-flexible mode with layers, TL0PICIDX.
    fn vp9(mut reader: Reader<'_>) -> Option<Self> {
        let flags = reader.octet()?;
        let has = |bit: u8| flags & bit != 0;
        let mut numbers = Self::default();
        if has(0x80) {
            numbers.picture = Some(reader.picture()?);
        }
        if has(0x20) {
            reader.octet()?;
            if !has(0x10) {
                numbers.base_layer = Some(reader.number(OCTET)?);
            }
        }
        reader.ends(numbers)
    }

    /// The id of the picture, of 7 or 15 bits.
    #[must_use]
    pub fn picture_id(&self) -> Option<u16> {
        self.picture.map(|it| it.value)
    }

    /// The number of the last picture of the lowest temporal layer.
    #[must_use]
    pub fn tl0_pic_idx(&self) -> Option<u8> {
        self.base_layer.map(|it| it.value.to_le_bytes()[0])
    }

    /// The number of the last keyframe of a temporal layer, of 5 bits.
    #[must_use]
    pub fn key_idx(&self) -> Option<u8> {
        self.key.map(|it| it.value.to_le_bytes()[0])
    }

    /// Writes them into a copy of the payload that they were read from.
    pub fn write(&self, payload: &mut [u8]) {
        let all = [self.picture, self.base_layer, self.key];
        for number in all.into_iter().flatten() {
            number.write(payload);
        }
    }

    /// The same for VP8 as a patch that str0m applies to the shared payload when it sends it.
    #[must_use]
    pub fn vp8_patch(&self, payload: &[u8]) -> Option<Vp8Patch> {
        let mut patch = Vp8Descriptor::parse(payload).ok()?.patch();
        if let Some(id) = self.picture_id() {
            patch = patch.picture_id(id);
        }
        if let Some(index) = self.tl0_pic_idx() {
            patch = patch.tl0_pic_idx(index);
        }
        if let Some(index) = self.key_idx() {
            patch = patch.key_idx(index);
        }
        patch.build().ok()
    }
}

impl Number {
    fn write(self, payload: &mut [u8]) {
        let [high, low] = self.value.to_be_bytes();
        let [high_mask, low_mask] = self.mask.to_be_bytes();
        let wide = self.mask > OCTET;
        let offset = usize::from(self.offset);
        if wide && let Some(octet) = payload.get_mut(offset) {
            *octet = *octet & !high_mask | high;
        }
        if let Some(octet) = payload.get_mut(offset + usize::from(wide)) {
            *octet = *octet & !low_mask | low;
        }
    }
}

struct Reader<'a> {
    payload: &'a [u8],
    at: u8,
}

impl Reader<'_> {
    fn octet(&mut self) -> Option<u8> {
        let octet = *self.payload.get(usize::from(self.at))?;
        self.at += 1;
        Some(octet)
    }

    fn number(&mut self, mask: u16) -> Option<Number> {
        let offset = self.at;
        let value = u16::from(self.octet()?) & mask;
        Some(Number {
            value,
            mask,
            offset,
        })
    }

    fn picture(&mut self) -> Option<Number> {
        let offset = self.at;
        let first = self.octet()?;
        if first & 0x80 == 0 {
            self.at = offset;
            return self.number(NARROW);
        }
        Some(Number {
            value: u16::from_be_bytes([first, self.octet()?]) & WIDE,
            mask: WIDE,
            offset,
        })
    }

    /// The numbers, if there is something after their descriptor.
    fn ends(&self, numbers: Numbers) -> Option<Numbers> {
        (usize::from(self.at) < self.payload.len()).then_some(numbers)
    }
}

/// Lets the numbers of one outgoing track go on when its source changes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbering {
    picture: Counter,
    base_layer: Counter,
    key: Counter,
}

impl Numbering {
    /// Another source begins: its first numbers follow the last ones.
    pub(super) fn begin(&mut self) {
        for counter in [&mut self.picture, &mut self.base_layer, &mut self.key] {
            counter.shift = None;
        }
    }

    /// The numbers that a packet gets; `newest` if no later one had any yet.
    pub(super) fn renumber(&mut self, numbers: Numbers, newest: bool) -> Numbers {
        Numbers {
            picture: numbers.picture.map(|it| self.picture.map(it, newest)),
            base_layer: numbers.base_layer.map(|it| self.base_layer.map(it, newest)),
            key: numbers.key.map(|it| self.key.map(it, newest)),
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Counter {
    /// The last value given out.
    last: Option<u16>,
    /// What is added to the source's values; unknown until its first one.
    shift: Option<u16>,
}

impl Counter {
    fn map(&mut self, number: Number, newest: bool) -> Number {
        let shift = *self.shift.get_or_insert_with(|| {
            self.last
                .map_or(0, |last| last.wrapping_add(1).wrapping_sub(number.value))
        });
        let value = number.value.wrapping_add(shift) & number.mask;
        if newest {
            self.last = Some(value);
        }
        Number { value, ..number }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(numbers: Numbers) -> (Option<u16>, Option<u8>, Option<u8>) {
        (
            numbers.picture_id(),
            numbers.tl0_pic_idx(),
            numbers.key_idx(),
        )
    }

    type Case<'a> = (
        Codec,
        &'a [u8],
        Option<(Option<u16>, Option<u8>, Option<u8>)>,
    );

    #[test]
    fn numbers_are_read() {
        let cases: &[Case<'_>] = &[
            (Codec::Vp8, &[], None),
            (Codec::Vp8, &[0x10], None),
            (Codec::Vp8, &[0x10, 0], Some((None, None, None))),
            (
                Codec::Vp8,
                &[0x90, 0x80, 0x45, 0],
                Some((Some(0x45), None, None)),
            ),
            (
                Codec::Vp8,
                &[0x90, 0x80, 0xc5, 0x67, 0],
                Some((Some(0x4567), None, None)),
            ),
            (
                Codec::Vp8,
                &[0x90, 0xf0, 0x81, 5, 9, 0xa3, 0],
                Some((Some(0x105), Some(9), Some(3))),
            ),
            (
                Codec::Vp8,
                &[0x90, 0xe0, 0x81, 5, 9, 0xa3, 0],
                Some((Some(0x105), Some(9), None)),
            ),
            (Codec::Vp8, &[0x90, 0x40, 9, 0], None),
            (Codec::Vp8, &[0x90, 0xf0, 0x81, 5, 9, 0xa3], None),
            (Codec::Vp9, &[0x8c, 0x45, 0], Some((Some(0x45), None, None))),
            (
                Codec::Vp9,
                &[0xec, 0x81, 5, 0x20, 9, 0],
                Some((Some(0x105), Some(9), None)),
            ),
            (
                Codec::Vp9,
                &[0xfc, 0x81, 5, 0x20, 0x02, 0],
                Some((Some(0x105), None, None)),
            ),
            (Codec::Vp9, &[0x0c, 0], Some((None, None, None))),
            (Codec::Vp9, &[0xec, 0x81, 5, 0x20], None),
            (Codec::H264, &[0x65], Some((None, None, None))),
        ];
        for (codec, payload, expected) in cases {
            let numbers = Numbers::read(*codec, payload).map(ids);
            assert_eq!(numbers, *expected, "{codec:?} {payload:x?}");
        }
    }

    #[test]
    fn numbers_of_another_source_follow_the_last_ones_and_wrap() {
        let mut numbering = Numbering::default();
        let mut next = |picture: u16, octets: [u8; 2], newest| {
            let [high, low] = (picture | 0x8000).to_be_bytes();
            let payload = [0x90, 0xf0, high, low, octets[0], octets[1], 0];
            let numbers = Numbers::read(Codec::Vp8, &payload).unwrap();
            ids(numbering.renumber(numbers, newest))
        };
        assert_eq!(
            next(0x7ffe, [254, 30], true),
            (Some(0x7ffe), Some(254), Some(30))
        );
        assert_eq!(
            next(0x7fff, [255, 31], true),
            (Some(0x7fff), Some(255), Some(31))
        );
        assert_eq!(
            next(0x7ffe, [254, 30], false),
            (Some(0x7ffe), Some(254), Some(30))
        );
        numbering.begin();
        let mut next = |picture: u16| {
            let [high, low] = (picture | 0x8000).to_be_bytes();
            let payload = [0x90, 0xf0, high, low, 100, 0x64, 0];
            ids(numbering.renumber(Numbers::read(Codec::Vp8, &payload).unwrap(), true))
        };
        assert_eq!(next(500), (Some(0), Some(0), Some(0)));
        assert_eq!(next(502), (Some(2), Some(0), Some(0)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_nothing_else_changes(
            payload in prop::collection::vec(any::<u8>(), 0..12),
            other in prop::collection::vec(any::<u8>(), 0..12),
            vp8 in any::<bool>(),
        ) {
            let codec = if vp8 { Codec::Vp8 } else { Codec::Vp9 };
            let Some(numbers) = Numbers::read(codec, &payload) else { return Ok(()) };
            let mut numbering = Numbering::default();
            if let Some(other) = Numbers::read(codec, &other) {
                numbering.renumber(other, true);
                numbering.begin();
            }
            let changed = numbering.renumber(numbers, true);
            let mut written = payload.clone();
            changed.write(&mut written);
            prop_assert_eq!(Numbers::read(codec, &written), Some(changed));
            numbers.write(&mut written);
            prop_assert_eq!(&written, &payload);
        }

        /// str0m reads the same numbers, and takes the same change.
        #[test]
        fn str0m_agrees_about_vp8(payload in prop::collection::vec(any::<u8>(), 0..12)) {
            let theirs = Vp8Descriptor::parse(&payload).ok();
            let ours = Numbers::read(Codec::Vp8, &payload);
            prop_assert_eq!(
                ours.map(ids),
                theirs.map(|it| (it.picture_id(), it.tl0_pic_idx(), it.key_idx()))
            );
            if let Some(ours) = ours {
                prop_assert!(ours.vp8_patch(&payload).is_some());
            }
        }
    }
}
