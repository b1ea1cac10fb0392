//! The operators' port: the console, `/livez`, `/readyz` and `/metrics` over HTTP/1.1.
//!
//! [`router`] answers, [`serve`] accepts. Nothing here waits for another part of the service, so a probe is answered
//! while everything else is stuck.

mod console;
mod readiness;
mod routes;
mod server;

pub use console::Console;
pub use readiness::{Blocker, Readiness};
pub use routes::{State, router};
pub use server::serve;
