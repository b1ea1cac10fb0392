//! The other side, played by hand, and the agent that is tested.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::super::{super::config::SipTransport, Call, Config, UserAgent};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A message as text.
#[derive(Clone, Debug)]
pub(super) struct Message(pub(super) String);

impl Message {
    pub(super) fn start(&self) -> &str {
        self.0.lines().next().unwrap_or_default()
    }

    pub(super) fn value(&self, name: &str) -> &str {
        let head = self.0.split("\r\n\r\n").next().unwrap_or_default();
        let line = head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        });
        line.unwrap_or_else(|| panic!("{name} in {}", self.0))
    }

    pub(super) fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// The response of the other side to it.
    pub(super) fn response(&self, peer: SocketAddr, status: &str, body: &str) -> String {
        let transport = if self.value("Via").contains("TCP") {
            "tcp"
        } else {
            "udp"
        };
        let to = self.value("To");
        let tag = if to.contains("tag=") || status.starts_with("100") {
            ""
        } else {
            ";tag=theirs"
        };
        format!(
            "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:fs@{peer};transport={transport}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.value("Via"),
            self.value("From"),
            self.value("Call-ID"),
            self.value("CSeq"),
            body.len(),
        )
    }
}

enum Socket {
    Udp(UdpSocket),
    Tcp {
        listener: TcpListener,
        stream: Option<TcpStream>,
        rest: String,
    },
}

/// The other side.
pub(super) struct Peer {
    socket: Socket,
    pub(super) address: SocketAddr,
    pub(super) agent: SocketAddr,
    branches: u32,
}

/// An agent and the other side.
pub(super) async fn pair(transport: SipTransport) -> (UserAgent, Peer, Config) {
    pair_with(transport, |_| {}).await
}

pub(super) async fn pair_with(
    transport: SipTransport,
    change: impl FnOnce(&mut Config),
) -> (UserAgent, Peer, Config) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let socket = match transport {
        SipTransport::Udp => Socket::Udp(UdpSocket::bind(any).await.expect("a port")),
        SipTransport::Tcp => Socket::Tcp {
            listener: TcpListener::bind(any).await.expect("a port"),
            stream: None,
            rest: String::new(),
        },
    };
    let address = match &socket {
        Socket::Udp(socket) => socket.local_addr(),
        Socket::Tcp { listener, .. } => listener.local_addr(),
    };
    let address = address.expect("a bound socket has one");
    let (agent, config) = agent(transport, address, change).await;
    let peer = Peer {
        socket,
        address,
        agent: config.sip_contact,
        branches: 0,
    };
    (agent, peer, config)
}

/// An agent that takes the server to be there.
pub(super) async fn agent(
    transport: SipTransport,
    server: SocketAddr,
    change: impl FnOnce(&mut Config),
) -> (UserAgent, Config) {
    let mut config = Config::new(
        "127.0.0.1:1".to_owned(),
        String::new(),
        server.to_string(),
        server,
    );
    config.sip_transport = transport;
    config.request_timeout = Duration::from_secs(3);
    change(&mut config);
    // Another test may take the port that was free a moment ago.
    for _ in 0..20 {
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        config.sip_contact = free.local_addr().expect("a bound socket has one");
        drop(free);
        if let Ok(agent) = UserAgent::start(&config, CancellationToken::new()).await {
            return (agent, config);
        }
    }
    panic!("no port is free");
}

impl Peer {
    pub(super) async fn send(&mut self, text: &str) {
        match &mut self.socket {
            Socket::Udp(socket) => {
                let sent = socket.send_to(text.as_bytes(), self.agent).await;
                assert_eq!(sent.expect("a datagram can be sent"), text.len());
            }
            Socket::Tcp { stream, .. } => {
                if stream.is_none() {
                    let connected = TcpStream::connect(self.agent).await;
                    let connected = connected.expect("it listens");
                    connected.set_nodelay(true).expect("it stands");
                    *stream = Some(connected);
                }
                let stream = stream.as_mut().expect("it is connected");
                let sent = stream.write_all(text.as_bytes()).await;
                sent.expect("the connection stands");
            }
        }
    }

