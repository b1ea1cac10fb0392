//! Where a new session goes: its backend, its room, the sessions that it is tied to.

use std::sync::Arc;

use super::{
    Create, Registry,
    command::Tie,
    handle::Handle,
    machine::{not_publishing, type_tie},
};
use crate::{
    backend::{
        Backend,
        registry::{Place, Wanted},
    },
    error::{Error, Reason, Result},
    event::Labels,
    id::{BackendName, RoomId, SessionId},
    media::{Role, RoomKind, RoomOptions, SessionType, TypeKind, Update},
    room::{self, Seat},
};

/// What was found for a new session.
#[derive(Debug)]
pub(super) struct Placement {
    /// The type, with its room resolved.
    pub(super) session_type: SessionType,
    pub(super) role: Option<Role>,
    pub(super) place: Option<Place>,
    /// The sessions that it is tied to, and what each is to it.
    pub(super) ties: Vec<(Handle, Tie)>,
}

impl Registry {
    /// Chooses; nothing is done yet that would have to be undone.
    pub(super) fn placement(&self, create: &Create) -> Result<Placement> {
        let mut ties = Vec::new();
        let mut tied = None;
        if let Some(master) = &create.master_id {
            let master = self.peer("master_id", master)?;
            tied = backend_of(&master).filter(|_| create.backend.is_none());
            ties.push((master, Tie::Master));
        }
        let session_type = self.resolved(&create.session_type)?;
        if let Some((other, tie)) = type_tie(&session_type) {
            let other = self.tied_by_type(&other, tie)?;
            tied = backend_of(&other);
            ties.push((other, tie));
        }
        if session_type.kind() == TypeKind::P2p {
            self.check_p2p(create, &session_type)?;
            return Ok(Placement {
                session_type,
                role: None,
                place: None,
                ties,
            });
        }
        let room = session_type
            .room_id()
            .and_then(|room| self.rooms().backend_of(room));
        let tied = match (tied, room) {
            (Some(tied), Some(room)) if tied != room => return Err(different(&tied, &room)),
            (tied, room) => room.or(tied),
        };
        let role = if create.offer.is_some() {
            Role::Offeree
        } else {
            Role::Offerer
        };
        let place = self.backends().place(&Wanted {
            kind: session_type.kind(),
            role,
            sdp_type: create
                .offer
                .as_ref()
                .map_or(create.sdp_type, |offer| offer.sdp_type),
            media: create.media,
            selector: create.backend.as_deref(),
            tied: tied.as_ref(),
        })?;
        Ok(Placement {
            session_type,
            role: Some(role),
            place: Some(place),
            ties,
        })
    }

    fn peer(&self, field: &str, id: &SessionId) -> Result<Handle> {
        self.find(id).map_err(|_| {
            let message = format!("{field} names session {id}, which does not exist (any more)");
            Error::new(Reason::PeerSessionNotFound, message).with("session_id", id.as_str())
        })
    }

    fn tied_by_type(&self, other: &SessionId, tie: Tie) -> Result<Handle> {
        if tie == Tie::Publisher {
            let publisher = self.find(other).map_err(|_| not_publishing(other))?;
            let kind = publisher.machine().session_type().kind();
            return if kind == TypeKind::Publish {
                Ok(publisher)
            } else {
                Err(not_publishing(other))
            };
        }
        let peer = self.peer("type.bridge.peer_id", other)?;
        if peer.machine().session_type().kind() == TypeKind::P2p {
            let message = format!("session {other} is p2p: it has no media on a server to join");
            return Err(Error::new(Reason::IncompatibleSession, message));
        }
        Ok(peer)
    }

    fn check_p2p(&self, create: &Create, session_type: &SessionType) -> Result<()> {
        if create.backend.is_some() {
            let message = "p2p sessions have no backend: leave it out";
            return Err(Error::field(Reason::InvalidField, "backend", message));
        }
        if !create.media.is_empty() {
            let message = "p2p media does not pass a server that could change it: leave it out";
            return Err(Error::new(
                Reason::NotSupported,
                format!("media: {message}"),
            ));
        }
        match (session_type.peer_id(), &create.offer) {
            (None, None) => {
                let message = "a p2p session needs an offer, or type.p2p.peer_id to take that \
                               session's offer";
                Err(Error::field(Reason::MissingSdp, "offer", message))
            }
            (Some(_), Some(_)) => {
                let message = "the offer comes from the session that type.p2p.peer_id names: \
                               leave one of both out";
                Err(Error::field(Reason::InvalidField, "offer", message))
            }
            (Some(peer), None) => self.peer("type.p2p.peer_id", peer).map(drop),
            (None, Some(_)) => Ok(()),
        }
    }

