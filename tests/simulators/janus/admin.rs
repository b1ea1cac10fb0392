//! The admin API.

use serde_json::{Value, json};

use super::frames::Frame;
use super::plugin;
use super::world::{At, PeerState, World};

/// The secret that each request to the admin API must carry.
pub(crate) const ADMIN_SECRET: &str = "test-admin-secret";

type Refusal = (u32, String);

/// The answer to a frame of the admin API.
pub(super) fn answer(world: &mut World, text: &str) -> Value {
    let request: Value = serde_json::from_str(text).unwrap_or_default();
    let session = request["session_id"].as_u64();
    let frame =
        perform(world, &request).unwrap_or_else(|(code, reason)| Frame::refusal(code, &reason));
    let frame = frame.with("transaction", request["transaction"].clone());
    match session {
        Some(session) => frame.with("session_id", session),
        None => frame.without("session_id"),
    }
    .into_value()
}

fn perform(world: &mut World, request: &Value) -> Result<Frame, Refusal> {
    let verb = request["janus"].as_str().unwrap_or_default();
    if verb == "info" {
        return Ok(Frame::recorded("server_info"));
    }
    if request["admin_secret"] != json!(ADMIN_SECRET) {
        let words = "Unauthorized request (wrong or missing secret/token)";
        return Err((403, words.to_owned()));
    }
    let session = request["session_id"].as_u64().unwrap_or_default();
    match verb {
        "ping" => Ok(Frame::recorded("pong")),
        "list_sessions" => {
            let ids: Vec<u64> = world.sessions.keys().copied().collect();
            Ok(Frame::recorded("admin.sessions").with("sessions", ids))
        }
        "message_plugin" => {
            let plugin = request["plugin"].as_str().unwrap_or_default();
            let response = plugin::without_handle(world, plugin, &request["request"]);
            Ok(Frame::recorded("admin.plugin").with("response", response))
        }
        "list_handles" | "handle_info" | "destroy_session"
            if !world.sessions.contains_key(&session) =>
        {
            Err((458, format!("No such session {session}")))
        }
        "list_handles" => {
            let handles: Vec<u64> = world.sessions[&session].handles.keys().copied().collect();
            Ok(Frame::recorded("admin.handles").with("handles", handles))
        }
        "handle_info" => handle_info(world, session, request),
        "destroy_session" => {
            world.destroy(session);
            Ok(Frame::recorded("admin.destroyed"))
        }
        other => Err((457, format!("Unhandled request '{other}' at this path"))),
    }
}

fn handle_info(world: &mut World, session: u64, request: &Value) -> Result<Frame, Refusal> {
    let handle = request["handle_id"].as_u64().unwrap_or_default();
    let missing = || (459, format!("No such handle {handle} in session {session}"));
    let entry = world.handle(At { session, handle }).ok_or_else(missing)?;
    let recorded = match request["plugin_only"] == json!(true) {
        true => Frame::recorded("admin.plugin_only"),
        false => Frame::recorded("admin.handle_info"),
    };
    let mut info = recorded.clone().into_value()["info"].take();
    info["session_id"] = json!(session);
    info["handle_id"] = json!(handle);
    info["plugin"] = json!(format!("janus.plugin.{}", entry.plugin.name()));
    info["opaque_id"] = json!(entry.opaque_id);
    if let Some(shown) = plugin::shown(entry) {
        info["plugin_specific"] = shown;
    }
    if info.get("flags").is_some() {
        let state = entry.peer.state;
        if state == PeerState::None {
            info["agent-created"] = json!(0);
        }
        info["flags"]["ready"] = json!(state == PeerState::Up);
        info["flags"]["negotiated"] = json!(matches!(state, PeerState::Negotiated | PeerState::Up));
    }
    Ok(recorded.with("handle_id", handle).with("info", info))
}
