//! Any sampling rate to 8 kHz: a windowed sinc, computed once for each fraction of a sample that occurs.

use std::f64::consts::PI;

/// What comes out has this many samples a second.
const RATE: u64 = 8_000;
/// How far the window reaches to each side, in samples of the lower rate.
const REACH: f64 = 16.0;
/// Fractions of a sample that are told apart; more of them than this fall together.
const MAX_PHASES: u64 = 256;
/// Where the filter ends: below half the lower rate, by what the window smears.
const CUTOFF: f64 = 0.92;

/// Makes samples at 8 kHz out of those around them.
#[derive(Debug)]
pub(super) struct Resampler {
    rate: u64,
    reach: usize,
    phases: u64,
    /// For each phase the weights of `2 * reach + 1` samples; none if nothing has to be done.
    weights: Vec<f32>,
}

impl Resampler {
    /// From `rate` samples a second.
    pub(super) fn new(rate: u32) -> Self {
        let rate = u64::from(rate);
        let ratio = (rate as f64 / RATE as f64).max(1.0);
        let reach = match rate {
            RATE => 0,
            _ => (REACH * ratio).ceil() as usize,
        };
        let phases = (RATE / gcd(rate, RATE)).min(MAX_PHASES);
        let phase = |phase| weights(phase_of(phase, phases), reach, ratio);
        Self {
            rate,
            reach,
            phases,
            weights: match reach {
                0 => Vec::new(),
                _ => (0..phases).flat_map(phase).collect(),
            },
        }
    }

    /// The first sample, and how many, that the output from sample `at` on is made of.
    pub(super) fn needs(&self, at: u64, count: u64) -> (i64, usize) {
        let first = self.place(at).0.cast_signed() - self.reach as i64;
        let last = self.place(at + count - 1).0.cast_signed() + self.reach as i64;
        let count = usize::try_from(last - first + 1).expect("it lies behind the first");
        (first, count)
    }

    /// The output from sample `at` on, made of what [`Resampler::needs`] named.
    pub(super) fn run<'a>(
        &'a self,
        around: &'a [f32],
        at: u64,
        count: u64,
    ) -> impl Iterator<Item = i16> + 'a {
        let base = self.place(at).0;
        (at..at + count).map(move |at| {
            let (whole, phase) = self.place(at);
            let begin = usize::try_from(whole - base).expect("within a frame");
            let width = 2 * self.reach + 1;
            let around = &around[begin..begin + width];
            let weights = self.weights.chunks_exact(width).nth(phase);
            let value = weights.map_or(around[0], |weights| {
                weights
                    .iter()
                    .zip(around)
                    .map(|(weight, sample)| weight * sample)
                    .sum()
            });
            // A cast of a float stays within the bounds.
            (value * 32_768.0) as i16
        })
    }

    /// Where output sample `at` lies among the input: a whole sample, and the phase beyond it.
    fn place(&self, at: u64) -> (u64, usize) {
        let scaled = u128::from(at) * u128::from(self.rate);
        let whole = u64::try_from(scaled / u128::from(RATE)).unwrap_or(u64::MAX / 4);
        let rest = scaled % u128::from(RATE);
        let phase = rest * u128::from(self.phases) / u128::from(RATE);
        (
            whole,
            usize::try_from(phase).expect("fewer than the phases"),
        )
    }
}

fn phase_of(phase: u64, phases: u64) -> f64 {
    phase as f64 / phases as f64
}

/// The weights of the samples around a point that lies `fraction` behind the middle one.
fn weights(fraction: f64, reach: usize, ratio: f64) -> Vec<f32> {
    let distances = (0..=2 * reach).map(|tap| tap as f64 - reach as f64 - fraction);
    let width = reach as f64 + 1.0;
    let weights: Vec<f64> = distances
        .map(|distance| sinc(distance * CUTOFF / ratio) * window(distance / width))
        .collect();
    // Silence and loudness stay what they are, whatever the phase.
    let sum: f64 = weights.iter().sum();
    let normal = |weight: f64| (weight / sum) as f32;
    weights.into_iter().map(normal).collect()
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        return 1.0;
    }
    (PI * x).sin() / (PI * x)
}

/// Blackman's window, from -1 to 1.
fn window(x: f64) -> f64 {
    0.42 + 0.5 * (PI * x).cos() + 0.08 * (2.0 * PI * x).cos()
}

const fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output of a tone of `hz` at `rate`, from its second frame on.
    fn tone(rate: u32, hz: f64) -> Vec<f64> {
        let resampler = Resampler::new(rate);
        let (first, count) = resampler.needs(160, 800);
        let sample = |at: i64| (2.0 * PI * hz * at as f64 / f64::from(rate)).sin() * 0.5;
        let around: Vec<f32> = (first..).take(count).map(|at| sample(at) as f32).collect();
        let out = resampler.run(&around, 160, 800);
        out.map(|sample| f64::from(sample) / 32_768.0).collect()
    }

    #[test]
    fn a_tone_stays_and_what_cannot_be_told_goes() {
        for rate in [
            8_000, 11_025, 16_000, 22_050, 44_100, 44_101, 48_000, 96_000, 6_000,
        ] {
            for (at, sample) in tone(rate, 1_000.0).into_iter().enumerate() {
                let wanted = (2.0 * PI * 1_000.0 * (at + 160) as f64 / 8_000.0).sin() * 0.5;
                assert!(
                    (sample - wanted).abs() < 0.02,
                    "{rate}: {sample} for {wanted}"
                );
            }
        }
        for rate in [16_000, 44_100, 48_000] {
            let loudest = tone(rate, 6_000.0)
                .into_iter()
                .map(f64::abs)
                .fold(0.0, f64::max);
            assert!(loudest < 0.005, "{rate}: {loudest}");
        }
    }
}
