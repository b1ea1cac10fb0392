//! Janus' admin API over WebSocket (`janus-admin-protocol`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::stats::Webrtc;
use crate::backend::janus::error::Error;

/// The subprotocol of the admin API.
pub(in super::super) const SUBPROTOCOL: &str = "janus-admin-protocol";

/// A request of the admin API.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "janus", rename_all = "snake_case")]
pub(in super::super) enum AdminRequest {
    ListSessions,
    ListHandles { session_id: u64 },
    HandleInfo { session_id: u64, handle_id: u64 },
    DestroySession { session_id: u64 },
}

impl AdminRequest {
    /// The name in messages.
    pub(in super::super) const fn name(&self) -> &'static str {
        match self {
            Self::ListSessions => "list_sessions",
            Self::ListHandles { .. } => "list_handles",
            Self::HandleInfo { .. } => "handle_info",
            Self::DestroySession { .. } => "destroy_session",
        }
    }
}

/// The frame of `request`.
pub(in super::super) fn frame(request: &AdminRequest, transaction: u64, secret: &str) -> String {
    #[derive(Serialize)]
    struct Frame<'a> {
        #[serde(flatten)]
        request: &'a AdminRequest,
        transaction: String,
        admin_secret: &'a str,
    }
    let frame = Frame {
        request,
        transaction: transaction.to_string(),
        admin_secret: secret,
    };
    serde_json::to_string(&frame).expect("a request has string keys and no failing values")
}

/// A reply of the admin API.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(in super::super) struct AdminReply {
    transaction: String,
    error: Option<Refusal>,
    #[serde(default)]
    pub(in super::super) sessions: Vec<u64>,
    #[serde(default)]
    pub(in super::super) handles: Vec<u64>,
    pub(in super::super) info: Option<HandleInfo>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Refusal {
    code: u32,
    reason: String,
}

/// What the server knows of a handle.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(in super::super) struct HandleInfo {
    pub(in super::super) opaque_id: Option<String>,
    /// The plugin's own words.
    #[serde(default)]
    pub(in super::super) plugin_specific: Value,
    flags: Option<Flags>,
    /// When its ICE agent was made, in microseconds; 0 or none if there is none.
    #[serde(rename = "agent-created")]
    agent_created: Option<u64>,
    /// The counters of its peer connection, if it has one.
    #[serde(default)]
    pub(in super::super) webrtc: Webrtc,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Flags {
    /// ICE and DTLS are through.
    ready: bool,
}

impl HandleInfo {
    /// Whether there is a peer connection, answered or not.
    pub(in super::super) fn has_connection(&self) -> bool {
        self.agent_created.is_some_and(|at| at > 0)
    }

    /// Whether media can flow.
    pub(in super::super) fn is_ready(&self) -> bool {
        self.flags.is_some_and(|flags| flags.ready)
    }
}

impl AdminReply {
    /// Reads one frame, with the number of its request.
    pub(in super::super) fn read(text: &str) -> Result<(u64, Self), Error> {
        let malformed = |error: serde_json::Error| Error::Malformed(error.to_string());
        let reply: Self = serde_json::from_str(text).map_err(malformed)?;
        let key = reply.transaction.parse();
        let key = key.map_err(|_| Error::Malformed("a reply to no request".into()))?;
        Ok((key, reply))
    }

    /// The refusal, if it is one.
    pub(in super::super) fn accepted(self, command: &'static str) -> Result<Self, Error> {
        match self.error {
            Some(Refusal { code, reason }) => Err(Error::Core {
                command,
                code,
                reason,
            }),
            None => Ok(self),
        }
    }
}
