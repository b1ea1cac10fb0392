//! What the configuration says of the player.

use std::{path::PathBuf, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, de::Error as _};
use url::Host;

/// What may be played, and from where. Durations are text: `250ms`, `5s`. By default nothing may.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folders that `file://` URIs may name files in, at any depth. Links that lead out of them
    /// are not followed. Default none.
    #[serde(default)]
    pub folders: Vec<PathBuf>,
    /// The servers that `http://` and `https://` URIs may name: `example.org`, `*.example.org` (those
    /// below it) or `example.org:8080`; without a port, 80 and 443 are meant. Default none.
    #[serde(default)]
    pub hosts: Vec<AllowedHost>,
    /// Whether those servers may have addresses that are not on the public internet (loopback,
    /// private, link-local, …). Default false.
    #[serde(default)]
    pub private_addresses: bool,
    /// The largest file that is fetched, in bytes; it is kept in the system's temporary folder while
    /// it is played. Default 256 MiB.
    #[serde(default = "default::max_bytes")]
    pub max_bytes: u64,
    /// Until a server must have accepted a connection. Default 5 s.
    #[serde(default = "default::connect_timeout", deserialize_with = "span")]
    pub connect_timeout: Duration,
    /// Until a file must have been fetched. Default 30 s.
    #[serde(default = "default::fetch_timeout", deserialize_with = "span")]
    pub fetch_timeout: Duration,
}

mod default {
    use std::time::Duration;

    pub(super) const fn max_bytes() -> u64 {
        256 << 20
    }

    pub(super) const fn connect_timeout() -> Duration {
        Duration::from_secs(5)
    }

    pub(super) const fn fetch_timeout() -> Duration {
        Duration::from_secs(30)
    }
}

/// Longer spans are taken for mistakes.
const MAX_SPAN: Duration = Duration::from_secs(3600);

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let span: Duration = humantime_serde::deserialize(deserializer)?;
    if span < Duration::from_millis(1) || span > MAX_SPAN {
        return Err(D::Error::custom("must be 1ms to 1h"));
    }
    Ok(span)
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            folders: Vec::new(),
            hosts: Vec::new(),
            private_addresses: false,
            max_bytes: default::max_bytes(),
            connect_timeout: default::connect_timeout(),
            fetch_timeout: default::fetch_timeout(),
        }
    }
}

/// One row of the allow-list of servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    host: Host,
    /// The servers below `host`, not itself.
    below: bool,
    /// None: the ports that the schemes stand for.
    port: Option<u16>,
}

impl AllowedHost {
    /// Whether it covers `host` at `port`.
    #[must_use]
    pub fn covers(&self, host: &Host<&str>, port: u16) -> bool {
        let port_fits = match self.port {
            Some(allowed) => port == allowed,
            None => matches!(port, 80 | 443),
        };
        port_fits && self.names(host)
    }

    fn names(&self, host: &Host<&str>) -> bool {
        match (&self.host, host) {
            (Host::Domain(allowed), Host::Domain(host)) if self.below => host
                .strip_suffix(allowed.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            (Host::Domain(allowed), Host::Domain(host)) => allowed == host,
            (Host::Ipv4(allowed), Host::Ipv4(host)) => allowed == host,
            (Host::Ipv6(allowed), Host::Ipv6(host)) => allowed == host,
            _ => false,
        }
    }
}

impl FromStr for AllowedHost {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WORDS: &str = "must be a host, `*.` and a host, or either with `:port`";
        let (below, rest) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (rest, None),
        };
        let host = Host::parse(host).map_err(|_| WORDS)?;
        let port = port.map(str::parse).transpose().map_err(|_| WORDS)?;
        if below && !matches!(host, Host::Domain(_)) {
            return Err(WORDS);
        }
        Ok(Self { host, below, port })
    }
}

impl<'de> Deserialize<'de> for AllowedHost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_needed() {
        let settings: Settings = toml::from_str("").expect("valid");
        assert_eq!(
            format!("{settings:?}"),
            format!("{:?}", Settings::default())
        );
        assert!(settings.hosts.is_empty() && settings.folders.is_empty());
    }

    #[test]
    fn mistakes_are_refused() {
        for bad in [
            "folder = '/srv'",
            "hosts = ['a b']",
            "hosts = ['http://example.org']",
            "hosts = ['*.10.0.0.1']",
            "hosts = ['example.org:http']",
            "hosts = ['example.org:70000']",
            "connect_timeout = '0s'",
            "fetch_timeout = '2h'",
            "max_bytes = -1",
        ] {
            assert!(toml::from_str::<Settings>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_row_covers_what_it_says() {
        for (row, host, port, covered) in [
            ("example.org", "example.org", 443, true),
            ("Example.ORG", "example.org", 80, true),
            ("example.org", "example.org", 8080, false),
            ("example.org", "www.example.org", 443, false),
            ("example.org:8080", "example.org", 8080, true),
            ("example.org:8080", "example.org", 443, false),
            ("*.example.org", "a.b.example.org", 443, true),
            ("*.example.org", "example.org", 443, false),
            ("*.example.org", "badexample.org", 443, false),
            ("*.example.org", ".example.org", 443, false),
            ("192.0.2.1", "192.0.2.1", 80, true),
            ("192.0.2.1", "192.0.2.2", 80, false),
            ("[2001:db8::1]:81", "[2001:db8:0::1]", 81, true),
            ("[2001:db8::1]", "[2001:db8::1]", 443, true),
        ] {
            let row: AllowedHost = row.parse().expect(row);
            let host = Host::parse(host).map_or(Host::Domain(host.to_owned()), |host| host);
            let host = match &host {
                Host::Domain(name) => Host::Domain(name.as_str()),
                Host::Ipv4(address) => Host::Ipv4(*address),
                Host::Ipv6(address) => Host::Ipv6(*address),
            };
            assert_eq!(row.covers(&host, port), covered, "{row:?} {host}:{port}");
        }
    }
}
