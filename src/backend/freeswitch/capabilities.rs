//! What FreeSWITCH can do.

use super::{config::Config, player, recorder};
use crate::media::{
    Capabilities, Role, SdpType, TypeCapability, TypeKind, action::RoomVerb,
    capability::MediaCapability,
};

const BOTH: &[Role] = &[Role::Offerer, Role::Offeree];
const OFFEREE: &[Role] = &[Role::Offeree];
const TYPES: &[TypeKind] = &[
    TypeKind::Echo,
    TypeKind::Park,
    TypeKind::Bridge,
    TypeKind::Mcu,
    TypeKind::Play,
];
/// … where nothing may be played.
const TYPES_WITHOUT_PLAY: &[TypeKind] = &[
    TypeKind::Echo,
    TypeKind::Park,
    TypeKind::Bridge,
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
    Capabilities {
        types: kinds.map(|kind| row(config, types, *kind)).collect(),
    }
}

fn row(config: &Config, set_type: &'static [TypeKind], kind: TypeKind) -> TypeCapability {
    let roles = if kind == TypeKind::Proxy {
        OFFEREE
    } else {
        BOTH
    };
    let in_room = kind == TypeKind::Mcu;
    let (plays, records) = (!config.media.is_empty(), config.recordings.is_some());
    TypeCapability {
        media: MediaCapability {
            mute_audio: true,
            // Only its mixer can leave a picture out.
            mute_video: in_room,
            ..MediaCapability::default()
        },
        recorder: if records { recorder::VERBS } else { &[] },
        player: if plays { player::VERBS } else { &[] },
        room: match in_room {
            true => room_verbs(plays, records),
            false => &[],
        },
        set_type,
        dtmf: true,
        stats: true,
        ..TypeCapability::new(kind, roles, &[SdpType::Webrtc, SdpType::Rtp])
    }
}

/// What can be done in any conference; to play and to record needs folders.
const VERBS: [RoomVerb; 8] = [
    RoomVerb::Play,
    RoomVerb::SetLayout,
    RoomVerb::ListMembers,
    RoomVerb::MuteMember,
    RoomVerb::KickMember,
    RoomVerb::Lock,
    RoomVerb::Unlock,
    RoomVerb::Record,
];

/// What can be done in a conference.
const fn room_verbs(plays: bool, records: bool) -> &'static [RoomVerb] {
    let [_, without_play @ ..] = &VERBS;
    let [without_record @ .., _] = &VERBS;
    let [_, plain @ .., _] = &VERBS;
    match (plays, records) {
        (true, true) => &VERBS,
        (true, false) => without_record,
        (false, true) => without_play,
        (false, false) => plain,
    }
}
