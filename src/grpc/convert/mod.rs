//! Between the API's messages and the domain's values.
//!
//! Requests are read by [`Fields`]: every bound of the contract is checked before any work, and all that is wrong is
//! told at once, each by the path of its field. Replies cannot fail.

pub(crate) mod action;
pub(crate) mod backend;
pub(crate) mod command;
pub(crate) mod create;
pub(crate) mod event;
mod fields;
mod json;
mod kinds;
mod media;
pub(crate) mod room;
pub(crate) mod session;
mod session_type;
mod text;
mod time;

use crate::{config, media::MediaUpdate, media::action::RoomVerb, proto};

pub(crate) use fields::Fields;

/// How much a request may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a description.
    pub(crate) sdp: usize,
    /// Bytes of a free-form value, as sent.
    pub(crate) json: usize,
    /// Labels of one session or room.
    pub(crate) labels: usize,
    /// Rows of one page.
    pub(crate) page: usize,
}

impl From<&config::Session> for Limits {
    fn from(session: &config::Session) -> Self {
        Self {
            sdp: session.max_sdp_bytes,
            json: session.max_struct_bytes,
            labels: session.max_labels,
            page: session.max_page_size,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::from(&config::Session::default())
    }
}

pub(crate) use kinds::numbers;

/// The media controls as they stand.
pub(crate) fn standing(media: MediaUpdate) -> proto::MediaUpdate {
    media::standing(media)
}

/// What can be done about the room that a session is in: its members are always known.
pub(crate) fn room_actions(verbs: &[RoomVerb]) -> Vec<i32> {
    let members = (!verbs.contains(&RoomVerb::ListMembers)).then_some(RoomVerb::ListMembers);
    let all: Vec<RoomVerb> = verbs.iter().copied().chain(members).collect();
    numbers(&all)
}
