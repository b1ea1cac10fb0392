//! The frames that are sent.

use serde_json::{Value, json};

use super::call::Call;

/// Begins a session, or takes an earlier one over to this socket.
pub(in super::super) fn connect(id: &str, session: Option<&str>) -> String {
    let params = match session {
        Some(session) => json!({"sessionId": session}),
        None => json!({}),
    };
    json!({"jsonrpc": "2.0", "id": id, "method": "connect", "params": params}).to_string()
}

/// Asks whether the server still reads what is sent.
pub(in super::super) fn ping(id: &str, session: &str) -> String {
    let params = json!({"sessionId": session});
    json!({"jsonrpc": "2.0", "id": id, "method": "ping", "params": params}).to_string()
}

/// One call. `id` must never come again in this session: the server would answer as it did then.
pub(in super::super) fn request(id: &str, call: &Call, session: &str) -> String {
    let mut params = call.params();
    params.insert("sessionId".into(), session.into());
    json!({"jsonrpc": "2.0", "id": id, "method": call.method(), "params": params}).to_string()
}

/// Many calls, done one after the other up to the first that is refused; see [`request`].
pub(in super::super) fn transaction(id: &str, calls: &[Call], session: &str) -> String {
    let step = |(place, call): (usize, &Call)| json!({"jsonrpc": "2.0", "id": place, "method": call.method(), "params": call.params()});
    let operations: Vec<Value> = calls.iter().enumerate().map(step).collect();
    let params = json!({"operations": operations, "sessionId": session});
    json!({"jsonrpc": "2.0", "id": id, "method": "transaction", "params": params}).to_string()
}
