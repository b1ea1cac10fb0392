//! From the configured media servers to their drivers.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::Error;
use crate::{
    backend::{
        Backend,
        embedded::{self, Embedded},
        freeswitch::{self, FreeSwitch},
        janus::{self, Janus},
        kurento::{self, Kurento},
        registry::Configured,
    },
    config::{self, Config},
    id::BackendName,
    telemetry::Metrics,
};

/// What the driver of each kind reads of a backend's options.
enum Options {
    Embedded(Box<embedded::Config>),
    FreeSwitch(Box<freeswitch::Config>),
    Janus(Box<janus::Config>),
    Kurento(Box<kurento::Config>),
}

/// Reads the options of a backend as its driver would.
///
/// # Errors
/// All that is wrong with them.
pub fn check(backend: &config::Backend) -> Result<(), config::Error> {
    read(backend).map(drop)
}

fn read(backend: &config::Backend) -> Result<Options, config::Error> {
    match backend.kind.as_str() {
        "embedded" => read_embedded(&backend.options),
        "janus" => backend.options.parse().map(Box::new).map(Options::Janus),
        "freeswitch" => {
            let config: freeswitch::Config = backend.options.parse()?;
            refuse(&backend.options, config.faults())?;
            Ok(Options::FreeSwitch(Box::new(config)))
        }
        "kurento" => {
            let config: kurento::Config = backend.options.parse()?;
            refuse(&backend.options, config.faults())?;
            Ok(Options::Kurento(Box::new(config)))
        }
        other => {
            let mut checks = backend.options.checks();
            checks.require("kind", false, format_args!("`{other}` has no driver"));
            Err(checks.finish().expect_err("it was refused"))
        }
    }
}

/// Tells all faults of a section at once.
fn refuse(
    section: &config::Section,
    faults: impl Iterator<Item = (&'static str, &'static str)>,
) -> Result<(), config::Error> {
    let mut checks = section.checks();
    for (key, words) in faults {
        checks.require(key, false, words);
    }
    checks.finish()
}

fn read_embedded(section: &config::Section) -> Result<Options, config::Error> {
    let options: Box<embedded::Config> = section.parse()?;
    let mut checks = section.checks();
    let record = options.record.as_ref();
    if let Some(Err(error)) = record.map(embedded::record::Settings::check) {
        checks.require("record.upload", false, error);
    }
    checks.finish()?;
    Ok(Options::Embedded(options))
}

/// The running drivers.
#[derive(Debug, Default)]
pub struct Drivers {
    configured: Vec<Configured>,
    embedded: Vec<Arc<Embedded>>,
    freeswitch: Vec<Arc<FreeSwitch>>,
    janus: Vec<Arc<Janus>>,
    kurento: Vec<Arc<Kurento>>,
    stopping: CancellationToken,
}

impl Drivers {
    /// These drivers, which end by themselves.
    #[must_use]
    pub fn new(configured: Vec<Configured>) -> Self {
        Self {
            configured,
            ..Self::default()
        }
    }

    /// Starts the driver of each configured backend, or the embedded one if there is none. None waits for its server.
    ///
    /// # Errors
    /// Those of [`check`], of the first backend that has any; an address for media that cannot be listened on.
    pub(super) fn start(config: &Config, metrics: &Metrics) -> Result<Self, Error> {
        let mut drivers = Self::default();
        for backend in &config.backends {
            let options = read(backend)?;
            drivers.add(backend, options, &config.service.instance, metrics)?;
        }
        if config.backends.is_empty() && config.service.embedded {
            let name: BackendName = "embedded".parse().expect("the name is one");
            let options = Box::new(embedded::Config::implicit());
            let max_sessions = options.max_legs;
            let driver = drivers.start_embedded(&name, options, metrics)?;
            drivers.configured.push(Configured {
                backend: driver,
                priority: 0,
                max_sessions,
            });
        }
        Ok(drivers)
    }

