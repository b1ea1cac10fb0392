//! Containers: a file in, frames out, in the order of the file.
//!
//! Files come from anybody. Each reader checks a length against what is left of the file before it takes memory or
//! steps over it, never recurses, and holds no more than one page or block at a time.

mod ebml;
mod input;
mod matroska;
mod ogg;
mod opus;
mod resample;
mod wav;

use std::{io, time::Duration};

use crate::media::{Codec, MediaKind};

use input::Input;
pub(super) use input::Medium;

/// Larger frames are taken for damage.
const MAX_FRAME: u64 = 4 << 20;

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It begins like nothing that is known.
    #[error("is no WebM, Matroska, Ogg Opus or WAV file")]
    Unknown,
    /// It breaks the rules of its format.
    #[error("is damaged: {0}")]
    Damaged(&'static str),
    /// It is of a format that is known, in a way that is not.
    #[error("{0}")]
    Unsupported(String),
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl Fault {
    /// Whether the file ended where more was expected.
    fn is_end(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof)
    }
}

/// How the frames of a track are encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Opus,
    Vp8,
    Vp9,
    /// With the OBUs that decoding begins with, if they are not in the frames.
    Av1 {
        config: Vec<u8>,
    },
    H264(Avc),
    /// Linear samples (native `i16`, little-endian), 8 kHz, one channel: what G.711 is made of.
    Linear,
}

/// How H.264 is laid out in a container (ISO/IEC 14496-15, 5.3.3.1): NAL units behind their lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Avc {
    /// Bytes of a length.
    pub(super) length_size: usize,
    /// The sequence and picture parameter sets, in order.
    pub(super) parameter_sets: Vec<Vec<u8>>,
}

impl Format {
    /// The codecs that it can be sent as.
    pub(super) const fn codecs(&self) -> &'static [Codec] {
        match self {
            Self::Opus => &[Codec::Opus],
            Self::Vp8 => &[Codec::Vp8],
            Self::Vp9 => &[Codec::Vp9],
            Self::Av1 { .. } => &[Codec::Av1],
            Self::H264(_) => &[Codec::H264],
            Self::Linear => &[Codec::Pcmu, Codec::Pcma],
        }
    }
}

/// One track of a file.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// How it is called in its file.
    pub(super) number: u64,
    /// Its format, or the name of one that is not played.
    pub(super) format: Result<Format, String>,
    /// How long its frames last, if they say so.
    pub(super) frame_span: Option<Duration>,
}

/// One frame of a track.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// [`Track::number`].
    pub(super) track: u64,
    /// When it is presented, on the file's own clock.
    pub(super) time: Duration,
    /// How long it lasts, where it is known.
    pub(super) span: Option<Duration>,
    /// Whether decoding can begin with it.
    pub(super) key: bool,
    pub(super) data: Vec<u8>,
}

/// An open file.
#[derive(Debug)]
pub(super) enum Container {
    Matroska(matroska::Matroska),
    Ogg(ogg::Ogg),
    Wav(wav::Wav),
}

impl Container {
    /// Opens what `file` begins like.
    pub(super) fn open(file: Box<dyn Medium>) -> Result<Self, Fault> {
        let mut input = Input::new(file)?;
        let opened = if input.begins_with(&[0x1a, 0x45, 0xdf, 0xa3])? {
            matroska::Matroska::open(input).map(Self::Matroska)
        } else if input.begins_with(b"OggS")? {
            ogg::Ogg::open(input).map(Self::Ogg)
        } else if input.begins_with(b"RIFF")? {
            wav::Wav::open(input).map(Self::Wav)
        } else {
            Err(Fault::Unknown)
        };
        opened.map_err(|fault| match fault.is_end() {
            true => Fault::Damaged("it ends before its first frame"),
            false => fault,
        })
    }

    pub(super) fn tracks(&self) -> Vec<Track> {
        match self {
            Self::Matroska(file) => file.tracks().to_vec(),
            Self::Ogg(file) => vec![file.track()],
            Self::Wav(file) => vec![file.track()],
        }
    }

    /// Its length, where it can be told.
    pub(super) fn duration(&self) -> Option<Duration> {
        match self {
            Self::Matroska(file) => file.duration(),
            Self::Ogg(file) => file.duration(),
            Self::Wav(file) => Some(file.duration()),
        }
    }

    /// Leaves out all frames but those of these tracks.
    pub(super) fn select(&mut self, numbers: &[u64]) {
        if let Self::Matroska(file) = self {
            file.select(numbers);
        }
    }

    /// Whether the pictures of track `number` are stored in another order than they are shown in, as
    /// far as the file's beginning tells.
    pub(super) fn reorders(&mut self, number: u64) -> Result<bool, Fault> {
        match self {
            Self::Matroska(file) => file.reorders(number),
            Self::Ogg(_) | Self::Wav(_) => Ok(false),
        }
    }

    /// The next frame; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Fault> {
        match self {
            Self::Matroska(file) => file.next(),
            Self::Ogg(file) => file.next(),
            Self::Wav(file) => file.next(),
        }
    }

    /// Goes to `time`, with video to the keyframe at or before it; tells where that is.
    pub(super) fn seek(&mut self, time: Duration) -> Result<Duration, Fault> {
        match self {
            Self::Matroska(file) => file.seek(time),
            Self::Ogg(file) => file.seek(time),
            Self::Wav(file) => Ok(file.seek(time)),
        }
    }

    /// Goes to the beginning.
    pub(super) fn rewind(&mut self) -> Result<(), Fault> {
        match self {
            Self::Matroska(file) => file.rewind(),
            Self::Ogg(file) => file.rewind(),
            Self::Wav(file) => {
                file.seek(Duration::ZERO);
                Ok(())
            }
        }
    }
}

impl Track {
    fn is_video(&self) -> bool {
        let codec = self.format.as_ref().ok();
        let codec = codec.and_then(|format| format.codecs().first());
        codec.is_some_and(|codec| codec.kind() == MediaKind::Video)
    }

    const fn is_opus(&self) -> bool {
        matches!(self.format, Ok(Format::Opus))
    }
}
