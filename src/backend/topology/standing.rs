//! What a session was, for a change that is not done after all.

use super::Topology;
use crate::{
    id::{RoomId, SessionId},
    media::TypeKind,
};

/// What a session was, and whom it was joined with.
#[derive(Clone, Debug)]
pub(in super::super) struct Standing {
    kind: TypeKind,
    peer: Option<SessionId>,
    room: Option<RoomId>,
    publisher: Option<SessionId>,
    listeners: Vec<SessionId>,
}

impl<L: Copy + PartialEq> Topology<L> {
    /// What a session is, and whom it is joined with; none if it is not here.
    pub(in super::super) fn standing(&self, session: &SessionId) -> Option<Standing> {
        let node = self.nodes.get(session)?;
        Some(Standing {
            kind: node.kind,
            peer: node.peer.clone(),
            room: node.room.clone(),
            publisher: node.publisher.clone(),
            listeners: node.listeners.iter().cloned().collect(),
        })
    }

    /// Makes a session again what it was, and joins it with those that it was joined with, where they are still free.
    pub(in super::super) fn restore(&mut self, session: &SessionId, standing: Option<Standing>) {
        let (Some(standing), Ok(leg)) = (standing, self.leg(session)) else {
            return;
        };
        self.part(session, &crate::media::SessionType::Park);
        let free = |node: &super::Node<L>| node.peer.is_none();
        let peer = standing
            .peer
            .filter(|peer| self.nodes.get(peer).is_some_and(free));
        let source = match standing.kind {
            TypeKind::Echo => Some(leg),
            _ => {
                let other = peer.as_ref().or(standing.publisher.as_ref());
                other.and_then(|other| self.leg(other).ok())
            }
        };
        if let Some(node) = self.nodes.get_mut(session) {
            node.kind = standing.kind;
            node.room = standing.room;
            node.peer.clone_from(&peer);
            node.publisher.clone_from(&standing.publisher);
        }
        self.receive(session, source);
        if let Some(peer) = peer {
            if let Some(node) = self.nodes.get_mut(&peer) {
                node.peer = Some(session.clone());
            }
            self.receive(&peer, Some(leg));
        }
        if let Some(node) = standing.publisher.and_then(|id| self.nodes.get_mut(&id)) {
            node.listeners.insert(session.clone());
        }
        for listener in standing.listeners {
            let is_left = |node: &super::Node<L>| node.publisher.is_none() && node.source.is_none();
            if !self.nodes.get(&listener).is_some_and(is_left) {
                continue;
            }
            if let Some(node) = self.nodes.get_mut(&listener) {
                node.publisher = Some(session.clone());
            }
            self.receive(&listener, Some(leg));
            if let Some(node) = self.nodes.get_mut(session) {
                node.listeners.insert(listener);
            }
        }
    }
}
