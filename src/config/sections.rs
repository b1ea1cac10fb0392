//! The typed sections of the configuration, their defaults and their bounds.
//!
//! Durations are written as text (`"5s"`, `"250ms"`, `"24h"`), sizes and counts as numbers. The variable of a key is
//! `MEDIAPLANE_`, its section, `_` and its name, in capitals: `MEDIAPLANE_GRPC_LISTEN`.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Checks;
use super::console::Console;
use crate::telemetry::log;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
/// As many as any count may be: far beyond one process, and safe to add up.
const MANY: usize = 100_000_000;

const fn local(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// `[grpc]`: the API's port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grpc {
    /// Address and port. Default `127.0.0.1:50051`.
    pub listen: SocketAddr,
    /// Largest request that is read, in bytes after decompression. Default 1 MiB.
    pub max_message_bytes: usize,
    /// A connection is asked for a sign of life (HTTP/2 ping) this often. Default `30s`.
    #[serde(with = "humantime_serde")]
    pub keepalive_interval: Duration,
    /// A connection that gives no sign for this long is closed. Default `10s`.
    #[serde(with = "humantime_serde")]
    pub keepalive_timeout: Duration,
    /// RPCs at a time on one connection; a watch counts as one while it is open. Default 4096.
    pub max_concurrent_streams: u32,
    /// Connections at a time; the next one is accepted when another closes. Default 10,000.
    pub max_connections: usize,
    /// Whether browsers may speak gRPC-Web on the same port. Default true.
    pub grpc_web: bool,
    /// Origins whose pages may call by gRPC-Web, as `https://app.example.org`; `*` is every one. Default none.
    pub cors_allowed_origins: Vec<String>,
    /// Whether replies are compressed for clients that accept gzip. Default true.
    pub gzip: bool,
}

impl Default for Grpc {
    fn default() -> Self {
        Self {
            listen: local(50051),
            max_message_bytes: 1024 * 1024,
            keepalive_interval: 30 * SECOND,
            keepalive_timeout: 10 * SECOND,
            max_concurrent_streams: 4096,
            max_connections: 10_000,
            grpc_web: true,
            cors_allowed_origins: Vec::new(),
            gzip: true,
        }
    }
}

impl Grpc {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        checks.within("max_message_bytes", self.max_message_bytes, 1024..=1 << 30);
        checks.lasts(
            "keepalive_interval",
            self.keepalive_interval,
            SECOND..=24 * HOUR,
        );
        checks.lasts("keepalive_timeout", self.keepalive_timeout, SECOND..=HOUR);
        checks.within(
            "max_concurrent_streams",
            self.max_concurrent_streams,
            1..=1 << 20,
        );
        checks.within("max_connections", self.max_connections, 1..=MANY);
        for (index, origin) in self.cors_allowed_origins.iter().enumerate() {
            let key = format!("cors_allowed_origins[{index}]");
            checks.require(
                &key,
                is_origin(origin),
                "must be `*` or scheme, host and port alone, as https://app.example.org",
            );
        }
    }
}

/// Whether the text is what a browser sends as its origin: nothing else would ever match it.
fn is_origin(text: &str) -> bool {
    text == "*" || url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

/// `[http]`: the operators' port, with the console, `/livez`, `/readyz` and `/metrics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Http {
    /// Address and port. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Whether the console is served here, and with it the API for pages of this origin: `true`, `false`, or `auto`. Default
    /// `auto`: if `listen` is a loopback address, and only for who opens it by that address or as `localhost`.
    pub console: Console,
    /// Whether the console may only look: its calls that would change anything are refused. Default false.
    pub console_read_only: bool,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: local(8080),
            console: Console::Auto,
            console_read_only: false,
        }
    }
}

impl Http {
    pub(super) fn check(&self, checks: &mut Checks<'_>, grpc: SocketAddr) {
        let apart = self.listen != grpc || grpc.port() == 0;
        checks.require(
            "listen",
            apart,
            "is the address of grpc.listen as well; give each its own port",
        );
    }
}

/// `[log]`: what is logged to standard error, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`, also by module: `info,mediaplane::backend=debug`. Default `info`.
    pub level: String,
    /// `text`, `json`, or `auto`: text on a terminal, JSON otherwise. Default `auto`.
    pub format: log::Format,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: log::Format::Auto,
        }
    }
}

impl Log {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        if let Err(error) = log::filter(&self.level) {
            checks.require("level", false, error);
        }
    }
}

/// `[service]`: the process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// This instance's name, by which media servers and logs tell it from others. Default: the host's name.
    pub instance: String,
    /// How long live sessions may go on after SIGTERM before they are destroyed. Default `20s`.
    #[serde(with = "humantime_serde")]
    pub shutdown_deadline: Duration,
    /// Whether the embedded media server is there when no `[[backend]]` is configured. Default true.
    pub embedded: bool,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            instance: String::new(),
            shutdown_deadline: 20 * SECOND,
            embedded: true,
        }
    }
}

impl Service {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        checks.require(
            "instance",
            self.instance.len() <= 256,
            "must be at most 256 bytes",
        );
        // It is one part of a name with slashes on media servers.
        checks.require("instance", !self.instance.contains('/'), "must have no `/`");
        checks.lasts(
            "shutdown_deadline",
            self.shutdown_deadline,
            Duration::ZERO..=24 * HOUR,
        );
    }
}

