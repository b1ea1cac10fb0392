//! From every type to a conference and back, on a live session, four ways side by side.

use mediaplane::media::TypeKind;

use super::set_type::{becoming, every_way};
use crate::case::cases;
use crate::subjects::Subject;

macro_rules! pairs {
    ($($name:ident: $from:ident, $to:ident;)+) => {
        cases! {
            $($name: becoming(TypeKind::$from, TypeKind::$to), on [freeswitch_simulator, freeswitch];)+
        }

        $(
            async fn $name(subject: &Subject) {
                every_way(subject, TypeKind::$from, TypeKind::$to).await;
            }
        )+
    };
}

pairs! {
    echo_to_mcu: Echo, Mcu;
    park_to_mcu: Park, Mcu;
    bridge_to_mcu: Bridge, Mcu;
    play_to_mcu: Play, Mcu;
    mcu_to_echo: Mcu, Echo;
    mcu_to_park: Mcu, Park;
    mcu_to_bridge: Mcu, Bridge;
    mcu_to_play: Mcu, Play;
    mcu_to_another_room: Mcu, Mcu;
}
