//! How a session gets its leg.

use std::{sync::Arc, time::Instant};

use super::{
    place::{Handle, Place},
    plane::{Begun, Given, Opening, Section, Slot, Wanted},
    server::Server,
};
use crate::{
    backend::{LegEvents, Open, Opened},
    error::{Error, Reason, Result},
    id::SessionId,
    media::{Codec, Description, LegEvent, MediaKind, RoomOptions, Sdp, SdpType, SessionType},
};

/// A proxy's client, which waits for a bridge.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) offer: Description,
    /// A bridge is about to join it.
    pub(super) taken: bool,
}

/// A proxy that is about to be joined. If nothing comes of that, it waits on for another bridge.
#[derive(Debug)]
pub(super) struct Taken(Arc<Place>);

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(waiting) = &mut self.0.state.lock().waiting {
            waiting.taken = false;
        }
    }
}

/// What a new leg is made of.
#[derive(Debug)]
struct Plan {
    codecs: Vec<Codec>,
    wanted: Wanted,
    /// The proxy that is to be joined.
    proxy: Option<Taken>,
}

/// Opens a leg.
pub(super) async fn open(server: &Arc<Server>, request: Open, events: LegEvents) -> Result<Opened> {
    if let Some(key) = request.options.keys().next() {
        let words = "is not known: the embedded media server takes no options";
        let field = format!("backend_options.{key}");
        return Err(Error::field(Reason::InvalidField, field, words));
    }
    let place = Place::new(server, &request, events)?;
    if request.kind == SessionType::Proxy {
        return wait(&place, request.offer);
    }
    let plan = plan(server, &request).await?;
    let playing = super::update::opened_source(&place, &request.kind, &plan.codecs).await?;
    let given = match request.offer {
        Some(offer) => Given::Offer(offer.sdp),
        None => Given::Nothing(plan.wanted),
    };
    let offeree = matches!(given, Given::Offer(_));
    let begun = begin(&place, given, plan.codecs).await?;
    match (plan.proxy, offeree) {
        (Some(proxy), true) => join(&place, proxy, &begun.sections).await?,
        (Some(proxy), false) => place.state.lock().joins = Some(proxy),
        (None, _) => {
            let joined = server
                .topology
                .lock()
                .become_type(&place.session, &request.kind)?;
            server.apply(joined).await?;
        }
    }
    if let Some(source) = playing {
        super::update::play(&place, source)?;
    }
    server.list(&place);
    Ok(Opened {
        description: Some(described(&place, begun.sdp)),
        leg: Arc::new(Handle(place)),
    })
}

fn wait(place: &Arc<Place>, offer: Option<Description>) -> Result<Opened> {
    let offer = offer.ok_or_else(|| {
        let words = "a proxy is made for an offer: give one";
        Error::new(Reason::MissingSdp, words)
    })?;
    place.state.lock().waiting = Some(Waiting {
        offer,
        taken: false,
    });
    place.server.list(place);
    Ok(Opened {
        leg: Arc::new(Handle(place.clone())),
        description: None,
    })
}

fn described(place: &Place, sdp: Sdp) -> Description {
    Description {
        sdp,
        sdp_type: place.sdp_type,
        trickle_ice: false,
    }
}

/// Opens the leg of a place on a shard, parked.
async fn begin(place: &Arc<Place>, given: Given, codecs: Vec<Codec>) -> Result<Begun> {
    let server = &place.server;
    let leg = server.new_leg();
    let opening = Opening {
        id: leg,
        events: place.events.clone(),
        media: place.effective_media(),
        up: place.attach(leg)?,
    };
    let shard = server.shards.of(leg);
    let begun = match place.sdp_type {
        SdpType::Webrtc => {
            let setup = server.setup(leg, codecs);
            let open = move |worker: &mut super::shard::Worker| {
                worker
                    .plane
                    .open_webrtc(Instant::now(), opening, &setup, given)
            };
            shard.call(open).await??
        }
        SdpType::Rtp => {
            let open =
                move |worker: &mut super::shard::Worker| worker.open_rtp(opening, &codecs, &given);
            shard.call(open).await??
        }
    };
    place.enter(leg).await?;
    Ok(begun)
}

