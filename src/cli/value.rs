//! How words on the command line become values of the API, and back.

use std::{collections::HashMap, fs, io, io::Read};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{error::Error, json};
use crate::proto::{
    BackendRole, BackendStatus, EventType, MediaDirection, MediaKind, MediaUpdateKind, MemberRole,
    PlayerActionKind, PlayerState, RecorderActionKind, RecordingState, RoomActionKind, RoomKind,
    SdpType, SessionKind, SessionStatus,
};

/// An enum of the API, whose values are shown as lower-case words without their prefix.
pub(crate) trait Word: TryFrom<i32> + Clone + Send + Sync + 'static {
    /// The enum's full protobuf name.
    const NAME: &'static str;

    /// The name of this value.
    fn name(&self) -> &'static str;
}

macro_rules! words {
    ($($name:ident),+ $(,)?) => {
        $(impl Word for $name {
            const NAME: &'static str = concat!("mediaplane.v1.", stringify!($name));

            fn name(&self) -> &'static str {
                self.as_str_name()
            }
        })+
    };
}

words!(
    BackendRole,
    BackendStatus,
    EventType,
    MediaDirection,
    MediaKind,
    MediaUpdateKind,
    MemberRole,
    PlayerActionKind,
    PlayerState,
    RecorderActionKind,
    RecordingState,
    RoomActionKind,
    RoomKind,
    SdpType,
    SessionKind,
    SessionStatus,
);

/// The word for the value with this number: empty if it is not given, the number itself if a newer service has sent it.
pub(crate) fn word<E: Word>(number: i32) -> String {
    match E::try_from(number) {
        Ok(_) if number == 0 => String::new(),
        Ok(value) => without_prefix::<E>(value.name()),
        Err(_) => number.to_string(),
    }
}

/// The words for several values, with commas.
pub(crate) fn word_list<E: Word>(numbers: &[i32]) -> String {
    let words: Vec<_> = numbers.iter().map(|&number| word::<E>(number)).collect();
    words.join(",")
}

/// An argument that takes one of the enum's words.
pub(crate) fn one_of<E: Word>() -> impl TypedValueParser<Value = E> {
    let numbers: HashMap<String, i32> = json::enumeration(E::NAME)
        .values()
        .map(|value| (value.number(), value.name().to_owned()))
        .filter(|&(number, _)| number != 0)
        .map(|(number, name)| (without_prefix::<E>(&name), number))
        .collect();
    let mut words: Vec<_> = numbers.iter().collect();
    words.sort_by_key(|&(_, number)| *number);
    let words: Vec<String> = words.into_iter().map(|(word, _)| word.clone()).collect();
    PossibleValuesParser::new(words).map(move |word| {
        E::try_from(numbers[&word])
            .ok()
            .expect("descriptor and enum have the same values")
    })
}

fn without_prefix<E: Word>(name: &str) -> String {
    let zero = json::enumeration(E::NAME).default_value();
    let prefix = zero.name().trim_end_matches("UNSPECIFIED");
    name.trim_start_matches(prefix).to_ascii_lowercase()
}

/// A length of time, for example `500ms` or `1m 30s`.
pub(crate) fn duration(text: &str) -> Result<prost_types::Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write for example 500ms, 10s or 2h"))?;
    prost_types::Duration::try_from(duration).map_err(|_| "too long".to_owned())
}

/// A label, `KEY=VALUE`.
pub(crate) fn label(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| "write KEY=VALUE".to_owned())
}

/// The text of a file, or of standard input if the name is `-`.
pub(crate) fn read_file(path: &str) -> Result<String, Error> {
    let text = if path == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    text.map_err(|error| Error::Usage(format!("cannot read {path}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_words() {
        assert_eq!(word::<SessionStatus>(3), "wait_answer");
        assert_eq!(word::<SessionStatus>(0), "");
        assert_eq!(word::<SessionStatus>(99), "99");
        assert_eq!(word_list::<SessionKind>(&[1, 7]), "p2p,mcu");
    }

    #[test]
    fn every_word_is_taken_back() {
        let command = clap::Command::new("test").arg(
            clap::Arg::new("type")
                .value_parser(one_of::<EventType>())
                .required(true),
        );
        for value in json::enumeration(EventType::NAME).values().skip(1) {
            let word = word::<EventType>(value.number());
            let matches = command
                .clone()
                .try_get_matches_from(["test", word.as_str()])
                .expect("taken");
            let taken = matches.get_one::<EventType>("type").copied();
            assert_eq!(taken.map(i32::from), Some(value.number()));
        }
        assert!(
            command
                .try_get_matches_from(["test", "unspecified"])
                .is_err()
        );
    }

    #[test]
    fn durations_and_labels_say_how_to_write_them() {
        let half = duration("1s 500ms").expect("valid");
        assert_eq!((half.seconds, half.nanos), (1, 500_000_000));
        assert!(duration("5").expect_err("no unit").contains("10s"));
        assert_eq!(label("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert!(label("=x").is_err() && label("x").is_err());
    }

    #[test]
    fn an_unreadable_file_is_a_usage_error() {
        let error = read_file("/nonexistent/x.sdp").expect_err("no such file");
        assert!(matches!(error, Error::Usage(text) if text.contains("/nonexistent/x.sdp")));
    }
}
