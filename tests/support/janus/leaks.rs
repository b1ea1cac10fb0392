//! What a server still holds: sessions and rooms that nobody cleaned up.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Janus;

/// Plugins with rooms or mountpoints that outlive the sessions that made them.
const ROOM_PLUGINS: [&str; 3] = [
    "janus.plugin.videoroom",
    "janus.plugin.audiobridge",
    "janus.plugin.streaming",
];

/// A session as the admin API shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Janus' id of it.
    pub(crate) id: u64,
    /// The `opaque_id` of each of its handles that has one.
    pub(crate) opaque_ids: Vec<String>,
}

/// What is left on a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leaks {
    /// Sessions, except those that were excused.
    pub(crate) sessions: Vec<Session>,
    /// Rooms and mountpoints as (plugin, id). A room made with `is_private` cannot be seen.
    pub(crate) rooms: Vec<(String, String)>,
}

impl Leaks {
    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.rooms.is_empty()
    }
}

impl Janus {
    /// All sessions but the excused ones, and all rooms, as the admin API shows them now.
    pub(crate) async fn leaks(&self, excused: impl Fn(&Session) -> bool) -> Leaks {
        let mut sessions = self.sessions().await;
        sessions.retain(|session| !excused(session));
        let mut rooms = Vec::new();
        for plugin in ROOM_PLUGINS {
            let ids = self.rooms(plugin).await.into_iter();
            rooms.extend(ids.map(|room| (plugin.to_owned(), room)));
        }
        Leaks { sessions, rooms }
    }

    /// Waits until nothing but what is excused is left.
    ///
    /// # Panics
    /// If something still is after `patience`; the message lists it.
    pub(crate) async fn leaves_nothing(
        &self,
        patience: Duration,
        excused: impl Fn(&Session) -> bool,
    ) {
        let deadline = Instant::now() + patience;
        loop {
            let leaks = self.leaks(&excused).await;
            if leaks.is_empty() {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "left on Janus after {patience:?}: {leaks:#?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// All sessions with the opaque ids of their handles.
    pub(crate) async fn sessions(&self) -> Vec<Session> {
        let listed = self.admin(json!({"janus": "list_sessions"})).await;
        let mut sessions = Vec::new();
        for id in numbers(&listed["sessions"]) {
            let mut opaque_ids = Vec::new();
            for handle in self.handles(id).await {
                let info = self.handle_info(id, handle).await;
                opaque_ids.extend(info["opaque_id"].as_str().map(str::to_owned));
            }
            sessions.push(Session { id, opaque_ids });
        }
        sessions
    }

    /// The handle ids of a session; none if it is gone.
    pub(crate) async fn handles(&self, session: u64) -> Vec<u64> {
        let request = json!({"janus": "list_handles", "session_id": session});
        numbers(&self.admin(request).await["handles"])
    }

    /// The `info` of a handle: `opaque_id`, `plugin`, `plugin_specific`, ICE, DTLS and stream state; null if gone.
    pub(crate) async fn handle_info(&self, session: u64, handle: u64) -> Value {
        let request = json!({"janus": "handle_info", "session_id": session, "handle_id": handle});
        self.admin(request).await["info"].take()
    }

    /// Sends a request to a plugin without a handle and returns the plugin's answer.
    pub(crate) async fn plugin(&self, plugin: &str, request: Value) -> Value {
        let request = json!({"janus": "message_plugin", "plugin": plugin, "request": request});
        self.admin(request).await["response"].take()
    }

    async fn rooms(&self, plugin: &str) -> Vec<String> {
        let listed = self.plugin(plugin, json!({"request": "list"})).await;
        let list = listed["list"]
            .as_array()
            .unwrap_or_else(|| panic!("{plugin} lists its rooms, not: {listed}"));
        let id = |room: &Value| {
            room["room"]
                .as_str()
                .or(room["id"].as_str())
                .map(str::to_owned)
        };
        list.iter().filter_map(id).collect()
    }
}

fn numbers(list: &Value) -> Vec<u64> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_u64).collect()
}
