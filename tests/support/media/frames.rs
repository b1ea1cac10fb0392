//! Single frames as they go into an RTP packet, and what can be read from them.

use super::{Codec, Mark};

/// A frame of 20 ms.
pub(super) fn sound(codec: Codec, mark: Mark) -> Vec<u8> {
    match codec {
        Codec::Pcmu | Codec::Pcma => vec![mark.tag; 160],
        _ => marked(&OPUS_SILENCE, mark, 40),
    }
}

/// A picture behind its payload descriptor; `number` counts the pictures.
pub(super) fn picture(codec: Codec, mark: Mark, is_key: bool, number: u16) -> Vec<u8> {
    let descriptor = descriptor(codec, is_key, number);
    [descriptor, stored_picture(codec, mark, is_key)].concat()
}

/// A picture without its payload descriptor.
pub(super) fn stored_picture(codec: Codec, mark: Mark, is_key: bool) -> Vec<u8> {
    let frame: &[u8] = match (codec, is_key) {
        (Codec::Vp9, true) => &VP9_KEYFRAME,
        (Codec::Vp9, false) => &VP9_INTERFRAME,
        (Codec::H264, true) => &H264_KEYFRAME,
        (Codec::Av1, true) => &AV1_KEYFRAME,
        (Codec::Av1, false) => &AV1_INTERFRAME,
        (_, true) => &VP8_KEYFRAME,
        (_, false) => &VP8_INTERFRAME,
    };
    let frame = match (codec, is_key) {
        (Codec::H264, true) => h264_aggregate(mark),
        _ => marked(frame, mark, size(mark)),
    };
    debug_assert!(frame.len() < 1200, "one packet has room for it");
    frame
}

fn size(mark: Mark) -> usize {
    300 << mark.layer.min(1)
}

/// What stands before a frame: RFC 7741 section 4.2, RFC 9628 section 4.2, AV1's aggregation header.
fn descriptor(codec: Codec, is_key: bool, number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    match codec {
        // Picture id of 15 bits; not inter-predicted if it is a keyframe; begin and end of the frame.
        Codec::Vp9 => vec![if is_key { 0x8c } else { 0xcc }, 0x80 | (high & 0x7f), low],
        Codec::H264 => Vec::new(),
        // One element; a keyframe has two, and begins a new coded video sequence.
        Codec::Av1 if is_key => [&[0x28, len(&AV1_SEQUENCE)][..], &AV1_SEQUENCE].concat(),
        Codec::Av1 => vec![0x10],
        // Extension and start of partition, then a picture id of 15 bits.
        _ => vec![0x90, 0x80, 0x80 | (high & 0x7f), low],
    }
}

/// Parameter sets and an IDR picture in one packet (STAP-A, RFC 6184, section 5.7.1).
fn h264_aggregate(mark: Mark) -> Vec<u8> {
    let idr = marked(&H264_KEYFRAME, mark, size(mark));
    let mut packet = vec![0x78];
    for unit in [&H264_SPS[..], &H264_PPS, &idr] {
        let length = u16::try_from(unit.len()).expect("a unit is short");
        packet.extend_from_slice(&length.to_be_bytes());
        packet.extend_from_slice(unit);
    }
    packet
}

fn len(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).expect("it is short")
}

/// Whether a payload begins a keyframe.
pub(crate) fn is_keyframe(codec: Codec, payload: &[u8]) -> bool {
    let Some(&first) = payload.first() else {
        return false;
    };
    match codec {
        Codec::Opus | Codec::Pcmu | Codec::Pcma => false,
        Codec::Vp8 => is_vp8_keyframe(payload),
        Codec::Vp9 => first & 0x48 == 0x08,
        // An IDR picture, or an aggregate that begins with a sequence parameter set.
        Codec::H264 => match first & 0x1f {
            24 => payload.get(3).is_some_and(|unit| unit & 0x1f == 7),
            unit => unit == 5,
        },
        Codec::Av1 => first & 0x08 != 0,
    }
}

/// RFC 7741, sections 4.2 and 4.3.
fn is_vp8_keyframe(payload: &[u8]) -> bool {
    let bit = |byte: u8, mask: u8| usize::from(byte & mask != 0);
    let mut header = 1;
    let Some(&first) = payload.first() else {
        return false;
    };
    if first & 0x80 != 0 {
        let extension = payload.get(1).copied().unwrap_or_default();
        let long_id = payload.get(2).copied().unwrap_or_default() & 0x80;
        header += 1 + bit(extension, 0x80) + bit(extension, 0x40) + bit(extension, 0x30);
        header += bit(extension, 0x80) * bit(long_id, 0x80);
    }
    let starts_frame = first & 0x17 == 0x10;
    starts_frame && payload.get(header).is_some_and(|byte| byte & 1 == 0)
}

