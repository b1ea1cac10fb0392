//! A session as it stands, and lists of them.

use super::{
    Fields, Limits, json::object, kinds::Known, media::standing, session_type, time::duration,
};
use crate::{
    error::Result,
    event::{Created, Event},
    id::BackendName,
    proto,
    session::{Create, Filter, Info, Page, Settings, Status},
};

/// Rows of a page, if the caller does not say.
const PAGE: usize = 100;

/// Which sessions to list.
pub(crate) fn list(limits: &Limits, request: proto::ListSessionsRequest) -> Result<(Filter, Page)> {
    let mut fields = Fields::new(limits);
    let filter = request.filter.unwrap_or_default();
    let filter = fields.within("filter", |fields| Filter {
        types: fields.kinds("types", &filter.types),
        statuses: fields.kinds("statuses", &filter.statuses),
        user_id: fields
            .optional_text("user_id", &filter.user_id)
            .map(|user| user.as_ref().to_owned()),
        room_id: fields.optional_id("room_id", &filter.room_id),
        labels: fields.labels(filter.labels),
        backends: fields.backends(filter.backends),
    });
    let page = Page {
        size: fields.page_size(request.page_size),
        after: fields.optional_id("page_token", &request.page_token),
    };
    fields.finish(Some((filter, page)))
}

impl Fields<'_> {
    /// The rows of a page.
    pub(super) fn page_size(&mut self, size: u32) -> usize {
        let max = self.limits().page;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > max {
            self.invalid("page_size", format_args!("is {size}: give at most {max}"));
        }
        if size == 0 { PAGE.min(max) } else { size }
    }
}

/// A media server's name and kind.
pub(super) fn backend_ref(backend: &(BackendName, &'static str)) -> proto::BackendRef {
    proto::BackendRef {
        name: backend.0.to_string(),
        kind: backend.1.to_owned(),
    }
}

impl From<Info> for proto::Session {
    fn from(info: Info) -> Self {
        let (kind, type_ext) = session_type::parts(&info.session_type);
        let text = |id: Option<crate::id::SessionId>| id.map(|id| id.to_string());
        Self {
            session_id: info.session_id.to_string(),
            r#type: kind,
            type_ext: Some(type_ext),
            status: info.status.number(),
            media: info.backend.is_some().then(|| standing(info.media)),
            backend: info.backend.as_ref().map(backend_ref),
            backend_role: info.role.map_or(0, Known::number),
            offer: info.offer.as_ref().map(Into::into),
            answer: info.answer.as_ref().map(Into::into),
            master_id: text(info.master_id).unwrap_or_default(),
            slave_id: text(info.slave_id).unwrap_or_default(),
            created_at: Some(info.created_at.into()),
            ready_at: info.ready_at.map(Into::into),
            expires_at: info.expires_at.map(Into::into),
            recording: info.recording.as_ref().map(Into::into),
            player: info.player.as_ref().map(Into::into),
            backend_status: info
                .backend_status
                .iter()
                .map(|(class, body)| ((*class).to_owned(), object(body)))
                .collect(),
            ..options(&info.create, &info.settings)
        }
    }
}

/// The session that `created` tells of, as it stood then.
pub(super) fn begun(event: &Event, created: &Created) -> proto::Session {
    let (kind, type_ext) = session_type::parts(&created.session_type);
    proto::Session {
        session_id: event.subject.to_string(),
        r#type: kind,
        type_ext: Some(type_ext),
        status: Status::Starting.number(),
        media: created
            .backend
            .is_some()
            .then(|| standing(created.create.media)),
        backend: created.backend.as_ref().map(backend_ref),
        backend_role: created.role.map_or(0, Known::number),
        master_id: created
            .create
            .master_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        created_at: Some(event.time.into()),
        ..options(&created.create, &created.settings)
    }
}

/// The options that a session was created with, and the defaults where they were left open.
fn options(create: &Create, settings: &Settings) -> proto::Session {
    let or = |given: Option<_>, default| Some(duration(given.unwrap_or(default)));
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let labels = create.labels.iter();
    proto::Session {
        no_offer_trickle_ice: create.no_offer_trickle_ice,
        no_answer_trickle_ice: create.no_answer_trickle_ice,
        trickle_ice_timeout: or(create.trickle_ice_timeout, settings.trickle_ice_timeout),
        sdp_type: create.sdp_type.number(),
        set_master_answer: create.set_master_answer,
        stop_after_peer: create.stop_after_peer,
        wait_timeout: or(create.wait_timeout, settings.wait_timeout),
        ready_timeout: or(create.ready_timeout, settings.ready_timeout),
        subscribe: create.subscriber.is_some(),
        subscriber: text(
            create
                .subscriber
                .as_ref()
                .map(crate::id::Subscriber::as_str),
        ),
        event_body: create.event_body.as_deref().map(object),
        destroy_when_unwatched: create.destroy_when_unwatched.map(duration),
        user_id: text(create.user_id.as_deref()),
        labels: labels
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        backend_options: create.backend_options.as_deref().map(object),
        ..proto::Session::default()
    }
}
