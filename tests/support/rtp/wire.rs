//! RTP, RTCP feedback and telephone events on the wire.

/// The parts of an RTP packet that the instruments look at (RFC 3550, section 5.1).
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'p> {
    pub(super) payload_type: u8,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    /// Without header, extension and padding.
    pub(super) payload: &'p [u8],
}

impl<'p> Packet<'p> {
    /// Reads a datagram; none if it is RTCP or no RTP at all.
    pub(super) fn read(datagram: &'p [u8]) -> Option<Packet<'p>> {
        let [first, second, ..] = *datagram else {
            return None;
        };
        if first >> 6 != 2 || (192..224).contains(&second) {
            return None;
        }
        let word = |at: usize| {
            Some(u32::from_be_bytes(
                datagram.get(at..at + 4)?.try_into().ok()?,
            ))
        };
        let [.., high, low] = word(0)?.to_be_bytes();
        Some(Packet {
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([high, low]),
            timestamp: word(4)?,
            ssrc: word(8)?,
            payload: payload(datagram)?,
        })
    }
}

fn payload(packet: &[u8]) -> Option<&[u8]> {
    let &first = packet.first()?;
    let mut start = 12 + 4 * usize::from(first & 0x0f);
    if first & 0x10 != 0 {
        let words = packet.get(start + 2..start + 4)?;
        start += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    let padding = match first & 0x20 != 0 {
        true => usize::from(*packet.last()?),
        false => 0,
    };
    packet.get(start..packet.len().checked_sub(padding)?)
}

/// The sequence number that goes on from `highest`, with its rollovers counted.
pub(super) fn extended(highest: Option<u64>, sequence: u16) -> u64 {
    let Some(highest) = highest else {
        return u64::from(sequence) + (1 << 16);
    };
    let low = u16::try_from(highest & 0xffff).expect("16 bits were kept");
    let ahead = i64::from(sequence.wrapping_sub(low).cast_signed());
    highest.saturating_add_signed(ahead)
}

/// How many keyframes a datagram asks for: PLI (RFC 4585, section 6.3.1) or FIR (RFC 5104, section 4.3.1).
pub(super) fn keyframe_requests(datagram: &[u8]) -> u64 {
    let mut rest = datagram;
    let mut requests = 0;
    while let [first, kind, high, low, ..] = *rest {
        if first >> 6 != 2 || !(192..224).contains(&kind) {
            break;
        }
        requests += u64::from(kind == 206 && matches!(first & 0x1f, 1 | 4));
        let length = 4 + 4 * usize::from(u16::from_be_bytes([high, low]));
        rest = rest.get(length..).unwrap_or_default();
    }
    requests
}

const DIGITS: &[u8; 16] = b"0123456789*#ABCD";

/// The packets of one pressed key (RFC 4733, section 2.5): while it is held, and its end three times.
pub(super) fn tone(digit: char) -> Vec<Vec<u8>> {
    let event = DIGITS.iter().position(|known| char::from(*known) == digit);
    let event = event.unwrap_or_else(|| panic!("{digit} is on no telephone"));
    let event = u8::try_from(event).expect("there are sixteen");
    let held = (1..5).map(|frames| (0, frames));
    held.chain([(0x80, 5); 3])
        .map(|(end, frames): (u8, u16)| {
            let [high, low] = (frames * 160).to_be_bytes();
            vec![event, end | 10, high, low]
        })
        .collect()
}

/// Whether a telephone event is the first of its key.
pub(super) fn begins_tone(payload: &[u8]) -> bool {
    payload.ends_with(&160u16.to_be_bytes())
}

/// The key whose end a telephone event tells.
pub(super) fn ended_tone(payload: &[u8]) -> Option<char> {
    let [event, flags, _, _] = *payload else {
        return None;
    };
    let digit = DIGITS.get(usize::from(event)).copied().map(char::from);
    digit.filter(|_| flags & 0x80 != 0)
}
