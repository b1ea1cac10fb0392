//! Sequence numbers and timestamps of one outgoing stream: they go on whatever is played, so a receiver takes loops and
//! jumps for one stream.

use std::time::Duration;

use crate::media::{Codec, MediaKind};

/// How far the times of a container may be off the lengths of audio frames: they are often whole milliseconds.
const TOLERANCE: Duration = Duration::from_millis(10);

/// The numbers of one stream.
#[derive(Debug)]
pub(super) struct Numbering {
    codec: Codec,
    sequence: u64,
    /// What a timestamp begins with (RFC 3550, 5.1: at random).
    origin: u32,
    /// The tick of the last frame, and the one that it ends before.
    last: Option<(u64, u64)>,
    /// Whether a talkspurt begins.
    spurt: bool,
}

impl Numbering {
    pub(super) fn new(codec: Codec) -> Self {
        Self {
            codec,
            // The first may not roll over soon, or a receiver miscounts the rollovers (RFC 3711, 3.3.1).
            sequence: rand::random_range(1..0x4000),
            origin: rand::random(),
            last: None,
            spurt: true,
        }
    }

    /// The number of the next packet.
    pub(super) fn sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// The timestamp of a frame that is due `since` the beginning and lasts for `span`.
    pub(super) fn timestamp(&mut self, since: Duration, span: Option<Duration>) -> u32 {
        let wanted = self.ticks(since);
        let tick = match (self.last, self.codec.kind()) {
            (None, _) => wanted,
            (Some((last, _)), MediaKind::Video | MediaKind::Data) => wanted.max(last + 1),
            (Some((_, end)), MediaKind::Audio) if wanted < end + self.ticks(TOLERANCE) => end,
            (Some(_), MediaKind::Audio) => wanted,
        };
        self.last = Some((tick, tick + self.ticks(span.unwrap_or_default())));
        self.stamp(tick)
    }

    /// What the timestamp of something due `since` the beginning would be.
    pub(super) fn at(&self, since: Duration) -> u32 {
        self.stamp(self.ticks(since))
    }

    /// Says that silence was before the next frame.
    pub(super) const fn begin_spurt(&mut self) {
        self.spurt = true;
    }

    /// The marker of a packet (RFC 3551, 4.1 and 5; the payload formats of video).
    pub(super) const fn marker(&mut self, last_of_picture: bool) -> bool {
        match self.codec.kind() {
            MediaKind::Audio => std::mem::replace(&mut self.spurt, false),
            MediaKind::Video | MediaKind::Data => last_of_picture,
        }
    }

    fn ticks(&self, time: Duration) -> u64 {
        let ticks = time.as_nanos() * u128::from(self.codec.clock_rate()) / 1_000_000_000;
        // A year of 90 kHz takes 42 bits.
        u64::try_from(ticks).unwrap_or(u64::MAX).min(1 << 60)
    }

    const fn stamp(&self, tick: u64) -> u32 {
        let low = tick as u32;
        self.origin.wrapping_add(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamps(codec: Codec, frames: &[(u64, u64)]) -> Vec<u32> {
        let mut numbering = Numbering::new(codec);
        let origin = numbering.at(Duration::ZERO);
        let ms = Duration::from_millis;
        let stamp = |(at, span): &(u64, u64)| numbering.timestamp(ms(*at), Some(ms(*span)));
        let stamps = frames.iter().map(stamp);
        stamps.map(|stamp| stamp.wrapping_sub(origin)).collect()
    }

    #[test]
    fn audio_follows_its_own_length_until_there_is_a_gap() {
        let frames = [
            (0, 20),
            (21, 20),
            (39, 20),
            (60, 20),
            (1_000, 20),
            (1_019, 20),
        ];
        let wanted = [0, 960, 1_920, 2_880, 48_000, 48_960];
        assert_eq!(stamps(Codec::Opus, &frames), wanted);
        assert_eq!(stamps(Codec::Pcmu, &frames[..2]), [0, 160]);
    }

    #[test]
    fn video_follows_the_time_and_never_goes_back() {
        let frames = [(0, 33), (33, 33), (20, 33), (67, 33)];
        assert_eq!(stamps(Codec::Vp8, &frames), [0, 2_970, 2_971, 6_030]);
    }

    #[test]
    fn markers_begin_talk_and_end_pictures() {
        let mut audio = Numbering::new(Codec::Opus);
        assert!(audio.marker(true) && !audio.marker(true));
        audio.begin_spurt();
        assert!(audio.marker(true));
        let mut video = Numbering::new(Codec::Vp8);
        assert!(!video.marker(false) && video.marker(true));
        assert_eq!(video.sequence() + 1, video.sequence());
    }
}
