//! Rooms.

use super::{Fields, Limits, kinds::Known, session::backend_ref, time::duration};
use crate::{
    error::Result,
    id::RoomId,
    media::RoomKind,
    proto,
    room::{Create, Filter, Info},
};

/// Which part of a list of rooms.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) size: usize,
    pub(crate) after: Option<RoomId>,
}

/// `CreateRoom`.
pub(crate) fn create(limits: &Limits, request: proto::CreateRoomRequest) -> Result<Create> {
    let mut fields = Fields::new(limits);
    let create = Create {
        room_id: fields.optional_id("room_id", &request.room_id),
        kind: fields
            .optional_kind("kind", request.kind)
            .unwrap_or(RoomKind::Sfu),
        backend: fields.backend("backend", &request.backend),
        options: fields.room_options("options", request.options),
        labels: fields.labels(request.labels),
    };
    fields.finish(Some(create))
}

/// A request that only names a room.
pub(crate) fn room_id(limits: &Limits, id: &str) -> Result<RoomId> {
    let mut fields = Fields::new(limits);
    let id = fields.id("room_id", id);
    fields.finish(id)
}

/// Which rooms to list.
pub(crate) fn list(limits: &Limits, request: proto::ListRoomsRequest) -> Result<(Filter, Page)> {
    let mut fields = Fields::new(limits);
    let filter = request.filter.unwrap_or_default();
    let filter = fields.within("filter", |fields| Filter {
        kinds: fields.kinds("kinds", &filter.kinds),
        labels: fields.labels(filter.labels),
        backends: fields.backends(filter.backends),
    });
    let page = Page {
        size: fields.page_size(request.page_size),
        after: fields.optional_id("page_token", &request.page_token),
    };
    fields.finish(Some((filter, page)))
}

impl From<Info> for proto::Room {
    fn from(info: Info) -> Self {
        let labels = info.labels.iter();
        Self {
            room_id: info.room_id.to_string(),
            kind: info.kind.number(),
            backend: Some(backend_ref(&info.backend)),
            audio_codec: info
                .options
                .audio_codec
                .as_deref()
                .unwrap_or_default()
                .to_owned(),
            video_codec: info
                .options
                .video_codec
                .as_deref()
                .unwrap_or_default()
                .to_owned(),
            bitrate_kbps: info.options.bitrate_kbps.unwrap_or_default(),
            timeout: Some(duration(info.timeout)),
            members: info.members.iter().map(Into::into).collect(),
            labels: labels
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            created_at: Some(info.created_at.into()),
        }
    }
}
