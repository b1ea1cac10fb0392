//! One m-line of a plain RTP peer: its sockets, what goes out and what comes in.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};

use super::wire::{self, Packet};
use crate::support::media::{self, Codec, Source};
use crate::support::received::{Arrived, Counts};

/// What the tasks of all m-lines share with the peer.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) counts: Arc<watch::Sender<Counts>>,
    /// The keys whose end was heard.
    pub(super) tones: Arc<watch::Sender<String>>,
    /// PLIs and FIRs received.
    pub(super) keyframe_requests: Arc<AtomicU64>,
    pub(super) is_silent: Arc<AtomicBool>,
}

/// One m-line's codec, payload types and sockets.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) codec: Codec,
    pub(super) payload_type: u8,
    /// That of telephone events, where they are spoken.
    pub(super) tone_type: Option<u8>,
    pub(super) rtp: Arc<UdpSocket>,
    pub(super) rtcp: Arc<UdpSocket>,
    pressed: Option<mpsc::Receiver<Vec<u8>>>,
    pub(super) press: mpsc::Sender<Vec<u8>>,
}

impl Stream {
    pub(super) async fn bind(ip: Ipv4Addr, codec: Codec) -> Stream {
        let (rtp, rtcp) = port_pair(ip).await;
        let (press, pressed) = mpsc::channel(256);
        Stream {
            codec,
            payload_type: usual_payload_type(codec),
            tone_type: None,
            rtp: Arc::new(rtp),
            rtcp: Arc::new(rtcp),
            pressed: Some(pressed),
            press,
        }
    }

    pub(super) fn port(&self) -> u16 {
        let address = self.rtp.local_addr();
        address.expect("a bound socket has an address").port()
    }

    pub(super) fn sender(&mut self, remote: SocketAddr, source: Source, shared: Shared) -> Sender {
        Sender {
            socket: self.rtp.clone(),
            remote,
            codec: self.codec,
            payload_type: self.payload_type,
            tone_type: self.tone_type,
            pressed: self.pressed.take().expect("an m-line begins once"),
            source,
            sequence: 0,
            shared,
        }
    }

    pub(super) fn receiver(&self, remote: SocketAddr, mid: String, shared: Shared) -> Receiver {
        Receiver {
            remote,
            rtp: self.rtp.clone(),
            rtcp: self.rtcp.clone(),
            mid,
            codec: self.codec,
            tone_type: self.tone_type,
            highest: None,
            last_tone: None,
            shared,
        }
    }
}

fn usual_payload_type(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
        Codec::Opus => 111,
        Codec::Vp8 => 96,
        Codec::Vp9 => 98,
        Codec::H264 => 102,
        Codec::Av1 => 45,
    }
}

/// Two sockets on neighbouring ports, the first on an even one (RFC 3550, section 11).
async fn port_pair(ip: Ipv4Addr) -> (UdpSocket, UdpSocket) {
    for _ in 0..100 {
        let rtp = UdpSocket::bind((ip, 0))
            .await
            .expect("the media address can be bound");
        let port = rtp
            .local_addr()
            .expect("a bound socket has an address")
            .port();
        if port % 2 != 0 {
            continue;
        }
        if let Ok(rtcp) = UdpSocket::bind((ip, port + 1)).await {
            return (rtp, rtcp);
        }
    }
    panic!("no free pair of ports on {ip}");
}

/// A keyframe comes after so many pictures, wanted or not.
const KEYFRAME_EVERY: u32 = 25;

/// Sends a frame at each tick, or the next packet of a pressed key instead.
#[derive(Debug)]
pub(super) struct Sender {
    socket: Arc<UdpSocket>,
    remote: SocketAddr,
    codec: Codec,
    payload_type: u8,
    tone_type: Option<u8>,
    pressed: mpsc::Receiver<Vec<u8>>,
    source: Source,
    sequence: u16,
    shared: Shared,
}

