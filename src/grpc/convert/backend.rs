//! Media servers and what they can do.

use super::{
    Fields, Limits,
    kinds::{Known, numbers},
};
use crate::{
    backend::{Load, Status, registry::Listing},
    error::Result,
    id::BackendName,
    media::{TypeCapability, capability::MediaCapability},
    proto,
};

/// A request that only names a backend.
pub(crate) fn name(limits: &Limits, name: &str) -> Result<BackendName> {
    let mut fields = Fields::new(limits);
    let name = fields.id("name", name);
    fields.finish(name)
}

impl From<&Listing> for proto::Backend {
    fn from(listing: &Listing) -> Self {
        let (version, message) = match &listing.status {
            Status::Up { version, .. } => (version.clone(), String::new()),
            Status::Down { message } => (String::new(), message.clone()),
        };
        let status = match (&listing.status, listing.draining) {
            (Status::Down { .. }, _) => proto::BackendStatus::Down,
            (Status::Up { .. }, true) => proto::BackendStatus::Draining,
            (Status::Up { .. }, false) => proto::BackendStatus::Up,
        };
        let carries = match listing.status {
            Status::Up { load, .. } => load,
            Status::Down { .. } => Load::default(),
        };
        let capabilities = &listing.backend.capabilities().types;
        Self {
            name: listing.backend.name().to_string(),
            kind: listing.backend.kind().to_owned(),
            version,
            status: status.into(),
            load: Some(proto::BackendLoad {
                sessions: count(listing.sessions),
                bitrate_kbps: carries.bitrate_kbps,
                cpu_percent: carries.cpu_percent,
            }),
            limits: Some(proto::BackendLimits {
                max_sessions: count(listing.max_sessions),
            }),
            capabilities: capabilities.iter().map(Into::into).collect(),
            status_message: message,
        }
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl From<&TypeCapability> for proto::Capability {
    fn from(can: &TypeCapability) -> Self {
        Self {
            r#type: can.kind.number(),
            roles: numbers(can.roles),
            sdp_types: numbers(can.sdp_types),
            recorder_actions: numbers(can.recorder),
            player_actions: numbers(can.player),
            room_actions: numbers(can.room),
            media_updates: media_updates(can.media),
            set_type_targets: numbers(can.set_type),
            trickle: can.remote_trickle,
            local_trickle: can.local_trickle,
            dtmf: can.dtmf,
            stats: can.stats,
        }
    }
}

fn media_updates(can: MediaCapability) -> Vec<i32> {
    use proto::MediaUpdateKind as Kind;
    let all = [
        (can.mute_audio, Kind::MuteAudio),
        (can.mute_video, Kind::MuteVideo),
        (can.mute_data, Kind::MuteData),
        (can.bitrate, Kind::Bitrate),
        (can.bitrate_at_open, Kind::BitrateAtCreate),
        (can.max_layer, Kind::MaxLayer),
    ];
    all.into_iter()
        .filter_map(|(can, kind)| can.then_some(kind.into()))
        .collect()
}
