//! One outgoing track, made from the sources that follow each other on it.

mod out;
#[cfg(test)]
mod tests;

use std::time::Instant;

use super::{
    super::packet::Packet,
    keyframe,
    numbers::{Numbering, Numbers},
    window::Window,
};
use crate::media::{Codec, MediaKind};

pub use out::Out;

/// What feeds a track: one incoming stream, a layer of it, a player. Only equality matters; where a
/// stream's sequence numbers begin anew it is another source.
pub type Source = u64;

/// Further than this ahead a packet is not the next of its stream: a receiver could no longer tell
/// how often the 16 bits on the wire have wrapped (RFC 3711, 3.3.1).
const JUMP: u64 = 8192;

/// Makes one seamless outgoing track from the packets of changing sources.
///
/// [`Rewriter::select`] names the source that is wanted. It begins with the first packet from which
/// a receiver can go on (video: a keyframe); until then the one before it is passed on for as long
/// as its packets are given, or nothing after [`Rewriter::cut`].
///
/// - Sequence numbers go on without a gap over a switch, and close up over packets without media;
///   within a source they keep its order and its losses, so that these can be repaired.
/// - Timestamps go on by the time that passed between the arrivals, one frame at least.
/// - The numbers within VP8 and VP9 payloads go on.
/// - Late packets are passed on in their place; copies, those from before a switch and those of a
///   source that was left are not.
#[derive(Clone, Debug)]
pub struct Rewriter {
    wanted: Option<Wanted>,
    current: Option<Stream>,
    last: Option<Last>,
    first_sequence: u64,
    numbering: Numbering,
}

#[derive(Clone, Copy, Debug)]
struct Wanted {
    source: Source,
    /// The sequence number after the highest that went by. What comes late cannot begin: packets
    /// after it are gone already.
    next: u64,
}

#[derive(Clone, Debug)]
struct Stream {
    source: Source,
    codec: Codec,
    window: Window,
    /// The outgoing sequence number of the window's number 0.
    base: u64,
    /// Added to the source's timestamps.
    shift: u32,
}

/// Where the track is.
#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: u64,
    timestamp: u32,
    /// When the first packet of that timestamp arrived.
    arrived: Instant,
    codec: Codec,
}

impl Rewriter {
    /// A track without a source, whose first sequence number comes from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            wanted: None,
            current: None,
            last: None,
            // SRTP begins with a rollover counter of 0 on both sides: keep away from the first wrap.
            first_sequence: seed % (1 << 15),
            numbering: Numbering::default(),
        }
    }

    /// Wants this source; `None` ends the track at once.
    pub fn select(&mut self, source: Option<Source>) {
        if self.wanted.map(|it| it.source) == source {
            return;
        }
        self.wanted = source.map(|source| Wanted {
            source,
            next: self.next_of(source),
        });
        if source.is_none() {
            self.cut();
        }
    }

    /// Stops at once what is passed on. The wanted source begins anew, as after a switch: to be
    /// called when packets of it are held back, so that nobody asks for these.
    pub fn cut(&mut self) {
        if let Some(wanted) = &mut self.wanted
            && let Some(stream) = self.current.take_if(|it| it.source == wanted.source)
        {
            wanted.next = stream.window.next();
        }
        self.current = None;
    }

    /// The source that is passed on.
    #[must_use]
    pub fn current(&self) -> Option<Source> {
        self.current.as_ref().map(|it| it.source)
    }

    /// The source that is wanted and has not begun; of video a keyframe is needed. One that arrived
    /// and was not begun with, because a part of it came late, has to be asked for again.
    #[must_use]
    pub fn waiting(&self) -> Option<Source> {
        let wanted = self.wanted?.source;
        (self.current() != Some(wanted)).then_some(wanted)
    }

    /// What the track carries for this packet of that source, if anything.
    pub fn rewrite(&mut self, source: Source, packet: &Packet) -> Option<Out> {
        let numbers = Numbers::read(packet.codec, &packet.payload);
        let numbers = numbers.filter(|_| !packet.payload.is_empty());
        self.leave_if_changed(source, packet);
        if self.waiting() == Some(source) && self.may_begin(packet) && numbers.is_some() {
            self.begin(source, packet);
        }
        let carries = |it: &&mut Stream| it.source == source && it.codec == packet.codec;
        let stream = self.current.as_mut().filter(carries)?;
        let Some(numbers) = numbers else {
            stream.window.leave_out(packet.sequence);
            return None;
        };
        let place = stream.window.pass(packet.sequence)?;
        let out = Out {
            sequence: stream.base + place.number,
            timestamp: packet.timestamp.wrapping_add(stream.shift),
            marker: packet.marker,
            numbers: Some(self.numbering.renumber(numbers, place.newest))
                .filter(|changed| *changed != numbers),
        };
        if place.newest {
            self.advance(out, packet);
        }
        Some(out)
    }

    fn next_of(&self, source: Source) -> u64 {
        let stream = self.current.as_ref().filter(|it| it.source == source);
        stream.map_or(0, |it| it.window.next())
    }

    /// Cuts the current source where it does not go on with this packet: in another codec, or far
    /// from where it was.
    fn leave_if_changed(&mut self, source: Source, packet: &Packet) {
        let changed = |stream: &Stream| {
            let next = stream.window.next();
            packet.sequence >= next
                && (packet.sequence - next > JUMP || packet.codec != stream.codec)
        };
        let stream = self.current.as_ref().filter(|it| it.source == source);
        if stream.is_some_and(changed) {
            self.cut();
        }
    }

    /// Whether the wanted source, which waits, can begin with this packet of it.
    fn may_begin(&mut self, packet: &Packet) -> bool {
        let Some(wanted) = &mut self.wanted else {
            return false;
        };
        let in_order = packet.sequence >= wanted.next;
        wanted.next = wanted.next.max(packet.sequence.saturating_add(1));
        in_order && keyframe::begins(packet.codec, &packet.payload)
    }

    fn begin(&mut self, source: Source, packet: &Packet) {
        let (base, timestamp) = match &self.last {
            Some(last) => (last.sequence + 1, last.next_timestamp(packet)),
            None => (self.first_sequence, packet.timestamp),
        };
        match self.last {
            Some(last) if last.codec != packet.codec => self.numbering = Numbering::default(),
            _ => self.numbering.begin(),
        }
        self.current = Some(Stream {
            source,
            codec: packet.codec,
            window: Window::new(packet.sequence),
            base,
            shift: timestamp.wrapping_sub(packet.timestamp),
        });
    }

    fn advance(&mut self, out: Out, packet: &Packet) {
        let mut last = Last {
            sequence: out.sequence,
            timestamp: out.timestamp,
            arrived: packet.arrived,
            codec: packet.codec,
        };
        // With B-frames (H.264) the newest packet need not have the highest timestamp.
        if let Some(before) = self.last
            && out.timestamp.wrapping_sub(before.timestamp).cast_signed() <= 0
        {
            last.timestamp = before.timestamp;
            last.arrived = before.arrived;
        }
        self.last = Some(last);
    }
}

impl Last {
    /// The timestamp of a picture or sound from another source.
    fn next_timestamp(&self, packet: &Packet) -> u32 {
        let clock = packet.codec.clock_rate();
        let frame = match packet.codec.kind() {
            MediaKind::Video => clock / 30,
            _ => clock / 50,
        };
        let passed = packet.arrived.saturating_duration_since(self.arrived);
        let units = passed.as_micros() * u128::from(clock) / 1_000_000;
        // Cut to the 32 bits of a timestamp, which wraps.
        self.timestamp
            .wrapping_add(units.max(u128::from(frame)) as u32)
    }
}
