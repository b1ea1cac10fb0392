//! What is connected with what: derived from what sessions are, and changed on the server by the difference.
//!
//! A sink that is disconnected from a source that does not feed it loses what does feed it, for good. So it is known of
//! each place what is connected, and only that is ever disconnected; where a reply was lost, the server is asked first.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    error::Error,
    lane::Broken,
    place::{Place, State},
    server::Server,
    wire::{Call, Element, Id, Node, Operation, media_type},
};
use crate::{
    error::{self, Reason},
    media::{MediaKind, SessionType},
};

/// The kinds of media that go through all elements; data goes from endpoint to endpoint only.
const MEDIA: [MediaKind; 2] = [MediaKind::Audio, MediaKind::Video];
/// How often a change is tried whose elements were released meanwhile.
const ATTEMPTS: usize = 3;

/// One medium from one element to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) source: Node,
    pub(super) sink: Node,
    pub(super) kind: MediaKind,
}

impl Link {
    pub(super) fn connect(&self) -> Call {
        let sink = self.sink.clone();
        let kind = self.kind;
        Call::Invoke((&self.source).into(), Operation::Connect { sink, kind })
    }

    fn disconnect(&self) -> Call {
        let sink = self.sink.clone();
        let kind = self.kind;
        Call::Invoke((&self.source).into(), Operation::Disconnect { sink, kind })
    }

    /// Whether it begins or ends at one of these.
    fn is_of(&self, elements: &[Id]) -> bool {
        let is_one = |node: &Node| matches!(node, Node::Made(one) if elements.contains(one.id()));
        is_one(&self.source) || is_one(&self.sink)
    }
}

/// What is connected to the elements of a place.
#[derive(Debug, Default)]
pub(super) struct Wired {
    pub(super) links: BTreeSet<Link>,
    /// Whether a change was not confirmed, so that the server must be asked.
    pub(super) unsure: bool,
}

/// Links of both media from one element to another.
pub(super) fn both(source: &Node, sink: &Node) -> impl Iterator<Item = Link> {
    MEDIA.into_iter().map(move |kind| Link {
        source: source.clone(),
        sink: sink.clone(),
        kind,
    })
}

/// What goes from the client to those that take its media: what is not muted.
pub(super) fn sent(state: &State, endpoint: &Node, pass: &Node) -> Vec<Link> {
    both(endpoint, pass)
        .filter(|link| !is_muted(state, link.kind))
        .collect()
}

/// Whether others get nothing of this kind from the client.
pub(super) fn is_muted(state: &State, kind: MediaKind) -> bool {
    [&state.media, &state.room_media].iter().any(|media| {
        let muted = match kind {
            MediaKind::Audio => media.mute_audio,
            MediaKind::Video => media.mute_video,
            MediaKind::Data => media.mute_data,
        };
        muted == Some(true)
    })
}

/// What others can take of a place.
#[derive(Clone, Debug)]
struct Source {
    pass: Element,
    endpoint: Element,
    /// It sends data that is not muted.
    data: bool,
}

fn source_of(place: &Place) -> Option<Source> {
    let state = place.state.lock();
    let elements = state.elements.clone()?;
    Some(Source {
        pass: elements.pass,
        endpoint: elements.endpoint,
        data: state.data && !is_muted(&state, MediaKind::Data),
    })
}

/// What should be connected to the elements of a place.
fn wanted(server: &Server, place: &Place) -> BTreeSet<Link> {
    let source = server.topology.lock().source(&place.session);
    let source = source
        .and_then(|number| server.place(number))
        .and_then(|place| source_of(&place));
    let state = place.state.lock();
    let Some(own) = &state.elements else {
        return BTreeSet::new();
    };
    let node = |element: &Element| Node::Made(element.clone());
    let (endpoint, pass) = (node(&own.endpoint), node(&own.pass));
    let mut links: BTreeSet<Link> = sent(&state, &endpoint, &pass).into_iter().collect();
    let feed = match (&state.playing, &state.port, &source) {
        (Some(playing), ..) => Some(node(playing.element.get())),
        (None, Some(port), _) => Some(node(port.get())),
        (None, None, Some(source)) => Some(node(&source.pass)),
        (None, None, None) => None,
    };
    if let Some(feed) = &feed {
        links.extend(both(feed, &endpoint));
    }
    if let Some(port) = &state.port {
        links.extend(both(&pass, &node(port.get())));
    }
    if let Some(source) = source.filter(|source| source.data && state.data) {
        links.insert(Link {
            source: node(&source.endpoint),
            sink: endpoint,
            kind: MediaKind::Data,
        });
    }
    if let Some(take) = &state.take {
        let only_receives = matches!(
            state.kind,
            SessionType::Listen { .. } | SessionType::Play { .. }
        );
        let recorded = match only_receives {
            true => feed,
            false => Some(pass),
        };
        let recorder = node(take.element.get());
        if let Some(recorded) = recorded {
            links.extend(both(&recorded, &recorder));
        }
    }
    links
}

