//! What drivers share to hold a connection to a media server.

pub mod backoff;
pub mod pending;
pub mod websocket;

pub use backoff::Backoff;
pub use pending::Pending;
