//! Where the embedded backend can be reached, and how a client finds it: IPv6, a given port, a NAT, ICE lite (RFC 8445).

mod support;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use mediaplane::{
    backend::{
        Backend, LegEvents, Open, Opened,
        embedded::{Config, Embedded},
    },
    media::{Description, JsonMap, LegEvent, MediaUpdate, Role, Sdp, SdpType, SessionType},
    telemetry::Metrics,
};
use support::{
    aiortc::Aiortc,
    media::Kind,
    network::media_address,
    peer::{Options, Peer},
    ports::PortBlock,
    received::Receives as _,
};
use tokio::net::UdpSocket;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Packets and decoded frames that count as a stream.
const SOME: u32 = 12;

fn described(sdp: &str) -> Description {
    Description {
        sdp: Sdp::parse(sdp).expect("SDP"),
        sdp_type: SdpType::Webrtc,
        trickle_ice: false,
    }
}

/// The addresses and ports of a description's candidates.
fn candidates(sdp: &str) -> Vec<SocketAddr> {
    let values = sdp
        .lines()
        .filter_map(|line| line.strip_prefix("a=candidate:"));
    let address = |value: &str| {
        let words: Vec<&str> = value.split(' ').collect();
        let ip: IpAddr = words[4].parse().expect("an address");
        SocketAddr::new(ip, words[5].parse().expect("a port"))
    };
    let mut all: Vec<_> = values.map(address).collect();
    all.sort();
    all.dedup();
    all
}

/// A media server of its own.
struct Server {
    embedded: Arc<Embedded>,
    shutdown: CancellationToken,
}

impl Server {
    fn start(listen: &[SocketAddr], change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            listen: listen.to_vec(),
            tcp: false,
            threads: 2,
            ..Config::default()
        };
        change(&mut config);
        let shutdown = CancellationToken::new();
        let name = "embedded-1".parse().expect("a name");
        let embedded = Embedded::start(name, config, &Metrics::new(), &shutdown);
        Self {
            embedded: embedded.expect("it can listen"),
            shutdown,
        }
    }

    async fn echo(&self, offer: Option<&str>) -> Opened {
        let open = Open {
            session_id: "reached".parse().expect("an id"),
            kind: SessionType::Echo,
            role: match offer {
                Some(_) => Role::Offeree,
                None => Role::Offerer,
            },
            offer: offer.map(described),
            sdp_type: SdpType::Webrtc,
            media: MediaUpdate::default(),
            options: JsonMap::default(),
        };
        let (events, mut heard) = LegEvents::new(64);
        tokio::spawn(async move {
            while let Some(event) = heard.recv().await {
                let is_over = matches!(event, LegEvent::Closed { .. });
                assert!(!is_over, "the session goes on: {event:?}");
            }
        });
        self.embedded.open(open, events).await.expect("an echo")
    }

    /// Its answer to a peer's offer, which the peer takes.
    async fn answers(&self, peer: &Peer) -> (Opened, Vec<SocketAddr>) {
        let opened = self.echo(Some(peer.description())).await;
        let answer = opened.description.as_ref().expect("an answer");
        let candidates = candidates(answer.sdp.as_str());
        peer.accept_answer(answer.sdp.as_str()).await;
        (opened, candidates)
    }

    async fn stop(self, opened: Opened) {
        opened.leg.close().await;
        self.shutdown.cancel();
        self.embedded.stopped().await;
    }
}

/// The peer's own audio and video come back.
async fn flows(peer: &Peer, tag: u8) {
    peer.receives(Kind::Audio, tag, SOME.into()).await;
    peer.receives(Kind::Video, tag, SOME.into()).await;
}

fn options(ip: impl Into<IpAddr>, tag: u8) -> Options {
    Options::new(ip, tag).audio().video()
}

