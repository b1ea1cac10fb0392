//! What the service tells its operators: [`log`] lines, [`Metrics`], and [`Redacted`] for what neither may show.
//!
//! Nothing here is global but the log subscriber that [`log::init`] installs: metrics are a value that is handed to
//! whoever counts, so two services in one process (as in tests) never share a figure.

pub mod log;
mod metrics;
mod redacted;

pub use metrics::Metrics;
pub use redacted::{PLACEHOLDER, Redacted};
