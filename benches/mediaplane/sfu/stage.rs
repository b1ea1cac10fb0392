//! A server with its publishers and listeners, all created through Mediaplane.

use std::{
    io::Write,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use mediaplane::proto::{
    CreateSessionRequest, CreateSessionResponse, Listen, Publish, SdpType, SessionDescription,
    SessionType, SetAnswerRequest, create_session_response::Description, session_type::Kind,
};
use tempfile::NamedTempFile;

use super::peer::{self, Peer, Shared};
use crate::{
    process::{Client, Server},
    support::{
        janus::{Janus, Options},
        network::media_address,
    },
};

/// Sessions that are made at a time.
const IN_FLIGHT: usize = 8;
const PATIENCE: Duration = Duration::from_secs(10);

/// What forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Embedded,
    Janus,
}

/// Who sends what to how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) publishers: usize,
    /// Of each publisher.
    pub(crate) listeners: usize,
    /// That each publisher sends in a second.
    pub(crate) pictures: u32,
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            publishers,
            listeners,
            pictures,
        } = self;
        write!(f, "{publishers} × (1 → {listeners}), {pictures} pictures/s")
    }
}

/// A server and its clients, all connected.
#[derive(Debug)]
pub(crate) struct Stage {
    server: Server,
    janus: Option<Janus>,
    shared: Arc<Shared>,
    shape: Shape,
    _peers: Vec<Peer>,
    _config: NamedTempFile,
}

impl Stage {
    pub(crate) async fn begin(media: Media, shape: Shape) -> Self {
        let janus = match media {
            Media::Embedded => None,
            Media::Janus => Some(Janus::start(many()).await),
        };
        let config = written(&match &janus {
            None => format!(
                "[[backend]]\nkind = \"embedded\"\nlisten = [\"{}:0\"]\n",
                media_address()
            ),
            Some(janus) => format!("[[backend]]\nkind = \"janus\"\nurl = \"{}\"\n", janus.url()),
        });
        let path = config.path().to_str().expect("a path of ours is text");
        let server = Server::mediaplane(&[("MEDIAPLANE_CONFIG", path)]).await;
        let shared = Arc::<Shared>::default();
        let places = stream::iter(0..shape.publishers).map(|_| {
            let client = server.client();
            let shared = shared.clone();
            async move { fill(client.await, shared, shape).await }
        });
        let peers: Vec<Vec<Peer>> = places.buffer_unordered(IN_FLIGHT).collect().await;
        Self {
            server,
            janus,
            shared,
            shape,
            _peers: peers.into_iter().flatten().collect(),
            _config: config,
        }
    }

    /// Lets publishers send, or not.
    pub(crate) fn play(&self, on: bool) {
        self.shared.playing.store(on, Ordering::Relaxed);
    }

    /// Packets that listeners should have received so far.
    pub(crate) fn expected(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed) * self.shape.listeners as u64
    }

    /// Packets that they have received.
    pub(crate) fn delivered(&self) -> u64 {
        self.shared.received.load(Ordering::Relaxed)
    }

    /// The process that forwards.
    pub(crate) fn process(&self) -> u32 {
        self.janus
            .as_ref()
            .map_or_else(|| self.server.id(), Janus::id)
    }
}

/// A Janus for hundreds of peers.
fn many() -> Options {
    Options {
        any_media_port: true,
        ..Options::default()
    }
}

/// One publisher and its listeners.
async fn fill(mut client: Client, shared: Arc<Shared>, shape: Shape) -> Vec<Peer> {
    let ip = media_address();
    let mut publisher = peer::Client::new(ip, shared.clone());
    let request = create(Kind::Publish(Publish::default()), Some(publisher.offer()));
    let (publisher_id, answer) = opened(&mut client, &request).await;
    let mut peers = vec![publisher.publish(&answer, shape.pictures)];
    peers[0].connected().await;
    for _ in 0..shape.listeners {
        let listen = Listen {
            publisher_id: publisher_id.clone(),
        };
        let (session_id, offer) = opened(&mut client, &create(Kind::Listen(listen), None)).await;
        let (mut peer, answer) = peer::Client::new(ip, shared.clone()).listen(&offer);
        let request = SetAnswerRequest {
            session_id,
            answer: Some(described(answer)),
        };
        client.set_answer(request).await.expect("answered");
        peer.connected().await;
        peers.push(peer);
    }
    peers
}

fn create(kind: Kind, offer: Option<String>) -> CreateSessionRequest {
    CreateSessionRequest {
        r#type: Some(SessionType { kind: Some(kind) }),
        offer: offer.map(described),
        no_offer_trickle_ice: true,
        wait_reply: true,
        ..CreateSessionRequest::default()
    }
}

fn described(sdp: String) -> SessionDescription {
    SessionDescription {
        sdp,
        sdp_type: SdpType::Webrtc.into(),
        trickle_ice: false,
    }
}

/// Creates the session, as soon as the service has reached its media server: its id, and the server's description.
async fn opened(client: &mut Client, request: &CreateSessionRequest) -> (String, String) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match client.create_session(request.clone()).await {
            Ok(created) => return description(created.into_inner()),
            Err(status) => assert!(Instant::now() < deadline, "not created: {status}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn description(created: CreateSessionResponse) -> (String, String) {
    match created.description {
        Some(Description::Offer(sdp) | Description::Answer(sdp)) => (created.session_id, sdp.sdp),
        None => panic!("the reply was waited for"),
    }
}

/// A configuration in a file.
fn written(text: &str) -> NamedTempFile {
    let mut file = tempfile::Builder::new()
        .suffix(".toml")
        .tempfile()
        .expect("a temporary file can be made");
    file.write_all(text.as_bytes())
        .expect("a temporary file can be written");
    file
}
