//! A plain RTP peer, as a SIP telephone's media side: SDP with RTP/AVP, no ICE, no encryption.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::time::interval;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::deadline::PATIENCE;
use super::media::{self, Codec, Kind, Mark, Source};
use super::received::{Counts, Receives};
use super::sdp::{self, MediaLine};

/// A peer that sends marked RTP to where the remote description says, and counts what it receives.
///
/// Each m-line has a port pair of its own (RTP on an even port, RTCP above it); its index is its "mid" in the counts.
/// Dropping the peer closes its ports, which the sender then hears of by ICMP.
#[derive(Debug)]
pub(crate) struct RtpPeer {
    ip: Ipv4Addr,
    tag: u8,
    streams: Vec<Stream>,
    counts: Arc<watch::Sender<Counts>>,
    counted: watch::Receiver<Counts>,
    running: CancellationToken,
    _drop: DropGuard,
}

/// One m-line's codec, payload type and sockets.
#[derive(Debug)]
struct Stream {
    codec: Codec,
    payload_type: u8,
    rtp: Arc<UdpSocket>,
    /// Open for the remote side's reports, which nobody reads.
    _rtcp: UdpSocket,
}

impl RtpPeer {
    /// A peer at `ip` with one m-line per codec; it marks what it sends with `tag`.
    pub(crate) async fn bind(ip: Ipv4Addr, tag: u8, codecs: &[Codec]) -> RtpPeer {
        let mut streams = Vec::new();
        for codec in codecs {
            let (rtp, rtcp) = port_pair(ip).await;
            streams.push(Stream {
                codec: *codec,
                payload_type: usual_payload_type(*codec),
                rtp: Arc::new(rtp),
                _rtcp: rtcp,
            });
        }
        let (counts, counted) = watch::channel(Counts::default());
        let running = CancellationToken::new();
        RtpPeer {
            ip,
            tag,
            streams,
            counts: Arc::new(counts),
            counted,
            running: running.clone(),
            _drop: running.drop_guard(),
        }
    }

    /// Its offer.
    pub(crate) fn offer(&self) -> String {
        let mut sdp = self.session_part();
        for stream in &self.streams {
            describe(&mut sdp, stream);
        }
        sdp
    }

    /// Takes the answer to its offer, and begins to send and to count.
    ///
    /// # Panics
    /// If the answer refuses an m-line or does not match the offer.
    pub(crate) fn accept_answer(&self, answer: &str) {
        let lines = sdp::media_lines(answer);
        assert_eq!(
            lines.len(),
            self.streams.len(),
            "m-lines in the answer:\n{answer}"
        );
        for (index, (stream, line)) in self.streams.iter().zip(&lines).enumerate() {
            self.begin(index, stream, line);
        }
    }

    /// Answers an offer, and begins to send and to count; an m-line for which it has no codec is refused.
    pub(crate) fn answer(&mut self, offer: &str) -> String {
        let lines = sdp::media_lines(offer);
        let mut chosen = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let matching = self
                .streams
                .iter()
                .position(|stream| agrees(stream, line).is_some());
            if let Some(at) = matching {
                let stream = &mut self.streams[at];
                stream.payload_type = agrees(stream, line).expect("it was just found to agree");
                self.begin(index, &self.streams[at], line);
            }
            chosen.push(matching);
        }
        self.answer_description(&lines, &chosen)
    }

    fn answer_description(&self, lines: &[MediaLine], chosen: &[Option<usize>]) -> String {
        let mut sdp = self.session_part();
        for (line, at) in lines.iter().zip(chosen) {
            match at {
                Some(at) => describe(&mut sdp, &self.streams[*at]),
                None => write!(sdp, "m={} 0 {} 0\r\n", line.media, line.protocol)
                    .expect("a string takes everything"),
            }
        }
        sdp
    }

    fn session_part(&self) -> String {
        let ip = self.ip;
        format!("v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n")
    }

    fn begin(&self, index: usize, stream: &Stream, line: &MediaLine) {
        assert_ne!(line.port, 0, "m-line {index} is refused: {line:#?}");
        let ip = line.address.expect("a description has a c= line");
        let remote = SocketAddr::from((ip, line.port));
        let mark = Mark {
            tag: self.tag,
            layer: 0,
        };
        let sending = send(
            stream.rtp.clone(),
            remote,
            stream.payload_type,
            Source::new(stream.codec, mark),
            stream.codec.kind(),
        );
        let counting = count(
            stream.rtp.clone(),
            index.to_string(),
            stream.codec,
            self.counts.clone(),
        );
        tokio::spawn(self.running.clone().run_until_cancelled_owned(sending));
        tokio::spawn(self.running.clone().run_until_cancelled_owned(counting));
    }
}

