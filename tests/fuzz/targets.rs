//! What is done with bytes that nobody vouches for; `fuzz/` gives them from libFuzzer, `tests/fuzz` from its corpus.
//!
//! None may panic or take memory beyond a small multiple of the bytes.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant, SystemTime},
};

use mediaplane::{
    backend::{
        embedded::{
            forward::{keyframe, numbers::Numbers},
            play, record,
            rtp::{Direction, Local, MAX_DATAGRAM, Session, Wanted, needs},
        },
        freeswitch::esl,
    },
    media::{Codec, MediaKind, Sdp},
};

/// What is fuzzed.
pub(crate) type Target = fn(&[u8]);

/// Every target with its name, which is that of its corpus.
pub(crate) const ALL: [(&str, Target); 6] = [
    ("sdp", sdp),
    ("rtp", rtp),
    ("forward", forward),
    ("recorder", recorder),
    ("player", player),
    ("esl", self::esl),
];

/// A description: read, taken apart, answered as plain RTP, taken as an answer.
pub(crate) fn sdp(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(sdp) = Sdp::parse(&text) else { return };
    for section in sdp.sections() {
        let _ = (section.kind(), section.port(), section.protocol());
        let _ = (section.mid(), section.formats().count());
        let _ = section.attributes("rtpmap").count();
    }
    let _ = sdp.rejecting(MediaKind::Video).with_candidates(&[]);
    let needed = needs(&sdp, Codec::ALL);
    let now = Instant::now();
    let locals: Vec<Option<Local>> = sdp.sections().take(64).map(|_| Some(local())).collect();
    let answer = session().answer(now, &sdp, &locals, Codec::ALL);
    if let Ok(answer) = answer {
        let answer = Sdp::parse(&answer).expect("what is written can be read");
        assert!(needed.is_ok(), "what is answered was asked for");
        assert_eq!(answer.sections().count(), sdp.sections().count());
    }
    let mut offerer = session();
    offerer.offer(&wanted()).expect("it can be offered");
    let _ = offerer.accept(now, &sdp);
}

/// Datagrams of a plain RTP session, one after the other: a byte that says to which socket, two for its length, then it.
pub(crate) fn rtp(mut bytes: &[u8]) {
    let mut now = Instant::now();
    let mut session = session();
    let offer = Sdp::parse(OFFER).expect("it is one");
    let answered = session.answer(now, &offer, &[Some(local()); 2], Codec::ALL);
    answered.expect("it can be answered");
    while let Some(([to, high, low], rest)) = bytes.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (datagram, rest) = rest.split_at(length.min(rest.len()));
        bytes = rest;
        now += Duration::from_millis(5);
        let source = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 9), 4000 + u16::from(to & 6)));
        let section = usize::from(to & 1);
        let packet = session.receive(now, section, to & 8 != 0, source, datagram);
        if let Some(packet) = packet {
            assert!(packet.payload.len() <= MAX_DATAGRAM);
            session.send(now, section, &packet);
        }
        if to & 16 != 0 {
            now += Duration::from_secs(1);
            session.request_keyframe(now, section);
        }
        session.handle_timeout(now);
        while let Some(transmit) = session.poll_transmit() {
            assert!(transmit.contents.len() <= MAX_DATAGRAM);
        }
        while session.poll_event().is_some() {}
    }
    session.stats(now);
    session.close(now);
}

/// A payload behind a byte that says its codec.
pub(crate) fn forward(bytes: &[u8]) {
    let Some((first, payload)) = bytes.split_first() else {
        return;
    };
    let codec = Codec::ALL[usize::from(*first) % Codec::ALL.len()];
    let _ = keyframe::begins(codec, payload);
    let Some(numbers) = Numbers::read(codec, payload) else {
        return;
    };
    let mut written = payload.to_vec();
    numbers.write(&mut written);
    assert_eq!(written, payload, "what was read is written back");
    let _ = numbers.vp8_patch(payload);
}

/// What [`record::replay`] takes.
pub(crate) fn recorder(bytes: &[u8]) {
    let files = record::replay(bytes);
    let written: usize = files.iter().map(Vec::len).sum();
    // A file has a head and an index; a payload of a few bytes is one block with its own head.
    assert!(
        written <= 64 * 1024 + 64 * bytes.len(),
        "{written} bytes of {}",
        bytes.len()
    );
}

/// A file.
pub(crate) fn player(bytes: &[u8]) {
    let _ = play::probe(bytes);
}

/// What an event socket sends.
pub(crate) fn esl(bytes: &[u8]) {
    let _ = esl::probe(bytes);
}

fn session() -> Session {
    Session::new(Instant::now(), SystemTime::now())
}

fn local() -> Local {
    let address = |port| SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), port));
    Local {
        rtp: address(20_000),
        rtcp: Some(address(20_001)),
        direction: Direction::BOTH,
    }
}

fn wanted() -> [Wanted; 2] {
    [MediaKind::Audio, MediaKind::Video].map(|kind| Wanted {
        kind,
        local: local(),
        codecs: Codec::ALL.to_vec(),
    })
}

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 111 0 101\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n\
    m=video 4002 RTP/AVPF 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 H264/90000\r\n\
    a=fmtp:97 packetization-mode=1\r\na=rtcp-fb:* nack pli\r\na=rtcp-fb:* ccm fir\r\n";
