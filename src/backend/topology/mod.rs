//! Who receives whom, and who is in which room, where one server can join any of its legs with any other: decided in
//! one place, carried out by the driver.
//!
//! Each decision has a version, so that one can be ignored that an earlier decision overtakes on its way.

mod rooms;
mod standing;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use crate::{
    backend::LegEvents,
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{SessionType, TypeKind},
};
use rooms::Room;

/// A leg's place among the others.
#[derive(Debug)]
struct Node<L> {
    leg: L,
    kind: TypeKind,
    /// The leg whose client's media it receives.
    source: Option<L>,
    /// The other side of a bridge.
    peer: Option<SessionId>,
    room: Option<RoomId>,
    /// The session that it listens to.
    publisher: Option<SessionId>,
    listeners: HashSet<SessionId>,
    events: LegEvents,
}

/// A leg that is to receive another source than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change<L> {
    pub(super) leg: L,
    pub(super) version: u64,
    pub(super) from: Option<L>,
    pub(super) to: Option<L>,
}

/// All legs and rooms; `L` names a leg.
#[derive(Debug)]
pub(super) struct Topology<L> {
    nodes: HashMap<SessionId, Node<L>>,
    rooms: HashMap<RoomId, Room>,
    version: u64,
}

impl<L> Default for Topology<L> {
    fn default() -> Self {
        Self {
            nodes: HashMap::new(),
            rooms: HashMap::new(),
            version: 0,
        }
    }
}

impl<L: Copy + PartialEq> Topology<L> {
    /// Lists a leg that receives nothing yet.
    pub(super) fn enter(&mut self, session: SessionId, leg: L, events: LegEvents) {
        let node = Node {
            leg,
            kind: TypeKind::Park,
            source: None,
            peer: None,
            room: None,
            publisher: None,
            listeners: HashSet::new(),
            events,
        };
        self.nodes.insert(session, node);
    }

    /// The leg of a session.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` if it has none (any more).
    pub(super) fn leg(&self, session: &SessionId) -> Result<L> {
        self.node(session).map(|node| node.leg)
    }

    /// The leg whose client's media a session receives.
    pub(super) fn source(&self, session: &SessionId) -> Option<L> {
        self.nodes.get(session)?.source
    }

    /// The legs that receive the media of a leg's client.
    pub(super) fn receivers(&self, leg: L) -> Vec<L> {
        let nodes = self.nodes.values();
        nodes
            .filter(|node| node.source == Some(leg))
            .map(|node| node.leg)
            .collect()
    }

    fn node(&self, session: &SessionId) -> Result<&Node<L>> {
        self.nodes.get(session).ok_or_else(|| {
            let words = format!("session {session} has no media here yet, or not any more");
            Error::new(Reason::IncompatibleSession, words)
        })
    }

    /// Whether a session can become this.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION`, `ROOM_NOT_FOUND`, `INVALID_PUBLISHER`.
    pub(super) fn may_become(&self, session: &SessionId, to: &SessionType) -> Result<()> {
        match to {
            SessionType::Bridge { peer_id } => {
                let peer = self.node(peer_id)?;
                if peer_id == session {
                    let words = "a session cannot be bridged with itself: echo does that";
                    return Err(Error::new(Reason::IncompatibleSession, words));
                }
                if peer.peer.as_ref().is_some_and(|other| other != session) {
                    let words = format!("session {peer_id} is bridged already");
                    return Err(Error::new(Reason::IncompatibleSession, words));
                }
                Ok(())
            }
            SessionType::Listen { publisher_id, .. } => {
                let publisher = self.node(publisher_id)?;
                if publisher.kind != TypeKind::Publish {
                    let words = format!("session {publisher_id} does not publish");
                    return Err(Error::new(Reason::InvalidPublisher, words));
                }
                self.admit(session, publisher.room.as_ref())
            }
            SessionType::Publish { room_id, .. } | SessionType::Mcu { room_id, .. } => {
                self.admit(session, room_id.as_ref())
            }
            SessionType::Echo
            | SessionType::Park
            | SessionType::Proxy
            | SessionType::Play { .. }
            | SessionType::P2p { .. } => Ok(()),
        }
    }

