//! Which keys hold secrets, how they are read from files, and how they are kept from being shown.
//!
//! A key is a secret by its name, because the drivers' tables are kept and printed before their types are known.

use std::fs;

use toml::{Table, Value};

use crate::telemetry::PLACEHOLDER;

const WORDS: [&str; 3] = ["secret", "token", "password"];

/// Whether the key holds a secret: `token`, `admin_secret`, but not `admin_secret_file`.
pub(super) fn is_secret(key: &str) -> bool {
    WORDS.iter().any(|word| {
        key.strip_suffix(word)
            .is_some_and(|before| before.is_empty() || before.ends_with('_'))
    })
}

/// The key that gives the path of a file with this secret.
pub(super) fn file_key(key: &str) -> String {
    format!("{key}_file")
}

/// The other way to give the same secret, if `key` is one way.
pub(super) fn twin(key: &str) -> Option<String> {
    if is_secret(key) {
        return Some(file_key(key));
    }
    key.strip_suffix("_file")
        .filter(|base| is_secret(base))
        .map(str::to_owned)
}

/// The secret in the file at `path`, without the line end that editors append.
pub(super) fn read(path: &Value) -> Result<String, String> {
    let path = path
        .as_str()
        .ok_or("must be the path of a file, as a string")?;
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(format!("{path} is empty")),
        secret => Ok(secret.to_owned()),
    }
}

/// Whether all that is in a table of this name is secret, whatever it is called.
pub(super) fn holds_secrets(key: &str) -> bool {
    key == "secrets"
}

/// Whether a place like `record.upload.secrets.key` is in a secret.
pub(super) fn is_within_secret(path: &str) -> bool {
    let mut keys = path.split(['.', '[']);
    keys.any(|key| is_secret(key) || holds_secrets(key))
}

/// The table with a placeholder for each secret, also in tables within it and in URLs that carry a password.
pub(super) fn hidden(table: &Table) -> Table {
    let shown = |(key, value): (&String, &Value)| {
        let value = match value {
            Value::Table(secrets) if holds_secrets(key) => {
                let names = secrets.keys().cloned();
                Value::Table(names.map(|name| (name, PLACEHOLDER.into())).collect())
            }
            _ if is_within_secret(key) => Value::from(PLACEHOLDER),
            _ => hidden_value(value),
        };
        (key.clone(), value)
    };
    table.iter().map(shown).collect()
}

fn hidden_value(value: &Value) -> Value {
    match value {
        Value::Table(table) => Value::Table(hidden(table)),
        Value::Array(values) => Value::Array(values.iter().map(hidden_value).collect()),
        Value::String(text) => Value::String(without_password(text)),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            value.clone()
        }
    }
}

fn without_password(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(mut url) if url.password().is_some() => {
            // Refused only by a URL that cannot have a password, and this one has.
            let _had_one = url.set_password(Some("redacted"));
            url.into()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name() {
        for key in ["secret", "token", "admin_secret", "api_token", "password"] {
            assert!(is_secret(key), "{key}");
        }
        for path in ["token", "a.secrets.key", "a.secrets", "peers[0].token"] {
            assert!(is_within_secret(path), "{path}");
        }
        assert!(!is_within_secret("a.options.key"));
        for key in [
            "secretary",
            "url",
            "admin_secret_file",
            "nosecret",
            "tokens",
        ] {
            assert!(!is_secret(key), "{key}");
        }
    }

    #[test]
    fn each_way_to_give_a_secret_names_the_other() {
        assert_eq!(twin("api_secret").as_deref(), Some("api_secret_file"));
        assert_eq!(twin("api_secret_file").as_deref(), Some("api_secret"));
        assert_eq!(twin("log_file"), None);
    }

    #[test]
    fn nothing_secret_is_left_at_any_depth() {
        let table: Table = toml::from_str(
            "url = 'ws://me:hunter2@host/'\nname = 'shown'\nport = 7\n\
             [turn]\npassword = 'hunter2'\n[[peers]]\ntoken = 'hunter2'\n\
             [turn.secrets]\nkey = 'hunter2'\nkeys = ['hunter2']\n[store]\nsecrets = 'hunter2'",
        )
        .expect("TOML");
        let shown = hidden(&table).to_string();
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("shown") && shown.contains('7'), "{shown}");
        assert_eq!(shown.matches(PLACEHOLDER).count(), 5);
    }
}
