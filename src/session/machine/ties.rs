//! Ties to other sessions: master and slave, bridge, publisher and listeners.

use tokio::time::Instant;

use super::{Call, Machine, Output};
use crate::{
    error::{Error, Reason, Result},
    id::SessionId,
    media::{SessionType, TypeKind, Update},
    session::command::{Tiding, Tie},
};

impl Machine {
    /// The session that is this to us.
    pub(super) fn tied(&self, wanted: Tie) -> Option<&SessionId> {
        self.ties
            .iter()
            .find(|(_, tie)| *tie == wanted)
            .map(|(id, _)| id)
    }

    /// The other half of a master/slave pair.
    pub(super) fn partner(&self) -> Option<SessionId> {
        self.tied(Tie::Master)
            .or_else(|| self.tied(Tie::Slave))
            .cloned()
    }

    pub(super) fn tie(&mut self, other: SessionId, tie: Tie) -> Result<()> {
        match tie {
            Tie::Slave if self.tied(Tie::Slave).is_some() => Err(Error::new(
                Reason::IncompatibleSession,
                format!(
                    "session {} has a slave already: a master has at most one",
                    self.id
                ),
            )),
            Tie::Bridge if self.tied(Tie::Bridge).is_some() => Err(Error::new(
                Reason::IncompatibleSession,
                format!("session {} is bridged already", self.id),
            )),
            Tie::Listener if self.session_type.kind() != TypeKind::Publish => {
                Err(not_publishing(&self.id))
            }
            Tie::Master | Tie::Slave | Tie::Bridge | Tie::Publisher | Tie::Listener => {
                self.ties.push((other, tie));
                self.flush_to_partner();
                Ok(())
            }
        }
    }

    pub(super) fn told(&mut self, now: Instant, teller: &SessionId, tiding: Tiding) {
        match tiding {
            Tiding::Candidate(candidate) => self.told_candidate(now, candidate),
            Tiding::Tied(tie) => self.ties.push((teller.clone(), tie)),
            Tiding::Untied => self.untied(teller),
            Tiding::Withdrawn => self.ties.retain(|(id, _)| id != teller),
            Tiding::Stopped => self.peer_stopped(teller),
        }
    }

    /// The teller has become something else: that ends a bridge and the reception of a publisher.
    fn untied(&mut self, teller: &SessionId) {
        let by_type =
            |(id, tie): &(SessionId, Tie)| id == teller && !matches!(tie, Tie::Master | Tie::Slave);
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ties)
            .into_iter()
            .partition(by_type);
        self.ties = kept;
        let kind = self.session_type.kind();
        if kind == TypeKind::Bridge && gone.iter().any(|(_, tie)| *tie == Tie::Bridge) {
            self.bridge_stopped(teller);
        } else if gone.iter().any(|(_, tie)| *tie == Tie::Publisher) && self.create.stop_after_peer
        {
            let message = format!("session {teller} does not publish any more");
            self.end_with(Error::new(Reason::PeerStopped, message));
        }
    }

    fn peer_stopped(&mut self, teller: &SessionId) {
        let (theirs, ours): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ties)
            .into_iter()
            .partition(|(id, _)| id == teller);
        self.ties = ours;
        let ties: Vec<Tie> = theirs.into_iter().map(|(_, tie)| tie).collect();
        if ties.contains(&Tie::Bridge) {
            self.bridge_stopped(teller);
        } else if ties.iter().any(|tie| *tie != Tie::Listener) && self.create.stop_after_peer {
            let message = format!("session {teller} ended");
            self.end_with(Error::new(Reason::PeerStopped, message));
        }
    }

    fn bridge_stopped(&mut self, teller: &SessionId) {
        let can_park = self
            .capability()
            .is_some_and(|can| can.set_type.contains(&TypeKind::Park));
        if can_park && !self.create.stop_after_peer {
            self.queue(Call::Update(Update::Type(SessionType::Park)), None, None);
        } else {
            let message = format!("the bridge with session {teller} ended");
            self.end_with(Error::new(Reason::BridgeStop, message));
        }
    }

    /// Changes the ties that come from the type.
    pub(super) fn retie(&mut self, to: &SessionType) {
        let publishes = to.kind() == TypeKind::Publish;
        let from_type = |tie: &Tie| match tie {
            Tie::Bridge | Tie::Publisher => true,
            Tie::Listener => !publishes,
            Tie::Master | Tie::Slave => false,
        };
        let new = type_tie(to);
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ties)
            .into_iter()
            .partition(|tie| from_type(&tie.1) && Some(tie) != new.as_ref());
        self.ties = kept;
        for (id, _) in gone {
            self.out.push_back(Output::Tell(id, Tiding::Untied));
        }
        if let Some((other, tie)) = new.filter(|new| !self.ties.contains(new)) {
            self.out
                .push_back(Output::Tell(other.clone(), Tiding::Tied(tie.reverse())));
            self.ties.push((other, tie));
        }
    }
}

/// The tie that a type brings, and to whom.
pub(in crate::session) fn type_tie(session_type: &SessionType) -> Option<(SessionId, Tie)> {
    match session_type {
        SessionType::Bridge { peer_id } => Some((peer_id.clone(), Tie::Bridge)),
        SessionType::Listen { publisher_id, .. } => Some((publisher_id.clone(), Tie::Publisher)),
        SessionType::P2p { .. }
        | SessionType::Echo
        | SessionType::Proxy
        | SessionType::Publish { .. }
        | SessionType::Park
        | SessionType::Mcu { .. }
        | SessionType::Play { .. } => None,
    }
}

/// The refusal to listen to a session that does not publish.
pub(in crate::session) fn not_publishing(id: &SessionId) -> Error {
    Error::field(
        Reason::InvalidPublisher,
        "type.listen.publisher_id",
        format!("names session {id}, which does not publish: give the id of a publish session"),
    )
}
