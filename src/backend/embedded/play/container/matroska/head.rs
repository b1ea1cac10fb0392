//! What comes before the first block: the tracks, the length, where the index is.

use std::time::Duration;

use super::{
    super::{Avc, Fault, Format, Input, Track, ebml::Element},
    block::Place,
};

/// Identifiers (RFC 9559, section 5).
pub(super) mod id {
    pub(in super::super) const EBML: u32 = 0x1a45_dfa3;
    pub(in super::super) const DOC_TYPE: u32 = 0x4282;
    pub(in super::super) const SEGMENT: u32 = 0x1853_8067;
    pub(in super::super) const SEEK_HEAD: u32 = 0x114d_9b74;
    pub(in super::super) const SEEK: u32 = 0x4dbb;
    pub(in super::super) const SEEK_ID: u32 = 0x53ab;
    pub(in super::super) const SEEK_POSITION: u32 = 0x53ac;
    pub(in super::super) const INFO: u32 = 0x1549_a966;
    pub(in super::super) const TIMESTAMP_SCALE: u32 = 0x002a_d7b1;
    pub(in super::super) const DURATION: u32 = 0x4489;
    pub(in super::super) const TRACKS: u32 = 0x1654_ae6b;
    pub(in super::super) const TRACK_ENTRY: u32 = 0xae;
    pub(in super::super) const TRACK_NUMBER: u32 = 0xd7;
    pub(in super::super) const CODEC_ID: u32 = 0x86;
    pub(in super::super) const CODEC_PRIVATE: u32 = 0x63a2;
    pub(in super::super) const DEFAULT_DURATION: u32 = 0x0023_e383;
    pub(in super::super) const CONTENT_ENCODINGS: u32 = 0x6d80;
    pub(in super::super) const CUES: u32 = 0x1c53_bb6b;
    pub(in super::super) const CUE_POINT: u32 = 0xbb;
    pub(in super::super) const CUE_TIME: u32 = 0xb3;
    pub(in super::super) const CUE_TRACK_POSITIONS: u32 = 0xb7;
    pub(in super::super) const CUE_CLUSTER_POSITION: u32 = 0xf1;
    pub(in super::super) const CLUSTER: u32 = 0x1f43_b675;
    pub(in super::super) const TIMESTAMP: u32 = 0xe7;
    pub(in super::super) const SIMPLE_BLOCK: u32 = 0xa3;
    pub(in super::super) const BLOCK_GROUP: u32 = 0xa0;
    pub(in super::super) const BLOCK: u32 = 0xa1;
    pub(in super::super) const REFERENCE_BLOCK: u32 = 0xfb;
}

const MAX_TRACKS: usize = 64;
const MAX_CUES: usize = 100_000;
const MAX_PRIVATE: u64 = 64 << 10;
/// A length beyond this is taken for damage.
const MAX_DURATION: Duration = Duration::from_secs(30 * 86_400);

/// What the head of a file says.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) tracks: Vec<Track>,
    pub(super) duration: Option<Duration>,
    /// Where the first cluster begins.
    pub(super) first_cluster: u64,
    /// Nanoseconds of a tick.
    scale: u64,
    /// Times and places of clusters, in order of time.
    cues: Vec<(Duration, u64)>,
}

impl Head {
    pub(super) fn read(input: &mut Input) -> Result<Self, Fault> {
        let segment = doc_type(input)?;
        let mut head = Self {
            tracks: Vec::new(),
            duration: None,
            first_cluster: 0,
            scale: 1_000_000,
            cues: Vec::new(),
        };
        let mut index = None;
        loop {
            let element = Element::next(input)?;
            match element.id {
                id::CLUSTER => {
                    head.first_cluster = element.head;
                    break;
                }
                id::INFO => head.info(input, element)?,
                id::TRACKS => head.track_list(input, element)?,
                id::SEEK_HEAD => index = index_position(input, element)?,
                id::CUES => head.index(input, element, segment)?,
                _ => {}
            }
            input.go(element.end(input)?)?;
        }
        if let Some(index) = index.filter(|_| head.cues.is_empty()) {
            // Without a usable index the blocks are looked through.
            let _ = head.index_at(input, segment, index);
        }
        if head.tracks.is_empty() {
            return Err(Fault::Damaged("its tracks are not described"));
        }
        Ok(head)
    }

