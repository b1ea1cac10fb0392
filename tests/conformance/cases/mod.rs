//! The rows of the matrix.

mod bridge;
mod echo;
mod gateway;
mod mcu;
mod p2p;
mod play;
mod record;
mod rooms;
mod sfu;
mod stats;
mod troubles;

use crate::case::Case;

/// All cases, by what they are about.
pub(crate) const ALL: &[(&str, &[Case])] = &[
    ("p2p", p2p::CASES),
    ("echo", echo::CASES),
    ("bridge", bridge::CASES),
    ("gateway", gateway::CASES),
    ("publish and listen", sfu::CASES),
    ("rooms", rooms::CASES),
    ("mcu", mcu::CASES),
    ("play", play::CASES),
    ("record", record::CASES),
    ("statistics", stats::CASES),
    ("troubles", troubles::CASES),
];
