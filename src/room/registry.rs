//! All rooms: made once however many ask at the same time, gone when nobody has been there for long.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use parking_lot::Mutex;
use tokio::time::{Instant, timeout_at};

use super::{
    Create, Filter, Info, Settings,
    live::{Room, Seat},
};
use crate::{
    backend::{self, Backend, RoomRequest},
    error::{Error, Reason, Result},
    event::{Hub, Kind, Subject},
    id::{BackendName, RoomId},
    media::RoomKind,
};

/// When a media server that did not let go of an empty room is asked again.
const DESTROY_RETRY: Duration = Duration::from_secs(30);

/// All rooms. Clones are handles to the same ones.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    hub: Hub,
    backends: backend::Registry,
    slots: Mutex<BTreeMap<RoomId, Arc<Slot>>>,
    closing: AtomicBool,
}

/// The place of one id: making and destroying a room go through its gate one at a time.
#[derive(Debug, Default)]
struct Slot {
    gate: tokio::sync::Mutex<()>,
    room: Mutex<Option<Arc<Room>>>,
}

impl Registry {
    /// No rooms yet.
    #[must_use]
    pub fn new(settings: Settings, backends: backend::Registry, hub: Hub) -> Self {
        Self(Arc::new(Inner {
            settings,
            hub,
            backends,
            slots: Mutex::default(),
            closing: AtomicBool::new(false),
        }))
    }

