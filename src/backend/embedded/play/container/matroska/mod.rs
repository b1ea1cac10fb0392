//! Matroska and WebM (RFC 9559), read from the head of the file to its last whole block.
//!
//! The crate `matroska-demuxer` was weighed: it loops for ever on an index that names itself, panics on one that names
//! two, and does not tell the keyframes of block groups. Here the levels of the format are walked flat, so clusters of
//! unknown size and files that were cut need no case of their own, and nothing recurses.

mod block;
mod head;

use std::{collections::VecDeque, time::Duration};

use super::{Fault, Frame, Input, Track};
use block::{Block, Place};
use head::Head;

/// So many blocks are looked at for what the head of a file should have said.
const MAX_SCAN: usize = 1_000_000;

/// An open file.
#[derive(Debug)]
pub(in super::super) struct Matroska {
    input: Input,
    head: Head,
    selected: Vec<u64>,
    /// The time of the cluster that is being read, in ticks.
    cluster: u64,
    /// The rest of a block that holds several frames.
    ready: VecDeque<Frame>,
}

impl Matroska {
    pub(super) fn open(mut input: Input) -> Result<Self, Fault> {
        let head = Head::read(&mut input)?;
        let mut file = Self {
            selected: head.tracks.iter().map(|track| track.number).collect(),
            input,
            head,
            cluster: 0,
            ready: VecDeque::new(),
        };
        file.rewind()?;
        if file.head.duration.is_none() {
            file.head.duration = file.measure()?;
            file.rewind()?;
        }
        Ok(file)
    }

    pub(super) fn tracks(&self) -> &[Track] {
        &self.head.tracks
    }

    pub(super) fn duration(&self) -> Option<Duration> {
        self.head.duration
    }

    pub(super) fn select(&mut self, numbers: &[u64]) {
        self.selected = numbers.to_vec();
    }

    pub(super) fn rewind(&mut self) -> Result<(), Fault> {
        self.go(Place {
            at: self.head.first_cluster,
            cluster: 0,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Frame>, Fault> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Ok(Some(frame));
            }
            let Some(block) = self.walk()? else {
                return Ok(None);
            };
            self.load(&block)?;
        }
    }

    pub(super) fn reorders(&mut self, number: u64) -> Result<bool, Fault> {
        let mut latest = Duration::ZERO;
        let mut reorders = false;
        for _ in 0..500 {
            let Some(block) = self.walk()? else {
                break;
            };
            if block.track == number {
                reorders |= block.time < latest;
                latest = block.time;
            }
        }
        self.rewind()?;
        Ok(reorders)
    }

    /// Goes to the last block before `time` that decoding can begin with.
    pub(super) fn seek(&mut self, time: Duration) -> Result<Duration, Fault> {
        let (leading, is_video) = self.leading();
        self.go(self.head.cue(time))?;
        if !self.is_cluster() {
            // The index is wrong: the blocks are looked through.
            self.rewind()?;
        }
        let (mut found, mut first) = (None, None);
        for _ in 0..MAX_SCAN {
            let Some(block) = self.walk()? else {
                break;
            };
            if block.track != leading || is_video && !block.key {
                continue;
            }
            first.get_or_insert((block.place, block.time));
            if block.time > time {
                break;
            }
            found = Some((block.place, block.time));
        }
        let (place, reached) = found
            .or(first)
            .ok_or(Fault::Damaged("it has no keyframe to go to"))?;
        self.go(place)?;
        Ok(reached)
    }

    /// Whether a cluster comes next; reads nothing.
    fn is_cluster(&mut self) -> bool {
        let id = head::id::CLUSTER.to_be_bytes();
        self.input.begins_with(&id).unwrap_or(false)
    }

    /// The track that is gone by, and whether it is video, if there is any.
    fn leading(&self) -> (u64, bool) {
        let tracks = self.head.tracks.iter();
        let mut selected = tracks.filter(|track| self.selected.contains(&track.number));
        let first = selected.clone().next();
        let video = selected.find(|track| track.is_video());
        let number = video.or(first).map_or(0, |track| track.number);
        (number, video.is_some())
    }

    /// The length of a file whose head does not tell it: one that was cut, or never finished.
    fn measure(&mut self) -> Result<Option<Duration>, Fault> {
        let mut end = None;
        for _ in 0..MAX_SCAN {
            let Some(block) = self.walk()? else {
                return Ok(end);
            };
            end = end.max(Some(block.time));
        }
        Ok(None)
    }

    fn go(&mut self, place: Place) -> Result<(), Fault> {
        self.ready.clear();
        self.input.go(place.at)?;
        self.cluster = place.cluster;
        Ok(())
    }

    /// The next whole block of a selected track, which is stepped over; none at the end.
    fn walk(&mut self) -> Result<Option<Block>, Fault> {
        match block::walk(
            &mut self.input,
            &mut self.cluster,
            &self.head,
            &self.selected,
        ) {
            Ok(block) => Ok(block),
            Err(fault) if fault.is_end() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    fn load(&mut self, block: &Block) -> Result<(), Fault> {
        let track = self.head.track(block.track);
        let span = track.and_then(|track| track.frame_span);
        let is_opus = track.is_some_and(Track::is_opus);
        let after = self.input.at();
        let mut time = block.time;
        for data in block.frames(&mut self.input)? {
            let span = match is_opus {
                true => super::opus::span(&data),
                false => span,
            };
            self.ready.push_back(Frame {
                track: block.track,
                time,
                span,
                key: block.key,
                data,
            });
            time = time.saturating_add(span.unwrap_or_default());
        }
        Ok(self.input.go(after)?)
    }
}
