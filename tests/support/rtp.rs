//! A plain RTP peer, as a SIP telephone's media side: SDP with RTP/AVP, no ICE, no encryption.

mod stream;
mod wire;

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::deadline::{self, PATIENCE};
use super::media::{Codec, Kind, Mark, Source};
use super::received::{Counts, Receives};
use super::sdp::{self, MediaLine};
use stream::{Shared, Stream};

/// The payload type that it offers for telephone events.
const TONES: u8 = 101;

/// A peer that sends marked RTP to where the remote description says, and counts what it receives.
///
/// Each m-line has a port pair of its own (RTP on an even port, RTCP above it); its index is its "mid" in the counts.
/// Dropping the peer closes its ports, which the sender then hears of by ICMP.
#[derive(Debug)]
pub(crate) struct RtpPeer {
    ip: Ipv4Addr,
    tag: u8,
    streams: Vec<Stream>,
    shared: Shared,
    counted: watch::Receiver<Counts>,
    running: CancellationToken,
    _drop: DropGuard,
}

impl RtpPeer {
    /// A peer at `ip` with one m-line per codec; it marks what it sends with `tag`.
    pub(crate) async fn bind(ip: Ipv4Addr, tag: u8, codecs: &[Codec]) -> RtpPeer {
        let mut streams = Vec::new();
        for codec in codecs {
            streams.push(Stream::bind(ip, *codec).await);
        }
        let (counts, counted) = watch::channel(Counts::default());
        let running = CancellationToken::new();
        RtpPeer {
            ip,
            tag,
            streams,
            shared: Shared {
                counts: Arc::new(counts),
                tones: Arc::default(),
                keyframe_requests: Arc::new(AtomicU64::new(0)),
                is_silent: Arc::new(AtomicBool::new(false)),
            },
            counted,
            running: running.clone(),
            _drop: running.drop_guard(),
        }
    }

    /// It also speaks telephone events (RFC 4733).
    pub(crate) fn tones(mut self) -> RtpPeer {
        for stream in &mut self.streams {
            stream.tone_type = (stream.codec.kind() == Kind::Audio).then_some(TONES);
        }
        self
    }

    /// Presses a key.
    pub(crate) async fn press(&self, digit: char) {
        let audio = self
            .streams
            .iter()
            .find(|stream| stream.tone_type.is_some());
        let audio = audio.expect("it speaks telephone events");
        for packet in wire::tone(digit) {
            let queued = audio.press.send(packet).await;
            queued.expect("the peer sends");
        }
    }

    /// Waits until it has heard these keys, one after the other.
    pub(crate) async fn hears_tones(&self, digits: &str) {
        let tones = self.shared.tones.subscribe();
        deadline::until(&tones, PATIENCE, digits, |tones| tones == digits).await;
    }

    /// Sends nothing any more.
    pub(crate) fn falls_silent(&self) {
        self.shared.is_silent.store(true, Ordering::Relaxed);
    }

    /// PLIs and FIRs received so far.
    pub(crate) fn keyframe_requests(&self) -> u64 {
        self.shared.keyframe_requests.load(Ordering::Relaxed)
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
    pub(crate) fn accept_answer(&mut self, answer: &str) {
        let lines = sdp::media_lines(answer);
        assert_eq!(
            lines.len(),
            self.streams.len(),
            "m-lines in the answer:\n{answer}"
        );
        for (index, line) in lines.iter().enumerate() {
            self.begin(index, index, line);
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
                stream.tone_type = stream.tone_type.and(tone_type(line));
                self.begin(index, at, line);
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

    fn begin(&mut self, index: usize, at: usize, line: &MediaLine) {
        assert_ne!(line.port, 0, "m-line {index} is refused: {line:#?}");
        let ip = line.address.expect("a description has a c= line");
        let remote = SocketAddr::from((ip, line.port));
        let mark = Mark {
            tag: self.tag,
            layer: 0,
        };
        let stream = &mut self.streams[at];
        let source = Source::new(stream.codec, mark);
        let sending = stream.sender(remote, source, self.shared.clone()).run();
        let counting = stream
            .receiver(remote, index.to_string(), self.shared.clone())
            .run();
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

/// The payload type that a remote m-line has for telephone events.
fn tone_type(line: &MediaLine) -> Option<u8> {
    let is_it = |format: &&(u8, String)| format.1.eq_ignore_ascii_case("telephone-event");
    line.formats.iter().find(is_it).map(|format| format.0)
}

fn describe(sdp: &mut String, stream: &Stream) {
    let (port, codec, pt) = (stream.port(), stream.codec, stream.payload_type);
    let media = match codec.kind() {
        Kind::Audio => "audio",
        Kind::Video => "video",
    };
    let channels = if codec == Codec::Opus { "/2" } else { "" };
    let tones = stream.tone_type.map(|pt| format!(" {pt}"));
    let mut lines = vec![
        format!("m={media} {port} RTP/AVP {pt}{}", tones.unwrap_or_default()),
        format!(
            "a=rtpmap:{pt} {}/{}{channels}",
            codec.name(),
            codec.clock_rate()
        ),
    ];
    if let Some(tones) = stream.tone_type {
        lines.push(format!("a=rtpmap:{tones} telephone-event/8000"));
    }
    if codec.kind() == Kind::Video {
        lines.push(format!("a=rtcp-fb:{pt} nack pli"));
    }
    if codec == Codec::H264 {
        lines.push(format!(
            "a=fmtp:{pt} packetization-mode=1;profile-level-id=42e01f"
        ));
    }
    lines.push("a=sendrecv".to_owned());
    for line in lines {
        write!(sdp, "{line}\r\n").expect("a string takes everything");
    }
}
