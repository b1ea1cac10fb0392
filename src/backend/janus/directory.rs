//! Which legs are there, for those that refer to another one.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use super::{
    plugin::{nosip::Gateway, proxy::Proxy},
    voice::Voice,
};
use crate::id::SessionId;

/// Things of one kind by their session. What is gone is not found, and forgotten in time.
#[derive(Debug)]
pub(super) struct Directory<T>(Mutex<HashMap<SessionId, Weak<T>>>);

impl<T> Default for Directory<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Directory<T> {
    /// Enters a thing, in place of an earlier one of the same session.
    pub(super) fn enter(&self, session_id: SessionId, thing: &Arc<T>) {
        let mut things = self.0.lock();
        // Amortised: the table is looked through only when it would grow.
        if things.len() == things.capacity() {
            things.retain(|_, thing| thing.strong_count() > 0);
        }
        things.insert(session_id, Arc::downgrade(thing));
    }

    /// The thing of a session, if it is there.
    pub(super) fn find(&self, session_id: &SessionId) -> Option<Arc<T>> {
        self.0.lock().get(session_id).and_then(Weak::upgrade)
    }
}

/// The legs that others refer to.
#[derive(Debug, Default)]
pub(super) struct Legs {
    proxies: Directory<Proxy>,
    /// By the session of the WebRTC client.
    gateways: Directory<Gateway>,
    /// The voices of proxies and bridges.
    voices: Directory<Voice>,
}

impl Legs {
    pub(super) fn enter_proxy(&self, proxy: &Arc<Proxy>) {
        let (owner, voice, peer) = proxy.place();
        self.enter_voice(owner.clone(), voice);
        self.proxies.enter(owner.clone(), proxy);
        if let Some(peer) = peer {
            self.join(owner, &peer);
        }
    }

    pub(super) fn proxy(&self, session_id: &SessionId) -> Option<Arc<Proxy>> {
        self.proxies.find(session_id)
    }

    pub(super) fn enter_gateway(&self, client: SessionId, gateway: &Arc<Gateway>) {
        self.gateways.enter(client, gateway);
    }

    pub(super) fn gateway(&self, client: &SessionId) -> Option<Arc<Gateway>> {
        self.gateways.find(client)
    }

    pub(super) fn enter_voice(&self, session_id: SessionId, voice: &Arc<Voice>) {
        self.voices.enter(session_id, voice);
    }

    pub(super) fn voice(&self, session_id: &SessionId) -> Option<Arc<Voice>> {
        self.voices.find(session_id)
    }

    /// Lets the two sides of a bridge end together, if both are there.
    pub(super) fn join(&self, one: &SessionId, other: &SessionId) {
        if let (Some(one), Some(other)) = (self.voice(one), self.voice(other)) {
            Voice::join(&one, &other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_not_found_and_takes_no_room() {
        let directory = Directory::default();
        let kept = SessionId::random();
        let thing = Arc::new(1);
        directory.enter(kept.clone(), &thing);
        for _ in 0..10_000 {
            directory.enter(SessionId::random(), &Arc::new(2));
        }
        assert_eq!(directory.find(&kept).as_deref(), Some(&1));
        assert_eq!(directory.find(&SessionId::random()), None);
        assert!(directory.0.lock().len() < 100);
        drop(thing);
        assert_eq!(directory.find(&kept), None);
    }
}
