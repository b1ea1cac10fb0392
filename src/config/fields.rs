//! The field names of a struct, asked of its `Deserialize` implementation: one list of known keys, kept by the compiler.

use serde::Deserialize;
use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// The names that `T` reads; none if it is not a struct, or one with `#[serde(flatten)]`.
pub(crate) fn fields<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // The probe holds no value, so this fails always; what it learned on the way is the answer.
    let _refused = T::deserialize(Probe(&mut names));
    names
}

struct Probe<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("only asked for its fields"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names are looked at")]
    struct Known {
        url: String,
        #[serde(rename = "retry")]
        retries: Option<u32>,
    }

    #[test]
    fn a_struct_tells_its_names_as_they_are_read() {
        assert_eq!(fields::<Known>(), ["url", "retry"]);
    }

    #[test]
    fn what_is_no_struct_has_none() {
        assert!(fields::<Vec<u32>>().is_empty());
    }
}
