//! WAV (RIFF) with linear PCM, floats, µ-law or A-law, read as what G.711 is made of: 8 kHz, one channel.
//!
//! Each frame is computed from the samples around it alone, so going to a place is exact and nothing is carried on.

use std::time::Duration;

use super::{Fault, Format, Frame, Input, Track, resample::Resampler};
use crate::backend::embedded::play::payload::g711;

/// What G.711 is sampled with (RFC 3551, 4.5.14).
const RATE: u64 = 8_000;
/// Samples of a frame: 20 ms, the default of RFC 3551.
const FRAME: u64 = RATE / 50;
const FRAME_SPAN: Duration = Duration::from_millis(20);

/// An open file.
#[derive(Debug)]
pub(in super::super) struct Wav {
    input: Input,
    layout: Layout,
    /// Where the samples begin, and how many there are of each channel.
    data: u64,
    count: u64,
    resampler: Resampler,
    /// The next frame.
    next: u64,
}

#[derive(Clone, Copy, Debug)]
struct Layout {
    encoding: Encoding,
    channels: u16,
    rate: u32,
    /// Bytes of one sample of each channel.
    block: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// Unsigned.
    Bits8,
    Bits16,
    Bits24,
    Bits32,
    Float,
    ALaw,
    MuLaw,
}

impl Wav {
    pub(super) fn open(mut input: Input) -> Result<Self, Fault> {
        let riff: [u8; 12] = input.bytes()?;
        if !riff.ends_with(b"WAVE") {
            return Err(Fault::Unknown);
        }
        let mut layout = None;
        loop {
            let name: [u8; 4] = input.bytes()?;
            let size = u64::from(u32::from_le_bytes(input.bytes()?));
            let begin = input.at();
            match (&name, layout) {
                (b"fmt ", _) => layout = Some(Layout::read(&input.take(size.min(40))?)?),
                (b"data", Some(layout)) => return Self::new(input, layout, size),
                (b"data", None) => return Err(Fault::Damaged("its format is not described")),
                _ => {}
            }
            // Chunks are padded to an even size.
            input.go(begin + size + (size & 1))?;
        }
    }

    fn new(input: Input, layout: Layout, size: u64) -> Result<Self, Fault> {
        let data = input.at();
        // A writer that was cut off, or writes to a pipe, leaves a size that means nothing.
        let size = match size {
            0 | 0xffff_ffff => input.left(),
            size => size.min(input.left()),
        };
        let count = size / layout.block;
        if count == 0 {
            return Err(Fault::Damaged("it holds no samples"));
        }
        Ok(Self {
            input,
            layout,
            data,
            count,
            resampler: Resampler::new(layout.rate),
            next: 0,
        })
    }

    pub(super) fn track(&self) -> Track {
        Track {
            number: 0,
            format: Ok(Format::Linear),
            frame_span: Some(FRAME_SPAN),
        }
    }

    pub(super) fn duration(&self) -> Duration {
        let rate = u64::from(self.layout.rate);
        let rest = self.count % rate * 1_000_000_000 / rate;
        Duration::from_secs(self.count / rate) + Duration::from_nanos(rest)
    }

    pub(super) fn seek(&mut self, time: Duration) -> Duration {
        let frame = time.as_nanos() / FRAME_SPAN.as_nanos();
        self.next = u64::try_from(frame).unwrap_or(u64::MAX);
        self.time()
    }

    fn time(&self) -> Duration {
        Duration::from_millis(self.next.saturating_mul(20))
    }

    pub(super) fn next(&mut self) -> Result<Option<Frame>, Fault> {
        let time = self.time();
        if time >= self.duration() {
            return Ok(None);
        }
        let (first, count) = self.resampler.needs(self.next * FRAME, FRAME);
        let around = self.samples(first, count)?;
        let samples = self.resampler.run(&around, self.next * FRAME, FRAME);
        self.next += 1;
        Ok(Some(Frame {
            track: 0,
            time,
            span: Some(FRAME_SPAN),
            key: true,
            data: samples.flat_map(i16::to_le_bytes).collect(),
        }))
    }

