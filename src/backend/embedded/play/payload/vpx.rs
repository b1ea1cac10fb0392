//! VP8 (RFC 7741) and VP9 (RFC 9628, non-flexible mode, one layer): each picture under a number of 15 bits, so that a
//! receiver notices when one is missing.

use std::sync::Arc;

use super::MAX_PAYLOAD;

/// The number of the next picture.
#[derive(Debug, Default)]
pub(in super::super) struct PictureId(u16);

impl PictureId {
    /// The number as it is written: 15 bits, behind the mark that it is not one of 7.
    pub(super) fn next(&mut self) -> [u8; 2] {
        let id = self.0;
        self.0 = (id + 1) & 0x7fff;
        (0x8000 | id).to_be_bytes()
    }
}

/// The payloads of a VP8 frame.
pub(super) fn vp8(frame: &[u8], [high, low]: [u8; 2]) -> Vec<Arc<[u8]>> {
    const EXTENDED: u8 = 0x80;
    const START: u8 = 0x10;
    const HAS_ID: u8 = 0x80;
    let pieces = frame.chunks(MAX_PAYLOAD - 4).enumerate();
    let payload = |(at, piece): (usize, &[u8])| {
        let first = if at == 0 { EXTENDED | START } else { EXTENDED };
        [&[first, HAS_ID, high, low], piece].concat().into()
    };
    pieces.map(payload).collect()
}

/// The payloads of a VP9 picture, with all the frames of a superframe.
pub(super) fn vp9(picture: &[u8], [high, low]: [u8; 2], key: bool) -> Vec<Arc<[u8]>> {
    const HAS_ID: u8 = 0x80;
    const PREDICTED: u8 = 0x40;
    const BEGIN: u8 = 0x08;
    const END: u8 = 0x04;
    let pieces = picture.chunks(MAX_PAYLOAD - 3);
    let last = pieces.len() - 1;
    let payload = |(at, piece): (usize, &[u8])| {
        let mut flags = HAS_ID;
        for (set, flag) in [(!key, PREDICTED), (at == 0, BEGIN), (at == last, END)] {
            flags |= if set { flag } else { 0 };
        }
        [&[flags, high, low], piece].concat().into()
    };
    pieces.enumerate().map(payload).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vp8_frame_is_cut_and_begins_once() {
        let frame = [7; 2_500];
        let payloads = vp8(&frame, [0x81, 0x02]);
        let heads: Vec<_> = payloads.iter().map(|payload| &payload[..4]).collect();
        let (begin, rest) = ([0x90, 0x80, 0x81, 2], [0x80, 0x80, 0x81, 2]);
        assert_eq!(heads, [begin, rest, rest]);
        let joined: usize = payloads.iter().map(|payload| payload.len() - 4).sum();
        assert_eq!(joined, frame.len());
        assert!(payloads.iter().all(|payload| payload.len() <= MAX_PAYLOAD));
    }

    #[test]
    fn a_vp9_picture_tells_where_it_begins_and_ends_and_whether_it_stands_alone() {
        let heads = |key| -> Vec<u8> {
            let payloads = vp9(&[7; 2_500], [0x80, 0], key);
            payloads.iter().map(|payload| payload[0]).collect()
        };
        assert_eq!(heads(true), [0x88, 0x80, 0x84]);
        assert_eq!(heads(false), [0xc8, 0xc0, 0xc4]);
        assert_eq!(vp9(&[7], [0x80, 0], true)[0][0], 0x8c);
    }

    #[test]
    fn picture_numbers_go_round_in_15_bits() {
        let mut id = PictureId(0x7ffe);
        let ids = [id.next(), id.next(), id.next()];
        assert_eq!(ids, [[0xff, 0xfe], [0xff, 0xff], [0x80, 0]]);
    }
}
