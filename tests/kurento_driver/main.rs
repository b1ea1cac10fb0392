//! The Kurento driver against a real Kurento, with real media.

#[path = "../support/mod.rs"]
mod support;

#[path = "../drivers/legs.rs"]
mod legs;
#[path = "../drivers/program.rs"]
mod program;

mod killed;
mod leaks;
mod outage;
mod restart;
mod tls;
mod two;
mod world;
