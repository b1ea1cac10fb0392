//! The command line's part of the configuration.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::error::Source;
use super::layers::Layers;
use crate::telemetry::log;

/// Flags of `mediaplane serve` and `mediaplane config check`; each goes over the environment and the file.
#[derive(Clone, Debug, Default, Args)]
pub struct Flags {
    /// Configuration file (TOML); `mediaplane config default` prints one
    #[arg(long, value_name = "FILE", env = "MEDIAPLANE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Address of the gRPC API, over `grpc.listen`
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub grpc_listen: Option<SocketAddr>,
    /// Address of probes and metrics, over `http.listen`
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub http_listen: Option<SocketAddr>,
    /// Log level, also by module, over `log.level`
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Shape of log lines, over `log.format`
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<log::Format>,
    /// One more backend, as `janus=ws://127.0.0.1:8188`; may be repeated
    #[arg(long = "backend", value_name = "KIND=URL")]
    pub backends: Vec<KindAndUrl>,
}

/// A backend on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindAndUrl {
    /// Its driver.
    pub kind: String,
    /// Where it listens.
    pub url: String,
}

impl FromStr for KindAndUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((kind, url)) if !kind.is_empty() && !url.is_empty() => Ok(Self {
                kind: kind.to_owned(),
                url: url.to_owned(),
            }),
            _ => Err("write KIND=URL, as janus=ws://127.0.0.1:8188"),
        }
    }
}

impl Flags {
    /// Lays the flags that are set over the other layers.
    pub(super) fn lay_over(&self, layers: &mut Layers) {
        let mut lay = |section, key, flag, value: Option<String>| {
            if let Some(value) = value {
                layers.set(section, key, value.into(), Source::Flag(flag));
            }
        };
        let format = self
            .log_format
            .and_then(|format| format.to_possible_value());
        lay(
            "grpc",
            "listen",
            "--grpc-listen",
            self.grpc_listen.map(|at| at.to_string()),
        );
        lay(
            "http",
            "listen",
            "--http-listen",
            self.http_listen.map(|at| at.to_string()),
        );
        lay("log", "level", "--log-level", self.log_level.clone());
        lay(
            "log",
            "format",
            "--log-format",
            format.map(|format| format.get_name().to_owned()),
        );
        for KindAndUrl { kind, url } in &self.backends {
            let backend = layers.add_backend();
            backend.set("kind", kind.clone().into(), Source::Flag("--backend"));
            backend.set("url", url.clone().into(), Source::Flag("--backend"));
        }
    }
}
