//! Plain values of real-time media: descriptions, candidates, types, updates, capabilities.
//!
//! Nothing here does I/O or knows the time; every other layer speaks in these words.

pub mod action;
pub mod candidate;
pub mod capability;
pub mod codec;
pub mod event;
pub mod kind;
pub mod sdp;
pub mod update;

pub use action::{
    Member, PlayerAction, PlayerState, PlayerStatus, RecordedFile, RecorderAction, Recording,
    RecordingState, RoomAction, RoomOutcome,
};
pub use candidate::{Candidate, RemoteCandidate};
pub use capability::{Capabilities, TypeCapability};
pub use codec::Codec;
pub use event::LegEvent;
pub use kind::{MediaKind, Role, RoomKind, RoomOptions, SdpType, SessionType, TypeKind};
pub use sdp::{Description, Sdp};
pub use update::{MediaStats, MediaUpdate, Outcome, Update};

/// A JSON object, as carried by `google.protobuf.Struct`.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;
