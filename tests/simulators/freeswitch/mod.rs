//! A small server that speaks FreeSWITCH's event socket and SIP (1.10.12) without any media.
//!
//! Legs, what runs on them, rooms and what is played or recorded are kept, so that what a client leaves behind is seen.
//! A WebRTC leg "connects" soon after its offer and its answer are there. What shall go wrong is ordered by the test, see
//! [`Fault`]; whether text of a client ever became part of a command that it was not meant for is remembered, see
//! [`Simulator::injected`].
//!
//! Of media there are only counters, which grow while the peer of a leg would send; a test may halt them. A test names a
//! leg by its session or by its uuid.
//!
//! It is configured as in `deploy/freeswitch`, unless a test says otherwise, see [`Options`].

// Every test binary compiles all of this and uses a part of it.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of the simulator"
)]

mod api;
mod apps;
mod audio;
mod bridge;
mod catalog;
mod channel;
mod command;
mod conference;
mod esl;
mod event;
mod faults;
mod flow;
mod legs;
mod listener;
mod local;
mod options;
mod playback;
mod record;
mod room;
mod room_media;
mod sdp;
mod server;
mod session;
mod sip;
mod transport;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use faults::Fault;
pub(crate) use options::Options;
pub(crate) use sip::{Message, user_and_host};

use server::Shared;
use world::World;

/// Where the recorded exchanges with a real server are.
pub(crate) fn recordings() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/freeswitch-1.10.12")
}

/// A leg.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Channel {
    /// What runs on it: `park`, `echo`, `conference`, `bridge`, `playback`, `answer`, or nothing yet.
    pub(crate) app: String,
    /// What it runs with, such as the room.
    pub(crate) data: String,
    /// The leg that it is bridged with.
    pub(crate) peer: Option<String>,
    /// Its variables.
    pub(crate) vars: BTreeMap<String, String>,
}

/// What the server holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// The legs, by uuid.
    pub(crate) channels: BTreeMap<String, Channel>,
    /// The uuids of who is in each room.
    pub(crate) rooms: BTreeMap<String, Vec<String>>,
}

impl Held {
    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.rooms.is_empty()
    }
}

/// A running server; dropping it ends it.
pub(crate) struct Simulator {
    shared: Arc<Shared>,
    esl: SocketAddr,
    sip: SocketAddr,
    _running: DropGuard,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("esl", &self.esl)
            .field("sip", &self.sip)
            .finish_non_exhaustive()
    }
}

impl Simulator {
    /// Starts on free ports.
    pub(crate) async fn start(options: Options) -> Simulator {
        let running = CancellationToken::new();
        let shared = Shared::new(World::new(options), running.clone());
        let esl = shared.listen().await;
        let sip = shared.listen_sip().await;
        let simulator = Simulator {
            shared,
            esl,
            sip,
            _running: running.drop_guard(),
        };
        simulator.on(World::heartbeat);
        simulator
    }

    /// Where the event socket is.
    pub(crate) fn esl(&self) -> SocketAddr {
        self.esl
    }

    /// Where SIP is, over UDP and over TCP.
    pub(crate) fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// What the event socket wants to be told first.
    pub(crate) fn password(&self) -> String {
        self.shared.state().world.options.password.clone()
    }

    /// Does `fault` to each of these until [`Simulator::obey`]: a command of the event socket (`auth`, `event`, `api`,
    /// `bgapi`), one behind `api` or `bgapi` (`uuid_kill`, `originate`, `uuid_record.start`, `conference.kick`), all of
    /// them (`*`), or a method of SIP (`INVITE`, `BYE`).
    pub(crate) fn order(&self, on: &'static str, fault: Fault) {
        self.shared.state().faults.order(on, fault, None);
    }

    /// As [`Simulator::order`], for the next `count` of them.
    pub(crate) fn order_next(&self, count: usize, on: &'static str, fault: Fault) {
        self.shared.state().faults.order(on, fault, Some(count));
    }

    /// Forgets all orders, and lets silent calls come to their end.
    pub(crate) fn obey(&self) {
        self.shared.state().faults.clear();
        self.shared.obeyed.send_replace(());
    }

    /// The legs that it has now, by uuid.
    pub(crate) fn channels(&self) -> BTreeMap<String, Channel> {
        self.held().channels
    }

    /// What it holds now.
    pub(crate) fn held(&self) -> Held {
        let state = self.shared.state();
        let channels = state.world.channels.values().map(|leg| {
            let channel = Channel {
                app: World::activity(leg),
                data: leg
                    .app
                    .as_ref()
                    .map(|app| app.data.clone())
                    .unwrap_or_default(),
                peer: leg.bridge.as_ref().map(|bridge| bridge.peer.clone()),
                vars: leg.vars.clone(),
            };
            (leg.uuid.clone(), channel)
        });
        let rooms = state.world.rooms.values().map(|room| {
            let members = room.members.iter().rev();
            let members = members.map(|member| member.uuid.clone());
            (room.name.clone(), members.collect())
        });
        Held {
            channels: channels.collect(),
            rooms: rooms.collect(),
        }
    }

    /// The commands that came in, in order, without passwords; the last ten thousand.
    pub(crate) fn commands(&self) -> Vec<String> {
        let state = self.shared.state();
        state.world.commands.iter().cloned().collect()
    }

    /// Whether a command ever came with lines, quotes, or signs that it should not have, or was one that no driver means
    /// to send.
    pub(crate) fn injected(&self) -> bool {
        self.shared.state().world.injected
    }

    /// As in `Core-UUID`.
    pub(crate) fn core_uuid(&self) -> String {
        self.shared.state().world.core_uuid.clone()
    }

    /// Resets all connections of the event socket. Calls stay.
    pub(crate) fn cut(&self) {
        self.shared.state().cut();
    }

    /// Resets new connections of the event socket as soon as they are made, or takes them again.
    pub(crate) fn refuse_connections(&self, refuse: bool) {
        self.shared.state().refuses_connections = refuse;
    }

    /// Dies and comes back: connections, calls and rooms are gone, and it has another `Core-UUID`.
    pub(crate) fn restart(&self) {
        let mut state = self.shared.state();
        state.restart();
        self.shared.perform(&mut state);
    }

    /// It takes no more calls than this, which it tells at once.
    pub(crate) fn set_max_sessions(&self, most: u32) {
        self.on(|world| {
            world.options.max_sessions = most;
            world.tell_heartbeat();
        });
    }

    /// WebRTC legs do not connect from now on, or do so again.
    pub(crate) fn never_connects(&self, never: bool) {
        self.shared.state().world.never_connects = never;
    }

    fn on(&self, act: impl FnOnce(&mut World)) {
        let mut state = self.shared.state();
        act(&mut state.world);
        self.shared.perform(&mut state);
    }
}
