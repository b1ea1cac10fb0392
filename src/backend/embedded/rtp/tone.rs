//! Tones as events (DTMF, RFC 4733), received and sent.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::rtcp;

/// The events that are tones, by their code.
const DIGITS: &str = "0123456789*#ABCD";

/// How long after its last packet a tone is over whose end was lost.
const LOST: Duration = Duration::from_millis(500);

/// Between the packets of a tone that is sent.
const STEP: Duration = Duration::from_millis(20);

/// Between two tones that are sent.
const PAUSE: Duration = Duration::from_millis(70);

/// The most tones that wait to be sent.
pub(super) const MAX_WAITING: usize = 128;

/// The volume of a tone that is sent, in dB below the reference (RFC 4733, 2.3.4).
const VOLUME: u8 = 10;

/// A tone that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tone {
    pub(super) digit: char,
    pub(super) duration: Duration,
}

/// Puts a tone's packets together again.
#[derive(Debug, Default)]
pub(super) struct Receiver {
    current: Option<Hearing>,
}

#[derive(Clone, Copy, Debug)]
struct Hearing {
    event: u8,
    timestamp: u32,
    units: u16,
    /// Of the segments before (RFC 4733, 2.5.1.3).
    before: Duration,
    clock_rate: u32,
    told: bool,
    at: Instant,
}

impl Receiver {
    /// Reads one packet. At most one tone is over with it: this one, or the one before whose end was lost.
    pub(super) fn read(
        &mut self,
        now: Instant,
        timestamp: u32,
        clock_rate: u32,
        payload: &[u8],
    ) -> Option<Tone> {
        let &[event, flags, high, low, ..] = payload else {
            return None;
        };
        let (units, over) = (u16::from_be_bytes([high, low]), flags & 0x80 != 0);
        if usize::from(event) >= DIGITS.len() || self.is_late(timestamp, clock_rate) {
            return None;
        }
        let mut unfinished = None;
        let same = self
            .current
            .filter(|hearing| hearing.timestamp == timestamp);
        let mut hearing = same.unwrap_or_else(|| {
            let before = self.segments_before(event, timestamp);
            if before.is_zero() {
                unfinished = self.finish();
            }
            Hearing {
                event,
                timestamp,
                units: 0,
                before,
                clock_rate,
                told: false,
                at: now,
            }
        });
        hearing.units = hearing.units.max(units);
        hearing.at = now;
        self.current = Some(hearing);
        let finished = if over { self.finish() } else { None };
        unfinished.or(finished)
    }

    /// Whether a packet is of a tone before the current one.
    fn is_late(&self, timestamp: u32, clock_rate: u32) -> bool {
        self.current.is_some_and(|hearing| {
            let behind = hearing.timestamp.wrapping_sub(timestamp);
            behind != 0 && u64::from(behind) < u64::from(clock_rate) * 5
        })
    }

    /// What has passed of a tone that is too long for one event and goes on at `timestamp`.
    fn segments_before(&self, event: u8, timestamp: u32) -> Duration {
        let goes_on = |hearing: &Hearing| {
            let end = hearing.timestamp.wrapping_add(u32::from(hearing.units));
            hearing.event == event && !hearing.told && hearing.units == u16::MAX && end == timestamp
        };
        self.current
            .filter(goes_on)
            .map_or(Duration::ZERO, |hearing| hearing.duration())
    }

    fn finish(&mut self) -> Option<Tone> {
        let hearing = self.current.as_mut().filter(|hearing| !hearing.told)?;
        hearing.told = true;
        Some(Tone {
            digit: char::from(DIGITS.as_bytes()[usize::from(hearing.event)]),
            duration: hearing.duration(),
        })
    }

    /// When a tone is over without being told so.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let hearing = self.current.filter(|hearing| !hearing.told)?;
        Some(hearing.at + LOST)
    }

    /// The tone that is over at `now`.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Tone> {
        self.deadline().filter(|deadline| *deadline <= now)?;
        self.finish()
    }
}

impl Hearing {
    fn duration(&self) -> Duration {
        self.before
            .saturating_add(rtcp::time(u32::from(self.units), self.clock_rate))
    }
}

/// Sends tones one after the other.
#[derive(Debug, Default)]
pub(super) struct Sender {
    waiting: VecDeque<(u8, Duration)>,
    playing: Option<Playing>,
    /// When the next packet is due, once a tone was asked for.
    next: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Playing {
    event: u8,
    duration: Duration,
    started: Instant,
    timestamp: u32,
}

/// A packet of a tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) payload: [u8; 4],
    pub(super) timestamp: u32,
    /// The first of its tone.
    pub(super) marker: bool,
    /// The last of its tone, to be sent three times (RFC 4733, 2.5.1.4).
    pub(super) last: bool,
}

impl Sender {
    /// Queues tones; false, and nothing queued, if there is no room or `digits` has something else.
    pub(super) fn push(&mut self, now: Instant, digits: &str, duration: Duration) -> bool {
        let events: Option<Vec<u8>> = digits.chars().map(event).collect();
        let Some(events) = events.filter(|e| self.waiting.len() + e.len() <= MAX_WAITING) else {
            return false;
        };
        self.waiting
            .extend(events.into_iter().map(|event| (event, duration)));
        self.next.get_or_insert(now);
        true
    }

