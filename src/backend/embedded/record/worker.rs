//! The thread of one recording: takes what the queue has and writes it, file by file.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use url::Url;

use super::{
    AskKeyframe,
    marks::Mark,
    matroska::Container,
    place::Place,
    tap::{Gate, Input},
    tape::{self, Tape},
};
use crate::{
    backend::{LegEvents, embedded::packet::Packet},
    media::{LegEvent, RecordedFile, Recording, RecordingState},
    telemetry::Metrics,
};

/// How often it is looked whether the recording should end and what waits should be written.
const TICK: Duration = Duration::from_millis(50);
/// A client that changes its codec more often is not recorded on.
const MAX_PARTS: u32 = 32;

/// What a recording may not pass; 0 for no limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) bytes: u64,
    pub(super) duration: Duration,
}

/// Why a recording ended before it was asked to.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error(transparent)]
    Tape(#[from] tape::Error),
    #[error("the client changed its codec more than {MAX_PARTS} times")]
    TooManyParts,
    #[error("the recording has the most bytes that `max_bytes` allows: it was stopped")]
    Full,
    #[error("the recording has run as long as `max_duration` allows: it was stopped")]
    Over,
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Tape(error.into())
    }
}

/// Whom a recording has something to tell.
pub(super) struct Hearers {
    pub(super) ask_keyframe: AskKeyframe,
    pub(super) events: LegEvents,
    pub(super) metrics: Metrics,
    /// Of a recording that is to be uploaded.
    pub(super) mark: Option<Mark>,
}

/// Writes one recording.
pub(super) struct Worker {
    inputs: Receiver<Input>,
    gate: Arc<Gate>,
    place: Place,
    hearers: Hearers,
    limits: Limits,
    begun: Instant,
    /// Pauses in all, before the latest packet.
    left_out: Duration,
    part: Option<Part>,
    parts: u32,
    done: Vec<(RecordedFile, PathBuf)>,
    /// The files as others see them while they grow.
    files: Files,
    /// Bytes of the parts that are done.
    bytes: u64,
    /// Bytes and drops that the metrics have.
    counted: (u64, u64),
}

/// The file that is being written.
struct Part {
    tape: Tape<File>,
    path: PathBuf,
    /// What its name says that it is.
    named: Container,
}

/// The files of a recording that runs: their names, as far as they are known.
pub(super) type Files = Arc<Mutex<Vec<RecordedFile>>>;

impl Part {
    /// Gives the file the name of what it has become. Whether that is another.
    fn rename(&mut self) -> bool {
        let container = self.tape.container();
        if self.named == container {
            return false;
        }
        self.named = container;
        if let Err(error) = Place::rename(&mut self.path, container) {
            let path = self.path.display();
            tracing::warn!(%error, %path, "a recording keeps its name, though it is mkv now");
        }
        true
    }
}

/// What a recording came to.
pub(super) struct Outcome {
    pub(super) recording: Recording,
    /// The files, in the same order as in `recording`.
    pub(super) paths: Vec<PathBuf>,
    /// That of the files, if they are to be uploaded.
    pub(super) mark: Option<Mark>,
}

impl Worker {
    /// Makes the first file.
    pub(super) fn new(
        inputs: Receiver<Input>,
        gate: Arc<Gate>,
        place: Place,
        hearers: Hearers,
        limits: Limits,
    ) -> io::Result<Self> {
        let mut worker = Self {
            inputs,
            gate,
            place,
            hearers,
            limits,
            begun: Instant::now(),
            left_out: Duration::ZERO,
            part: None,
            parts: 0,
            done: Vec::new(),
            files: Files::default(),
            bytes: 0,
            counted: (0, 0),
        };
        worker.next_part(worker.begun)?;
        Ok(worker)
    }

    /// The files as they are called now, and will be.
    pub(super) fn files(&self) -> Files {
        Arc::clone(&self.files)
    }

    /// Writes down what the files are called.
    fn list(&mut self) {
        let done = self.done.iter().map(|(file, _)| file.clone());
        let growing = self.part.as_ref().map(|part| RecordedFile {
            bytes: None,
            duration: None,
            ..file(&part.path, part.named, 0, Duration::ZERO)
        });
        *self.files.lock() = done.chain(growing).collect();
        let Some(mark) = &mut self.hearers.mark else {
            return;
        };
        let done = self.done.iter().map(|(_, path)| path);
        let growing = self.part.as_ref().map(|part| &part.path);
        if let Err(error) = mark.list(done.chain(growing).map(PathBuf::as_path)) {
            tracing::warn!(%error, "if this process ends now, its next start will not upload a recording");
        }
    }

    /// Tells what the files are called, since that has changed.
    fn announce(&mut self) {
        self.list();
        let state = match self.gate.is_paused() {
            true => RecordingState::Paused,
            false => RecordingState::Recording,
        };
        self.hearers.events.emit(LegEvent::Recorder(Recording {
            state,
            files: self.files.lock().clone(),
            error: None,
        }));
    }

    /// Writes until the gate is shut and the queue is empty, or it cannot go on.
    pub(super) fn run(mut self) -> Outcome {
        let end = self.write();
        self.gate.shut();
        let closed = self.close_part();
        self.list();
        self.count();
        let end = end.and(closed.map_err(End::from));
        let dropped = self.gate.dropped();
        match &end {
            Ok(()) => tracing::info!(bytes = self.bytes, dropped, "a recording has ended"),
            Err(error) => {
                tracing::warn!(%error, bytes = self.bytes, dropped, "a recording has ended early");
            }
        }
        self.outcome(end)
    }

