//! The Kurento driver against a real Kurento, with real media.

#[path = "../support/mod.rs"]
mod support;

#[path = "../drivers/legs.rs"]
mod legs;

mod killed;
mod leaks;
mod outage;
mod program;
mod restart;
mod tls;
mod two;
mod world;