    /// The type with the room that it will be in.
    pub(super) fn resolved(&self, session_type: &SessionType) -> Result<SessionType> {
        let mut resolved = session_type.clone();
        match &mut resolved {
            SessionType::Publish {
                room_id: room_id @ None,
                create_room,
                ..
            } => {
                *room_id = Some(RoomId::random());
                *create_room = true;
            }
            SessionType::Mcu {
                room_id: room_id @ None,
                ..
            } => *room_id = Some(RoomId::random()),
            SessionType::Listen {
                publisher_id,
                room_id,
            } => {
                let publisher = self.tied_by_type(publisher_id, Tie::Publisher)?;
                *room_id = publisher.machine().session_type().room_id().cloned();
            }
            SessionType::Publish { .. }
            | SessionType::Mcu { .. }
            | SessionType::P2p { .. }
            | SessionType::Echo
            | SessionType::Proxy
            | SessionType::Park
            | SessionType::Bridge { .. }
            | SessionType::Play { .. } => {}
        }
        Ok(resolved)
    }

    /// The seat in the session's room, which is made if the type says so.
    pub(super) async fn seat(
        &self,
        session_type: &SessionType,
        backend: &Arc<dyn Backend>,
    ) -> Result<Option<Seat>> {
        let Some(room_id) = session_type.room_id() else {
            return Ok(None);
        };
        let make = |kind, options| {
            let labels = Labels::default();
            let create = room::Create {
                room_id: Some(room_id.clone()),
                kind,
                backend: None,
                options,
                labels,
            };
            Some((create, backend.clone()))
        };
        let (kind, create) = match session_type {
            SessionType::Publish {
                create_room: true,
                room_options,
                ..
            } => (RoomKind::Sfu, make(RoomKind::Sfu, (**room_options).clone())),
            SessionType::Mcu { .. } => (RoomKind::Mcu, make(RoomKind::Mcu, RoomOptions::default())),
            _ => (RoomKind::Sfu, None),
        };
        self.rooms().seat(room_id, kind, create).await.map(Some)
    }

    /// Whether a live session can become `to`, and what exactly that is.
    ///
    /// # Errors
    /// First `NOT_SUPPORTED`, then whatever stands against the new type's room and peer.
    pub(super) fn retyped(&self, session: &Handle, to: &SessionType) -> Result<SessionType> {
        session.machine().may(&Update::Type(to.clone()))?;
        let to = self.resolved(to)?;
        if let Some((other, tie)) = type_tie(&to) {
            let other = self.tied_by_type(&other, tie)?;
            if let (Some(ours), Some(theirs)) = (backend_of(session), backend_of(&other))
                && ours != theirs
            {
                return Err(different(&ours, &theirs));
            }
        }
        let listens = |kind: &SessionType| kind.kind() == TypeKind::Listen;
        let current = session.machine().session_type().clone();
        if listens(&current) && listens(&to) && current.room_id() != to.room_id() {
            let message =
                "a listener changes between the publishers of one room: create a new session";
            return Err(Error::new(Reason::IncompatibleSession, message));
        }
        let room = to.room_id().and_then(|room| self.rooms().backend_of(room));
        if let (Some(ours), Some(theirs)) = (backend_of(session), room)
            && ours != theirs
        {
            return Err(different(&ours, &theirs));
        }
        Ok(to)
    }

    /// The seat that a live session needs to become `to`; none if it needs none, or has it.
    pub(super) async fn new_seat(
        &self,
        session: &Handle,
        to: &SessionType,
    ) -> Result<Option<Seat>> {
        let (stays, backend) = {
            let machine = session.machine();
            let stays = machine.session_type().room_id() == to.room_id();
            (stays, machine.backend().cloned())
        };
        match backend {
            Some(backend) if !stays => self.seat(to, &backend).await,
            _ => Ok(None),
        }
    }
}

fn backend_of(session: &Handle) -> Option<BackendName> {
    session.machine().backend_name().cloned()
}

fn different(one: &BackendName, other: &BackendName) -> Error {
    let message = format!(
        "this joins media on backend {one} with media on backend {other}: only sessions on the \
         same media server can be joined"
    );
    Error::new(Reason::DifferentMediaserver, message)
}