impl Sender {
    pub(super) async fn run(mut self) {
        let mut ticks = media::ticks(self.codec.kind());
        let mut asked = 0;
        let mut held_since = 0;
        for sent in 0_u32.. {
            ticks.tick().await;
            let requests = self.shared.keyframe_requests.load(Ordering::Relaxed);
            // Without the feedback profile (RFC 4585) nobody may ask for one.
            if requests != asked || sent % KEYFRAME_EVERY == 0 {
                asked = requests;
                self.source.want_keyframe();
            }
            let frame = self.source.next_frame();
            if self.shared.is_silent.load(Ordering::Relaxed) {
                continue;
            }
            match self.pressed.try_recv().ok().zip(self.tone_type) {
                Some((event, payload_type)) => {
                    let is_first = wire::begins_tone(&event);
                    if is_first {
                        held_since = frame.timestamp;
                    }
                    self.send(payload_type, is_first, held_since, &event).await;
                }
                None => {
                    let payload_type = self.payload_type;
                    self.send(payload_type, frame.marker, frame.timestamp, &frame.payload)
                        .await;
                }
            }
        }
    }

    async fn send(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]) {
        self.sequence = self.sequence.wrapping_add(1);
        let mut packet = vec![0x80, u8::from(marker) << 7 | payload_type];
        packet.extend_from_slice(&self.sequence.to_be_bytes());
        packet.extend_from_slice(&timestamp.to_be_bytes());
        packet.extend_from_slice(&u32::from(self.remote.port()).to_be_bytes());
        packet.extend_from_slice(payload);
        // Nobody at the other end is no reason to stop: the network says it now and then, or never.
        let _ = self.socket.send_to(&packet, self.remote).await;
    }
}

/// Counts what comes from where the other side has said: a server may for a moment go on sending to a peer that had this
/// port before.
#[derive(Debug)]
pub(super) struct Receiver {
    remote: SocketAddr,
    rtp: Arc<UdpSocket>,
    rtcp: Arc<UdpSocket>,
    mid: String,
    codec: Codec,
    tone_type: Option<u8>,
    highest: Option<u64>,
    last_tone: Option<u32>,
    shared: Shared,
}

impl Receiver {
    pub(super) async fn run(mut self) {
        let (mut media, mut reports) = (vec![0; 2048], vec![0; 2048]);
        loop {
            tokio::select! {
                Ok((length, source)) = self.rtp.recv_from(&mut media) => {
                    if source == self.remote {
                        self.take(&media[..length]);
                    }
                }
                Ok((length, _)) = self.rtcp.recv_from(&mut reports) => self.heed(&reports[..length]),
            }
        }
    }

    fn take(&mut self, datagram: &[u8]) {
        let Some(packet) = Packet::read(datagram) else {
            return self.heed(datagram);
        };
        let sequence = wire::extended(self.highest, packet.sequence);
        self.highest = self.highest.max(Some(sequence));
        if Some(packet.payload_type) == self.tone_type {
            self.shared
                .counts
                .send_modify(|counts| counts.pass(&self.mid, sequence));
            return self.hear(&packet);
        }
        let arrived = Arrived {
            ssrc: packet.ssrc,
            sequence,
            timestamp: packet.timestamp,
            payload: packet.payload,
        };
        self.shared
            .counts
            .send_modify(|counts| counts.count(&self.mid, self.codec, arrived));
    }

    /// The end of a tone is sent three times with one timestamp, and counts once.
    fn hear(&mut self, packet: &Packet<'_>) {
        let Some(digit) = wire::ended_tone(packet.payload) else {
            return;
        };
        if self.last_tone.replace(packet.timestamp) != Some(packet.timestamp) {
            self.shared.tones.send_modify(|tones| tones.push(digit));
        }
    }

    fn heed(&self, datagram: &[u8]) {
        let requests = wire::keyframe_requests(datagram);
        self.shared
            .keyframe_requests
            .fetch_add(requests, Ordering::Relaxed);
    }
}
