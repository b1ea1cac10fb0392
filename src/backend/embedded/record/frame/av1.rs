//! AV1 out of its RTP format ("RTP Payload Format For AV1", Alliance for Open Media), as open bitstream units with
//! sizes, without temporal delimiters, as Matroska holds them.

use super::{Depacketizer, Format, Frame, Malformed, av1_sequence::Sequence};
use crate::media::Codec;

/// Types of units (AV1 bitstream, 6.2.2).
mod unit {
    pub(super) const SEQUENCE_HEADER: u8 = 1;
    pub(super) const TEMPORAL_DELIMITER: u8 = 2;
    pub(super) const FRAME_HEADER: u8 = 3;
    pub(super) const TILE_GROUP: u8 = 4;
    pub(super) const FRAME: u8 = 6;
    pub(super) const TILE_LIST: u8 = 8;
    pub(super) const PADDING: u8 = 15;
}

/// A longer sequence header is taken for garbage: it would not fit into the file's head.
const MAX_SEQUENCE: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Av1 {
    data: Vec<u8>,
    fragment: Option<Vec<u8>>,
    has_sequence: bool,
    has_frame: bool,
    is_keyframe: bool,
    /// The latest sequence header as a unit, and what it says.
    sequence: Option<(Vec<u8>, Sequence)>,
}

impl Av1 {
    /// One element of a payload; `continues` in the next payload if it is not whole.
    fn element(
        &mut self,
        data: &[u8],
        is_continued: bool,
        continues: bool,
    ) -> Result<(), Malformed> {
        if is_continued != self.fragment.is_some() {
            return Err(Malformed);
        }
        match self.fragment.take() {
            Some(mut whole) => {
                whole.extend_from_slice(data);
                match continues {
                    true => self.fragment = Some(whole),
                    false => self.unit(&whole)?,
                }
            }
            None if continues => self.fragment = Some(data.to_vec()),
            None => self.unit(data)?,
        }
        Ok(())
    }

    fn unit(&mut self, unit: &[u8]) -> Result<(), Malformed> {
        if unit.is_empty() {
            return Ok(());
        }
        let (head, payload) = parts(unit).ok_or(Malformed)?;
        let kind = head[0] >> 3 & 0x0f;
        match kind {
            unit::TEMPORAL_DELIMITER | unit::TILE_LIST | unit::PADDING => return Ok(()),
            unit::SEQUENCE_HEADER => self.sequence_header(head, payload)?,
            unit::FRAME_HEADER | unit::FRAME => {
                // `show_existing_frame` is 0 and `frame_type` is 0, a keyframe (AV1 bitstream, 5.9.2).
                self.is_keyframe |= payload.first().is_some_and(|byte| byte & 0xe0 == 0);
                self.has_frame = true;
            }
            unit::TILE_GROUP if !self.has_frame => return Err(Malformed),
            _ => {}
        }
        append(&mut self.data, head, payload);
        Ok(())
    }

    fn sequence_header(&mut self, head: &[u8], payload: &[u8]) -> Result<(), Malformed> {
        let sequence = Sequence::read(payload).ok_or(Malformed)?;
        if payload.len() > MAX_SEQUENCE {
            return Err(Malformed);
        }
        let mut unit = Vec::with_capacity(payload.len() + 4);
        append(&mut unit, head, payload);
        self.sequence = Some((unit, sequence));
        self.has_sequence = true;
        Ok(())
    }
}

impl Depacketizer for Av1 {
    fn push(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let (&aggregation, mut rest) = payload.split_first().ok_or(Malformed)?;
        let is_continued = aggregation & 0x80 != 0;
        let continues = aggregation & 0x40 != 0;
        let count = usize::from(aggregation >> 4 & 3);
        let mut index = 0;
        while !rest.is_empty() {
            index += 1;
            let element = if index == count {
                std::mem::take(&mut rest)
            } else {
                let (length, after) = leb128(rest).ok_or(Malformed)?;
                let (element, next) = after.split_at_checked(length).ok_or(Malformed)?;
                rest = next;
                element
            };
            self.element(
                element,
                is_continued && index == 1,
                continues && rest.is_empty(),
            )?;
        }
        match count == 0 || count == index {
            true => Ok(()),
            false => Err(Malformed),
        }
    }

    fn finish(&mut self) -> Result<Option<Frame>, Malformed> {
        let is_cut = self.fragment.is_some();
        let (has_frame, is_keyframe) = (self.has_frame, self.is_keyframe && self.has_sequence);
        let data = std::mem::take(&mut self.data);
        self.clear();
        if is_cut {
            return Err(Malformed);
        }
        Ok(has_frame.then_some(Frame { data, is_keyframe }))
    }

    fn clear(&mut self) {
        self.data.clear();
        self.fragment = None;
        self.has_sequence = false;
        self.has_frame = false;
        self.is_keyframe = false;
    }

    fn format(&self) -> Option<Format> {
        let (unit, sequence) = self.sequence.as_ref()?;
        let mut private = sequence.configuration().to_vec();
        private.extend_from_slice(unit);
        Some(Format {
            codec: Codec::Av1,
            width: sequence.width,
            height: sequence.height,
            private,
        })
    }
}

/// The header of a unit (1 or 2 bytes, without its size) and its payload (AV1 bitstream, 5.3).
fn parts(unit: &[u8]) -> Option<(&[u8], &[u8])> {
    let first = *unit.first()?;
    if first & 0x80 != 0 {
        return None;
    }
    let has_extension = first & 0x04 != 0;
    let (head, rest) = unit.split_at_checked(1 + usize::from(has_extension))?;
    if first & 0x02 == 0 {
        return Some((head, rest));
    }
    let (length, payload) = leb128(rest)?;
    (payload.len() == length).then_some((head, payload))
}

fn append(data: &mut Vec<u8>, head: &[u8], payload: &[u8]) {
    const HAS_SIZE: u8 = 0x02;
    data.push(head[0] | HAS_SIZE);
    data.extend_from_slice(&head[1..]);
    let mut length = payload.len();
    while length > 0x7f {
        data.push(0x80 | (length & 0x7f) as u8);
        length >>= 7;
    }
    data.push(length as u8);
    data.extend_from_slice(payload);
}

/// A number (AV1 bitstream, 4.10.5) and what comes after it.
fn leb128(data: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in data.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = usize::try_from(value).ok()?;
            return Some((value, &data[index + 1..]));
        }
    }
    None
}
