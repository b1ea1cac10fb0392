//! The bodies and data of `janus.plugin.nosip`.

use serde::{Deserialize, Serialize};

use super::{Answer, JsepType, Plugin};
use crate::{
    backend::janus::error::Error,
    media::{Description, Sdp, SdpType},
};

/// What the plugin is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub(in super::super) enum Body {
    /// Makes an RTP description of the WebRTC one beside it.
    Generate,
    /// Makes a WebRTC description of an RTP one.
    Process { r#type: JsepType, sdp: String },
}

impl Body {
    /// The RTP side's offer.
    pub(in super::super) fn offer(description: &Description) -> Self {
        Self::Process {
            r#type: JsepType::Offer,
            sdp: description.sdp.as_str().to_owned(),
        }
    }

    /// The RTP side's answer.
    pub(in super::super) fn answer(description: &Description) -> Self {
        Self::Process {
            r#type: JsepType::Answer,
            sdp: description.sdp.as_str().to_owned(),
        }
    }
}

/// The RTP description that `generate` made.
pub(in super::super) fn generated(answer: &Answer) -> Result<Description, Error> {
    #[derive(Deserialize)]
    struct Data {
        result: Generated,
    }
    #[derive(Deserialize)]
    struct Generated {
        event: String,
        sdp: Option<String>,
    }
    let Generated { event, sdp } = answer.read::<Data>()?.result;
    let sdp = sdp.ok_or(Error::Unexpected {
        plugin: Plugin::Nosip,
        expected: "a description",
        answer: event,
    })?;
    match Sdp::parse(&sdp) {
        Ok(sdp) => Ok(Description {
            sdp,
            sdp_type: SdpType::Rtp,
            trickle_ice: false,
        }),
        Err(fault) => Err(Error::Malformed(format!("a description that {fault}"))),
    }
}
