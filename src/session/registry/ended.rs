//! Sessions that have ended and are still remembered.

use std::collections::{BTreeMap, VecDeque};

use tokio::time::Instant;

use crate::{id::SessionId, session::handle::Handle};

/// Sessions that have ended and are still remembered.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) by_id: BTreeMap<SessionId, Handle>,
    pub(super) order: VecDeque<(Instant, Handle)>,
}

impl Ended {
    /// Makes room for a newer one.
    pub(super) fn forget_oldest(&mut self) {
        let Some((_, handle)) = self.order.pop_front() else {
            return;
        };
        if self
            .by_id
            .get(handle.id())
            .is_some_and(|current| current.is_same(&handle))
        {
            self.by_id.remove(handle.id());
        }
    }
}