#[tokio::test]
async fn a_client_with_ipv6_alone_is_reached() {
    let (v4, v6) = (Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
    let server = Server::start(&[(v4, 0).into(), (v6, 0).into()], |_| {});
    let peer = Peer::offer(options(v6, 3)).await;
    let (opened, told) = server.answers(&peer).await;
    assert_eq!(told.len(), 2, "{told:?}");
    flows(&peer, 3).await;
    server.stop(opened).await;

    let server = Server::start(&[(v6, 0).into()], |_| {});
    let opened = server.echo(None).await;
    let offer = opened.description.as_ref().expect("an offer").sdp.as_str();
    assert!(candidates(offer).iter().all(SocketAddr::is_ipv6), "{offer}");
    let peer = Peer::answer(options(v6, 4), offer).await;
    let answered = opened.leg.accept(described(peer.description())).await;
    answered.expect("it is taken");
    flows(&peer, 4).await;
    server.stop(opened).await;
}

#[tokio::test]
async fn one_given_port_serves_all() {
    let ports = PortBlock::claim();
    let port = *ports.udp(0, 1).start();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let server = Server::start(&[address], |_| {});
    let peers = [5, 6].map(|tag| Peer::offer(options(Ipv4Addr::LOCALHOST, tag)));
    let mut opened = Vec::new();
    for (tag, peer) in [5, 6].into_iter().zip(peers) {
        let peer = peer.await;
        let (open, told) = server.answers(&peer).await;
        assert_eq!(told, [address]);
        flows(&peer, tag).await;
        opened.push((open, peer));
    }
    flows(&opened[0].1, 5).await;
    let (last, _peer) = opened.pop().expect("there are two");
    for (open, _peer) in opened {
        open.leg.close().await;
    }
    server.stop(last).await;
}

#[tokio::test]
async fn ice_lite_serves_clients_that_check() {
    let local = Ipv4Addr::LOCALHOST;
    let lite = || Server::start(&[(local, 0).into()], |config| config.ice_lite = true);
    let server = lite();
    let peer = Peer::offer(options(local, 7)).await;
    let opened = server.echo(Some(peer.description())).await;
    let answer = opened.description.as_ref().expect("an answer").sdp.as_str();
    assert!(answer.contains("a=ice-lite\r\n"), "{answer}");
    peer.accept_answer(answer).await;
    flows(&peer, 7).await;
    server.stop(opened).await;

    let server = lite();
    let opened = server.echo(None).await;
    let offer = opened.description.as_ref().expect("an offer").sdp.as_str();
    assert!(offer.contains("a=ice-lite\r\n"), "{offer}");
    let peer = Peer::answer(options(local, 8), offer).await;
    let answered = opened.leg.accept(described(peer.description())).await;
    answered.expect("it is taken");
    flows(&peer, 8).await;
    server.stop(opened).await;
}

#[tokio::test]
async fn ice_lite_serves_another_implementation() {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    // It has no candidates on the loopback interface.
    let listen = (media_address(), 0).into();
    let server = Server::start(&[listen], |config| config.ice_lite = true);
    let far = aiortc.peer("far");
    let opened = server
        .echo(Some(&far.offer(1, &["audio", "video"]).await))
        .await;
    let answer = opened.description.as_ref().expect("an answer");
    far.accept(answer.sdp.as_str()).await;
    tokio::join!(
        far.decodes(Kind::Audio, Some(1), SOME),
        far.decodes(Kind::Video, Some(1), SOME)
    );
    far.close().await;
    server.stop(opened).await;
}

/// A one-to-one NAT that keeps the port, for one client: what it is sent goes in, and the answers out again.
struct Nat {
    passed: Arc<AtomicU64>,
    _task: AbortOnDropHandle<()>,
}

impl Nat {
    /// From `outer` to `inner`, which sees the client as one of `as_ip`.
    async fn new(outer: SocketAddr, inner: SocketAddr, as_ip: Ipv4Addr) -> Self {
        let outer = UdpSocket::bind(outer).await.expect("the outer address");
        let own = UdpSocket::bind((as_ip, 0))
            .await
            .expect("the inner address");
        own.connect(inner).await.expect("an address");
        let passed = Arc::new(AtomicU64::new(0));
        let count = passed.clone();
        let task = async move {
            let mut client = None;
            let (mut from, mut to) = ([0; 2048], [0; 2048]);
            loop {
                // What cannot be sent is a lost datagram.
                tokio::select! {
                    Ok((length, source)) = outer.recv_from(&mut from) => {
                        client = Some(source);
                        let _ = own.send(&from[..length]).await;
                    }
                    Ok(length) = own.recv(&mut to) => {
                        if let Some(client) = client {
                            let _ = outer.send_to(&to[..length], client).await;
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            }
        };
        Self {
            passed,
            _task: AbortOnDropHandle::new(tokio::spawn(task)),
        }
    }
}

/// What a server behind a NAT tells, and that a client gets through to it. It listens at `listen`; of that, `inner` is
/// what the NAT knows.
async fn is_reached_through_nat(listen: IpAddr, inner: Ipv4Addr) {
    let outside = Ipv4Addr::new(127, 0, 0, 2);
    let ports = PortBlock::claim();
    let port = *ports.udp(0, 1).start();
    let server = Server::start(&[(listen, port).into()], |config| {
        config.advertise = vec![outside.into()];
    });
    let outer = SocketAddr::from((outside, port));
    let nat = Nat::new(outer, (inner, port).into(), inner).await;
    // It tells of no address of its own: the server hears of it through the NAT alone.
    let peer = Peer::offer(options(Ipv4Addr::LOCALHOST, 9).trickle()).await;
    let (opened, told) = server.answers(&peer).await;
    assert_eq!(told, [outer]);
    flows(&peer, 9).await;
    let passed = nat.passed.load(Ordering::Relaxed);
    assert!(passed >= 2 * u64::from(SOME), "{passed} datagrams passed");
    server.stop(opened).await;
}

#[tokio::test]
async fn an_advertised_address_leads_through_a_nat() {
    is_reached_through_nat(Ipv4Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST).await;
}

#[tokio::test]
async fn an_advertised_address_stands_for_all_that_are_listened_on() {
    for inner in [Ipv4Addr::LOCALHOST, media_address()] {
        is_reached_through_nat(Ipv4Addr::UNSPECIFIED.into(), inner).await;
    }
}
