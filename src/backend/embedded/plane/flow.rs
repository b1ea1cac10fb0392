//! The two directions of one m-section.

use std::time::{Duration, Instant};

use super::{
    ids::SourceId,
    transport::{LayerId, Section},
};
use crate::{
    backend::embedded::{
        forward::{Flow, Keyframes, Layers, Meter, Rewriter, keyframe},
        packet::{Packet, SenderTime},
    },
    media::{Codec, MediaStats},
};

/// What a client sends in one m-section.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) section: Section,
    pub(super) flow: Flow,
    pub(super) layers: Vec<InputLayer>,
    counts: Counts,
    codec: Option<Codec>,
}

/// One encoding of what a client sends.
#[derive(Debug)]
pub(super) struct InputLayer {
    pub(super) keyframes: Keyframes,
    /// The client's clock, as it was told last.
    pub(super) clock: Option<SenderTime>,
    meter: Meter,
    arrivals: Arrivals,
    held: Held,
}

/// What was held back by mutes: numbers close up over it, so that nobody asks for it again.
#[derive(Debug, Default)]
struct Held {
    /// The highest number that was passed on.
    passed: Option<u64>,
    /// The numbers that were held back in all.
    skipped: u64,
    /// Nothing is passed on, from then until it can begin again.
    holding: bool,
}

impl InputLayer {
    /// The packet as it goes on, if it does.
    pub(super) fn pass(&mut self, packet: &Packet, muted: bool) -> Option<Packet> {
        let held = &mut self.held;
        if muted {
            held.holding = true;
            return None;
        }
        if held.holding {
            let first = held.passed.is_none_or(|passed| packet.sequence > passed);
            if !first || !keyframe::begins(packet.codec, &packet.payload) {
                return None;
            }
            held.holding = false;
            let next = held.passed.map_or(packet.sequence, |passed| passed + 1);
            held.skipped += packet.sequence - next;
        }
        held.passed = held.passed.max(Some(packet.sequence));
        let sequence = packet.sequence.checked_sub(held.skipped)?;
        Some(Packet {
            sequence,
            ..packet.clone()
        })
    }
}

/// What was counted of one direction.
#[derive(Debug, Default)]
struct Counts {
    packets: u64,
    bytes: u64,
    meter: Meter,
}

impl Counts {
    fn add(&mut self, now: Instant, bytes: usize) {
        self.packets += 1;
        self.bytes += bytes as u64;
        self.meter.add(now, bytes);
    }

    fn bitrate_kbps(&self, now: Instant) -> Option<u32> {
        u32::try_from(self.meter.bitrate(now) / 1000).ok()
    }
}

/// Loss and jitter of one stream (RFC 3550, appendix A.3 and A.8).
#[derive(Debug, Default)]
struct Arrivals {
    first: Option<u64>,
    highest: u64,
    received: u64,
    transit: Option<i64>,
    /// Sixteen times the jitter, in units of the clock rate.
    jitter: i64,
}

impl Arrivals {
    fn add(&mut self, packet: &Packet, began: Instant) {
        self.first.get_or_insert(packet.sequence);
        self.highest = self.highest.max(packet.sequence);
        self.received += 1;
        let rate = u128::from(packet.codec.clock_rate());
        let since = packet.arrived.saturating_duration_since(began).as_nanos();
        // Only differences of the low 32 bits are looked at.
        let arrival = (since * rate / 1_000_000_000) as u32;
        let transit = i64::from(arrival.wrapping_sub(packet.timestamp));
        if let Some(before) = self.transit.replace(transit) {
            // Wraps of either clock are no jitter.
            let differs = i64::from((transit - before) as i32).abs();
            self.jitter += differs - ((self.jitter + 8) >> 4);
        }
    }

    fn lost(&self) -> u64 {
        let expected = self.first.map_or(0, |first| self.highest - first + 1);
        expected.saturating_sub(self.received)
    }
}

impl Input {
    pub(super) fn new(section: Section) -> Self {
        Self {
            section,
            flow: Flow::default(),
            layers: Vec::new(),
            counts: Counts::default(),
            codec: None,
        }
    }

    /// Counts a packet. Whether media begins to arrive with it.
    pub(super) fn add(
        &mut self,
        layer: LayerId,
        packet: &Packet,
        hold: Duration,
        began: Instant,
    ) -> bool {
        let now = packet.arrived;
        self.codec = Some(packet.codec);
        self.counts.add(now, packet.payload.len());
        let layer = self.layer(layer, hold);
        layer.arrivals.add(packet, began);
        layer.meter.add(now, packet.payload.len());
        if keyframe::begins(packet.codec, &packet.payload) {
            layer.keyframes.arrived();
        }
        self.flow.packet(now)
    }

    /// The encoding of this number, which is new if it was not heard of before.
    pub(super) fn layer(&mut self, layer: LayerId, hold: Duration) -> &mut InputLayer {
        let at = usize::from(layer);
        while self.layers.len() <= at {
            self.layers.push(InputLayer {
                keyframes: Keyframes::new(hold),
                clock: None,
                meter: Meter::default(),
                arrivals: Arrivals::default(),
                held: Held::default(),
            });
        }
        &mut self.layers[at]
    }

