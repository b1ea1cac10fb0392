//! Text fields: ids, words, addresses, labels, and lists of them.

use std::{collections::HashMap, fmt::Display, str::FromStr, sync::Arc};

use url::Url;

use super::Fields;
use crate::{
    error::Reason,
    event::Labels,
    id::{BackendName, InvalidId, MAX_LEN},
};

/// The longest URI, in bytes.
const MAX_URI: usize = 2048;
/// The most ids in one list.
const MAX_IDS: usize = 1000;
/// The most backends in one filter.
const MAX_BACKENDS: usize = 64;

impl Fields<'_> {
    /// A mandatory id.
    pub(super) fn id<T: FromStr<Err = InvalidId>>(
        &mut self,
        field: &'static str,
        text: &str,
    ) -> Option<T> {
        if text.is_empty() {
            self.missing(field);
            return None;
        }
        self.accept(field, text.parse())
    }

    /// An id that may be left out.
    pub(super) fn optional_id<T: FromStr<Err = InvalidId>>(
        &mut self,
        field: &'static str,
        text: &str,
    ) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        self.accept(field, text.parse())
    }

    /// A mandatory list of ids.
    pub(super) fn ids<T: FromStr<Err = InvalidId>>(&mut self, texts: &[String]) -> Vec<T> {
        if texts.is_empty() {
            self.missing("ids");
        }
        if texts.len() > MAX_IDS {
            let words = format_args!("has {} ids: give at most {MAX_IDS}", texts.len());
            self.invalid("ids", words);
            return Vec::new();
        }
        let numbered = texts.iter().enumerate();
        numbered
            .filter_map(|(index, text)| self.accept(format_args!("ids[{index}]"), text.parse()))
            .collect()
    }

    /// A backend's name or kind, which may be left out.
    pub(super) fn backend(&mut self, field: &'static str, text: &str) -> Option<Arc<str>> {
        self.optional_id::<BackendName>(field, text)
            .map(|name| name.to_arc())
    }

    /// Names or kinds of backends.
    pub(super) fn backends(&mut self, texts: Vec<String>) -> Vec<String> {
        if texts.len() > MAX_BACKENDS {
            let words = format_args!("has {} names: give at most {MAX_BACKENDS}", texts.len());
            self.invalid("backends", words);
        }
        for (index, text) in texts.iter().enumerate().take(MAX_BACKENDS) {
            self.accept(
                format_args!("backends[{index}]"),
                text.parse::<BackendName>(),
            );
        }
        texts
    }

    /// Whether the text is at most `max` bytes without control characters.
    pub(super) fn is_plain(&mut self, field: impl Display, text: &str, max: usize) -> bool {
        if text.len() > max {
            let words = format_args!("is {} bytes long: give at most {max}", text.len());
            self.invalid(field, words);
            return false;
        }
        if text.chars().any(char::is_control) {
            self.invalid(field, "has a control character: leave it out");
            return false;
        }
        true
    }

    /// Any text for people, which may be left out.
    pub(super) fn optional_text(&mut self, field: &'static str, text: &str) -> Option<Arc<str>> {
        (!text.is_empty() && self.is_plain(field, text, MAX_LEN)).then(|| text.into())
    }

    /// A name of the media world (a codec, a format, a layout), which may be left out. It reaches media servers'
    /// command lines, so the alphabet is closed.
    pub(super) fn optional_word(&mut self, field: &'static str, text: &str) -> Option<Arc<str>> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._~+:-".contains(&b);
        if text.is_empty() {
            return None;
        }
        if text.len() > MAX_LEN || !text.bytes().all(allowed) {
            self.invalid(field, "must be 1 to 256 of A-Z a-z 0-9 . _ ~ + : -");
            return None;
        }
        Some(text.into())
    }

    /// The mandatory address of something to play.
    pub(super) fn uri(&mut self, field: &'static str, text: &str) -> Option<Arc<str>> {
        if text.is_empty() {
            self.missing(field);
            return None;
        }
        if !self.is_sound_uri(field, text) {
            return None;
        }
        match Url::parse(text) {
            Ok(_) => Some(text.into()),
            Err(error) => {
                let words = format_args!("is no URI with a scheme (RFC 3986): {error}");
                self.refuse(Reason::InvalidUri, field, words);
                None
            }
        }
    }

    /// A place to record to, which may be left out: a URI, or a name or path as the media server sees it.
    pub(super) fn place(&mut self, field: &'static str, text: &str) -> Option<Arc<str>> {
        if text.is_empty() || !self.is_sound_uri(field, text) {
            return None;
        }
        match Url::parse(text) {
            Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => Some(text.into()),
            Err(error) => {
                let words = format_args!("is neither a URI (RFC 3986) nor a path: {error}");
                self.refuse(Reason::InvalidUri, field, words);
                None
            }
        }
    }

    fn is_sound_uri(&mut self, field: &'static str, text: &str) -> bool {
        let words = if text.len() > MAX_URI {
            "is longer than 2048 bytes"
        } else if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            "has a space or a control character: write it as %XX (RFC 3986, section 2.1)"
        } else {
            return true;
        };
        self.refuse(Reason::InvalidUri, field, words);
        false
    }

    /// The labels of the request, always in its field `labels`.
    pub(super) fn labels(&mut self, labels: HashMap<String, String>) -> Labels {
        let max = self.limits().labels;
        if labels.len() > max {
            self.invalid(
                "labels",
                format_args!("has {} entries: give at most {max}", labels.len()),
            );
            return Labels::default();
        }
        for (name, value) in &labels {
            // The name goes back into the reply, so only a sound one is quoted.
            if name.is_empty() {
                self.invalid("labels", "has an entry without a name: name it");
            } else if self.is_plain("labels", name, MAX_LEN) {
                self.is_plain(format_args!("labels[\"{name}\"]"), value, MAX_LEN);
            }
        }
        labels.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::convert::Limits;

    fn refused(read: impl FnOnce(&mut Fields<'_>)) -> Option<(Reason, String)> {
        let limits = Limits {
            labels: 2,
            ..Limits::default()
        };
        let mut fields = Fields::new(&limits);
        read(&mut fields);
        let error = fields.finish(Some(())).err()?;
        Some((error.reason(), error.violations()[0].field.clone()))
    }

    fn invalid(field: &str) -> Option<(Reason, String)> {
        Some((Reason::InvalidField, field.to_owned()))
    }

    #[test]
    fn what_is_played_has_a_scheme() {
        let uri = |text: &str| {
            let text = text.to_owned();
            refused(move |f| drop(f.uri("uri", &text)))
        };
        for good in [
            "file:///tmp/a.mjr",
            "rtsp://192.0.2.1/x?y=1",
            "recordplay:42",
        ] {
            assert_eq!(uri(good), None, "{good}");
        }
        let bad = Some((Reason::InvalidUri, "uri".to_owned()));
        let long = format!("file:///{}", "x".repeat(2048));
        for text in [
            "name",
            "/tmp/a",
            "http://",
            "file:///a b",
            "file:///a\nb",
            &long,
        ] {
            assert_eq!(uri(text), bad, "{text}");
        }
        assert_eq!(
            uri("").map(|(reason, _)| reason),
            Some(Reason::MissingField)
        );
    }

    #[test]
    fn a_place_to_record_to_may_be_a_name() {
        for good in ["", "call-1", "/var/rec/call-1.webm", "file:///tmp/a"] {
            assert_eq!(refused(|f| drop(f.place("uri", good))), None, "{good}");
        }
        for bad in ["a b", "a\0", "http://"] {
            assert!(refused(|f| drop(f.place("uri", bad))).is_some(), "{bad}");
        }
    }

    #[test]
    fn words_cannot_leave_their_alphabet() {
        for good in ["opus", "H264", "group:grid", "3x3", "telephone-event"] {
            assert_eq!(
                refused(|f| drop(f.optional_word("x", good))),
                None,
                "{good}"
            );
        }
        for bad in ["a b", "a;b", "a'b", "ä", "a\n", &"x".repeat(257)] {
            let found = refused(|f| drop(f.optional_word("x", bad)));
            assert_eq!(found, invalid("x"), "{bad}");
        }
    }

    #[test]
    fn labels_are_few_and_short() {
        let labels = |pairs: &[(&str, &str)]| {
            let own = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
            let map = pairs.iter().map(own).collect();
            refused(|f| drop(f.labels(map)))
        };
        assert_eq!(labels(&[("a", ""), ("b", "ü ✓")]), None);
        assert_eq!(
            labels(&[("a", ""), ("b", ""), ("c", "")]),
            invalid("labels")
        );
        assert_eq!(labels(&[("", "x")]), invalid("labels"));
        assert_eq!(labels(&[("a\n", "x")]), invalid("labels"));
        assert_eq!(labels(&[("a", "x\0")]), invalid("labels[\"a\"]"));
        assert_eq!(labels(&[("a", &"x".repeat(257))]), invalid("labels[\"a\"]"));
    }
}
