//! The environment's part of the configuration: which variable is which key.

use std::collections::BTreeMap;
use std::env;

use super::error::{Problem, Source, did_you_mean};
use super::layers::{Layers, schema};

const PREFIX: &str = "MEDIAPLANE_";
/// Variables that other programs of the project read.
const ELSEWHERE: [&str; 2] = ["MEDIAPLANE_ADDRESS", "MEDIAPLANE_CONFIG"];
const TESTS: &str = "MEDIAPLANE_TEST_";

/// The variables of this process that may be meant for the configuration. One that is not UTF-8 is left out.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    env::vars_os()
        .filter_map(text)
        .filter(|(name, _)| name.starts_with(PREFIX))
}

/// What a variable stands for.
enum Meaning {
    Key {
        section: &'static str,
        key: &'static str,
    },
    Backend {
        index: usize,
        key: String,
    },
    Foreign,
    Unknown,
}

/// Lays the variables over the other layers; yields a warning for each that looks meant for us and is not known.
pub(super) fn lay_over(
    layers: &mut Layers,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Vec<Problem> {
    let names = names();
    let mut warnings = Vec::new();
    // In order of place, so that `_0_` makes the backend that `_1_` follows.
    let mut backends: BTreeMap<(usize, String), (String, String)> = BTreeMap::new();
    for (name, value) in variables
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
    {
        match meaning(&names, &name, &value) {
            Meaning::Key { section, key } => {
                layers.set(section, key, value.into(), Source::Environment(name));
            }
            Meaning::Backend { index, key } => drop(backends.insert((index, key), (name, value))),
            Meaning::Foreign => {}
            Meaning::Unknown => {
                let hint = did_you_mean(&name, names.keys().map(String::as_str));
                let message = format!("unknown variable, ignored{hint}");
                warnings.push(Problem::new(Source::Environment(name), "", message));
            }
        }
    }
    for ((index, key), (name, value)) in backends {
        set_backend(layers, index, key, value, Source::Environment(name));
    }
    warnings
}

fn set_backend(layers: &mut Layers, index: usize, key: String, value: String, source: Source) {
    let backends = layers.backends.len();
    if index > backends {
        let message = format!("there is no backend[{index}]: the next one is {backends}");
        return layers.problems.push(Problem::new(source, "", message));
    }
    if index == backends {
        layers.add_backend();
    }
    layers.backends[index].set(key, value.into(), source);
}

/// Each variable of a plain section, with its key.
fn names() -> BTreeMap<String, (&'static str, &'static str)> {
    let name = |section: &str, key: &str| format!("{PREFIX}{section}_{key}").to_ascii_uppercase();
    schema()
        .into_iter()
        .flat_map(|(section, keys)| {
            keys.iter()
                .map(move |key| (name(section, key), (section, *key)))
        })
        .collect()
}

fn meaning(
    names: &BTreeMap<String, (&'static str, &'static str)>,
    name: &str,
    value: &str,
) -> Meaning {
    if let Some(&(section, key)) = names.get(name) {
        return Meaning::Key { section, key };
    }
    if ELSEWHERE.contains(&name) || name.starts_with(TESTS) || is_service_link(name, value) {
        return Meaning::Foreign;
    }
    backend_key(name).map_or(Meaning::Unknown, |(index, key)| Meaning::Backend {
        index,
        key,
    })
}

/// `MEDIAPLANE_BACKEND_0_ADMIN_URL` is key `admin_url` of backend 0.
fn backend_key(name: &str) -> Option<(usize, String)> {
    let (index, key) = name
        .strip_prefix(PREFIX)?
        .strip_prefix("BACKEND_")?
        .split_once('_')?;
    Some((index.parse().ok()?, key.to_ascii_lowercase()))
}

/// Whether Kubernetes set the variable because a Service is called `mediaplane` or `mediaplane-…`: its addresses in the
/// form of the former Docker links.
fn is_service_link(name: &str, value: &str) -> bool {
    const PROTOCOLS: [&str; 3] = ["tcp", "udp", "sctp"];
    let is_url = || {
        PROTOCOLS
            .iter()
            .any(|protocol| value.starts_with(&format!("{protocol}://")))
    };
    let is_port = |rest: &str| {
        let mut words = rest.split('_');
        let number = words.next().is_some_and(|word| word.parse::<u16>().is_ok());
        number
            && words
                .next()
                .is_some_and(|word| PROTOCOLS.contains(&word.to_ascii_lowercase().as_str()))
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || name.ends_with("_PORT") && is_url()
        || name
            .match_indices("_PORT_")
            .any(|(at, word)| is_port(&name[at + word.len()..]))
}
