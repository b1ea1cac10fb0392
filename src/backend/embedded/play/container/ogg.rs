//! Ogg (RFC 3533) with Opus in it (RFC 7845): the first Opus stream of the file's first chain.
//!
//! The crate `ogg` was weighed: a packet that it puts together has no bound, nor has the number of streams.

use std::{collections::VecDeque, io, time::Duration};

use super::{Fault, Format, Frame, Input, Track, opus};

/// Larger packets cannot be Opus (RFC 6716, section 3.4: 48 frames of 1275 bytes).
const MAX_PACKET: usize = 62_000;
/// So many other streams may begin before the one with Opus.
const MAX_STREAMS: usize = 16;
/// So much of the file's end is looked through for its last page.
const TAIL: u64 = 128 << 10;
const RATE: u64 = 48_000;

/// An open file.
#[derive(Debug)]
pub(in super::super) struct Ogg {
    input: Input,
    serial: u32,
    pre_skip: u64,
    duration: Option<Duration>,
    /// Where the pages of audio begin.
    audio: u64,
    /// The time of what comes next, in samples.
    samples: u64,
    /// The beginning of a packet that goes on in the next page.
    partial: Vec<u8>,
    ready: VecDeque<Frame>,
    ended: bool,
}

impl Ogg {
    pub(super) fn open(mut input: Input) -> Result<Self, Fault> {
        let (serial, pre_skip) = opus_head(&mut input)?;
        // The tags are a packet of their own, which ends with a page (RFC 7845, section 3).
        loop {
            let page = Page::next(&mut input)?;
            input.go(page.end)?;
            if page.serial == serial && page.laces.iter().any(|lace| *lace < 255) {
                break;
            }
        }
        let mut file = Self {
            audio: input.at(),
            input,
            serial,
            pre_skip,
            duration: None,
            samples: 0,
            partial: Vec::new(),
            ready: VecDeque::new(),
            ended: false,
        };
        file.duration = file.measure()?;
        file.rewind()?;
        Ok(file)
    }

    pub(super) fn track(&self) -> Track {
        Track {
            number: 0,
            format: Ok(Format::Opus),
            frame_span: None,
        }
    }

    pub(super) const fn duration(&self) -> Option<Duration> {
        self.duration
    }

    pub(super) fn rewind(&mut self) -> Result<(), Fault> {
        self.go(self.audio, 0)
    }

    pub(super) fn next(&mut self) -> Result<Option<Frame>, Fault> {
        while self.ready.is_empty() && !self.ended {
            match self.read_page() {
                Err(fault) if fault.is_end() => self.ended = true,
                read => read?,
            }
        }
        Ok(self.ready.pop_front())
    }

    pub(super) fn seek(&mut self, time: Duration) -> Result<Duration, Fault> {
        let target = samples(time).saturating_add(self.pre_skip);
        let (mut at, mut before) = (self.audio, 0);
        self.input.go(self.audio)?;
        while let Some(page) = self.own_page()? {
            self.input.go(page.end)?;
            if let Some(granule) = page.granule {
                if granule > target {
                    break;
                }
                // What follows may begin in this page: then it is left out, for it is not whole.
                (at, before) = (page.end, granule);
            }
        }
        self.go(at, before)?;
        while let Some(frame) = self.next()? {
            if frame.time.saturating_add(frame.span.unwrap_or_default()) > time {
                let reached = frame.time;
                self.ready.push_front(frame);
                return Ok(reached);
            }
        }
        Ok(time)
    }

    fn go(&mut self, at: u64, samples: u64) -> Result<(), Fault> {
        self.input.go(at)?;
        self.samples = samples;
        self.partial.clear();
        self.ready.clear();
        self.ended = false;
        Ok(())
    }

    /// The head of the next page of the stream, if there is one.
    fn own_page(&mut self) -> Result<Option<Page>, Fault> {
        loop {
            match Page::next(&mut self.input) {
                Ok(page) if page.serial == self.serial => return Ok(Some(page)),
                Ok(page) => self.input.go(page.end)?,
                Err(fault) if fault.is_end() => return Ok(None),
                Err(fault) => return Err(fault),
            }
        }
    }

    fn read_page(&mut self) -> Result<(), Fault> {
        let Some(page) = self.own_page()? else {
            self.ended = true;
            return Ok(());
        };
        self.ended = page.last;
        let packets = self.packets(&page)?;
        let spans = packets.iter().filter_map(|packet| opus::span(packet));
        let within = samples(spans.sum());
        if let Some(granule) = page.granule {
            // A page tells where its last packet ends; only the file's last one may tell less.
            self.samples = self.samples.max(granule.saturating_sub(within));
        }
        for data in packets {
            let Some(span) = opus::span(&data) else {
                continue;
            };
            self.ready.push_back(Frame {
                track: 0,
                time: duration(self.samples.saturating_sub(self.pre_skip)),
                span: Some(span),
                key: true,
                data,
            });
            self.samples = self.samples.saturating_add(samples(span));
        }
        Ok(())
    }

