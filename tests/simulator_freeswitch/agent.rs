//! A user agent of SIP over UDP.

use std::net::SocketAddr;

use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::client::PATIENCE;
use crate::freeswitch_simulator::{Message, Simulator};

/// An offer of audio and video by a peer that can be reached.
pub(super) const WEBRTC: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 96 0\r\nc=IN IP4 127.0.0.1\r\na=mid:0\r\na=rtcp-mux\r\na=rtpmap:96 opus/48000/2\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 00\r\na=setup:actpass\r\n\
    a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 97\r\nc=IN IP4 127.0.0.1\r\na=mid:1\r\na=rtcp-mux\r\na=rtpmap:97 VP8/90000\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 00\r\na=setup:actpass\r\n\
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";

/// An offer of audio without any protection.
pub(super) const RTP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 30874 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

#[derive(Debug)]
pub(super) struct Agent {
    socket: UdpSocket,
    server: SocketAddr,
    branches: u32,
}

impl Agent {
    pub(super) async fn new(simulator: &Simulator) -> Agent {
        let socket = UdpSocket::bind("127.0.0.1:0")
            .await
            .expect("a local port can be bound");
        Agent {
            socket,
            server: simulator.sip(),
            branches: 0,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.socket
            .local_addr()
            .expect("a bound socket has an address")
    }

    /// A request of a call.
    pub(super) fn request(&mut self, method: &str, user: &str, id: &str, number: u32) -> Message {
        self.branches += 1;
        let (own, server) = (self.address(), self.server);
        Message::request(method, &format!("sip:{user}@{server}"))
            .with(
                "Via",
                format!(
                    "SIP/2.0/UDP {own};branch=z9hG4bK{id}-{};rport",
                    self.branches
                ),
            )
            .with("Max-Forwards", "70")
            .with("From", format!("<sip:mp@{own}>;tag=ours"))
            .with("To", format!("<sip:{user}@{server}>"))
            .with("Call-ID", id)
            .with("CSeq", format!("{number} {method}"))
            .with("Contact", format!("<sip:mp@{own}>"))
    }

    pub(super) async fn send(&self, message: &Message) {
        let text = message.text();
        let sent = self.socket.send_to(text.as_bytes(), self.server).await;
        sent.expect("a datagram can be sent");
    }

    /// The next message.
    pub(super) async fn next(&self) -> Message {
        let mut buffer = vec![0; 65_536];
        let read = timeout(PATIENCE, self.socket.recv_from(&mut buffer)).await;
        let (length, _) = read
            .expect("something comes")
            .expect("a datagram can be read");
        Message::parse(&buffer[..length]).expect("it speaks SIP")
    }

    /// The next message of a method, or the next final response to it.
    pub(super) async fn awaited(&self, method: &str) -> Message {
        loop {
            let message = self.next().await;
            if message.method() == method && message.status().is_none_or(|status| status >= 200) {
                return message;
            }
        }
    }

    /// Calls; an answer of any kind is acknowledged.
    pub(super) async fn call(&mut self, user: &str, id: &str, sdp: &str) -> Message {
        self.call_with(user, id, &[("X-Mediaplane-Session", id)], sdp)
            .await
    }

    /// As [`Agent::call`], with these headers.
    pub(super) async fn call_with(
        &mut self,
        user: &str,
        id: &str,
        headers: &[(&str, &str)],
        sdp: &str,
    ) -> Message {
        let mut invite = self.request("INVITE", user, id, 1);
        for (name, value) in headers {
            invite = invite.with(name, *value);
        }
        self.send(&invite.with_sdp(sdp.to_owned())).await;
        let response = self.awaited("INVITE").await;
        let mut ack = self.request("ACK", user, id, 1);
        ack.set("To", response.value("To").to_owned());
        self.send(&ack).await;
        response
    }

    /// Answers a request.
    pub(super) async fn answer(&self, request: &Message, status: u16, sdp: &str) {
        let mut response = Message::response(request, status, "Answered");
        let to = response.value("To").to_owned();
        if !to.contains(";tag=") {
            response.set("To", format!("{to};tag=theirs"));
        }
        response = response.with("Contact", format!("<sip:mp@{}>", self.address()));
        if !sdp.is_empty() {
            response = response.with_sdp(sdp.to_owned());
        }
        self.send(&response).await;
    }
}
