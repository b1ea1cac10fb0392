//! Where a picture that needs no other picture begins, seen from an RTP payload.

use str0m::{format::detect_h264_nalu, rtp::Vp8Descriptor};

use crate::media::Codec;

const H264_IDR: u8 = 5;
const H264_SPS: u8 = 7;
const AV1_SEQUENCE_HEADER: u8 = 1;

/// Whether a receiver can begin with this packet: it is the first one of a keyframe, or it is audio.
///
/// Never panics, whatever the payload; what is cut short or malformed begins nothing.
#[must_use]
pub fn begins(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::Opus | Codec::Pcmu | Codec::Pcma => !payload.is_empty(),
        Codec::Vp8 => Vp8Descriptor::parse(payload).is_ok_and(|it| it.starts_keyframe(payload)),
        Codec::Vp9 => vp9(payload),
        Codec::H264 => h264(payload),
        Codec::Av1 => av1(payload),
    }
}

/// RFC 9628, 4.2: not predicted from another picture (P), the beginning of a frame (B), and that of
/// the lowest spatial layer if there are layers (L, SID).
fn vp9(payload: &[u8]) -> bool {
    let Some(&flags) = payload.first() else {
        return false;
    };
    let flag = |bit: u8| flags & bit != 0;
    let (picture_id, predicted, layers, begins) = (flag(0x80), flag(0x40), flag(0x20), flag(0x08));
    let wide = picture_id && payload.get(1).is_some_and(|byte| byte & 0x80 != 0);
    let at = 1 + usize::from(picture_id) + usize::from(wide);
    let lowest = || payload.get(at).is_some_and(|byte| byte & 0x0e == 0);
    begins && !predicted && payload.len() > at && (!layers || lowest())
}

/// The parameter sets, or the IDR picture where these are not sent with it (RFC 6184, 5.6 to 5.8).
fn h264(payload: &[u8]) -> bool {
    // Senders put the parameter sets before the picture: a receiver that begins after them may
    // not be able to decode it.
    detect_h264_nalu(payload, H264_SPS) || detect_h264_nalu(payload, H264_IDR)
}

/// RTP Payload Format for AV1, 4.4: the first packet of a coded video sequence (N), or one with a
/// sequence header, for senders that do not set it.
fn av1(payload: &[u8]) -> bool {
    let Some((&header, rest)) = payload.split_first() else {
        return false;
    };
    let (continues, count, new_sequence) = (header & 0x80 != 0, header >> 4 & 3, header & 8 != 0);
    if rest.is_empty() || continues {
        return false;
    }
    new_sequence || Elements { rest, count, at: 0 }.any(|obu| obu >> 3 & 15 == AV1_SEQUENCE_HEADER)
}

/// The first byte of each OBU element of a packet; ends early where it is malformed.
struct Elements<'a> {
    rest: &'a [u8],
    /// How many there are, the last one without its length; 0: all have theirs.
    count: u8,
    at: u8,
}

impl Iterator for Elements<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.at = self.at.saturating_add(1);
        if self.count > 0 && self.at > self.count {
            return None;
        }
        if self.at != self.count {
            let length = self.length()?;
            let element = self.rest.split_off(..length)?;
            // An empty element is not allowed: nothing after it can be trusted.
            return element.first().copied();
        }
        self.rest.first().copied()
    }
}

impl Elements<'_> {
    /// Reads a length (leb128, at most four bytes are of use here).
    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let byte = *self.rest.split_off_first()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keyframes_are_told_from_other_packets() {
        let cases: &[(Codec, &[u8], bool)] = &[
            (Codec::Opus, &[], false),
            (Codec::Opus, &[0xfc], true),
            (Codec::Pcmu, &[0xff; 160], true),
            // VP8: without extension; with a picture id of 15 bits; second partition; inter frame.
            (Codec::Vp8, &[0x10, 0x50, 1, 0], true),
            (Codec::Vp8, &[0x90, 0xf0, 0x81, 5, 3, 0x21, 0x50], true),
            (Codec::Vp8, &[0x90, 0xf0, 0x81, 5, 3, 0x21, 0x51], false),
            (Codec::Vp8, &[0x11, 0x50], false),
            (Codec::Vp8, &[0x00, 0x50], false),
            (Codec::Vp8, &[0x10], false),
            (Codec::Vp8, &[0x90, 0xf0, 0x81], false),
            // VP9: B with and without layers; P; not B; an upper spatial layer; cut short.
            (Codec::Vp9, &[0x88, 0x81, 5, 0x82], true),
            (Codec::Vp9, &[0xaa, 0x81, 5, 0x10, 7, 0x82], true),
            (Codec::Vp9, &[0xe8, 0x81, 5, 0x10, 7, 0x82], false),
            (Codec::Vp9, &[0xa0, 0x81, 5, 0x10, 7, 0x82], false),
            (Codec::Vp9, &[0xa8, 0x05, 0x13, 7, 0x82], false),
            (Codec::Vp9, &[0xa8, 0x05, 0x10, 7, 0x82], true),
            (Codec::Vp9, &[0xa8, 0x81, 5], false),
            (Codec::Vp9, &[0x08, 0x82], true),
            (Codec::Vp9, &[0x08], false),
            // H.264: SPS, PPS, IDR, a slice; STAP-A with and without SPS; FU-A first and later.
            (Codec::H264, &[0x67, 0x42], true),
            (Codec::H264, &[0x68, 0xce], false),
            (Codec::H264, &[0x65, 0x88], true),
            (Codec::H264, &[0x41, 0x9a], false),
            (Codec::H264, &[0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68], true),
            (Codec::H264, &[0x78, 0, 1, 0x09, 0, 2, 0x65, 0x88], true),
            (Codec::H264, &[0x78, 0, 2, 0x41, 0x42, 0, 1, 0x41], false),
            (Codec::H264, &[0x78, 0, 9, 0x67], false),
            (Codec::H264, &[0x7c, 0x85, 0x88], true),
            (Codec::H264, &[0x7c, 0x05, 0x88], false),
            (Codec::H264, &[0x7c, 0x81, 0x88], false),
            (Codec::H264, &[0x7c], false),
            // AV1: N; N of a continued one; sequence headers found by count or length; a frame.
            (Codec::Av1, &[0x18, 0x32, 1], true),
            (Codec::Av1, &[0x98, 0x32, 1], false),
            (Codec::Av1, &[0x20, 2, 0x08, 1, 0x32, 1], true),
            (Codec::Av1, &[0x00, 1, 0x12, 2, 0x0a, 1, 1, 0x32], true),
            (Codec::Av1, &[0x10, 0x0a], true),
            (Codec::Av1, &[0x10, 0x32, 0x0a], false),
            (
                Codec::Av1,
                &[0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x0a],
                false,
            ),
            (Codec::Av1, &[0x08], false),
        ];
        for (codec, payload, expected) in cases {
            assert_eq!(begins(*codec, payload), *expected, "{codec:?} {payload:x?}");
        }
    }

    proptest! {
        #[test]
        fn no_payload_panics(payload in prop::collection::vec(any::<u8>(), 0..64)) {
            for &codec in Codec::ALL {
                let begins = begins(codec, &payload);
                prop_assert!(!(begins && payload.is_empty()));
            }
        }
    }
}
