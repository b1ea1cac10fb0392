//! A place as its session holds it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::time;

use super::{
    command::{Command, Digits, Word},
    open,
    place::{Place, Taken},
    player, recorder, rooms, sdp, stats, wiring,
};
use crate::{
    backend::{
        Leg, ResumeState,
        steered::{self, Steered},
    },
    error::{Error, Reason, Result},
    media::{
        Description, LegEvent, MediaUpdate, Outcome, RemoteCandidate, Sdp, SessionType, TypeKind,
        Update,
    },
};

/// A place as its session holds it.
#[derive(Debug)]
pub(super) struct Handle(pub(super) Arc<Place>);

#[async_trait]
impl Leg for Handle {
    async fn accept(&self, answer: Description) -> Result<()> {
        let place = &self.0;
        sdp::check_given(&answer, "answer.sdp")?;
        let offer = place.state.lock().offer.clone();
        let invitation = place.invitation.lock().await.take();
        let (Some(offer), Some(mut invitation)) = (offer, invitation) else {
            return Err(Error::new(
                Reason::OfferNotSet,
                "there is no offer to answer",
            ));
        };
        let for_server = sdp::answer_for_server(&answer.sdp, &offer, place.sdp_type)?;
        place.state.lock().codecs = answer.sdp.codecs();
        be_patient(place, &for_server).await?;
        invitation.answer(for_server.as_str()).await?;
        negotiated(place);
        let proxy = place.state.lock().joins.take();
        match proxy {
            Some(proxy) => open::join(place, proxy).await,
            None => Ok(()),
        }
    }

    async fn add_candidates(&self, _candidates: Vec<RemoteCandidate>) -> Result<()> {
        let kind = self.0.state.lock().kind.kind();
        let name = self.0.server.name.as_str();
        let what = "trickling of candidates";
        Err(crate::backend::guard::not_supported(what, kind, name))
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

/// Both descriptions are with the server: the client must connect now. The server itself waits for ever.
pub(super) fn negotiated(place: &Arc<Place>) {
    let limit = place.server.config.media_connect_timeout;
    if limit.is_zero() {
        return;
    }
    let mut up = place.up.subscribe();
    let place = Arc::downgrade(place);
    tokio::spawn(async move {
        if time::timeout(limit, up.wait_for(|up| *up)).await.is_err()
            && let Some(place) = place.upgrade()
        {
            let words = "ICE and DTLS did not connect in time: no media ever came from the client";
            place.tell(LegEvent::closed(Reason::BackendHangup, words));
        }
    });
}

/// Tells the server how long its client may be silent, which it takes before the call is answered only.
async fn be_patient(place: &Place, answer: &Sdp) -> Result<()> {
    let Some((limit, without_video)) = open::patience(place, answer) else {
        return Ok(());
    };
    let none = Word::new("0").filter(|_| without_video);
    let mut variables = vec![
        ("media_timeout", limit.clone()),
        ("media_hold_timeout", limit),
    ];
    for name in ["media_timeout_video", "media_hold_timeout_video"] {
        variables.extend(none.clone().map(|none| (name, none)));
    }
    for (name, value) in variables {
        let set = Command::Set(place.call, name, value);
        place.server.socket.read(&set).await?;
    }
    Ok(())
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
            Update::Dtmf { digits, duration } => {
                place.has_call()?;
                let digits = Digits::new(&digits).ok_or_else(|| {
                    let words = "must be 1 to 128 of 0-9 * # A-D";
                    Error::field(Reason::InvalidField, "digits", words)
                })?;
                let call = place.call;
                let each = duration;
                let send = Command::SendDtmf { call, digits, each };
                place.server.socket.job(&send).await?;
                Ok(Outcome::Done)
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
    let settled = wiring::settle(std::slice::from_ref(place)).await;
    if settled.is_err() {
        place.state.lock().media = before;
        wiring::mend(vec![place.clone()]);
    }
    settled?;
    Ok(Outcome::Done)
}

async fn become_type(place: &Arc<Place>, to: SessionType) -> Result<Outcome> {
    place.has_call()?;
    if to.kind() != TypeKind::Mcu && place.state.lock().media.mute_video == Some(true) {
        let words = "its video is muted, which only a conference of FreeSWITCH can keep up: unmute it first";
        return Err(Error::new(Reason::IncompatibleSession, words));
    }
    let server = &place.server;
    open::check_peer(server, &to)?;
    rooms::choose(server, &to)?;
    let proxy = match &to {
        SessionType::Bridge { peer_id } => match server.place_of(peer_id) {
            Some(peer) => Taken::take(&peer)?,
            None => None,
        },
        _ => None,
    };
    if proxy.is_none() {
        let topology = server.topology.lock();
        topology.may_become(&place.session, &to)?;
    }
    let playing = player::prepared(server, &to).await?;
    let left_room = server.topology.lock().room_of(&place.session);
    let before = player::replace(place, playing);
    let became = match proxy {
        Some((proxy, _)) => open::join(place, proxy).await,
        None => open::become_type(place, &to, true).await,
    };
    if let Err(error) = became {
        player::replace(place, before);
        return Err(error);
    }
    if let Some(before) = before {
        before.end(place).await;
    }
    // Whatever was to be joined when its client answers was part of what it has been.
    let joins = place.state.lock().joins.take();
    drop(joins);
    if left_room != server.topology.lock().room_of(&place.session) {
        place.state.lock().room_media = MediaUpdate::default();
        wiring::settle(std::slice::from_ref(place)).await?;
    }
    Ok(Outcome::Done)
}
