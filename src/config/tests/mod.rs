//! The configuration as an operator meets it: layers, mistakes, backends and their secrets, the default file.

mod backends;
mod command;
mod layers;
mod mistakes;

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;

use super::*;
use crate::telemetry::{Redacted, log};

type Variables<'a> = &'a [(&'a str, &'a str)];

fn owned(variables: Variables<'_>) -> impl Iterator<Item = (String, String)> {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
}

fn load_with(file: &str, variables: Variables<'_>, flags: Flags) -> Result<Loaded, Error> {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("m.toml");
    fs::write(&path, file).expect("written");
    Config::load(
        &Flags {
            config: Some(path),
            ..flags
        },
        owned(variables),
    )
}

fn load(file: &str, variables: Variables<'_>) -> Result<Loaded, Error> {
    load_with(file, variables, Flags::default())
}

fn config(file: &str, variables: Variables<'_>) -> Config {
    load(file, variables).expect("a sound configuration").config
}

/// The problems, with the file under a name that does not differ by run.
fn problems(file: &str, variables: Variables<'_>) -> Vec<String> {
    let error = load(file, variables).expect_err("a wrong configuration");
    let shown = |problem: &Problem| match problem.source {
        Source::File(_) => Problem {
            source: Source::File("m.toml".into()),
            ..problem.clone()
        }
        .to_string(),
        _ => problem.to_string(),
    };
    error.problems().iter().map(shown).collect()
}

fn warnings(variables: Variables<'_>) -> Vec<String> {
    let loaded = load("", variables).expect("a sound configuration");
    loaded.warnings.iter().map(ToString::to_string).collect()
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// What a driver's own table looks like.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Driver {
    url: String,
    #[serde(default)]
    admin_secret: Option<Redacted<String>>,
    #[serde(default)]
    retries: u32,
    #[serde(default)]
    plugins: Vec<String>,
    #[serde(default, with = "humantime_serde")]
    pause: Duration,
}

fn driver(config: &Config, index: usize) -> Result<Driver, Error> {
    config.backends[index].options.parse()
}
