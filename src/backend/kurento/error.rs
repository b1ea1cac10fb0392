//! What can go wrong with Kurento, and what callers are told of it.

use std::time::Duration;

use super::wire::{Refusal, WrongKind};
use crate::error::{self, Reason};

/// A failure of the driver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    /// The server refused.
    #[error("Kurento refused `{call}`: {message} ({code})")]
    Refused {
        call: &'static str,
        code: i64,
        message: String,
    },
    /// No reply in time.
    #[error("Kurento did not answer `{call}` within {after:?}")]
    Timeout { call: &'static str, after: Duration },
    /// The server cannot be used.
    #[error("{0}")]
    TooOld(String),
    /// A conference that is no more.
    #[error("there is no room {0} here")]
    NoRoom(String),
    /// No connection, for as long as a request may take.
    #[error("Kurento cannot be reached: {0}")]
    Unreachable(String),
    /// The connection ended while a reply was awaited: whether it was done is not known.
    #[error("the connection to Kurento ended before `{call}` was answered")]
    Disconnected { call: &'static str },
    /// Too many requests wait already.
    #[error("too many requests are waiting for Kurento")]
    Overloaded,
    /// Not what Kurento writes.
    #[error("Kurento sent {0}")]
    Malformed(String),
}

impl Error {
    /// The refusal of `call`.
    pub(super) fn refused(call: &'static str, refusal: Refusal) -> Self {
        let Refusal { code, message } = refusal;
        Self::Refused {
            call,
            code,
            message,
        }
    }

    /// Whether the object that was asked for is not there.
    pub(super) fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                code: 40101 | 40109,
                ..
            }
        )
    }

    fn reason(&self) -> Reason {
        match self {
            Self::Refused { code, .. } => refusal_reason(*code),
            Self::NoRoom(_) => Reason::RoomNotFound,
            Self::TooOld(_)
            | Self::Timeout { .. }
            | Self::Unreachable(_)
            | Self::Disconnected { .. } => Reason::BackendTimeout,
            Self::Overloaded => Reason::LimitReached,
            Self::Malformed(_) => Reason::SessionFailed,
        }
    }
}

/// What the numbers of the server mean (its `KurentoException`); those without a meaning are told as they are.
const fn refusal_reason(code: i64) -> Reason {
    match code {
        // The request itself is at fault: the driver's, never the caller's.
        -32_768..=-32_000 | 40_001 | 40_100 | 40_104 | 40_105 | 40_107 => Reason::SessionFailed,
        40_004 => Reason::DifferentMediaserver,
        40_006 | 40_008 | 40_106 | 40_108 | 40_111 => Reason::NotSupported,
        40_007 | 40_101 | 40_109 => Reason::BackendLost,
        40_009 => Reason::LimitReached,
        40_201 => Reason::InvalidSdp,
        40_202 | 40_209 => Reason::OfferNotSet,
        40_203 => Reason::AnswerNotSet,
        40_208 => Reason::AnswerAlreadySet,
        40_401 | 40_700 => Reason::InvalidField,
        40_600 => Reason::InvalidUri,
        _ => Reason::BackendRejected,
    }
}

impl From<WrongKind> for Error {
    fn from(wrong: WrongKind) -> Self {
        Self::Malformed(wrong.to_string())
    }
}

impl From<Error> for error::Error {
    fn from(error: Error) -> Self {
        let mut told = Self::new(error.reason(), error.to_string());
        if let Error::Refused { code, message, .. } = &error {
            told = told
                .with("backend_code", code.to_string())
                .with("backend_message", message);
        }
        let may_help = matches!(
            error,
            Error::Overloaded
                | Error::Unreachable(_)
                | Error::Disconnected { .. }
                | Error::Refused { code: 40_009, .. }
        );
        if may_help {
            told = told.retry_after(Duration::from_secs(1));
        }
        told.caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_meaning_and_itself() {
        for (code, reason) in [
            (40_201, Reason::InvalidSdp),
            (40_101, Reason::BackendLost),
            (40_009, Reason::LimitReached),
            (-32_603, Reason::SessionFailed),
            (40_207, Reason::BackendRejected),
        ] {
            let refusal = Refusal {
                code,
                message: "words".into(),
            };
            let told = error::Error::from(Error::refused("processOffer", refusal));
            assert_eq!(told.reason(), reason, "{code}");
            let number = ("backend_code", code.to_string());
            assert!(told.metadata().contains(&number), "{told:?}");
        }
    }

    #[test]
    fn what_may_help_is_said() {
        let told = error::Error::from(Error::Unreachable("connection refused".into()));
        assert_eq!(told.reason(), Reason::BackendTimeout);
        assert!(told.retry_delay().is_some());
    }
}
