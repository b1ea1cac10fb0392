//! One file of a recording, from packets to bytes. Pure: no thread, no queue, no name.

use std::{
    io::{self, Seek, Write},
    time::{Duration, Instant, SystemTime},
};

use super::{
    clock::{Clock, Nanos, nanos},
    frame::{Assembled, Assembler},
    matroska::{Container, Writer},
    reorder::{Ordered, Reorder},
};
use crate::{
    backend::embedded::packet::{Packet, SenderTime},
    media::{Codec, MediaKind},
};

/// How long frames stay in memory at most. With the span that missing packets are waited for, it is what a crash loses.
const MAX_UNFLUSHED: Duration = Duration::from_millis(500);
/// The span between two requests for a keyframe.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// How long the last frame is shown at most, in milliseconds.
const MAX_LAST: u64 = 200;

/// Why a file cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The disk is full, for one.
    #[error("the recording cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The container that was asked for does not hold the codec.
    #[error("WebM cannot hold {0}: record to mkv, or leave the format open")]
    Unfit(Codec),
    /// The client sends another codec now; what begins with the packet that was given belongs to another file.
    #[error("the client changed to {0}")]
    CodecChanged(Codec),
}

/// Writes one file of one client's audio and video.
#[derive(Debug)]
pub(super) struct Tape<W> {
    writer: Writer<W>,
    container: Container,
    may_change: bool,
    /// Where the shared time of the streams begins.
    epoch: Instant,
    /// Where in it the file begins.
    origin: Option<Nanos>,
    left_out: Duration,
    audio: Option<Track>,
    video: Option<Track>,
    reports: [Option<SenderTime>; 2],
    unflushed: Option<Instant>,
    asked: Option<Instant>,
    /// In milliseconds.
    end: u64,
}

#[derive(Debug)]
struct Track {
    reorder: Reorder,
    assembler: Assembler,
    clock: Clock,
    /// Its number in the file; none before its first frame.
    number: Option<u8>,
    /// When its latest frame was, in milliseconds.
    latest: u64,
}

impl Track {
    fn new(codec: Codec, report: Option<SenderTime>) -> Self {
        let mut clock = Clock::new(codec.clock_rate());
        if let Some(report) = report {
            clock.report(report);
        }
        Self {
            reorder: Reorder::default(),
            assembler: Assembler::new(codec),
            clock,
            number: None,
            latest: 0,
        }
    }
}

impl<W: Write + Seek> Tape<W> {
    /// Begins a file at the beginning of `out`, at `epoch`.
    ///
    /// WebM that `may_change` becomes Matroska when a codec needs it. `left_out` is what was paused before.
    pub(super) fn new(
        out: W,
        (container, may_change): (Container, bool),
        epoch: Instant,
        left_out: Duration,
    ) -> io::Result<Self> {
        Ok(Self {
            writer: Writer::new(out, container, SystemTime::now())?,
            container,
            may_change,
            epoch,
            origin: None,
            left_out,
            audio: None,
            video: None,
            reports: [None; 2],
            unflushed: None,
            asked: None,
            end: 0,
        })
    }

    /// What the file is; it may become Matroska.
    pub(super) const fn container(&self) -> Container {
        self.container
    }

    /// Bytes in the file.
    pub(super) const fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    /// Takes a packet, before which pauses of `left_out` in all were made.
    pub(super) fn packet(&mut self, packet: &Packet, left_out: Duration) -> Result<(), Error> {
        if left_out != self.left_out {
            self.cut(left_out)?;
        }
        let kind = packet.codec.kind();
        let report = self.reports[usize::from(kind == MediaKind::Video)];
        let slot = self.slot(kind);
        if let Some(track) = slot
            && track.assembler.codec() != packet.codec
        {
            if track.reorder.is_late(packet.sequence) {
                return Ok(());
            }
            if track.number.is_some() {
                return Err(Error::CodecChanged(packet.codec));
            }
            *slot = None;
        }
        let track = slot.get_or_insert_with(|| Track::new(packet.codec, report));
        let mut ordered = Vec::new();
        track.reorder.push(packet.clone(), &mut ordered);
        self.play(kind, ordered)
    }

    /// Takes what a sender report says of the stream of this kind.
    pub(super) fn sender_time(&mut self, kind: MediaKind, report: SenderTime) {
        self.reports[usize::from(kind == MediaKind::Video)] = Some(report);
        if let Some(track) = self.slot(kind) {
            track.clock.report(report);
        }
        if let (Some(audio), Some(video)) = (&self.audio, &mut self.video) {
            video.clock.align(&audio.clock, false);
        }
    }

    /// Time has passed: what is missing is given up, what waits is written.
    pub(super) fn tick(&mut self, now: Instant) -> Result<(), Error> {
        for kind in [MediaKind::Audio, MediaKind::Video] {
            let mut ordered = Vec::new();
            if let Some(track) = self.slot(kind) {
                track.reorder.expire(now, &mut ordered);
            }
            self.play(kind, ordered)?;
        }
        let since = self
            .unflushed
            .map(|since| now.saturating_duration_since(since));
        if since.is_some_and(|since| since >= MAX_UNFLUSHED) {
            self.unflushed = None;
            self.writer.flush()?;
        }
        Ok(())
    }

