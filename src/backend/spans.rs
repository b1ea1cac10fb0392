//! Spans of time in the options of every driver.

use std::time::Duration;

use serde::{Deserializer, de::Error as _};

/// Longer spans are taken for mistakes.
const MAX_SPAN: Duration = Duration::from_secs(1_000_000);

/// A span as text (`250ms`, `5s`), which may be zero.
pub(super) fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let span: Duration = humantime_serde::deserialize(deserializer)?;
    if span > MAX_SPAN {
        return Err(D::Error::custom("must be 11 days or less"));
    }
    Ok(span)
}

/// A span as text, of at least a millisecond.
pub(super) fn some_span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let span = span(deserializer)?;
    if span < Duration::from_millis(1) {
        return Err(D::Error::custom("must be 1ms or more"));
    }
    Ok(span)
}