    /// The packets that end in `page`.
    fn packets(&mut self, page: &Page) -> Result<Vec<Vec<u8>>, Fault> {
        let mut packets = Vec::new();
        let mut lost = page.continued && self.partial.is_empty();
        if !page.continued {
            self.partial.clear();
        }
        for lace in &page.laces {
            let piece = self.input.take((*lace).into())?;
            self.partial.extend_from_slice(&piece);
            if self.partial.len() > MAX_PACKET {
                return Err(Fault::Damaged("an Opus packet is too large"));
            }
            if *lace < 255 {
                let packet = std::mem::take(&mut self.partial);
                if !std::mem::take(&mut lost) {
                    packets.push(packet);
                }
            }
        }
        if lost {
            self.partial.clear();
        }
        Ok(packets)
    }

    /// The time at which the last page ends.
    fn measure(&mut self) -> Result<Option<Duration>, Fault> {
        let tail = self.input.len().saturating_sub(TAIL).max(self.audio);
        self.input.go(tail)?;
        let bytes = self.input.take(self.input.left())?;
        let end = bytes.windows(27).rev().find_map(|head| {
            let is_page = head.starts_with(b"OggS\0") && head[14..18] == self.serial.to_le_bytes();
            is_page.then(|| granule(head[6..14].try_into().ok()?))?
        });
        let end = end.map(|end| end.saturating_sub(self.pre_skip));
        Ok(end.map(duration))
    }
}

/// Finds the stream that holds Opus; tells its serial number and how many samples it begins too early.
fn opus_head(input: &mut Input) -> Result<(u32, u64), Fault> {
    for _ in 0..MAX_STREAMS {
        let page = Page::next(input)?;
        if !page.first {
            break;
        }
        let packet = input.take(page.end - input.at())?;
        if packet.len() < 19 || !packet.starts_with(b"OpusHead") {
            continue;
        }
        let (channels, pre_skip) = (packet[9], u16::from_le_bytes([packet[10], packet[11]]));
        if packet[8] >> 4 != 0 || channels > 2 || packet[18] != 0 {
            let words = "holds Opus of more than two channels: mix it down to stereo";
            return Err(Fault::Unsupported(words.to_owned()));
        }
        return Ok((page.serial, pre_skip.into()));
    }
    let words =
        "holds no Opus, and of Ogg files only those with Opus are played: encode it as Opus";
    Err(Fault::Unsupported(words.to_owned()))
}

/// The head of a page.
#[derive(Debug)]
struct Page {
    continued: bool,
    first: bool,
    last: bool,
    granule: Option<u64>,
    serial: u32,
    laces: Vec<u8>,
    end: u64,
}

impl Page {
    /// Reads it, up to the page's data.
    fn next(input: &mut Input) -> Result<Self, Fault> {
        let head: [u8; 27] = input.bytes()?;
        if !head.starts_with(b"OggS\0") {
            return Err(Fault::Damaged("an Ogg page does not begin where it should"));
        }
        let [.., segments] = head;
        let laces = input.take(segments.into())?;
        let size: u64 = laces.iter().map(|lace| u64::from(*lace)).sum();
        let flags = head[5];
        let end = input.at() + size;
        if end > input.len() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let mut field = [0; 8];
        field.copy_from_slice(&head[6..14]);
        let mut serial = [0; 4];
        serial.copy_from_slice(&head[14..18]);
        Ok(Self {
            continued: flags & 1 != 0,
            first: flags & 2 != 0,
            last: flags & 4 != 0,
            granule: granule(field),
            serial: u32::from_le_bytes(serial),
            laces,
            end,
        })
    }
}

/// Where a page ends, in samples; none if no packet ends in it.
fn granule(bytes: [u8; 8]) -> Option<u64> {
    u64::try_from(i64::from_le_bytes(bytes)).ok()
}

fn samples(time: Duration) -> u64 {
    let samples = time.as_nanos() * u128::from(RATE) / 1_000_000_000;
    u64::try_from(samples).unwrap_or(u64::MAX)
}

fn duration(samples: u64) -> Duration {
    let rest = samples % RATE * 1_000_000_000 / RATE;
    Duration::from_secs(samples / RATE) + Duration::from_nanos(rest)
}
