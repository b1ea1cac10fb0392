//! What is sent to the Janus API.

use serde::{Serialize, ser::SerializeMap};
use serde_json::Value;

use super::{Jsep, Plugin};
use crate::media::{Candidate, RemoteCandidate};

/// A request; the reply classes are those of its variant.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "janus", rename_all = "lowercase")]
pub(in super::super) enum Request {
    /// The server's version and settings.
    Info,
    /// Whether the server still answers.
    Ping,
    /// Makes a session with an id of our choice, so that it can be destroyed without its reply.
    Create { id: u64 },
    /// Makes a handle of a plugin.
    Attach { plugin: Plugin, opaque_id: String },
    /// Takes over a session whose socket is gone.
    Claim,
    /// Keeps a session from timing out. Answered by an `ack` only.
    Keepalive,
    /// Speaks to a plugin.
    Message {
        body: Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        jsep: Option<Jsep>,
    },
    /// Gives candidates. Answered by an `ack` only.
    Trickle(Trickle),
    /// Gives a handle back.
    Detach,
    /// Ends a session with all its handles.
    Destroy,
}

impl Request {
    /// The name in figures and messages.
    pub(in super::super) const fn name(&self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Ping => "ping",
            Self::Create { .. } => "create",
            Self::Attach { .. } => "attach",
            Self::Claim => "claim",
            Self::Keepalive => "keepalive",
            Self::Message { .. } => "message",
            Self::Trickle(_) => "trickle",
            Self::Detach => "detach",
            Self::Destroy => "destroy",
        }
    }

    /// Whether an `ack` is all that comes.
    pub(in super::super) const fn ends_with_ack(&self) -> bool {
        matches!(self, Self::Keepalive | Self::Trickle(_))
    }
}

/// Candidates, or that there are no more.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Trickle {
    Candidates(Vec<TrickleCandidate>),
    Candidate(Completed),
}

/// A candidate as browsers write it.
#[derive(Clone, Debug)]
pub(in super::super) struct TrickleCandidate(Candidate);

impl Serialize for TrickleCandidate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(mid) = self.0.sdp_mid() {
            map.serialize_entry("sdpMid", mid)?;
        }
        if let Some(index) = self.0.sdp_m_line_index() {
            map.serialize_entry("sdpMLineIndex", &index)?;
        }
        map.serialize_entry("candidate", self.0.line())?;
        map.end()
    }
}

/// No more candidates.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in super::super) struct Completed {
    completed: bool,
}

impl Trickle {
    /// The requests that tell `candidates` in order: the end has one of its own.
    pub(in super::super) fn requests(candidates: Vec<RemoteCandidate>) -> Vec<Self> {
        let mut requests = Vec::new();
        let mut run = Vec::new();
        for candidate in candidates {
            match candidate {
                RemoteCandidate::One(candidate) => run.push(TrickleCandidate(candidate)),
                RemoteCandidate::End => {
                    if !run.is_empty() {
                        requests.push(Self::Candidates(std::mem::take(&mut run)));
                    }
                    requests.push(Self::Candidate(Completed { completed: true }));
                }
            }
        }
        if !run.is_empty() {
            requests.push(Self::Candidates(run));
        }
        requests
    }
}

/// What a request is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Address {
    #[serde(rename = "session_id", skip_serializing_if = "Option::is_none")]
    session: Option<u64>,
    #[serde(rename = "handle_id", skip_serializing_if = "Option::is_none")]
    handle: Option<u64>,
}

impl Address {
    /// The server as a whole.
    pub(in super::super) const SERVER: Self = Self {
        session: None,
        handle: None,
    };

    /// A session.
    pub(in super::super) const fn session(session: u64) -> Self {
        Self {
            session: Some(session),
            handle: None,
        }
    }

    /// A handle of a session.
    pub(in super::super) const fn handle(session: u64, handle: u64) -> Self {
        Self {
            session: Some(session),
            handle: Some(handle),
        }
    }
}

/// What each request must carry to be let in.
#[derive(Clone, Default, Serialize)]
pub(in super::super) struct Credentials {
    #[serde(rename = "apisecret", skip_serializing_if = "Option::is_none")]
    pub(in super::super) api_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// The frame of `request`.
pub(in super::super) fn frame(
    request: &Request,
    transaction: &str,
    address: Address,
    credentials: &Credentials,
) -> String {
    #[derive(Serialize)]
    struct Frame<'a> {
        #[serde(flatten)]
        request: &'a Request,
        transaction: &'a str,
        #[serde(flatten)]
        address: Address,
        #[serde(flatten)]
        credentials: &'a Credentials,
    }
    let frame = Frame {
        request,
        transaction,
        address,
        credentials,
    };
    serde_json::to_string(&frame).expect("a request has string keys and no failing values")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(request: &Request, address: Address) -> Value {
        let text = frame(request, "7", address, &Credentials::default());
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn requests_are_written_as_recorded() {
        assert_eq!(
            sent(&Request::Create { id: 4_242_424_242 }, Address::SERVER),
            json!({"janus": "create", "id": 4_242_424_242_u64, "transaction": "7"})
        );
        let attach = Request::Attach {
            plugin: Plugin::Echotest,
            opaque_id: "mediaplane/a/b".into(),
        };
        assert_eq!(
            sent(&attach, Address::session(1)),
            json!({"janus": "attach", "session_id": 1, "plugin": "janus.plugin.echotest",
                   "opaque_id": "mediaplane/a/b", "transaction": "7"})
        );
        let message = Request::Message {
            body: json!({"audio": true}),
            jsep: None,
        };
        assert_eq!(
            sent(&message, Address::handle(1, 2)),
            json!({"janus": "message", "session_id": 1, "handle_id": 2, "body": {"audio": true},
                   "transaction": "7"})
        );
    }

    #[test]
    fn credentials_go_along_and_are_not_printed() {
        let credentials = Credentials {
            api_secret: Some("hunter2".into()),
            token: Some("hunter3".into()),
        };
        let text = frame(&Request::Claim, "7", Address::session(1), &credentials);
        assert_eq!(
            serde_json::from_str::<Value>(&text).expect("JSON"),
            json!({"janus": "claim", "session_id": 1, "apisecret": "hunter2", "token": "hunter3",
                   "transaction": "7"})
        );
        assert!(!format!("{credentials:?}").contains("hunter"));
    }

    #[test]
    fn candidates_go_together_and_the_end_alone() {
        let line = "candidate:1 1 udp 1 192.0.2.7 46154 typ host";
        let one = || {
            let candidate = Candidate::new(Some("0"), Some(0), line).expect("a candidate");
            RemoteCandidate::One(candidate)
        };
        let requests: Vec<_> = Trickle::requests(vec![one(), one(), RemoteCandidate::End])
            .into_iter()
            .map(|trickle| sent(&Request::Trickle(trickle), Address::handle(1, 2)))
            .collect();
        let candidate = json!({"sdpMid": "0", "sdpMLineIndex": 0, "candidate": line});
        assert_eq!(
            requests,
            [
                json!({"janus": "trickle", "session_id": 1, "handle_id": 2,
                       "candidates": [candidate, candidate], "transaction": "7"}),
                json!({"janus": "trickle", "session_id": 1, "handle_id": 2,
                       "candidate": {"completed": true}, "transaction": "7"}),
            ]
        );
    }
}
