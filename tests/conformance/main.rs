//! What every backend owes, as cases × subjects.
//!
//! A subject is a domain service with one kind of backend behind it: none (`p2p`), the simulator of a Janus or of a
//! Kurento, a real Janus, a real Kurento, or the media server in this process. A case speaks to the service only. It
//! names the capability that it needs: where the backend does not advertise it, the same test checks that the service
//! says `NOT_SUPPORTED`. After each test nothing may be left on the server.
//!
//! `cargo test --test conformance ::janus_simulator` runs one column, `… cases::echo` one part of the rows.
//! `MEDIAPLANE_WRITE_DOCS=1` writes `docs/backends.md`.

mod case;
mod cases;
mod change;
mod client;
mod matrix;
mod need;
mod party;
mod scenes;
mod session;
mod subjects;

#[path = "../support/mod.rs"]
mod support;

#[path = "../drivers/freeswitch.rs"]
mod freeswitch_driver;
#[path = "../simulators/freeswitch/mod.rs"]
mod freeswitch_simulator;
#[path = "../simulators/janus/mod.rs"]
mod janus_simulator;
#[path = "../simulators/kurento/mod.rs"]
mod kurento_simulator;
#[path = "../simulators/orders.rs"]
mod orders;
