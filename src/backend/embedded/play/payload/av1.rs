//! AV1 (RTP Payload Format For AV1, version 1.0): OBUs without sizes of their own, each behind its length, cut where a
//! packet ends.

use std::sync::Arc;

use super::MAX_PAYLOAD;

const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;
const TILE_LIST: u8 = 8;
const PADDING: u8 = 15;

const HAS_EXTENSION: u8 = 0x04;
const HAS_SIZE: u8 = 0x02;

/// The packet begins with the rest of an OBU; it ends within one; it begins a coded video sequence.
const CONTINUES: u8 = 0x80;
const IS_CONTINUED: u8 = 0x40;
const NEW_SEQUENCE: u8 = 0x08;

/// Makes payloads of temporal units.
#[derive(Debug)]
pub(in super::super) struct Payloader {
    /// What comes before a keyframe that lacks it.
    config: Vec<u8>,
}

impl Payloader {
    pub(super) const fn new(config: Vec<u8>) -> Self {
        Self { config }
    }

    pub(super) fn payloads(&self, unit: &[u8], key: bool) -> Vec<Arc<[u8]>> {
        let mut obus = obus(unit);
        if obus.is_empty() {
            return Vec::new();
        }
        let has_sequence = obus.iter().any(|obu| kind(obu[0]) == SEQUENCE_HEADER);
        if key && !has_sequence {
            obus.splice(0..0, self::obus(&self.config));
        }
        let mut packets = Packets::new(key);
        for obu in &obus {
            packets.add(obu);
        }
        packets.finish()
    }
}

const fn kind(head: u8) -> u8 {
    head >> 3 & 0x0f
}

/// The OBUs that are sent, without their sizes, up to the first that is not whole.
fn obus(mut unit: &[u8]) -> Vec<Vec<u8>> {
    let mut obus = Vec::new();
    while let Some((obu, rest)) = obu(unit) {
        if !matches!(kind(obu[0]), TEMPORAL_DELIMITER | TILE_LIST | PADDING) {
            obus.push(obu);
        }
        unit = rest;
    }
    obus
}

/// The first OBU (AV1 specification, 5.3).
fn obu(unit: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let head = *unit.first()?;
    let head_size = if head & HAS_EXTENSION == 0 { 1 } else { 2 };
    let (heads, rest) = unit.split_at_checked(head_size)?;
    let (body, rest) = match head & HAS_SIZE {
        0 => (rest, &[][..]),
        _ => {
            let (size, rest) = leb128(rest)?;
            rest.split_at_checked(size)?
        }
    };
    let mut obu = [heads, body].concat();
    obu[0] &= !HAS_SIZE;
    Some((obu, rest))
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

/// Packets as they fill.
struct Packets {
    done: Vec<Arc<[u8]>>,
    current: Vec<u8>,
}

impl Packets {
    /// A length below 2^14 takes this much.
    const LENGTH: usize = 2;
    /// Less than this is not begun at a packet's end.
    const WORTH: usize = 16;

    fn new(key: bool) -> Self {
        let head = if key { NEW_SEQUENCE } else { 0 };
        Self {
            done: Vec::new(),
            current: vec![head],
        }
    }

    fn add(&mut self, mut obu: &[u8]) {
        let mut head = 0;
        loop {
            let mut room = (MAX_PAYLOAD - self.current.len()).saturating_sub(Self::LENGTH);
            if room < obu.len().min(Self::WORTH) {
                self.flush(head);
                room = MAX_PAYLOAD - 1 - Self::LENGTH;
            }
            let (piece, rest) = obu.split_at(room.min(obu.len()));
            let length = u16::try_from(piece.len()).expect("smaller than a payload");
            let [low, high] = [(length & 0x7f) as u8 | 0x80, (length >> 7) as u8];
            self.current.extend([low, high]);
            self.current.extend_from_slice(piece);
            if rest.is_empty() {
                return;
            }
            self.current[0] |= IS_CONTINUED;
            head = CONTINUES;
            self.flush(head);
            obu = rest;
        }
    }

    /// Begins another packet.
    fn flush(&mut self, head: u8) {
        if self.current.len() > 1 {
            let full = std::mem::replace(&mut self.current, vec![head]);
            self.done.push(full.into());
        }
    }

    fn finish(mut self) -> Vec<Arc<[u8]>> {
        self.flush(0);
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a receiver makes of payloads: the OBUs, joined where they were cut.
    fn received(payloads: &[Arc<[u8]>]) -> Vec<Vec<u8>> {
        let mut obus: Vec<Vec<u8>> = Vec::new();
        let mut open = false;
        for payload in payloads {
            assert!(payload.len() <= MAX_PAYLOAD);
            assert_eq!(payload[0] & CONTINUES != 0, open);
            let mut rest = &payload[1..];
            while let Some((size, tail)) = leb128(rest) {
                let (piece, tail) = tail.split_at(size);
                match open {
                    true => obus
                        .last_mut()
                        .expect("one is open")
                        .extend_from_slice(piece),
                    false => obus.push(piece.to_vec()),
                }
                open = false;
                rest = tail;
            }
            open = payload[0] & IS_CONTINUED != 0;
        }
        assert!(!open);
        obus
    }

    fn sized(kind: u8, body: &[u8]) -> Vec<u8> {
        let size = [(body.len() & 0x7f) as u8 | 0x80, (body.len() >> 7) as u8];
        [&[kind << 3 | HAS_SIZE], &size[..], body].concat()
    }

    #[test]
    fn obus_of_all_sizes_arrive_without_their_sizes() {
        for sizes in [
            &[1][..],
            &[1_196],
            &[1_197],
            &[1_180, 5, 9_000, 1, 1_190, 3],
            &[0, 0],
        ] {
            let bodies: Vec<Vec<u8>> = sizes.iter().map(|size| vec![7; *size]).collect();
            let unit: Vec<u8> = bodies.iter().flat_map(|body| sized(6, body)).collect();
            let unit = [sized(TEMPORAL_DELIMITER, &[]), unit].concat();
            let payloads = Payloader::new(Vec::new()).payloads(&unit, false);
            let wanted = bodies.iter().map(|body| [&[6 << 3], &body[..]].concat());
            assert_eq!(received(&payloads), wanted.collect::<Vec<_>>(), "{sizes:?}");
            assert_eq!(payloads[0][0] & NEW_SEQUENCE, 0);
        }
    }

    #[test]
    fn a_keyframe_begins_with_a_sequence_header() {
        let payloader = Payloader::new(sized(SEQUENCE_HEADER, &[1, 2]));
        let payloads = payloader.payloads(&sized(6, &[3]), true);
        assert_eq!(payloads[0][0] & NEW_SEQUENCE, NEW_SEQUENCE);
        assert_eq!(received(&payloads), [vec![8, 1, 2], vec![48, 3]]);
        let own = [sized(SEQUENCE_HEADER, &[9]), sized(6, &[3])].concat();
        assert_eq!(
            received(&payloader.payloads(&own, true)),
            [vec![8, 9], vec![48, 3]]
        );
    }

    #[test]
    fn obus_that_are_not_whole_are_left_out() {
        let payloader = Payloader::new(Vec::new());
        for bytes in [
            &[0x32][..],
            &[0x32, 5, 1],
            &[0x36],
            &[0x32, 255, 255, 255, 255, 255],
        ] {
            assert!(payloader.payloads(bytes, true).is_empty(), "{bytes:?}");
        }
        // Without a size an OBU goes on to the end.
        assert_eq!(
            received(&payloader.payloads(&[0x30, 1, 2], false)),
            [[0x30, 1, 2]]
        );
    }
}
