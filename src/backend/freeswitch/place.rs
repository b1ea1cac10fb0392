//! One session's place on the server: its call, and all that is decided of it.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::{
    command::{Call, Word},
    playing::Playing,
    recorder::Take,
    server::Server,
    sip::Expected,
    wiring::Runs,
};
use crate::{
    backend::{LegEvents, Open, voice::Voice, waiting::Waiting},
    error::{Error, Reason, Result},
    id::SessionId,
    media::{Codec, LegEvent, MediaUpdate, Sdp, SdpType, SessionType},
};

/// A session's place.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) server: Arc<Server>,
    pub(super) call: Call,
    pub(super) session: SessionId,
    pub(super) sdp_type: SdpType,
    pub(super) state: Mutex<State>,
    /// What runs on its call, as the server says.
    pub(super) runs: watch::Sender<Runs>,
    /// Whether media can flow.
    pub(super) up: watch::Sender<bool>,
    /// Held while what runs on its call changes.
    pub(super) changing: tokio::sync::Mutex<()>,
    /// Held while an update of its session is done.
    pub(super) updating: tokio::sync::Mutex<()>,
    /// What is still to be told before its end: a recording that ends with the call.
    pub(super) closing: Mutex<Option<tokio::task::JoinHandle<()>>>,
    /// The server's invitation, until it is answered.
    pub(super) invitation: tokio::sync::Mutex<Option<Expected>>,
    pub(super) voice: Voice,
    /// A proxy's offer, until it is bridged.
    pub(super) waiting: Waiting,
}

/// A proxy that is about to be joined.
pub(super) type Taken = crate::backend::waiting::Taken<Place>;

impl AsRef<Waiting> for Place {
    fn as_ref(&self) -> &Waiting {
        &self.waiting
    }
}

/// What of a place changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) kind: SessionType,
    /// What the session itself wants of its media.
    pub(super) media: MediaUpdate,
    /// What its room wants of it.
    pub(super) room_media: MediaUpdate,
    /// Whether the server silences what comes from the client; not known where an order was given and not answered.
    pub(super) silenced: Option<bool>,
    /// The number of the last event that said what runs. The server's threads tell events out of their order at times.
    sequence: u64,
    /// Its call was asked for.
    pub(super) called: bool,
    /// Its call has reached the park of its extension.
    pub(super) parked: bool,
    /// DTLS is through.
    pub(super) secured: bool,
    /// The offer of either side, by which m-sections are found.
    pub(super) offer: Option<Sdp>,
    /// The codecs that were agreed on, preferred first.
    pub(super) codecs: Vec<Codec>,
    /// The proxy that is to be answered when the client answers.
    pub(super) joins: Option<Taken>,
    /// Its place in a conference.
    pub(super) member: Option<Member>,
    pub(super) playing: Option<Arc<Playing>>,
    pub(super) take: Option<Arc<Take>>,
    /// Its session has closed it.
    pub(super) closed: bool,
}

/// A place in a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) room: Word,
    pub(super) id: u32,
    /// Whether its picture is kept from the others; not known where an order was given and not answered.
    pub(super) unseen: Option<bool>,
}

impl Member {
    /// Whether it is the same place.
    pub(super) fn is(&self, other: &Self) -> bool {
        (&self.room, self.id) == (&other.room, other.id)
    }
}

impl Place {
    pub(super) fn new(server: &Arc<Server>, request: &Open, events: LegEvents) -> Arc<Self> {
        Arc::new(Self {
            server: server.clone(),
            call: Call::new_v4(),
            session: request.session_id.clone(),
            sdp_type: request.sdp_type,
            state: Mutex::new(State {
                kind: request.kind.clone(),
                media: request.media,
                room_media: MediaUpdate::default(),
                silenced: Some(false),
                sequence: 0,
                called: false,
                parked: false,
                secured: false,
                offer: None,
                codecs: Vec::new(),
                joins: None,
                member: None,
                playing: None,
                take: None,
                closed: false,
            }),
            runs: watch::Sender::new(Runs::Nothing),
            up: watch::Sender::new(false),
            changing: tokio::sync::Mutex::default(),
            updating: tokio::sync::Mutex::default(),
            closing: Mutex::default(),
            invitation: tokio::sync::Mutex::default(),
            voice: Voice::new(events),
            waiting: Waiting::default(),
        })
    }

    /// Whether it has a call.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` for a proxy that is not bridged yet.
    pub(super) fn has_call(&self) -> Result<()> {
        if self.state.lock().called {
            return Ok(());
        }
        let words = format!("session {} waits for its bridge", self.session);
        Err(Error::new(Reason::IncompatibleSession, words))
    }

    /// Whether media can flow.
    pub(super) fn is_up(&self) -> bool {
        *self.up.borrow()
    }

    /// Takes what the server says runs on its call, and gives what has run; nothing if that is no news any more.
    pub(super) fn now_runs(&self, sequence: u64, now: Runs) -> Option<Runs> {
        let mut state = self.state.lock();
        if sequence < state.sequence || *self.runs.borrow() == Runs::Ended {
            return None;
        }
        state.sequence = sequence;
        Some(self.runs.send_replace(now))
    }

    /// Tells the session, unless its end has been told.
    pub(super) fn tell(&self, event: LegEvent) {
        self.voice.tell(event);
    }

    /// Tells nothing from now on; whether this is the first one to say so.
    pub(super) fn closes(&self) -> bool {
        self.voice.silence();
        self.waiting.end();
        let mut state = self.state.lock();
        let joins = state.joins.take();
        let first = !std::mem::replace(&mut state.closed, true);
        drop(state);
        drop(joins);
        first
    }

    /// What is left to be released.
    pub(super) fn left(&self) -> Left {
        Left {
            session: self.session.clone(),
            call: self.call,
            called: self.state.lock().called,
        }
    }
}

/// What is to be released of a place.
#[derive(Debug)]
pub(super) struct Left {
    session: SessionId,
    call: Call,
    called: bool,
}

impl Left {
    /// Leaves those that the place is joined with, and ends its call. The server parks whoever was bridged with it.
    pub(super) async fn release(self, server: Arc<Server>) {
        server.topology.lock().leave(&self.session, self.call);
        if self.called {
            server.hang_up(self.call).await;
        }
        server.unlist(self.call);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.closes() {
            return;
        }
        // Its opening failed, or whoever opened it has gone.
        let left = self.left();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(left.release(self.server.clone()));
        }
    }
}
