//! Offer and answer, and what they agree on.

use std::{net::SocketAddr, sync::atomic::Ordering};

use str0m::{
    Candidate, Rtc, RtcConfig,
    change::{SdpAnswer, SdpOffer},
    format,
    media::{Direction, Mid, Pt, Rid, Rids},
    rtp::{Extension, ExtensionMap},
};

use super::{
    super::transport::{Section, Slot},
    MAX_REMOTES, Track, Wanted, Webrtc, contained,
};
use crate::{
    error::{Error, Reason, Result},
    media::{Codec, MediaKind, Sdp},
};

impl Webrtc {
    /// Our offer of this media, all of it both ways: so the session can become any type later.
    pub(in crate::backend::embedded) fn offer(&mut self, wanted: Wanted) -> Result<Sdp> {
        let mut api = self.rtc.sdp_api();
        let kinds = [
            (str0m::media::MediaKind::Audio, wanted.audio),
            (str0m::media::MediaKind::Video, wanted.video),
        ];
        for (kind, count) in kinds {
            for _ in 0..count {
                api.add_media(kind, Direction::SendRecv, None, None, None);
            }
        }
        if wanted.data {
            api.add_channel("mediaplane".to_owned());
        }
        let (offer, pending) = api
            .apply()
            .ok_or_else(|| Error::new(Reason::IncompatibleSession, "there is no media to offer"))?;
        self.pending = Some(pending);
        complete(&offer.to_sdp_string())
    }

    /// Takes the client's answer to our offer.
    pub(in crate::backend::embedded) fn accept(&mut self, answer: &Sdp) -> Result<Vec<Section>> {
        let pending = self
            .pending
            .take()
            .ok_or_else(|| Error::new(Reason::OfferNotSet, "there is no offer to answer"))?;
        let accepted = contained(|| {
            let parsed = SdpAnswer::from_sdp_string(answer.as_str())?;
            self.rtc.sdp_api().accept_answer(pending, parsed)
        });
        accepted.map_err(unusable)?;
        self.note_candidates(answer);
        Ok(self.negotiated(answer))
    }

    /// Our answer to the client's offer.
    pub(in crate::backend::embedded) fn answer(
        &mut self,
        offer: &Sdp,
    ) -> Result<(Sdp, Vec<Section>)> {
        let answer = contained(|| {
            let parsed = SdpOffer::from_sdp_string(offer.as_str())?;
            self.rtc.sdp_api().accept_offer(parsed)
        });
        let answer = answer.map_err(unusable)?;
        self.note_candidates(offer);
        let answer = complete(&answer.to_sdp_string())?;
        let sections = self.negotiated(&answer);
        Ok((answer, sections))
    }

    /// Reads what was agreed on, in the order of `sdp`.
    fn negotiated(&mut self, sdp: &Sdp) -> Vec<Section> {
        // Whoever offers numbers the payload types.
        self.codecs = codecs_of(&self.rtc);
        let mut counts = [0u8; 2];
        let mut sections = Vec::new();
        for section in sdp.sections().filter(|section| !section.is_rejected()) {
            let (count, kind) = match section.kind() {
                Some(kind @ MediaKind::Audio) => (&mut counts[0], kind),
                Some(kind @ MediaKind::Video) => (&mut counts[1], kind),
                Some(MediaKind::Data) => {
                    self.has_data = true;
                    continue;
                }
                None => continue,
            };
            let slot = Slot { kind, nth: *count };
            *count += 1;
            if let Some(agreed) = section.mid().and_then(|mid| self.agreed(mid, slot)) {
                sections.push(agreed);
            }
        }
        sections
    }

    fn agreed(&mut self, mid: &str, slot: Slot) -> Option<Section> {
        let mid: Mid = mid.into();
        let media = self.rtc.media(mid)?;
        let direction = media.direction();
        let mut payload_types: Vec<(Codec, Pt)> = Vec::new();
        for pt in media.remote_pts() {
            if let Some(codec) = self.codecs.get(usize::from(**pt)).copied().flatten()
                && !payload_types.iter().any(|(other, _)| *other == codec)
            {
                payload_types.push((codec, *pt));
            }
        }
        let section = Section {
            slot,
            mid: Some(mid.to_string()),
            codecs: payload_types.iter().map(|(codec, _)| *codec).collect(),
            inbound: direction.is_receiving(),
            outbound: direction.is_sending(),
        };
        // The one that is named first is the largest, as browsers have it.
        let rids: Vec<Option<Rid>> = match media.rids_rx() {
            Rids::Specific(rids) => rids.iter().rev().copied().map(Some).collect(),
            Rids::None | Rids::Any => Vec::new(),
        };
        if rids.len() > 1 {
            self.layered.store(true, Ordering::Relaxed);
        }
        let has_rtx = self
            .rtc
            .codec_config()
            .iter()
            .any(|codec| media.remote_pts().contains(&codec.pt()) && codec.resend().is_some());
        let mut api = self.rtc.direct_api();
        if section.outbound && api.stream_tx_by_mid(mid, None).is_none() {
            // The library sends nothing to a client that sends several layers.
            let (ssrc, rtx) = (api.new_ssrc(), api.new_ssrc());
            api.declare_stream_tx(ssrc, has_rtx.then_some(rtx), mid, None);
        }
        if let Some(stream) = api.stream_tx_by_mid(mid, None) {
            // What is forwarded has been paced by its sender.
            stream.set_unpaced(true);
        }
        self.tracks.push(Track {
            mid,
            slot,
            payload_types,
            rids,
        });
        Some(section)
    }

