//! The values of scenarios.

use std::{collections::HashMap, sync::LazyLock};

use mediaplane::proto::FILE_DESCRIPTOR_SET;
use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::Value;

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("descriptors"));

fn descriptor<M: Name>() -> MessageDescriptor {
    POOL.get_message_by_name(&M::full_name())
        .expect("of the API")
}

/// The message that the JSON stands for.
pub(super) fn message<M: Message + Name + Default>(value: &Value) -> M {
    let made = DynamicMessage::deserialize(descriptor::<M>(), value);
    let made = made.unwrap_or_else(|error| panic!("{value}: {error}"));
    made.transcode_to().expect("the same message")
}

/// The message as JSON, with defaults written out.
pub(super) fn plain<M: Message + Name>(message: &M) -> Value {
    let made = DynamicMessage::decode(descriptor::<M>(), &message.encode_to_vec()[..]);
    let options = SerializeOptions::new().skip_default_fields(false);
    let made = made.expect("the same message");
    made.serialize_with_options(serde_json::value::Serializer, &options)
        .expect("JSON")
}

/// The value with `${name}` in its strings replaced.
pub(super) fn filled(value: Value, names: &HashMap<String, String>) -> Value {
    match value {
        Value::String(mut text) => {
            for (name, value) in names {
                text = text.replace(&format!("${{{name}}}"), value);
            }
            assert!(!text.contains("${"), "nothing was saved as that: {text}");
            text.into()
        }
        Value::Array(list) => list.into_iter().map(|item| filled(item, names)).collect(),
        Value::Object(object) => {
            let each = object
                .into_iter()
                .map(|(key, item)| (key, filled(item, names)));
            each.collect()
        }
        other => other,
    }
}

/// Fails unless all that is expected is there.
pub(super) fn matches(actual: &Value, expected: &Value, path: &str) -> Result<(), String> {
    let fits = match (actual, expected) {
        (Value::Object(object), Value::Object(expected)) => {
            for (key, item) in expected {
                let found = object.get(key).unwrap_or(&Value::Null);
                matches(found, item, &format!("{path}.{key}"))?;
            }
            true
        }
        (Value::Array(list), Value::Array(expected)) if list.len() == expected.len() => {
            for (index, (found, item)) in list.iter().zip(expected).enumerate() {
                matches(found, item, &format!("{path}[{index}]"))?;
            }
            true
        }
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (found, Value::String(any)) if any == "*" => !is_empty(found),
        _ => actual == expected,
    };
    fits.then_some(())
        .ok_or_else(|| format!("{path} is {actual}, not {expected}"))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The text at a dotted path.
pub(super) fn picked(value: &Value, path: &str) -> Result<String, String> {
    let found = path.split('.').try_fold(value, |part, key| part.get(key));
    let text = found
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| format!("there is no {path} in {value}"))
}
