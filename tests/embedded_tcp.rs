//! A WebRTC client that reaches the embedded backend by TCP alone (RFC 6544).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediaplane::backend::embedded::{Config, Embedded};
use mediaplane::backend::{Backend, LegEvents, Open};
use mediaplane::media::{Description, JsonMap, MediaUpdate, Role, Sdp, SdpType, SessionType};
use mediaplane::telemetry::Metrics;
use str0m::change::SdpAnswer;
use str0m::channel::ChannelId;
use str0m::net::{Protocol, Receive, TcpType};
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(20);

fn started(shutdown: &CancellationToken) -> Arc<Embedded> {
    let config = Config {
        // A port of TCP is free far more often than not where one of UDP is: another try finds one.
        listen: vec!["127.0.0.1:0".parse().expect("an address")],
        threads: 2,
        ..Config::default()
    };
    let start = || {
        let name = "embedded-1".parse().expect("a name");
        Embedded::start(name, config.clone(), &Metrics::new(), shutdown)
    };
    (0..10)
        .find_map(|_| start().ok())
        .expect("an address can be listened on")
}

fn echo(offer: &str) -> Open {
    Open {
        session_id: "by-tcp".parse().expect("an id"),
        kind: SessionType::Echo,
        role: Role::Offeree,
        offer: Some(Description {
            sdp: Sdp::parse(offer).expect("SDP"),
            sdp_type: SdpType::Webrtc,
            trickle_ice: false,
        }),
        sdp_type: SdpType::Webrtc,
        media: MediaUpdate::default(),
        options: JsonMap::default(),
    }
}

/// The answer with its TCP candidates only, and the address of the first.
fn only_tcp(answer: &str) -> (String, SocketAddr) {
    let is_udp = |line: &&str| line.starts_with("a=candidate:") && line.contains(" udp ");
    let kept: Vec<&str> = answer.lines().filter(|line| !is_udp(line)).collect();
    let candidate = kept.iter().find(|line| line.starts_with("a=candidate:"));
    let candidate = candidate.expect("a TCP candidate is offered");
    assert!(candidate.contains("tcptype passive"), "{candidate}");
    let words: Vec<&str> = candidate.split(' ').collect();
    let address = format!("{}:{}", words[4], words[5]);
    (
        kept.join("\r\n") + "\r\n",
        address.parse().expect("an address"),
    )
}

struct Client {
    rtc: Rtc,
    stream: TcpStream,
    own: SocketAddr,
    remote: SocketAddr,
    channel: Option<ChannelId>,
    /// What is to be read next: so far these bytes.
    buffer: Vec<u8>,
}

impl Client {
    /// Runs until the message that it sends has come back.
    async fn hears(&mut self, message: &str) {
        loop {
            let wake = loop {
                match self.rtc.poll_output().expect("the client works") {
                    Output::Timeout(wake) => break wake,
                    Output::Transmit(transmit) => {
                        let length = u16::try_from(transmit.contents.len()).expect("it is short");
                        let frame = [&length.to_be_bytes(), &transmit.contents[..]].concat();
                        self.stream.write_all(&frame).await.expect("it is written");
                    }
                    Output::Event(Event::ChannelOpen(id, _)) => {
                        assert_eq!(self.channel, Some(id));
                        let mut channel = self.rtc.channel(id).expect("it is open");
                        assert!(channel.write(false, message.as_bytes()).expect("written"));
                    }
                    Output::Event(Event::ChannelData(data)) => {
                        assert_eq!(data.data, message.as_bytes());
                        return;
                    }
                    Output::Event(_) => {}
                }
            };
            if self.buffer.len() < 2 {
                let mut bytes = [0; 4096];
                tokio::select! {
                    read = self.stream.read(&mut bytes) => {
                        let length = read.expect("the server goes on");
                        assert!(length > 0, "the server has closed the connection");
                        self.buffer.extend_from_slice(&bytes[..length]);
                    }
                    () = tokio::time::sleep_until(wake.into()) => {}
                }
            }
            self.take();
        }
    }

    /// Gives the next frame to str0m, or time if there is none yet: one at a time, as it wants to be polled in between.
    fn take(&mut self) {
        let frame = match &self.buffer[..] {
            [high, low, rest @ ..] => rest.get(..usize::from(u16::from_be_bytes([*high, *low]))),
            _ => None,
        };
        let now = Instant::now();
        let Some(frame) = frame.map(<[u8]>::to_vec) else {
            let passed = self.rtc.handle_input(Input::Timeout(now));
            return passed.expect("time passes");
        };
        self.buffer.drain(..2 + frame.len());
        let received = Receive::new(Protocol::Tcp, self.remote, self.own, &frame);
        let received = Input::Receive(now, received.expect("a datagram of ours"));
        self.rtc.handle_input(received).expect("it is taken");
    }
}

#[tokio::test]
async fn a_client_without_udp_connects_by_tcp() {
    let shutdown = CancellationToken::new();
    let server = started(&shutdown);
    let mut rtc = Rtc::new(Instant::now());
    let mut api = rtc.sdp_api();
    let channel = api.add_channel("test".to_owned());
    let (offer, pending) = api.apply().expect("there is something to offer");
    let (events, _heard) = LegEvents::new(64);
    let opened = server.open(echo(&offer.to_sdp_string()), events).await;
    let opened = opened.expect("an echo");
    let answer = opened.description.expect("an answer");
    let (answer, remote) = only_tcp(answer.sdp.as_str());

    let stream = TcpStream::connect(remote).await.expect("it listens");
    let own = stream.local_addr().expect("it is connected");
    let candidate = Candidate::builder().tcp().host(own);
    let candidate = candidate.tcptype(TcpType::Active).build();
    rtc.add_local_candidate(candidate.expect("a candidate"));
    let answer = SdpAnswer::from_sdp_string(&answer).expect("an answer");
    let accepted = rtc.sdp_api().accept_answer(pending, answer);
    accepted.expect("it is accepted");
    let mut client = Client {
        rtc,
        stream,
        own,
        remote,
        channel: Some(channel),
        buffer: Vec::new(),
    };
    let heard = timeout(PATIENCE, client.hears("by TCP")).await;
    heard.expect("the message comes back");
    opened.leg.close().await;
    shutdown.cancel();
    server.stopped().await;
}
