//! What can be asked of an open leg, and what comes of it.

use std::{sync::Arc, time::Duration};

use super::{
    action::{PlayerAction, PlayerState, RecorderAction, Recording, RoomAction, RoomOutcome},
    kind::{MediaKind, SessionType},
};

/// A change of what flows: only the fields that are set change anything.
///
/// Merged over time it is also the state that a session holds across re-attachment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaUpdate {
    /// Keeps the client's audio from reaching others.
    pub mute_audio: Option<bool>,
    /// Keeps the client's video from reaching others.
    pub mute_video: Option<bool>,
    /// Keeps the client's data messages from reaching others.
    pub mute_data: Option<bool>,
    /// Cap of what the client may send, in kbit/s; 0 = none.
    pub bitrate_kbps: Option<u32>,
    /// Highest simulcast layer that a listener receives, from 0.
    pub max_layer: Option<u32>,
}

impl MediaUpdate {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This state after `change`.
    #[must_use]
    pub fn merged(self, change: Self) -> Self {
        Self {
            mute_audio: change.mute_audio.or(self.mute_audio),
            mute_video: change.mute_video.or(self.mute_video),
            mute_data: change.mute_data.or(self.mute_data),
            bitrate_kbps: change.bitrate_kbps.or(self.bitrate_kbps),
            max_layer: change.max_layer.or(self.max_layer),
        }
    }
}

/// Something asked of an open leg.
///
/// All that a driver may or may not be able to do is a variant here; the guard refuses what the
/// capabilities do not advertise, so a driver sees only what it said it can do.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// Mute, unmute, cap.
    Media(MediaUpdate),
    /// Become another type without a new negotiation.
    Type(SessionType),
    /// Steer the recorder.
    Recorder(RecorderAction),
    /// Steer the player.
    Player(PlayerAction),
    /// Steer the room.
    Room(RoomAction),
    /// Send tones to the client's far side (RFC 4733).
    Dtmf {
        /// `0-9 * # A-D`.
        digits: Arc<str>,
        /// Of each tone.
        duration: Duration,
    },
    /// Count what flows.
    Stats,
}

/// What an [`Update`] yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was done; there is nothing to tell.
    Done,
    /// The recording as it stands.
    Recorder(Recording),
    /// The player as it stands.
    Player(PlayerState),
    /// What the room action yields.
    Room(RoomOutcome),
    /// What flows.
    Stats(Vec<MediaStats>),
}

/// Counters of one media stream in one direction, as the backend reports them.
///
/// What the backend does not report is not set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaStats {
    /// The kind of media.
    pub kind: Option<MediaKind>,
    /// The m-section's `a=mid`.
    pub mid: Option<String>,
    /// From the client to the server.
    pub inbound: bool,
    /// The codec in use (`opus`).
    pub codec: Option<String>,
    /// RTP packets.
    pub packets: Option<u64>,
    /// RTP payload bytes.
    pub bytes: Option<u64>,
    /// Packets lost (RFC 3550, section 6.4.1).
    pub lost: Option<u64>,
    /// Interarrival jitter.
    pub jitter: Option<Duration>,
    /// Round-trip time.
    pub rtt: Option<Duration>,
    /// Current rate in kbit/s.
    pub bitrate_kbps: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_changes() {
        let muted = MediaUpdate {
            mute_audio: Some(true),
            ..MediaUpdate::default()
        };
        let capped = MediaUpdate {
            bitrate_kbps: Some(300),
            ..MediaUpdate::default()
        };
        let both = muted.merged(capped);
        assert_eq!(
            (both.mute_audio, both.bitrate_kbps),
            (Some(true), Some(300))
        );
        let unmute = MediaUpdate {
            mute_audio: Some(false),
            ..MediaUpdate::default()
        };
        assert_eq!(both.merged(unmute).mute_audio, Some(false));
        assert!(MediaUpdate::default().is_empty() && !muted.is_empty());
    }
}
