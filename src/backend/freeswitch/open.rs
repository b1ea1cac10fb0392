//! How a session gets its leg.

use std::sync::Arc;

use tokio::time;

use super::{
    command::{Command, Originate, Variable, Word},
    config::SipTransport,
    error::Error as Fault,
    leg::Handle,
    place::{Place, Taken},
    player, rooms, sdp,
    server::Server,
    wiring,
};
use crate::{
    backend::{LegEvents, Open, Opened},
    error::{Error, Reason, Result},
    media::{Codec, Description, LegEvent, MediaKind, Sdp, SdpType, SessionType},
};

/// How long, in seconds, the server lets a client take that it has called. Sessions wait less; so long it rings for one
/// whose service is gone for good.
const RINGING: u64 = 3_600;
/// The codecs that the server has, as its own settings call them.
const CODECS: [(Codec, &str); 5] = [
    (Codec::Opus, "opus"),
    (Codec::Pcmu, "PCMU"),
    (Codec::Pcma, "PCMA"),
    (Codec::Vp8, "VP8"),
    (Codec::H264, "H264"),
];

/// Opens a leg.
pub(super) async fn open(server: &Arc<Server>, request: Open, events: LegEvents) -> Result<Opened> {
    check(&request)?;
    let place = Place::new(server, &request, events);
    if request.kind == SessionType::Proxy {
        return wait(&place, request.offer);
    }
    server.up().await?;
    check_peer(server, &request.kind)?;
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
    rooms::choose(server, &request.kind)?;
    let playing = player::prepared(server, &request.kind).await?;
    place.state.lock().playing = playing;
    let codecs = codecs(
        server,
        &request.kind,
        proxy.as_ref().map(|(_, offer)| offer),
    );
    let offeree = request.offer.is_some();
    let description = match request.offer {
        Some(offer) => answer(&place, &offer, &codecs).await?,
        None => offer(&place, &codecs).await?,
    };
    enter(&place);
    match (proxy, offeree) {
        (Some((proxy, _)), true) => join(&place, proxy).await?,
        (Some((proxy, _)), false) => place.state.lock().joins = Some(proxy),
        (None, _) => become_type(&place, &request.kind, false).await?,
    }
    place.voice.speak();
    Ok(Opened {
        description: Some(description),
        leg: Arc::new(Handle(place)),
    })
}

/// Refuses what cannot be had before anything is made.
fn check(request: &Open) -> Result<()> {
    if let Some(key) = request.options.keys().next() {
        let field = format!("backend_options.{key}");
        let words = "is not known: FreeSWITCH takes none";
        return Err(Error::field(Reason::InvalidField, field, words));
    }
    if let Some(offer) = &request.offer {
        sdp::check_given(offer, "offer.sdp")?;
    }
    Ok(())
}

/// Whether the other side of a bridge can be taken out of what it is.
///
/// # Errors
/// `INCOMPATIBLE_SESSION`.
pub(super) fn check_peer(server: &Server, to: &SessionType) -> Result<()> {
    let SessionType::Bridge { peer_id } = to else {
        return Ok(());
    };
    let Some(peer) = server.place_of(peer_id) else {
        return Ok(());
    };
    let state = peer.state.lock();
    let words = match &state.kind {
        SessionType::Play { .. } => {
            "plays a file, which ends where it is bridged: make it another type first"
        }
        _ if state.media.mute_video == Some(true) => {
            "has its video muted, which only a conference can keep up: unmute it first"
        }
        _ => return Ok(()),
    };
    let words = format!("session {peer_id} {words}");
    Err(Error::new(Reason::IncompatibleSession, words))
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
        place.call,
        place.voice.events().clone(),
    );
}

/// The codecs of the session that the new one will be joined with: it has no transcoder for video, and what one side
/// does not have the other need not offer. None if any will do.
fn codecs(server: &Server, kind: &SessionType, proxy: Option<&Description>) -> Vec<Codec> {
    if let Some(offer) = proxy {
        return offer.sdp.codecs();
    }
    let peer = kind.peer_id().and_then(|peer| server.place_of(peer));
    peer.map_or_else(Vec::new, |peer| peer.state.lock().codecs.clone())
}

/// Calls the server with the client's offer, and gives its answer.
async fn answer(place: &Arc<Place>, offer: &Description, codecs: &[Codec]) -> Result<Description> {
    let server = &place.server;
    let confined = confined(&offer.sdp, codecs);
    let given = sdp::for_server(&confined, place.sdp_type)?;
    let agent = server.up().await?;
    let _permit = server.openings.acquire().await;
    place.state.lock().called = true;
    server.list(place);
    let headers = headers(place, &given.sdp);
    let answer = agent
        .invite(place.call, &headers, given.sdp.as_str())
        .await?;
    let answer = given.back.answer(&answer)?;
    {
        let mut state = place.state.lock();
        state.codecs = answer.codecs();
        state.offer = Some(offer.sdp.clone());
    }
    super::leg::negotiated(place);
    Ok(described(place, answer))
}

