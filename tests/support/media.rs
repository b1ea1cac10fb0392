//! Media that is real to a server and a decoder, and marked, so that a receiver can tell whose it gets.
//!
//! Opus frames hold silence, pictures are a still grey of 160x120. A decoder is done before a frame's last two bytes,
//! which hold the sender's mark; PCMU and PCMA have the mark as their samples.

mod frames;

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};

pub(crate) use frames::{is_keyframe, vp8_picture_id};

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
    Pcma,
    Vp8,
    Vp9,
    H264,
    Av1,
}

impl Codec {
    pub(crate) const ALL: [Codec; 7] = [
        Codec::Opus,
        Codec::Pcmu,
        Codec::Pcma,
        Codec::Vp8,
        Codec::Vp9,
        Codec::H264,
        Codec::Av1,
    ];

    /// The encoding name that an SDP `a=rtpmap` has.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Codec::Opus => "opus",
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
            Codec::Vp8 => "VP8",
            Codec::Vp9 => "VP9",
            Codec::H264 => "H264",
            Codec::Av1 => "AV1",
        }
    }

    /// The codec with this encoding name, in any case.
    pub(crate) fn named(name: &str) -> Option<Codec> {
        Codec::ALL
            .into_iter()
            .find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Codec::Opus | Codec::Pcmu | Codec::Pcma => Kind::Audio,
            Codec::Vp8 | Codec::Vp9 | Codec::H264 | Codec::Av1 => Kind::Video,
        }
    }

    /// RTP clock rate in Hz.
    pub(crate) fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Pcmu | Codec::Pcma => 8_000,
            Codec::Vp8 | Codec::Vp9 | Codec::H264 | Codec::Av1 => 90_000,
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

/// The times to send frames of this kind at.
///
/// After a machine was busy with something else, the frames that were due are not sent in one burst: no camera does
/// that, and the buffers on the way are not made for it.
pub(crate) fn ticks(kind: Kind) -> Interval {
    let mut ticks = tokio::time::interval(interval(kind));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
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
        let payload = match self.codec.kind() {
            Kind::Audio => frames::sound(self.codec, self.mark),
            Kind::Video => self.picture(),
        };
        let frame = Frame {
            payload,
            sequence: self.sequence,
            timestamp: self.timestamp,
            marker: self.codec.kind() == Kind::Video,
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
        // All pictures of H.264 are keyframes: those that refer to others would have to be numbered in the slice header.
        let is_key = std::mem::take(&mut self.keyframe_due) || self.codec == Codec::H264;
        let number = self.picture;
        self.picture = self.picture.wrapping_add(1);
        frames::picture(self.codec, self.mark, is_key, number)
    }
}

/// The mark of a received payload; None if it is too short to have one.
pub(crate) fn mark(codec: Codec, payload: &[u8]) -> Option<Mark> {
    match (codec, payload) {
        (Codec::Pcmu | Codec::Pcma, [.., tag]) => Some(Mark {
            tag: *tag,
            layer: 0,
        }),
        (Codec::Pcmu | Codec::Pcma, []) => None,
        (_, [_, _, .., layer, tag]) => Some(Mark {
            tag: *tag,
            layer: *layer,
        }),
        _ => None,
    }
}

/// One stored frame, without what RTP puts before it: Opus or VP8, as a file holds them.
pub(crate) fn stored_frame(codec: Codec, mark: Mark, is_key: bool) -> Vec<u8> {
    match codec.kind() {
        Kind::Audio => frames::sound(codec, mark),
        Kind::Video => frames::stored_picture(codec, mark, is_key),
    }
}
