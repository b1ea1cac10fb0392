//! The media that the demo's clients send: silence in Opus and a still picture in VP8, marked with who sends it.
//!
//! A decoder is done before the last byte of a frame, which holds the mark, so that any player shows the recordings.

use std::time::Duration;

use str0m::{
    format::Codec,
    media::{Frequency, MediaKind, MediaTime},
};

/// Who sends a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sender {
    Alice = 1,
    Bob = 2,
}

impl Sender {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Alice => "Alice",
            Self::Bob => "Bob",
        }
    }
}

/// Time between two frames of sound and between two pictures.
pub(super) const SOUND: Duration = Duration::from_millis(20);
pub(super) const PICTURE: Duration = Duration::from_millis(40);

/// A 20 ms fullband CELT frame whose first bit says "silence" (RFC 6716, 3.1 and 4.3).
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];

/// A grey picture of 160x120 (RFC 6386), and one that changes nothing of it.
const KEYFRAME: [u8; 63] = [
    0x50, 0x06, 0x00, 0x9d, 0x01, 0x2a, 0xa0, 0x00, 0x78, 0x00, 0x00, 0x47, 0x08, 0x85, 0x85, 0x88,
    0x85, 0x84, 0x88, 0x02, 0x02, 0x00, 0x06, 0x22, 0x12, 0x6e, 0xdc, 0xb5, 0xe7, 0x0d, 0x26, 0xb9,
    0xce, 0x1a, 0x4d, 0x73, 0x9c, 0x34, 0x9a, 0xe7, 0x38, 0x69, 0x35, 0xce, 0x70, 0xd2, 0x6b, 0x9c,
    0xe1, 0xa4, 0xd7, 0x39, 0xc3, 0x49, 0xae, 0x73, 0x86, 0x93, 0x5c, 0x30, 0xfe, 0x68, 0x00,
];
const INTERFRAME: [u8; 20] = [
    0x11, 0x02, 0x00, 0x01, 0x10, 0x10, 0x00, 0x18, 0x00, 0x18, 0x58, 0x2f, 0xf4, 0x00, 0x08, 0x80,
    0x81, 0x0c, 0xb0, 0x00,
];

/// Makes one client's frames of one kind.
#[derive(Debug)]
pub(super) struct Source {
    sender: Sender,
    kind: MediaKind,
    made: u64,
    keyframe_due: bool,
}

impl Source {
    pub(super) const fn new(sender: Sender, kind: MediaKind) -> Self {
        Self {
            sender,
            kind,
            made: 0,
            keyframe_due: true,
        }
    }

    pub(super) const fn kind(&self) -> MediaKind {
        self.kind
    }

    pub(super) const fn codec(&self) -> Codec {
        match self.kind {
            MediaKind::Audio => Codec::Opus,
            MediaKind::Video => Codec::Vp8,
        }
    }

    /// Makes the next picture one that needs none before it.
    pub(super) const fn want_keyframe(&mut self) {
        self.keyframe_due = true;
    }

    /// The next frame, and its time.
    pub(super) fn next(&mut self) -> (MediaTime, Vec<u8>) {
        let (span, rate, frame): (_, _, &[u8]) = match self.kind {
            MediaKind::Audio => (SOUND, Frequency::FORTY_EIGHT_KHZ, &SILENCE),
            MediaKind::Video if self.keyframe_due => (PICTURE, Frequency::NINETY_KHZ, &KEYFRAME),
            MediaKind::Video => (PICTURE, Frequency::NINETY_KHZ, &INTERFRAME),
        };
        self.keyframe_due = false;
        let each = u64::from(rate.get()) / 1000 * u64::from(span.subsec_millis());
        let time = MediaTime::new(self.made * each, rate);
        self.made += 1;
        (time, [frame, &[self.sender as u8]].concat())
    }
}

/// Who has sent a frame.
pub(super) fn sender_of(frame: &[u8]) -> Option<Sender> {
    let mark = frame.last()?;
    [Sender::Alice, Sender::Bob]
        .into_iter()
        .find(|sender| *sender as u8 == *mark)
}

/// Whether a picture needs none before it (RFC 6386, 9.1).
pub(super) fn is_keyframe(picture: &[u8]) -> bool {
    picture.first().is_some_and(|first| first & 1 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_marked_and_go_on() {
        let mut pictures = Source::new(Sender::Bob, MediaKind::Video);
        let ((first, key), (second, inter)) = (pictures.next(), pictures.next());
        assert!(is_keyframe(&key) && !is_keyframe(&inter));
        assert_eq!((first.numer(), second.numer()), (0, 3600));
        assert_eq!(sender_of(&inter), Some(Sender::Bob));
        pictures.want_keyframe();
        assert!(is_keyframe(&pictures.next().1));
        let mut sound = Source::new(Sender::Alice, MediaKind::Audio);
        assert_eq!(sender_of(&sound.next().1), Some(Sender::Alice));
        assert_eq!(sound.next().0.numer(), 960);
        assert_eq!(sender_of(&[]), None);
    }
}
