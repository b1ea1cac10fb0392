//! The frames of a real Janus 1.1.2, which every reply here is made of.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// Where the recorded exchanges are: one file each, a frame a line, with a name where a reply is made of it.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/janus-1.1.2/exchanges")
}

static RECORDED: LazyLock<HashMap<String, Value>> = LazyLock::new(|| {
    let files = fs::read_dir(folder()).expect("the recorded exchanges are part of the repository");
    let texts = files.map(|file| {
        let path = file.expect("a folder can be listed").path();
        fs::read_to_string(path).expect("a recorded exchange can be read")
    });
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| {
            let mut line: Value = serde_json::from_str(&line).expect("a recorded frame is JSON");
            let name = line["name"].as_str()?.to_owned();
            Some((name, line["msg"].take()))
        })
        .collect()
});

/// One frame that is made of a recorded one.
#[derive(Clone, Debug)]
pub(super) struct Frame(Value);

impl Frame {
    /// The recorded frame of this name.
    pub(super) fn recorded(name: &str) -> Frame {
        let frame = RECORDED.get(name);
        Frame(
            frame
                .unwrap_or_else(|| panic!("no frame `{name}` was recorded"))
                .clone(),
        )
    }

    /// A refusal of the core.
    pub(super) fn refusal(code: u32, reason: &str) -> Frame {
        Frame::recorded("error").with("error", json!({"code": code, "reason": reason}))
    }

    /// With another value in a field of its own.
    pub(super) fn with(mut self, field: &str, value: impl Into<Value>) -> Frame {
        self.0[field] = value.into();
        self
    }

    /// Without a field of its own.
    pub(super) fn without(mut self, field: &str) -> Frame {
        self.object().remove(field);
        self
    }

    /// With another value in a field of what the plugin says.
    pub(super) fn data(mut self, field: &str, value: impl Into<Value>) -> Frame {
        self.0["plugindata"]["data"][field] = value.into();
        self
    }

    /// With other values in the `result` of what the plugin says.
    pub(super) fn result(mut self, field: &str, value: impl Into<Value>) -> Frame {
        self.0["plugindata"]["data"]["result"][field] = value.into();
        self
    }

    /// With a plugin's refusal in it.
    pub(super) fn error(self, code: u32, reason: &str) -> Frame {
        self.data("error_code", code).data("error", reason)
    }

    /// With all that the plugin says.
    pub(super) fn all_data(mut self, data: Value) -> Frame {
        self.0["plugindata"]["data"] = data;
        self
    }

    /// With another description beside it.
    pub(super) fn jsep(self, kind: &str, sdp: &str) -> Frame {
        self.with("jsep", json!({"type": kind, "sdp": sdp}))
    }

    /// What the plugin says.
    pub(super) fn into_data(mut self) -> Value {
        self.0["plugindata"]["data"].take()
    }

    /// The frame as it goes out.
    pub(super) fn into_value(self) -> Value {
        self.0
    }

    fn object(&mut self) -> &mut Map<String, Value> {
        self.0
            .as_object_mut()
            .expect("a recorded frame is an object")
    }
}
