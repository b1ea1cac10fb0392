//! What the server holds, and what follows from a request: sessions, handles, peer connections. No I/O, no clock.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::Value;

use super::Options;
use super::frames::Frame;
use super::plugin::audiobridge::Rooms as Conferences;
use super::plugin::{self, Plugin, videoroom::Rooms};
use super::sdp;

/// A connection to the Janus API.
pub(super) type ConnId = u64;

/// Where a handle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) session: u64,
    pub(super) handle: u64,
}

/// What the world wants done.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    /// This goes out.
    Send { to: ConnId, message: Value },
    /// The peer of this handle will have connected by then.
    Connects { after: Duration, at: At },
}

/// How long a peer takes to connect.
const CONNECTS: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(super) struct World {
    pub(super) options: Options,
    pub(super) sessions: BTreeMap<u64, Session>,
    pub(super) rooms: Rooms,
    pub(super) conferences: Conferences,
    effects: VecDeque<Effect>,
    last_id: u64,
}

#[derive(Debug)]
pub(super) struct Session {
    /// The connection that hears its events; none while it can be claimed.
    pub(super) owner: Option<ConnId>,
    pub(super) handles: BTreeMap<u64, Handle>,
}

#[derive(Debug)]
pub(super) struct Handle {
    pub(super) opaque_id: Option<String>,
    pub(super) plugin: Plugin,
    pub(super) peer: Peer,
}

/// The peer connection of a handle.
#[derive(Clone, Debug, Default)]
pub(super) struct Peer {
    pub(super) state: PeerState,
    /// The client's description.
    pub(super) remote: String,
    /// The client gave a candidate.
    reachable: bool,
    /// A description was taken that the plugin refused: no other one works any more.
    pub(super) spoiled: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PeerState {
    #[default]
    None,
    /// One description is there.
    Half,
    /// Offer and answer are there.
    Negotiated,
    /// ICE and DTLS are through.
    Up,
}

impl World {
    pub(super) fn new(options: Options) -> World {
        World {
            options,
            sessions: BTreeMap::new(),
            rooms: Rooms::default(),
            conferences: Conferences::default(),
            effects: VecDeque::new(),
            last_id: 0x0010_0000_0000,
        }
    }

    /// What is to be done, in order.
    pub(super) fn effects(&mut self) -> VecDeque<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// An id that was never given out.
    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 7_919;
        self.last_id
    }

    pub(super) fn handle(&mut self, at: At) -> Option<&mut Handle> {
        self.sessions
            .get_mut(&at.session)?
            .handles
            .get_mut(&at.handle)
    }

    /// All handles, with where they are.
    pub(super) fn handles(&self) -> impl Iterator<Item = (At, &Handle)> {
        self.sessions.iter().flat_map(|(session, entry)| {
            let session = *session;
            entry.handles.iter().map(move |(handle, entry)| {
                (
                    At {
                        session,
                        handle: *handle,
                    },
                    entry,
                )
            })
        })
    }

    pub(super) fn send(&mut self, to: ConnId, message: Value) {
        self.effects.push_back(Effect::Send { to, message });
    }

    /// Tells the owner of a handle something unasked; nobody, if the session has none now.
    pub(super) fn tell(&mut self, at: At, frame: Frame) {
        let frame = frame.without("transaction");
        if let Some((owner, message)) = self.said_by_handle(at, frame) {
            self.send(owner, message);
        }
    }

    /// A frame as it comes from a handle, and who hears it.
    pub(super) fn said_by_handle(&mut self, at: At, frame: Frame) -> Option<(ConnId, Value)> {
        let session = self.sessions.get(&at.session)?;
        let opaque_id = session
            .handles
            .get(&at.handle)
            .and_then(|h| h.opaque_id.clone());
        let frame = frame
            .with("session_id", at.session)
            .with("sender", at.handle);
        let frame = match opaque_id {
            Some(opaque_id) => frame.with("opaque_id", opaque_id),
            None => frame.without("opaque_id"),
        };
        Some((session.owner?, frame.into_value()))
    }

