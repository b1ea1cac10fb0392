//! Descriptions, candidates, media controls, statistics.

use super::{Fields, kinds::Known, time::duration};
use crate::{
    error::Reason,
    id::MAX_LEN,
    media::{
        Candidate, Description, MediaStats, MediaUpdate, RemoteCandidate, Sdp, SdpType,
        candidate::InvalidCandidate, sdp::InvalidSdp,
    },
    proto,
};

impl Fields<'_> {
    /// A description, which may be left out.
    pub(super) fn optional_description(
        &mut self,
        field: &'static str,
        description: Option<proto::SessionDescription>,
    ) -> Option<Description> {
        let description = description?;
        self.within(field, |fields| {
            let sdp = fields.sdp(&description.sdp);
            let sdp_type = fields.optional_kind("sdp_type", description.sdp_type);
            Some(Description {
                sdp: sdp?,
                sdp_type: sdp_type.unwrap_or(SdpType::Webrtc),
                trickle_ice: description.trickle_ice,
            })
        })
    }

    /// A mandatory description.
    pub(super) fn description(
        &mut self,
        field: &'static str,
        description: Option<proto::SessionDescription>,
    ) -> Option<Description> {
        if description.is_none() {
            self.refuse(Reason::MissingSdp, field, "is mandatory: give the SDP");
        }
        self.optional_description(field, description)
    }

    fn sdp(&mut self, text: &str) -> Option<Sdp> {
        let max = self.limits().sdp;
        if text.len() > max {
            self.invalid(
                "sdp",
                format_args!("is {} bytes: give at most {max}", text.len()),
            );
            return None;
        }
        match Sdp::parse(text) {
            Ok(sdp) => Some(sdp),
            Err(error) => {
                let reason = match error {
                    InvalidSdp::Empty => Reason::MissingSdp,
                    _ => Reason::InvalidSdp,
                };
                self.refuse(reason, "sdp", error);
                None
            }
        }
    }

    /// The candidate of a request.
    pub(super) fn candidate(
        &mut self,
        sdp_mid: Option<&str>,
        sdp_m_line_index: Option<u32>,
        candidate: &str,
    ) -> Option<RemoteCandidate> {
        if let Some(mid) = sdp_mid
            && !self.is_plain("sdp_mid", mid, MAX_LEN)
        {
            return None;
        }
        match Candidate::new(sdp_mid, sdp_m_line_index, candidate) {
            Ok(candidate) => Some(RemoteCandidate::One(candidate)),
            Err(error @ InvalidCandidate::Empty) => {
                self.refuse(Reason::MissingField, "candidate", error);
                None
            }
            Err(error @ InvalidCandidate::NoSection) => {
                self.refuse(Reason::MissingField, "sdp_mid", error);
                None
            }
            Err(error @ (InvalidCandidate::TooLong | InvalidCandidate::Grammar)) => {
                self.invalid("candidate", error);
                None
            }
        }
    }

    /// Media controls, of which at least one must be set.
    pub(super) fn media(&mut self, media: Option<proto::MediaUpdate>) -> Option<MediaUpdate> {
        let update = media.map(MediaUpdate::from).unwrap_or_default();
        if update.is_empty() {
            self.missing("media");
            return None;
        }
        Some(update)
    }
}

impl From<proto::MediaUpdate> for MediaUpdate {
    fn from(media: proto::MediaUpdate) -> Self {
        Self {
            mute_audio: media.mute_audio,
            mute_video: media.mute_video,
            mute_data: media.mute_data,
            bitrate_kbps: media.bitrate_kbps,
            max_layer: media.max_layer,
        }
    }
}

/// The controls as they stand: what was never changed is at its start.
pub(super) fn standing(media: MediaUpdate) -> proto::MediaUpdate {
    proto::MediaUpdate {
        mute_audio: Some(media.mute_audio.unwrap_or_default()),
        mute_video: Some(media.mute_video.unwrap_or_default()),
        mute_data: Some(media.mute_data.unwrap_or_default()),
        bitrate_kbps: Some(media.bitrate_kbps.unwrap_or_default()),
        max_layer: media.max_layer,
    }
}

impl From<&Description> for proto::SessionDescription {
    fn from(description: &Description) -> Self {
        Self {
            sdp: description.sdp.as_str().to_owned(),
            sdp_type: description.sdp_type.number(),
            trickle_ice: description.trickle_ice,
        }
    }
}

impl From<&Candidate> for proto::IceCandidate {
    fn from(candidate: &Candidate) -> Self {
        Self {
            sdp_mid: candidate.sdp_mid().map(str::to_owned),
            sdp_m_line_index: candidate.sdp_m_line_index(),
            candidate: candidate.line().to_owned(),
        }
    }
}

impl From<MediaStats> for proto::MediaStats {
    fn from(stats: MediaStats) -> Self {
        let direction = if stats.inbound {
            proto::MediaDirection::Received
        } else {
            proto::MediaDirection::Sent
        };
        Self {
            kind: stats.kind.map_or(0, Known::number),
            mid: stats.mid.unwrap_or_default(),
            direction: direction.into(),
            codec: stats.codec.unwrap_or_default(),
            packets: stats.packets,
            bytes: stats.bytes,
            lost: stats
                .lost
                .map(|lost| i64::try_from(lost).unwrap_or(i64::MAX)),
            jitter: stats.jitter.map(duration),
            rtt: stats.rtt.map(duration),
            bitrate_kbps: stats.bitrate_kbps,
        }
    }
}
