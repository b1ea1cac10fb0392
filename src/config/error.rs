//! What is wrong with a configuration, and where it was said.

use std::fmt;
use std::path::PathBuf;

/// Every problem of one configuration, so that it is mended in one go.
#[derive(Debug, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct Error(Vec<Problem>);

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl Error {
    /// The problems, section by section; never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }

    /// Fails if there is any problem.
    pub(super) fn unless_none(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self(problems))
        }
    }
}

/// One thing that is wrong, or looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Who said it.
    pub source: Source,
    /// The key it is about, as `grpc.listen` or `backend[0].url`; empty when it is about the source as a whole.
    pub path: String,
    /// What is wrong and what would be right. Never holds the value of a secret.
    pub message: String,
}

impl Problem {
    pub(super) fn new(source: Source, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            source,
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            source,
            path,
            message,
        } = self;
        if path.is_empty() {
            write!(f, "{source}: {message}")
        } else {
            write!(f, "{source}: {path}: {message}")
        }
    }
}

/// A layer of the configuration, and what of it said something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The built-in defaults.
    Defaults,
    /// The file of `--config`.
    File(PathBuf),
    /// The environment variable of this name.
    Environment(String),
    /// The command line flag of this name.
    Flag(&'static str),
}

impl Source {
    /// Whether both speak in the same layer.
    pub(super) fn same_layer(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("defaults"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// The name of `known` that `unknown` was most likely meant to be, as words to append to a message.
pub(super) fn did_you_mean<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    /// Below this similarity a suggestion is more confusing than none.
    const LIKELY: f64 = 0.7;
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .filter(|(similarity, _)| *similarity >= LIKELY)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}
