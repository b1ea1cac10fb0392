//! The Janus driver against a real Janus, with real media.

#[path = "../support/mod.rs"]
mod support;

#[path = "../drivers/legs.rs"]
mod legs;

mod bridge;
mod echo;
mod gateway;
mod outage;
mod resume;
mod world;
