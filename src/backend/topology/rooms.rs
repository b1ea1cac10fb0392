//! Who is in which room.

use super::Topology;
use crate::{
    backend::LegEvents,
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{RoomOptions, TypeKind},
};

/// A room of publishers and listeners, or of those that are mixed.
#[derive(Debug, Default)]
pub(super) struct Room {
    options: RoomOptions,
    locked: bool,
}

/// A member of a room.
#[derive(Clone, Debug)]
pub(in super::super) struct Member<L> {
    pub(in super::super) leg: L,
    pub(in super::super) sends: bool,
    pub(in super::super) events: LegEvents,
}

impl<L: Copy + PartialEq> Topology<L> {
    /// Whether a session can go into a room.
    pub(super) fn admit(&self, session: &SessionId, room: Option<&RoomId>) -> Result<()> {
        let Some(id) = room else {
            return Err(Error::new(
                Reason::NoActiveRoom,
                "there is no room to go into",
            ));
        };
        let room = self.rooms.get(id).ok_or_else(|| {
            Error::new(Reason::RoomNotFound, format!("there is no room {id} here"))
        })?;
        let inside = self.nodes.get(session).and_then(|node| node.room.as_ref());
        if room.locked && inside != Some(id) {
            let words = format!("room {id} is locked: RoomAction unlock lets others in again");
            return Err(Error::new(Reason::IncompatibleSession, words));
        }
        Ok(())
    }

    /// Makes a room.
    pub(in super::super) fn make_room(&mut self, id: RoomId, options: RoomOptions) {
        let locked = false;
        self.rooms.entry(id).or_insert(Room { options, locked });
    }

    /// Forgets a room.
    pub(in super::super) fn destroy_room(&mut self, id: &RoomId) {
        self.rooms.remove(id);
    }

    /// How a room was made.
    pub(in super::super) fn room_options(&self, id: &RoomId) -> Option<&RoomOptions> {
        self.rooms.get(id).map(|room| &room.options)
    }

    /// Locks or unlocks a room.
    pub(in super::super) fn lock(&mut self, id: &RoomId, locked: bool) {
        if let Some(room) = self.rooms.get_mut(id) {
            room.locked = locked;
        }
    }

    /// The room that a session is in.
    pub(in super::super) fn room_of(&self, session: &SessionId) -> Option<RoomId> {
        self.nodes.get(session)?.room.clone()
    }

    /// A member of a room.
    ///
    /// # Errors
    /// `SESSION_NOT_FOUND`.
    pub(in super::super) fn member(&self, room: &RoomId, session: &SessionId) -> Result<Member<L>> {
        let node = self.nodes.get(session);
        let node = node.filter(|node| node.room.as_ref() == Some(room));
        let node = node.ok_or_else(|| {
            let words = format!("session {session} is not in room {room}");
            Error::new(Reason::SessionNotFound, words)
        })?;
        Ok(Member {
            leg: node.leg,
            sends: matches!(node.kind, TypeKind::Publish | TypeKind::Mcu),
            events: node.events.clone(),
        })
    }
}
