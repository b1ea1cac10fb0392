//! EBML elements (RFC 8794): what Matroska is written in.

use std::io;

use super::{Fault, Input};

/// Where an element is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    /// Its identifier, with the marker bits.
    pub(super) id: u32,
    /// Where it begins.
    pub(super) head: u64,
    /// Where its data begins.
    pub(super) data: u64,
    /// The bytes of its data; none: until something comes that cannot be in it.
    pub(super) size: Option<u64>,
}

impl Element {
    /// Reads the head of the next element.
    pub(super) fn next(input: &mut Input) -> Result<Self, Fault> {
        let head = input.at();
        let first = input.byte()?;
        let length = first.leading_zeros() + 1;
        if length > 4 {
            return Err(Fault::Damaged("an element has no valid identifier"));
        }
        let mut id = u32::from(first);
        for _ in 1..length {
            id = id << 8 | u32::from(input.byte()?);
        }
        let size = number(input)?;
        let data = input.at();
        Ok(Self {
            id,
            head,
            data,
            size,
        })
    }

    /// Where its data ends, within the file.
    pub(super) fn end(&self, input: &Input) -> Result<u64, Fault> {
        let size = self.size.ok_or(Fault::Damaged("an element has no size"))?;
        match self.data.checked_add(size) {
            Some(end) if end <= input.len() => Ok(end),
            _ => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
    }

    /// An unsigned integer (RFC 8794, 7.2).
    pub(super) fn unsigned(&self, input: &mut Input) -> Result<u64, Fault> {
        let bytes = self.bytes(input, 8)?;
        Ok(bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// A floating point number (RFC 8794, 7.3).
    pub(super) fn float(&self, input: &mut Input) -> Result<f64, Fault> {
        let bytes = self.bytes(input, 8)?;
        match (<[u8; 4]>::try_from(&*bytes), <[u8; 8]>::try_from(&*bytes)) {
            (Ok(bytes), _) => Ok(f32::from_be_bytes(bytes).into()),
            (_, Ok(bytes)) => Ok(f64::from_be_bytes(bytes)),
            _ if bytes.is_empty() => Ok(0.0),
            _ => Err(Fault::Damaged("a number has an odd size")),
        }
    }

    /// A short text, without what pads it (RFC 8794, 7.4).
    pub(super) fn text(&self, input: &mut Input) -> Result<String, Fault> {
        let bytes = self.bytes(input, 64)?;
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// Up to `limit` bytes.
    pub(super) fn bytes(&self, input: &mut Input, limit: u64) -> Result<Vec<u8>, Fault> {
        let size = self.size.ok_or(Fault::Damaged("an element has no size"))?;
        if size > limit {
            return Err(Fault::Damaged("an element is too large"));
        }
        input.go(self.data)?;
        Ok(input.take(size)?)
    }

    /// Gives each element within this one to `visit`, in order.
    pub(super) fn children(
        &self,
        input: &mut Input,
        mut visit: impl FnMut(&mut Input, Element) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let end = self.end(input)?;
        input.go(self.data)?;
        while input.at() < end {
            let child = Self::next(input)?;
            let child_end = child.end(input)?;
            if child_end > end {
                return Err(Fault::Damaged("an element is larger than what it is in"));
            }
            visit(input, child)?;
            input.go(child_end)?;
        }
        Ok(())
    }
}

/// A number of variable size (RFC 8794, section 4); none if all its bits are set.
pub(super) fn number(input: &mut Input) -> Result<Option<u64>, Fault> {
    let first = input.byte()?;
    let length = first.leading_zeros() + 1;
    if length > 8 {
        return Err(Fault::Damaged("a number has no valid size"));
    }
    let mut value = u64::from(first) & ((1 << (8 - length)) - 1);
    for _ in 1..length {
        value = value << 8 | u64::from(input.byte()?);
    }
    let all_set = (1 << (7 * length)) - 1;
    Ok((value != all_set).then_some(value))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn input(bytes: &[u8]) -> Input {
        Input::new(Box::new(Cursor::new(bytes.to_vec()))).expect("opens")
    }

    #[test]
    fn numbers_of_all_sizes_are_read() {
        for (bytes, value) in [
            (&[0x81][..], Some(1)),
            (&[0xfe], Some(126)),
            (&[0xff], None),
            (&[0x40, 0x7f], Some(127)),
            (&[0x01, 0, 0, 0, 0, 0, 1, 0], Some(256)),
            (&[0x01, 255, 255, 255, 255, 255, 255, 255], None),
        ] {
            assert_eq!(number(&mut input(bytes)).expect("a number"), value);
        }
        assert!(number(&mut input(&[0])).is_err());
        assert!(number(&mut input(&[0x40])).is_err());
    }

    #[test]
    fn children_stay_within_their_parent() {
        let mut file = input(&[0xae, 0x84, 0xd7, 0x81, 5, 0xec, 0, 0]);
        let parent = Element::next(&mut file).expect("an element");
        let visited = parent.children(&mut file, |_, _| Ok(()));
        assert!(matches!(visited, Err(Fault::Damaged(_))), "{visited:?}");

        let mut file = input(&[0xae, 0x85, 0xd7, 0x81, 5, 0xec, 0x80]);
        let parent = Element::next(&mut file).expect("an element");
        let mut seen = Vec::new();
        let visit = |input: &mut Input, child: Element| {
            seen.push((child.id, child.unsigned(input)?));
            Ok(())
        };
        parent.children(&mut file, visit).expect("well formed");
        assert_eq!(seen, [(0xd7, 5), (0xec, 0)]);
    }
}
