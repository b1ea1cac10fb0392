//! What the configuration says of the embedded media server.

use std::{
    fs::DirBuilder,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::PathBuf,
    time::Duration,
};

use nix::unistd::geteuid;
use serde::Deserialize;

use super::{play, record};
use crate::backend::spans::{some_span, span};

/// One embedded media server. Durations are text: `250ms`, `5s`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// UDP addresses for WebRTC media, one port each for all sessions. `0.0.0.0` and `[::]` stand for every address
    /// that the machine has when it starts; port 0 is one that the system chooses.
    /// Default `["0.0.0.0:40000", "[::]:40000"]`.
    #[serde(default = "default::listen")]
    pub listen: Vec<SocketAddr>,
    /// Whether clients may also connect by TCP, on the same ports: for those whose networks let no UDP through.
    /// Default true.
    #[serde(default = "default::tcp")]
    pub tcp: bool,
    /// Addresses that clients are told instead of those listened on: the outer side of a one-to-one NAT, at most one
    /// for IPv4 and one for IPv6. Default none.
    #[serde(default)]
    pub advertise: Vec<IpAddr>,
    /// The address for plain RTP; none = the first that is listened on. Default none.
    #[serde(default)]
    pub rtp_address: Option<IpAddr>,
    /// UDP ports for plain RTP, first and last; none = those that the system chooses. Default none.
    #[serde(default)]
    pub rtp_ports: Option<(u16, u16)>,
    /// Whether it only answers to connectivity checks and makes none (RFC 8445, 2.5): for a server with a public
    /// address. Default false.
    #[serde(default)]
    pub ice_lite: bool,
    /// Threads that carry media; 0 = one for each processor. Default 0.
    #[serde(default)]
    pub threads: usize,
    /// The most legs at a time; a further one is `LIMIT_REACHED`. Default 2000.
    #[serde(default = "default::max_legs")]
    pub max_legs: usize,
    /// How long a client may take to connect its media (ICE and DTLS) after offer and answer. 0 = for ever.
    /// Default 15 s.
    #[serde(default = "default::media_connect_timeout", deserialize_with = "span")]
    pub media_connect_timeout: Duration,
    /// How long a client may be silent, connectivity checks (RFC 7675) and reports included, before it counts as gone.
    /// 0 = for ever. Default 12 s.
    #[serde(default = "default::media_silence_timeout", deserialize_with = "span")]
    pub media_silence_timeout: Duration,
    /// The shortest span between two keyframe requests to one client. Default 0.5 s.
    #[serde(default = "default::keyframe_interval", deserialize_with = "some_span")]
    pub keyframe_interval: Duration,
    /// Packets that may wait between two threads, or between a player and its thread; more are dropped and counted.
    /// Default 4096.
    #[serde(default = "default::queue")]
    pub queue: usize,
    /// What is recorded, and where to. Without it nothing is.
    #[serde(default)]
    pub record: Option<record::Settings>,
    /// What may be played. Default nothing.
    #[serde(default)]
    pub play: play::Settings,
}

impl Config {
    /// What holds where nothing is configured: all addresses, and ports that the system chooses, so that nothing is in
    /// the way of a second instance; recordings go to a folder of this user's in the system's temporary one, and can be
    /// played from there.
    #[must_use]
    pub fn implicit() -> Self {
        let mut config = Self::default();
        for address in &mut config.listen {
            address.set_port(0);
        }
        // The port that the system chooses for UDP may be taken for TCP.
        config.tcp = false;
        match own_folder() {
            Ok(folder) => {
                config.play.folders.push(folder.clone());
                config.record = Some(record::Settings::new(folder));
            }
            Err(error) => {
                tracing::warn!(%error, "nothing can be recorded: there is no folder for it");
            }
        }
        config
    }
}

/// A folder that only this user can write to, made if it is not there.
fn own_folder() -> io::Result<PathBuf> {
    let user = geteuid();
    let folder = std::env::temp_dir().join(format!("mediaplane-{user}"));
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = folder.symlink_metadata()?;
    if !found.is_dir() || found.uid() != user.as_raw() {
        let words = format!("{} belongs to somebody else", folder.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    Ok(folder)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: default::listen(),
            tcp: default::tcp(),
            advertise: Vec::new(),
            rtp_address: None,
            rtp_ports: None,
            ice_lite: false,
            threads: 0,
            max_legs: default::max_legs(),
            media_connect_timeout: default::media_connect_timeout(),
            media_silence_timeout: default::media_silence_timeout(),
            keyframe_interval: default::keyframe_interval(),
            queue: default::queue(),
            record: None,
            play: play::Settings::default(),
        }
    }
}

mod default {
    use super::{Duration, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

    const PORT: u16 = 40_000;

    pub(super) fn listen() -> Vec<SocketAddr> {
        let every: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        every.map(|address| (address, PORT).into()).into()
    }

    pub(super) const fn tcp() -> bool {
        true
    }

    pub(super) const fn max_legs() -> usize {
        2_000
    }

    pub(super) const fn media_connect_timeout() -> Duration {
        Duration::from_secs(15)
    }

    pub(super) const fn media_silence_timeout() -> Duration {
        Duration::from_secs(12)
    }

    pub(super) const fn keyframe_interval() -> Duration {
        Duration::from_millis(500)
    }

    pub(super) const fn queue() -> usize {
        4_096
    }
}