    /// Takes a candidate of the client's.
    ///
    /// One that is of no use (a name of multicast DNS, another transport) is passed over, and so are those beyond
    /// [`MAX_REMOTES`]: others may do, and an address that the client's own checks come from needs no candidate.
    pub(in crate::backend::embedded) fn add_candidate(&mut self, line: &str) {
        match Candidate::from_sdp_string(line) {
            Ok(candidate) if self.remotes.len() < MAX_REMOTES => {
                self.remotes.push(candidate.addr());
                self.rtc.add_remote_candidate(candidate);
            }
            Ok(_) => tracing::debug!("a candidate is one too many"),
            Err(error) => tracing::debug!(%error, "a candidate is of no use"),
        }
    }

    /// Where the client has said to be.
    pub(in crate::backend::embedded) fn remotes(&self) -> &[SocketAddr] {
        &self.remotes
    }

    /// Notes the candidates in a description of the client's; the library reads them for itself.
    fn note_candidates(&mut self, sdp: &Sdp) {
        let lines = sdp.sections().flat_map(|section| {
            let values: Vec<_> = section.attributes("candidate").collect();
            values
        });
        let candidates = lines.filter_map(|value| {
            let line = format!("candidate:{value}");
            Candidate::from_sdp_string(&line).ok()
        });
        let room = MAX_REMOTES - self.remotes.len();
        let addresses = candidates.map(|candidate| candidate.addr());
        self.remotes.extend(addresses.take(room));
    }
}

/// Header extensions that an SFU needs and that stay true when streams are switched. Without the video orientation
/// senders turn their pictures themselves.
pub(super) fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(2, Extension::AbsoluteSendTime);
    map.set(3, Extension::TransportSequenceNumber);
    map.set(4, Extension::RtpMid);
    map.set(10, Extension::RtpStreamId);
    map.set(11, Extension::RepairedRtpStreamId);
    map
}

pub(super) fn enabled(config: RtcConfig, codec: Codec) -> RtcConfig {
    match codec {
        Codec::Opus => config.enable_opus(true, false),
        Codec::Pcmu => config.enable_pcmu(true, false),
        Codec::Pcma => config.enable_pcma(true, false),
        Codec::Vp8 => config.enable_vp8(true),
        Codec::Vp9 => config.enable_vp9(true),
        Codec::H264 => config.enable_h264(true),
        Codec::Av1 => config.enable_av1(true),
    }
}

/// What its payload types stand for.
pub(super) fn codecs_of(rtc: &Rtc) -> [Option<Codec>; 128] {
    let mut codecs = [None; 128];
    for params in rtc.codec_config().params() {
        if let Some(entry) = codecs.get_mut(usize::from(*params.pt())) {
            *entry = known(params.spec().codec);
        }
    }
    codecs
}

fn known(codec: format::Codec) -> Option<Codec> {
    match codec {
        format::Codec::Opus => Some(Codec::Opus),
        format::Codec::PCMU => Some(Codec::Pcmu),
        format::Codec::PCMA => Some(Codec::Pcma),
        format::Codec::Vp8 => Some(Codec::Vp8),
        format::Codec::Vp9 => Some(Codec::Vp9),
        format::Codec::H264 => Some(Codec::H264),
        format::Codec::Av1 => Some(Codec::Av1),
        _ => None,
    }
}

/// Our description with the mark that no more candidates follow (RFC 8840, 8.1).
fn complete(sdp: &str) -> Result<Sdp> {
    let sdp = Sdp::parse(sdp).map_err(|error| {
        let words = format!("a description could not be made: {error}");
        Error::new(Reason::SessionFailed, words)
    })?;
    Ok(sdp.with_candidates(&[]))
}

fn unusable(error: impl std::fmt::Display) -> Error {
    let words = format!("cannot be used: {error}");
    Error::field(Reason::InvalidSdp, "sdp", words)
}
