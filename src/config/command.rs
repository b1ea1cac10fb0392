//! `mediaplane config`: what an operator asks of a configuration before the service runs with it.

use std::io::{self, Write};

use clap::Subcommand;

use super::{Backend, Config, Error, Flags};

/// The default configuration file, with a comment on every key.
pub const DEFAULT_FILE: &str = include_str!("default.toml");

/// A question about the configuration.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print the default configuration, with a comment on every key
    Default,
    /// Check the configuration that `serve` would use; print it (secrets hidden) or all that is wrong with it
    Check(Flags),
}

impl Command {
    /// Answers on `out`; false if the configuration is wrong.
    ///
    /// `driver` reads a backend's options as the driver of its kind would.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn run(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
        driver: impl Fn(&Backend) -> Result<(), Error>,
        out: &mut impl Write,
    ) -> io::Result<bool> {
        match self {
            Self::Default => out.write_all(DEFAULT_FILE.as_bytes()).map(|()| true),
            Self::Check(flags) => check(flags, variables, driver, out),
        }
    }
}

fn check(
    flags: &Flags,
    variables: impl IntoIterator<Item = (String, String)>,
    driver: impl Fn(&Backend) -> Result<(), Error>,
    out: &mut impl Write,
) -> io::Result<bool> {
    let loaded = match Config::load(flags, variables) {
        Ok(loaded) => loaded,
        Err(error) => return writeln!(out, "{error}").map(|()| false),
    };
    for warning in &loaded.warnings {
        writeln!(out, "# warning: {warning}")?;
    }
    let mut sound = true;
    for error in loaded
        .config
        .backends
        .iter()
        .filter_map(|backend| driver(backend).err())
    {
        writeln!(out, "{error}")?;
        sound = false;
    }
    if sound {
        let effective = toml::to_string(&loaded.config).map_err(io::Error::other)?;
        write!(out, "# ok\n{effective}")?;
    }
    Ok(sound)
}
