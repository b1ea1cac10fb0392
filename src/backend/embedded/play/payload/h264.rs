//! H.264 (RFC 6184, packetization mode 1): NAL units as they are, or cut into FU-A.

use std::sync::Arc;

use super::{super::container::Avc, MAX_PAYLOAD};

const IDR: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
const DELIMITER: u8 = 9;
const FILLER: u8 = 12;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// Makes payloads of access units in which each NAL unit stands behind its length.
#[derive(Debug)]
pub(in super::super) struct Payloader {
    avc: Avc,
}

impl Payloader {
    pub(super) const fn new(avc: Avc) -> Self {
        Self { avc }
    }

    pub(super) fn payloads(&self, unit: &[u8], key: bool) -> Vec<Arc<[u8]>> {
        let units: Vec<&[u8]> = NalUnits {
            rest: unit,
            length_size: self.avc.length_size,
        }
        .filter(|unit| !matches!(kind(unit), DELIMITER | FILLER))
        .collect();
        let has = |wanted| units.iter().any(|unit| kind(unit) == wanted);
        let mut payloads = Vec::new();
        if !units.is_empty() && (key || has(IDR)) && !has(SPS) {
            // A decoder that joins here has not seen the container's own.
            parameters(&self.avc.parameter_sets, &mut payloads);
        }
        for unit in units {
            cut(unit, &mut payloads);
        }
        payloads
    }
}

/// The kind of a NAL unit (ITU-T H.264, table 7-1).
fn kind(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |head| head & 0x1f)
}

/// The parameter sets, in one packet if they fit.
fn parameters(sets: &[Vec<u8>], payloads: &mut Vec<Arc<[u8]>>) {
    let sets: Vec<&Vec<u8>> = sets
        .iter()
        .filter(|set| matches!(kind(set), SPS | PPS))
        .collect();
    let size: usize = sets.iter().map(|set| 2 + set.len()).sum();
    if sets.len() < 2 || 1 + size > MAX_PAYLOAD {
        for set in sets {
            cut(set, payloads);
        }
        return;
    }
    // The highest importance of those within (RFC 6184, 5.7.1).
    let importance = sets.iter().map(|set| set[0] & 0x60).max().unwrap_or(0);
    let mut payload = vec![STAP_A | importance];
    for set in sets {
        let size = u16::try_from(set.len()).expect("smaller than a payload");
        payload.extend(size.to_be_bytes());
        payload.extend_from_slice(set);
    }
    payloads.push(payload.into());
}

/// One NAL unit, whole or in fragments.
fn cut(unit: &[u8], payloads: &mut Vec<Arc<[u8]>>) {
    let Some((head, body)) = unit.split_first() else {
        return;
    };
    if unit.len() <= MAX_PAYLOAD {
        payloads.push(unit.into());
        return;
    }
    let pieces = body.chunks(MAX_PAYLOAD - 2);
    let last = pieces.len() - 1;
    for (at, piece) in pieces.enumerate() {
        let start = if at == 0 { 0x80 } else { 0 };
        let end = if at == last { 0x40 } else { 0 };
        let heads = [head & 0xe0 | FU_A, start | end | head & 0x1f];
        payloads.push([&heads, piece].concat().into());
    }
}

/// The NAL units of an access unit, up to the first that is not whole.
struct NalUnits<'a> {
    rest: &'a [u8],
    length_size: usize,
}

impl<'a> Iterator for NalUnits<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let (length, rest) = self.rest.split_at_checked(self.length_size)?;
            let length = length
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            let (unit, rest) = rest.split_at_checked(length)?;
            self.rest = rest;
            if !unit.is_empty() {
                return Some(unit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payloader() -> Payloader {
        Payloader::new(Avc {
            length_size: 4,
            parameter_sets: vec![vec![0x67, 1, 2], vec![0x68, 3]],
        })
    }

    fn unit(nals: &[&[u8]]) -> Vec<u8> {
        let behind_length = |nal: &&[u8]| [&(nal.len() as u32).to_be_bytes()[..], nal].concat();
        nals.iter().flat_map(behind_length).collect()
    }

    #[test]
    fn parameters_come_before_an_idr_that_lacks_them() {
        let all = payloader().payloads(&unit(&[&[9, 0xf0], &[0x65, 8]]), true);
        let stap = [0x78, 0, 3, 0x67, 1, 2, 0, 2, 0x68, 3];
        assert_eq!(
            all.iter().map(|p| &p[..]).collect::<Vec<_>>(),
            [&stap[..], &[0x65, 8]]
        );

        let with_own = payloader().payloads(&unit(&[&[0x67, 4], &[0x68, 5], &[0x65, 8]]), true);
        assert_eq!(with_own.len(), 3);
        let delta = payloader().payloads(&unit(&[&[0x41, 8]]), false);
        assert_eq!(delta.len(), 1);
    }

    #[test]
    fn a_large_unit_is_cut_into_fragments_that_join_again() {
        let nal: Vec<u8> = (0..3_000_u32).map(|at| at as u8 | 0x41).collect();
        let payloads = payloader().payloads(&unit(&[&nal]), false);
        let heads: Vec<_> = payloads.iter().map(|payload| payload[1] & 0xc0).collect();
        assert_eq!(heads, [0x80, 0, 0x40]);
        let mut joined = vec![payloads[0][0] & 0xe0 | payloads[0][1] & 0x1f];
        payloads
            .iter()
            .for_each(|payload| joined.extend_from_slice(&payload[2..]));
        assert_eq!(joined, nal);
        assert!(payloads.iter().all(|payload| payload.len() <= MAX_PAYLOAD));
    }

    #[test]
    fn units_that_are_not_whole_are_left_out() {
        for bytes in [&[0, 0, 0][..], &[0, 0, 0, 5, 1], &[255; 9], &[0; 64]] {
            assert!(payloader().payloads(bytes, true).is_empty(), "{bytes:?}");
        }
    }
}
