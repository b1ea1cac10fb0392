//! A proxy's offer, which waits until a bridge takes it.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    error::{Error, Reason, Result},
    media::Description,
};

/// The offer of a proxy that is not bridged yet; nothing for all other legs.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Option<Held>>);

#[derive(Debug)]
struct Held {
    offer: Description,
    /// A bridge is about to join it.
    taken: bool,
}

impl Waiting {
    /// Keeps a proxy's offer until it is bridged.
    pub(super) fn hold(&self, offer: Description) {
        let taken = false;
        *self.0.lock() = Some(Held { offer, taken });
    }

    /// The offer, while it waits.
    pub(super) fn offer(&self) -> Option<Description> {
        self.0.lock().as_ref().map(|held| held.offer.clone())
    }

    /// It waits no more: it is answered, or ends.
    pub(super) fn end(&self) {
        *self.0.lock() = None;
    }
}

/// A proxy that is about to be joined. If nothing comes of that, it waits on for another bridge.
#[derive(Debug)]
pub(super) struct Taken<P: AsRef<Waiting>>(pub(super) Arc<P>);

impl<P: AsRef<Waiting>> Taken<P> {
    /// Takes a proxy that waits for a bridge; none if it does not wait.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` if another one has taken it.
    pub(super) fn take(place: &Arc<P>) -> Result<Option<(Self, Description)>> {
        let waiting: &Waiting = (**place).as_ref();
        let mut held = waiting.0.lock();
        let Some(held) = &mut *held else {
            return Ok(None);
        };
        if std::mem::replace(&mut held.taken, true) {
            let words = "the session is being bridged already";
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        Ok(Some((Self(place.clone()), held.offer.clone())))
    }
}

impl<P: AsRef<Waiting>> Drop for Taken<P> {
    fn drop(&mut self) {
        let waiting: &Waiting = (*self.0).as_ref();
        if let Some(held) = &mut *waiting.0.lock() {
            held.taken = false;
        }
    }
}
