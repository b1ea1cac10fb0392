//! What drivers share to hold a connection to a media server.

pub mod backoff;
pub mod pending;
pub mod socket;
pub mod websocket;

pub use backoff::Backoff;
pub use pending::Pending;
pub use socket::{Happened, Socket};