    /// Whether a keyframe should be asked for now; if so, it counts as asked for.
    pub(super) fn asks_for_keyframe(&mut self, now: Instant) -> bool {
        let video = self.video.as_ref();
        let awaits = video.is_some_and(|track| track.assembler.awaits_keyframe());
        let since = self.asked.map(|asked| now.saturating_duration_since(asked));
        if !awaits || since.is_some_and(|since| since < ASK_AGAIN) {
            return false;
        }
        self.asked = Some(now);
        true
    }

    /// Whether there is no frame in the file.
    pub(super) const fn is_empty(&self) -> bool {
        self.origin.is_none()
    }

    /// How long the file lasts.
    pub(super) const fn duration(&self) -> Duration {
        Duration::from_millis(self.end)
    }

    /// Writes what waits for missing packets.
    pub(super) fn drain(&mut self) -> Result<(), Error> {
        for kind in [MediaKind::Audio, MediaKind::Video] {
            let mut ordered = Vec::new();
            if let Some(track) = self.slot(kind) {
                track.reorder.flush(&mut ordered);
            }
            self.play(kind, ordered)?;
        }
        Ok(())
    }

    /// Completes the file, as far as it can be: what was written to, and how many bytes of it are the file.
    pub(super) fn finish(mut self) -> Result<(W, u64), Error> {
        let drained = self.drain();
        let out = self.writer.finish(self.end)?;
        drained?;
        Ok(out)
    }

    #[cfg(test)]
    pub(super) fn into_written(self) -> W {
        self.writer.into_written()
    }

    fn slot(&mut self, kind: MediaKind) -> &mut Option<Track> {
        match kind {
            MediaKind::Video => &mut self.video,
            MediaKind::Audio | MediaKind::Data => &mut self.audio,
        }
    }

    /// There was a pause here: the streams go on where they are now, pictures at a keyframe.
    fn cut(&mut self, left_out: Duration) -> Result<(), Error> {
        self.drain()?;
        self.left_out = left_out;
        for track in [&mut self.audio, &mut self.video].into_iter().flatten() {
            track.reorder = Reorder::default();
            track.assembler.lost();
            track.clock.restart();
        }
        Ok(())
    }

    fn play(&mut self, kind: MediaKind, ordered: Vec<Ordered>) -> Result<(), Error> {
        let mut frames = Vec::new();
        for item in ordered {
            let Some(track) = self.slot(kind) else {
                break;
            };
            match item {
                Ordered::Packet(packet) => track.assembler.take(&packet, &mut frames),
                Ordered::Lost => track.assembler.lost(),
                Ordered::Restarted => {
                    track.assembler.lost();
                    track.clock.restart();
                    track.clock.forget_reports();
                }
            }
            for assembled in frames.drain(..) {
                self.write(kind, &assembled)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, kind: MediaKind, assembled: &Assembled) -> Result<(), Error> {
        let Some(number) = self.number(kind)? else {
            return Ok(());
        };
        let time = self.time(kind, assembled);
        let Some(track) = self.slot(kind) else {
            return Ok(());
        };
        let shown = time.saturating_sub(track.latest).min(MAX_LAST);
        track.latest = time;
        self.end = self.end.max(time + shown);
        self.writer.write(number, time, &assembled.frame)?;
        self.unflushed.get_or_insert(assembled.arrived);
        Ok(())
    }

    /// The track's number in the file, which it gets with its first frame.
    fn number(&mut self, kind: MediaKind) -> Result<Option<u8>, Error> {
        let Some(track) = self.slot(kind) else {
            return Ok(None);
        };
        let (number, format) = (track.number, track.assembler.format());
        let (None, Some(format)) = (number, format) else {
            return Ok(number);
        };
        let codec = format.codec;
        if !self.container.holds(codec) {
            if !self.may_change {
                return Err(Error::Unfit(codec));
            }
            self.writer.change_container(Container::Mkv)?;
            self.container = Container::Mkv;
        }
        let number = Some(self.writer.add_track(format)?);
        if let Some(track) = self.slot(kind) {
            track.number = number;
        }
        Ok(number)
    }

    /// When the frame is in the file, in milliseconds.
    fn time(&mut self, kind: MediaKind, assembled: &Assembled) -> u64 {
        const MILLI: Nanos = 1_000_000;
        let since = assembled.arrived.saturating_duration_since(self.epoch);
        let arrived = nanos(since) - nanos(self.left_out);
        let (track, other) = match kind {
            MediaKind::Video => (&mut self.video, &self.audio),
            MediaKind::Audio | MediaKind::Data => (&mut self.audio, &self.video),
        };
        let Some(track) = track else {
            return self.end;
        };
        let timestamp = assembled.timestamp;
        let begins = track.clock.begins_with(timestamp, arrived);
        if begins {
            track.clock.begin(timestamp, arrived);
            if let Some(other) = other {
                track.clock.align(&other.clock, true);
            }
        }
        let mut time = track.clock.time(timestamp, arrived);
        let origin = *self.origin.get_or_insert(time);
        let earliest = match track.latest {
            0 => origin,
            latest => origin + (latest.cast_signed() + 1) * MILLI,
        };
        if begins && time < earliest {
            track.clock.shift(earliest - time);
            time = earliest;
        }
        ((time - origin) / MILLI).max(0).cast_unsigned()
    }
}
