//! What Kurento can do.

use super::{config::Config, rooms};
use crate::media::{
    Capabilities, Role, SdpType, TypeCapability, TypeKind,
    action::{PlayerVerb, RecorderVerb},
    capability::MediaCapability,
};

const BOTH: &[Role] = &[Role::Offerer, Role::Offeree];
const OFFEREE: &[Role] = &[Role::Offeree];
const TYPES: &[TypeKind] = &[
    TypeKind::Echo,
    TypeKind::Park,
    TypeKind::Bridge,
    TypeKind::Publish,
    TypeKind::Listen,
    TypeKind::Mcu,
    TypeKind::Play,
];
/// … where nothing may be played.
const TYPES_WITHOUT_PLAY: &[TypeKind] = &[
    TypeKind::Echo,
    TypeKind::Park,
    TypeKind::Bridge,
    TypeKind::Publish,
    TypeKind::Listen,
    TypeKind::Mcu,
];

/// All types, each with both kinds of description.
pub(super) fn of(config: &Config) -> Capabilities {
    let types = if config.media.is_empty() {
        TYPES_WITHOUT_PLAY
    } else {
        TYPES
    };
    let kinds = [TypeKind::Proxy].iter().chain(types);
    let rows = |kind: &TypeKind| {
        [SdpType::Webrtc, SdpType::Rtp].map(|sdp_type| row(config, types, *kind, sdp_type))
    };
    Capabilities {
        types: kinds.flat_map(rows).collect(),
    }
}

fn row(
    config: &Config,
    set_type: &'static [TypeKind],
    kind: TypeKind,
    sdp_type: SdpType,
) -> TypeCapability {
    let is_webrtc = sdp_type == SdpType::Webrtc;
    let roles = if kind == TypeKind::Proxy {
        OFFEREE
    } else {
        BOTH
    };
    let sdp_types: &'static [SdpType] = match sdp_type {
        SdpType::Webrtc => &[SdpType::Webrtc],
        SdpType::Rtp => &[SdpType::Rtp],
    };
    let in_room = matches!(kind, TypeKind::Publish | TypeKind::Listen | TypeKind::Mcu);
    TypeCapability {
        remote_trickle: is_webrtc,
        local_trickle: is_webrtc,
        media: MediaCapability {
            mute_audio: true,
            mute_video: true,
            mute_data: is_webrtc,
            bitrate: false,
            // The server takes a cap before it negotiates only.
            bitrate_at_open: is_webrtc,
            max_layer: false,
        },
        recorder: match config.recordings {
            Some(_) => RecorderVerb::ALL,
            None => &[],
        },
        player: if config.media.is_empty() {
            &[]
        } else {
            PlayerVerb::ALL
        },
        room: if in_room { rooms::VERBS } else { &[] },
        set_type,
        stats: true,
        ..TypeCapability::new(kind, roles, sdp_types)
    }
}
