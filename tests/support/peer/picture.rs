//! A video receiver's need for keyframes.

use std::time::{Duration, Instant};

/// How often a decoder that is stuck repeats its request.
const REPEAT: Duration = Duration::from_millis(500);

/// Whether one incoming video stream could be decoded, as a browser's decoder would see it.
#[derive(Debug, Default)]
pub(super) struct Picture {
    decodable: Option<u8>,
    asked: Option<Instant>,
}

impl Picture {
    /// Takes a packet's tag; true if a keyframe must be asked for, because none came from this sender yet.
    pub(super) fn needs_keyframe(&mut self, now: Instant, tag: u8, is_keyframe: bool) -> bool {
        if is_keyframe {
            self.decodable = Some(tag);
        }
        let lately = self.asked.is_some_and(|asked| now < asked + REPEAT);
        if self.decodable == Some(tag) || lately {
            return false;
        }
        self.asked = Some(now);
        true
    }
}
