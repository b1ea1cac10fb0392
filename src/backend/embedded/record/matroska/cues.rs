//! The index to seek by.

use super::{ebml, head};

/// With more entries, every other one is dropped.
const MAX_ENTRIES: usize = 8192;

/// `Cues` (RFC 9559, 5.1.5): where in the file a time is.
#[derive(Debug, Default)]
pub(super) struct Cues {
    entries: Vec<Entry>,
    /// The shortest span between two entries of one track, in milliseconds.
    spacing: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    time: u64,
    track: u8,
    cluster: u64,
}

impl Cues {
    /// Notes that decoding of `track` can begin at `time` (in milliseconds), in the cluster at `cluster`.
    pub(super) fn note(&mut self, time: u64, track: u8, cluster: u64) {
        let latest = self.entries.iter().rev().find(|entry| entry.track == track);
        if latest.is_some_and(|latest| time < latest.time.saturating_add(self.spacing)) {
            return;
        }
        self.entries.push(Entry {
            time,
            track,
            cluster,
        });
        if self.entries.len() > MAX_ENTRIES {
            self.thin_out();
        }
    }

    fn thin_out(&mut self) {
        let span = self.entries.last().map_or(0, |last| last.time);
        self.spacing = (span / (MAX_ENTRIES as u64 / 4)).max(self.spacing * 2);
        let entries = std::mem::take(&mut self.entries);
        for entry in entries {
            if self.entries.len() < MAX_ENTRIES {
                self.note(entry.time, entry.track, entry.cluster);
            }
        }
    }

    /// The whole element; nothing if there is no entry.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for entry in &self.entries {
            let mut place = Vec::new();
            ebml::unsigned(&mut place, 0xf7, entry.track.into());
            ebml::unsigned(&mut place, 0xf1, entry.cluster);
            let mut point = Vec::new();
            ebml::unsigned(&mut point, 0xb3, entry.time);
            ebml::element(&mut point, 0xb7, &place);
            ebml::element(&mut body, 0xbb, &point);
        }
        let mut out = Vec::new();
        if !body.is_empty() {
            ebml::element(&mut out, head::CUES, &body);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_recording_has_a_coarser_index() {
        let mut cues = Cues::default();
        for second in 0..100_000 {
            cues.note(second * 1000, 1, second);
            cues.note(second * 1000, 2, second);
        }
        assert!((1000..=MAX_ENTRIES).contains(&cues.entries.len()));
        let times: Vec<_> = cues
            .entries
            .iter()
            .filter(|e| e.track == 1)
            .map(|e| e.time)
            .collect();
        assert!(times.is_sorted());
        assert!(
            times
                .windows(2)
                .skip(1)
                .all(|pair| pair[1] - pair[0] <= 120_000)
        );
    }
}
