//! The `[[backend]]` tables: what every kind has in common, and the rest for its driver.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::check::Checks;
use super::error::{Problem, did_you_mean};
use super::fields::fields;
use super::read::read;
use super::section::Section;

/// The kinds of media server that have a driver.
pub const KINDS: &[&str] = &["embedded", "freeswitch", "janus", "kurento"];

const MAX_NAME_BYTES: usize = 256;

/// One media server, as every driver sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backend {
    /// Its name in the API and in figures, unique: 1 to 256 of `A-Z a-z 0-9 . _ ~ -`. Default: the kind and its place, `janus-1`.
    pub name: String,
    /// Its driver, one of [`KINDS`].
    pub kind: String,
    /// Which one is asked first: lower before higher, and among equals the least loaded. Default 0.
    pub priority: i32,
    /// The most sessions that are placed on it at a time; 0 is no limit. Default 0.
    pub max_sessions: u32,
    /// The keys of its kind, for the driver to [`parse`](Section::parse).
    #[serde(flatten)]
    pub options: Section,
}

/// The keys that all kinds share.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Common {
    name: String,
    kind: String,
    priority: i32,
    max_sessions: u32,
}

/// Reads all tables, in order.
pub(super) fn backends(sections: Vec<Section>) -> (Vec<Backend>, Vec<Problem>) {
    let mut names = BTreeSet::new();
    let mut backends = Vec::new();
    let mut problems = Vec::new();
    for (index, mut options) in sections.into_iter().enumerate() {
        let section = options.split_off(fields::<Common>());
        let (common, wrong) = read::<Common>(&section);
        let Common {
            mut name,
            kind,
            priority,
            max_sessions,
        } = common.unwrap_or_default();
        if !section.has("name") {
            name = format!("{kind}-{}", index + 1);
        }
        let mut checks = section.checks();
        check_kind(&mut checks, &kind, section.has("kind"));
        check_name(&mut checks, &name, names.insert(name.clone()));
        problems.extend(wrong);
        problems.extend(checks.into_problems());
        backends.push(Backend {
            name,
            kind,
            priority,
            max_sessions,
            options,
        });
    }
    (backends, problems)
}

fn check_kind(checks: &mut Checks<'_>, kind: &str, given: bool) {
    let kinds = KINDS.join(", ");
    let hint = did_you_mean(kind, KINDS.iter().copied());
    checks.require("kind", given, format_args!("is mandatory: one of {kinds}"));
    let known = !given || KINDS.contains(&kind);
    checks.require(
        "kind",
        known,
        format_args!("`{kind}` is not a known kind, which are: {kinds}{hint}"),
    );
}

fn check_name(checks: &mut Checks<'_>, name: &str, unique: bool) {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    let sound = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(allowed);
    checks.require("name", sound, "must be 1 to 256 of A-Z a-z 0-9 . _ ~ -");
    checks.require(
        "name",
        unique,
        format_args!("`{name}` is the name of another backend as well"),
    );
}
