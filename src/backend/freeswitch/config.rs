//! What the configuration says of one FreeSWITCH.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use url::Url;

use crate::{
    backend::spans::{some_span, span},
    telemetry::Redacted,
};

/// What SIP messages are carried by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SipTransport {
    /// TCP (RFC 3261, section 18): descriptions of WebRTC are longer than a datagram should be.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

/// One FreeSWITCH. Durations are text: `250ms`, `5s`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its event socket is: `host:8021`. Mandatory.
    pub event_socket: String,
    /// The password of `event_socket.conf`. Mandatory.
    pub password: Redacted<String>,
    /// Where its SIP profile is: `host:5080`. Mandatory.
    pub sip: String,
    /// What carries SIP: `tcp` or `udp`. Default `tcp`.
    #[serde(default)]
    pub sip_transport: SipTransport,
    /// Where FreeSWITCH reaches this service by SIP: `address:port`, the same one after a restart. Mandatory.
    pub sip_contact: SocketAddr,
    /// Where this service listens for SIP, if not at `sip_contact` itself (behind NAT, in a container).
    #[serde(default)]
    pub sip_listen: Option<SocketAddr>,
    /// The name of its SIP profile, which makes the calls to clients that answer. Default `mediaplane`.
    #[serde(default = "default::name")]
    pub profile: String,
    /// The extension of the dialplan that answers a call and parks it. Default `mediaplane`.
    #[serde(default = "default::name")]
    pub extension: String,
    /// The profile of `conference.conf` for sessions of type mcu that ask for none. Default `mediaplane`.
    #[serde(default = "default::name")]
    pub conference_profile: String,
    /// Until a connection must stand. Default 5 s.
    #[serde(default = "default::connect_timeout", deserialize_with = "some_span")]
    pub connect_timeout: Duration,
    /// Until a command or a SIP request must be answered. Default 10 s.
    #[serde(default = "default::request_timeout", deserialize_with = "some_span")]
    pub request_timeout: Duration,
    /// How long FreeSWITCH may be silent before it is asked whether it still lives; after as long again
    /// without a word the connection is given up. Default 5 s.
    #[serde(default = "default::liveness", deserialize_with = "some_span")]
    pub liveness: Duration,
    /// The first span between two attempts to connect; doubled with each. Default 0.1 s.
    #[serde(default = "default::reconnect_min", deserialize_with = "some_span")]
    pub reconnect_min: Duration,
    /// The longest span between two attempts to connect. Default 2 s.
    #[serde(default = "default::reconnect_max", deserialize_with = "some_span")]
    pub reconnect_max: Duration,
    /// How long connections may be refused (nobody listens: FreeSWITCH itself is gone) before its
    /// sessions count as lost. Default 8 s.
    #[serde(default = "default::lost_after", deserialize_with = "span")]
    pub lost_after: Duration,
    /// How often the calls on the server are compared with those that are known here: what nobody knows twice in a row
    /// is hung up, also what an earlier life of this service left. At least `request_timeout`. Default 15 s.
    #[serde(default = "default::reconcile_every", deserialize_with = "some_span")]
    pub reconcile_every: Duration,
    /// How long a client may take to connect its media (ICE and DTLS) after offer and answer; FreeSWITCH itself waits
    /// for ever. 0 = for ever. Default 15 s.
    #[serde(default = "default::media_timeout", deserialize_with = "span")]
    pub media_connect_timeout: Duration,
    /// How long nothing may be heard of a client before FreeSWITCH ends its call (`media_timeout`), at least a second.
    /// 0 = for ever. Default 15 s.
    #[serde(default = "default::media_timeout", deserialize_with = "span")]
    pub media_silence_timeout: Duration,
    /// How often it is looked which media of each client arrives. 0 = never. Default 2 s.
    #[serde(default = "default::watch_media_every", deserialize_with = "span")]
    pub watch_media_every: Duration,
    /// How many sessions may be opened at a time; more wait. Default 64.
    #[serde(default = "default::max_in_flight")]
    pub max_in_flight: usize,
    /// How many commands may wait for a reply. Default 20000.
    #[serde(default = "default::max_pending")]
    pub max_pending: usize,
    /// The folder that recordings go to, as FreeSWITCH sees it. Without it nothing is recorded.
    #[serde(default)]
    pub recordings: Option<PathBuf>,
    /// What may be played, as URLs of folders (`file:///srv/media/`): all that is below one of them.
    /// Without any nothing is played.
    #[serde(default)]
    pub media: Vec<Url>,
}

