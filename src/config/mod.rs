//! The configuration: [`Config::load`] lays the file over the defaults, the environment over the file and the flags
//! over all, and tells everything that is wrong with the result at once.
//!
//! The plain sections are typed here; the keys of a backend's kind stay a [`Section`] that its driver
//! [`parse`](Section::parse)s, with the same words for the same mistakes. `default.toml` documents every key.

mod backend;
mod check;
mod command;
mod console;
mod environment;
mod error;
mod fields;
mod flags;
mod layers;
mod read;
mod secret;
mod section;
mod sections;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use backend::{Backend, KINDS};
pub use check::Checks;
pub use command::{Command, DEFAULT_FILE};
pub use console::Console;
pub use environment::environment;
pub use error::{Error, Problem, Source};
#[cfg(test)]
pub(crate) use fields::fields;
pub use flags::{Flags, KindAndUrl};
pub use section::Section;
pub use sections::{Events, Grpc, Http, Log, Room, Service, Session};

use layers::Layers;

/// Everything that can be configured. `Debug` and `Serialize` hide secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Config {
    /// The API's port.
    pub grpc: Grpc,
    /// The operators' port.
    pub http: Http,
    /// Log lines.
    pub log: Log,
    /// The process.
    pub service: Service,
    /// Sessions.
    pub session: Session,
    /// What is kept for watchers.
    pub events: Events,
    /// Rooms.
    pub room: Room,
    /// The media servers, as `[[backend]]` tables. None is sound: p2p needs no server.
    #[serde(rename = "backend")]
    pub backends: Vec<Backend>,
}

/// A sound configuration.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The effective values.
    pub config: Config,
    /// What looks like a mistake and was ignored; to be logged once logging runs.
    pub warnings: Vec<Problem>,
}

impl Config {
    /// The configuration that `flags` and `variables` (see [`environment()`]) ask for.
    ///
    /// Reads the file of [`Flags::config`] and nothing else; without one, the defaults stand under the other layers.
    /// The files of a backend's secrets are read when its driver parses its options.
    ///
    /// # Errors
    /// Every problem of every layer: an unreadable file, unknown keys, wrong types, values out of bounds.
    pub fn load(
        flags: &Flags,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Loaded, Error> {
        let mut layers = Layers::default();
        if let Some(path) = &flags.config {
            layers.read_file(path);
        }
        let warnings = environment::lay_over(&mut layers, variables);
        flags.lay_over(&mut layers);
        let mut config = Self::typed(layers)?;
        if config.service.instance.is_empty() {
            config.service.instance = gethostname::gethostname().to_string_lossy().into_owned();
        }
        Ok(Loaded { config, warnings })
    }

    fn typed(mut layers: Layers) -> Result<Self, Error> {
        let mut problems = std::mem::take(&mut layers.problems);
        let grpc = section(&mut layers, "grpc", Grpc::check, &mut problems);
        let check_http = |http: &Http, checks: &mut Checks<'_>| http.check(checks, grpc.listen);
        let config = Self {
            http: section(&mut layers, "http", check_http, &mut problems),
            grpc,
            log: section(&mut layers, "log", Log::check, &mut problems),
            service: section(&mut layers, "service", Service::check, &mut problems),
            session: section(&mut layers, "session", Session::check, &mut problems),
            events: section(&mut layers, "events", Events::check, &mut problems),
            room: section(&mut layers, "room", Room::check, &mut problems),
            backends: Vec::new(),
        };
        let (backends, wrong) = backend::backends(layers.backends);
        problems.extend(wrong);
        Error::unless_none(problems)?;
        Ok(Self { backends, ..config })
    }
}

fn section<T: DeserializeOwned + Default>(
    layers: &mut Layers,
    name: &'static str,
    check: impl FnOnce(&T, &mut Checks<'_>),
    problems: &mut Vec<Problem>,
) -> T {
    let section = layers.take(name);
    let (value, wrong) = read::read::<T>(&section);
    let value = value.unwrap_or_default();
    let mut checks = section.checks();
    check(&value, &mut checks);
    problems.extend(wrong);
    problems.extend(checks.into_problems());
    value
}
