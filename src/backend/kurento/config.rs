//! What the configuration says of one Kurento.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;
use url::Url;

use crate::backend::spans::{some_span, span};

/// One Kurento Media Server. Durations are text: `250ms`, `5s`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its JSON-RPC API is: `ws://host:8888/kurento` or `wss://…`. Mandatory.
    pub url: Url,
    /// A file with the certificates (PEM) of authorities that may have signed that of a `wss://` server,
    /// beside those of the web.
    #[serde(default)]
    pub tls_ca: Option<PathBuf>,
    /// Until a connection must stand. Default 5 s.
    #[serde(default = "default::connect_timeout", deserialize_with = "some_span")]
    pub connect_timeout: Duration,
    /// Until a request must be answered. Default 10 s.
    #[serde(default = "default::request_timeout", deserialize_with = "some_span")]
    pub request_timeout: Duration,
    /// How long Kurento may be silent before it is asked whether it still lives; after as long again
    /// without a word the connection is given up. Default 5 s.
    #[serde(default = "default::liveness", deserialize_with = "some_span")]
    pub liveness: Duration,
    /// The first span between two attempts to connect; doubled with each. Default 0.1 s.
    #[serde(default = "default::reconnect_min", deserialize_with = "some_span")]
    pub reconnect_min: Duration,
    /// The longest span between two attempts to connect. Default 2 s.
    #[serde(default = "default::reconnect_max", deserialize_with = "some_span")]
    pub reconnect_max: Duration,
    /// How long connections may be refused (nobody listens: Kurento itself is gone) before its
    /// sessions count as lost. Default 8 s.
    #[serde(default = "default::lost_after", deserialize_with = "span")]
    pub lost_after: Duration,
    /// The server's own `garbageCollectorPeriod`: it keeps the media of a service that it cannot hear
    /// for at least so long, and so its sessions count as lost after that. Default 240 s.
    #[serde(
        default = "default::garbage_collector_period",
        deserialize_with = "some_span"
    )]
    pub garbage_collector_period: Duration,
    /// How often the objects on the server are compared with those that are known here: what nobody knows
    /// twice in a row is released, also what an earlier life of this service left. At least `request_timeout`.
    /// Default 15 s.
    #[serde(default = "default::reconcile_every", deserialize_with = "some_span")]
    pub reconcile_every: Duration,
    /// How long a client may take to connect its media (ICE and DTLS) after offer and answer;
    /// Kurento itself waits for ever for one without candidates. 0 = for ever. Default 15 s.
    #[serde(default = "default::media_timeout", deserialize_with = "span")]
    pub media_connect_timeout: Duration,
    /// How long all media of a client of whom no RTCP comes may be silent before it counts as gone; Kurento
    /// itself notices a browser's absence after 25 s, a telephone's never. 0 = for ever. Default 15 s.
    #[serde(default = "default::media_timeout", deserialize_with = "span")]
    pub media_silence_timeout: Duration,
    /// How many sessions may be opened at a time; more wait. Default 16.
    #[serde(default = "default::max_in_flight")]
    pub max_in_flight: usize,
    /// How many requests may wait for a reply. Default 20000.
    #[serde(default = "default::max_pending")]
    pub max_pending: usize,
    /// The folder that recordings go to, as Kurento sees it. Without it nothing is recorded.
    #[serde(default)]
    pub recordings: Option<PathBuf>,
    /// What may be played, as URLs (`file:///srv/media/`, `https://host/path/`): all that is below one of them.
    /// Without any nothing is played.
    #[serde(default)]
    pub media: Vec<Url>,
    /// Plays files as they are, without decoding them: that takes less of a processor, but the codecs of a file must be
    /// the client's, and a client that joins waits for the next keyframe. Default false.
    #[serde(default)]
    pub play_encoded: bool,
    /// How wide the picture of a conference is, in pixels, 16 to 4096. Default 800.
    #[serde(default = "default::mcu_width")]
    pub mcu_width: u32,
    /// How high the picture of a conference is, in pixels, 16 to 4096. Default 600.
    #[serde(default = "default::mcu_height")]
    pub mcu_height: u32,
    /// Pictures a second of a conference, 1 to 60. Default 15.
    #[serde(default = "default::mcu_framerate")]
    pub mcu_framerate: u32,
}

mod default {
    use std::time::Duration;

    pub(super) const fn connect_timeout() -> Duration {
        Duration::from_secs(5)
    }

    pub(super) const fn request_timeout() -> Duration {
        Duration::from_secs(10)
    }

