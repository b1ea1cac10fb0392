//! Identifiers that callers may choose: validated once, then cheap to clone.

use std::{fmt, str::FromStr, sync::Arc};

use uuid::Uuid;

/// The longest identifier taken from a caller, in bytes.
pub const MAX_LEN: usize = 256;

/// Why a text is no identifier.
///
/// Identifiers reach media servers' command lines, so the alphabet is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Nothing was given.
    #[error("must not be empty: give 1 to 256 characters of A-Z a-z 0-9 . _ ~ -")]
    Empty,
    /// More than [`MAX_LEN`] bytes.
    #[error("is longer than 256 characters: shorten it")]
    TooLong,
    /// A character outside `A-Z a-z 0-9 . _ ~ -`.
    #[error(
        "has a character that is not allowed at byte {0}: use only A-Z a-z 0-9 . _ ~ - (1 to 256 of them)"
    )]
    Character(usize),
}

fn check(text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > MAX_LEN {
        return Err(InvalidId::TooLong);
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-');
    match text.bytes().position(|b| !allowed(b)) {
        Some(at) => Err(InvalidId::Character(at)),
        None => Ok(()),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The identifier as shared text.
            #[must_use]
            pub fn to_arc(&self) -> Arc<str> {
                self.0.clone()
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// Names one session for its whole life.
    SessionId
}
id! {
    /// Names one room, unique in the service.
    RoomId
}
id! {
    /// The configured name of one media server.
    BackendName
}
id! {
    /// Names an event stream that sessions can be sent to.
    Subscriber
}

fn random() -> Arc<str> {
    let mut buffer = Uuid::encode_buffer();
    Arc::from(&*Uuid::new_v4().as_hyphenated().encode_lower(&mut buffer))
}

impl SessionId {
    /// A fresh identifier: a UUID version 4 (RFC 9562).
    #[must_use]
    pub fn random() -> Self {
        Self(random())
    }
}

impl RoomId {
    /// A fresh identifier: a UUID version 4 (RFC 9562).
    #[must_use]
    pub fn random() -> Self {
        Self(random())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_closed() {
        for good in ["a", "A-Z.0_9~", &"x".repeat(MAX_LEN)] {
            assert!(good.parse::<SessionId>().is_ok(), "{good}");
        }
        assert_eq!("".parse::<SessionId>(), Err(InvalidId::Empty));
        assert_eq!("x".repeat(257).parse::<RoomId>(), Err(InvalidId::TooLong));
        for bad in [
            "a b", "a\nb", "a,b", "a'b", "a\"b", "a/b", "ä", "a;b", "a\0",
        ] {
            assert!(
                matches!(bad.parse::<SessionId>(), Err(InvalidId::Character(_))),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn random_ids_are_valid_and_differ() {
        let (a, b) = (SessionId::random(), SessionId::random());
        assert_ne!(a, b);
        assert!(check(a.as_str()).is_ok());
    }
}
