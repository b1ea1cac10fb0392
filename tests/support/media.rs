//! Media that is real to a server and a decoder, and marked, so that a receiver can tell whose it gets.
//!
//! Opus frames hold silence, VP8 frames a still grey picture of 160x120. A decoder is done before a frame's last two
//! bytes, which hold the sender's mark; PCMU has the mark as its samples.

use std::time::Duration;

/// Whether media is heard or seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Audio,
    Video,
}

/// A codec that [`Source`] makes frames of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Opus,
    Pcmu,
    Vp8,
}

impl Codec {
    /// The encoding name that an SDP `a=rtpmap` has.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Codec::Opus => "opus",
            Codec::Pcmu => "PCMU",
            Codec::Vp8 => "VP8",
        }
    }

    /// The codec with this encoding name, in any case.
    pub(crate) fn named(name: &str) -> Option<Codec> {
        let all = [Codec::Opus, Codec::Pcmu, Codec::Vp8];
        all.into_iter()
            .find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Codec::Opus | Codec::Pcmu => Kind::Audio,
            Codec::Vp8 => Kind::Video,
        }
    }

    /// RTP clock rate in Hz.
    pub(crate) fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Pcmu => 8_000,
            Codec::Vp8 => 90_000,
        }
    }
}

/// Time from one frame of this kind to the next.
pub(crate) const fn interval(kind: Kind) -> Duration {
    match kind {
        Kind::Audio => Duration::from_millis(20),
        Kind::Video => Duration::from_millis(40),
    }
}

/// What a sender marks its frames with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Who sends.
    pub(crate) tag: u8,
    /// Which simulcast layer, from 0 for the smallest on; 0 without simulcast.
    pub(crate) layer: u8,
}

/// One frame, small enough for one RTP packet.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) payload: Vec<u8>,
    /// Without the rollover of the 16 bits that go over the wire.
    pub(crate) sequence: u64,
    pub(crate) timestamp: u32,
    /// RTP marker bit: the last packet of a picture.
    pub(crate) marker: bool,
}

/// Makes the frames of one RTP stream, one after the other.
#[derive(Debug)]
pub(crate) struct Source {
    codec: Codec,
    mark: Mark,
    sequence: u64,
    timestamp: u32,
    picture: u16,
    keyframe_due: bool,
}

impl Source {
    pub(crate) fn new(codec: Codec, mark: Mark) -> Source {
        Source {
            codec,
            mark,
            sequence: 1,
            timestamp: 0,
            picture: 0,
            keyframe_due: true,
        }
    }

    /// Makes the next frame a keyframe, if the codec knows them.
    pub(crate) fn want_keyframe(&mut self) {
        self.keyframe_due = true;
    }

    /// The next frame; sequence number and timestamp go on by one frame.
    pub(crate) fn next_frame(&mut self) -> Frame {
        let payload = match self.codec {
            Codec::Opus => marked(&OPUS_SILENCE, self.mark, 40),
            Codec::Pcmu => vec![self.mark.tag; 160],
            Codec::Vp8 => self.picture(),
        };
        let frame = Frame {
            payload,
            sequence: self.sequence,
            timestamp: self.timestamp,
            marker: self.codec == Codec::Vp8,
        };
        let millis =
            u32::try_from(interval(self.codec.kind()).as_millis()).expect("an interval is short");
        self.sequence += 1;
        self.timestamp = self
            .timestamp
            .wrapping_add(self.codec.clock_rate() / 1000 * millis);
        frame
    }

    fn picture(&mut self) -> Vec<u8> {
        let [high, low] = self.picture.to_be_bytes();
        // RFC 7741: extension and start of partition, then a picture id of 15 bits.
        let descriptor = [0x90, 0x80, 0x80 | (high & 0x7f), low];
        let picture: &[u8] = match self.keyframe_due {
            true => &VP8_KEYFRAME,
            false => &VP8_INTERFRAME,
        };
        self.keyframe_due = false;
        self.picture = self.picture.wrapping_add(1);
        let size = 300 << self.mark.layer.min(1);
        marked(&[&descriptor, picture].concat(), self.mark, size)
    }
}

/// The mark of a received payload; None if it is too short to have one.
pub(crate) fn mark(codec: Codec, payload: &[u8]) -> Option<Mark> {
    match (codec, payload) {
        (Codec::Pcmu, [.., tag]) => Some(Mark {
            tag: *tag,
            layer: 0,
        }),
        (Codec::Opus | Codec::Vp8, [_, _, .., layer, tag]) => Some(Mark {
            tag: *tag,
            layer: *layer,
        }),
        _ => None,
    }
}

/// Whether a VP8 RTP payload begins a keyframe (RFC 7741, sections 4.2 and 4.3).
pub(crate) fn is_vp8_keyframe(payload: &[u8]) -> bool {
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
