//! What flows through a leg, as the admin API counts it.

use super::{error::Error, handle::Handle};
use crate::{
    error::{self, Reason},
    media::Outcome,
};

/// Counts what flows through the peer connection of `handle`.
///
/// # Errors
/// `NOT_SUPPORTED` without an admin API; `BACKEND_LOST` if the handle is gone.
pub(super) async fn of(handle: &Handle) -> error::Result<Outcome> {
    let Some(admin) = &handle.conn().admin else {
        let words = "Janus tells no statistics without its admin API: configure admin_url";
        return Err(error::Error::new(Reason::NotSupported, words));
    };
    let ids = handle.ids();
    match admin.handle(ids.session, ids.handle).await? {
        Some(info) => Ok(Outcome::Stats(info.webrtc.stats())),
        None => Err(Error::Lost("the handle is gone".into()).into()),
    }
}
