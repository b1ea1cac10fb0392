//! What another process needs to take control of a leg again.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::plugin::{bridge, echotest, listen, mcu, play, proxy, publish};
use crate::{
    backend::ResumeState,
    error::{Error, Reason, Result},
    id::InvalidId,
    media::{MediaKind, Sdp},
};

/// A leg, as it is found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "leg", rename_all = "snake_case")]
pub(super) enum Saved {
    Echo(echotest::Saved),
    Proxy(proxy::Saved),
    Bridge(bridge::Saved),
    Publish(publish::Saved),
    Listen(listen::Saved),
    Mcu(mcu::Saved),
    Play(play::Saved),
}

impl From<Saved> for ResumeState {
    fn from(saved: Saved) -> Self {
        match serde_json::to_value(saved) {
            Ok(serde_json::Value::Object(map)) => Self(map),
            other => unreachable!("a tagged enum is written as an object, not {other:?}"),
        }
    }
}

impl TryFrom<ResumeState> for Saved {
    type Error = Error;

    fn try_from(state: ResumeState) -> Result<Self> {
        serde_json::from_value(serde_json::Value::Object(state.0)).map_err(|error| foreign(&error))
    }
}

/// An id that was saved.
pub(super) fn id<T: FromStr<Err = InvalidId>>(saved: &str) -> Result<T> {
    saved.parse().map_err(|error| foreign(&error))
}

/// A description that was saved.
pub(super) fn sdp(saved: &str) -> Result<Sdp> {
    Sdp::parse(saved).map_err(|error| foreign(&error))
}

/// The kinds of media that were saved, by their names.
pub(super) fn kinds(saved: &[String]) -> Vec<MediaKind> {
    let named = |name: &String| MediaKind::ALL.iter().find(|kind| kind.as_str() == name);
    saved.iter().filter_map(named).copied().collect()
}

fn foreign(error: &dyn std::fmt::Display) -> Error {
    let words = format!("this is no state of a Janus leg: {error}");
    Error::new(Reason::SessionFailed, words)
}
