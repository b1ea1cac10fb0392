//! Where a driver counts what it does.

use std::{fmt, time::Duration};

/// Takes the figures of one backend; the program hands in what writes them to its metrics.
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// A command ended, with `ok` or the reason of its error, after `took`.
    fn command(&self, command: &'static str, result: &'static str, took: Duration);

    /// The server can be reached, or no longer.
    fn up(&self, up: bool);
}

/// Counts nothing.
impl Observer for () {
    fn command(&self, _: &'static str, _: &'static str, _: Duration) {}

    fn up(&self, _: bool) {}
}
