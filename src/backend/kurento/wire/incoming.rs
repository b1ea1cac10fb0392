//! The frames that are received.

use serde::Deserialize;
use serde_json::Value;

use super::event::{self, Event};

/// A frame of the server.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Incoming {
    Reply { id: String, reply: Reply },
    Event(Event),
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Reply {
    Done {
        session: Option<String>,
        value: Value,
    },
    Refused(Refusal),
}

/// Why the server did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in super::super) struct Refusal {
    pub(in super::super) code: i64,
    pub(in super::super) message: String,
}

/// What became of one call of a transaction.
pub(in super::super) type Step = Result<Value, Refusal>;

#[derive(Deserialize)]
struct Frame {
    id: Option<Value>,
    result: Option<Value>,
    error: Option<Refusal>,
    method: Option<String>,
    params: Option<Notice>,
}

#[derive(Deserialize)]
struct Notice {
    value: event::Raw,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    session_id: Option<String>,
    value: Option<Value>,
}

/// Reads a frame.
///
/// # Errors
/// What it is instead.
pub(in super::super) fn read(text: &str) -> Result<Incoming, String> {
    let frame: Frame = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if frame.method.as_deref() == Some("onEvent") {
        let notice = frame.params.ok_or("an event without what happened")?;
        return Ok(Incoming::Event(notice.value.into()));
    }
    let id = match frame.id {
        Some(Value::String(id)) => id,
        Some(id) => id.to_string(),
        None => return Err("neither an event nor a reply".into()),
    };
    let reply = match frame.error {
        Some(refusal) => Reply::Refused(refusal),
        None => {
            let done: Done = match frame.result {
                Some(result) if !result.is_null() => {
                    serde_json::from_value(result).map_err(|error| error.to_string())?
                }
                // `closeSession` has no more to say.
                _ => Done::default(),
            };
            Reply::Done {
                session: done.session_id,
                value: done.value.unwrap_or_default(),
            }
        }
    };
    Ok(Incoming::Reply { id, reply })
}

impl Reply {
    /// What became of each call of a transaction, up to the first that was refused.
    pub(in super::super) fn steps(value: Value) -> Result<Vec<Step>, String> {
        #[derive(Deserialize)]
        struct One {
            result: Option<Done>,
            error: Option<Refusal>,
        }
        let steps: Vec<One> = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let step = |one: One| match one.error {
            Some(refusal) => Err(refusal),
            None => Ok(one.result.unwrap_or_default().value.unwrap_or_default()),
        };
        Ok(steps.into_iter().map(step).collect())
    }
}
