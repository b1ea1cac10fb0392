//! Rooms of the Janus driver against a real Janus, with real media: publishers, listeners, mixed
//! conferences, recordings that are played back.

#[path = "../support/mod.rs"]
mod support;

#[path = "../drivers/legs.rs"]
mod legs;

#[path = "../janus_driver/world.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of the world"
)]
mod world;

mod actions;
mod listen;
mod mcu;
mod play;
mod publish;
mod resume;
mod stage;
mod stats;
