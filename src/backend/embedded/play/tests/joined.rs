//! What a receiver makes of a frame's payloads.

use crate::media::Codec;

/// What a receiver makes of the payloads of one frame: the frame as it is in the container.
pub(super) fn joined(codec: Codec, payloads: &[&[u8]]) -> Vec<u8> {
    match codec {
        Codec::Vp8 => payloads
            .iter()
            .flat_map(|payload| &payload[4..])
            .copied()
            .collect(),
        Codec::Vp9 => payloads
            .iter()
            .flat_map(|payload| &payload[3..])
            .copied()
            .collect(),
        Codec::H264 => joined_h264(payloads),
        Codec::Av1 => joined_av1(payloads),
        Codec::Opus | Codec::Pcmu | Codec::Pcma => payloads.concat(),
    }
}

fn joined_h264(payloads: &[&[u8]]) -> Vec<u8> {
    let mut units: Vec<Vec<u8>> = Vec::new();
    for payload in payloads {
        match (payload[0] & 0x1f, payload[1]) {
            // The parameters are the container's own.
            (24, _) => {}
            (28, head) if head & 0x80 != 0 => units.push(vec![payload[0] & 0xe0 | head & 0x1f]),
            (28, _) => {}
            _ => units.push(payload.to_vec()),
        }
        if payload[0] & 0x1f == 28 {
            units
                .last_mut()
                .expect("begun")
                .extend_from_slice(&payload[2..]);
        }
    }
    let behind_length = |unit: Vec<u8>| [&(unit.len() as u32).to_be_bytes()[..], &unit].concat();
    units.into_iter().flat_map(behind_length).collect()
}

fn joined_av1(payloads: &[&[u8]]) -> Vec<u8> {
    let mut obus: Vec<Vec<u8>> = Vec::new();
    for payload in payloads {
        let (mut rest, mut goes_on) = (&payload[1..], payload[0] & 0x80 != 0);
        while !rest.is_empty() {
            let (low, high) = (usize::from(rest[0] & 0x7f), usize::from(rest[1]));
            let (piece, tail) = rest[2..].split_at(high << 7 | low);
            if !std::mem::take(&mut goes_on) {
                obus.push(Vec::new());
            }
            obus.last_mut()
                .expect("one is there")
                .extend_from_slice(piece);
            rest = tail;
        }
    }
    let sized = |obu: Vec<u8>| {
        let mut size = obu.len() - 1;
        let mut bytes = vec![obu[0] | 2];
        while size > 0x7f {
            bytes.push((size & 0x7f) as u8 | 0x80);
            size >>= 7;
        }
        bytes.push(size as u8);
        bytes.extend_from_slice(&obu[1..]);
        bytes
    };
    obus.into_iter().flat_map(sized).collect()
}
