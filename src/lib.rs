//! Mediaplane: one typed API over WebRTC and SIP media servers.
//!
//! Reading order: [`media`] has the plain values, [`backend`] the two traits that every driver
//! implements, [`session`] the life of a session (a pure state machine and the actor around it),
//! [`event`] what watchers see, [`grpc`] the edge, [`app`] how it all hangs together.

pub mod app;
pub mod backend;
pub mod cli;
pub mod config;
pub mod error;
pub mod event;
pub mod grpc;
pub mod http;
pub mod id;
pub mod media;
pub mod proto;
pub mod room;
pub mod session;
pub mod telemetry;

pub use error::{Error, Reason, Result};
