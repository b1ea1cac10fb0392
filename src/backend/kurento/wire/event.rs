//! What the server tells unasked.

use serde::Deserialize;
use serde_json::Value;

use super::object::Id;
use crate::media::{Candidate, MediaKind};

/// Something that happened to an object.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Event {
    pub(in super::super) object: Id,
    pub(in super::super) what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Happening {
    /// One of its candidates.
    Candidate(Candidate),
    GatheringDone,
    /// Of the component that carries media.
    Ice(String),
    Dtls(String),
    /// Media of the client arrives, or does not any more.
    FlowOut {
        kind: MediaKind,
        flows: bool,
    },
    /// RTCP of the client arrives, or has not for long.
    MediaState {
        connected: bool,
    },
    Transcoding {
        kind: MediaKind,
        begins: bool,
    },
    DataChannel {
        id: u64,
        open: bool,
    },
    EndOfStream,
    Recording,
    Paused,
    Stopped,
    Failed(String),
    /// Nothing that is used.
    Other,
}

impl Happening {
    /// What there is to hear of an endpoint that speaks WebRTC.
    pub(in super::super) const OF_WEBRTC: &'static [&'static str] = &[
        "IceCandidateFound",
        "IceGatheringDone",
        "IceComponentStateChanged",
        "DtlsConnectionStateChange",
        "MediaFlowOutStateChanged",
        "MediaStateChanged",
        "DataChannelOpened",
        "DataChannelClosed",
        "Error",
    ];
    /// … of one that speaks plain RTP.
    pub(in super::super) const OF_RTP: &'static [&'static str] =
        &["MediaFlowOutStateChanged", "MediaStateChanged", "Error"];
    /// … of the element that others take a client's media from.
    pub(in super::super) const OF_PASS_THROUGH: &'static [&'static str] =
        &["MediaTranscodingStateChanged", "Error"];
    /// … of a player.
    pub(in super::super) const OF_PLAYER: &'static [&'static str] =
        &["EndOfStream", "MediaFlowOutStateChanged", "Error"];
    /// … of a recorder.
    pub(in super::super) const OF_RECORDER: &'static [&'static str] =
        &["Recording", "Paused", "Stopped", "Error"];
}

#[derive(Deserialize)]
pub(super) struct Raw {
    object: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Data,
}

/// The data of all events that are used; each has some of it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data {
    candidate: Option<RawCandidate>,
    component_id: Value,
    state: String,
    new_state: String,
    media_type: String,
    channel_id: u64,
    description: String,
    error_code: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawCandidate {
    candidate: String,
    sdp_mid: String,
    sdp_m_line_index: u32,
}

impl From<Raw> for Event {
    fn from(raw: Raw) -> Self {
        Self {
            what: happening(&raw.kind, raw.data),
            object: Id::new(&raw.object),
        }
    }
}

fn happening(kind: &str, data: Data) -> Happening {
    let medium = MediaKind::ALL
        .iter()
        .find(|kind| super::call::media_type(**kind) == data.media_type);
    match (kind, medium) {
        ("IceCandidateFound", _) => data
            .candidate
            .as_ref()
            .and_then(candidate)
            .map_or(Happening::Other, Happening::Candidate),
        ("IceGatheringDone", _) => Happening::GatheringDone,
        // Component 2 is that of RTCP, which is multiplexed (RFC 5761): it stays where it is.
        ("IceComponentStateChanged", _) if data.component_id == 1 => Happening::Ice(data.state),
        ("DtlsConnectionStateChange", _) => Happening::Dtls(data.state),
        ("MediaFlowOutStateChanged", Some(kind)) => Happening::FlowOut {
            kind: *kind,
            flows: data.state == "FLOWING",
        },
        ("MediaStateChanged", _) => Happening::MediaState {
            connected: data.new_state == "CONNECTED",
        },
        ("MediaTranscodingStateChanged", Some(kind)) => Happening::Transcoding {
            kind: *kind,
            begins: data.state == "TRANSCODING",
        },
        ("DataChannelOpened" | "DataChannelClosed", _) => Happening::DataChannel {
            id: data.channel_id,
            open: kind == "DataChannelOpened",
        },
        ("EndOfStream", _) => Happening::EndOfStream,
        ("Recording", _) => Happening::Recording,
        ("Paused", _) => Happening::Paused,
        ("Stopped", _) => Happening::Stopped,
        ("Error", _) => Happening::Failed(format!("{} ({})", data.description, data.error_code)),
        _ => Happening::Other,
    }
}

/// A candidate of the media component; those of RTCP are of no use, for it is multiplexed.
fn candidate(raw: &RawCandidate) -> Option<Candidate> {
    let index = Some(raw.sdp_m_line_index);
    let candidate = Candidate::new(Some(&raw.sdp_mid), index, &raw.candidate).ok()?;
    (candidate.line().split(' ').nth(1) == Some("1")).then_some(candidate)
}
