//! The gRPC edge: the only place, with the client, that sees generated types.
//!
//! A handler reads its request ([`convert`]), asks the domain, and writes the reply; errors become statuses in
//! [`status`]. [`serve`] has the whole stack around the services.

mod backend;
mod console;
mod context;
mod convert;
mod event;
mod health;
mod incoming;
mod methods;
mod metrics;
mod room;
mod router;
mod server;
mod session;
mod status;
mod web;

pub use console::Console;
pub use health::Health;
pub use server::{Api, Error, Parts, serve};
