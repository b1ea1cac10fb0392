//! How a place gets its elements, with the description of one side or the other, in one round trip.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    error::Error as Fault,
    place::{Elements, Place},
    sdp,
    server::Server,
    wire::{Call, Create, Crypto, Element, Happening, Id, Node, Operation, Pipeline, Target},
    wiring::{self, Link},
};
use crate::{
    error::{Error, Reason, Result},
    media::{Codec, Description, LegEvent, MediaKind, Sdp, SdpType},
};

/// The tag that tells whose session an element is for.
pub(super) const SESSION: &str = "mp.session";

/// What a place is made with.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// The client's offer, to be answered.
    Offer(Description),
    /// Nothing: the server offers these.
    Nothing(Wanted),
}

/// What the server should offer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) audio: bool,
    pub(super) video: bool,
    pub(super) data: bool,
    /// With SRTP, where it is plain RTP otherwise.
    pub(super) srtp: bool,
}

/// How the elements of a place are made.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) given: Given,
    /// What its client sends comes back.
    pub(super) echoes: bool,
    /// The codecs of whoever it will be joined with: others would be transcoded. None = all.
    pub(super) codecs: Vec<Codec>,
    /// It is a proxy's: its answer is told before anything that happens to it, and refuses data if the other side has
    /// none.
    pub(super) proxy: Option<Answered>,
}

/// How a proxy is answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    pub(super) data: bool,
}

/// A transaction in the making.
struct Making {
    pipeline: Pipeline,
    calls: Vec<Call>,
}

impl Making {
    fn element(&mut self, create: Create) -> Node {
        self.calls.push(Call::Create(create));
        Node::Makes(self.calls.len() - 1)
    }

    fn invoke(&mut self, node: &Node, operation: Operation) -> usize {
        self.calls.push(Call::Invoke(node.into(), operation));
        self.calls.len() - 1
    }

    fn mark(&mut self, node: &Node, place: &Place, events: &[&'static str]) {
        self.calls.extend(marks(&node.into(), place, events));
    }
}

/// Marks an element as a session's, and listens to it.
pub(super) fn marks<'e>(
    target: &Target,
    place: &Place,
    events: &'e [&'static str],
) -> impl Iterator<Item = Call> + use<'e> {
    let value = place.session.to_string();
    let key = SESSION;
    let tag = Call::Invoke(target.clone(), Operation::AddTag { key, value });
    let target = target.clone();
    let subscribe = move |event: &&'static str| Call::Subscribe(target.clone(), event);
    std::iter::once(tag).chain(events.iter().map(subscribe))
}

/// Makes the elements of a place and gives the server's description.
///
/// A proxy's is told to its session, which then waits for no bridge any more.
///
/// *Cancel safety*: dropped, the elements go with the place; those of a proxy are made all the same.
///
/// # Errors
/// `INVALID_SDP` if nothing of the offer can be used; `BRIDGE_STOP` if the place has ended meanwhile; those of the
/// server. Nothing is left on it then.
pub(super) async fn begin(place: &Arc<Place>, plan: Plan) -> Result<Description> {
    let (server, waits) = (place.server.clone(), Arc::downgrade(place));
    let made = tokio::spawn(async move {
        let _permit = server.openings.acquire().await;
        let pipeline = server.pipeline().await?;
        // Whoever wanted it may have given up.
        let place = waits.upgrade().ok_or_else(ended)?;
        make(&place, pipeline, plan).await
    });
    made.await
        .map_err(|error| Error::new(Reason::SessionFailed, "the opening failed").caused_by(error))?
}

fn ended() -> Error {
    Error::new(Reason::BridgeStop, "the session has ended meanwhile")
}

