//! An element that goes with whoever holds it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{server::Server, wire::Element, wiring};

/// An element that is released when this is dropped, at the latest.
#[derive(Debug)]
pub(super) struct Owned {
    server: Arc<Server>,
    element: Element,
    released: AtomicBool,
}

impl Owned {
    pub(super) fn new(server: &Arc<Server>, element: Element) -> Self {
        Self {
            server: server.clone(),
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
            wiring::release(&self.server, vec![self.element.id().clone()]).await;
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.released.load(Ordering::Relaxed) {
            return;
        }
        let (server, id) = (self.server.clone(), self.element.id().clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { wiring::release(&server, vec![id]).await });
        }
    }
}
