//! What can go wrong with FreeSWITCH, and what callers are told of it.

use std::time::Duration;

use crate::error::{self, Reason};

/// A failure of the driver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    /// The server refused a command (`-ERR …`).
    #[error("FreeSWITCH refused `{command}`: {message}")]
    Refused {
        command: &'static str,
        message: String,
    },
    /// The server refused a call.
    #[error("FreeSWITCH refused the call: {status} {phrase}")]
    Rejected { status: u16, phrase: String },
    /// No reply, or no effect, in time.
    #[error("FreeSWITCH did not answer `{command}` within {after:?}")]
    Timeout {
        command: &'static str,
        after: Duration,
    },
    /// No connection, for as long as a command may take.
    #[error("FreeSWITCH cannot be reached: {0}")]
    Unreachable(String),
    /// The connection ended while a reply was awaited: whether it was done is not known.
    #[error("the connection to FreeSWITCH ended before `{command}` was answered")]
    Disconnected { command: &'static str },
    /// The call has ended.
    #[error("the call has ended on FreeSWITCH")]
    Gone,
    /// Too many commands wait already.
    #[error("too many commands or calls are waiting for FreeSWITCH")]
    Overloaded,
    /// Not what FreeSWITCH writes.
    #[error("FreeSWITCH sent {0}")]
    Malformed(String),
}

impl Error {
    /// Whether the call (or the room) that was asked for is not there.
    pub(super) fn is_gone(&self) -> bool {
        match self {
            Self::Gone => true,
            Self::Refused { message, .. } => {
                let message = message.to_ascii_lowercase();
                // A file that is not found is another matter.
                let is_room = message.starts_with("conference ") && message.contains(" not found");
                is_room
                    || ["no such channel", "invalid uuid", "cannot locate session"]
                        .iter()
                        .any(|words| message.contains(words))
            }
            _ => false,
        }
    }

    /// Whether only the line has failed: what has become of the call is asked for as soon as it is mended.
    pub(super) const fn is_outage(&self) -> bool {
        matches!(self, Self::Disconnected { .. } | Self::Unreachable(_))
    }

    fn reason(&self) -> Reason {
        match self {
            _ if self.is_gone() => Reason::BackendLost,
            Self::Rejected { status, .. } => status_reason(*status),
            Self::Timeout { .. } | Self::Unreachable(_) | Self::Disconnected { .. } => {
                Reason::BackendTimeout
            }
            Self::Overloaded => Reason::LimitReached,
            Self::Malformed(_) => Reason::SessionFailed,
            Self::Refused { .. } | Self::Gone => Reason::BackendRejected,
        }
    }
}

/// What the status of a SIP response (RFC 3261, section 21) means to a caller.
const fn status_reason(status: u16) -> Reason {
    match status {
        // Not acceptable here: no codec, or a description that it cannot read.
        400 | 415 | 488 | 606 => Reason::InvalidSdp,
        408 | 504 => Reason::BackendTimeout,
        // Its own limits: max-sessions, sessions-per-second.
        480 | 486 | 503 | 600 => Reason::LimitReached,
        _ => Reason::BackendRejected,
    }
}

impl From<Error> for error::Error {
    fn from(error: Error) -> Self {
        let mut told = Self::new(error.reason(), error.to_string());
        match &error {
            Error::Refused { message, .. } => told = told.with("backend_message", message),
            Error::Rejected { status, phrase } => {
                told = told
                    .with("backend_code", status.to_string())
                    .with("backend_message", phrase);
            }
            _ => {}
        }
        let may_help = matches!(
            error,
            Error::Overloaded
                | Error::Unreachable(_)
                | Error::Disconnected { .. }
                | Error::Rejected {
                    status: 480 | 486 | 503,
                    ..
                }
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
    fn a_status_keeps_its_meaning_and_itself() {
        for (status, reason) in [
            (488, Reason::InvalidSdp),
            (503, Reason::LimitReached),
            (404, Reason::BackendRejected),
        ] {
            let phrase = "words".to_owned();
            let told = error::Error::from(Error::Rejected { status, phrase });
            assert_eq!(told.reason(), reason, "{status}");
            let number = ("backend_code", status.to_string());
            assert!(told.metadata().contains(&number), "{told:?}");
        }
    }

    #[test]
    fn a_call_that_is_not_there_is_lost() {
        for message in ["No such channel!", "Invalid uuid", "Cannot locate session!"] {
            let message = message.to_owned();
            let refused = Error::Refused {
                command: "uuid_transfer",
                message,
            };
            assert!(refused.is_gone());
            assert_eq!(error::Error::from(refused).reason(), Reason::BackendLost);
        }
    }

    #[test]
    fn a_room_that_is_not_there_is_not_a_file_that_is_not() {
        for (message, is_gone) in [
            ("Conference mp-r-1 not found", true),
            ("(play) File: /srv/media/a.wav not found.", false),
        ] {
            let refused = Error::Refused {
                command: "conference",
                message: message.to_owned(),
            };
            assert_eq!(refused.is_gone(), is_gone, "{message}");
        }
    }

    #[test]
    fn what_may_help_is_said() {
        let told = error::Error::from(Error::Unreachable("connection refused".into()));
        assert_eq!(told.reason(), Reason::BackendTimeout);
        assert!(told.retry_delay().is_some());
    }
}
