//! A small server that speaks FreeSWITCH's event socket and SIP (1.10.12) without any media.
//!
//! Legs, what runs on them, rooms and what is played or recorded are kept, so that what a client leaves behind is seen.
//! A WebRTC leg "connects" soon after its offer and its answer are there. What shall go wrong is ordered by the test, see
//! [`Fault`]; whether text of a client ever became part of a command that it was not meant for is remembered, see
//! [`Simulator::injected`].
//!
//! It has one SIP profile, `simulated`, in which one extension answers and parks. `inbound-use-callid-as-uuid` and
//! `outbound-use-uuid-as-callid` are on.

// Every test binary compiles all of this and uses a part of it.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of the simulator"
)]

mod api;
mod apps;
mod bridge;
mod channel;
mod command;
mod conference;
mod esl;
mod event;
mod faults;
mod listener;
mod local;
mod media;
mod room;
mod room_media;
mod sdp;
mod server;
mod sip;
mod transport;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use faults::Fault;
pub(crate) use sip::{Message, user_and_host};

use server::Shared;
use world::World;

/// Where the recorded exchanges with a real server are.
pub(crate) fn recordings() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/freeswitch-1.10.12")
}

/// How the server is configured.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The version that it tells.
    pub(crate) version: String,
    /// The password of the event socket.
    pub(crate) password: String,
    /// The extension that answers and parks.
    pub(crate) extension: &'static str,
    /// The variables that it sets before.
    pub(crate) sets: Vec<(&'static str, &'static str)>,
    /// Profiles of rooms with video, and without. With any other a room has none, and 8 kHz.
    pub(crate) video_profiles: Vec<&'static str>,
    /// See `video_profiles`.
    pub(crate) audio_profiles: Vec<&'static str>,
    /// Files that can be played, beside those that are really there and those that were recorded.
    pub(crate) files: Vec<String>,
    /// How long such a file is.
    pub(crate) media_duration: Duration,
    /// How long a WebRTC leg takes to connect.
    pub(crate) connecting: Duration,
    /// How often it says that it is there.
    pub(crate) heartbeat: Duration,
    /// As in `Max-Sessions`.
    pub(crate) max_sessions: u32,
    /// As in `Idle-CPU`.
    pub(crate) idle_cpu: f64,
    /// After how long a SIP message is first sent again.
    pub(crate) t1: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            version: "1.10.12-release~64bit".to_owned(),
            password: "password".to_owned(),
            extension: "nk_park",
            sets: Vec::new(),
            video_profiles: vec!["video-mcu-stereo"],
            audio_profiles: vec!["nk_audio"],
            files: Vec::new(),
            media_duration: Duration::from_secs(2),
            connecting: Duration::from_millis(40),
            heartbeat: Duration::from_secs(5),
            max_sessions: 1000,
            idle_cpu: 75.5,
            t1: Duration::from_millis(500),
        }
    }
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

    /// A leg ends for that cause; its peer of SIP is told so.
    pub(crate) fn hang_up(&self, uuid: &str, cause: &str) {
        self.on(|world| world.hang_up(uuid, cause));
    }

    /// Nothing is heard of the peer of a leg for so long that the server gives up.
    pub(crate) fn media_timeout(&self, uuid: &str) {
        self.hang_up(uuid, "MEDIA_TIMEOUT");
    }

    /// The peer of a leg presses a key.
    pub(crate) fn digit(&self, uuid: &str, digit: char) {
        self.on(|world| world.digits(uuid, &digit.to_string(), "RTP"));
    }

    /// WebRTC legs do not connect from now on, or do so again.
    pub(crate) fn never_connects(&self, never: bool) {
        self.shared.state().world.never_connects = never;
    }

    /// The peer of a WebRTC leg that did not connect does so now.
    pub(crate) fn connect(&self, uuid: &str) {
        self.on(|world| world.connect(uuid));
    }

    fn on(&self, act: impl FnOnce(&mut World)) {
        let mut state = self.shared.state();
        act(&mut state.world);
        self.shared.perform(&mut state);
    }
}
