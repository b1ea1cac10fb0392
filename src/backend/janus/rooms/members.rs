//! Who is in a room: what one member's leg must know of another.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    backend::janus::{voice::Voice, wire::videoroom::Published},
    id::RoomId,
};

/// A leg in a room.
#[derive(Debug)]
pub(in super::super) struct Member {
    pub(in super::super) room: RoomId,
    pub(in super::super) voice: Arc<Voice>,
    pub(in super::super) part: Part,
}

/// What a member is to the others.
#[derive(Debug)]
pub(in super::super) enum Part {
    /// Sends to them, each on its own.
    Publisher(Feed),
    /// Receives one of them.
    Listener,
    /// Is mixed with them.
    Participant,
}

/// What a publisher sends.
#[derive(Clone, Debug)]
pub(in super::super) struct Feed {
    pub(in super::super) streams: Arc<[Published]>,
    /// Whether its media has come up: before that nobody can receive it.
    pub(in super::super) up: watch::Receiver<bool>,
}

impl Member {
    /// What it sends, if it is a publisher.
    pub(in super::super) fn feed(&self) -> Option<&Feed> {
        match &self.part {
            Part::Publisher(feed) => Some(feed),
            Part::Listener | Part::Participant => None,
        }
    }
}