async fn make(place: &Arc<Place>, pipeline: Pipeline, plan: Plan) -> Result<Description> {
    if let Given::Offer(offer) = &plan.given {
        sdp::check_given(offer, "offer.sdp")?;
    }
    let data = match &plan.given {
        Given::Offer(offer) => {
            sdp::has(&offer.sdp, MediaKind::Data) && plan.proxy.is_none_or(|proxy| proxy.data)
        }
        Given::Nothing(wanted) => wanted.data && place.sdp_type == SdpType::Webrtc,
    };
    let mut making = Making {
        pipeline: pipeline.clone(),
        calls: Vec::new(),
    };
    let pass = making.element(Create::PassThrough(pipeline));
    let endpoint = endpoint(place, &mut making, &plan.given, data)?;
    making.mark(&pass, place, Happening::OF_PASS_THROUGH);
    let echoes = plan.echoes;
    let links = links(place, &mut making, &endpoint, &pass, data && echoes, echoes);
    let described = describe(place, &mut making, &endpoint, &plan);
    let yielded = match place.server.graph.transaction(making.calls).await {
        Ok(yielded) => yielded,
        Err(broken) => {
            place.server.release_unnamed(&broken.made).await;
            return Err(broken.error.into());
        }
    };
    let elements = Elements {
        pass: Element::read(&yielded[0]).map_err(Fault::from)?,
        endpoint: Element::read(&yielded[1]).map_err(Fault::from)?,
    };
    let text = yielded[described].as_str().unwrap_or_default();
    let adopted = match described_by(place, text, &plan) {
        Ok(description) => adopt(place, &elements, links, data, &plan, description),
        Err(error) => Err(error),
    };
    match adopted {
        Ok(description) => {
            begun(place, &elements, plan.proxy, &description).await;
            Ok(description)
        }
        Err(error) => {
            let own = [elements.endpoint, elements.pass].map(|element| element.id().clone());
            wiring::release(&place.server, own.into(), &[]).await;
            Err(error)
        }
    }
}

/// Asks for the server's description, and for its candidates; the place of the former among the calls.
fn describe(place: &Place, making: &mut Making, endpoint: &Node, plan: &Plan) -> usize {
    let described = match &plan.given {
        Given::Offer(offer) => {
            let offer = confined(&offer.sdp, &plan.codecs);
            making.invoke(endpoint, Operation::ProcessOffer(offer))
        }
        Given::Nothing(wanted) => {
            let (audio, video) = (wanted.audio, wanted.video);
            making.invoke(endpoint, Operation::GenerateOffer { audio, video })
        }
    };
    if place.sdp_type == SdpType::Webrtc {
        making.invoke(endpoint, Operation::GatherCandidates);
    }
    described
}

/// The place has its elements: what happens to them is heard, after a proxy's answer is told.
async fn begun(
    place: &Arc<Place>,
    elements: &Elements,
    proxy: Option<Answered>,
    description: &Description,
) {
    if proxy.is_some() {
        place.tell(LegEvent::Description(description.clone()));
    }
    for element in [&elements.endpoint, &elements.pass] {
        place.ears.listen(element.id());
    }
    place.server.list(place);
    if proxy.is_some()
        && let Err(error) = place.negotiated().await
    {
        tracing::warn!(session_id = %place.session, %error, "cannot give the candidates of a proxy's client");
    }
}

fn endpoint(place: &Place, making: &mut Making, given: &Given, data: bool) -> Result<Node> {
    let pipeline = making.pipeline.clone();
    let (create, events) = match place.sdp_type {
        SdpType::Webrtc => {
            let create = Create::WebRtcEndpoint { pipeline, data };
            (create, Happening::OF_WEBRTC)
        }
        SdpType::Rtp => {
            let crypto = match given {
                Given::Offer(offer) => sdp::crypto(&offer.sdp)?,
                Given::Nothing(wanted) => wanted.srtp.then(Crypto::usual),
            };
            (Create::RtpEndpoint { pipeline, crypto }, Happening::OF_RTP)
        }
    };
    let endpoint = making.element(create);
    // By default it lets 500 kbit/s out, and so caps whoever is received.
    making.invoke(&endpoint, Operation::SetMaxVideoSendBandwidth(0));
    if let Some(kbps) = cap(place) {
        making.invoke(&endpoint, Operation::SetMaxVideoRecvBandwidth(kbps));
    }
    making.mark(&endpoint, place, events);
    Ok(endpoint)
}

