//! Which files may be played.

use percent_encoding::percent_decode_str;
use url::Url;

use super::{
    command::{Command, File},
    server::Server,
};
use crate::{
    backend::folders,
    error::{Error, Reason, Result},
};

/// The file of `uri`, if it may be played and is there.
///
/// # Errors
/// `INVALID_URI`.
pub(super) async fn file(server: &Server, uri: &str) -> Result<File> {
    let (file, url) = located(server, uri)?;
    folders::stays_inside(&server.config.media, &url).await?;
    let there = server.socket.read(&Command::Exists(file.clone())).await?;
    match there.trim() {
        "true" => Ok(file),
        _ => Err(invalid("is not there: FreeSWITCH finds no such file")),
    }
}

fn invalid(words: &str) -> Error {
    Error::field(Reason::InvalidUri, "uri", words)
}

/// The server cannot read a file that is there.
pub(super) fn unreadable() -> Error {
    invalid("cannot be played: FreeSWITCH cannot read it")
}

/// The file of `uri`, if it is below a configured folder.
fn located(server: &Server, uri: &str) -> Result<(File, Url)> {
    let url =
        Url::parse(uri).map_err(|fault| invalid(&format!("is no URL: {fault}; give file://")))?;
    if url.scheme() != "file" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("must be the URL of a file: file:///…"));
    }
    // What was hidden behind `%` would be something else to the server.
    let path = percent_decode_str(url.path()).decode_utf8();
    let path = path.map_err(|_| invalid("is not UTF-8 behind its `%`"))?;
    let file = File::new(std::path::Path::new(&*path)).ok_or_else(|| {
        invalid(
            "must be an absolute path of A-Z a-z 0-9 . _ - and /: FreeSWITCH takes nothing else",
        )
    })?;
    let is_below = |place: &Url| folders::is_below(&url, place);
    if path.ends_with('/') || !server.config.media.iter().any(is_below) {
        return Err(invalid(
            "is not a file below any of the places that the backend may play from (its `media`)",
        ));
    }
    Ok((file, url))
}