    /// Refuses new rooms from now on.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::Relaxed);
    }

    /// Destroys all rooms, or as many as can be until `deadline`.
    ///
    /// Returns how many are left.
    pub async fn shutdown(&self, deadline: Instant) -> usize {
        self.close();
        let ids: Vec<RoomId> = self.0.slots.lock().keys().cloned().collect();
        let ends = ids.iter().map(|id| async move {
            let (reason, why) = (Reason::ServerShutdown, "the service is stopping");
            if let Err(error) = self.destroy(id, reason, why).await {
                tracing::warn!(room_id = %id, %error, "a room could not be destroyed");
            }
        });
        // Those that are not done by then are counted below.
        let _ = timeout_at(deadline, join_all(ends)).await;
        self.0.slots.lock().len()
    }

    /// Makes a room. The same request for the same id yields the same room.
    ///
    /// # Errors
    /// `ROOM_ALREADY_EXISTS`, `LIMIT_REACHED`, those of the choice of a backend, and the backend's.
    pub async fn create(&self, create: Create) -> Result<Info> {
        let id = create.room_id.clone().unwrap_or_else(RoomId::random);
        let backend = self
            .0
            .backends
            .for_room(create.kind, create.backend.as_deref())?;
        let (room, made) = self.ensure(&id, &create, backend).await?;
        if made || room.create == create {
            return Ok(room.info());
        }
        let message = format!(
            "room {id} exists and was made by a different request: choose another room_id, or \
             leave it out"
        );
        Err(Error::new(Reason::RoomAlreadyExists, message).with("room_id", id.as_str()))
    }

    /// A seat in the room `id`, which is made on `backend` first if `create` says how.
    ///
    /// # Errors
    /// `ROOM_NOT_FOUND`, `INCOMPATIBLE_SESSION` for a room of another kind, `LIMIT_REACHED`, and the
    /// backend's.
    pub async fn seat(
        &self,
        id: &RoomId,
        kind: RoomKind,
        create: Option<(Create, Arc<dyn Backend>)>,
    ) -> Result<Seat> {
        let (room, made) = match create {
            Some((create, backend)) => self.ensure(id, &create, backend).await?,
            None => (self.find(id)?, false),
        };
        room.sit(kind, self.0.settings.max_members, made)
    }

    /// The backend of a room that exists.
    #[must_use]
    pub fn backend_of(&self, id: &RoomId) -> Option<BackendName> {
        self.find(id).ok().map(|room| room.backend.name().clone())
    }

    /// A room as it stands.
    ///
    /// # Errors
    /// `ROOM_NOT_FOUND`.
    pub fn get(&self, id: &RoomId) -> Result<Info> {
        self.find(id).map(|room| room.info())
    }

    /// Rooms in the order of their ids, behind `after`; and where the next page begins.
    #[must_use]
    pub fn list(
        &self,
        filter: &Filter,
        size: usize,
        after: Option<&RoomId>,
    ) -> (Vec<Info>, Option<RoomId>) {
        let slots: Vec<_> = self.0.slots.lock().values().cloned().collect();
        let rooms = slots.iter().filter_map(|slot| slot.room.lock().clone());
        let mut fitting = rooms
            .filter(|room| after.is_none_or(|after| room.id > *after))
            .map(|room| room.info())
            .filter(|info| filter.fits(info));
        let page: Vec<Info> = fitting.by_ref().take(size).collect();
        let more = fitting.next().is_some();
        let next = page
            .last()
            .filter(|_| more)
            .map(|info| info.room_id.clone());
        (page, next)
    }

    /// Destroys a room and ends the sessions in it.
    ///
    /// # Errors
    /// `ROOM_NOT_FOUND`, and the backend's: then the room stays listed, and can be destroyed again.
    pub async fn destroy(&self, id: &RoomId, reason: Reason, why: &str) -> Result<()> {
        let slot = self.slot(id).ok_or_else(|| not_found(id))?;
        let _gate = slot.gate.lock().await;
        let room = slot.room.lock().clone().ok_or_else(|| not_found(id))?;
        room.closed.cancel();
        let request = RoomRequest::Destroy {
            room_id: id.clone(),
            kind: room.create.kind,
        };
        room.backend.room(request).await?;
        *slot.room.lock() = None;
        self.0.slots.lock().remove(id);
        room.log.append(Kind::RoomDestroyed {
            reason,
            message: why.into(),
        });
        self.0.hub.end(room.log.clone());
        Ok(())
    }

    /// Destroys the rooms that have been empty for their time.
    pub async fn expire(&self, now: Instant) {
        let slots: Vec<_> = self.0.slots.lock().values().cloned().collect();
        let due = slots
            .iter()
            .filter_map(|slot| slot.room.lock().clone())
            .filter(|room| room.is_due(now));
        let due: Vec<_> = due.collect();
        for room in due {
            let (reason, why) = (Reason::SessionTimeout, "the room was empty for its timeout");
            if let Err(error) = self.destroy(&room.id, reason, why).await {
                tracing::warn!(room_id = %room.id, %error, "an empty room could not be destroyed");
                room.postpone(now + DESTROY_RETRY);
            }
        }
    }

    fn slot(&self, id: &RoomId) -> Option<Arc<Slot>> {
        self.0.slots.lock().get(id).cloned()
    }

    fn find(&self, id: &RoomId) -> Result<Arc<Room>> {
        self.slot(id)
            .and_then(|slot| slot.room.lock().clone())
            .ok_or_else(|| not_found(id))
    }

    fn new_slot(&self, id: &RoomId) -> Result<Arc<Slot>> {
        let mut slots = self.0.slots.lock();
        if let Some(slot) = slots.get(id) {
            return Ok(slot.clone());
        }
        if self.0.closing.load(Ordering::Relaxed) {
            let message = "the service is stopping: make the room on another instance";
            let error = Error::new(Reason::ServerShutdown, message);
            return Err(error.retry_after(Duration::from_secs(1)));
        }
        if slots.len() >= self.0.settings.max_rooms {
            let message = format!(
                "there are {} rooms, as many as room.max_rooms allows",
                self.0.settings.max_rooms
            );
            let error = Error::new(Reason::LimitReached, message);
            return Err(error.retry_after(Duration::from_secs(5)));
        }
        let slot = Arc::new(Slot::default());
        slots.insert(id.clone(), slot.clone());
        Ok(slot)
    }

    /// The room, and whether it was made just now.
    async fn ensure(
        &self,
        id: &RoomId,
        create: &Create,
        backend: Arc<dyn Backend>,
    ) -> Result<(Arc<Room>, bool)> {
        loop {
            let slot = self.new_slot(id)?;
            let _vacate = Vacate {
                registry: self,
                id,
                slot: &slot,
            };
            let _gate = slot.gate.lock().await;
            let current = self.slot(id);
            if !current.is_some_and(|current| Arc::ptr_eq(&current, &slot)) {
                // Another caller destroyed the room while we waited: its slot is gone.
                continue;
            }
            if let Some(room) = slot.room.lock().clone() {
                return Ok((room, false));
            }
            let request = RoomRequest::Create {
                room_id: id.clone(),
                kind: create.kind,
                options: create.options.clone(),
            };
            backend.room(request).await?;
            let room = self.furnish(id, create, backend);
            *slot.room.lock() = Some(room.clone());
            return Ok((room, true));
        }
    }

    fn furnish(&self, id: &RoomId, create: &Create, backend: Arc<dyn Backend>) -> Arc<Room> {
        let labels = create.labels.clone();
        let log = self
            .0
            .hub
            .log_of(Subject::Room(id.clone()), None, labels, None);
        self.0.hub.begin(&log);
        log.append(Kind::RoomCreated);
        let timeout = create.options.timeout.unwrap_or(self.0.settings.timeout);
        Arc::new(Room::new(id.clone(), create.clone(), timeout, backend, log))
    }
}

/// Takes a slot without a room away again, also when its maker is dropped half-way.
struct Vacate<'a> {
    registry: &'a Registry,
    id: &'a RoomId,
    slot: &'a Arc<Slot>,
}

impl Drop for Vacate<'_> {
    fn drop(&mut self) {
        let mut slots = self.registry.0.slots.lock();
        let ours = slots
            .get(self.id)
            .is_some_and(|slot| Arc::ptr_eq(slot, self.slot));
        if ours && self.slot.room.lock().is_none() && self.slot.gate.try_lock().is_ok() {
            slots.remove(self.id);
        }
    }
}

/// The refusal for an id that no room has.
pub(super) fn not_found(id: &RoomId) -> Error {
    let message = format!(
        "there is no room {id}: it was never made or is gone; CreateRoom makes one, and so does a \
         publish session with create_room"
    );
    Error::new(Reason::RoomNotFound, message).with("room_id", id.as_str())
}
