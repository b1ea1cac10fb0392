//! Elements of EBML (RFC 8794), written to memory.

/// Appends an element's id; its length marker is part of the number.
fn id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    out.extend_from_slice(&bytes[zeros..]);
}

/// Appends a size of a body, in as few bytes as hold it (RFC 8794, 4).
fn size(out: &mut Vec<u8>, size: usize) {
    let size = size as u64;
    // All ones of a width stand for "unknown".
    let width = (1..8)
        .find(|width| size < (1 << (7 * width)) - 1)
        .unwrap_or(8);
    let marked = size | 1 << (7 * width);
    out.extend_from_slice(&marked.to_be_bytes()[8 - width..]);
}

/// A size in 8 bytes, to be written over one that was not known.
pub(super) const fn wide_size(size: u64) -> [u8; 8] {
    (size | 1 << 56).to_be_bytes()
}

/// The size of what is still being written (RFC 8794, 6.2), in 8 bytes.
pub(super) const UNKNOWN_SIZE: [u8; 8] = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

pub(super) fn element(out: &mut Vec<u8>, element: u32, body: &[u8]) {
    id(out, element);
    size(out, body.len());
    out.extend_from_slice(body);
}

pub(super) fn head(out: &mut Vec<u8>, element: u32, body: usize) {
    id(out, element);
    size(out, body);
}

pub(super) fn unsigned(out: &mut Vec<u8>, element: u32, value: u64) {
    let width = 8 - (value.leading_zeros() as usize / 8).min(7);
    wide(out, element, value, width);
}

/// An unsigned number in `width` bytes.
pub(super) fn wide(out: &mut Vec<u8>, name: u32, value: u64, width: usize) {
    element(out, name, &value.to_be_bytes()[8 - width..]);
}

pub(super) fn float(out: &mut Vec<u8>, name: u32, value: f64) {
    element(out, name, &value.to_be_bytes());
}

pub(super) fn text(out: &mut Vec<u8>, name: u32, value: &str) {
    element(out, name, value.as_bytes());
}

/// Room of `len` bytes for what comes later: a Void element. *Requires* 2 bytes or more.
pub(super) fn void(out: &mut Vec<u8>, len: usize) {
    const VOID: u8 = 0xec;
    let end = out.len() + len;
    out.push(VOID);
    match len - 2 {
        small @ 0..=126 => out.push(0x80 | small as u8),
        _ => out.extend_from_slice(&wide_size(len as u64 - 9)),
    }
    out.resize(end, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_never_all_ones() {
        let written = |value| {
            let mut out = Vec::new();
            size(&mut out, value);
            out
        };
        assert_eq!(written(0), [0x80]);
        assert_eq!(written(126), [0xfe]);
        assert_eq!(written(127), [0x40, 0x7f]);
        assert_eq!(written(16_382), [0x7f, 0xfe]);
        assert_eq!(written(16_383), [0x20, 0x3f, 0xff]);
        assert_eq!(wide_size(1), [1, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn numbers_and_room_take_what_they_should() {
        let mut out = Vec::new();
        unsigned(&mut out, 0xd7, 0);
        unsigned(&mut out, 0x2ad7b1, 1_000_000);
        assert_eq!(
            out,
            [0xd7, 0x81, 0, 0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40]
        );
        for len in [2, 3, 128, 129, 4096] {
            let mut out = vec![7];
            void(&mut out, len);
            assert_eq!(out.len(), 1 + len);
        }
    }
}