/// Connects and disconnects until these places have what they should. Once begun it is done, whoever waits for it.
///
/// # Errors
/// Those of the server; what is connected is found out the next time.
pub(super) async fn settle(server: &Arc<Server>, places: &[Arc<Place>]) -> error::Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let (server, mut places) = (server.clone(), places.to_vec());
    // In one order, so that two changes never wait for each other.
    places.sort_by_key(|place| place.number);
    places.dedup_by_key(|place| place.number);
    let settled = tokio::spawn(async move {
        let mut locked = Vec::with_capacity(places.len());
        for place in &places {
            // Until it is known what became of it: the next change builds on that.
            locked.push(place.changing.lock().await);
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let Err(error) = attempt(&server, &places).await else {
                return Ok(());
            };
            // Whatever the fault was: it is asked before anything more is changed.
            for place in &places {
                place.state.lock().wired.unsure = true;
            }
            // Something was released meanwhile: what should be connected is another now.
            if !error.is_gone() || attempts == ATTEMPTS {
                return Err(error);
            }
        }
    });
    match settled.await {
        Ok(settled) => Ok(settled?),
        Err(error) => {
            let words = "the change of what is connected failed";
            Err(error::Error::new(Reason::SessionFailed, words).caused_by(error))
        }
    }
}

/// Connects and disconnects what should be by now. What cannot be done is done after the outage, or with the next change.
pub(super) async fn set_right(server: &Arc<Server>, places: &[Arc<Place>]) {
    if let Err(error) = settle(server, places).await {
        tracing::warn!(backend = %server.name, %error, "cannot set right what is connected yet");
    }
}

/// Sets right, as soon as the server answers, what a change that failed has left half done.
pub(super) fn mend(server: &Arc<Server>, places: &[Arc<Place>]) {
    let (server, places) = (server.clone(), places.to_vec());
    tokio::spawn(async move { set_right(&server, &places).await });
}

async fn attempt(server: &Arc<Server>, places: &[Arc<Place>]) -> Result<(), Error> {
    server.graph.connected().await?;
    for place in places {
        if place.state.lock().wired.unsure {
            ask(server, place).await?;
        }
    }
    let (calls, sent) = {
        let _turn = server.turn.lock();
        let calls = changes(server, places);
        if calls.is_empty() {
            return Ok(());
        }
        let sent = server.graph.submit(&calls);
        (calls, sent)
    };
    server.graph.steps(sent?, &calls).await?;
    Ok(())
}

/// What must be asked of the server, which from now on counts as done: first what is disconnected, for a sink has one
/// source.
fn changes(server: &Server, places: &[Arc<Place>]) -> Vec<Call> {
    let (mut cuts, mut joins) = (Vec::new(), Vec::new());
    for place in places {
        let wanted = wanted(server, place);
        let mut state = place.state.lock();
        let links = &mut state.wired.links;
        cuts.extend(links.difference(&wanted).map(Link::disconnect));
        joins.extend(wanted.difference(links).map(Link::connect));
        *links = wanted;
    }
    cuts.extend(joins);
    cuts
}

/// Asks the server what feeds the elements of a place.
async fn ask(server: &Server, place: &Place) -> Result<(), Error> {
    let sinks: Vec<Element> = {
        let state = place.state.lock();
        let own = state.elements.iter();
        let own = own.flat_map(|own| [own.endpoint.clone(), own.pass.clone()]);
        let port = state.port.iter().map(|port| port.get().clone());
        let take = state.take.iter().map(|take| take.element.get().clone());
        own.chain(port).chain(take).collect()
    };
    let mut links = BTreeSet::new();
    for sink in sinks {
        let call = Call::Invoke((&sink).into(), Operation::GetSourceConnections);
        let found = server.graph.call(call).await?;
        for link in found.as_array().into_iter().flatten() {
            let kind = MediaKind::ALL
                .iter()
                .find(|kind| link["type"] == media_type(**kind));
            if let (Some(kind), Ok(source)) = (kind, Element::read(&link["source"])) {
                links.insert(Link {
                    source: source.into(),
                    sink: sink.clone().into(),
                    kind: *kind,
                });
            }
        }
    }
    let mut state = place.state.lock();
    state.wired.links = links;
    state.wired.unsure = false;
    Ok(())
}

/// Releases elements, in this order. What cannot be released now is looked for later.
///
/// `fed` are the places that may be fed by them.
///
/// *Cancel safety*: dropped, they are released all the same.
pub(super) async fn release(server: &Server, elements: Vec<Id>, fed: &[Arc<Place>]) {
    if elements.is_empty() {
        return;
    }
    let (calls, sent) = {
        let _turn = server.turn.lock();
        // The server cuts the links of what it releases by itself.
        for place in fed {
            let mut state = place.state.lock();
            state.wired.links.retain(|link| !link.is_of(&elements));
        }
        let calls: Vec<Call> = elements.into_iter().map(Call::Release).collect();
        let sent = server.graph.submit(&calls);
        (calls, sent)
    };
    let released = match sent {
        Ok(sent) => server.graph.steps(sent, &calls).await,
        Err(error) => Err(error.into()),
    };
    if let Err(Broken { error, .. }) = released {
        tracing::debug!(backend = %server.name, %error, "elements are not released yet");
    }
}