/// What a new session needs, from its type and those that it refers to.
async fn plan(server: &Arc<Server>, request: &Open) -> Result<Plan> {
    let usual = Wanted {
        audio: 1,
        video: 1,
        data: true,
    };
    let mut plan = Plan {
        codecs: Codec::ALL.to_vec(),
        wanted: usual,
        proxy: None,
    };
    match &request.kind {
        SessionType::Bridge { peer_id } => match waiting(server, peer_id)? {
            Some((proxy, offered)) => {
                plan.codecs = offered.codecs;
                plan.wanted = offered.wanted;
                plan.proxy = Some(proxy);
            }
            None => {
                let (sections, data) = peer(server, request, peer_id).await?;
                plan.codecs = codecs(&sections);
                plan.wanted = wanted(&sections, data);
            }
        },
        SessionType::Listen { publisher_id, .. } => {
            let (sections, data) = peer(server, request, publisher_id).await?;
            // All the others too: it may become the listener of another publisher.
            let first = codecs(&sections);
            plan.codecs.retain(|codec| !first.contains(codec));
            plan.codecs = [first, plan.codecs].concat();
            plan.wanted = wanted(&sections, data);
        }
        SessionType::Publish { room_id, .. } => {
            server
                .topology
                .lock()
                .may_become(&request.session_id, &request.kind)?;
            let topology = server.topology.lock();
            let options = room_id.as_ref().and_then(|id| topology.room_options(id));
            plan.codecs
                .retain(|codec| options.is_none_or(|options| allows(options, *codec)));
        }
        _ => {}
    }
    Ok(plan)
}

/// Whether a room takes this codec.
fn allows(options: &RoomOptions, codec: Codec) -> bool {
    let only = match codec.kind() {
        MediaKind::Audio => &options.audio_codec,
        MediaKind::Video | MediaKind::Data => &options.video_codec,
    };
    only.as_ref()
        .is_none_or(|only| Codec::named(only) == Some(codec))
}

/// What was agreed on with the session that another one is to be joined with.
async fn peer(
    server: &Arc<Server>,
    request: &Open,
    id: &SessionId,
) -> Result<(Vec<Section>, bool)> {
    let leg = {
        let topology = server.topology.lock();
        topology.may_become(&request.session_id, &request.kind)?;
        topology.leg(id)?
    };
    let agreed = server.agreed(leg).await?;
    if agreed.0.is_empty() {
        let words = format!("session {id} has no media yet: its answer is missing");
        return Err(Error::new(Reason::IncompatibleSession, words));
    }
    Ok(agreed)
}

/// The codecs of all m-sections.
pub(super) fn codecs(sections: &[Section]) -> Vec<Codec> {
    let mut codecs = Vec::new();
    for codec in sections.iter().flat_map(|section| &section.codecs) {
        if !codecs.contains(codec) {
            codecs.push(*codec);
        }
    }
    codecs
}

fn wanted(sections: &[Section], data: bool) -> Wanted {
    let count = |kind| {
        let slots = sections.iter().map(|section| section.slot);
        let of_kind = slots.filter(|Slot { kind: other, .. }| *other == kind);
        u8::try_from(of_kind.count()).unwrap_or(u8::MAX)
    };
    Wanted {
        audio: count(MediaKind::Audio),
        video: count(MediaKind::Video),
        data,
    }
}

/// What a waiting client has offered.
struct Offered {
    codecs: Vec<Codec>,
    wanted: Wanted,
}

/// The proxy of a session, if it waits for a bridge; it is taken then.
fn waiting(server: &Server, id: &SessionId) -> Result<Option<(Taken, Offered)>> {
    let Some(proxy) = server.place(id) else {
        return Ok(None);
    };
    let mut state = proxy.state.lock();
    let Some(waiting) = &mut state.waiting else {
        return Ok(None);
    };
    if std::mem::replace(&mut waiting.taken, true) {
        let words = format!("session {id} is being bridged already");
        return Err(Error::new(Reason::IncompatibleSession, words));
    }
    let offered = offered(&waiting.offer);
    drop(state);
    Ok(Some((Taken(proxy), offered)))
}

