//! The RTP streams that a peer sends.

use std::collections::HashMap;
use std::time::Instant;

use str0m::Rtc;
use str0m::format::Codec as WireCodec;
use str0m::media::{KeyframeRequest, MediaKind, Mid, Pt, Rid, Rids};
use str0m::rtp::RtpWrite;

use crate::support::media::{Codec, Kind, Mark, Source};

/// Simulcast layers in the order in which they are offered, the largest first, as browsers do.
pub(super) const LAYERS: [&str; 3] = ["h", "m", "l"];

/// Everything a peer sends over RTP.
#[derive(Debug)]
pub(super) struct Tracks {
    tag: u8,
    sources: HashMap<(Mid, Option<Rid>), Source>,
    stopped: Vec<Kind>,
}

impl Tracks {
    pub(super) fn new(tag: u8, receive_only: bool) -> Tracks {
        let stopped = match receive_only {
            true => vec![Kind::Audio, Kind::Video],
            false => Vec::new(),
        };
        Tracks {
            tag,
            sources: HashMap::new(),
            stopped,
        }
    }

    pub(super) fn set_sending(&mut self, kind: Kind, on: bool) {
        self.stopped.retain(|stopped| *stopped != kind);
        if !on {
            self.stopped.push(kind);
        }
    }

    /// Makes the next frame of the streams that it asks for a keyframe.
    pub(super) fn want_keyframe(&mut self, request: &KeyframeRequest) {
        let wanted = |(mid, rid): &(Mid, Option<Rid>)| {
            *mid == request.mid && (request.rid.is_none() || *rid == request.rid)
        };
        for (stream, source) in &mut self.sources {
            if wanted(stream) {
                source.want_keyframe();
            }
        }
    }

    /// Writes the next frame of each stream of `kind` on these m-lines; how many packets that were.
    pub(super) fn send(&mut self, rtc: &mut Rtc, mids: &[Mid], kind: Kind) -> u64 {
        if self.stopped.contains(&kind) {
            return 0;
        }
        let mut packets = 0;
        for mid in mids {
            let Some((pt, codec, rids)) = sendable(rtc, *mid, kind) else {
                continue;
            };
            for rid in rids {
                packets += u64::from(self.send_frame(rtc, (*mid, rid), pt, codec));
            }
        }
        packets
    }

    fn send_frame(
        &mut self,
        rtc: &mut Rtc,
        stream: (Mid, Option<Rid>),
        pt: Pt,
        codec: Codec,
    ) -> bool {
        let mut api = rtc.direct_api();
        let Some(sender) = api.stream_tx_by_mid(stream.0, stream.1) else {
            return false;
        };
        let mark = Mark {
            tag: self.tag,
            layer: stream.1.map_or(0, layer),
        };
        let source = self
            .sources
            .entry(stream)
            .or_insert_with(|| Source::new(codec, mark));
        let frame = source.next_frame();
        let packet = RtpWrite::new(
            pt,
            frame.sequence.into(),
            frame.timestamp,
            Instant::now(),
            frame.payload,
        );
        sender.write_rtp(
            packet
                .marker(frame.marker)
                .nackable(codec.kind() == Kind::Video),
        );
        true
    }
}

/// What can be sent on an m-line now: the remote side's first choice of codec, and the simulcast layers it takes.
fn sendable(rtc: &Rtc, mid: Mid, kind: Kind) -> Option<(Pt, Codec, Vec<Option<Rid>>)> {
    let media = rtc.media(mid)?;
    if kind_of(media.kind()) != kind || media.disabled() || !media.direction().is_sending() {
        return None;
    }
    let known = |pt: &Pt| Some((*pt, codec_of(rtc, *pt)?));
    let (pt, codec) = media.remote_pts().iter().find_map(known)?;
    let rids = match media.rids_tx() {
        Rids::Specific(rids) => rids.iter().copied().map(Some).collect(),
        Rids::None | Rids::Any => vec![None],
    };
    Some((pt, codec, rids))
}

/// The codec of a payload type, if it is one that the instruments can make and mark.
pub(super) fn codec_of(rtc: &Rtc, pt: Pt) -> Option<Codec> {
    let found = rtc.codec_config().find(|params| params.pt() == pt)?;
    match found.spec().codec {
        WireCodec::Opus => Some(Codec::Opus),
        WireCodec::PCMU => Some(Codec::Pcmu),
        WireCodec::PCMA => Some(Codec::Pcma),
        WireCodec::Vp8 => Some(Codec::Vp8),
        WireCodec::Vp9 => Some(Codec::Vp9),
        WireCodec::H264 => Some(Codec::H264),
        WireCodec::Av1 => Some(Codec::Av1),
        _ => None,
    }
}

pub(super) fn kind_of(kind: MediaKind) -> Kind {
    match kind {
        MediaKind::Audio => Kind::Audio,
        MediaKind::Video => Kind::Video,
    }
}

/// The number of a layer, from 0 for the smallest on.
fn layer(rid: Rid) -> u8 {
    let smaller = LAYERS.iter().rev();
    let numbered = (0..).zip(smaller);
    let found = numbered
        .into_iter()
        .find(|(_, name)| Rid::from(**name) == rid);
    found.map_or(0, |(number, _)| number)
}
