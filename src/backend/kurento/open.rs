//! How a session gets its leg.

use std::sync::Arc;

use super::{
    leg::Handle,
    negotiation::{self, Answered, Given, Plan, Wanted},
    place::{Place, Taken},
    player, rooms, sdp,
    server::Server,
    wiring,
};
use crate::{
    backend::{LegEvents, Open, Opened},
    error::{Error, Reason, Result},
    media::{Codec, Description, MediaKind, SdpType, SessionType},
};

/// The one option that is known: whether an offer of plain RTP is to be one of SRTP.
const SRTP: &str = "srtp";

/// Opens a leg.
pub(super) async fn open(server: &Arc<Server>, request: Open, events: LegEvents) -> Result<Opened> {
    let srtp = option(&request)?;
    check(server, &request)?;
    let (place, signals) = Place::new(server, &request, events);
    super::listener::spawn(&place, signals);
    if request.kind == SessionType::Proxy {
        return wait(&place, request.offer);
    }
    let proxy = match &request.kind {
        SessionType::Bridge { peer_id } => match server.place_of(peer_id) {
            Some(peer) => Taken::take(&peer)?,
            None => None,
        },
        _ => None,
    };
    if proxy.is_none() {
        let topology = server.topology.lock();
        topology.may_become(&request.session_id, &request.kind)?;
    }
    let player = player::prepared(&place, &request.kind).await?;
    let wanted = Wanted {
        srtp,
        ..wanted(server, &request, proxy.as_ref().map(|(_, offer)| offer))
    };
    let offeree = request.offer.is_some();
    let plan = Plan {
        echoes: request.kind == SessionType::Echo,
        proxy: None,
        codecs: codecs(
            server,
            &request.kind,
            proxy.as_ref().map(|(_, offer)| offer),
        ),
        given: request.offer.map_or(Given::Nothing(wanted), Given::Offer),
    };
    let description = negotiation::begin(&place, plan).await?;
    enter(&place);
    match (proxy, offeree) {
        (Some((proxy, _)), true) => join(&place, proxy).await?,
        (Some((proxy, _)), false) => place.state.lock().joins = Some(proxy),
        (None, _) => become_type(&place, &request.kind, false).await?,
    }
    if let Some(player) = player {
        player::begin(&place, player).await;
    }
    if offeree {
        place.negotiated().await?;
    }
    place.voice.speak();
    Ok(Opened {
        description: Some(description),
        leg: Arc::new(Handle(place)),
    })
}

/// Whether SRTP is asked for.
fn option(request: &Open) -> Result<bool> {
    let mut srtp = false;
    for (key, value) in &request.options {
        let fault = match (key.as_str(), value.as_bool()) {
            (SRTP, Some(wanted)) if request.sdp_type == SdpType::Rtp => {
                srtp = wanted;
                continue;
            }
            (SRTP, Some(_)) => "is for plain RTP only: WebRTC always has it",
            (SRTP, None) => "must be true or false",
            _ => "is not known: Kurento takes `srtp` only",
        };
        let field = format!("backend_options.{key}");
        return Err(Error::field(Reason::InvalidField, field, fault));
    }
    Ok(srtp)
}

/// Refuses what cannot be had before anything is made.
fn check(server: &Server, request: &Open) -> Result<()> {
    match &request.kind {
        SessionType::Mcu {
            profile, layout, ..
        } => rooms::check(profile.as_deref(), layout.as_deref()),
        SessionType::Play { uri, .. } => player::check(&server.config, uri).map(drop),
        _ => Ok(()),
    }
}

/// A proxy is answered when it is bridged.
fn wait(place: &Arc<Place>, offer: Option<Description>) -> Result<Opened> {
    let offer = offer.ok_or_else(|| {
        let words = "a proxy is made for an offer: give one";
        Error::new(Reason::MissingSdp, words)
    })?;
    place.waiting.hold(offer);
    enter(place);
    place.server.list(place);
    place.voice.speak();
    Ok(Opened {
        leg: Arc::new(Handle(place.clone())),
        description: None,
    })
}

