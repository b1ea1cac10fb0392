//! A session as others see it.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use super::{Create, Settings};
use crate::{
    event::Labels,
    id::{BackendName, RoomId, SessionId},
    media::{
        Description, JsonMap, MediaUpdate, PlayerState, Recording, Role, SessionType, TypeKind,
        kind::names,
    },
};

names! {
    /// Where a session is in its life.
    Status {
        /// A leg is being opened.
        Starting = "STARTING",
        /// There is no offer yet.
        WaitOffer = "WAIT_OFFER",
        /// There is an offer and no answer yet.
        WaitAnswer = "WAIT_ANSWER",
        /// Offer and answer are there.
        Ready = "READY",
        /// It has ended.
        Destroyed = "DESTROYED",
    }
}

/// All that there is to tell of a session.
#[derive(Clone, Debug)]
pub struct Info {
    /// Its id.
    pub session_id: SessionId,
    /// What its creator asked for.
    pub create: Arc<Create>,
    /// The defaults that fill what its creator left open.
    pub settings: Arc<Settings>,
    /// Its type as it stands.
    pub session_type: SessionType,
    /// Where it is in its life.
    pub status: Status,
    /// Its media server's name and kind.
    pub backend: Option<(BackendName, &'static str)>,
    /// Its media server's side of offer/answer.
    pub role: Option<Role>,
    /// The offer, once it is there.
    pub offer: Option<Description>,
    /// The answer, once it is there.
    pub answer: Option<Description>,
    /// The session that it is the slave of.
    pub master_id: Option<SessionId>,
    /// Its slave.
    pub slave_id: Option<SessionId>,
    /// When it began.
    pub created_at: SystemTime,
    /// When it became ready.
    pub ready_at: Option<SystemTime>,
    /// When it will end if nothing happens.
    pub expires_at: Option<SystemTime>,
    /// What holds for its media.
    pub media: MediaUpdate,
    /// Its recording.
    pub recording: Option<Recording>,
    /// Its player.
    pub player: Option<PlayerState>,
    /// The last notice of each class.
    pub backend_status: BTreeMap<&'static str, JsonMap>,
}

/// Which sessions a listing shows: those that fit every field that is set.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one of these types.
    pub types: Vec<TypeKind>,
    /// On a backend of one of these names or kinds.
    pub backends: Vec<String>,
    /// In one of these states; none = all but `DESTROYED`.
    pub statuses: Vec<Status>,
    /// Of this user.
    pub user_id: Option<String>,
    /// In this room.
    pub room_id: Option<RoomId>,
    /// With these labels.
    pub labels: Labels,
}

/// Which part of a listing.
#[derive(Clone, Debug)]
pub struct Page {
    /// Rows at most.
    pub size: usize,
    /// Only ids behind this one.
    pub after: Option<SessionId>,
}

impl Filter {
    /// Whether the session is to be shown.
    #[must_use]
    pub fn fits(&self, info: &Info) -> bool {
        let backend_fits = |wanted: &String| {
            let backend = info.backend.as_ref();
            backend.is_some_and(|(name, kind)| name.as_str() == wanted || kind == wanted)
        };
        (self.types.is_empty() || self.types.contains(&info.session_type.kind()))
            && (self.backends.is_empty() || self.backends.iter().any(backend_fits))
            && self.shows(info.status)
            && self
                .user_id
                .as_deref()
                .is_none_or(|u| info.create.user_id.as_deref() == Some(u))
            && self
                .room_id
                .as_ref()
                .is_none_or(|room| info.session_type.room_id() == Some(room))
            && info.create.labels.contain(&self.labels)
    }

    fn shows(&self, status: Status) -> bool {
        if self.statuses.is_empty() {
            status != Status::Destroyed
        } else {
            self.statuses.contains(&status)
        }
    }
}
