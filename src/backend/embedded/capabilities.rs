//! What the embedded media server can do.

use super::config::Config;
use crate::media::{
    Capabilities, Role, SdpType, TypeCapability, TypeKind,
    action::{PlayerVerb, RecorderVerb, RoomVerb},
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
    TypeKind::Play,
];
const ROOM: &[RoomVerb] = &[
    RoomVerb::MuteMember,
    RoomVerb::KickMember,
    RoomVerb::Lock,
    RoomVerb::Unlock,
];

/// All types, each with both kinds of description.
pub(super) fn of(config: &Config) -> Capabilities {
    let kinds = [TypeKind::Proxy].iter().chain(TYPES);
    let rows = |kind: &TypeKind| {
        [SdpType::Webrtc, SdpType::Rtp].map(|sdp_type| row(config, *kind, sdp_type))
    };
    Capabilities {
        types: kinds.flat_map(rows).collect(),
    }
}

fn row(config: &Config, kind: TypeKind, sdp_type: SdpType) -> TypeCapability {
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
    let in_room = matches!(kind, TypeKind::Publish | TypeKind::Listen);
    TypeCapability {
        remote_trickle: is_webrtc,
        media: MediaCapability {
            mute_audio: true,
            mute_video: true,
            mute_data: is_webrtc,
            bitrate: is_webrtc,
            bitrate_at_open: false,
            max_layer: receives_layers(kind, sdp_type),
        },
        recorder: match config.record {
            Some(_) => RecorderVerb::ALL,
            None => &[],
        },
        player: PlayerVerb::ALL,
        room: if in_room { ROOM } else { &[] },
        set_type: TYPES,
        dtmf: !is_webrtc,
        stats: true,
        ..TypeCapability::new(kind, roles, sdp_types)
    }
}

/// Whether a session of this row may receive what its sender offers in several layers. A proxy does once it is bridged,
/// an echo gets its own back.
fn receives_layers(kind: TypeKind, sdp_type: SdpType) -> bool {
    match kind {
        TypeKind::Listen | TypeKind::Bridge | TypeKind::Proxy => true,
        // Plain RTP is never in layers.
        TypeKind::Echo => sdp_type == SdpType::Webrtc,
        TypeKind::Park | TypeKind::Publish | TypeKind::Play | TypeKind::P2p | TypeKind::Mcu => {
            false
        }
    }
}