    /// Makes a session this, and says what that changes.
    ///
    /// # Errors
    /// Those of [`Topology::may_become`]; nothing has changed then.
    pub(super) fn become_type(
        &mut self,
        session: &SessionId,
        to: &SessionType,
    ) -> Result<Vec<Change<L>>> {
        self.may_become(session, to)?;
        let leg = self.leg(session)?;
        let mut changes = self.part(session, to);
        let (source, peer, publisher) = match to {
            SessionType::Echo => (Some(leg), None, None),
            SessionType::Bridge { peer_id } => {
                let source = self.leg(peer_id)?;
                (Some(source), Some(peer_id.clone()), None)
            }
            SessionType::Listen { publisher_id, .. } => {
                let source = self.leg(publisher_id)?;
                (Some(source), None, Some(publisher_id.clone()))
            }
            _ => (None, None, None),
        };
        let room = match (&publisher, to) {
            (Some(publisher), _) => self.nodes.get(publisher).and_then(|node| node.room.clone()),
            (None, SessionType::Publish { room_id, .. } | SessionType::Mcu { room_id, .. }) => {
                room_id.clone()
            }
            (None, _) => None,
        };
        if let Some(node) = self.nodes.get_mut(session) {
            node.kind = to.kind();
            node.peer.clone_from(&peer);
            node.room = room;
            node.publisher.clone_from(&publisher);
        }
        changes.extend(self.receive(session, source));
        if let Some(peer) = peer {
            if let Some(node) = self.nodes.get_mut(&peer) {
                node.peer = Some(session.clone());
            }
            changes.extend(self.receive(&peer, Some(leg)));
        }
        if let Some(publisher) = publisher
            && let Some(node) = self.nodes.get_mut(&publisher)
        {
            node.listeners.insert(session.clone());
        }
        Ok(changes)
    }

    /// Takes a session out, whose leg is about to close. If it has another leg by now, it is a later one of that name
    /// and stays.
    pub(super) fn leave(&mut self, session: &SessionId, leg: L) -> Vec<Change<L>> {
        if self.nodes.get(session).is_none_or(|node| node.leg != leg) {
            return Vec::new();
        }
        let mut changes = self.part(session, &SessionType::Park);
        changes.extend(self.receive(session, None));
        self.nodes.remove(session);
        changes
    }

    /// Parts a session from those that it is joined with and would not be any more as `to`.
    fn part(&mut self, session: &SessionId, to: &SessionType) -> Vec<Change<L>> {
        let Some(node) = self.nodes.get_mut(session) else {
            return Vec::new();
        };
        let leg = Some(node.leg);
        let stays =
            matches!(to, SessionType::Bridge { peer_id } if node.peer.as_ref() == Some(peer_id));
        let peer = node.peer.take_if(|_| !stays);
        let publisher = node.publisher.take();
        let listeners = match to.kind() {
            TypeKind::Publish => HashSet::new(),
            _ => std::mem::take(&mut node.listeners),
        };
        let mut changes = Vec::new();
        if let Some(peer) = peer {
            if let Some(node) = self.nodes.get_mut(&peer) {
                node.peer = None;
            }
            changes.extend(self.receive(&peer, None));
        }
        if let Some(publisher) = publisher
            && let Some(node) = self.nodes.get_mut(&publisher)
        {
            node.listeners.remove(session);
        }
        for listener in listeners {
            let Some(node) = self.nodes.get_mut(&listener) else {
                continue;
            };
            node.publisher = None;
            // It may have been bridged since, and receives another one.
            if node.source == leg {
                changes.extend(self.receive(&listener, None));
            }
        }
        changes
    }

    fn receive(&mut self, session: &SessionId, to: Option<L>) -> Option<Change<L>> {
        let node = self.nodes.get_mut(session)?;
        let from = std::mem::replace(&mut node.source, to);
        if from == to {
            return None;
        }
        self.version += 1;
        Some(Change {
            leg: node.leg,
            version: self.version,
            from,
            to,
        })
    }
}
