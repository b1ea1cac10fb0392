//! The rows of the matrix.

mod aiortc;
mod bridge;
mod codecs;
mod data;
mod echo;
mod files;
mod freeswitch;
mod freeswitch_conference;
mod freeswitch_files;
mod gateway;
mod gone;
mod kurento;
mod layers;
mod limits;
mod mcu;
mod mcu_types;
mod p2p;
mod play;
mod record;
mod rooms;
mod set_type;
mod sfu;
mod stats;
mod troubles;
mod ways;

use crate::case::Case;

/// All cases, by what they are about.
pub(crate) const ALL: &[(&str, &[Case])] = &[
    ("p2p", p2p::CASES),
    ("echo", echo::CASES),
    ("bridge", bridge::CASES),
    ("gateway", gateway::CASES),
    ("publish and listen", sfu::CASES),
    ("keyframes and layers", layers::CASES),
    ("codecs", codecs::CASES),
    ("data channels", data::CASES),
    ("every way to begin", ways::CASES),
    ("from type to type", set_type::CASES),
    ("from type to conference", mcu_types::CASES),
    ("rooms", rooms::CASES),
    ("mcu", mcu::CASES),
    ("play", play::CASES),
    ("record", record::CASES),
    ("recorded files", files::CASES),
    ("statistics", stats::CASES),
    ("another implementation", aiortc::CASES),
    ("limits", limits::CASES),
    ("clients that are gone", gone::CASES),
    ("troubles", troubles::CASES),
    ("troubles with Kurento", kurento::CASES),
    ("troubles with FreeSWITCH", freeswitch::CASES),
    ("conferences of FreeSWITCH", freeswitch_conference::CASES),
    ("files with FreeSWITCH", freeswitch_files::CASES),
];
