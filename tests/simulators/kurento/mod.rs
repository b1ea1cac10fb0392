//! A small server that speaks Kurento's JSON-RPC (7.3.1) without any media.
//!
//! Objects, sessions, links and subscriptions are kept, so that what a client leaves behind is seen. A peer "connects"
//! as soon as offer, answer and a candidate are there; players and recorders only tell that they play and record.
//! What would kill the real server, or the media of an element, is done and remembered, see [`Simulator::crashed`] and
//! [`Simulator::misused`]. What shall go wrong is ordered by the test, see [`Fault`].

// Every test binary compiles all of this and uses a part of it.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of the simulator"
)]

mod endpoint;
mod faults;
mod graph;
mod ice;
mod manager;
mod methods;
mod object;
mod own;
mod party;
mod player;
mod recorder;
mod rpc;
mod sdp;
mod server;
mod stats;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use faults::Fault;
pub(crate) use graph::{Link, Media};
pub(crate) use ice::Gone;

use graph::pipeline;
use object::{MANAGER, Part};
use server::{PATH, Shared};
use world::World;

/// The key of the tag by which a test names an endpoint.
const SESSION_TAG: &str = "mp.session";

/// Where the recorded exchanges with a real server are: one file each, a frame a line.
pub(crate) fn recordings() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kurento-7.3.1")
}

/// How the server is configured.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The version that it tells.
    pub(crate) version: String,
    /// How long all is that a player plays.
    pub(crate) media_duration: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            version: "7.3.1~55.g2e4bf5524".to_owned(),
            media_duration: Duration::from_secs(4),
        }
    }
}

/// The tags of an object.
pub(crate) type Tags = BTreeMap<String, String>;

/// What the server holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Each pipeline, and what is in it, by id.
    pub(crate) pipelines: BTreeMap<String, Pipeline>,
}

/// A pipeline, and what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pipeline {
    /// Its own tags.
    pub(crate) tags: Tags,
    /// The tags of all that is in it, by id.
    pub(crate) objects: BTreeMap<String, Tags>,
}

impl Held {
    /// Whether it holds nothing, not even an empty pipeline.
    pub(crate) fn is_empty(&self) -> bool {
        self.pipelines.is_empty()
    }

    /// All that is in pipelines, by id.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&String, &Tags)> {
        self.pipelines
            .values()
            .flat_map(|pipeline| &pipeline.objects)
    }
}

/// A running server; dropping it ends it.
pub(crate) struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    _running: DropGuard,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Simulator {
    /// Starts on a free port.
    pub(crate) async fn start(options: Options) -> Simulator {
        let running = CancellationToken::new();
        let shared = Shared::new(World::new(options), running.clone());
        let address = shared.listen().await;
        Simulator {
            shared,
            address,
            _running: running.drop_guard(),
        }
    }

    /// Where the protocol is spoken.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}{PATH}", self.address)
    }

    /// Does `fault` to each request of a name until [`Simulator::obey`]: a method (`create`), what it is about
    /// (`create.WebRtcEndpoint`, `invoke.processOffer`, `subscribe.Error`) or all (`*`). Operations of a transaction
    /// have names as if they came alone; what is not a refusal happens to the transaction as a whole.
    pub(crate) fn order(&self, on: &'static str, fault: Fault) {
        self.shared.state().faults.order(on, fault, None);
    }

    /// As [`Simulator::order`], for the next `count` such requests.
    pub(crate) fn order_next(&self, count: usize, on: &'static str, fault: Fault) {
        self.shared.state().faults.order(on, fault, Some(count));
    }

    /// Forgets all orders, and lets silent calls come to their end.
    pub(crate) fn obey(&self) {
        self.shared.state().faults.clear();
        self.shared.obeyed.send_replace(());
    }

    /// What it holds now.
    pub(crate) fn held(&self) -> Held {
        let state = self.shared.state();
        let mut held = Held::default();
        for (id, object) in state.world.objects.iter().filter(|(id, _)| *id != MANAGER) {
            let of = held.pipelines.entry(pipeline(id).to_owned()).or_default();
            match id == pipeline(id) {
                true => of.tags = object.tags.clone(),
                false => drop(of.objects.insert(id.clone(), object.tags.clone())),
            }
        }
        held
    }

    /// Who feeds whom, in order; without what a stale disconnect has killed.
    pub(crate) fn links(&self) -> Vec<Link> {
        self.shared.state().world.graph.links()
    }

    /// What was done, in order, by the names of [`Simulator::order`], and to which object; the last ten thousand.
    pub(crate) fn operations(&self) -> Vec<(String, String)> {
        self.shared
            .state()
            .world
            .operations
            .iter()
            .cloned()
            .collect()
    }

    /// Resets all connections. Sessions stay until [`Simulator::collect_garbage`].
    pub(crate) fn cut(&self) {
        self.shared.state().cut();
    }

    /// Resets new connections as soon as they are made, or takes them again.
    pub(crate) fn refuse_connections(&self, refuse: bool) {
        self.shared.state().refuses_connections = refuse;
    }

    /// Tells another version from now on.
    pub(crate) fn set_version(&self, version: &str) {
        version.clone_into(&mut self.shared.state().world.options.version);
    }

    /// Dies and comes back: connections, sessions and objects are gone, and it has another server id.
    pub(crate) fn restart(&self) {
        let mut state = self.shared.state();
        let mut world = World::new(state.world.options.clone());
        world.crashed = state.world.crashed;
        world.misused = state.world.misused;
        world.operations = std::mem::take(&mut state.world.operations);
        state.world = world;
        state.is_down = false;
        state.cut();
    }

    /// Sessions without a socket end, with all that only they held.
    pub(crate) fn collect_garbage(&self) {
        let mut state = self.shared.state();
        state.world.collect_garbage();
        self.shared.perform(&mut state);
    }

    /// The peer of the endpoint with this tag `mp.session` (or this id) goes away.
    pub(crate) fn hang_up(&self, session: &str, how: Gone) {
        self.on(session, |world, id| world.peer_gone(id, how));
    }

    /// The media of the client behind that endpoint begin or cease to arrive.
    pub(crate) fn media(&self, session: &str, flowing: bool) {
        self.on(session, |world, id| world.client_media(id, flowing));
    }

    /// Nothing more is heard of the peer of that endpoint, not even RTCP.
    pub(crate) fn media_disconnected(&self, session: &str) {
        self.on(session, |world, id| world.media_seen(id, false));
    }

    /// Nobody answers where the client of that endpoint said it is.
    pub(crate) fn ice_failed(&self, session: &str) {
        self.on(session, World::ice_fails);
    }

    /// Whether a call was made that kills a real server. This one is down since, until [`Simulator::restart`].
    pub(crate) fn crashed(&self) -> bool {
        self.shared.state().world.crashed
    }

    /// Whether a disconnect was made that kills the media of an element for good.
    pub(crate) fn misused(&self) -> bool {
        self.shared.state().world.misused
    }

    fn on(&self, session: &str, act: impl FnOnce(&mut World, &str)) {
        let mut state = self.shared.state();
        let mut objects = state.world.objects.iter();
        let found = objects.find(|(id, object)| {
            let named = object
                .tags
                .get(SESSION_TAG)
                .is_some_and(|tag| tag == session);
            matches!(object.part, Part::Endpoint(_)) && (named || *id == session)
        });
        let id = found.map(|(id, _)| id.clone());
        let id = id.unwrap_or_else(|| panic!("there is no endpoint of {session}"));
        act(&mut state.world, &id);
        self.shared.perform(&mut state);
    }
}