fn enter(place: &Place) {
    let mut topology = place.server.topology.lock();
    topology.enter(
        place.session.clone(),
        place.number,
        place.voice.events().clone(),
    );
}

/// What to offer, from the session that the new one will receive.
fn wanted(server: &Server, request: &Open, proxy: Option<&Description>) -> Wanted {
    let usual = Wanted {
        audio: true,
        video: true,
        data: true,
        srtp: false,
    };
    let peer = request
        .kind
        .peer_id()
        .and_then(|peer| server.place_of(peer));
    let peer = peer.and_then(|peer| peer.state.lock().offer.clone());
    let Some(peer) = proxy.map(|offer| offer.sdp.clone()).or(peer) else {
        return usual;
    };
    Wanted {
        audio: sdp::has(&peer, MediaKind::Audio),
        video: sdp::has(&peer, MediaKind::Video),
        data: sdp::has(&peer, MediaKind::Data),
        ..usual
    }
}

/// The codecs of the session that the new one will be joined with, or of its room; none if any will do.
fn codecs(server: &Server, kind: &SessionType, proxy: Option<&Description>) -> Vec<Codec> {
    if let Some(offer) = proxy {
        return offer.sdp.codecs();
    }
    if let SessionType::Publish {
        room_id: Some(room),
        ..
    } = kind
    {
        let topology = server.topology.lock();
        return topology
            .room_options(room)
            .map_or_else(Vec::new, rooms::codecs);
    }
    let peer = kind.peer_id().and_then(|peer| server.place_of(peer));
    peer.map_or_else(Vec::new, |peer| peer.state.lock().codecs.clone())
}

/// Makes a place of another type, and connects what that joins it with. If that fails it stays what it was, where it
/// lives already.
pub(super) async fn become_type(place: &Arc<Place>, to: &SessionType, lives: bool) -> Result<()> {
    let server = &place.server;
    let port = match to {
        SessionType::Mcu {
            room_id: Some(room),
            ..
        } => Some(rooms::port(place, room).await?),
        _ => None,
    };
    let (standing, changes) = {
        let mut topology = server.topology.lock();
        let standing = topology.standing(&place.session);
        (standing, topology.become_type(&place.session, to))
    };
    let changes = match changes {
        Ok(changes) => changes,
        Err(refused) => {
            rooms::leave(place, port).await;
            return Err(refused);
        }
    };
    let (kind, before) = {
        let mut state = place.state.lock();
        let kind = std::mem::replace(&mut state.kind, to.clone());
        (kind, std::mem::replace(&mut state.port, port))
    };
    let others = changes
        .iter()
        .filter(|change| change.leg != place.number)
        .filter_map(|change| server.place(change.leg));
    let places: Vec<_> = std::iter::once(place.clone()).chain(others).collect();
    let settled = wiring::settle(server, &places).await;
    let unneeded = if settled.is_err() && lives {
        server.topology.lock().restore(&place.session, standing);
        wiring::mend(server, &places);
        let mut state = place.state.lock();
        state.kind = kind;
        std::mem::replace(&mut state.port, before)
    } else {
        before
    };
    rooms::leave(place, unneeded).await;
    settled
}

/// Answers a proxy's client, and joins it with the one that bridges it.
///
/// If it cannot be answered it waits on; once it is, it is parked where joining fails.
pub(super) async fn join(place: &Arc<Place>, taken: Taken) -> Result<()> {
    let proxy = taken.0.clone();
    let offer = proxy.waiting.offer().ok_or_else(|| {
        let words = format!("session {} has ended", proxy.session);
        Error::new(Reason::BridgeStop, words)
    })?;
    let plan = {
        let state = place.state.lock();
        Plan {
            given: Given::Offer(offer),
            echoes: false,
            codecs: state.codecs.clone(),
            proxy: Some(Answered { data: state.data }),
        }
    };
    negotiation::begin(&proxy, plan).await?;
    let bridge = SessionType::Bridge {
        peer_id: proxy.session.clone(),
    };
    become_type(place, &bridge, true).await
}