    /// Ends its connection.
    pub(super) fn hang_up(&mut self) {
        if let Socket::Tcp { stream, .. } = &mut self.socket {
            *stream = None;
        }
    }

    /// The next message.
    pub(super) async fn next(&mut self) -> Message {
        let read = timeout(PATIENCE, self.read()).await;
        read.expect("something comes")
    }

    /// Whether nothing comes for a while.
    pub(super) async fn is_quiet(&mut self) -> bool {
        timeout(Duration::from_millis(200), self.read())
            .await
            .is_err()
    }

    async fn read(&mut self) -> Message {
        let mut buffer = vec![0; 65_536];
        match &mut self.socket {
            Socket::Udp(socket) => {
                let (length, _) = socket.recv_from(&mut buffer).await.expect("a datagram");
                Message(String::from_utf8_lossy(&buffer[..length]).into_owned())
            }
            Socket::Tcp {
                listener,
                stream,
                rest,
            } => {
                if stream.is_none() {
                    *stream = Some(listener.accept().await.expect("a connection").0);
                }
                let stream = stream.as_mut().expect("it is connected");
                loop {
                    if let Some(message) = first(rest) {
                        return message;
                    }
                    let length = stream.read(&mut buffer).await.expect("it stands");
                    assert_ne!(length, 0, "the connection has ended");
                    rest.push_str(&String::from_utf8_lossy(&buffer[..length]));
                }
            }
        }
    }

    /// The next message of a kind; others are passed over.
    pub(super) async fn until(&mut self, start: &str) -> Message {
        loop {
            let message = self.next().await;
            if message.start().starts_with(start) {
                return message;
            }
        }
    }

    pub(super) async fn respond(&mut self, request: &Message, status: &str, body: &str) {
        let response = request.response(self.address, status, body);
        self.send(&response).await;
    }

    /// The ACK of a refusal, which belongs to the transaction of the INVITE.
    pub(super) async fn concede(&mut self, call: Call, own: &str, number: u32) {
        let ack = self.request("ACK", call, own, number, "");
        let (new, of) = (
            format!("ACK-{number}-{}", self.branches),
            format!("INVITE-{number}"),
        );
        self.send(&ack.replace(&new, &of)).await;
    }

    /// A request of its own; `number` is its CSeq. Those of one number are of one transaction.
    pub(super) fn request(
        &mut self,
        method: &str,
        call: Call,
        to_tag: &str,
        number: u32,
        body: &str,
    ) -> String {
        self.branches += 1;
        let transport = match self.socket {
            Socket::Udp(_) => "UDP",
            Socket::Tcp { .. } => "TCP",
        };
        let branch = match method {
            "CANCEL" => format!("INVITE-{number}"),
            "ACK" | "BYE" => format!("{method}-{number}-{}", self.branches),
            _ => format!("{method}-{number}"),
        };
        let (agent, address) = (self.agent, self.address);
        let tag = if to_tag.is_empty() {
            String::new()
        } else {
            format!(";tag={to_tag}")
        };
        format!(
            "{method} sip:{call}@{agent} SIP/2.0\r\nVia: SIP/2.0/{transport} {address};rport;branch=z9hG4bK{call}-{branch}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:fs@{address}>;tag=theirs\r\nTo: <sip:{call}@{agent}>{tag}\r\nCall-ID: {call}\r\n\
             CSeq: {number} {method}\r\nContact: <sip:fs@{address}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// Takes the first message off what has come by TCP.
fn first(rest: &mut String) -> Option<Message> {
    let head = rest.find("\r\n\r\n")? + 4;
    let message = Message(rest[..head].to_owned());
    let length: usize = message.value("Content-Length").parse().ok()?;
    (rest.len() >= head + length).then(|| Message(rest.drain(..head + length).collect()))
}

/// The tag of the called side.
pub(super) fn tag(message: &Message) -> String {
    let to = message.value("To");
    let tag = to.split_once("tag=").map(|(_, tag)| tag.to_owned());
    tag.unwrap_or_else(|| panic!("a tag in {to}"))
}