    pub(super) const fn liveness() -> Duration {
        Duration::from_secs(5)
    }

    pub(super) const fn reconnect_min() -> Duration {
        Duration::from_millis(100)
    }

    pub(super) const fn reconnect_max() -> Duration {
        Duration::from_secs(2)
    }

    pub(super) const fn lost_after() -> Duration {
        Duration::from_secs(8)
    }

    pub(super) const fn garbage_collector_period() -> Duration {
        Duration::from_secs(240)
    }

    pub(super) const fn reconcile_every() -> Duration {
        Duration::from_secs(15)
    }

    pub(super) const fn media_timeout() -> Duration {
        Duration::from_secs(15)
    }

    pub(super) const fn max_in_flight() -> usize {
        16
    }

    pub(super) const fn max_pending() -> usize {
        20_000
    }

    pub(super) const fn mcu_width() -> u32 {
        800
    }

    pub(super) const fn mcu_height() -> u32 {
        600
    }

    pub(super) const fn mcu_framerate() -> u32 {
        15
    }
}

impl Config {
    /// The Kurento at `url`, everything else as by default.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            tls_ca: None,
            connect_timeout: default::connect_timeout(),
            request_timeout: default::request_timeout(),
            liveness: default::liveness(),
            reconnect_min: default::reconnect_min(),
            reconnect_max: default::reconnect_max(),
            lost_after: default::lost_after(),
            garbage_collector_period: default::garbage_collector_period(),
            reconcile_every: default::reconcile_every(),
            media_connect_timeout: default::media_timeout(),
            media_silence_timeout: default::media_timeout(),
            max_in_flight: default::max_in_flight(),
            max_pending: default::max_pending(),
            recordings: None,
            media: Vec::new(),
            play_encoded: false,
            mcu_width: default::mcu_width(),
            mcu_height: default::mcu_height(),
            mcu_framerate: default::mcu_framerate(),
        }
    }

    /// What of it makes no sense: each such key, and what is wrong with it.
    pub fn faults(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let size = 16..=4096;
        let schemes = ["file", "http", "https"];
        let rows = [
            (
                matches!(self.url.scheme(), "ws" | "wss"),
                "url",
                "must begin with ws:// or wss://",
            ),
            (
                size.contains(&self.mcu_width),
                "mcu_width",
                "must be 16 to 4096",
            ),
            (
                size.contains(&self.mcu_height),
                "mcu_height",
                "must be 16 to 4096",
            ),
            (
                (1..=60).contains(&self.mcu_framerate),
                "mcu_framerate",
                "must be 1 to 60",
            ),
            (
                self.recordings
                    .as_ref()
                    .is_none_or(|folder| folder.is_absolute()),
                "recordings",
                "must be an absolute path",
            ),
            (
                self.media.iter().all(|url| schemes.contains(&url.scheme())),
                "media",
                "must be URLs that begin with file://, http:// or https://",
            ),
            (
                self.media.iter().all(|url| url.path().ends_with('/')),
                "media",
                "must be URLs of folders, which end with a slash",
            ),
        ];
        let wrong = rows.into_iter().filter(|(holds, ..)| !holds);
        wrong.map(|(_, key, words)| (key, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_url_is_needed() {
        let config: Config = toml::from_str("url = 'ws://127.0.0.1:8888/kurento'").expect("valid");
        let url = Url::parse("ws://127.0.0.1:8888/kurento").expect("a URL");
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::new(url)));
        assert_eq!(config.faults().next(), None);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (key, line) in [
            ("mcu_width", "mcu_width = 0"),
            ("mcu_framerate", "mcu_framerate = 1000"),
            ("media", "media = ['file:///srv/media']"),
            ("media", "media = ['rtsp://camera/']"),
            ("recordings", "recordings = 'here'"),
        ] {
            let text = format!("url = 'ws://h'\n{line}");
            let config: Config = toml::from_str(&text).expect(line);
            let found: Vec<_> = config.faults().map(|(key, _)| key).collect();
            assert_eq!(found, [key], "{line}");
        }
        let wrong: Config = toml::from_str("url = 'http://h'").expect("a URL");
        assert_eq!(wrong.faults().next().map(|(key, _)| key), Some("url"));
        assert!(toml::from_str::<Config>("url = 'ws://h'\nliveness = '0s'").is_err());
        assert!(toml::from_str::<Config>("url = 'ws://h'\nsecret = 'x'").is_err());
    }
}
