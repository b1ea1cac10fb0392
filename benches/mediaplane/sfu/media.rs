//! What publishers send: Opus as it is usual, and VP8 of which only the headers mean something.

use std::time::{Duration, Instant};

use str0m::{
    Rtc,
    format::Codec,
    media::{MediaKind, Mid, Pt},
    rtp::RtpWrite,
};

/// The load of one publisher, in words.
pub(crate) const DESCRIPTION: &str = "each publisher sends 50 packets/s of audio (80 bytes), and pictures of 5 packets (1100 bytes); \
     each client is a peer of its own (ICE, DTLS-SRTP, NACK, TWCC)";

/// From one sound to the next.
pub(crate) const SOUND: Duration = Duration::from_millis(20);

const PACKETS: usize = 5;
const SOUND_BYTES: usize = 80;
const PICTURE_BYTES: usize = 1100;

/// The head of a VP8 keyframe of 640x480 (RFC 6386, 9.1), and of a frame that is none.
const KEYFRAME: [u8; 10] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01];
const INTERFRAME: [u8; 3] = [0x11, 0x02, 0x00];

/// One outgoing stream.
#[derive(Debug)]
pub(crate) struct Track {
    mid: Mid,
    pt: Pt,
    kind: MediaKind,
    began: Instant,
    sequence: u64,
    picture: u16,
    keyframe: bool,
}

impl Track {
    /// A stream in the m-section `mid`, once it was negotiated.
    pub(crate) fn new(rtc: &Rtc, mid: Mid) -> Self {
        let media = rtc.media(mid).expect("it was negotiated");
        let usable = |pt: &&Pt| {
            let params = rtc.codec_config().find(|params| params.pt() == **pt);
            params.is_some_and(|params| matches!(params.spec().codec, Codec::Opus | Codec::Vp8))
        };
        let pt = media.remote_pts().iter().find(usable);
        Self {
            mid,
            pt: *pt.expect("a codec was agreed on"),
            kind: media.kind(),
            began: Instant::now(),
            sequence: 1,
            picture: 0,
            keyframe: true,
        }
    }

    pub(crate) fn kind(&self) -> MediaKind {
        self.kind
    }

    pub(crate) fn mid(&self) -> Mid {
        self.mid
    }

    /// Begins the next picture anew.
    pub(crate) fn want_keyframe(&mut self) {
        self.keyframe = true;
    }

    /// Sends the next sound or picture: `poll` is called after each of its packets. How many there were.
    pub(crate) fn send(&mut self, rtc: &mut Rtc, mut poll: impl FnMut(&mut Rtc)) -> u64 {
        let now = Instant::now();
        let (packets, rate) = match self.kind {
            MediaKind::Audio => (1, 48_000),
            MediaKind::Video => (PACKETS, 90_000),
        };
        let passed = now.duration_since(self.began).as_millis() * rate / 1000;
        // Timestamps wrap at 32 bits.
        let timestamp = passed as u32;
        for number in 0..packets {
            let write = RtpWrite::new(
                self.pt,
                self.sequence.into(),
                timestamp,
                now,
                self.payload(number),
            );
            let mut api = rtc.direct_api();
            let stream = api.stream_tx_by_mid(self.mid, None);
            let is_video = self.kind == MediaKind::Video;
            stream.expect("it is sent on").write_rtp(
                write
                    .marker(is_video && number + 1 == packets)
                    .nackable(is_video),
            );
            self.sequence += 1;
            poll(rtc);
        }
        self.picture = self.picture.wrapping_add(1) & 0x7fff;
        self.keyframe = false;
        packets as u64
    }

    fn payload(&self, number: usize) -> Vec<u8> {
        if self.kind == MediaKind::Audio {
            return vec![0xf8; SOUND_BYTES];
        }
        // With a picture id of 15 bits (RFC 7741, 4.2).
        let [high, low] = self.picture.to_be_bytes();
        let start = if number == 0 { 0x10 } else { 0 };
        let mut payload = vec![0x80 | start, 0x80, 0x80 | high, low];
        match (number, self.keyframe) {
            (0, true) => payload.extend(KEYFRAME),
            (0, false) => payload.extend(INTERFRAME),
            _ => {}
        }
        payload.resize(PICTURE_BYTES, 0x55);
        payload
    }
}