fn offered(offer: &Description) -> Offered {
    let mut wanted = Wanted {
        audio: 0,
        video: 0,
        data: false,
    };
    for section in offer
        .sdp
        .sections()
        .filter(|section| !section.is_rejected())
    {
        match section.kind() {
            Some(MediaKind::Audio) => wanted.audio += 1,
            Some(MediaKind::Video) => wanted.video += 1,
            Some(MediaKind::Data) => wanted.data = true,
            None => {}
        }
    }
    let codecs = offer.sdp.codecs();
    Offered { codecs, wanted }
}

/// Answers a proxy's client with what was agreed on with the other side's, and joins the two.
///
/// If that fails the proxy waits on.
pub(super) async fn join(place: &Arc<Place>, taken: Taken, sections: &[Section]) -> Result<()> {
    let (server, proxy) = (&place.server, &taken.0);
    let offer = {
        let state = proxy.state.lock();
        state
            .waiting
            .as_ref()
            .ok_or_else(|| proxy.gone())?
            .offer
            .clone()
    };
    let (_, data) = server.agreed(place.attached()?.leg).await?;
    let begun = begin(proxy, Given::Offer(offer.sdp), codecs(sections)).await?;
    proxy.state.lock().waiting = None;
    proxy.give_kept().await?;
    let bridge = SessionType::Bridge {
        peer_id: proxy.session.clone(),
    };
    let changes = server
        .topology
        .lock()
        .become_type(&place.session, &bridge)?;
    server.apply(changes).await?;
    let sdp = match data {
        true => begun.sdp,
        false => begun.sdp.rejecting(MediaKind::Data),
    };
    let description = described(proxy, sdp);
    proxy.events.emit(LegEvent::Description(description));
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::{
        super::{Config, Embedded},
        *,
    };
    use crate::{
        backend::Backend,
        media::{JsonMap, MediaUpdate, Role},
        telemetry::Metrics,
    };

    fn telephone() -> Description {
        let text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                    m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
        Description {
            sdp: Sdp::parse(text).expect("it is sound"),
            sdp_type: SdpType::Rtp,
            trickle_ice: false,
        }
    }

    /// A session's name and its leg.
    async fn opened(
        backend: &Embedded,
        kind: SessionType,
        offer: Option<Description>,
    ) -> (SessionId, Opened) {
        let session_id = SessionId::random();
        let request = Open {
            session_id: session_id.clone(),
            kind,
            role: if offer.is_some() {
                Role::Offeree
            } else {
                Role::Offerer
            },
            offer,
            sdp_type: SdpType::Rtp,
            media: MediaUpdate::default(),
            options: JsonMap::default(),
        };
        let opened = backend.open(request, LegEvents::new(8).0).await;
        (session_id, opened.expect("it can be opened"))
    }

    #[tokio::test]
    async fn a_proxy_that_ends_while_its_bridge_waits_gets_no_leg() {
        let shutdown = CancellationToken::new();
        let config = Config {
            listen: vec![([127, 0, 0, 1], 0).into()],
            threads: 1,
            ..Config::default()
        };
        let name = "embedded".parse().expect("it is a name");
        let backend = Embedded::start(name, config, &Metrics::new(), &shutdown).expect("it starts");
        let (peer_id, proxy) = opened(&backend, SessionType::Proxy, Some(telephone())).await;
        let (_, bridge) = opened(&backend, SessionType::Bridge { peer_id }, None).await;
        proxy.leg.close().await;
        let refused = bridge.leg.accept(telephone()).await;
        let refused = refused.expect_err("nobody is there to be joined with");
        assert_eq!(refused.reason(), Reason::BridgeStop);
        bridge.leg.close().await;
        let legs = backend.server.shards.at(0);
        let legs = legs.call(|worker| worker.plane.legs()).await;
        assert_eq!(legs.expect("it runs"), 0);
        shutdown.cancel();
        backend.stopped().await;
    }
}
