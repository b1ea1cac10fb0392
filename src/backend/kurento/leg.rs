//! A place as its session holds it.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    error::Error as Fault,
    open,
    place::{Place, Taken},
    player, recorder, rooms, sdp, stats,
    wire::{Call, Operation},
    wiring,
};
use crate::{
    backend::{
        Leg, ResumeState,
        steered::{self, Steered},
    },
    error::{Error, Reason, Result},
    media::{Description, MediaUpdate, Outcome, RemoteCandidate, SessionType, TypeKind, Update},
};

/// Candidates that are kept until they can be given.
const MAX_EARLY: usize = 64;

/// A place as its session holds it.
#[derive(Debug)]
pub(super) struct Handle(pub(super) Arc<Place>);

#[async_trait]
impl Leg for Handle {
    async fn accept(&self, answer: Description) -> Result<()> {
        let place = &self.0;
        sdp::check_given(&answer, "answer.sdp")?;
        if answer.sdp.sections().all(|section| section.is_rejected()) {
            let words = "refuses all that was offered: there is nothing to connect";
            return Err(Error::field(Reason::InvalidSdp, "answer.sdp", words));
        }
        let endpoint = place.elements()?.endpoint;
        let codecs = answer.sdp.codecs();
        let call = Call::Invoke((&endpoint).into(), Operation::ProcessAnswer(answer.sdp));
        place.server.graph.call(call).await?;
        place.state.lock().codecs = codecs;
        place.negotiated().await?;
        let proxy = place.state.lock().joins.take();
        match proxy {
            Some(proxy) => open::join(place, proxy).await,
            None => Ok(()),
        }
    }

    async fn add_candidates(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        {
            let mut state = self.0.state.lock();
            // Checks that begin without the other side's password fail.
            if !state.negotiated {
                let room = MAX_EARLY.saturating_sub(state.early.len());
                if candidates.len() > room {
                    let session_id = &self.0.session;
                    tracing::warn!(%session_id, MAX_EARLY, "dropped candidates that came too early");
                }
                state.early.extend(candidates.into_iter().take(room));
                return Ok(());
            }
        }
        self.0.give(candidates).await
    }

    async fn update(&self, update: Update) -> Result<Outcome> {
        steered::update(self.0.clone(), update).await
    }

    fn resume_state(&self) -> ResumeState {
        // What an earlier life left is released: there is nothing to resume yet.
        ResumeState::default()
    }

    async fn close(&self) {
        steered::close(self.0.clone()).await;
    }
}

#[async_trait]
impl Steered for Place {
    fn updating(&self) -> &tokio::sync::Mutex<()> {
        &self.updating
    }

    fn kind(&self) -> TypeKind {
        self.state.lock().kind.kind()
    }

    async fn apply(self: &Arc<Self>, update: Update) -> Result<Outcome> {
        let place = self;
        match update {
            Update::Media(change) => media(place, change).await,
            Update::Type(to) => become_type(place, to).await,
            Update::Recorder(action) => recorder::act(place, action).await.map(Outcome::Recorder),
            Update::Player(action) => player::act(place, action).await.map(Outcome::Player),
            Update::Room(action) => rooms::act(place, action).await.map(Outcome::Room),
            Update::Stats => stats::of(place).await.map(Outcome::Stats),
            Update::Dtmf { .. } => {
                let kind = place.state.lock().kind.kind();
                let name = place.server.name.as_str();
                Err(crate::backend::guard::not_supported(
                    "send_dtmf",
                    kind,
                    name,
                ))
            }
        }
    }

    async fn finish_recording(self: &Arc<Self>) {
        recorder::finish(self).await;
    }

    async fn silence(self: &Arc<Self>) {
        player::silence(self).await;
    }

    fn closes(&self) -> bool {
        Self::closes(self)
    }

    async fn release(self: &Arc<Self>) {
        self.left().release(self.server.clone()).await;
    }
}

async fn media(place: &Arc<Place>, change: MediaUpdate) -> Result<Outcome> {
    let before = {
        let mut state = place.state.lock();
        let media = state.media.merged(change);
        std::mem::replace(&mut state.media, media)
    };
    // A proxy that waits takes it along when it is bridged.
    if place.elements().is_err() {
        return Ok(Outcome::Done);
    }
    let mut places = vec![place.clone()];
    if change.mute_data.is_some() {
        // Data goes straight to those that receive it.
        let receivers = place.server.topology.lock().receivers(place.number);
        let receivers = receivers.into_iter();
        places.extend(receivers.filter_map(|number| place.server.place(number)));
    }
    if let Err(error) = wiring::settle(&place.server, &places).await {
        place.state.lock().media = before;
        wiring::mend(&place.server, &places);
        return Err(error);
    }
    Ok(Outcome::Done)
}

async fn become_type(place: &Arc<Place>, to: SessionType) -> Result<Outcome> {
    place.elements()?;
    if let SessionType::Mcu {
        profile, layout, ..
    } = &to
    {
        rooms::check(profile.as_deref(), layout.as_deref())?;
    }
    let proxy = match &to {
        SessionType::Bridge { peer_id } => match place.server.place_of(peer_id) {
            Some(peer) => Taken::take(&peer)?,
            None => None,
        },
        _ => None,
    };
    let player = player::prepared(place, &to).await?;
    let before = place.state.lock().kind.kind();
    let left_room = {
        let topology = place.server.topology.lock();
        topology.room_of(&place.session)
    };
    match proxy {
        Some((proxy, _)) => open::join(place, proxy).await?,
        None => open::become_type(place, &to, true).await?,
    }
    // Whatever was to be joined when its client answers was part of what it has been.
    let joins = place.state.lock().joins.take();
    drop(joins);
    if left_room != place.server.topology.lock().room_of(&place.session) {
        place.state.lock().room_media = MediaUpdate::default();
        wiring::set_right(&place.server, std::slice::from_ref(place)).await;
    }
    if let Some(player) = player {
        player::begin(place, player).await;
    } else if before == TypeKind::Play {
        player::silence(place).await;
    }
    Ok(Outcome::Done)
}

impl Place {
    /// Gives candidates to the endpoint.
    pub(super) async fn give(&self, candidates: Vec<RemoteCandidate>) -> Result<()> {
        let endpoint = self.elements()?.endpoint;
        let calls: Vec<Call> = {
            let state = self.state.lock();
            let offer = state.offer.as_ref();
            let call = |candidate| match candidate {
                RemoteCandidate::One(candidate) => {
                    let index = offer?.section_of(&candidate)?;
                    let add = Operation::AddIceCandidate { candidate, index };
                    Some(Call::Invoke((&endpoint).into(), add))
                }
                // The server is not told: its checks go on until they time out.
                RemoteCandidate::End => None,
            };
            candidates.into_iter().filter_map(call).collect()
        };
        if !calls.is_empty() {
            let given = self.server.graph.transaction(calls).await;
            given.map_err(Fault::from)?;
        }
        Ok(())
    }
}
