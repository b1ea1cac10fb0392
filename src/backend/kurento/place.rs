//! One session's place on the server: its elements, and all that is decided of them.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use super::{
    lane::{Ears, Signal},
    owned::Owned,
    player::Playing,
    server::{Number, Server},
    take::Take,
    wire::Element,
    wiring::{self, Wired},
};
use crate::{
    backend::{LegEvents, Open, voice::Voice, waiting::Waiting},
    error::{Error, Reason, Result},
    id::SessionId,
    media::{Codec, LegEvent, MediaKind, MediaUpdate, RemoteCandidate, Sdp, SdpType, SessionType},
};

/// A session's place.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) server: Arc<Server>,
    pub(super) number: Number,
    pub(super) session: SessionId,
    pub(super) sdp_type: SdpType,
    pub(super) ears: Ears,
    pub(super) state: Mutex<State>,
    /// Held while what is connected to its elements changes.
    pub(super) changing: tokio::sync::Mutex<()>,
    /// Held while an update of its session is done.
    pub(super) updating: tokio::sync::Mutex<()>,
    /// Whether media can flow.
    pub(super) up: watch::Sender<bool>,
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

/// The elements of a place: what its client is connected to, and what others take its media from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Elements {
    pub(super) endpoint: Element,
    pub(super) pass: Element,
}

/// What of a place changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) kind: SessionType,
    /// What the session itself wants of its media.
    pub(super) media: MediaUpdate,
    /// What its room wants of it.
    pub(super) room_media: MediaUpdate,
    pub(super) elements: Option<Elements>,
    /// The offer of either side, by which candidates find their m-section.
    pub(super) offer: Option<Sdp>,
    /// The codecs that its client agreed to, preferred first.
    pub(super) codecs: Vec<Codec>,
    /// Its client has data channels.
    pub(super) data: bool,
    /// The proxy that is to be answered when the client answers.
    pub(super) joins: Option<Taken>,
    /// Both descriptions are with the server.
    pub(super) negotiated: bool,
    /// Candidates that came before that.
    pub(super) early: Vec<RemoteCandidate>,
    /// Its place in a conference.
    pub(super) port: Option<Owned>,
    /// Whether the client's media of each kind arrives.
    pub(super) flows: BTreeMap<MediaKind, bool>,
    pub(super) playing: Option<Arc<Playing>>,
    pub(super) take: Option<Arc<Take>>,
    pub(super) wired: Wired,
    /// Its session has closed it.
    pub(super) closed: bool,
}

impl Place {
    pub(super) fn new(
        server: &Arc<Server>,
        request: &Open,
        events: LegEvents,
    ) -> (Arc<Self>, mpsc::Receiver<Signal>) {
        let (ears, signals) = server.graph.ears();
        let place = Arc::new(Self {
            number: server.number(),
            server: server.clone(),
            session: request.session_id.clone(),
            sdp_type: request.sdp_type,
            ears,
            state: Mutex::new(State {
                kind: request.kind.clone(),
                media: request.media,
                room_media: MediaUpdate::default(),
                elements: None,
                offer: None,
                codecs: Vec::new(),
                data: false,
                joins: None,
                negotiated: false,
                early: Vec::new(),
                port: None,
                flows: BTreeMap::new(),
                playing: None,
                take: None,
                wired: Wired::default(),
                closed: false,
            }),
            changing: tokio::sync::Mutex::default(),
            updating: tokio::sync::Mutex::default(),
            up: watch::Sender::new(false),
            voice: Voice::new(events),
            waiting: Waiting::default(),
        });
        (place, signals)
    }

    /// Its elements.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` for a proxy that is not bridged yet.
    pub(super) fn elements(&self) -> Result<Elements> {
        self.state.lock().elements.clone().ok_or_else(|| {
            let words = format!("session {} waits for its bridge", self.session);
            Error::new(Reason::IncompatibleSession, words)
        })
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

    /// Both descriptions are with the server: it can make something of candidates, and media must come now.
    ///
    /// # Errors
    /// Those of the candidates that came before.
    pub(super) async fn negotiated(&self) -> Result<()> {
        let early = {
            let mut state = self.state.lock();
            state.negotiated = true;
            std::mem::take(&mut state.early)
        };
        self.ears.tell(Signal::Negotiated);
        self.give(early).await
    }

    /// What is left to be released.
    pub(super) fn left(&self) -> Left {
        let mut state = self.state.lock();
        Left {
            session: self.session.clone(),
            number: self.number,
            take: state.take.take(),
            playing: state.playing.take(),
            port: state.port.take(),
            elements: state.elements.take(),
        }
    }
}

/// What is to be released of a place, in that order.
#[derive(Debug)]
pub(super) struct Left {
    session: SessionId,
    number: Number,
    take: Option<Arc<Take>>,
    playing: Option<Arc<Playing>>,
    port: Option<Owned>,
    elements: Option<Elements>,
}

impl Left {
    /// Leaves those that the place is joined with, and releases its elements.
    pub(super) async fn release(self, server: Arc<Server>) {
        let parted = server.topology.lock().leave(&self.session, self.number);
        server.unlist(self.number);
        if let Some(take) = &self.take {
            take.element.release().await;
        }
        if let Some(playing) = &self.playing {
            playing.element.release().await;
        }
        if let Some(port) = &self.port {
            port.release().await;
        }
        let others: Vec<_> = parted
            .iter()
            .filter_map(|change| server.place(change.leg))
            .collect();
        if let Some(own) = self.elements {
            let own = [own.endpoint, own.pass].map(|element| element.id().clone());
            wiring::release(&server, own.into(), &others).await;
        }
        wiring::set_right(&server, &others).await;
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