    /// Whether a tone sounds, which the audio makes room for.
    pub(super) const fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.next
    }

    /// The packet that is due at `now`, if one is; `timestamp` is that of the stream.
    pub(super) fn step(&mut self, now: Instant, clock_rate: u32, timestamp: u32) -> Option<Step> {
        self.next.filter(|next| *next <= now)?;
        let marker = self.playing.is_none();
        let Some(playing) = self.playing.or_else(|| self.begin(now, timestamp)) else {
            self.next = None;
            return None;
        };
        let elapsed = now.saturating_duration_since(playing.started) + STEP;
        let longest = rtcp::time(u32::from(u16::MAX), clock_rate);
        let duration = playing.duration.min(longest);
        let last = elapsed >= duration;
        let units = rtcp::units(elapsed.min(duration), clock_rate).min(u32::from(u16::MAX));
        let [high, low] = (units as u16).to_be_bytes();
        self.playing = Some(playing).filter(|_| !last);
        self.next = Some(now + if last { PAUSE } else { STEP });
        Some(Step {
            payload: [playing.event, u8::from(last) << 7 | VOLUME, high, low],
            timestamp: playing.timestamp,
            marker,
            last,
        })
    }

    fn begin(&mut self, now: Instant, timestamp: u32) -> Option<Playing> {
        let (event, duration) = self.waiting.pop_front()?;
        Some(Playing {
            event,
            duration,
            started: now,
            timestamp,
        })
    }
}

/// Whether `digit` is a tone.
pub(super) fn is_digit(digit: char) -> bool {
    event(digit).is_some()
}

fn event(digit: char) -> Option<u8> {
    let at = DIGITS.find(digit.to_ascii_uppercase())?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 8000;

    fn packet(event: u8, over: bool, units: u16) -> [u8; 4] {
        let [high, low] = units.to_be_bytes();
        [event, u8::from(over) << 7, high, low]
    }

    fn tone(digit: char, ms: u64) -> Option<Tone> {
        Some(Tone {
            digit,
            duration: Duration::from_millis(ms),
        })
    }

    #[test]
    fn the_end_is_told_once() {
        let now = Instant::now();
        let mut receiver = Receiver::default();
        let mut read = |payload: &[u8]| receiver.read(now, 7, RATE, payload);
        assert_eq!(read(&packet(5, false, 160)), None);
        assert_eq!(read(&packet(5, true, 800)), tone('5', 100));
        assert_eq!(read(&packet(5, true, 800)), None);
        assert_eq!(read(&packet(5, false, 640)), None);
        assert_eq!(read(&[5, 128, 1]), None);
        assert_eq!(read(&packet(16, true, 1)), None);
    }

    #[test]
    fn a_tone_without_an_end_is_over_with_the_next_or_with_time() {
        let now = Instant::now();
        let mut receiver = Receiver::default();
        assert_eq!(receiver.read(now, 0, RATE, &packet(1, false, 400)), None);
        assert_eq!(
            receiver.read(now, 900, RATE, &packet(11, false, 160)),
            tone('1', 50)
        );
        assert_eq!(
            receiver.read(now, 0, RATE, &packet(1, true, 400)),
            None,
            "late"
        );
        assert_eq!(receiver.expire(now + LOST / 2), None);
        assert_eq!(receiver.expire(now + LOST), tone('#', 20));
        assert_eq!(receiver.deadline(), None);
    }

    #[test]
    fn a_long_tone_comes_in_segments() {
        let now = Instant::now();
        let mut receiver = Receiver::default();
        assert_eq!(
            receiver.read(now, 10, 48_000, &packet(3, false, u16::MAX)),
            None
        );
        let next = 10 + u32::from(u16::MAX);
        let told = receiver
            .read(now, next, 48_000, &packet(3, true, 48_000))
            .expect("over");
        assert_eq!(told.duration.as_millis(), 2365);
    }

    #[test]
    fn what_is_sent_is_received() {
        let mut now = Instant::now();
        let (mut sender, mut receiver) = (Sender::default(), Receiver::default());
        assert!(!sender.push(now, "12x", Duration::from_millis(100)));
        assert!(sender.push(now, "1*d", Duration::from_millis(100)));
        let mut heard = Vec::new();
        let mut timestamp = 0;
        while let Some(next) = sender.deadline() {
            timestamp += rtcp::units(next - now, RATE);
            now = next;
            let Some(step) = sender.step(now, RATE, timestamp) else {
                continue;
            };
            for _ in 0..if step.last { 3 } else { 1 } {
                heard.extend(receiver.read(now, step.timestamp, RATE, &step.payload));
            }
        }
        assert_eq!(
            heard,
            [tone('1', 100), tone('*', 100), tone('D', 100)].map(Option::unwrap)
        );
        assert!(!sender.push(now, &"1".repeat(MAX_WAITING + 1), Duration::ZERO));
    }
}
