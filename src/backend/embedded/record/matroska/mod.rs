//! Writes Matroska (RFC 9559) and its subset WebM so that the file can be read at any time while it grows.
//!
//! The segment's size is unknown and clusters are short until [`Writer::finish`] puts in the size, the length, the
//! index of parts and the index to seek by. The writer is our own: of the crates, `mkv-element` (0.4) writes no size
//! of a fixed width, without which nothing can be put in later, and stands on `paste`, which nobody keeps;
//! `webm-iterable` (0.7) builds a tree for each block.

mod cues;
mod ebml;
mod head;

use std::{
    io::{self, Seek, SeekFrom, Write},
    time::SystemTime,
};

use super::frame::{Format, Frame};
use crate::media::{Codec, MediaKind};
use cues::Cues;

/// A cluster takes no more media, in milliseconds: it is what a crash loses.
const MAX_CLUSTER_SPAN: u64 = 500;
/// A cluster is written when it has more bytes.
const MAX_CLUSTER_BYTES: usize = 1 << 20;

/// The kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// What browsers play.
    Webm,
    /// What holds every codec.
    Mkv,
}

impl Container {
    /// The container of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Webm, Self::Mkv]
            .into_iter()
            .find(|container| container.as_str() == name)
    }

    /// Its name, and what a file's name ends in.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Webm => "webm",
            Self::Mkv => "mkv",
        }
    }

    /// Whether it may hold `codec`.
    pub(super) const fn holds(self, codec: Codec) -> bool {
        match self {
            Self::Mkv => true,
            Self::Webm => matches!(codec, Codec::Opus | Codec::Vp8 | Codec::Vp9 | Codec::Av1),
        }
    }
}

/// Writes one file. Times are in milliseconds from its beginning.
#[derive(Debug)]
pub(super) struct Writer<W> {
    out: W,
    /// Where the next cluster goes.
    end: u64,
    /// Where the segment's body begins; positions count from here.
    body: u64,
    info: u64,
    tracks: u64,
    formats: Vec<Format>,
    cluster: Cluster,
    cues: Cues,
}

#[derive(Debug, Default)]
struct Cluster {
    time: u64,
    blocks: Vec<u8>,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins a file without tracks at the beginning of `out`.
    pub(super) fn new(mut out: W, container: Container, begun: SystemTime) -> io::Result<Self> {
        let mut bytes = head::ebml_header(container);
        bytes.extend_from_slice(&head::SEGMENT.to_be_bytes());
        bytes.extend_from_slice(&ebml::UNKNOWN_SIZE);
        let body = bytes.len() as u64;
        ebml::void(&mut bytes, head::SEEK_ROOM);
        let info = bytes.len() as u64;
        bytes.extend_from_slice(&head::info(begun));
        let tracks = bytes.len() as u64;
        bytes.extend(head::tracks(&[]).expect("no track takes next to no room"));
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&bytes)?;
        Ok(Self {
            out,
            end: bytes.len() as u64,
            body,
            info,
            tracks,
            formats: Vec::new(),
            cluster: Cluster::default(),
            cues: Cues::default(),
        })
    }

    /// Makes it a file of another kind.
    pub(super) fn change_container(&mut self, container: Container) -> io::Result<()> {
        self.patch(0, &head::ebml_header(container))
    }

    /// Adds a track; its number.
    pub(super) fn add_track(&mut self, format: Format) -> io::Result<u8> {
        self.formats.push(format);
        let tracks = head::tracks(&self.formats).ok_or_else(|| {
            self.formats.pop();
            io::Error::other("the codec's parameters are too long for the file's head")
        })?;
        self.patch(self.tracks, &tracks)?;
        u8::try_from(self.formats.len()).map_err(io::Error::other)
    }

    /// Adds a frame; it is in the file after [`Self::flush`], or when its cluster is full.
    pub(super) fn write(&mut self, track: u8, time: u64, frame: &Frame) -> io::Result<()> {
        let is_video = self.kind(track) == Some(MediaKind::Video);
        let is_full = time.abs_diff(self.cluster.time) >= MAX_CLUSTER_SPAN
            || self.cluster.blocks.len() >= MAX_CLUSTER_BYTES
            || (is_video && frame.is_keyframe);
        if is_full {
            self.flush()?;
        }
        let begins_cluster = self.cluster.blocks.is_empty();
        if begins_cluster {
            self.cluster.time = time;
        }
        if frame.is_keyframe && (is_video || (begins_cluster && !self.has_video())) {
            self.cues.note(time, track, self.end - self.body);
        }
        let offset = time.wrapping_sub(self.cluster.time).cast_signed() as i16;
        let flags = if frame.is_keyframe { 0x80 } else { 0 };
        let blocks = &mut self.cluster.blocks;
        ebml::head(blocks, 0xa3, 4 + frame.data.len());
        blocks.push(0x80 | track);
        blocks.extend_from_slice(&offset.to_be_bytes());
        blocks.push(flags);
        blocks.extend_from_slice(&frame.data);
        Ok(())
    }

    /// Writes the frames that are still in memory.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.cluster.blocks.is_empty() {
            return Ok(());
        }
        let mut time = Vec::new();
        ebml::unsigned(&mut time, 0xe7, self.cluster.time);
        let mut bytes = Vec::with_capacity(self.cluster.blocks.len() + 32);
        ebml::head(
            &mut bytes,
            0x1f43_b675,
            time.len() + self.cluster.blocks.len(),
        );
        bytes.extend_from_slice(&time);
        bytes.append(&mut self.cluster.blocks);
        self.append(&bytes)
    }

    /// Bytes in the file.
    pub(super) const fn bytes(&self) -> u64 {
        self.end
    }

    /// Completes the file, which lasts for `millis`.
    ///
    /// Gives back what was written to, and how many bytes of it are the file: after a failure there may be more.
    /// Where nothing more can be appended, the length is put in all the same.
    pub(super) fn finish(mut self, millis: u64) -> io::Result<(W, u64)> {
        let flushed = self.flush();
        let cues_at = self.end;
        let cues = self.cues.encoded();
        let appended = flushed.and_then(|()| self.append(&cues));
        let duration = head::duration(millis as f64);
        self.patch(self.tracks - head::DURATION_ROOM as u64, &duration)?;
        appended?;
        let place = |at: u64| at - self.body;
        let cues = if cues.is_empty() {
            (head::TRACKS, place(self.tracks))
        } else {
            (head::CUES, place(cues_at))
        };
        let parts = [
            (head::INFO, place(self.info)),
            (head::TRACKS, place(self.tracks)),
            cues,
        ];
        self.patch(self.body, &head::seek_head(parts))?;
        self.patch(self.body - 8, &ebml::wide_size(self.end - self.body))?;
        self.out.flush()?;
        Ok((self.out, self.end))
    }

    /// What a crash would leave.
    #[cfg(test)]
    pub(super) fn into_written(self) -> W {
        self.out
    }

    fn kind(&self, track: u8) -> Option<MediaKind> {
        let format = self.formats.get(usize::from(track).checked_sub(1)?);
        format.map(|format| format.codec.kind())
    }

    fn has_video(&self) -> bool {
        let mut formats = self.formats.iter();
        formats.any(|format| format.codec.kind() == MediaKind::Video)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(self.end))?;
        self.out.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn patch(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(at))?;
        self.out.write_all(bytes)
    }
}
