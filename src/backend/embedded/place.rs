//! One session's place on the embedded media server.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::{
    open::{self, Taken, Waiting},
    plane::{LegId, Section},
    recording::Running,
    server::{Reserved, Server},
    update::Playing,
};
use crate::{
    backend::{Leg, LegEvents, ResumeState},
    error::{Error, Reason, Result},
    id::SessionId,
    media::{
        Candidate, Description, MediaUpdate, Outcome, RemoteCandidate, SdpType, SessionType, Update,
    },
};

/// Candidates of a proxy's client that are kept until it is bridged.
const MAX_KEPT: usize = 64;

/// A session's place.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) server: Arc<Server>,
    pub(super) session: SessionId,
    pub(super) sdp_type: SdpType,
    pub(super) events: LegEvents,
    pub(super) state: Mutex<State>,
    /// Set once it has a leg; a proxy gets one when it is bridged.
    attached: OnceLock<Attached>,
    _reserved: Reserved,
}

/// The leg of a place.
#[derive(Clone, Debug)]
pub(super) struct Attached {
    pub(super) leg: LegId,
    /// Whether media can flow.
    pub(super) up: watch::Receiver<bool>,
}

/// What of a place changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) kind: SessionType,
    pub(super) media: MediaUpdate,
    /// A proxy's offer, until it is bridged.
    pub(super) waiting: Option<Waiting>,
    /// The proxy that is to be joined when the client answers.
    pub(super) joins: Option<Taken>,
    pub(super) playing: Option<Playing>,
    pub(super) running: Option<Running>,
    kept: Vec<Candidate>,
    closed: bool,
}

impl Place {
    pub(super) fn new(
        server: &Arc<Server>,
        request: &crate::backend::Open,
        events: LegEvents,
    ) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            _reserved: server.reserve()?,
            server: server.clone(),
            session: request.session_id.clone(),
            sdp_type: request.sdp_type,
            events,
            state: Mutex::new(State {
                kind: request.kind.clone(),
                media: request.media,
                waiting: None,
                joins: None,
                playing: None,
                running: None,
                kept: Vec::new(),
                closed: false,
            }),
            attached: OnceLock::new(),
        }))
    }

    /// Gives it its leg, which is about to be opened: whatever comes of that, it will be closed.
    ///
    /// # Errors
    /// `BRIDGE_STOP` for a proxy that has ended.
    pub(super) fn attach(&self, leg: LegId) -> Result<watch::Sender<bool>> {
        let (sender, up) = watch::channel(false);
        // Whoever closes it looks for its leg after that.
        let state = self.state.lock();
        if state.closed {
            return Err(self.gone());
        }
        let attached = self.attached.set(Attached { leg, up });
        drop(state);
        attached.map_err(|_| {
            let words = format!("session {} has its leg already", self.session);
            Error::new(Reason::IncompatibleSession, words)
        })?;
        self.server.shards.of(leg).joined();
        Ok(sender)
    }

    /// Lists its leg, which was opened. One that was to be closed before it was there is closed now.
    ///
    /// # Errors
    /// `BRIDGE_STOP` for a proxy that has ended.
    pub(super) async fn enter(&self, leg: LegId) -> Result<()> {
        let (server, session) = (&self.server, &self.session);
        let events = self.events.clone();
        server.topology.lock().enter(session.clone(), leg, events);
        if !self.state.lock().closed {
            return Ok(());
        }
        Self::vacate(server, session, leg).await?;
        Err(self.gone())
    }

    pub(super) fn gone(&self) -> Error {
        let words = format!("session {} has ended", self.session);
        Error::new(Reason::BridgeStop, words)
    }

    /// Its leg.
    ///
    /// # Errors
    /// `INCOMPATIBLE_SESSION` for a proxy that is not bridged yet.
    pub(super) fn attached(&self) -> Result<&Attached> {
        self.attached.get().ok_or_else(|| {
            let words = format!("session {} waits for its bridge", self.session);
            Error::new(Reason::IncompatibleSession, words)
        })
    }

    /// What holds of its media, the room's cap included.
    pub(super) fn effective_media(&self) -> MediaUpdate {
        let state = self.state.lock();
        let mut media = state.media;
        if let SessionType::Publish {
            room_id: Some(room),
            ..
        } = &state.kind
        {
            let topology = self.server.topology.lock();
            let cap = topology
                .room_options(room)
                .and_then(|options| options.bitrate_kbps);
            let caps = [media.bitrate_kbps, cap].into_iter().flatten();
            media.bitrate_kbps = caps
                .filter(|cap| *cap > 0)
                .min()
                .or(media.bitrate_kbps)
                .or(cap);
        }
        media
    }

    /// Gives the leg the candidates that came before it.
    pub(super) async fn give_kept(&self) -> Result<()> {
        let kept = std::mem::take(&mut self.state.lock().kept);
        self.give(kept).await
    }

    async fn give(&self, candidates: Vec<Candidate>) -> Result<()> {
        if candidates.is_empty() {
            return Ok(());
        }
        let leg = self.attached()?.leg;
        let add = move |worker: &mut super::shard::Worker| {
            for candidate in candidates {
                let line = candidate.line();
                worker.plane.add_candidate(Instant::now(), leg, line)?;
            }
            Ok(())
        };
        self.server.shards.of(leg).call(add).await?
    }

    /// Leaves those that it is joined with, and releases its leg.
    async fn release(server: Arc<Server>, session: SessionId, leg: Option<LegId>) -> Result<()> {
        if let Some(leg) = leg {
            Self::vacate(&server, &session, leg).await?;
            server.shards.of(leg).left();
        }
        Ok(())
    }

    async fn vacate(server: &Arc<Server>, session: &SessionId, leg: LegId) -> Result<()> {
        let changes = server.topology.lock().leave(session, leg);
        server.apply(changes).await?;
        let close = move |worker: &mut super::shard::Worker| worker.close(Instant::now(), leg);
        server.shards.of(leg).call(close).await
    }

    /// Whether this is the first one to close it.
    fn closes(&self) -> bool {
        let mut state = self.state.lock();
        let joins = state.joins.take();
        let first = !std::mem::replace(&mut state.closed, true);
        drop(state);
        drop(joins);
        first
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.closes() {
            return;
        }
        // Its opening failed, or whoever opened it has gone.
        self.server.unlist(self);
        let (server, session) = (self.server.clone(), self.session.clone());
        let leg = self.attached.get().map(|attached| attached.leg);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(Self::release(server, session, leg));
        }
    }
}

