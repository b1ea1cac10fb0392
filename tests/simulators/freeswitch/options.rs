//! How the server is configured.

use std::time::Duration;

/// Those of `deploy/freeswitch/layouts.xml`.
const LAYOUTS: [&str; 13] = [
    "1x1",
    "1x2",
    "2x1",
    "2x1-zoom",
    "2x2",
    "3x3",
    "4x4",
    "5x5",
    "6x6",
    "8x8",
    "presenter-right",
    "presenter-below",
    "presenter-overlap",
];

/// How the server is configured.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The version that it tells.
    pub(crate) version: String,
    /// The password of the event socket.
    pub(crate) password: String,
    /// The SIP profile, with `inbound-use-callid-as-uuid` and `outbound-use-uuid-as-callid`.
    pub(crate) profile: &'static str,
    /// The extension that answers and parks.
    pub(crate) extension: &'static str,
    /// The variables that it sets before, beside the limits that a call asks for.
    pub(crate) sets: Vec<(&'static str, &'static str)>,
    /// Profiles of rooms with video, and without. With any other a room has none, and 8 kHz.
    pub(crate) video_profiles: Vec<&'static str>,
    /// See `video_profiles`.
    pub(crate) audio_profiles: Vec<&'static str>,
    /// Where the pictures in a room can be.
    pub(crate) layouts: Vec<&'static str>,
    /// Layouts that one is chosen from.
    pub(crate) layout_groups: Vec<&'static str>,
    /// Files that can be played, beside those that are really there and those that were recorded.
    pub(crate) files: Vec<String>,
    /// A folder of which every file can be played, but for those with `missing` in their names.
    pub(crate) media_folder: Option<&'static str>,
    /// How long such a file is.
    pub(crate) media_duration: Duration,
    /// How long a WebRTC leg takes to connect.
    pub(crate) connecting: Duration,
    /// How often it says that it is there.
    pub(crate) heartbeat: Duration,
    /// As in `Max-Sessions`.
    pub(crate) max_sessions: u32,
    /// As in `Idle-CPU`.
    pub(crate) idle_cpu: f64,
    /// After how long a SIP message is first sent again.
    pub(crate) t1: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            version: "1.10.12-release~64bit".to_owned(),
            password: "password".to_owned(),
            profile: "mediaplane",
            extension: "mediaplane",
            sets: vec![("park_after_bridge", "true")],
            video_profiles: vec!["mediaplane"],
            audio_profiles: vec!["mediaplane-audio"],
            layouts: LAYOUTS.to_vec(),
            layout_groups: vec!["grid"],
            files: Vec::new(),
            media_folder: None,
            media_duration: Duration::from_secs(2),
            connecting: Duration::from_millis(40),
            heartbeat: Duration::from_secs(5),
            max_sessions: 1000,
            idle_cpu: 75.5,
            t1: Duration::from_millis(500),
        }
    }
}