impl Receives for RtpPeer {
    fn counted(&self) -> &watch::Receiver<Counts> {
        &self.counted
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

/// The payload type to use with a remote m-line, if it has this stream's codec.
fn agrees(stream: &Stream, line: &MediaLine) -> Option<u8> {
    let same = |format: &&(u8, String)| Codec::named(&format.1) == Some(stream.codec);
    line.formats.iter().find(same).map(|format| format.0)
}

fn describe(sdp: &mut String, stream: &Stream) {
    let port = stream
        .rtp
        .local_addr()
        .expect("a bound socket has an address")
        .port();
    let (codec, pt) = (stream.codec, stream.payload_type);
    let media = match codec.kind() {
        Kind::Audio => "audio",
        Kind::Video => "video",
    };
    let channels = match codec {
        Codec::Opus => "/2",
        Codec::Pcmu | Codec::Vp8 => "",
    };
    write!(
        sdp,
        "m={media} {port} RTP/AVP {pt}\r\na=rtpmap:{pt} {name}/{rate}{channels}\r\na=sendrecv\r\n",
        name = codec.name(),
        rate = codec.clock_rate(),
    )
    .expect("a string takes everything");
}

fn usual_payload_type(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0,
        Codec::Opus => 111,
        Codec::Vp8 => 96,
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

async fn send(
    socket: Arc<UdpSocket>,
    to: SocketAddr,
    payload_type: u8,
    mut source: Source,
    kind: Kind,
) {
    let mut ticks = interval(media::interval(kind));
    loop {
        ticks.tick().await;
        let frame = source.next_frame();
        let marker = u8::from(frame.marker) << 7;
        let mut packet = vec![0x80, marker | payload_type];
        packet.extend_from_slice(&frame.sequence.to_be_bytes()[6..]);
        packet.extend_from_slice(&frame.timestamp.to_be_bytes());
        packet.extend_from_slice(&u32::from(to.port()).to_be_bytes());
        packet.extend_from_slice(&frame.payload);
        // Nobody at the other end is no reason to stop: the network says it now and then, or never.
        let _ = socket.send_to(&packet, to).await;
    }
}

async fn count(
    socket: Arc<UdpSocket>,
    mid: String,
    codec: Codec,
    counts: Arc<watch::Sender<Counts>>,
) {
    let mut buffer = vec![0; 2048];
    loop {
        let Ok((length, _)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        if let Some(payload) = payload(&buffer[..length]) {
            counts.send_modify(|counts| counts.count(&mid, codec, payload));
        }
    }
}

/// The payload of an RTP packet (RFC 3550, section 5.1), without header, extension and padding.
fn payload(packet: &[u8]) -> Option<&[u8]> {
    let &first = packet.first()?;
    let mut start = 12 + 4 * usize::from(first & 0x0f);
    if first & 0x10 != 0 {
        let words = packet.get(start + 2..start + 4)?;
        start += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    let padding = match first & 0x20 != 0 {
        true => usize::from(*packet.last()?),
        false => 0,
    };
    packet.get(start..packet.len().checked_sub(padding)?)
}