/// A place as its session holds it.
#[derive(Debug)]
pub(super) struct Handle(pub(super) Arc<Place>);

#[async_trait]
impl Leg for Handle {
    async fn accept(&self, answer: Description) -> Result<()> {
        let place = &self.0;
        let leg = place.attached()?.leg;
        let accept = move |worker: &mut super::shard::Worker| {
            worker.plane.accept(Instant::now(), leg, &answer.sdp)
        };
        let sections: Vec<Section> = place.server.shards.of(leg).call(accept).await??;
        let proxy = place.state.lock().joins.take();
        match proxy {
            Some(proxy) => open::join(place, proxy, &sections).await,
            None => Ok(()),
        }
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        let candidates: Vec<Candidate> = candidates
            .into_iter()
            .filter_map(|candidate| match candidate {
                RemoteCandidate::One(candidate) => Some(candidate),
                // There is nothing to be done about the end: checks go on until they time out.
                RemoteCandidate::End => None,
            })
            .collect();
        if self.0.attached.get().is_some() {
            return self.0.give(candidates).await;
        }
        let mut state = self.0.state.lock();
        let room = MAX_KEPT.saturating_sub(state.kept.len());
        state.kept.extend(candidates.into_iter().take(room));
        Ok(())
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        super::update::update(&self.0, update).await
    }

    fn resume_state(&self) -> ResumeState {
        // The media ends with the process: there is nothing to resume.
        ResumeState::default()
    }

    async fn close(&self) {
        let place = &self.0;
        if !place.closes() {
            return;
        }
        super::update::finish(place).await;
        place.server.unlist(place);
        let leg = place.attached.get().map(|attached| attached.leg);
        let released = Place::release(place.server.clone(), place.session.clone(), leg).await;
        if let Err(error) = released {
            tracing::debug!(session_id = %place.session, %error, "the media server has gone before");
        }
    }
}
