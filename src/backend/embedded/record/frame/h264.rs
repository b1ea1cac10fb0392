//! H.264 out of its RTP format (RFC 6184, modes 0 and 1), with lengths before its NAL units as in MP4 and Matroska.

use super::{Depacketizer, Format, Frame, Malformed, h264_sps};
use crate::media::Codec;

/// Types of NAL units (H.264, 7.4.1; RFC 6184, 5.2).
mod unit {
    pub(super) const SLICE: u8 = 1;
    pub(super) const IDR: u8 = 5;
    pub(super) const SPS: u8 = 7;
    pub(super) const PPS: u8 = 8;
    pub(super) const DELIMITER: u8 = 9;
    pub(super) const FILLER: u8 = 12;
    pub(super) const STAP_A: u8 = 24;
    pub(super) const FU_A: u8 = 28;
}

/// Longer parameter sets are taken for garbage: they would not fit into the file's head.
const MAX_PARAMETERS: usize = 1024;

/// Keeps parameter sets within the frames too, so that a change of them in the midst is decoded.
#[derive(Debug, Default)]
pub(super) struct H264 {
    data: Vec<u8>,
    fragment: Option<Vec<u8>>,
    has_slice: bool,
    is_keyframe: bool,
    sps: Vec<u8>,
    pps: Vec<u8>,
}

impl H264 {
    fn unit(&mut self, unit: &[u8]) -> Result<(), Malformed> {
        let Some(&head) = unit.first() else {
            return Ok(());
        };
        match head & 0x1f {
            kind @ (unit::SLICE | unit::IDR) => {
                // `first_mb_in_slice` is 0: the first slice of a picture was not lost.
                let begins = unit.get(1).is_some_and(|byte| byte & 0x80 != 0);
                if !self.has_slice && !begins {
                    return Err(Malformed);
                }
                self.has_slice = true;
                self.is_keyframe |= kind == unit::IDR;
            }
            unit::SPS if (5..=MAX_PARAMETERS).contains(&unit.len()) => self.sps = unit.to_vec(),
            unit::PPS if (2..=MAX_PARAMETERS).contains(&unit.len()) => self.pps = unit.to_vec(),
            unit::SPS | unit::PPS => return Err(Malformed),
            unit::DELIMITER | unit::FILLER => return Ok(()),
            _ => {}
        }
        let length = u32::try_from(unit.len()).map_err(|_| Malformed)?;
        self.data.extend_from_slice(&length.to_be_bytes());
        self.data.extend_from_slice(unit);
        Ok(())
    }

    /// Several units in one payload (RFC 6184, 5.7.1).
    fn aggregate(&mut self, mut rest: &[u8]) -> Result<(), Malformed> {
        while let [high, low, after @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let (unit, next) = after.split_at_checked(length).ok_or(Malformed)?;
            self.unit(unit)?;
            rest = next;
        }
        match rest {
            [] => Ok(()),
            _ => Err(Malformed),
        }
    }

    /// A part of a unit (RFC 6184, 5.8).
    fn fragment(&mut self, indicator: u8, rest: &[u8]) -> Result<(), Malformed> {
        let (&header, part) = rest.split_first().ok_or(Malformed)?;
        let (is_first, is_last) = (header & 0x80 != 0, header & 0x40 != 0);
        if is_first == self.fragment.is_some() {
            return Err(Malformed);
        }
        let mut unit = self
            .fragment
            .take()
            .unwrap_or_else(|| vec![indicator & 0xe0 | header & 0x1f]);
        unit.extend_from_slice(part);
        if is_last {
            return self.unit(&unit);
        }
        self.fragment = Some(unit);
        Ok(())
    }
}

impl Depacketizer for H264 {
    fn push(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let (&head, rest) = payload.split_first().ok_or(Malformed)?;
        let kind = head & 0x1f;
        if self.fragment.is_some() && kind != unit::FU_A {
            return Err(Malformed);
        }
        match kind {
            1..=23 => self.unit(payload),
            unit::STAP_A => self.aggregate(rest),
            unit::FU_A => self.fragment(head, rest),
            _ => Err(Malformed),
        }
    }

    fn finish(&mut self) -> Result<Option<Frame>, Malformed> {
        let (has_slice, is_keyframe) = (self.has_slice, self.is_keyframe);
        let is_cut = self.fragment.is_some();
        let data = std::mem::take(&mut self.data);
        self.clear();
        if is_cut || (is_keyframe && self.format().is_none()) {
            return Err(Malformed);
        }
        Ok(has_slice.then_some(Frame { data, is_keyframe }))
    }

    fn clear(&mut self) {
        self.data.clear();
        self.fragment = None;
        self.has_slice = false;
        self.is_keyframe = false;
    }

    fn format(&self) -> Option<Format> {
        let sps = h264_sps::Sps::read(&self.sps)?;
        Some(Format {
            codec: Codec::H264,
            width: sps.width,
            height: sps.height,
            private: configuration(&self.sps, &self.pps, &sps)?,
        })
    }
}

/// The decoder configuration record (ISO/IEC 14496-15, 5.3.3.1).
fn configuration(sps: &[u8], pps: &[u8], read: &h264_sps::Sps) -> Option<Vec<u8>> {
    let [_, profile, compatibility, level, ..] = *sps else {
        return None;
    };
    if pps.is_empty() {
        return None;
    }
    // Version 1; lengths take 4 bytes; one SPS, one PPS.
    let mut record = vec![1, profile, compatibility, level, 0xff, 0xe1];
    record.extend_from_slice(&u16::try_from(sps.len()).ok()?.to_be_bytes());
    record.extend_from_slice(sps);
    record.push(1);
    record.extend_from_slice(&u16::try_from(pps.len()).ok()?.to_be_bytes());
    record.extend_from_slice(pps);
    if matches!(profile, 100 | 110 | 122 | 144) {
        record.extend_from_slice(&[
            0xfc | read.chroma_format,
            0xf8 | read.luma_depth,
            0xf8 | read.chroma_depth,
            0,
        ]);
    }
    Some(record)
}
