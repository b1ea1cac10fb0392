//! From a [`Section`] to its typed form, with every problem on the way and not just the first.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::error::{Problem, Source, did_you_mean};
use super::fields::fields;
use super::secret;
use super::section::Section;

/// Reads what can be read: a value of a wrong type is told of and left at its default.
///
/// There is no `T` only if a mandatory key is missing or wrong, and that is a problem too.
pub(super) fn read<T: DeserializeOwned>(section: &Section) -> (Option<T>, Vec<Problem>) {
    let mut table = section.values().clone();
    let mut problems = take_secret_files(section, fields::<T>(), &mut table);
    problems.extend(take_unknown(section, fields::<T>(), &mut table));
    let mut wrong_before = false;
    loop {
        let wrong = match attempt::<T>(&table) {
            Ok(value) => return (Some(value), problems),
            Err(wrong) => wrong,
        };
        if let Some(retyped) = retyped::<T>(section, &wrong, &table) {
            table = retyped;
        } else if table.remove(&wrong.key).is_some() {
            wrong_before = true;
            problems.push(section.problem(&wrong.path, wrong.message()));
        } else {
            // What is missing now may be what was taken away above, and that is told already.
            if !wrong_before {
                problems.push(section.problem("", wrong.message()));
            }
            return (None, problems);
        }
    }
}

/// Replaces each known `…_file` by the secret in that file.
fn take_secret_files(section: &Section, known: &[&str], table: &mut Table) -> Vec<Problem> {
    let mut problems = Vec::new();
    for key in known.iter().filter(|key| secret::is_secret(key)) {
        let file_key = secret::file_key(key);
        let Some(path) = table.remove(&file_key) else {
            continue;
        };
        if table.contains_key(*key) {
            let message = format!("`{key}` is set as well; give one of them");
            problems.push(section.problem(&file_key, message));
            continue;
        }
        match secret::read(&path) {
            Ok(secret) => drop(table.insert((*key).to_owned(), Value::String(secret))),
            Err(message) => problems.push(section.problem(&file_key, message)),
        }
    }
    problems
}

/// Takes away each key that `T` does not have.
fn take_unknown(section: &Section, known: &[&str], table: &mut Table) -> Vec<Problem> {
    let unknown: Vec<String> = table
        .keys()
        .filter(|key| !known.contains(&key.as_str()))
        .cloned()
        .collect();
    let refuse = |key: String| {
        table.remove(&key);
        let hint = did_you_mean(&key, known.iter().chain(section.siblings()).copied());
        section.problem(&key, format!("unknown key{hint}"))
    };
    unknown.into_iter().map(refuse).collect()
}

/// A key that could not be read.
struct Wrong {
    /// The key of the section, or `.` for the section as a whole.
    key: String,
    /// The way from the section to what is wrong, in dots and brackets.
    path: String,
    reason: String,
}

impl Wrong {
    fn message(&self) -> String {
        // The reason quotes the value.
        if secret::is_within_secret(&self.path) {
            match secret::holds_secrets(self.path.rsplit('.').next().unwrap_or_default()) {
                true => "must be a table of strings",
                false => "must be a string",
            }
            .to_owned()
        } else {
            self.reason.clone()
        }
    }
}

fn attempt<T: DeserializeOwned>(table: &Table) -> Result<T, Wrong> {
    serde_path_to_error::deserialize(Value::Table(table.clone())).map_err(|error| Wrong {
        key: error
            .path()
            .iter()
            .next()
            .map(ToString::to_string)
            .unwrap_or_default(),
        path: error.path().to_string(),
        reason: error.inner().message().to_owned(),
    })
}

/// The table with the wrong value read again: as another type, if it is text from the environment that has one.
fn retyped<T: DeserializeOwned>(section: &Section, wrong: &Wrong, table: &Table) -> Option<Table> {
    let Some(Source::Environment(_)) = section.source(&wrong.key) else {
        return None;
    };
    let Some(Value::String(text)) = table.get(&wrong.key) else {
        return None;
    };
    let list = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    let readings = [
        text.parse().ok(),
        Some(Value::Array(list.map(Value::from).collect())),
    ];
    readings.into_iter().flatten().find_map(|value| {
        let mut table = table.clone();
        table.insert(wrong.key.clone(), value);
        let still_wrong = attempt::<T>(&table).is_err_and(|error| error.key == wrong.key);
        (!still_wrong).then_some(table)
    })
}
