//! The embedded backend: a media server inside this process.

pub mod forward;
pub mod packet;
pub mod play;
pub mod record;
pub mod rtp;
