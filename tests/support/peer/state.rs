//! What a peer knows of its connection.

use std::sync::{Arc, Mutex};

use str0m::IceConnectionState;
use tokio::sync::watch;

/// One data channel message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) binary: bool,
    pub(crate) data: Vec<u8>,
}

impl Message {
    /// Its text, unless it is binary.
    pub(crate) fn text(&self) -> Option<&str> {
        match self.binary {
            true => None,
            false => std::str::from_utf8(&self.data).ok(),
        }
    }
}

/// A peer's connection as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) ice: IceConnectionState,
    /// ICE and DTLS have come up.
    pub(crate) connected: bool,
    /// The remote side closed the connection (DTLS close_notify).
    pub(crate) closed: bool,
    /// Its data channel can be written to.
    pub(crate) channel_open: bool,
    /// Data channel messages received, oldest first.
    pub(crate) messages: Vec<Message>,
    /// Data channel messages handed to SCTP.
    pub(crate) messages_sent: u64,
    /// RTP packets sent.
    pub(crate) packets_sent: u64,
    /// The bitrate in bit/s that the remote side's latest REMB allows; the highest of several connections.
    pub(crate) remb: Option<u64>,
    /// PLIs and FIRs received.
    pub(crate) keyframe_requests: u64,
    /// The remote side refused all its media.
    pub(crate) refused: bool,
    /// Why it had to end.
    pub(crate) failure: Option<String>,
}

impl Default for State {
    fn default() -> State {
        State {
            ice: IceConnectionState::New,
            connected: false,
            closed: false,
            channel_open: false,
            messages: Vec::new(),
            messages_sent: 0,
            packets_sent: 0,
            remb: None,
            keyframe_requests: 0,
            refused: false,
            failure: None,
        }
    }
}

impl State {
    /// What the connections of one peer are together; those that were refused do not count.
    fn together(each: &[State]) -> State {
        let mut whole = State {
            connected: true,
            refused: true,
            ..State::default()
        };
        let taken = || each.iter().filter(|state| !state.refused);
        if let Some(least) = taken().min_by_key(|state| progress(state.ice)) {
            whole.ice = least.ice;
            whole.refused = false;
        }
        for state in taken() {
            whole.connected &= state.connected;
            whole.closed |= state.closed;
            whole.channel_open |= state.channel_open;
            whole.messages.extend_from_slice(&state.messages);
            whole.messages_sent += state.messages_sent;
            whole.packets_sent += state.packets_sent;
            whole.remb = whole.remb.max(state.remb);
            whole.keyframe_requests += state.keyframe_requests;
            whole.failure = whole.failure.or_else(|| state.failure.clone());
        }
        whole.connected &= !whole.refused;
        whole
    }
}

/// How far ICE has come; one that is lost is the farthest behind.
fn progress(ice: IceConnectionState) -> u8 {
    match ice {
        IceConnectionState::Disconnected => 0,
        IceConnectionState::New => 1,
        IceConnectionState::Checking => 2,
        IceConnectionState::Connected => 3,
        IceConnectionState::Completed => 4,
    }
}

/// Where one connection of a peer notes how it stands.
#[derive(Clone, Debug)]
pub(super) struct Notes {
    index: usize,
    each: Arc<Mutex<Vec<State>>>,
    whole: watch::Sender<State>,
}

impl Notes {
    /// For so many connections of a peer, with what they are together.
    pub(super) fn of(connections: usize) -> (Vec<Notes>, watch::Receiver<State>) {
        let (whole, state) = watch::channel(State::default());
        let each = Arc::new(Mutex::new(vec![State::default(); connections]));
        let notes = (0..connections).map(|index| Notes {
            index,
            each: Arc::clone(&each),
            whole: whole.clone(),
        });
        (notes.collect(), state)
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut State)) {
        let mut each = self.each.lock().expect("no note panics");
        change(&mut each[self.index]);
        self.whole.send_replace(State::together(&each));
    }

    /// Reads how this connection stands.
    pub(super) fn read<T>(&self, what: impl FnOnce(&State) -> T) -> T {
        what(&self.each.lock().expect("no note panics")[self.index])
    }
}
