//! Reads the fields of a request and collects all that is wrong with them.

use std::fmt::Display;

use super::Limits;
use crate::error::{Error, Reason, Result, Violation};

/// Violations told in one reply: details travel in a trailer, of which some clients take 8 KiB.
const MAX_VIOLATIONS: usize = 16;

/// Reads one request. Readers return none for what they refuse, and go on: [`Fields::finish`] tells of it all.
#[derive(Debug)]
pub(crate) struct Fields<'l> {
    limits: &'l Limits,
    path: Vec<&'static str>,
    reason: Option<Reason>,
    wrong: Vec<Violation>,
}

impl<'l> Fields<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            path: Vec::new(),
            reason: None,
            wrong: Vec::new(),
        }
    }

    pub(super) fn limits(&self) -> &'l Limits {
        self.limits
    }

    /// Reads a message inside the request: its fields are named behind `name`.
    pub(super) fn within<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name);
        let value = read(self);
        self.path.pop();
        value
    }

    /// Notes that `field` is wrong. The first reason noted is that of the reply.
    pub(super) fn refuse(&mut self, reason: Reason, field: impl Display, words: impl Display) {
        self.reason.get_or_insert(reason);
        if self.wrong.len() == MAX_VIOLATIONS {
            return;
        }
        let mut path = String::new();
        for outer in &self.path {
            path.push_str(outer);
            path.push('.');
        }
        self.wrong.push(Violation {
            field: format!("{path}{field}"),
            description: words.to_string(),
        });
    }

    /// Notes that `field` has a value that is not allowed.
    pub(super) fn invalid(&mut self, field: impl Display, words: impl Display) {
        self.refuse(Reason::InvalidField, field, words);
    }

    /// Notes that a mandatory field is not set.
    pub(super) fn missing(&mut self, field: impl Display) {
        self.refuse(Reason::MissingField, field, "is mandatory: set it");
    }

    /// The value, if it is one.
    pub(super) fn accept<T, E: Display>(
        &mut self,
        field: impl Display,
        value: std::result::Result<T, E>,
    ) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(error) => {
                self.invalid(field, error);
                None
            }
        }
    }

    /// The message that a mandatory field holds.
    pub(super) fn required<T>(&mut self, field: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.missing(field);
        }
        value
    }

    /// The request, if nothing was refused.
    ///
    /// # Errors
    /// One error with all that was wrong.
    pub(crate) fn finish<T>(self, request: Option<T>) -> Result<T> {
        match self.reason {
            Some(reason) => Err(Error::fields(reason, self.wrong)),
            None => Ok(request.expect("what was not refused has a value")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_told_by_its_path() {
        let limits = Limits::default();
        let mut fields = Fields::new(&limits);
        fields.within("type", |fields| {
            fields.within("listen", |fields| fields.missing("publisher_id"));
        });
        fields.invalid(format_args!("ids[{}]", 2), "is wrong");
        let error = fields.finish(None::<()>).expect_err("refused");
        assert_eq!(error.reason(), Reason::MissingField);
        let paths: Vec<_> = error
            .violations()
            .iter()
            .map(|v| v.field.as_str())
            .collect();
        assert_eq!(paths, ["type.listen.publisher_id", "ids[2]"]);
    }

    #[test]
    fn a_flood_of_faults_stays_small() {
        let limits = Limits::default();
        let mut fields = Fields::new(&limits);
        for index in 0..1000 {
            fields.invalid(format_args!("ids[{index}]"), "is wrong");
        }
        let error = fields.finish(None::<()>).expect_err("refused");
        assert_eq!(error.violations().len(), MAX_VIOLATIONS);
    }
}
