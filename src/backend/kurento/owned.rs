//! An element beside those of a place, which goes with whoever holds it.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, Ordering},
};

use super::{place::Place, server::Server, wire::Element, wiring};

/// An element that is released when this is dropped, at the latest.
#[derive(Debug)]
pub(super) struct Owned {
    server: Arc<Server>,
    /// The only one that is fed by it.
    place: Weak<Place>,
    element: Element,
    released: AtomicBool,
}

impl Owned {
    pub(super) fn new(place: &Arc<Place>, element: Element) -> Self {
        Self {
            server: place.server.clone(),
            place: Arc::downgrade(place),
            element,
            released: AtomicBool::new(false),
        }
    }

    pub(super) const fn get(&self) -> &Element {
        &self.element
    }

    /// Releases it now.
    pub(super) async fn release(&self) {
        if !self.released.swap(true, Ordering::Relaxed) {
            let fed: Vec<_> = self.place.upgrade().into_iter().collect();
            wiring::release(&self.server, vec![self.element.id().clone()], &fed).await;
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.released.load(Ordering::Relaxed) {
            return;
        }
        let (server, id) = (self.server.clone(), self.element.id().clone());
        let fed: Vec<_> = self.place.upgrade().into_iter().collect();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { wiring::release(&server, vec![id], &fed).await });
        }
    }
}
