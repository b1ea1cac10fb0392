//! Free JSON: `google.protobuf.Struct` and back.

use prost::Message;
use prost_types::{ListValue, Struct, Value as Wire, value::Kind};
use serde_json::{Number, Value};

use super::Fields;
use crate::media::JsonMap;

/// Up to here a double holds every integer (IEEE 754, 53 bits).
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Fields<'_> {
    /// A JSON object, which may be left out.
    pub(super) fn optional_json(
        &mut self,
        field: &'static str,
        object: Option<Struct>,
    ) -> Option<JsonMap> {
        let object = object?;
        let (size, max) = (object.encoded_len(), self.limits().json);
        if size > max {
            self.invalid(field, format_args!("is {size} bytes: give at most {max}"));
            return None;
        }
        let map = map(object);
        if map.is_none() {
            self.invalid(field, "has a number that JSON lacks: NaN or infinite");
        }
        map
    }
}

fn map(object: Struct) -> Option<JsonMap> {
    let entries = object.fields.into_iter();
    entries
        .map(|(name, wire)| Some((name, value(wire)?)))
        .collect()
}

fn value(wire: Wire) -> Option<Value> {
    Some(match wire.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(flag)) => Value::Bool(flag),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::NumberValue(number)) => Value::Number(self::number(number)?),
        Some(Kind::StructValue(object)) => Value::Object(map(object)?),
        Some(Kind::ListValue(list)) => {
            Value::Array(list.values.into_iter().map(value).collect::<Option<_>>()?)
        }
    })
}

/// Whole numbers become integers: a driver that reads one as an integer must not meet `5.0`.
fn number(number: f64) -> Option<Number> {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
        return Some((number as i64).into());
    }
    Number::from_f64(number)
}

/// As the API writes it.
pub(super) fn object(map: &JsonMap) -> Struct {
    let fields = map.iter();
    Struct {
        fields: fields
            .map(|(name, value)| (name.clone(), wire(value)))
            .collect(),
    }
}

fn wire(value: &Value) -> Wire {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(flag) => Kind::BoolValue(*flag),
        // Integers beyond 53 bits lose their last digits: the API has doubles only.
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(values) => Kind::ListValue(ListValue {
            values: values.iter().map(wire).collect(),
        }),
        Value::Object(map) => Kind::StructValue(object(map)),
    };
    Wire { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::grpc::convert::Limits;

    fn sample() -> JsonMap {
        let value = json!({"a": null, "b": true, "c": "x", "d": [1, 2.5, -3], "e": {"f": {}}});
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn what_goes_out_comes_back() {
        assert_eq!(map(object(&sample())), Some(sample()));
    }

    #[test]
    fn its_size_is_bounded_as_sent() {
        let object = object(&sample());
        let read = |json: usize| {
            let limits = Limits {
                json,
                ..Limits::default()
            };
            Fields::new(&limits).optional_json("body", Some(object.clone()))
        };
        assert_eq!(read(object.encoded_len()), Some(sample()));
        assert_eq!(read(object.encoded_len() - 1), None);
    }

    #[test]
    fn numbers_that_json_lacks_are_refused() {
        for bad in [f64::NAN, f64::INFINITY] {
            let kind = Some(Kind::NumberValue(bad));
            assert_eq!(value(Wire { kind }), None);
        }
    }
}
