//! Who receives whom, and who is in which room: decided in one place, carried out on the shards.
//!
//! Each decision has a version, so that a shard ignores one that an earlier decision overtakes on its way.

use std::collections::{HashMap, HashSet};

use super::plane::{LegId, SourceId};
use crate::{
    backend::LegEvents,
    error::{Error, Reason, Result},
    id::{RoomId, SessionId},
    media::{RoomOptions, SessionType, TypeKind},
};

/// A leg's place among the others.
#[derive(Debug)]
struct Node {
    leg: LegId,
    kind: TypeKind,
    source: Option<SourceId>,
    /// The other side of a bridge.
    peer: Option<SessionId>,
    room: Option<RoomId>,
    /// The session that it listens to.
    publisher: Option<SessionId>,
    listeners: HashSet<SessionId>,
    events: LegEvents,
}

/// A room of publishers and listeners.
#[derive(Debug, Default)]
struct Room {
    options: RoomOptions,
    locked: bool,
}

/// A leg that is to receive another source than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) leg: LegId,
    pub(super) version: u64,
    pub(super) from: Option<SourceId>,
    pub(super) to: Option<SourceId>,
}

/// A member of a room.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) leg: LegId,
    pub(super) publishes: bool,
    pub(super) events: LegEvents,
}

/// All legs and rooms.
#[derive(Debug, Default)]
pub(super) struct Topology {
    nodes: HashMap<SessionId, Node>,
    rooms: HashMap<RoomId, Room>,
    version: u64,
}

impl Topology {
    /// Lists a leg that receives nothing yet.
    pub(super) fn enter(&mut self, session: SessionId, leg: LegId, events: LegEvents) {
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
    pub(super) fn leg(&self, session: &SessionId) -> Result<LegId> {
        self.node(session).map(|node| node.leg)
    }

    fn node(&self, session: &SessionId) -> Result<&Node> {
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
            SessionType::Publish { room_id, .. } => self.admit(session, room_id.as_ref()),
            SessionType::Echo
            | SessionType::Park
            | SessionType::Proxy
            | SessionType::Play { .. }
            | SessionType::P2p { .. }
            | SessionType::Mcu { .. } => Ok(()),
        }
    }