    pub(super) fn track(&self, number: u64) -> Option<&Track> {
        self.tracks.iter().find(|track| track.number == number)
    }

    /// So many ticks.
    pub(super) fn time(&self, ticks: u64) -> Duration {
        Duration::from_nanos(ticks.saturating_mul(self.scale))
    }

    /// Where to begin to look for `time`.
    pub(super) fn cue(&self, time: Duration) -> Place {
        let after = self.cues.partition_point(|(cue, _)| *cue <= time);
        let cue = after.checked_sub(1).and_then(|at| self.cues.get(at));
        let at = cue.map_or(self.first_cluster, |(_, at)| *at);
        Place { at, cluster: 0 }
    }

    fn info(&mut self, input: &mut Input, info: Element) -> Result<(), Fault> {
        let mut ticks = None;
        info.children(input, |input, child| {
            match child.id {
                id::TIMESTAMP_SCALE => self.scale = child.unsigned(input)?.max(1),
                id::DURATION => ticks = Some(child.float(input)?),
                _ => {}
            }
            Ok(())
        })?;
        let seconds = ticks.map(|ticks| ticks * self.scale as f64 / 1e9);
        self.duration = seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|duration| !duration.is_zero() && *duration <= MAX_DURATION);
        Ok(())
    }

    fn track_list(&mut self, input: &mut Input, tracks: Element) -> Result<(), Fault> {
        tracks.children(input, |input, child| {
            if child.id == id::TRACK_ENTRY && self.tracks.len() < MAX_TRACKS {
                self.tracks.push(track(input, child)?);
            }
            Ok(())
        })
    }

    fn index_at(&mut self, input: &mut Input, segment: u64, index: u64) -> Result<(), Fault> {
        input.go(segment.saturating_add(index))?;
        let element = Element::next(input)?;
        match element.id {
            id::CUES => self.index(input, element, segment),
            _ => Ok(()),
        }
    }

    fn index(&mut self, input: &mut Input, cues: Element, segment: u64) -> Result<(), Fault> {
        let mut found = Vec::new();
        let first = self.first_cluster;
        cues.children(input, |input, point| {
            if point.id != id::CUE_POINT || found.len() >= MAX_CUES {
                return Ok(());
            }
            let (time, position) = cue_point(input, point)?;
            let at = position.and_then(|position| segment.checked_add(position));
            if let (Some(time), Some(at)) = (time, at)
                && (first..input.len()).contains(&at)
            {
                found.push((self.time(time), at));
            }
            Ok(())
        })?;
        found.sort_unstable();
        self.cues = found;
        Ok(())
    }
}

/// Checks what the file is, and tells where its segment's data begins.
fn doc_type(input: &mut Input) -> Result<u64, Fault> {
    let head = Element::next(input)?;
    let mut name = None;
    if head.id != id::EBML {
        return Err(Fault::Unknown);
    }
    head.children(input, |input, child| {
        if child.id == id::DOC_TYPE {
            name = Some(child.text(input)?);
        }
        Ok(())
    })?;
    if !matches!(name.as_deref(), Some("webm" | "matroska")) {
        return Err(Fault::Unknown);
    }
    let segment = Element::next(input)?;
    match segment.id {
        id::SEGMENT => Ok(segment.data),
        _ => Err(Fault::Damaged("it has no segment")),
    }
}

