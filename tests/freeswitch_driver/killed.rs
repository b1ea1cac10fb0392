//! What a service leaves that is killed, and what it must not touch when it starts again.

use std::time::Duration;

use futures_util::future::join_all;
use mediaplane::{
    media,
    proto::{CreateSessionRequest, Echo, SessionType, session_type::Kind as Type},
};

use crate::{
    program::{Client, client, create, echo, telephone},
    stranger::Stranger,
    support::{
        freeswitch::{Address, Look},
        media::Kind,
        network::media_address,
        peer::{Options, Peer},
        ports::PortBlock,
        received::Receives as _,
        rtp::RtpPeer,
        service::Service,
    },
    world::{World, backend, given, service, unique},
};

const SESSIONS: u8 = 20;
/// Twenty clients and a server share a machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// What must come after the service has gone: three seconds of it.
const AFTERWARDS: u64 = 150;

async fn start(address: &Address, instance: &str, port: u16) -> Service {
    let configuration = service(instance, &[backend("fs", address, port)]);
    let mut service = Service::start(&[], &[], |_| configuration).await;
    service.logs("connected to FreeSWITCH").await;
    service
}

/// Every fifth client is a browser and sends video, too; the others are telephones.
enum Far {
    Browser(Peer),
    Telephone(RtpPeer),
}

fn options(tag: u8) -> Options {
    let options = Options::new(media_address(), tag).unbundled();
    options.patience(PATIENCE).audio().video()
}

impl Far {
    async fn new(client: &mut Client, tag: u8) -> Self {
        if !tag.is_multiple_of(5) {
            return Self::Telephone(telephone(client, tag).await.1);
        }
        let peer = Peer::offer(options(tag)).await;
        create(client, echo(&peer), &peer).await;
        Self::Browser(peer)
    }

    async fn receives(&self, tag: u8, packets: u64) {
        match self {
            Self::Telephone(peer) => peer.receives(Kind::Audio, tag, packets).await,
            Self::Browser(peer) => {
                peer.receives(Kind::Audio, tag, packets).await;
                peer.receives(Kind::Video, tag, 10).await;
            }
        }
    }

    async fn stops_receiving(&self) {
        match self {
            Self::Telephone(peer) => peer.stops_receiving(Kind::Audio).await,
            Self::Browser(peer) => peer.stops_receiving(Kind::Audio).await,
        }
    }
}

async fn media_flows(clients: &[Far], packets: u64) {
    let flows = (1..).zip(clients);
    join_all(flows.map(|(tag, client)| client.receives(tag, packets))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_service_left_is_ended_when_it_starts_again() {
    let Some(address) = given() else { return };
    let instance = unique("killed");
    let ports = PortBlock::claim();
    let strangers = [unique("stranger"), uuid::Uuid::new_v4().to_string()];
    let strangers = strangers.map(|call| Stranger::calls(&address, call));
    let strangers = join_all(strangers).await;
    let other = World::at(address.clone(), |_| {}).await;
    let (_others_leg, others_peer) = other.telephone(media::SessionType::Echo, 99).await;

    let mut service = start(&address, &instance, ports.tcp(0)).await;
    let mut api = client(&service).await;
    let mut clients = Vec::new();
    for tag in 1..=SESSIONS {
        clients.push(Far::new(&mut api, tag).await);
    }
    // One that is offered something, and has not answered.
    let called = CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(Type::Echo(Echo {})),
        }),
        ..CreateSessionRequest::default()
    };
    api.create_session(called).await.expect("an offer");
    media_flows(&clients, 25).await;
    let mut look = Look::at(&address).await;
    let left = look.calls_of(&instance).await;
    assert_eq!(left.len(), usize::from(SESSIONS) + 1, "{left:?}");
    service.process.kill().await.expect("it runs");
    media_flows(&clients, AFTERWARDS).await;
    let still = look.calls_of(&instance).await;
    assert_eq!(still.len(), left.len(), "nobody has ended any");

    let mut service = start(&address, &instance, ports.tcp(0)).await;
    let mut api = client(&service).await;
    let (_new, new_peer) = telephone(&mut api, 77).await;
    let ended = service.logs("ended orphaned calls").await;
    assert_eq!(ended["count"], SESSIONS + 1, "{ended}");
    address
        .until_calls(&instance, |calls| {
            calls.len() == 1 && !left.contains(&calls[0])
        })
        .await;
    join_all(clients.iter().map(Far::stops_receiving)).await;

    let there = look.calls().await;
    for stranger in &strangers {
        assert!(there.contains(&stranger.call), "nobody's: {there:?}");
    }
    let others = look.calls_of(&other.instance).await;
    assert_eq!(others.len(), 1, "it is another's");
    others_peer.receives(Kind::Audio, 99, 25).await;
    new_peer.receives(Kind::Audio, 77, 25).await;
    let (status, _) = service.terminate().await;
    assert!(status.success(), "{status}");
    address.until_calls(&instance, <[_]>::is_empty).await;
    for stranger in &strangers {
        look.api(&format!("uuid_kill {}", stranger.call)).await;
    }
    other.leave().await;
}