mod default {
    use std::time::Duration;

    pub(super) fn name() -> String {
        "mediaplane".to_owned()
    }

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

    pub(super) const fn reconcile_every() -> Duration {
        Duration::from_secs(15)
    }

    pub(super) const fn media_timeout() -> Duration {
        Duration::from_secs(15)
    }

    pub(super) const fn watch_media_every() -> Duration {
        Duration::from_secs(2)
    }

    pub(super) const fn max_in_flight() -> usize {
        64
    }

    pub(super) const fn max_pending() -> usize {
        20_000
    }
}

/// Whether a name can be part of a command line as it is.
fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

/// Whether it is `host:port`.
fn is_address(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port != 0)
    })
}

impl Config {
    /// The FreeSWITCH with these addresses, everything else as by default.
    #[must_use]
    pub fn new(
        event_socket: String,
        password: String,
        sip: String,
        sip_contact: SocketAddr,
    ) -> Self {
        Self {
            event_socket,
            password: Redacted::new(password),
            sip,
            sip_transport: SipTransport::default(),
            sip_contact,
            sip_listen: None,
            profile: default::name(),
            extension: default::name(),
            conference_profile: default::name(),
            connect_timeout: default::connect_timeout(),
            request_timeout: default::request_timeout(),
            liveness: default::liveness(),
            reconnect_min: default::reconnect_min(),
            reconnect_max: default::reconnect_max(),
            lost_after: default::lost_after(),
            reconcile_every: default::reconcile_every(),
            media_connect_timeout: default::media_timeout(),
            media_silence_timeout: default::media_timeout(),
            watch_media_every: default::watch_media_every(),
            max_in_flight: default::max_in_flight(),
            max_pending: default::max_pending(),
            recordings: None,
            media: Vec::new(),
        }
    }

    /// What of it makes no sense: each such key, and what is wrong with it.
    pub fn faults(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        const NAME: &str = "must be 1 to 64 of A-Z a-z 0-9 . _ -";
        let rows = [
            (
                is_address(&self.event_socket),
                "event_socket",
                "must be host:port",
            ),
            (is_address(&self.sip), "sip", "must be host:port"),
            (
                self.sip_contact.port() != 0 && !self.sip_contact.ip().is_unspecified(),
                "sip_contact",
                "must be an address and a port that FreeSWITCH can reach",
            ),
            (
                !self.password.expose().bytes().any(|b| b.is_ascii_control()),
                "password",
                "must not have control characters",
            ),
            (is_name(&self.profile), "profile", NAME),
            (is_name(&self.extension), "extension", NAME),
            (
                is_name(&self.conference_profile),
                "conference_profile",
                NAME,
            ),
            (
                self.media_silence_timeout.is_zero()
                    || (1..10_000).contains(&self.media_silence_timeout.as_secs()),
                "media_silence_timeout",
                "must be 0, or 1s to 9999s",
            ),
            (
                self.recordings
                    .as_ref()
                    .is_none_or(|folder| super::command::is_path(folder)),
                "recordings",
                "must be an absolute path of A-Z a-z 0-9 . _ - and /",
            ),
            (
                self.media.iter().all(|url| {
                    let path = Path::new(url.path());
                    url.scheme() == "file"
                        && url.path().ends_with('/')
                        && super::command::is_path(path)
                }),
                "media",
                "must be URLs of folders: file:///… with a slash at the end, of A-Z a-z 0-9 . _ - and /",
            ),
        ];
        let wrong = rows.into_iter().filter(|(holds, ..)| !holds);
        wrong.map(|(_, key, words)| (key, words))
    }
}
