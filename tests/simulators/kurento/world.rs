//! What the server holds: objects, sessions and who hears what. No I/O; the server lets things happen later.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::Options;
use super::graph::Graph;
use super::object::{Kind, MANAGER, Object, Part};

/// A socket.
pub(super) type ConnId = u64;

/// Something that happens later.
pub(super) type Deed = Box<dyn FnOnce(&mut World) + Send>;

/// What the world wants done.
pub(super) enum Effect {
    /// This goes out.
    Send { to: ConnId, message: Value },
    /// This happens then.
    Later { after: Duration, deed: Deed },
}

/// How many operations are remembered.
const REMEMBERED: usize = 10_000;

pub(super) struct World {
    pub(super) options: Options,
    pub(super) server_id: String,
    pub(super) objects: BTreeMap<String, Object>,
    pub(super) sessions: BTreeMap<String, Session>,
    /// The session that each socket is bound to, which may be one that is no more.
    pub(super) sockets: BTreeMap<ConnId, Option<String>>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) graph: Graph,
    /// Something has changed on which the flow of media depends.
    pub(super) unsettled: bool,
    /// A call was made that kills the server.
    pub(super) crashed: bool,
    /// A call was made that kills the media of an element for good.
    pub(super) misused: bool,
    /// What was done, and to which object.
    pub(super) operations: VecDeque<(String, String)>,
    /// Replies by session and request.
    pub(super) replies: BTreeMap<(String, String), (Instant, Value)>,
    effects: Vec<Effect>,
    last_port: u16,
}

#[derive(Debug, Default)]
pub(super) struct Session {
    /// The socket that hears its events; none while nobody is there.
    pub(super) socket: Option<ConnId>,
    /// What it keeps alive.
    pub(super) holds: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) session: String,
    pub(super) object: String,
    pub(super) event: String,
}

impl World {
    pub(super) fn new(options: Options) -> World {
        let manager = Object::new(MANAGER, Kind::ServerManager, Part::Plain);
        World {
            options,
            server_id: new_uuid(),
            objects: BTreeMap::from([(MANAGER.to_owned(), manager)]),
            sessions: BTreeMap::new(),
            sockets: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            graph: Graph::default(),
            unsettled: false,
            crashed: false,
            misused: false,
            operations: VecDeque::new(),
            replies: BTreeMap::new(),
            effects: Vec::new(),
            last_port: 20_000,
        }
    }

    /// What is to be done, in order.
    pub(super) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Lets something happen in a while.
    pub(super) fn later(
        &mut self,
        after: Duration,
        deed: impl FnOnce(&mut World) + Send + 'static,
    ) {
        let deed = Box::new(deed);
        self.effects.push(Effect::Later { after, deed });
    }

    /// An even port that no endpoint before had lately.
    pub(super) fn new_port(&mut self) -> u16 {
        self.last_port = if self.last_port < 60_000 {
            self.last_port + 4
        } else {
            20_000
        };
        self.last_port
    }

    pub(super) fn remember(&mut self, operation: String, object: &str) {
        if self.operations.len() == REMEMBERED {
            self.operations.pop_front();
        }
        self.operations.push_back((operation, object.to_owned()));
    }

    /// Raises an event of an object, for the sessions that listen and are there.
    pub(super) fn tell(&mut self, id: &str, event: &str, mut data: Value) {
        let Some(object) = self.objects.get(id) else {
            return;
        };
        data["source"] = json!(id);
        data["tags"] = if object.sends_tags {
            object.tag_values()
        } else {
            json!([])
        };
        data["timestampMillis"] = json!(milliseconds().to_string());
        // The real server forgets it there, and an error has its own.
        if object.kind != Kind::ServerManager && data["type"].is_null() {
            data["type"] = json!(event);
        }
        let value = json!({"data": data, "object": id, "type": event});
        let message = json!({"jsonrpc": "2.0", "method": "onEvent", "params": {"value": value}});
        for to in self.listeners(id, event) {
            let message = message.clone();
            self.effects.push(Effect::Send { to, message });
        }
    }

