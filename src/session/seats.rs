//! A session's seats in rooms.

use std::sync::Arc;

use crate::{event::Log, id::RoomId, media::Member, room::Seat};

/// The session's seats in rooms.
#[derive(Default)]
pub(super) struct Seats {
    /// The one that belongs to its type.
    taken: Option<Seat>,
    /// Those in rooms that it is about to change to.
    reserved: Vec<Seat>,
}

impl Seats {
    /// Those of a session that begins in a room.
    pub(super) fn taken(seat: Seat) -> Self {
        Self {
            taken: Some(seat),
            reserved: Vec::new(),
        }
    }

    /// Keeps a seat until it is known what the session becomes.
    pub(super) fn reserve(&mut self, seat: Seat) {
        self.reserved.push(seat);
    }

    /// Takes the seat that belongs to the session's type, and gives up those that came to nothing.
    pub(super) fn sit(
        &mut self,
        room: Option<&RoomId>,
        changing: bool,
        member: Option<Member>,
        log: &Arc<Log>,
    ) {
        if self.taken.as_ref().map(Seat::room_id) != room {
            let mut reserved = self.reserved.iter();
            let at = reserved.position(|seat| Some(seat.room_id()) == room);
            self.taken = at.map(|at| self.reserved.swap_remove(at));
        }
        if !changing {
            self.reserved.clear();
        }
        if let (Some(seat), Some(member)) = (&mut self.taken, member) {
            seat.enter(member, log);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.taken.is_none() && self.reserved.is_empty()
    }

    /// Waits until the room that it sits in is destroyed; for ever if it sits in none.
    pub(super) async fn closed(&self) {
        match &self.taken {
            Some(seat) => seat.closed().await,
            None => std::future::pending().await,
        }
    }
}
