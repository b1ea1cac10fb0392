//! What a creator asks for.

use std::{sync::Arc, time::Duration};

use crate::{
    event::Labels,
    id::{SessionId, Subscriber},
    media::{Description, JsonMap, MediaUpdate, SdpType, SessionType},
};

/// The options of a new session. Two equal values ask for the same session.
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    /// The id; none = a random one.
    pub session_id: Option<SessionId>,
    /// The type.
    pub session_type: SessionType,
    /// The reply carries the session's first description.
    pub wait_reply: bool,
    /// The client's offer; none = the backend makes one.
    pub offer: Option<Description>,
    /// All candidates go into the offer before it goes on.
    pub no_offer_trickle_ice: bool,
    /// All candidates go into the answer before it goes on.
    pub no_answer_trickle_ice: bool,
    /// How long candidates are waited for.
    pub trickle_ice_timeout: Option<Duration>,
    /// The kind of description that the backend makes.
    pub sdp_type: SdpType,
    /// A backend's name or kind; none = the best one.
    pub backend: Option<Arc<str>>,
    /// The session that this one is the slave of.
    pub master_id: Option<SessionId>,
    /// The answer goes to the master.
    pub set_master_answer: bool,
    /// Ends when a session that it is tied to ends.
    pub stop_after_peer: bool,
    /// Until there is an answer.
    pub wait_timeout: Option<Duration>,
    /// After the answer.
    pub ready_timeout: Option<Duration>,
    /// The stream that its events go to.
    pub subscriber: Option<Subscriber>,
    /// Goes into each event.
    pub event_body: Option<Arc<JsonMap>>,
    /// Ends when nobody has watched it for so long.
    pub destroy_when_unwatched: Option<Duration>,
    /// What holds from the first packet on.
    pub media: MediaUpdate,
    /// The user, for information.
    pub user_id: Option<Arc<str>>,
    /// The creator's labels.
    pub labels: Labels,
    /// The driver's own options.
    pub backend_options: Option<Arc<JsonMap>>,
}

impl Create {
    /// A session of `session_type` with every option at its default.
    #[must_use]
    pub fn new(session_type: SessionType) -> Self {
        Self {
            session_id: None,
            session_type,
            wait_reply: false,
            offer: None,
            no_offer_trickle_ice: false,
            no_answer_trickle_ice: false,
            trickle_ice_timeout: None,
            sdp_type: SdpType::Webrtc,
            backend: None,
            master_id: None,
            set_master_answer: false,
            stop_after_peer: true,
            wait_timeout: None,
            ready_timeout: None,
            subscriber: None,
            event_body: None,
            destroy_when_unwatched: None,
            media: MediaUpdate::default(),
            user_id: None,
            labels: Labels::default(),
            backend_options: None,
        }
    }
}
