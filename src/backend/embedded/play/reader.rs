//! Reads frames ahead of their time, over the ends of a file that is played several times.

use std::time::Duration;

use super::container::{Container, Fault, Frame};
use crate::media::MediaKind;

/// A batch ends with any of these.
const BATCH_FRAMES: usize = 64;
const BATCH_BYTES: usize = 256 << 10;
/// A pass takes at least this, so that no file makes a player spin.
const SHORTEST_PASS: Duration = Duration::from_millis(10);
/// How long a picture is shown if nothing tells.
const PICTURE: Duration = Duration::from_millis(33);

/// A track that is played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selected {
    pub(super) number: u64,
    pub(super) kind: MediaKind,
    /// How long its frames last, if they do not say.
    pub(super) frame_span: Option<Duration>,
}

/// A frame on the line of everything that is played.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Its place on the line.
    pub(super) at: Duration,
    /// Where on the line its pass began.
    pub(super) origin: Duration,
    pub(super) pass: u32,
    pub(super) kind: MediaKind,
    pub(super) frame: Frame,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) units: Vec<Unit>,
    /// Where on the line everything ends, when it does.
    pub(super) end: Option<Duration>,
}

/// An open file, and how often it is still to be read.
#[derive(Debug)]
pub(super) struct Reader {
    container: Container,
    tracks: Vec<Selected>,
    /// Times to play; 0 = for ever.
    loops: u32,
    pass: u32,
    /// Where on the line this pass began.
    origin: Duration,
    /// The file's time of its first frame.
    base: Duration,
    /// Where this pass ends, as far as it has been read.
    end: Duration,
    /// Frames before this place in the file are left out.
    from: Duration,
    /// Whether video waits for a keyframe.
    needs_key: bool,
}

impl Reader {
    pub(super) fn new(
        mut container: Container,
        tracks: Vec<Selected>,
        loops: u32,
    ) -> Result<Self, Fault> {
        let first = container
            .next()?
            .ok_or(Fault::Damaged("it holds no media"))?;
        container.rewind()?;
        Ok(Self {
            container,
            tracks,
            loops,
            pass: 0,
            origin: Duration::ZERO,
            base: first.time,
            end: Duration::ZERO,
            from: Duration::ZERO,
            needs_key: true,
        })
    }

    /// The length of a pass, where the file tells it.
    pub(super) fn duration(&self) -> Option<Duration> {
        let duration = self.container.duration()?;
        Some(duration.saturating_sub(self.base))
    }

    /// Where on the line the pass that is read began.
    pub(super) const fn origin(&self) -> Duration {
        self.origin
    }

    /// Reads on, a batch.
    pub(super) fn read(&mut self) -> Result<Batch, Fault> {
        let mut batch = Batch::default();
        let mut bytes = 0;
        for _ in 0..BATCH_FRAMES {
            let Some(frame) = self.container.next()? else {
                if self.turn()? {
                    continue;
                }
                batch.end = Some(self.origin.saturating_add(self.end));
                break;
            };
            bytes += frame.data.len();
            batch.units.extend(self.unit(frame));
            if bytes > BATCH_BYTES {
                break;
            }
        }
        Ok(batch)
    }

    /// Goes to `position` in pass `pass`; tells where on the line what comes next is.
    pub(super) fn seek(&mut self, position: Duration, pass: u32) -> Result<Duration, Fault> {
        let reached = self.container.seek(position.saturating_add(self.base))?;
        self.pass = pass;
        self.from = reached.saturating_sub(self.base);
        self.needs_key = true;
        self.end = self.from;
        Ok(self.origin.saturating_add(self.from))
    }

    fn unit(&mut self, frame: Frame) -> Option<Unit> {
        let track = self
            .tracks
            .iter()
            .find(|track| track.number == frame.track)?;
        let (kind, time) = (track.kind, frame.time.saturating_sub(self.base));
        let is_video = kind == MediaKind::Video;
        if time < self.from || is_video && self.needs_key && !frame.key {
            return None;
        }
        self.needs_key &= !is_video;
        let span = frame.span.or(track.frame_span);
        self.end = self.end.max(time.saturating_add(span.unwrap_or(PICTURE)));
        Some(Unit {
            at: self.origin.saturating_add(time),
            origin: self.origin,
            pass: self.pass,
            kind,
            frame,
        })
    }

    /// Begins the next pass, if there is one.
    fn turn(&mut self) -> Result<bool, Fault> {
        if self.end.is_zero() {
            // Played for ever, it would keep the player reading and never sending.
            return Err(Fault::Damaged(
                "it holds nothing that decoding can begin with",
            ));
        }
        self.pass = self.pass.saturating_add(1);
        if self.loops != 0 && self.pass >= self.loops {
            return Ok(false);
        }
        self.origin = self.origin.saturating_add(self.end.max(SHORTEST_PASS));
        self.end = Duration::ZERO;
        self.from = Duration::ZERO;
        self.needs_key = true;
        self.container.rewind()?;
        Ok(true)
    }
}