/// What the client may send, in kbit/s: what is asked for it, and for its room. The server can only be told now.
fn cap(place: &Place) -> Option<u32> {
    let state = place.state.lock();
    let room = state.kind.room_id().and_then(|room| {
        let topology = place.server.topology.lock();
        topology.room_options(room)?.bitrate_kbps
    });
    let caps = [state.media.bitrate_kbps, room].into_iter().flatten();
    caps.filter(|kbps| *kbps > 0).min()
}

/// Connects the elements with each other.
fn links(
    place: &Place,
    making: &mut Making,
    endpoint: &Node,
    pass: &Node,
    echoes_data: bool,
    echoes: bool,
) -> Vec<Link> {
    let mut links = wiring::sent(&place.state.lock(), endpoint, pass);
    if echoes {
        links.extend(wiring::both(pass, endpoint));
    }
    if echoes_data && place.state.lock().media.mute_data != Some(true) {
        links.push(Link {
            source: endpoint.clone(),
            sink: endpoint.clone(),
            kind: MediaKind::Data,
        });
    }
    making.calls.extend(links.iter().map(Link::connect));
    links
}

/// The elements are the place's from now on.
///
/// # Errors
/// `BRIDGE_STOP` if it has ended; they are nobody's then.
fn adopt(
    place: &Place,
    elements: &Elements,
    links: Vec<Link>,
    data: bool,
    plan: &Plan,
    description: Description,
) -> Result<Description> {
    let named = |node: Node| match node {
        Node::Makes(0) => Node::Made(elements.pass.clone()),
        Node::Makes(_) => Node::Made(elements.endpoint.clone()),
        made @ Node::Made(_) => made,
    };
    let named = |link: Link| Link {
        source: named(link.source),
        sink: named(link.sink),
        kind: link.kind,
    };
    let links: BTreeSet<Link> = links.into_iter().map(named).collect();
    let mut state = place.state.lock();
    if state.closed || state.elements.is_some() {
        return Err(ended());
    }
    state.wired.links = links;
    state.data = data;
    state.elements = Some(elements.clone());
    place.waiting.end();
    match &plan.given {
        Given::Offer(offer) => {
            state.offer = Some(offer.sdp.clone());
            state.codecs = description.sdp.codecs();
        }
        Given::Nothing(_) => state.offer = Some(description.sdp.clone()),
    }
    Ok(description)
}

/// Checks what the server says, and makes it what the client can use.
fn described_by(place: &Place, text: &str, plan: &Plan) -> Result<Description> {
    let sdp = Sdp::parse(text)
        .map_err(|fault| Fault::Malformed(format!("a description that {fault}")))?;
    let sdp = match &plan.given {
        Given::Offer(offer) => {
            sdp::check_answer(&sdp, &offer.sdp)?;
            match plan.proxy {
                Some(Answered { data: false }) => sdp.rejecting(MediaKind::Data),
                _ => sdp,
            }
        }
        Given::Nothing(_) => confined(&sdp::for_client(&sdp, place.sdp_type), &plan.codecs),
    };
    Ok(Description {
        sdp,
        sdp_type: place.sdp_type,
        trickle_ice: place.sdp_type == SdpType::Webrtc,
    })
}

fn confined(sdp: &Sdp, codecs: &[Codec]) -> Sdp {
    match codecs {
        [] => sdp.clone(),
        some => sdp.with_codecs(some),
    }
}

impl Server {
    /// Releases what a transaction has made before it was refused.
    async fn release_unnamed(&self, made: &[serde_json::Value]) {
        let ids = made.iter().filter_map(|value| Element::read(value).ok());
        let ids: Vec<Id> = ids.map(|element| element.id().clone()).collect();
        wiring::release(self, ids, &[]).await;
    }
}