/// Where the index is, from the segment's data on.
fn index_position(input: &mut Input, seek_head: Element) -> Result<Option<u64>, Fault> {
    let mut found = None;
    seek_head.children(input, |input, seek| {
        let (mut of, mut position) = (0, None);
        if seek.id == id::SEEK {
            seek.children(input, |input, child| {
                match child.id {
                    id::SEEK_ID => of = child.unsigned(input)?,
                    id::SEEK_POSITION => position = Some(child.unsigned(input)?),
                    _ => {}
                }
                Ok(())
            })?;
        }
        if of == u64::from(id::CUES) {
            found = position;
        }
        Ok(())
    })?;
    Ok(found)
}

fn cue_point(input: &mut Input, point: Element) -> Result<(Option<u64>, Option<u64>), Fault> {
    let (mut time, mut position) = (None, None);
    point.children(input, |input, child| match child.id {
        id::CUE_TIME => {
            time = Some(child.unsigned(input)?);
            Ok(())
        }
        id::CUE_TRACK_POSITIONS => child.children(input, |input, child| {
            if child.id == id::CUE_CLUSTER_POSITION {
                position = Some(child.unsigned(input)?);
            }
            Ok(())
        }),
        _ => Ok(()),
    })?;
    Ok((time, position))
}

fn track(input: &mut Input, entry: Element) -> Result<Track, Fault> {
    let (mut number, mut codec, mut private) = (0, String::new(), Vec::new());
    let (mut frame_ns, mut encoded) = (0, false);
    entry.children(input, |input, child| {
        match child.id {
            id::TRACK_NUMBER => number = child.unsigned(input)?,
            id::CODEC_ID => codec = child.text(input)?,
            id::CODEC_PRIVATE => private = child.bytes(input, MAX_PRIVATE)?,
            id::DEFAULT_DURATION => frame_ns = child.unsigned(input)?,
            id::CONTENT_ENCODINGS => encoded = true,
            _ => {}
        }
        Ok(())
    })?;
    let format = match encoded {
        true => Err(format!(
            "{codec} (compressed or encrypted by the container)"
        )),
        false => format(&codec, &private),
    };
    let span = Duration::from_nanos(frame_ns);
    let plausible = Duration::from_millis(1)..Duration::from_secs(2);
    Ok(Track {
        number,
        format,
        frame_span: plausible.contains(&span).then_some(span),
    })
}

/// What a codec identifier stands for (Matroska Codec Specifications, draft-ietf-cellar-codec).
fn format(codec: &str, private: &[u8]) -> Result<Format, String> {
    match codec {
        "A_OPUS" if private.get(9).is_some_and(|channels| *channels > 2) => {
            Err("Opus of more than two channels".to_owned())
        }
        "A_OPUS" => Ok(Format::Opus),
        "V_VP8" => Ok(Format::Vp8),
        "V_VP9" => Ok(Format::Vp9),
        "V_AV1" => Ok(Format::Av1 {
            config: private.get(4..).unwrap_or_default().to_vec(),
        }),
        "V_MPEG4/ISO/AVC" => avc(private)
            .map(Format::H264)
            .ok_or_else(|| "H.264 without its parameters".to_owned()),
        other => Err(other.chars().filter(|char| !char.is_control()).collect()),
    }
}

/// Reads an `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1.2).
fn avc(record: &[u8]) -> Option<Avc> {
    let length_size = usize::from(record.get(4)? & 3) + 1;
    let mut parameter_sets = Vec::new();
    let mut rest = record.get(5..)?;
    for mask in [0x1f, 0xff] {
        let (count, mut tail) = rest.split_first()?;
        for _ in 0..count & mask {
            let (size, after) = tail.split_first_chunk::<2>()?;
            let (set, after) = after.split_at_checked(u16::from_be_bytes(*size).into())?;
            parameter_sets.push(set.to_vec());
            tail = after;
        }
        rest = tail;
    }
    Some(Avc {
        length_size,
        parameter_sets,
    })
}