/// Lets the server call this service, and gives its offer.
async fn offer(place: &Arc<Place>, codecs: &[Codec]) -> Result<Description> {
    let server = &place.server;
    let agent = server.up().await?;
    let _permit = server.openings.acquire().await;
    place.state.lock().called = true;
    server.list(place);
    let mut expected = agent.expect(place.call)?;
    let socket = server.socket.clone();
    let originate = Command::Originate(Box::new(originate(place, codecs)));
    // Its result comes with the client's answer, or with the end of the call.
    let failed = async move {
        match socket.job(&originate).await {
            Err(error) if !matches!(error, Fault::Timeout { .. }) => error,
            _ => std::future::pending().await,
        }
    };
    let after = server.config.request_timeout;
    let command = "originate";
    let offer = tokio::select! {
        offer = time::timeout(after, expected.offer()) => {
            offer.map_err(|_| Fault::Timeout { command, after })??
        }
        error = failed => return Err(error.into()),
    };
    let offer = sdp::for_client(&offer, place.sdp_type)?;
    place.state.lock().offer = Some(offer.clone());
    *place.invitation.lock().await = Some(expected);
    Ok(described(place, offer))
}

fn described(place: &Place, sdp: Sdp) -> Description {
    Description {
        sdp,
        sdp_type: place.sdp_type,
        trickle_ice: false,
    }
}

fn confined(sdp: &Sdp, codecs: &[Codec]) -> Sdp {
    let has = |kind| codecs.iter().any(|codec: &Codec| codec.kind() == kind);
    if codecs.is_empty() {
        return sdp.clone();
    }
    // Audio that has none of them keeps its own, and is transcoded.
    let confined = sdp.with_codecs(codecs);
    match has(MediaKind::Video) {
        true => confined,
        false => confined.rejecting(MediaKind::Video),
    }
}

/// How long nothing may be heard of a client before the server ends its call, in milliseconds, where its silence says
/// anything at all; and whether that of its video does not.
pub(super) fn patience(place: &Place, described: &Sdp) -> Option<(Word, bool)> {
    let limit = place.server.config.media_silence_timeout.as_millis();
    let must_be_heard = |kind| sdp::must_be_heard(described, place.sdp_type, kind);
    let limit = Word::new(&limit.to_string()).filter(|_| limit > 0);
    let video = must_be_heard(MediaKind::Video);
    let limit = limit.filter(|_| video || must_be_heard(MediaKind::Audio))?;
    Some((limit, !video))
}

/// What tells the server, and whoever looks for the call there, whose it is.
fn headers(place: &Place, described: &Sdp) -> Vec<(&'static str, Word)> {
    let mut headers = vec![("X-Mediaplane-Service", place.server.mark.clone())];
    headers.extend(session(place).map(|id| ("X-Mediaplane-Session", id)));
    if let Some((limit, without_video)) = patience(place, described) {
        headers.push(("X-Mediaplane-Media-Timeout", limit));
        headers.extend(without_video.then(|| ("X-Mediaplane-Video-Timeout", word("0"))));
    }
    headers
}

fn session(place: &Place) -> Option<Word> {
    Word::new(place.session.as_str())
}

/// A word of our own, or of the configuration, which was checked.
fn word(text: &str) -> Word {
    Word::new(text).expect("it has no other letters")
}

fn originate(place: &Place, codecs: &[Codec]) -> Originate {
    let config = &place.server.config;
    let mut variables: Vec<Variable> = vec![
        ("park_after_bridge", word("true")),
        ("mediaplane_service", place.server.mark.clone()),
    ];
    variables.extend(session(place).map(|id| ("mediaplane_session", id)));
    // Those of the other side first: what both have is not transcoded, and video never is.
    let (shared, others): (Vec<_>, Vec<_>) = CODECS
        .into_iter()
        .partition(|(codec, _)| codecs.contains(codec));
    let others = others.into_iter();
    let others = others.filter(|(codec, _)| codecs.is_empty() || codec.kind() == MediaKind::Audio);
    let known = shared.into_iter().chain(others);
    Originate {
        call: place.call,
        webrtc: place.sdp_type == SdpType::Webrtc,
        codecs: known.map(|(_, name)| name).collect(),
        variables,
        profile: word(&config.profile),
        contact: config.sip_contact,
        transport: match config.sip_transport {
            SipTransport::Tcp => "tcp",
            SipTransport::Udp => "udp",
        },
        timeout: RINGING,
    }
}

/// Makes a place of another type, and what runs on its call that. If that fails it stays what it was, where it lives
/// already.
pub(super) async fn become_type(place: &Arc<Place>, to: &SessionType, lives: bool) -> Result<()> {
    let server = &place.server;
    let (standing, changes) = {
        let mut topology = server.topology.lock();
        let standing = topology.standing(&place.session);
        (standing, topology.become_type(&place.session, to)?)
    };
    let kind = std::mem::replace(&mut place.state.lock().kind, to.clone());
    let others = changes
        .iter()
        .filter(|change| change.leg != place.call)
        .filter_map(|change| server.place(change.leg));
    let places: Vec<_> = std::iter::once(place.clone()).chain(others).collect();
    let settled = wiring::settle(&places).await;
    if settled.is_err() && lives {
        server.topology.lock().restore(&place.session, standing);
        place.state.lock().kind = kind;
        wiring::mend(places);
    }
    Ok(settled?)
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
    let codecs = place.state.lock().codecs.clone();
    // Once begun it is done, however long the bridge waits for it.
    let answered = {
        let proxy = proxy.clone();
        tokio::spawn(async move {
            let description = answer(&proxy, &offer, &codecs).await?;
            proxy.waiting.end();
            proxy.tell(LegEvent::Description(description));
            Ok::<_, Error>(())
        })
    };
    answered.await.map_err(|error| {
        Error::new(Reason::SessionFailed, "the proxy could not be answered").caused_by(error)
    })??;
    let bridge = SessionType::Bridge {
        peer_id: proxy.session.clone(),
    };
    become_type(place, &bridge, true).await
}