    /// `count` samples from `first` on, all channels mixed; silence before and after the file.
    fn samples(&mut self, first: i64, count: usize) -> Result<Vec<f32>, Fault> {
        let before = usize::try_from(-first).unwrap_or(0).min(count);
        let begin = u64::try_from(first).unwrap_or(0).min(self.count);
        let there = ((count - before) as u64).min(self.count - begin);
        self.input.go(self.data + begin * self.layout.block)?;
        let bytes = self.input.take(there * self.layout.block)?;
        let width = usize::try_from(self.layout.block).expect("at most 8 channels of 4 bytes");
        let mut samples = vec![0.0; before];
        samples.extend(
            bytes
                .chunks_exact(width)
                .map(|block| self.layout.mix(block)),
        );
        samples.resize(count, 0.0);
        Ok(samples)
    }
}

impl Layout {
    /// Reads a `fmt ` chunk.
    fn read(chunk: &[u8]) -> Result<Self, Fault> {
        let word = |at: usize| {
            let bytes = chunk.get(at..at + 2)?;
            Some(u16::from_le_bytes([bytes[0], bytes[1]]))
        };
        let short = Fault::Damaged("its format is cut short");
        let (Some(tag), Some(channels), Some(low), Some(high), Some(bits)) =
            (word(0), word(2), word(4), word(6), word(14))
        else {
            return Err(short);
        };
        // An extensible format says what it is in the first word of its GUID.
        let tag = match tag {
            0xfffe => word(24).ok_or(short)?,
            tag => tag,
        };
        let rate = u32::from(high) << 16 | u32::from(low);
        let encoding = Encoding::of(tag, bits);
        let encoding = encoding.ok_or_else(|| {
            let words = format!(
                "holds WAVE format {tag} of {bits} bits, and only linear PCM, 32-bit floats, \
                 µ-law and A-law are played"
            );
            Fault::Unsupported(words)
        })?;
        if !(1..=8).contains(&channels) || !(4_000..=192_000).contains(&rate) {
            let words = "has other than 1 to 8 channels of 4 to 192 kHz";
            return Err(Fault::Unsupported(words.to_owned()));
        }
        Ok(Self {
            encoding,
            channels,
            rate,
            block: u64::from(channels) * encoding.bytes() as u64,
        })
    }

    /// One sample of each channel as one sample, from -1 to 1.
    fn mix(&self, block: &[u8]) -> f32 {
        let samples = block.chunks_exact(self.encoding.bytes());
        let sum: f32 = samples.map(|sample| self.encoding.sample(sample)).sum();
        sum / f32::from(self.channels)
    }
}

impl Encoding {
    const fn of(tag: u16, bits: u16) -> Option<Self> {
        match (tag, bits) {
            (1, 8) => Some(Self::Bits8),
            (1, 16) => Some(Self::Bits16),
            (1, 24) => Some(Self::Bits24),
            (1, 32) => Some(Self::Bits32),
            (3, 32) => Some(Self::Float),
            (6, 8) => Some(Self::ALaw),
            (7, 8) => Some(Self::MuLaw),
            _ => None,
        }
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Bits8 | Self::ALaw | Self::MuLaw => 1,
            Self::Bits16 => 2,
            Self::Bits24 => 3,
            Self::Bits32 | Self::Float => 4,
        }
    }

    fn sample(self, bytes: &[u8]) -> f32 {
        let mut word = [0; 4];
        // Little-endian: the bytes that are there are the high ones.
        word[4 - bytes.len()..].copy_from_slice(bytes);
        let linear = |value: i16| f32::from(value) / 32_768.0;
        match self {
            Self::Bits8 => (f32::from(word[3]) - 128.0) / 128.0,
            Self::Bits16 | Self::Bits24 | Self::Bits32 => {
                i32::from_le_bytes(word) as f32 / 2_147_483_648.0
            }
            Self::Float => {
                let value = f32::from_le_bytes(word);
                if value.is_finite() { value } else { 0.0 }
            }
            Self::ALaw => linear(g711::from_a_law(word[3])),
            Self::MuLaw => linear(g711::from_mu_law(word[3])),
        }
    }
}
