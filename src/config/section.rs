//! One table of the configuration before its type is known: values, and who said each of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use toml::{Table, Value};

use super::check::Checks;
use super::error::{Error, Problem, Source};
use super::{read, secret};

/// One table of the configuration, as the layers left it.
///
/// A driver turns its own into a typed struct with [`Section::parse`]. `Debug` and `Serialize` hide secrets.
#[derive(Clone, Default, PartialEq)]
pub struct Section {
    path: String,
    values: Table,
    sources: BTreeMap<String, Source>,
    /// Keys of the same table that are read elsewhere, for a hint at them.
    siblings: &'static [&'static str],
}

impl Section {
    /// An empty table at `path`, as `grpc` or `backend[0]`.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// The typed form of this table.
    ///
    /// `T` is a plain struct (no `flatten`) whose optional fields have defaults. Each of its secrets (`…secret`, `…token`,
    /// `…password`) is also read from the file named by the key with `_file` appended. What came from the environment
    /// is text and is read as the type that the field has; a list is written with commas.
    ///
    /// # Errors
    /// Every unknown key with the nearest known name, every value of a wrong type, every unreadable secret file.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let (value, problems) = read::read(self);
        Error::unless_none(problems)?;
        Ok(value.expect("a table without a problem has a value"))
    }

    /// A list for what a typed value of this table may still get wrong.
    pub fn checks(&self) -> Checks<'_> {
        Checks::new(self)
    }

    /// Sets a value above those of lower layers.
    pub(super) fn set(&mut self, key: impl Into<String>, value: Value, source: Source) {
        let key = key.into();
        // A secret given in a higher layer replaces the file named in a lower one, and the other way round.
        if let Some(twin) = secret::twin(&key)
            && self
                .sources
                .get(&twin)
                .is_some_and(|lower| !lower.same_layer(&source))
        {
            self.values.remove(&twin);
        }
        self.values.insert(key.clone(), value);
        self.sources.insert(key, source);
    }

    /// Moves the given keys into a section of their own.
    pub(super) fn split_off(&mut self, keys: &'static [&'static str]) -> Self {
        let (split, rest) = std::mem::take(&mut self.values)
            .into_iter()
            .partition(|(key, _)| keys.contains(&key.as_str()));
        self.values = rest;
        self.siblings = keys;
        Self {
            values: split,
            siblings: &[],
            ..self.clone()
        }
    }

    /// Keys of the same table that are read elsewhere.
    pub(super) fn siblings(&self) -> &'static [&'static str] {
        self.siblings
    }

    /// The values by key.
    pub(super) fn values(&self) -> &Table {
        &self.values
    }

    /// Who set `key`.
    pub(super) fn source(&self, key: &str) -> Option<&Source> {
        self.sources.get(key)
    }

    /// Whether the table says anything about `key`.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// A problem of one key, or of the table as a whole when `key` is empty.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>) -> Problem {
        let first = key.split(['.', '[']).next().unwrap_or(key);
        let source = self
            .sources
            .get(first)
            .or_else(|| self.sources.values().next());
        let dot = if key.is_empty() { "" } else { "." };
        let path = format!("{}{dot}{key}", self.path);
        Problem::new(source.cloned().unwrap_or(Source::Defaults), path, message)
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = secret::hidden(&self.values);
        f.debug_struct("Section")
            .field("path", &self.path)
            .field("values", &values)
            .finish()
    }
}

impl Serialize for Section {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        secret::hidden(&self.values).serialize(serializer)
    }
}
