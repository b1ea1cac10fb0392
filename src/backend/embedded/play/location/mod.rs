//! Where a URI leads, checked before anything is done for it: a file in an allowed folder, or one that an allowed
//! server has.

mod address;
mod fetch;
mod local;

use std::fs::File;

use url::Url;

use super::settings::Settings;
use crate::error::{Error, Reason, Result};

/// Longer URIs are refused.
const MAX_URI: usize = 2_048;

/// Opens what `uri` names.
///
/// # Errors
/// `INVALID_URI`, saying what would be right; `BACKEND_TIMEOUT` if a server takes too long.
pub(super) async fn open(settings: &Settings, uri: &str) -> Result<File> {
    let url = parse(uri)?;
    match url.scheme() {
        "file" => local::open(&settings.folders, &url).await,
        "http" | "https" => fetch::fetch(settings, url).await,
        _ => Err(unknown_form()),
    }
}

fn parse(uri: &str) -> Result<Url> {
    if uri.len() > MAX_URI {
        return Err(refused("is longer than 2048 bytes: use a shorter one"));
    }
    // What a URL parser would forgive is refused: what is checked must be what was written.
    let odd = |char: char| char.is_ascii_control() || char == ' ' || char == '\\';
    let url = Url::parse(uri).ok().filter(|_| !uri.contains(odd));
    url.ok_or_else(unknown_form)
}

fn unknown_form() -> Error {
    refused(
        "must be file:// with a file in an allowed folder, or http:// or https:// with an allowed host",
    )
}

/// The URI is wrong, and what would be right.
pub(super) fn refused(words: impl Into<String>) -> Error {
    Error::field(Reason::InvalidUri, "uri", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_file_or_web_address_is_refused() {
        let long = format!("file:///{}", "a".repeat(MAX_URI));
        for uri in [
            "",
            "a.webm",
            "/srv/a.webm",
            "ftp://example.org/a.webm",
            "data:audio/ogg,x",
            "gopher://127.0.0.1:25/x",
            "file:///srv/a\\..\\b",
            "http:\\\\example.org/a",
            "http://example.org/ a",
            "file:///a\nb",
            "concat:a|b",
            &long,
        ] {
            let error = open(&Settings::default(), uri).await.expect_err(uri);
            assert_eq!(error.reason(), Reason::InvalidUri, "{uri}");
            assert_eq!(error.violations()[0].field, "uri", "{uri}");
        }
    }
}
