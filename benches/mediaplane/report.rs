//! What is printed: figures, and targets with whether they are met.

use std::time::Duration;

use crate::machine;

/// A bound that a figure should keep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
}

impl Target {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
        }
    }
}

/// The run so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    met: usize,
    missed: Vec<String>,
    part: &'static str,
}

impl Report {
    /// Begins a part.
    pub(crate) fn begin(&mut self, part: &'static str, what: &str) {
        self.part = part;
        println!("\n{part}: {what} (load {})", machine::load());
    }

    /// Says what is measured, or a figure without a target.
    pub(crate) fn note(&self, words: impl AsRef<str>) {
        println!("  {}", words.as_ref());
    }

    /// A figure that has a target; `unit` stands behind both.
    pub(crate) fn judge(&mut self, name: &str, figure: f64, unit: &str, target: Target) {
        let (sign, bound) = match target {
            Target::AtLeast(bound) => ("≥", bound),
            Target::AtMost(bound) => ("≤", bound),
        };
        let verdict = if target.is_met(figure) {
            self.met += 1;
            "met"
        } else {
            self.missed.push(format!("{}: {name}", self.part));
            "MISSED"
        };
        println!("  => {name}: {figure:.2}{unit} (target {sign} {bound}{unit}: {verdict})");
    }

    /// Sums up.
    pub(crate) fn end(&self) {
        let all = self.met + self.missed.len();
        println!("\n{} of {all} targets met", self.met);
        for missed in &self.missed {
            println!("  missed: {missed}");
        }
    }
}

/// The value that `share` (0 to 1) of all `times` do not exceed.
///
/// # Panics
/// If there are none.
pub(crate) fn quantile(times: &mut [Duration], share: f64) -> Duration {
    let last = times.len().checked_sub(1).expect("something was measured");
    // Truncation is what picks an element.
    let at = (last as f64 * share) as usize;
    *times.select_nth_unstable(at).1
}

/// A duration in milliseconds.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A duration in microseconds.
pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
