//! What an Opus packet says of itself (RFC 6716, section 3).

use std::time::Duration;

/// How long `packet` lasts; none if it is none.
pub(super) fn span(packet: &[u8]) -> Option<Duration> {
    let toc = *packet.first()?;
    let config = toc >> 3;
    let frame_us = match config {
        0..=11 => [10_000, 20_000, 40_000, 60_000][usize::from(config & 3)],
        12..=15 => [10_000, 20_000][usize::from(config & 1)],
        _ => [2_500, 5_000, 10_000, 20_000][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 0x3f),
    };
    let span = Duration::from_micros(frame_us * frames);
    (!span.is_zero() && span <= Duration::from_millis(120)).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_in_the_first_bytes() {
        for (packet, us) in [
            (&[0b0000_0000][..], Some(10_000)),
            (&[0b0101_1000], Some(60_000)),
            (&[0b0110_1001], Some(40_000)),
            (&[0b1000_0000], Some(2_500)),
            (&[0b1111_1000], Some(20_000)),
            (&[0b1111_1011, 6], Some(120_000)),
            (&[0b1111_1011, 7], None),
            (&[0b1111_1011, 0], None),
            (&[0b1111_1011], None),
            (&[], None),
        ] {
            assert_eq!(span(packet), us.map(Duration::from_micros), "{packet:?}");
        }
    }
}
