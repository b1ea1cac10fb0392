//! Who hears of which object.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::backend::kurento::wire::{Event, Happening, Id};

/// How many signals of one leg may wait for it.
const QUEUE: usize = 256;
/// How many events of objects may be kept of which nobody has heard yet: the reply that tells of an object may come
/// after what happens to it first.
const EARLY: usize = 1024;

/// What a leg is told.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Signal {
    /// Something happened to one of its objects.
    Event(Event),
    /// The connection has ended: nothing is heard until it stands again.
    Cut,
    /// The connection stands again: events were lost.
    Reclaimed,
    /// The server has lost its objects.
    Lost(&'static str),
    /// Offer and answer are through: media must come now.
    Negotiated,
}

/// Which leg hears of which object.
#[derive(Debug, Default)]
pub(super) struct Routes {
    last: u64,
    objects: HashMap<Id, u64>,
    legs: HashMap<u64, Leg>,
    early: VecDeque<Event>,
}

/// Who hears.
#[derive(Debug)]
struct Leg {
    signals: mpsc::Sender<Signal>,
    objects: HashSet<Id>,
}

impl Routes {
    pub(super) fn knows(&self, id: &Id) -> bool {
        self.objects.contains_key(id)
    }

    /// Hands an event to the leg of its object.
    pub(super) fn event(&mut self, event: Event) {
        let leg = self.objects.get(&event.object);
        match leg.and_then(|leg| self.legs.get(leg)) {
            Some(leg) => leg.hand(Signal::Event(event)),
            None if event.what != Happening::Other => {
                if self.early.len() == EARLY {
                    self.early.pop_front();
                }
                self.early.push_back(event);
            }
            None => {}
        }
    }

    /// Tells all legs.
    pub(super) fn all(&self, signal: &Signal) {
        for leg in self.legs.values() {
            leg.hand(signal.clone());
        }
    }

    /// Whether there is nobody to hear.
    pub(super) fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }
}

impl Leg {
    fn hand(&self, signal: Signal) {
        let Err(mpsc::error::TrySendError::Full(signal)) = self.signals.try_send(signal) else {
            return;
        };
        if matches!(signal, Signal::Lost(_)) {
            // A session must not go on as if nothing had happened.
            let signals = self.signals.clone();
            tokio::spawn(async move { signals.send(signal).await });
        } else {
            tracing::warn!(?signal, "dropped a signal: the leg's queue is full");
        }
    }
}

/// One leg's ears; dropped, it hears nothing more.
#[derive(Debug)]
pub(in super::super) struct Ears {
    leg: u64,
    routes: Arc<Mutex<Routes>>,
}

impl Ears {
    pub(super) fn new(routes: &Arc<Mutex<Routes>>) -> (Self, mpsc::Receiver<Signal>) {
        let (signals, receiver) = mpsc::channel(QUEUE);
        let objects = HashSet::new();
        let mut table = routes.lock();
        table.last += 1;
        let leg = table.last;
        table.legs.insert(leg, Leg { signals, objects });
        drop(table);
        let routes = routes.clone();
        (Self { leg, routes }, receiver)
    }

    /// Hears of this object too, from its first event on.
    pub(in super::super) fn listen(&self, object: &Id) {
        let mut routes = self.routes.lock();
        routes.objects.insert(object.clone(), self.leg);
        if let Some(leg) = routes.legs.get_mut(&self.leg) {
            leg.objects.insert(object.clone());
        }
        let (own, others) = std::mem::take(&mut routes.early)
            .into_iter()
            .partition(|event| event.object == *object);
        routes.early = others;
        let own: VecDeque<Event> = own;
        own.into_iter().for_each(|event| routes.event(event));
    }

    /// Hears no more of this object.
    pub(in super::super) fn forget(&self, object: &Id) {
        let mut routes = self.routes.lock();
        routes.objects.remove(object);
        if let Some(leg) = routes.legs.get_mut(&self.leg) {
            leg.objects.remove(object);
        }
    }

    /// Tells the leg something that the driver itself knows.
    pub(in super::super) fn tell(&self, signal: Signal) {
        if let Some(leg) = self.routes.lock().legs.get(&self.leg) {
            leg.hand(signal);
        }
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        let mut routes = self.routes.lock();
        let leg = routes.legs.remove(&self.leg);
        for object in leg.into_iter().flat_map(|leg| leg.objects) {
            routes.objects.remove(&object);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(object: &str, what: Happening) -> Event {
        let object = Id::new(object);
        Event { object, what }
    }

    #[test]
    fn what_happens_before_the_object_is_known_is_heard() {
        let routes = Arc::new(Mutex::new(Routes::default()));
        routes.lock().event(event("a", Happening::GatheringDone));
        routes.lock().event(event("b", Happening::Stopped));
        let (ears, mut heard) = Ears::new(&routes);
        ears.listen(&Id::new("a"));
        routes.lock().event(event("a", Happening::Paused));
        for what in [Happening::GatheringDone, Happening::Paused] {
            assert_eq!(heard.try_recv(), Ok(Signal::Event(event("a", what))));
        }
        assert!(heard.try_recv().is_err(), "the other's is not its own");
        ears.forget(&Id::new("a"));
        assert!(!routes.lock().knows(&Id::new("a")));
        ears.listen(&Id::new("c"));
        drop(ears);
        assert!(!routes.lock().knows(&Id::new("c")));
        assert!(routes.lock().is_empty());
    }

    #[test]
    fn what_nobody_ever_asks_for_is_bounded() {
        let routes = Arc::new(Mutex::new(Routes::default()));
        for _ in 0..2 * EARLY {
            routes.lock().event(event("a", Happening::Stopped));
        }
        assert_eq!(routes.lock().early.len(), EARLY);
    }
}
