//! What a media server may play: only what is below a configured place.

use url::Url;

use crate::error::{Error, Reason, Result};

/// Where the server's files can be seen from here: whether a link leads out of the places that may be played from.
///
/// # Errors
/// `INVALID_URI`.
pub(super) async fn stays_inside(places: &[Url], location: &Url) -> Result<()> {
    let Ok(path) = location.to_file_path() else {
        return Ok(());
    };
    let Ok(path) = tokio::fs::canonicalize(path).await else {
        // There is none, or it is on another machine: the server will say.
        return Ok(());
    };
    for place in places.iter().filter(|place| is_below(location, place)) {
        let folder = place.to_file_path().unwrap_or_default();
        let folder = tokio::fs::canonicalize(folder).await;
        if folder.is_ok_and(|folder| path.starts_with(folder)) {
            return Ok(());
        }
    }
    let words = "is a link that leads out of the places that the backend may play from";
    Err(Error::field(Reason::InvalidUri, "uri", words))
}

/// Whether a location is below a place, by what both say.
pub(super) fn is_below(location: &Url, place: &Url) -> bool {
    let plain = |url: &Url| url.username().is_empty() && url.password().is_none();
    location.scheme() == place.scheme()
        && location.host() == place.host()
        && location.port_or_known_default() == place.port_or_known_default()
        && plain(location)
        && location.path().starts_with(place.path())
}