    fn listeners(&self, id: &str, event: &str) -> BTreeSet<ConnId> {
        let fits = |s: &&Subscription| s.object == id && s.event == event;
        let subscriptions = self.subscriptions.values().filter(fits);
        let sessions = subscriptions.filter_map(|s| self.sessions.get(&s.session));
        sessions.filter_map(|session| session.socket).collect()
    }

    /// A socket now speaks for a session; events of its former one go nowhere.
    pub(super) fn bind(&mut self, socket: ConnId, session: &str) {
        let before = self
            .sockets
            .insert(socket, Some(session.to_owned()))
            .flatten();
        if let Some(before) = before.and_then(|before| self.sessions.get_mut(&before))
            && before.socket == Some(socket)
        {
            before.socket = None;
        }
        if let Some(session) = self.sessions.get_mut(session) {
            session.socket = Some(socket);
        }
    }

    /// A socket is gone. Its session stays, until it is collected.
    pub(super) fn disconnected(&mut self, socket: ConnId) {
        self.sockets.remove(&socket);
        for session in self.sessions.values_mut() {
            if session.socket == Some(socket) {
                session.socket = None;
            }
        }
    }

    /// A session holds an object, and what it is in.
    pub(super) fn hold(&mut self, session: &str, id: &str) {
        let session = self.sessions.entry(session.to_owned()).or_default();
        if id == MANAGER {
            return;
        }
        let ends = id.match_indices('/').map(|(end, _)| end);
        let parents = ends.map(|end| id[..end].to_owned());
        session.holds.extend(parents);
        session.holds.insert(id.to_owned());
    }

    /// Those who hold an object hold what is made in it.
    pub(super) fn inherit(&mut self, parent: &str, child: &str) {
        for session in self.sessions.values_mut() {
            if session.holds.contains(parent) {
                session.holds.insert(child.to_owned());
            }
        }
    }

    /// A session lets go of an object and of what is in it.
    pub(super) fn let_go(&mut self, session: &str, id: &str) {
        let Some(session) = self.sessions.get_mut(session) else {
            return;
        };
        session.holds.retain(|held| !is_within(held, id));
        self.drop_unheld();
    }

    /// A session ends, with what only it holds.
    pub(super) fn end_session(&mut self, id: &str) {
        self.sessions.remove(id);
        self.subscriptions
            .retain(|_, subscription| subscription.session != id);
        self.replies.retain(|(session, _), _| session != id);
        self.drop_unheld();
    }

    /// Sessions whose socket is gone end.
    pub(super) fn collect_garbage(&mut self) {
        let left = self
            .sessions
            .iter()
            .filter(|(_, session)| session.socket.is_none());
        let left: Vec<String> = left.map(|(id, _)| id.clone()).collect();
        for id in left {
            self.end_session(&id);
        }
    }

    fn drop_unheld(&mut self) {
        let is_held = |id: &String| {
            self.sessions
                .values()
                .any(|session| session.holds.contains(id))
        };
        let unheld = self
            .objects
            .keys()
            .filter(|id| *id != MANAGER && !is_held(id));
        let unheld: Vec<String> = unheld.cloned().collect();
        for id in unheld {
            self.destroy(&id);
        }
    }

    /// An object ends, with all that is in it.
    pub(super) fn destroy(&mut self, id: &str) {
        if id == MANAGER {
            return;
        }
        let within = self.objects.keys().filter(|other| is_within(other, id));
        let mut ids: Vec<String> = within.cloned().collect();
        // What is in an object ends before it.
        ids.reverse();
        for id in ids {
            self.objects.remove(&id);
            self.graph.forget(&id);
            self.subscriptions
                .retain(|_, subscription| subscription.object != id);
            for session in self.sessions.values_mut() {
                session.holds.remove(&id);
            }
            self.unsettled = true;
            self.later(Duration::from_millis(2), move |world| {
                world.tell(MANAGER, "ObjectDestroyed", json!({"objectId": id}));
            });
        }
    }
}

fn is_within(id: &str, of: &str) -> bool {
    id.strip_prefix(of)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) fn new_uuid() -> String {
    Uuid::new_v4().to_string()
}

/// Milliseconds since 1970.
pub(super) fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.expect("it is after 1970").as_millis();
    u64::try_from(since).expect("there are enough milliseconds for all of us")
}
