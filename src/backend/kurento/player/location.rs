//! What may be played: only what is below a configured place, for the server reads any file and fetches any address.

use url::Url;

use crate::{
    backend::{folders::is_below, kurento::config::Config},
    error::{Error, Reason, Result},
};

/// The location of `uri`, if it may be played.
///
/// # Errors
/// `INVALID_URI`.
pub(in super::super) fn check(config: &Config, uri: &str) -> Result<Url> {
    let invalid = |words: &str| Error::field(Reason::InvalidUri, "uri", words);
    let location = Url::parse(uri).map_err(|fault| {
        invalid(&format!(
            "is no URL: {fault}; give file://, http:// or https://"
        ))
    })?;
    let is_file = location.scheme() == "file";
    if is_file && (location.query().is_some() || location.fragment().is_some()) {
        return Err(invalid("names a file: write `?` and `#` as %3F and %23"));
    }
    if !has_plain_path(&location) {
        return Err(invalid(
            "must not hide a slash, a backslash or a dot segment behind `%`",
        ));
    }
    if location.path().ends_with('/') {
        return Err(invalid("names a folder: name a file"));
    }
    if config.media.iter().any(|place| is_below(&location, place)) {
        return Ok(location);
    }
    Err(invalid(
        "is not below any of the places that the backend may play from (its `media`)",
    ))
}

/// Whether the path means to the server what it says: that takes off the percent encoding before it opens a file.
fn has_plain_path(location: &Url) -> bool {
    let plain = |segment: &str| {
        let decoded = percent_encoding::percent_decode_str(segment);
        let Ok(decoded) = decoded.decode_utf8() else {
            return false;
        };
        let hidden = |c: char| matches!(c, '/' | '\\') || c.is_control();
        !decoded.chars().any(hidden) && !matches!(&*decoded, "." | "..")
    };
    location
        .path_segments()
        .is_some_and(|mut segments| segments.all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_a_configured_place_is_played() {
        let mut config = Config::new("ws://127.0.0.1".parse().expect("a URL"));
        let places = ["file:///srv/media/", "https://cdn.example/films/"];
        config.media = places.map(|place| place.parse().expect("a URL")).into();
        for good in [
            "file:///srv/media/a.webm",
            "file:///srv/media/b/c%20d.webm",
            "https://cdn.example/films/a.mp4?x=1",
            "https://cdn.example:443/films/a.mp4",
        ] {
            assert!(check(&config, good).is_ok(), "{good}");
        }
        for bad in [
            "nonsense",
            "/srv/media/a.webm",
            "file:///srv/media/",
            "file:///srv/media/../x",
            "file:///srv/media/%2e%2e/x",
            "file:///srv/media/a%2f..%2f..%2fx",
            "file:///srv/media/%2e%2e%2fx",
            "file:///srv/media/a%5c..%5cx",
            "file:///srv/media/a%00",
            "file:///srv/media/a?b",
            "file:///srv/media/a#b",
            "file://elsewhere/srv/media/a.webm",
            "file:///etc/passwd",
            "http://cdn.example/films/a.mp4",
            "https://cdn.example/other",
            "https://cdn.example:8443/films/a.mp4",
            "https://user@cdn.example/films/a.mp4",
            "https://cdn.example@evil.example/films/a.mp4",
            "rtsp://127.0.0.1/",
        ] {
            let refused = check(&config, bad).expect_err(bad);
            assert_eq!(refused.reason(), Reason::InvalidUri, "{bad}");
        }
    }
}