/// `[session]`: defaults and bounds of sessions. A request may ask for other timeouts, never for other bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Sessions at a time. Default 200,000.
    pub max_sessions: usize,
    /// How long a session waits for its answer before it is destroyed. Default `1m`.
    #[serde(with = "humantime_serde")]
    pub wait_timeout: Duration,
    /// How long a session lives after its answer. Default `24h`.
    #[serde(with = "humantime_serde")]
    pub ready_timeout: Duration,
    /// How long candidates are collected where they must be written into a description; 100 ms to 30 s. Default `5s`.
    #[serde(with = "humantime_serde")]
    pub trickle_ice_timeout: Duration,
    /// How long a caller without a deadline waits for an offer or answer. Default `30s`.
    #[serde(with = "humantime_serde")]
    pub reply_timeout: Duration,
    /// How long a media server may take for a command when the caller sets no nearer deadline. Default `10s`.
    #[serde(with = "humantime_serde")]
    pub command_timeout: Duration,
    /// Candidates of one side that are kept while they cannot be passed on. Default 256.
    pub max_candidates: usize,
    /// Largest session description, in bytes. Default 64 KiB.
    pub max_sdp_bytes: usize,
    /// Largest free-form value (`event_body`, `backend_options`, the body of `SendInfo`), in bytes as sent. Default 16 KiB.
    pub max_struct_bytes: usize,
    /// Labels on one session or room. Default 64.
    pub max_labels: usize,
    /// Callers that may wait for a description of one session. Default 64.
    pub max_waiters: usize,
    /// Most rows of a list in one reply. Default 1000.
    pub max_page_size: usize,
    /// Inputs that may wait for one session; the next one is refused as overload. Default 64.
    pub inbox: usize,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            max_sessions: 200_000,
            wait_timeout: 60 * SECOND,
            ready_timeout: 24 * HOUR,
            trickle_ice_timeout: 5 * SECOND,
            reply_timeout: 30 * SECOND,
            command_timeout: 10 * SECOND,
            max_candidates: 256,
            max_sdp_bytes: 64 * 1024,
            max_struct_bytes: 16 * 1024,
            max_labels: 64,
            max_waiters: 64,
            max_page_size: 1000,
            inbox: 64,
        }
    }
}

impl Session {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let trickle = Duration::from_millis(100)..=30 * SECOND;
        checks.within("max_sessions", self.max_sessions, 1..=MANY);
        checks.lasts("wait_timeout", self.wait_timeout, SECOND..=YEAR);
        checks.lasts("ready_timeout", self.ready_timeout, SECOND..=YEAR);
        checks.lasts("trickle_ice_timeout", self.trickle_ice_timeout, trickle);
        checks.lasts("reply_timeout", self.reply_timeout, SECOND..=HOUR);
        checks.lasts("command_timeout", self.command_timeout, SECOND..=HOUR);
        checks.within("max_candidates", self.max_candidates, 1..=65_536);
        checks.within("max_sdp_bytes", self.max_sdp_bytes, 1024..=1 << 24);
        checks.within("max_struct_bytes", self.max_struct_bytes, 0..=1 << 24);
        checks.within("max_labels", self.max_labels, 0..=4096);
        checks.within("max_waiters", self.max_waiters, 1..=65_536);
        checks.within("max_page_size", self.max_page_size, 1..=100_000);
        checks.within("inbox", self.inbox, 1..=65_536);
    }
}

/// `[events]`: what is kept for watchers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Events {
    /// Events kept of one session or room, for replay; older ones become a gap. Default 256.
    pub history: usize,
    /// How long the events of a destroyed session are kept. Default `5m`.
    #[serde(with = "humantime_serde")]
    pub history_time: Duration,
    /// Destroyed sessions whose events are kept at a time; the oldest goes first. Default 10,000.
    pub history_sessions: usize,
    /// WatchEvents streams at a time. Default 10,000.
    pub max_watchers: usize,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            history: 256,
            history_time: 300 * SECOND,
            history_sessions: 10_000,
            max_watchers: 10_000,
        }
    }
}

impl Events {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        checks.within("history", self.history, 1..=65_536);
        checks.lasts(
            "history_time",
            self.history_time,
            Duration::ZERO..=24 * HOUR,
        );
        checks.within("history_sessions", self.history_sessions, 0..=MANY);
        checks.within("max_watchers", self.max_watchers, 1..=MANY);
    }
}

/// `[room]`: defaults and bounds of rooms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Room {
    /// How long an empty room lives, unless its options say otherwise. Default `5m`.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Rooms at a time. Default 10,000.
    pub max_rooms: usize,
    /// Members of one room at a time. Default 1000.
    pub max_members: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            timeout: 300 * SECOND,
            max_rooms: 10_000,
            max_members: 1000,
        }
    }
}

impl Room {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        checks.lasts("timeout", self.timeout, SECOND..=YEAR);
        checks.within("max_rooms", self.max_rooms, 1..=MANY);
        checks.within("max_members", self.max_members, 1..=MANY);
    }
}
