//! A room that lives, and the seats in it.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Create, Info, registry::not_found};
use crate::{
    backend::Backend,
    error::{Error, Reason, Result},
    event::{Kind, Log},
    id::RoomId,
    media::{Member, RoomKind},
};

/// A room that lives.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) id: RoomId,
    pub(super) create: Create,
    pub(super) timeout: Duration,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) log: Arc<Log>,
    created_at: SystemTime,
    pub(super) closed: CancellationToken,
    people: Mutex<People>,
}

#[derive(Debug)]
struct People {
    seats: usize,
    /// Each by its place in the order in which they came.
    members: BTreeMap<u64, Member>,
    /// The place of the next.
    next: u64,
    /// When it is destroyed, if nobody comes.
    until: Option<Instant>,
}

/// One session's seat in a room: as long as it is held the room is not empty.
#[derive(Debug)]
pub struct Seat {
    room: Arc<Room>,
    /// The session's place among the members, what it is in the room, and its log.
    member: Option<(u64, Member, Arc<Log>)>,
    /// The room was made for this session, and goes with it if it never gets in.
    made: bool,
}

impl Room {
    /// A room without members, which begins now.
    pub(super) fn new(
        id: RoomId,
        create: Create,
        timeout: Duration,
        backend: Arc<dyn Backend>,
        log: Arc<Log>,
    ) -> Self {
        Self {
            id,
            create,
            timeout,
            backend,
            log,
            created_at: SystemTime::now(),
            closed: CancellationToken::new(),
            people: Mutex::new(People {
                seats: 0,
                members: BTreeMap::new(),
                next: 0,
                until: Some(Instant::now() + timeout),
            }),
        }
    }

    /// Whether it has been empty for its time.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let people = self.people.lock();
        people.seats == 0 && people.until.is_some_and(|until| until <= now)
    }

    /// It is due again at `until`.
    pub(super) fn postpone(&self, until: Instant) {
        self.people.lock().until = Some(until);
    }

    /// A seat for one more session; `made` says that the room was made for it.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` for a room of another kind, `ROOM_NOT_FOUND` for one that is closed, `LIMIT_REACHED`.
    pub(super) fn sit(self: Arc<Self>, kind: RoomKind, max: usize, made: bool) -> Result<Seat> {
        if self.create.kind != kind {
            let message = format!(
                "room {} is of kind {}, not {kind}",
                self.id, self.create.kind
            );
            return Err(Error::new(Reason::IncompatibleSession, message));
        }
        if self.closed.is_cancelled() {
            return Err(not_found(&self.id));
        }
        let mut people = self.people.lock();
        if people.seats >= max {
            let message = format!(
                "room {} has {max} members, as room.max_members allows",
                self.id
            );
            return Err(Error::new(Reason::LimitReached, message));
        }
        people.seats += 1;
        people.until = None;
        drop(people);
        Ok(Seat {
            room: self,
            member: None,
            made,
        })
    }

    /// The room as it stands.
    pub(super) fn info(&self) -> Info {
        Info {
            room_id: self.id.clone(),
            kind: self.create.kind,
            backend: (self.backend.name().clone(), self.backend.kind()),
            options: self.create.options.clone(),
            timeout: self.timeout,
            members: self.people.lock().members.values().cloned().collect(),
            labels: self.create.labels.clone(),
            created_at: self.created_at,
        }
    }
}

impl Seat {
    /// Its room.
    #[must_use]
    pub fn room_id(&self) -> &RoomId {
        &self.room.id
    }

    /// Lists the session as this member, whose `log` the watchers of the room see from now on.
    pub fn enter(&mut self, member: Member, log: &Arc<Log>) {
        if self
            .member
            .as_ref()
            .is_some_and(|(_, current, _)| *current == member)
        {
            return;
        }
        self.leave();
        let mut people = self.room.people.lock();
        let place = people.next;
        people.next += 1;
        people.members.insert(place, member.clone());
        drop(people);
        self.room
            .log
            .append(Kind::MemberStarted(Arc::new(member.clone())));
        log.enter(&self.room.log);
        self.member = Some((place, member, log.clone()));
    }

    /// Waits until the room is destroyed.
    pub async fn closed(&self) {
        self.room.closed.cancelled().await;
    }

    fn leave(&mut self) {
        let Some((place, member, log)) = self.member.take() else {
            return;
        };
        log.leave();
        self.room.people.lock().members.remove(&place);
        self.room.log.append(Kind::MemberStopped(Arc::new(member)));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let useless = self.made && self.member.is_none();
        self.leave();
        let mut people = self.room.people.lock();
        people.seats -= 1;
        if people.seats == 0 {
            let lives = if useless {
                Duration::ZERO
            } else {
                self.room.timeout
            };
            people.until = Some(Instant::now() + lives);
        }
    }
}
