//! Conferences of the FreeSWITCH driver on a real FreeSWITCH, where the environment names one: what their members see and
//! hear is checked in pixels and tones.

#[path = "../support/mod.rs"]
mod support;

#[path = "../drivers/freeswitch.rs"]
mod driver;

#[path = "../conformance/session.rs"]
#[allow(dead_code, reason = "each test binary uses a part of the instruments")]
mod session;

mod members;
mod party;
mod picture;
mod play;
mod profiles;
mod record;
mod subjects;
mod types;
