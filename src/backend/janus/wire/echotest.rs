//! The bodies of `janus.plugin.echotest`.

use serde::Serialize;

use crate::media::MediaUpdate;

/// What the plugin is told: with the offer and, without one, at any time later.
///
/// There is no `request` key, and `data` does nothing in 1.1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bitrate: Option<u32>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    record: Option<super::Record>,
}

impl Body {
    /// Mutes and caps. A cap of 0 lifts it: the plugin then asks for 10 Mbit/s.
    pub(in super::super) fn media(update: MediaUpdate) -> Self {
        Self {
            audio: update.mute_audio.map(|mute| !mute),
            video: update.mute_video.map(|mute| !mute),
            bitrate: update.bitrate_kbps.map(super::bits_per_second),
            record: None,
        }
    }

    /// Begins to record, or stops.
    pub(in super::super) fn record(record: super::Record) -> Self {
        Self {
            record: Some(record),
            ..Self::default()
        }
    }
}
