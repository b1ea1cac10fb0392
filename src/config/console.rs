//! Whether there is a console.

use std::{fmt, net::SocketAddr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

const AUTO: &str = "auto";

/// Whether the console is served: `true`, `false` or `"auto"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Console {
    /// Where only this machine gets there, and only under its own names.
    Auto,
    /// Wherever the port is, under any name.
    On,
    /// Nowhere.
    Off,
}

impl Console {
    /// Whether it is served on a port with this address.
    #[must_use]
    pub fn is_on(self, listen: SocketAddr) -> bool {
        match self {
            Self::Auto => listen.ip().is_loopback(),
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl Serialize for Console {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str(AUTO),
            Self::On => serializer.serialize_bool(true),
            Self::Off => serializer.serialize_bool(false),
        }
    }
}

impl<'de> Deserialize<'de> for Console {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words)
    }
}

/// Reads a switch, also from the text of a variable.
struct Words;

impl Visitor<'_> for Words {
    type Value = Console;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "true, false or {AUTO:?}")
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Console, E> {
        Ok(if on { Console::On } else { Console::Off })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Console, E> {
        match text {
            AUTO => Ok(Console::Auto),
            "true" => Ok(Console::On),
            "false" => Ok(Console::Off),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }
}