    fn admit(&self, session: &SessionId, room: Option<&RoomId>) -> Result<()> {
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

    /// Makes a session this, and says what that changes.
    ///
    /// # Errors
    /// Those of [`Topology::may_become`]; nothing has changed then.
    pub(super) fn become_type(
        &mut self,
        session: &SessionId,
        to: &SessionType,
    ) -> Result<Vec<Change>> {
        self.may_become(session, to)?;
        let leg = self.leg(session)?;
        let mut changes = self.part(session, to);
        let (source, peer, publisher) = match to {
            SessionType::Echo => (Some(leg.into()), None, None),
            SessionType::Bridge { peer_id } => {
                let source = self.leg(peer_id)?.into();
                (Some(source), Some(peer_id.clone()), None)
            }
            SessionType::Listen { publisher_id, .. } => {
                let source = self.leg(publisher_id)?.into();
                (Some(source), None, Some(publisher_id.clone()))
            }
            _ => (None, None, None),
        };
        let room = match (&publisher, to) {
            (Some(publisher), _) => self.nodes.get(publisher).and_then(|node| node.room.clone()),
            (None, SessionType::Publish { room_id, .. }) => room_id.clone(),
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
            changes.extend(self.receive(&peer, Some(leg.into())));
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
    pub(super) fn leave(&mut self, session: &SessionId, leg: LegId) -> Vec<Change> {
        if self.nodes.get(session).is_none_or(|node| node.leg != leg) {
            return Vec::new();
        }
        let mut changes = self.part(session, &SessionType::Park);
        changes.extend(self.receive(session, None));
        self.nodes.remove(session);
        changes
    }

    /// Parts a session from those that it is joined with and would not be any more as `to`.
    fn part(&mut self, session: &SessionId, to: &SessionType) -> Vec<Change> {
        let Some(node) = self.nodes.get_mut(session) else {
            return Vec::new();
        };
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
            if let Some(node) = self.nodes.get_mut(&listener) {
                node.publisher = None;
            }
            changes.extend(self.receive(&listener, None));
        }
        changes
    }

    fn receive(&mut self, session: &SessionId, to: Option<SourceId>) -> Option<Change> {
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

    /// Makes a room.
    pub(super) fn make_room(&mut self, id: RoomId, options: RoomOptions) {
        let locked = false;
        self.rooms.entry(id).or_insert(Room { options, locked });
    }

    /// Forgets a room.
    pub(super) fn destroy_room(&mut self, id: &RoomId) {
        self.rooms.remove(id);
    }

    /// How a room was made.
    pub(super) fn room_options(&self, id: &RoomId) -> Option<&RoomOptions> {
        self.rooms.get(id).map(|room| &room.options)
    }

    /// Locks or unlocks a room.
    pub(super) fn lock(&mut self, id: &RoomId, locked: bool) {
        if let Some(room) = self.rooms.get_mut(id) {
            room.locked = locked;
        }
    }

    /// The room that a session is in.
    pub(super) fn room_of(&self, session: &SessionId) -> Option<RoomId> {
        self.nodes.get(session)?.room.clone()
    }

    /// A member of a room.
    ///
    /// # Errors
    /// `SESSION_NOT_FOUND`.
    pub(super) fn member(&self, room: &RoomId, session: &SessionId) -> Result<Member> {
        let node = self.nodes.get(session);
        let node = node.filter(|node| node.room.as_ref() == Some(room));
        let node = node.ok_or_else(|| {
            let words = format!("session {session} is not in room {room}");
            Error::new(Reason::SessionNotFound, words)
        })?;
        Ok(Member {
            leg: node.leg,
            publishes: node.kind == TypeKind::Publish,
            events: node.events.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(topology: &mut Topology, name: &str, number: u64) -> (SessionId, LegId) {
        let session: SessionId = name.parse().expect("an id");
        let leg = LegId::new(number, 0);
        topology.enter(session.clone(), leg, LegEvents::new(1).0);
        (session, leg)
    }

    fn bridge(peer_id: &SessionId) -> SessionType {
        let peer_id = peer_id.clone();
        SessionType::Bridge { peer_id }
    }

    fn received(changes: &[Change]) -> Vec<(LegId, Option<SourceId>)> {
        changes
            .iter()
            .map(|change| (change.leg, change.to))
            .collect()
    }

    fn publish(room: &RoomId) -> SessionType {
        SessionType::Publish {
            room_id: Some(room.clone()),
            create_room: false,
            room_options: Box::default(),
        }
    }

    fn listen(to: &SessionId) -> SessionType {
        SessionType::Listen {
            publisher_id: to.clone(),
            room_id: None,
        }
    }

    #[test]
    fn a_bridge_joins_both_and_parts_both() {
        let mut topology = Topology::default();
        let (a, leg_a) = entered(&mut topology, "a", 1);
        let (b, leg_b) = entered(&mut topology, "b", 2);
        let (c, _) = entered(&mut topology, "c", 3);
        topology.become_type(&a, &SessionType::Echo).expect("echo");
        let changes = topology.become_type(&b, &bridge(&a)).expect("a bridge");
        let joined = [(leg_b, Some(leg_a.into())), (leg_a, Some(leg_b.into()))];
        assert_eq!(received(&changes), joined);
        let refused = topology.become_type(&c, &bridge(&a));
        assert_eq!(
            refused.expect_err("it is bridged").reason(),
            Reason::IncompatibleSession
        );
        let again = topology.become_type(&b, &bridge(&a));
        assert!(again.expect("the same bridge").is_empty());
        let changes = topology
            .become_type(&b, &SessionType::Park)
            .expect("parked");
        assert_eq!(received(&changes), [(leg_a, None), (leg_b, None)]);
        topology.become_type(&c, &bridge(&a)).expect("a is free");
        assert_eq!(received(&topology.leave(&a, leg_a)).len(), 2);
    }

    #[test]
    fn what_comes_late_of_an_earlier_session_does_not_touch_the_later_one() {
        let mut topology = Topology::default();
        let (a, earlier) = entered(&mut topology, "a", 1);
        let (_, later) = entered(&mut topology, "a", 2);
        topology.become_type(&a, &SessionType::Echo).expect("echo");
        assert_eq!(topology.leave(&a, earlier), []);
        assert_eq!(topology.leg(&a).expect("it is there"), later);
        assert_eq!(received(&topology.leave(&a, later)), [(later, None)]);
        assert!(topology.leg(&a).is_err());
    }

    #[test]
    fn listeners_lose_a_publisher_that_becomes_something_else() {
        let mut topology = Topology::default();
        let (a, leg_a) = entered(&mut topology, "a", 1);
        let (b, leg_b) = entered(&mut topology, "b", 2);
        let room: RoomId = "r".parse().expect("an id");
        let refused = topology.become_type(&a, &publish(&room));
        assert_eq!(
            refused.expect_err("there is no room").reason(),
            Reason::RoomNotFound
        );
        topology.make_room(room.clone(), RoomOptions::default());
        topology
            .become_type(&a, &publish(&room))
            .expect("publishes");
        let changes = topology.become_type(&b, &listen(&a)).expect("listens");
        assert_eq!(received(&changes), [(leg_b, Some(leg_a.into()))]);
        assert_eq!(topology.room_of(&b), Some(room));
        let changes = topology.become_type(&a, &SessionType::Echo).expect("echo");
        assert!(received(&changes).contains(&(leg_b, None)), "{changes:?}");
        let refused = topology.become_type(&b, &listen(&a));
        assert_eq!(
            refused.expect_err("it does not publish").reason(),
            Reason::InvalidPublisher
        );
    }

    #[test]
    fn a_locked_room_lets_in_only_those_inside() {
        let mut topology = Topology::default();
        let (a, _) = entered(&mut topology, "a", 1);
        let (b, _) = entered(&mut topology, "b", 2);
        let room: RoomId = "r".parse().expect("an id");
        topology.make_room(room.clone(), RoomOptions::default());
        topology
            .become_type(&a, &publish(&room))
            .expect("publishes");
        topology.lock(&room, true);
        assert!(topology.become_type(&b, &listen(&a)).is_err());
        assert!(topology.become_type(&b, &publish(&room)).is_err());
        topology.become_type(&a, &listen(&a)).expect("it is inside");
        topology.lock(&room, false);
        topology.become_type(&b, &publish(&room)).expect("let in");
    }

    #[test]
    fn versions_grow() {
        let mut topology = Topology::default();
        let (a, _) = entered(&mut topology, "a", 1);
        let one = topology.become_type(&a, &SessionType::Echo).expect("echo");
        let two = topology.become_type(&a, &SessionType::Park).expect("park");
        assert!(one[0].version < two[0].version);
        assert_eq!(two[0].from, one[0].to);
    }
}