    fn outcome(self, end: Result<(), End>) -> Outcome {
        let (files, paths): (Vec<_>, Vec<_>) = self.done.into_iter().unzip();
        let (state, error) = match end {
            Ok(()) if files.is_empty() => {
                let words = "nothing was recorded: no audio came, and no video with a keyframe";
                (RecordingState::Stopped, Some(words.to_owned()))
            }
            Ok(()) => (RecordingState::Stopped, None),
            Err(end @ (End::Full | End::Over)) => (RecordingState::Stopped, Some(end.to_string())),
            Err(end) => (RecordingState::Failed, Some(end.to_string())),
        };
        let recording = Recording {
            state,
            files,
            error,
        };
        Outcome {
            recording,
            paths,
            mark: self.hearers.mark,
        }
    }

    fn write(&mut self) -> Result<(), End> {
        loop {
            let is_shut = self.gate.is_shut();
            let wait = if is_shut { Duration::ZERO } else { TICK };
            // What waits in the queue is older than this moment: its own time says what is missing.
            let now = match self.inputs.recv_timeout(wait) {
                Ok(input) => self.take(input)?,
                Err(RecvTimeoutError::Timeout) if !is_shut => Some(Instant::now()),
                Err(_) => return Ok(()),
            };
            if let Some(now) = now {
                self.tick(now)?;
            }
        }
    }

    /// Takes one out of the queue; when it came, if it is a packet.
    fn take(&mut self, input: Input) -> Result<Option<Instant>, End> {
        match input {
            Input::SenderTime(kind, report) => {
                if let Some(part) = &mut self.part {
                    part.tape.sender_time(kind, report);
                }
                Ok(None)
            }
            Input::Packet(packet, left_out) => {
                self.left_out = left_out;
                self.packet(&packet)?;
                Ok(Some(packet.arrived))
            }
        }
    }

    fn packet(&mut self, packet: &Packet) -> Result<(), End> {
        let Some(part) = &mut self.part else {
            return Ok(());
        };
        match part.tape.packet(packet, self.left_out) {
            Err(tape::Error::CodecChanged(_)) if self.parts >= MAX_PARTS => {
                return Err(End::TooManyParts);
            }
            Err(tape::Error::CodecChanged(_)) => {
                self.close_part()?;
                self.next_part(packet.arrived)?;
                self.announce();
                return self.packet(packet);
            }
            other => other?,
        }
        if part.rename() {
            self.announce();
        }
        Ok(())
    }

    fn tick(&mut self, now: Instant) -> Result<(), End> {
        let Some(part) = &mut self.part else {
            return Ok(());
        };
        part.tape.tick(now)?;
        if part.tape.asks_for_keyframe(now) {
            (self.hearers.ask_keyframe)();
        }
        self.count();
        let bytes = self.bytes + self.part.as_ref().map_or(0, |part| part.tape.bytes());
        if self.limits.bytes > 0 && bytes >= self.limits.bytes {
            return Err(End::Full);
        }
        let ran = now.saturating_duration_since(self.begun);
        if !self.limits.duration.is_zero() && ran >= self.limits.duration {
            return Err(End::Over);
        }
        Ok(())
    }

    fn next_part(&mut self, epoch: Instant) -> Result<(), io::Error> {
        self.parts += 1;
        let (container, may_change) = self.place.container();
        let (file, path) = self.place.create(self.parts, container)?;
        let tape = Tape::new(file, (container, may_change), epoch, self.left_out)?;
        self.part = Some(Part {
            tape,
            path,
            named: container,
        });
        self.list();
        Ok(())
    }

    /// Completes the file; one without a frame is removed. What was written is told of, complete or not.
    fn close_part(&mut self) -> Result<(), tape::Error> {
        let Some(mut part) = self.part.take() else {
            return Ok(());
        };
        let drained = part.tape.drain();
        part.rename();
        let Part { tape, path, named } = part;
        let (is_empty, duration) = (tape.is_empty(), tape.duration());
        let closed = tape.finish().and_then(|file| drained.map(|()| file));
        if is_empty && closed.is_ok() {
            return Ok(std::fs::remove_file(&path)?);
        }
        let written = closed.and_then(|(file, bytes)| {
            file.set_len(bytes)?;
            Ok(file.sync_all()?)
        });
        let bytes = std::fs::metadata(&path)?.len();
        self.bytes += bytes;
        self.done.push((file(&path, named, bytes, duration), path));
        written
    }

    fn count(&mut self) {
        let bytes = self.bytes + self.part.as_ref().map_or(0, |part| part.tape.bytes());
        let dropped = self.gate.dropped();
        let (bytes_before, dropped_before) = self.counted;
        self.hearers
            .metrics
            .recorded(bytes.saturating_sub(bytes_before), dropped - dropped_before);
        self.counted = (bytes.max(bytes_before), dropped);
    }
}

fn file(path: &Path, container: Container, bytes: u64, duration: Duration) -> RecordedFile {
    let uri = Url::from_file_path(path);
    RecordedFile {
        uri: uri.map_or_else(|()| path.display().to_string(), Into::into),
        format: container.as_str().to_owned(),
        kind: None,
        bytes: Some(bytes),
        duration: Some(duration),
        sha256: None,
    }
}
