//! G.711 (ITU-T): linear samples to µ-law and A-law, and back.

const BIAS: i16 = 0x84;
const CLIP: i16 = 32_635;

/// One sample in µ-law.
pub(in super::super) fn to_mu_law(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.saturating_abs().min(CLIP) + BIAS;
    let exponent = 7 - (magnitude.leading_zeros().saturating_sub(1)).min(7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

/// A µ-law byte as a sample.
pub(in super::super) fn from_mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = (i16::from(byte & 0x0f) << 3 | BIAS) << (byte >> 4 & 7);
    match byte & 0x80 {
        0 => magnitude - BIAS,
        _ => BIAS - magnitude,
    }
}

/// One sample in A-law.
pub(in super::super) fn to_a_law(sample: i16) -> u8 {
    let (sign, magnitude) = match sample {
        0.. => (0x80, sample),
        _ => (0, !sample),
    };
    let exponent = 8 - (magnitude.leading_zeros()).clamp(1, 8);
    let mantissa = (magnitude >> (exponent.max(1) + 3)) & 0x0f;
    (sign | (exponent << 4) as u8 | mantissa as u8) ^ 0x55
}

/// An A-law byte as a sample.
pub(in super::super) fn from_a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let mantissa = i16::from(byte & 0x0f) << 4;
    let magnitude = match byte >> 4 & 7 {
        0 => mantissa + 8,
        exponent => (mantissa + 0x108) << (exponent - 1),
    };
    if byte & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_laws_are_those_of_g711() {
        for (sample, mu_law, a_law) in [
            (0, 0xff, 0xd5),
            (-1, 0x7f, 0x55),
            (1_000, 0xce, 0xfa),
            (-1_000, 0x4e, 0x7a),
            (32_767, 0x80, 0xaa),
            (-32_768, 0x00, 0x2a),
        ] {
            assert_eq!(to_mu_law(sample), mu_law, "{sample} in µ-law");
            assert_eq!(to_a_law(sample), a_law, "{sample} in A-law");
        }
    }

    #[test]
    fn what_was_encoded_once_stays_the_same() {
        for byte in 0..=255 {
            assert_eq!(to_a_law(from_a_law(byte)), byte);
            // µ-law has two zeros.
            let back = to_mu_law(from_mu_law(byte));
            assert!(
                back == byte || byte == 0x7f && back == 0xff,
                "{byte:#x}: {back:#x}"
            );
        }
    }

    #[test]
    fn the_error_is_small_beside_the_sample() {
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            for back in [from_mu_law(to_mu_law(sample)), from_a_law(to_a_law(sample))] {
                let error = (i32::from(back) - i32::from(sample)).abs();
                assert!(
                    error <= 16 + i32::from(sample).abs() / 24,
                    "{sample}: {back}"
                );
            }
        }
    }
}