/// The picture id of 15 bits in a VP8 payload, if it has one (RFC 7741, section 4.2).
pub(crate) fn vp8_picture_id(payload: &[u8]) -> Option<u16> {
    let [first, extension, high, low, ..] = *payload else {
        return None;
    };
    let has_long_id = first & 0x80 != 0 && extension & 0x80 != 0 && high & 0x80 != 0;
    has_long_id.then(|| u16::from_be_bytes([high & 0x7f, low]))
}

fn marked(frame: &[u8], mark: Mark, size: usize) -> Vec<u8> {
    let mut payload = frame.to_vec();
    payload.resize(size, mark.tag);
    payload[size - 2] = mark.layer;
    payload
}

/// A 20 ms fullband CELT frame whose first bit says "silence".
const OPUS_SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];

const VP8_KEYFRAME: [u8; 63] = [
    0x50, 0x06, 0x00, 0x9d, 0x01, 0x2a, 0xa0, 0x00, 0x78, 0x00, 0x00, 0x47, 0x08, 0x85, 0x85, 0x88,
    0x85, 0x84, 0x88, 0x02, 0x02, 0x00, 0x06, 0x22, 0x12, 0x6e, 0xdc, 0xb5, 0xe7, 0x0d, 0x26, 0xb9,
    0xce, 0x1a, 0x4d, 0x73, 0x9c, 0x34, 0x9a, 0xe7, 0x38, 0x69, 0x35, 0xce, 0x70, 0xd2, 0x6b, 0x9c,
    0xe1, 0xa4, 0xd7, 0x39, 0xc3, 0x49, 0xae, 0x73, 0x86, 0x93, 0x5c, 0x30, 0xfe, 0x68, 0x00,
];

const VP8_INTERFRAME: [u8; 20] = [
    0x11, 0x02, 0x00, 0x01, 0x10, 0x10, 0x00, 0x18, 0x00, 0x18, 0x58, 0x2f, 0xf4, 0x00, 0x08, 0x80,
    0x81, 0x0c, 0xb0, 0x00,
];

const VP9_KEYFRAME: [u8; 29] = [
    0x82, 0x49, 0x83, 0x42, 0x00, 0x09, 0xf0, 0x07, 0x76, 0x00, 0x38, 0x24, 0x1c, 0x19, 0x4e, 0x00,
    0x00, 0x30, 0x60, 0x00, 0x00, 0x66, 0x42, 0xca, 0x7f, 0x02, 0x69, 0x89, 0x00,
];

const VP9_INTERFRAME: [u8; 17] = [
    0x86, 0x00, 0x40, 0x92, 0x1c, 0x00, 0x5e, 0x00, 0x00, 0x03, 0x20, 0x00, 0x00, 0x59, 0xfb, 0x0d,
    0x00,
];

const H264_SPS: [u8; 26] = [
    0x67, 0x42, 0xc0, 0x0c, 0xa6, 0x11, 0x0a, 0x11, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01,
    0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x14, 0x2a, 0x11, 0x80,
];

const H264_PPS: [u8; 6] = [0x68, 0xc8, 0x42, 0x03, 0x92, 0xc8];

const H264_KEYFRAME: [u8; 65] = [
    0x65, 0x88, 0x82, 0x1f, 0x93, 0x77, 0xdf, 0x7d, 0xf7, 0xdf, 0x7d, 0xf7, 0xd7, 0x5d, 0x75, 0xd7,
    0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d,
    0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75,
    0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7, 0x5d, 0x75, 0xd7,
    0x5e,
];

/// The sequence header, without a size of its own.
const AV1_SEQUENCE: [u8; 11] = [
    0x08, 0x00, 0x00, 0x00, 0x03, 0xb4, 0xff, 0x73, 0x6b, 0xe4, 0x01,
];

const AV1_KEYFRAME: [u8; 25] = [
    0x30, 0x10, 0x00, 0x91, 0x40, 0x18, 0x61, 0x86, 0x0a, 0x09, 0x20, 0xc1, 0xb8, 0x10, 0x0a, 0x99,
    0x81, 0x4c, 0x61, 0xaf, 0x60, 0xf9, 0xc8, 0x05, 0xd0,
];

const AV1_INTERFRAME: [u8; 22] = [
    0x30, 0x30, 0x03, 0x80, 0x80, 0xfd, 0xf8, 0x06, 0x9e, 0x00, 0x7f, 0xff, 0xff, 0x8b, 0x15, 0x34,
    0x80, 0x00, 0x97, 0x0b, 0x30, 0xe0,
];
