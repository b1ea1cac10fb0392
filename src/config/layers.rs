//! The layers of the configuration laid over each other, still untyped: file, then environment, then flags.

use std::fs;
use std::ops::Range;
use std::path::Path;

use toml::{Table, Value};

use super::error::{Problem, Source, did_you_mean};
use super::fields::fields;
use super::section::Section;
use super::{Events, Grpc, Http, Log, Room, Service, Session};

/// The name of the list of backends, which is no plain section.
const BACKEND: &str = "backend";

/// Every plain section and its keys.
pub(super) fn schema() -> [(&'static str, &'static [&'static str]); 7] {
    [
        ("grpc", fields::<Grpc>()),
        ("http", fields::<Http>()),
        ("log", fields::<Log>()),
        ("service", fields::<Service>()),
        ("session", fields::<Session>()),
        ("events", fields::<Events>()),
        ("room", fields::<Room>()),
    ]
}

/// What the layers so far say.
#[derive(Debug, Default)]
pub(super) struct Layers {
    sections: Vec<(&'static str, Section)>,
    pub(super) backends: Vec<Section>,
    pub(super) problems: Vec<Problem>,
}

impl Layers {
    /// The layer of one text alone.
    #[cfg(test)]
    pub(super) fn from_text(text: &str) -> Self {
        let mut layers = Self::default();
        layers.read_text(text, &Source::Defaults);
        layers
    }

    /// Lays the file over the layers so far.
    pub(super) fn read_file(&mut self, path: &Path) {
        match fs::read_to_string(path) {
            Ok(text) => self.read_text(&text, &Source::File(path.to_owned())),
            Err(error) => {
                let source = Source::File(path.to_owned());
                self.problems
                    .push(Problem::new(source, "", format!("cannot be read: {error}")));
            }
        }
    }

    /// Lays TOML text over the layers so far.
    pub(super) fn read_text(&mut self, text: &str, source: &Source) {
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => {
                // The error's own words quote the line, which may hold a secret.
                let message = format!("{}{}", position(text, error.span()), error.message());
                return self
                    .problems
                    .push(Problem::new(source.clone(), "", message));
            }
        };
        for (name, value) in table {
            let known = schema().into_iter().find(|(section, _)| *section == name);
            match (known, value) {
                (Some((section, _)), Value::Table(table)) => {
                    for (key, value) in table {
                        self.set(section, key, value, source.clone());
                    }
                }
                (None, Value::Array(tables)) if name == BACKEND => {
                    self.read_backends(tables, source);
                }
                (known, _) => self.problems.push(misplaced(name, known.is_some(), source)),
            }
        }
    }

    fn read_backends(&mut self, tables: Vec<Value>, source: &Source) {
        for value in tables {
            let Value::Table(table) = value else {
                self.problems
                    .push(misplaced(BACKEND.to_owned(), true, source));
                continue;
            };
            let backend = self.add_backend();
            for (key, value) in table {
                backend.set(key, value, source.clone());
            }
        }
    }

    /// Sets one key of a plain section.
    pub(super) fn set(
        &mut self,
        section: &'static str,
        key: impl Into<String>,
        value: Value,
        source: Source,
    ) {
        let place = self.sections.iter().position(|(name, _)| *name == section);
        let place = place.unwrap_or_else(|| {
            self.sections.push((section, Section::new(section)));
            self.sections.len() - 1
        });
        self.sections[place].1.set(key, value, source);
    }

    /// One more backend, after those of the layers so far.
    pub(super) fn add_backend(&mut self) -> &mut Section {
        let index = self.backends.len();
        self.backends
            .push(Section::new(format!("{BACKEND}[{index}]")));
        &mut self.backends[index]
    }

    /// What the layers say of a plain section.
    pub(super) fn take(&mut self, section: &'static str) -> Section {
        let place = self.sections.iter().position(|(name, _)| *name == section);
        place.map_or_else(
            || Section::new(section),
            |place| self.sections.swap_remove(place).1,
        )
    }
}

fn misplaced(name: String, known: bool, source: &Source) -> Problem {
    let message = if name == BACKEND {
        "each backend is a table under the heading [[backend]]".to_owned()
    } else if known {
        format!("is a table, under the heading [{name}]")
    } else {
        let sections = schema().map(|(section, _)| section);
        let hint = did_you_mean(&name, sections.into_iter().chain([BACKEND]));
        format!("unknown section{hint}")
    };
    Problem::new(source.clone(), name, message)
}

fn position(text: &str, span: Option<Range<usize>>) -> String {
    let Some(before) = span.and_then(|span| text.get(..span.start)) else {
        return String::new();
    };
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {line}, column {column}: ")
}
