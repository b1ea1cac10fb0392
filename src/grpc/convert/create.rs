//! `CreateSession`.

use std::sync::Arc;

use super::{Fields, Limits, time};
use crate::{
    error::{Reason, Result},
    id::Subscriber,
    media::{MediaUpdate, SdpType},
    proto::{self, create_session_response::Description as Wire},
    session::{Caller, Create, Created, Side},
};

/// What the request asks for, with the caller's identity where it names nobody.
pub(crate) fn create(
    limits: &Limits,
    caller: &Caller,
    request: proto::CreateSessionRequest,
) -> Result<Create> {
    let mut fields = Fields::new(limits);
    let create = fields.create(caller, request);
    fields.finish(create)
}

impl Fields<'_> {
    fn create(&mut self, caller: &Caller, request: proto::CreateSessionRequest) -> Option<Create> {
        self.agree(&request);
        let session_id = self.optional_id("session_id", &request.session_id);
        let session_type = self.session_type(request.r#type);
        let offer = self.optional_description("offer", request.offer);
        let subscribe = request.subscribe.unwrap_or(true);
        Some(Create {
            session_id,
            wait_reply: request.wait_reply,
            offer,
            no_offer_trickle_ice: request.no_offer_trickle_ice,
            no_answer_trickle_ice: request.no_answer_trickle_ice,
            trickle_ice_timeout: self.optional_duration(
                "trickle_ice_timeout",
                request.trickle_ice_timeout,
                time::TRICKLE,
            ),
            sdp_type: self
                .optional_kind("sdp_type", request.sdp_type)
                .unwrap_or(SdpType::Webrtc),
            backend: self.backend("backend", &request.backend),
            master_id: self.optional_id("master_id", &request.master_id),
            set_master_answer: request.set_master_answer,
            stop_after_peer: request.stop_after_peer.unwrap_or(true),
            wait_timeout: self.optional_duration(
                "wait_timeout",
                request.wait_timeout,
                time::TIMEOUT,
            ),
            ready_timeout: self.optional_duration(
                "ready_timeout",
                request.ready_timeout,
                time::TIMEOUT,
            ),
            subscriber: self
                .subscriber(caller, &request.subscriber)
                .filter(|_| subscribe),
            event_body: self
                .optional_json("event_body", request.event_body)
                .map(Arc::new),
            destroy_when_unwatched: self.optional_duration(
                "destroy_when_unwatched",
                request.destroy_when_unwatched,
                time::LEASE,
            ),
            media: request.media.map(MediaUpdate::from).unwrap_or_default(),
            user_id: self
                .optional_text("user_id", &request.user_id)
                .or_else(|| Some(caller.subject.to_arc())),
            labels: self.labels(request.labels),
            backend_options: self
                .optional_json("backend_options", request.backend_options)
                .map(Arc::new),
            session_type: session_type?,
        })
    }

    /// What of the request contradicts itself.
    fn agree(&mut self, request: &proto::CreateSessionRequest) {
        if request.set_master_answer && request.master_id.is_empty() {
            self.invalid("set_master_answer", "needs master_id: set it as well");
        }
        let kind = request.r#type.as_ref().and_then(|t| t.kind.as_ref());
        let is_proxy = matches!(kind, Some(proto::session_type::Kind::Proxy(_)));
        if is_proxy && request.offer.is_none() {
            self.refuse(
                Reason::MissingSdp,
                "offer",
                "a proxy session needs an offer",
            );
        }
    }

    /// The named event stream, or the caller's own.
    pub(super) fn subscriber(&mut self, caller: &Caller, name: &str) -> Option<Subscriber> {
        if name.is_empty() {
            return Some(caller.subject.clone());
        }
        self.accept("subscriber", name.parse())
    }
}

impl From<Created> for proto::CreateSessionResponse {
    fn from(created: Created) -> Self {
        let description = created
            .reply
            .as_ref()
            .map(|(side, description)| match side {
                Side::Offer => Wire::Offer(description.into()),
                Side::Answer => Wire::Answer(description.into()),
            });
        Self {
            session_id: created.info.session_id.to_string(),
            description,
            session: Some(created.info.into()),
        }
    }
}