    fn add(
        &mut self,
        backend: &config::Backend,
        options: Options,
        instance: &str,
        metrics: &Metrics,
    ) -> Result<(), Error> {
        let name: BackendName = backend.name.parse().expect("the configuration was checked");
        let mut max_sessions = usize::try_from(backend.max_sessions).unwrap_or(usize::MAX);
        let driver: Arc<dyn Backend> = match options {
            Options::Embedded(config) => {
                // Its own cap holds as well, so that a session beyond it is placed elsewhere.
                max_sessions = match max_sessions {
                    0 => config.max_legs,
                    max => max.min(config.max_legs),
                };
                self.start_embedded(&name, config, metrics)?
            }
            Options::Janus(config) => {
                let shutdown = self.stopping.clone();
                let janus = Janus::start(name, instance, *config, metrics.clone(), shutdown);
                self.janus.push(janus.clone());
                janus
            }
            Options::FreeSwitch(config) => {
                let shutdown = self.stopping.clone();
                let driver = FreeSwitch::start(name, instance, *config, metrics.clone(), shutdown);
                self.freeswitch.push(driver.clone());
                driver
            }
            Options::Kurento(config) => {
                let shutdown = self.stopping.clone();
                let kurento = Kurento::start(name, instance, *config, metrics.clone(), shutdown);
                self.kurento.push(kurento.clone());
                kurento
            }
        };
        self.configured.push(Configured {
            backend: driver,
            priority: backend.priority,
            max_sessions,
        });
        Ok(())
    }

    fn start_embedded(
        &mut self,
        name: &BackendName,
        config: Box<embedded::Config>,
        metrics: &Metrics,
    ) -> Result<Arc<Embedded>, Error> {
        let started = Embedded::start(name.clone(), *config, metrics, &self.stopping);
        let embedded = started.map_err(|source| Error::Media {
            backend: name.clone(),
            source,
        })?;
        self.embedded.push(embedded.clone());
        Ok(embedded)
    }

    /// The drivers, for the registry.
    pub(super) fn take_configured(&mut self) -> Vec<Configured> {
        std::mem::take(&mut self.configured)
    }

    /// Leaves all servers, within `limit`.
    pub(super) async fn stop(&self, limit: Duration) {
        self.stopping.cancel();
        let janus = join_all(self.janus.iter().map(|janus| janus.stopped()));
        let embedded = join_all(self.embedded.iter().map(|embedded| embedded.stopped()));
        let kurento = join_all(self.kurento.iter().map(|kurento| kurento.stopped()));
        let freeswitch = join_all(self.freeswitch.iter().map(|one| one.stopped()));
        let left = async { tokio::join!(janus, embedded, freeswitch, kurento) };
        if tokio::time::timeout(limit, left).await.is_err() {
            tracing::warn!("a media server did not let go in time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::embedded::{play, record},
        config::{DEFAULT_FILE, Flags, fields},
    };

    #[test]
    fn the_default_file_names_every_key_of_every_driver() {
        let uncommented: Vec<_> = DEFAULT_FILE
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => rest,
                _ => line,
            })
            .collect();
        let file: toml::Table = uncommented.join("\n").parse().expect("TOML");
        let servers = file["backend"].as_array().expect("a list");
        let of_kind = |kind: &str| {
            let found = servers
                .iter()
                .find(|table| table["kind"].as_str() == Some(kind));
            found.unwrap_or_else(|| panic!("the file shows no {kind}"))
        };
        let [janus, kurento, freeswitch, embedded] =
            ["janus", "kurento", "freeswitch", "embedded"].map(of_kind);
        let (record, play) = (&embedded["record"], &embedded["play"]);
        for (table, keys) in [
            (janus, fields::<janus::Config>()),
            (kurento, fields::<kurento::Config>()),
            (freeswitch, fields::<freeswitch::Config>()),
            (embedded, fields::<embedded::Config>()),
            (record, fields::<record::Settings>()),
            (&record["upload"], fields::<record::config::Upload>()),
            (play, fields::<play::Settings>()),
        ] {
            assert!(!keys.is_empty());
            for key in keys {
                assert!(table.get(key).is_some(), "{key} is not in {table}");
            }
        }
        let path = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&path, uncommented.join("\n")).expect("written");
        let flags = Flags {
            config: Some(path.path().to_owned()),
            ..Flags::default()
        };
        let loaded = Config::load(&flags, []).expect("sound");
        for backend in loaded.config.backends {
            check(&backend).expect("what the file shows can be used");
        }
    }

    #[test]
    fn all_faults_of_a_kurento_are_told_at_once() {
        let path = tempfile::NamedTempFile::new().expect("a file");
        let text =
            "[[backend]]\nkind = 'kurento'\nurl = 'http://h'\nmcu_width = 0\nrecordings = 'here'\n";
        std::fs::write(&path, text).expect("written");
        let flags = Flags {
            config: Some(path.path().to_owned()),
            ..Flags::default()
        };
        let loaded = Config::load(&flags, []).expect("the driver's keys are its own");
        let refused = check(&loaded.config.backends[0]).expect_err("none of it can be used");
        let paths: Vec<_> = refused.problems().iter().map(|p| p.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "backend[0].url",
                "backend[0].mcu_width",
                "backend[0].recordings"
            ]
        );
    }
}
