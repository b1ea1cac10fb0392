//! What the configuration says of one Janus.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;
use url::Url;

use crate::{
    backend::spans::{some_span, span},
    telemetry::Redacted,
};

/// One Janus server. Durations are text: `250ms`, `5s`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its WebSocket API is: `ws://host:8188` or `wss://…`. Mandatory.
    pub url: Url,
    /// A file with the certificates (PEM) of authorities that may have signed that of a `wss://` server,
    /// beside those of the web.
    #[serde(default)]
    pub tls_ca: Option<PathBuf>,
    /// Where its WebSocket admin API is (`ws://host:7188`). Without it lost events are not caught up
    /// after a reconnect, sessions that nobody knows are not destroyed, and there are no statistics.
    #[serde(default)]
    pub admin_url: Option<Url>,
    /// The `admin_secret` of `janus.jcfg`.
    #[serde(default)]
    pub admin_secret: Redacted<String>,
    /// The `api_secret` of `janus.jcfg`, if it is set.
    #[serde(default)]
    pub api_secret: Option<Redacted<String>>,
    /// A token, if Janus asks for one (`token_auth`).
    #[serde(default)]
    pub token: Option<Redacted<String>>,
    /// Until a connection must stand. Default 5 s.
    #[serde(default = "default::connect_timeout", deserialize_with = "some_span")]
    pub connect_timeout: Duration,
    /// Until a request must be answered. Default 10 s.
    #[serde(default = "default::request_timeout", deserialize_with = "some_span")]
    pub request_timeout: Duration,
    /// How often each session is kept alive; at most half of Janus' own `session_timeout` and
    /// `reclaim_session_timeout` is taken. Default 15 s.
    #[serde(default = "default::keepalive", deserialize_with = "some_span")]
    pub keepalive: Duration,
    /// How long Janus may be silent before it is asked whether it still lives; after as long again
    /// without a word the connection is given up. Default 5 s.
    #[serde(default = "default::liveness", deserialize_with = "some_span")]
    pub liveness: Duration,
    /// The first span between two attempts to connect; doubled with each. Default 0.1 s.
    #[serde(default = "default::reconnect_min", deserialize_with = "some_span")]
    pub reconnect_min: Duration,
    /// The longest span between two attempts to connect. Default 2 s.
    #[serde(default = "default::reconnect_max", deserialize_with = "some_span")]
    pub reconnect_max: Duration,
    /// How long connections may be refused (nobody listens: Janus itself is gone) before its
    /// sessions count as lost. A server that cannot be reached otherwise loses them after its
    /// `reclaim_session_timeout`. Default 8 s.
    #[serde(default = "default::lost_after", deserialize_with = "span")]
    pub lost_after: Duration,
    /// How long after each connect sessions that this service made and does not know are destroyed:
    /// time to resume them first. Needs `admin_url`. Default 5 s.
    #[serde(default = "default::orphans_after", deserialize_with = "span")]
    pub orphans_after: Duration,
    /// How long a client may take to connect its media (ICE and DTLS) after offer and answer;
    /// Janus itself may wait for ever. 0 = for ever. Default 15 s.
    #[serde(default = "default::media_timeout", deserialize_with = "span")]
    pub media_connect_timeout: Duration,
    /// How long all media of a client may be silent before it counts as gone; Janus itself never
    /// says so. 0 = for ever. Default 15 s.
    #[serde(default = "default::media_timeout", deserialize_with = "span")]
    pub media_silence_timeout: Duration,
    /// How many offers and answers Janus works on at a time; more wait. Default 16.
    #[serde(default = "default::max_in_flight")]
    pub max_in_flight: usize,
    /// How many requests may wait for a reply. Default 20000.
    #[serde(default = "default::max_pending")]
    pub max_pending: usize,
    /// The folder that recordings go to, as Janus sees it; it must not be one of its
    /// `protected_folders`. Without it nothing is recorded.
    #[serde(default)]
    pub recordings: Option<PathBuf>,
    /// The folder that audio files are played from, as Janus sees it. Without it none is.
    #[serde(default)]
    pub media: Option<PathBuf>,
}

mod default {
    use std::time::Duration;

    pub(super) const fn connect_timeout() -> Duration {
        Duration::from_secs(5)
    }

    pub(super) const fn request_timeout() -> Duration {
        Duration::from_secs(10)
    }

    pub(super) const fn keepalive() -> Duration {
        Duration::from_secs(15)
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

    pub(super) const fn orphans_after() -> Duration {
        Duration::from_secs(5)
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
}

impl Config {
    /// The Janus at `url`, everything else as by default.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            tls_ca: None,
            admin_url: None,
            admin_secret: Redacted::default(),
            api_secret: None,
            token: None,
            connect_timeout: default::connect_timeout(),
            request_timeout: default::request_timeout(),
            keepalive: default::keepalive(),
            liveness: default::liveness(),
            reconnect_min: default::reconnect_min(),
            reconnect_max: default::reconnect_max(),
            lost_after: default::lost_after(),
            orphans_after: default::orphans_after(),
            media_connect_timeout: default::media_timeout(),
            media_silence_timeout: default::media_timeout(),
            max_in_flight: default::max_in_flight(),
            max_pending: default::max_pending(),
            recordings: None,
            media: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_url_is_needed() {
        let config: Config = toml::from_str("url = 'ws://127.0.0.1:8188'").expect("valid");
        let url = Url::parse("ws://127.0.0.1:8188").expect("a URL");
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::new(url)));
        assert_eq!(config.request_timeout, Duration::from_secs(10));
    }

    #[test]
    fn times_are_text_with_units() {
        let text = "url = 'ws://h'\nliveness = '500ms'\nmedia_silence_timeout = '0s'";
        let config: Config = toml::from_str(text).expect("valid");
        assert_eq!(config.liveness, Duration::from_millis(500));
        assert_eq!(config.media_silence_timeout, Duration::ZERO);
    }

    #[test]
    fn unknown_keys_and_senseless_times_are_refused() {
        for bad in [
            "secret = 'x'",
            "keepalive = 15",
            "keepalive = '0s'",
            "keepalive = '1year'",
            "keepalive = 'soon'",
        ] {
            let text = format!("url = 'ws://h'\n{bad}");
            assert!(toml::from_str::<Config>(&text).is_err(), "{bad}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let text =
            "url = 'ws://h'\napi_secret = 'hunter2'\ntoken = 'hunter2'\nadmin_secret = 'hunter2'";
        let config: Config = toml::from_str(text).expect("valid");
        assert_eq!(config.admin_secret.expose(), "hunter2");
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
