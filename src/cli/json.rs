//! The canonical JSON form of protobuf messages, by the descriptors of the API.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, EnumDescriptor, SerializeOptions};
use prost_types::{ListValue, Struct, Value, value::Kind};

use crate::proto::FILE_DESCRIPTOR_SET;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the build made these descriptors")
});

/// `message` as JSON on several lines.
pub(crate) fn pretty<M: Message + Name>(message: &M) -> String {
    let mut text = Vec::new();
    let serializer = &mut serde_json::Serializer::pretty(&mut text);
    write(message, &M::full_name(), serializer);
    into_text(text)
}

/// `message` as JSON on one line.
pub(crate) fn compact<M: Message + Name>(message: &M) -> String {
    one_line(message, &M::full_name())
}

/// `object` as JSON on one line.
pub(crate) fn object(object: &Struct) -> String {
    one_line(object, "google.protobuf.Struct")
}

/// The descriptor of an enum of the API.
pub(crate) fn enumeration(name: &str) -> EnumDescriptor {
    POOL.get_enum_by_name(name)
        .expect("only enums of the API are asked for")
}

/// The JSON object in `text` as a protobuf struct.
pub(crate) fn parse_object(text: &str) -> Result<Struct, String> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)
        .map_err(|error| format!("not a JSON object: {error}; give something like {{\"a\": 1}}"))?;
    Ok(structure(object))
}

/// How many fields a message of the API has; the members of a `oneof` count as one.
#[cfg(test)]
pub(crate) fn fields_of(name: &str) -> usize {
    let message = POOL.get_message_by_name(name).expect("of the API");
    let alone = |field: &prost_reflect::FieldDescriptor| {
        field
            .containing_oneof()
            .is_none_or(|oneof| oneof.is_synthetic())
    };
    let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
    message.fields().filter(alone).count() + oneofs.count()
}

fn one_line(message: &impl Message, name: &str) -> String {
    let mut text = Vec::new();
    write(message, name, &mut serde_json::Serializer::new(&mut text));
    into_text(text)
}

fn write<W, F>(message: &impl Message, name: &str, serializer: &mut serde_json::Serializer<W, F>)
where
    W: std::io::Write,
    F: serde_json::ser::Formatter,
{
    // Fields at their default are written as well, so that a script finds the same keys each time.
    let options = SerializeOptions::new().skip_default_fields(false);
    let descriptor = POOL
        .get_message_by_name(name)
        .expect("each message of the API has a descriptor");
    let mut dynamic = DynamicMessage::new(descriptor);
    dynamic
        .transcode_from(message)
        .expect("a message fits its own descriptor");
    dynamic
        .serialize_with_options(serializer, &options)
        .expect("messages of the API have a JSON form, and memory takes all");
}

fn into_text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON is UTF-8")
}

fn structure(object: serde_json::Map<String, serde_json::Value>) -> Struct {
    Struct {
        fields: object
            .into_iter()
            .map(|(key, json)| (key, value(json)))
            .collect(),
    }
}

fn value(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(bool) => Kind::BoolValue(bool),
        Json::Number(number) => Kind::NumberValue(
            number
                .as_f64()
                .expect("numbers parsed without arbitrary precision are finite"),
        ),
        Json::String(text) => Kind::StringValue(text),
        Json::Array(items) => Kind::ListValue(ListValue {
            values: items.into_iter().map(value).collect(),
        }),
        Json::Object(object) => Kind::StructValue(structure(object)),
    };
    Value { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use prost_types::{Duration, Timestamp};
    use serde_json::json;

    use super::*;
    use crate::proto::{Session, SessionStatus, WatchEventsResponse};

    fn parsed(text: &str) -> serde_json::Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn messages_have_their_canonical_json_form() {
        let session = Session {
            session_id: "s1".into(),
            status: SessionStatus::WaitAnswer.into(),
            wait_timeout: Some(Duration {
                seconds: 1,
                nanos: 500_000_000,
            }),
            created_at: Some(Timestamp {
                seconds: 0,
                nanos: 0,
            }),
            event_body: Some(
                parse_object(r#"{"a": [1, null, {"b": true}], "c": "d"}"#).expect("ok"),
            ),
            ..Session::default()
        };
        let json = parsed(&pretty(&session));
        assert_eq!(json["sessionId"], "s1");
        assert_eq!(json["status"], "SESSION_STATUS_WAIT_ANSWER");
        assert_eq!(json["waitTimeout"], "1.500s");
        assert_eq!(json["createdAt"], "1970-01-01T00:00:00Z");
        assert_eq!(
            json["eventBody"],
            json!({"a": [1.0, null, {"b": true}], "c": "d"})
        );
        assert_eq!(json["setMasterAnswer"], false, "defaults are written");
        assert!(json.get("offer").is_none(), "absent messages are not");
    }

    #[test]
    fn an_item_of_a_stream_takes_one_line() {
        let text = compact(&WatchEventsResponse::default());
        assert_eq!(text, "{}");
        assert!(!compact(&Session::default()).contains('\n'));
    }

    #[test]
    fn only_objects_are_taken() {
        for wrong in ["", "1", "[1]", "{a: 1}", "{} {}"] {
            let error = parse_object(wrong).expect_err("refused");
            assert!(error.starts_with("not a JSON object"), "{error}");
        }
    }
}
