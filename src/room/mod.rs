//! Rooms: where publishers and listeners, or the members of a mix, meet on one media server.

mod live;
mod registry;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    event::Labels,
    id::{BackendName, RoomId},
    media::{Member, RoomKind, RoomOptions},
};

pub use live::Seat;
pub use registry::Registry;

/// Limits and default times of rooms.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a room lives without members, if its creator does not say.
    pub timeout: Duration,
    /// Rooms at a time.
    pub max_rooms: usize,
    /// Members of one room.
    pub max_members: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(300),
            max_rooms: 10_000,
            max_members: 10_000,
        }
    }
}

/// What a creator asks for. Two equal values ask for the same room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// The id; none = a random one.
    pub room_id: Option<RoomId>,
    /// How it joins its members.
    pub kind: RoomKind,
    /// A backend's name or kind; none = the best one.
    pub backend: Option<Arc<str>>,
    /// How it should be.
    pub options: RoomOptions,
    /// The creator's labels.
    pub labels: Labels,
}

/// A room as it stands.
#[derive(Clone, Debug)]
pub struct Info {
    /// Its id.
    pub room_id: RoomId,
    /// How it joins its members.
    pub kind: RoomKind,
    /// Its media server's name and kind.
    pub backend: (BackendName, &'static str),
    /// How it was made.
    pub options: RoomOptions,
    /// How long it lives without members.
    pub timeout: Duration,
    /// Who is in it.
    pub members: Vec<Member>,
    /// Its creator's labels.
    pub labels: Labels,
    /// When it was made.
    pub created_at: SystemTime,
}

/// Which rooms a listing shows: those that fit every field that is set.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one of these kinds.
    pub kinds: Vec<RoomKind>,
    /// On a backend of one of these names or kinds.
    pub backends: Vec<String>,
    /// With these labels.
    pub labels: Labels,
}

impl Filter {
    fn fits(&self, info: &Info) -> bool {
        let (name, kind) = &info.backend;
        (self.kinds.is_empty() || self.kinds.contains(&info.kind))
            && (self.backends.is_empty()
                || self
                    .backends
                    .iter()
                    .any(|wanted| name.as_str() == wanted || kind == wanted))
            && info.labels.contain(&self.labels)
    }
}
