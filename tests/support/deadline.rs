//! Waiting for something to become true, but not for ever.

use std::fmt::Debug;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long an instrument waits for what a test expects, unless told otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until `reached` holds for the watched value.
///
/// # Panics
/// If it does not within `patience`, or nobody can change the value any more; the message has `what` and the value.
pub(crate) async fn until<T: Debug>(
    state: &watch::Receiver<T>,
    patience: Duration,
    what: &str,
    reached: impl FnMut(&T) -> bool,
) {
    let mut watched = state.clone();
    let ended = match timeout(patience, watched.wait_for(reached)).await {
        Ok(Ok(_)) => return,
        Ok(Err(_)) => "the peer ended before",
        Err(_) => "it took too long",
    };
    panic!(
        "{what}: {ended} ({patience:?}); it stands at {:#?}",
        *state.borrow()
    );
}
