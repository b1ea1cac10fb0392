//! What can be seen of a session from outside.

use std::sync::{Arc, LazyLock};

use tokio::time::Instant;

use super::{Call, Life, Machine, negotiation::Half};
use crate::{
    backend::Backend,
    error::Error,
    id::BackendName,
    media::{Member, SessionType, TypeKind, Update},
    session::{Info, Status, command::Tie},
};

impl Machine {
    /// Where the session is in its life.
    #[must_use]
    pub fn status(&self) -> Status {
        match (&self.life, &self.offer, &self.answer) {
            (Life::Ended(_), ..) => Status::Destroyed,
            (_, Half::Set(_), Half::Set(_)) => Status::Ready,
            (Life::Opening, Half::Held(_), _) => Status::WaitOffer,
            (Life::Opening, ..) => Status::Starting,
            (Life::Open, Half::Set(_), _) => Status::WaitAnswer,
            (Life::Open, ..) => Status::WaitOffer,
        }
    }

    /// The type as it stands.
    #[must_use]
    pub fn session_type(&self) -> &SessionType {
        &self.session_type
    }

    /// Why the session ended, if it has.
    #[must_use]
    pub fn end(&self) -> Option<&Error> {
        match &self.life {
            Life::Ended(error) => Some(error),
            Life::Opening | Life::Open => None,
        }
    }

    /// When the session began.
    #[must_use]
    pub(in crate::session) fn began(&self) -> Instant {
        self.began
    }

    /// Its media server, if one takes part.
    #[must_use]
    pub(in crate::session) fn backend(&self) -> Option<&Arc<dyn Backend>> {
        self.backend.as_ref()
    }

    /// Whether it is about to become another type.
    #[must_use]
    pub(in crate::session) fn is_changing(&self) -> bool {
        let jobs = self.flight.iter().chain(&self.jobs);
        jobs.into_iter()
            .any(|job| matches!(job.call, Call::Update(Update::Type(_))))
    }

    /// The name of its media server, if one takes part.
    #[must_use]
    pub(in crate::session) fn backend_name(&self) -> Option<&BackendName> {
        self.backend.as_ref().map(|backend| backend.name())
    }

    /// What it is counted as: the type that it began with, and its backend.
    #[must_use]
    pub(in crate::session) fn labels(&self) -> (&'static str, Arc<str>) {
        static NONE: LazyLock<Arc<str>> = LazyLock::new(|| "none".into());
        let backend = self
            .backend_name()
            .map_or_else(|| NONE.clone(), BackendName::to_arc);
        (self.create.session_type.kind().as_str(), backend)
    }

    /// What the session is in its room, once it has a leg there.
    #[must_use]
    pub(in crate::session) fn member(&self) -> Option<Member> {
        let role = match (&self.life, self.session_type.kind()) {
            (Life::Open, TypeKind::Publish) => "publisher",
            (Life::Open, TypeKind::Listen) => "listener",
            (Life::Open, TypeKind::Mcu) => "participant",
            _ => return None,
        };
        Some(Member {
            session_id: self.id.clone(),
            role,
            user_id: self.create.user_id.clone(),
            peer_id: self.session_type.peer_id().cloned(),
        })
    }

    /// All that there is to tell.
    #[must_use]
    pub fn info(&self) -> Info {
        let wall = |at: Instant| self.created_at + at.duration_since(self.began);
        let extras = self.extras.as_deref();
        Info {
            session_id: self.id.clone(),
            create: self.create.clone(),
            settings: self.settings.clone(),
            session_type: self.session_type.clone(),
            status: self.status(),
            backend: self.backend.as_ref().map(|b| (b.name().clone(), b.kind())),
            role: self.role,
            offer: self.offer.get().cloned(),
            answer: self.answer.get().cloned(),
            master_id: self.tied(Tie::Master).cloned(),
            slave_id: self.tied(Tie::Slave).cloned(),
            created_at: self.created_at,
            ready_at: self.ready.map(wall),
            expires_at: self
                .end()
                .is_none()
                .then_some(self.expires)
                .flatten()
                .map(wall),
            media: self.media,
            recording: extras.and_then(|extras| extras.recording.clone()),
            player: extras.and_then(|extras| extras.player.clone()),
            backend_status: extras
                .map(|extras| extras.notices.clone())
                .unwrap_or_default(),
        }
    }
}
