//! Janus' JSON over WebSocket, typed (Janus 1.x, `janus-protocol`).
//!
//! Nothing outside this folder sees a key of Janus. [`request`] has what is sent, [`incoming`]
//! what comes, and each plugin a file with its bodies and data.

pub(super) mod admin;
pub(super) mod audiobridge;
pub(super) mod echotest;
pub(super) mod incoming;
pub(super) mod nosip;
pub(super) mod recordplay;
pub(super) mod request;
pub(super) mod rooms;
pub(super) mod stats;
pub(super) mod streaming;
pub(super) mod videocall;
pub(super) mod videoroom;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{error::Error, sdp};
use crate::media::{Description, Sdp};

pub(super) use incoming::{Answer, HandleEvent, Incoming, Reply, ServerInfo};
pub(super) use request::{Address, Credentials, Request};

/// The subprotocol of the Janus API.
pub(super) const SUBPROTOCOL: &str = "janus-protocol";

/// The plugins that sessions use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Plugin {
    #[serde(rename = "janus.plugin.audiobridge")]
    Audiobridge,
    #[serde(rename = "janus.plugin.echotest")]
    Echotest,
    #[serde(rename = "janus.plugin.nosip")]
    Nosip,
    #[serde(rename = "janus.plugin.recordplay")]
    Recordplay,
    #[serde(rename = "janus.plugin.streaming")]
    Streaming,
    #[serde(rename = "janus.plugin.videocall")]
    Videocall,
    #[serde(rename = "janus.plugin.videoroom")]
    Videoroom,
}

impl Plugin {
    /// The short name, as in messages.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Audiobridge => "audiobridge",
            Self::Echotest => "echotest",
            Self::Nosip => "nosip",
            Self::Recordplay => "recordplay",
            Self::Streaming => "streaming",
            Self::Videocall => "videocall",
            Self::Videoroom => "videoroom",
        }
    }
}

impl fmt::Display for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Offer or answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum JsepType {
    Offer,
    Answer,
}

/// A WebRTC description beside a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Jsep {
    r#type: JsepType,
    sdp: String,
    /// Whether candidates follow by `trickle`; Janus takes a missing one as `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trickle: Option<bool>,
}

impl Jsep {
    /// The client's offer.
    pub(super) fn offer(description: &Description) -> Self {
        Self::new(JsepType::Offer, description)
    }

    /// The client's answer.
    pub(super) fn answer(description: &Description) -> Self {
        Self::new(JsepType::Answer, description)
    }

    fn new(r#type: JsepType, description: &Description) -> Self {
        Self {
            r#type,
            sdp: description.sdp.as_str().to_owned(),
            trickle: Some(description.trickle_ice),
        }
    }

    /// Janus' description: complete, since Janus gathers before it speaks (half trickle).
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is no SDP.
    pub(super) fn into_description(self) -> Result<Description, Error> {
        match Sdp::parse(&sdp::with_mids_once(&self.sdp)) {
            Ok(sdp) => Ok(Description::webrtc(sdp)),
            Err(fault) => Err(Error::Malformed(format!("a description that {fault}"))),
        }
    }
}

/// Descriptions are never printed.
impl fmt::Debug for Jsep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jsep")
            .field("type", &self.r#type)
            .field("trickle", &self.trickle)
            .finish_non_exhaustive()
    }
}

/// The recording keys that several plugins share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Record {
    record: bool,
    /// The files' common beginning; an absolute path.
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<String>,
}

impl Record {
    /// Begin, into files that begin with `base`.
    pub(super) fn start(base: String) -> Self {
        Self {
            record: true,
            filename: Some(base),
        }
    }

    /// Stop and close the files.
    pub(super) const fn stop() -> Self {
        Self {
            record: false,
            filename: None,
        }
    }
}

/// Janus' unit of bitrates.
pub(super) const fn bits_per_second(kbps: u32) -> u32 {
    kbps.saturating_mul(1000)
}

#[cfg(test)]
mod tests;
