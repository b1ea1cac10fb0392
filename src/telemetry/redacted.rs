//! Values that must not reach a log or a printed configuration.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// What stands in place of a hidden value.
pub const PLACEHOLDER: &str = "[redacted]";

/// A value that is hidden wherever it is formatted or serialised: a secret, a session description, a phone number.
///
/// `Debug`, `Display` and `Serialize` yield [`PLACEHOLDER`]; [`Redacted::expose`] is the one way to the value, so every
/// use of it can be found by that word.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the place that needs it: a request to a media server, a line at debug level.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Redacted<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

impl<T> Serialize for Redacted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(PLACEHOLDER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_formatting_shows_the_value() {
        let secret = Redacted::new("hunter2".to_owned());
        let shown = format!(
            "{secret} {secret:?} {secret:#?} {}",
            serde_json::to_string(&secret).expect("a string serialises")
        );
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(shown.matches(PLACEHOLDER).count(), 4);
    }

    #[test]
    fn reads_like_the_value_it_wraps() {
        let secret: Redacted<String> = serde_json::from_str("\"hunter2\"").expect("a string");
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(secret.into_inner(), "hunter2");
    }
}
