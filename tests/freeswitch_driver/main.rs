//! The FreeSWITCH driver against a real FreeSWITCH, with real media.

#[path = "../support/mod.rs"]
mod support;

#[path = "../drivers/legs.rs"]
mod legs;
#[path = "../drivers/program.rs"]
mod program;

mod bridge;
mod killed;
mod leaks;
mod outage;
mod refused;
mod restart;
mod stranger;
mod two;
mod udp;
mod world;
