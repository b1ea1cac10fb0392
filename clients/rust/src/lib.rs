//! What is by hand here is thin: [`Client`] connects, [`Error`] tells what the service says of a call that failed, [`Watch`]
//! goes on over broken connections. The messages and calls are in [`proto`], generated from the API.
#![doc = include_str!("../README.md")]

mod client;
mod connection;
mod error;
mod progress;
mod trials;
mod watch;

pub use client::{Builder, Client, InvalidOptions};
pub use connection::Connection;
pub use error::{Error, FieldViolation};
pub use tonic;
pub use watch::{Item, Watch};

/// The messages and calls of the API, generated from it. Their documentation is the API reference.
#[allow(
    missing_docs,
    clippy::default_trait_access,
    clippy::large_enum_variant,
    reason = "generated code"
)]
pub mod proto {
    include!("gen/mediaplane.v1.rs");
}