    /// A connection has gone: its sessions wait to be claimed, or end.
    pub(super) fn disconnected(&mut self, conn: ConnId) {
        let owned = |session: &Session| session.owner == Some(conn);
        let orphans: Vec<u64> = self
            .sessions
            .iter()
            .filter(|(_, s)| owned(s))
            .map(|(id, _)| *id)
            .collect();
        for id in orphans {
            match self.options.reclaim_session_timeout {
                0 => drop(self.destroy(id)),
                _ => {
                    self.sessions
                        .get_mut(&id)
                        .expect("it was just listed")
                        .owner = None;
                }
            }
        }
    }

    /// Ends a session; whether it was there. Its own handles say nothing any more.
    pub(super) fn destroy(&mut self, id: u64) -> bool {
        let Some(session) = self.sessions.remove(&id) else {
            return false;
        };
        for (handle, entry) in session.handles {
            plugin::left(
                self,
                At {
                    session: id,
                    handle,
                },
                entry,
            );
        }
        true
    }

    /// A session was not kept alive.
    pub(super) fn times_out(&mut self, at: At) {
        let Some(owner) = self
            .sessions
            .get(&at.session)
            .and_then(|session| session.owner)
        else {
            return;
        };
        self.send(
            owner,
            Frame::recorded("timeout")
                .with("session_id", at.session)
                .into_value(),
        );
        let handles: Vec<u64> = self.sessions[&at.session].handles.keys().copied().collect();
        for handle in handles {
            self.detach(At { handle, ..at });
        }
        self.sessions.remove(&at.session);
    }

    /// The client's description was taken.
    pub(super) fn described(&mut self, at: At, sdp: &str) {
        let Some(handle) = self.handle(at) else {
            return;
        };
        handle.peer.remote = sdp.to_owned();
        handle.peer.reachable |= sdp::has_candidates(sdp);
        handle.peer.state = PeerState::Half;
    }

    /// Offer and answer are there: the peer connects, if it can be reached.
    pub(super) fn negotiated(&mut self, at: At) {
        let Some(handle) = self.handle(at) else {
            return;
        };
        if handle.peer.state == PeerState::Up {
            return;
        }
        handle.peer.state = PeerState::Negotiated;
        if handle.peer.reachable {
            self.effects.push_back(Effect::Connects {
                after: CONNECTS,
                at,
            });
        }
    }

    /// The client gave candidates.
    pub(super) fn trickled(&mut self, at: At) {
        let Some(handle) = self.handle(at) else {
            return;
        };
        handle.peer.reachable = true;
        if handle.peer.state == PeerState::Negotiated {
            self.effects.push_back(Effect::Connects {
                after: CONNECTS,
                at,
            });
        }
    }

    /// ICE and DTLS are through.
    pub(super) fn connects(&mut self, at: At) {
        let Some(handle) = self.handle(at) else {
            return;
        };
        if handle.peer.state != PeerState::Negotiated {
            return;
        }
        handle.peer.state = PeerState::Up;
        plugin::up(self, at);
        self.tell(at, Frame::recorded("webrtcup"));
        self.media(at, true);
    }

    /// The client's media begins or stops to arrive.
    pub(super) fn media(&mut self, at: At, receiving: bool) {
        let Some(handle) = self.handle(at) else {
            return;
        };
        for section in sdp::sections(&handle.peer.remote.clone()) {
            if section.sends() {
                let frame = Frame::recorded("media").with("mid", section.mid.as_str());
                self.tell(
                    at,
                    frame
                        .with("type", section.kind())
                        .with("receiving", receiving),
                );
            }
        }
    }

    /// The peer connection of a handle ends and its plugin hears of it.
    pub(super) fn hangs_up(&mut self, at: At, reason: &str) {
        let Some(handle) = self.handle(at) else {
            return;
        };
        let was_there = handle.peer.state != PeerState::None;
        handle.peer = Peer::default();
        plugin::hung_up(self, at);
        if was_there {
            self.tell(at, Frame::recorded("hangup").with("reason", reason));
        }
    }

    /// The plugin closes the peer connection.
    pub(super) fn closes(&mut self, at: At) {
        let Some(handle) = self.handle(at) else {
            return;
        };
        if handle.peer.state != PeerState::None {
            handle.peer = Peer::default();
            self.tell(at, Frame::recorded("hangup").with("reason", "Close PC"));
        }
    }
}