    /// The encoding with the highest bitrate.
    pub(super) fn best_layer(&self, now: Instant) -> LayerId {
        (0..)
            .zip(&self.layers)
            .max_by_key(|(_, layer)| layer.meter.bitrate(now))
            .map_or(0, |(number, _)| number)
    }

    pub(super) fn stats(&self, now: Instant, rtt: Option<Duration>) -> MediaStats {
        let jitter = self.layers.iter().map(|layer| layer.arrivals.jitter).max();
        let seconds = |units: i64, codec: Codec| {
            let units = u32::try_from(units >> 4).unwrap_or_default();
            Duration::from_secs_f64(f64::from(units) / f64::from(codec.clock_rate()))
        };
        let lost = self.layers.iter().map(|layer| layer.arrivals.lost()).sum();
        MediaStats {
            kind: Some(self.section.slot.kind),
            mid: self.section.mid.clone(),
            inbound: true,
            codec: self.codec.map(|codec| codec.as_str().to_owned()),
            packets: Some(self.counts.packets),
            bytes: Some(self.counts.bytes),
            lost: Some(lost),
            jitter: jitter
                .zip(self.codec)
                .map(|(jitter, codec)| seconds(jitter, codec)),
            rtt,
            bitrate_kbps: self.counts.bitrate_kbps(now),
        }
    }
}

/// What a client receives in one m-section.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) section: Section,
    pub(super) rewriter: Rewriter,
    /// The source that it is set to, to see when that changes.
    pub(super) source: Option<SourceId>,
    /// The layer that it should receive.
    pub(super) layer: LayerId,
    pub(super) layers: Layers,
    /// A codec of which it was said that the client does not know it.
    pub(super) refused: Option<Codec>,
    codec: Option<Codec>,
    counts: Counts,
    pub(super) rtt: Option<Duration>,
    pub(super) lost: Option<u64>,
}

impl Output {
    pub(super) fn new(section: Section, seed: u64) -> Self {
        Self {
            section,
            rewriter: Rewriter::new(seed),
            source: None,
            layer: 0,
            layers: Layers::default(),
            refused: None,
            codec: None,
            counts: Counts::default(),
            rtt: None,
            lost: None,
        }
    }

    pub(super) fn add(&mut self, now: Instant, codec: Codec, bytes: usize) {
        self.codec = Some(codec);
        self.counts.add(now, bytes);
    }

    pub(super) fn stats(&self, now: Instant) -> MediaStats {
        MediaStats {
            kind: Some(self.section.slot.kind),
            mid: self.section.mid.clone(),
            inbound: false,
            codec: self.codec.map(|codec| codec.as_str().to_owned()),
            packets: Some(self.counts.packets),
            bytes: Some(self.counts.bytes),
            lost: self.lost,
            jitter: None,
            rtt: self.rtt,
            bitrate_kbps: self.counts.bitrate_kbps(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::MediaKind;

    /// VP8 (RFC 7741): begin of a keyframe, or of a picture that refers to others.
    fn picture(sequence: u64, is_key: bool) -> Packet {
        let payload = vec![0x10, u8::from(!is_key), 0, 0, 0x9d, 0x01, 0x2a];
        Packet {
            codec: Codec::Vp8,
            sequence,
            timestamp: 0,
            marker: true,
            payload: payload.into(),
            arrived: Instant::now(),
        }
    }

    #[test]
    fn numbers_close_up_over_a_mute_and_pictures_begin_with_a_keyframe() {
        let slot = super::super::transport::Slot {
            kind: MediaKind::Video,
            nth: 0,
        };
        let mut input = Input::new(Section {
            slot,
            mid: None,
            codecs: vec![Codec::Vp8],
            inbound: true,
            outbound: true,
        });
        let layer = input.layer(0, Duration::from_millis(500));
        let mut passes = |sequence, is_key, muted| {
            let passed = layer.pass(&picture(sequence, is_key), muted);
            passed.map(|packet| packet.sequence)
        };
        assert_eq!(passes(10, true, false), Some(10));
        assert_eq!(passes(11, false, false), Some(11));
        assert_eq!(passes(12, false, true), None);
        assert_eq!(passes(13, true, true), None);
        assert_eq!(
            passes(14, false, false),
            None,
            "it refers to what was held back"
        );
        assert_eq!(passes(15, true, false), Some(12));
        assert_eq!(passes(17, false, false), Some(14), "a loss stays one");
        assert_eq!(passes(16, false, false), Some(13));
        assert_eq!(passes(18, false, true), None);
        assert_eq!(passes(20, true, false), Some(15));
    }

    #[test]
    fn loss_and_jitter_are_those_of_rfc_3550() {
        let began = Instant::now();
        let mut arrivals = Arrivals::default();
        for sequence in [1_u64, 2, 4, 5] {
            let at = Duration::from_millis(20 * sequence);
            arrivals.add(
                &Packet {
                    codec: Codec::Opus,
                    timestamp: u32::try_from(sequence).expect("small") * 960,
                    arrived: began + at,
                    ..picture(sequence, true)
                },
                began,
            );
        }
        assert_eq!((arrivals.lost(), arrivals.jitter), (1, 0));
    }
}
