//! Bounds on typed values, each violation told with the key and who set it.

use std::fmt::{Debug, Display};
use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::{Error, Problem};
use super::section::Section;

/// Collects what is wrong with the values of one [`Section`].
#[derive(Debug)]
pub struct Checks<'s> {
    section: &'s Section,
    problems: Vec<Problem>,
}

impl<'s> Checks<'s> {
    pub(super) fn new(section: &'s Section) -> Self {
        Self {
            section,
            problems: Vec::new(),
        }
    }

    /// `message` is a problem of `key` unless `holds`.
    pub fn require(&mut self, key: &str, holds: bool, message: impl Display) {
        if !holds {
            self.problems
                .push(self.section.problem(key, message.to_string()));
        }
    }

    /// The number must lie in `range`.
    pub fn within<N: Copy + PartialOrd + Display>(
        &mut self,
        key: &str,
        value: N,
        range: RangeInclusive<N>,
    ) {
        let (least, most) = (range.start(), range.end());
        self.require(
            key,
            range.contains(&value),
            format_args!("must be from {least} to {most}, is {value}"),
        );
    }

    /// The duration must lie in `range`.
    pub fn lasts(&mut self, key: &str, value: Duration, range: RangeInclusive<Duration>) {
        let (least, most) = (words(*range.start()), words(*range.end()));
        let message = format!("must be from {least} to {most}, is {}", words(value));
        self.require(key, range.contains(&value), message);
    }

    /// Fails if anything is wrong.
    ///
    /// # Errors
    /// Every problem found.
    pub fn finish(self) -> Result<(), Error> {
        Error::unless_none(self.problems)
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}

fn words(duration: Duration) -> humantime_serde::re::humantime::FormattedDuration {
    humantime_serde::re::humantime::format_duration(duration)
}
