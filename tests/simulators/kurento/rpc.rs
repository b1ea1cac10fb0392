//! Frames: what a request says, and how it is answered or refused.

use serde_json::{Map, Value, json};

use super::graph::Media;

/// A refusal: its code, its kind if it has one, and its words.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    code: i64,
    kind: Option<&'static str>,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: i64, kind: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            code,
            kind: Some(kind),
            message: message.into(),
        }
    }

    /// One of the envelope, which has no kind.
    pub(super) fn bare(code: i64, message: impl Into<String>) -> Refusal {
        Refusal {
            code,
            kind: None,
            message: message.into(),
        }
    }

    /// An argument of the wrong type.
    pub(super) fn marshall(message: impl Into<String>) -> Refusal {
        Refusal::new(40001, "MARSHALL_ERROR", message)
    }

    /// There is no object of this id.
    pub(super) fn not_found(id: &str) -> Refusal {
        let words = format!("Object '{id}' not found");
        Refusal::new(40101, "MEDIA_OBJECT_NOT_FOUND", words)
    }

    /// An object of the wrong kind where a parent belongs.
    pub(super) fn bad_parent() -> Refusal {
        let words = "Unexpected error while processing method: bad_weak_ptr";
        Refusal::bare(-32603, words)
    }

    fn to_value(&self) -> Value {
        match self.kind {
            Some(kind) => {
                json!({"code": self.code, "data": {"type": kind}, "message": self.message})
            }
            None => json!({"code": self.code, "message": self.message}),
        }
    }
}

/// A request, or an operation of a transaction.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) id: Value,
    pub(super) method: String,
    params: Value,
}

/// Why a frame is no request.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is no JSON: the server drops the socket.
    NotJson,
    /// It is answered so.
    Refused(Value),
}

impl Request {
    /// Reads a frame.
    pub(super) fn read(text: &str) -> Result<Request, Unread> {
        let frame: Value = serde_json::from_str(text).map_err(|_| Unread::NotJson)?;
        Request::of(&frame).ok_or_else(|| {
            let refusal = Refusal::bare(-32600, "Invalid JSON-RPC request.");
            Unread::Refused(
                json!({"error": refusal.to_value(), "id": Value::Null, "jsonrpc": "2.0"}),
            )
        })
    }

    fn of(frame: &Value) -> Option<Request> {
        if frame["jsonrpc"] != "2.0" {
            return None;
        }
        Some(Request {
            id: frame["id"].clone(),
            method: frame["method"].as_str()?.to_owned(),
            params: frame["params"].clone(),
        })
    }

    /// What faults are ordered on: the method and what it makes, calls or listens to (`create.PassThrough`).
    pub(super) fn name(&self) -> String {
        let detail = match self.method.as_str() {
            "create" | "subscribe" => &self.params["type"],
            "invoke" => &self.params["operation"],
            _ => &Value::Null,
        };
        match detail.as_str() {
            Some(detail) => format!("{}.{detail}", self.method),
            None => self.method.clone(),
        }
    }

    /// The operations of a transaction, or this request alone.
    pub(super) fn operations(&self) -> Vec<Request> {
        match (self.method.as_str(), self.params["operations"].as_array()) {
            ("transaction", Some(operations)) => {
                operations.iter().filter_map(Request::of).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// The session that it names.
    pub(super) fn session(&self) -> Option<String> {
        self.params["sessionId"].as_str().map(str::to_owned)
    }

    /// Its parameters; an error if a method that needs some has none.
    pub(super) fn params(&self) -> Result<&Map<String, Value>, Refusal> {
        match &self.params {
            Value::Object(params) => Ok(params),
            Value::Null => Err(Refusal::new(
                -32602,
                "INVALID_PARAMS",
                "'params' is required",
            )),
            _ => Err(Refusal::bare(
                -32603,
                "Unexpected error while processing method: in Json::Value::find(begin, end): requires objectValue or nullValue",
            )),
        }
    }

    /// A parameter without which the method does nothing.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        let missing = || Refusal::bare(-32000, format!("'{name}' parameter is required"));
        let value = self.params()?.get(name);
        value.and_then(Value::as_str).ok_or_else(missing)
    }

    /// The arguments within a parameter; none if it is not there.
    pub(super) fn args(&self, name: &str) -> Args<'_> {
        Args(&self.params[name])
    }

    /// What answers it.
    pub(super) fn reply(&self, result: &Result<Value, Refusal>) -> Value {
        match result {
            Ok(result) if self.id.is_null() => json!({
                "error": {
                    "code": -32000,
                    "data": result,
                    "message": "Ignoring response because of a notification request",
                },
                "id": Value::Null,
                "jsonrpc": "2.0",
            }),
            Ok(result) => json!({"id": self.id, "jsonrpc": "2.0", "result": result}),
            Err(refusal) => json!({"error": refusal.to_value(), "id": self.id, "jsonrpc": "2.0"}),
        }
    }

    /// This operation with the objects that earlier ones made in place of `newref:N`.
    pub(super) fn resolved(mut self, made: &[Value]) -> Request {
        resolve(&mut self.params, made);
        self
    }
}

fn resolve(value: &mut Value, made: &[Value]) {
    match value {
        Value::String(text) => {
            let place = text.strip_prefix("newref:");
            let place = place.and_then(|place| place.parse::<usize>().ok());
            if let Some(object) = place.and_then(|place| made.get(place)) {
                *value = object.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, made)),
        Value::Object(fields) => fields.values_mut().for_each(|field| resolve(field, made)),
        _ => {}
    }
}

/// The arguments of an operation or a constructor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Args<'a>(&'a Value);

impl<'a> Args<'a> {
    pub(super) fn count(self) -> usize {
        self.0.as_object().map_or(0, Map::len)
    }

    pub(super) fn get(self, name: &str) -> &'a Value {
        &self.0[name]
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, Refusal> {
        let wrong = || Refusal::marshall(format!("'{name}' parameter should be a string"));
        self.0[name].as_str().ok_or_else(wrong)
    }

    pub(super) fn integer(self, name: &str) -> Result<i64, Refusal> {
        let wrong = || Refusal::marshall(format!("'{name}' parameter should be an integer"));
        self.0[name].as_i64().ok_or_else(wrong)
    }

    pub(super) fn boolean(self, name: &str) -> Result<bool, Refusal> {
        let wrong = || Refusal::marshall(format!("'{name}' parameter should be a boolean"));
        self.0[name].as_bool().ok_or_else(wrong)
    }

    /// An argument that may be left out.
    pub(super) fn optional<T>(
        self,
        name: &str,
        read: impl FnOnce(Args<'a>, &str) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        match self.0[name] {
            Value::Null => Ok(None),
            _ => read(self, name).map(Some),
        }
    }

    /// The media that are meant: the one that is named, or all.
    pub(super) fn media(self) -> Result<Vec<Media>, Refusal> {
        let Some(name) = self.optional("mediaType", Args::text)? else {
            return Ok(Media::ALL.to_vec());
        };
        let wrong = || Refusal::marshall("Invalid value for 'MediaType'");
        Media::named(name)
            .map(|media| vec![media])
            .ok_or_else(wrong)
    }
}
