//! A small server that speaks Janus' WebSocket APIs (1.1.2) without any media.
//!
//! Every reply is made of a frame that a real Janus sent; sessions, handles, calls, gateways and rooms are kept,
//! so that what a client leaves behind is seen. A peer "connects" as soon as offer, answer and a candidate are there.
//! What shall go wrong is ordered by the test, see [`Fault`].

// Every test binary compiles all of this and uses a part of it.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of the simulator"
)]

mod admin;
mod core;
mod faults;
mod frames;
mod plugin;
mod sdp;
mod server;
mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio_util::sync::{CancellationToken, DropGuard};

#[allow(
    unused_imports,
    reason = "each test binary uses a part of the simulator"
)]
pub(crate) use admin::ADMIN_SECRET;
pub(crate) use faults::Fault;
pub(crate) use frames::folder as recordings;

use server::{Api, Shared};
use world::{At, World};

/// How the server is configured.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// `api_secret`.
    pub(crate) api_secret: Option<String>,
    /// `session_timeout` in seconds, as told; no session ends by itself.
    pub(crate) session_timeout: u32,
    /// `reclaim_session_timeout` in seconds, as told; with 0 sessions end with their connection, else never.
    pub(crate) reclaim_session_timeout: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            api_secret: None,
            session_timeout: 60,
            reclaim_session_timeout: 60,
        }
    }
}

/// A running server; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    admin_address: SocketAddr,
    _running: DropGuard,
}

/// What the server holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// The `opaque_id`s of each session's handles, by session; an empty text for a handle without one.
    pub(crate) sessions: BTreeMap<u64, Vec<String>>,
    /// The names of the rooms, video and audio.
    pub(crate) rooms: Vec<String>,
}

impl Held {
    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.rooms.is_empty()
    }
}

impl Simulator {
    /// Starts on free ports.
    pub(crate) async fn start(options: Options) -> Simulator {
        let running = CancellationToken::new();
        let shared = Shared::new(World::new(options), running.clone());
        let address = shared.listen(Api::Janus).await;
        let admin_address = shared.listen(Api::Admin).await;
        Simulator {
            shared,
            address,
            admin_address,
            _running: running.drop_guard(),
        }
    }

    /// Where the Janus API is, subprotocol `janus-protocol`.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Where the admin API is, subprotocol `janus-admin-protocol`; its secret is [`ADMIN_SECRET`].
    pub(crate) fn admin_url(&self) -> String {
        format!("ws://{}", self.admin_address)
    }

    /// Does `fault` to each request of a name until [`Simulator::obey`]: a verb (`attach`), a plugin (`videocall`),
    /// a plugin's request (`videocall.call`, `echotest.message`) or all (`*`).
    pub(crate) fn order(&self, on: &'static str, fault: Fault) {
        self.shared.state().faults.order(on, fault, None);
    }

    /// As [`Simulator::order`], for the next `count` such requests.
    pub(crate) fn order_next(&self, count: usize, on: &'static str, fault: Fault) {
        self.shared.state().faults.order(on, fault, Some(count));
    }

    /// Forgets all orders.
    pub(crate) fn obey(&self) {
        self.shared.state().faults.clear();
    }

    /// Resets all connections. What becomes of the sessions is up to `reclaim_session_timeout`.
    pub(crate) fn drop_connections(&self) {
        self.shared.state().cut();
    }

    /// Resets new connections as soon as they are made, or takes them again.
    pub(crate) fn refuse_connections(&self, refuse: bool) {
        self.shared.state().refuses_connections = refuse;
    }

    /// Dies and comes back: connections, sessions and rooms are gone.
    pub(crate) fn restart(&self) {
        let mut state = self.shared.state();
        state.world = World::new(state.world.options.clone());
        state.cut();
    }

    /// Lets sessions end with their connection from now on, or not.
    pub(crate) fn set_reclaim_session_timeout(&self, seconds: u32) {
        self.shared.state().world.options.reclaim_session_timeout = seconds;
    }

    /// What it holds now.
    pub(crate) fn held(&self) -> Held {
        let state = self.shared.state();
        let opaque = |handle: &world::Handle| handle.opaque_id.clone().unwrap_or_default();
        let sessions = state.world.sessions.iter();
        Held {
            sessions: sessions
                .map(|(id, session)| (*id, session.handles.values().map(opaque).collect()))
                .collect(),
            rooms: state
                .world
                .rooms
                .keys()
                .chain(state.world.conferences.keys())
                .cloned()
                .collect(),
        }
    }

    /// How many requests of this name came; names are those of [`Simulator::order`].
    pub(crate) fn asked(&self, name: &str) -> usize {
        self.shared
            .state()
            .asked
            .get(name)
            .copied()
            .unwrap_or_default()
    }

    /// The peer connection of the handle whose `opaque_id` ends so (or whose id it is) is gone (`DTLS alert`).
    pub(crate) fn hang_up(&self, opaque_id: &str, reason: &str) {
        self.on(opaque_id, |world, at| world.hangs_up(at, reason));
    }

    /// The media of the client behind that handle begins or stops to arrive.
    pub(crate) fn media(&self, opaque_id: &str, receiving: bool) {
        self.on(opaque_id, |world, at| world.media(at, receiving));
    }

    /// The session of that handle was not kept alive.
    pub(crate) fn time_out(&self, opaque_id: &str) {
        self.on(opaque_id, World::times_out);
    }

    fn on(&self, opaque_id: &str, act: impl FnOnce(&mut World, At)) {
        let mut state = self.shared.state();
        let is_it = |at: &At, handle: &world::Handle| {
            let marked = handle
                .opaque_id
                .as_ref()
                .is_some_and(|id| id.ends_with(opaque_id));
            marked || at.handle.to_string() == opaque_id
        };
        let found = state
            .world
            .handles()
            .find(|(at, handle)| is_it(at, handle))
            .map(|(at, _)| at);
        let at = found.unwrap_or_else(|| panic!("there is no handle {opaque_id}"));
        act(&mut state.world, at);
        self.shared.perform(&mut state);
    }
}
