//! What can go wrong with Janus, and what callers are told of it.

use std::time::Duration;

use super::wire::Plugin;
use crate::error::{self, Reason};

/// A failure of the driver.
///
/// The core and each plugin number their refusals on their own, and the numbers overlap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    /// The core refused.
    #[error("Janus refused `{command}`: {reason} ({code})")]
    Core {
        command: &'static str,
        code: u32,
        reason: String,
    },
    /// A plugin refused.
    #[error("Janus' {plugin} plugin refused: {reason} ({code})")]
    Plugin {
        plugin: Plugin,
        code: u32,
        reason: String,
    },
    /// A plugin answered something else than the request asks for.
    #[error("Janus' {plugin} plugin answered {answer} where {expected} was expected")]
    Unexpected {
        plugin: Plugin,
        expected: &'static str,
        answer: String,
    },
    /// No reply in time.
    #[error("Janus did not answer `{command}` within {after:?}")]
    Timeout {
        command: &'static str,
        after: Duration,
    },
    /// No connection, for as long as a request may take.
    #[error("Janus cannot be reached: {0}")]
    Unreachable(String),
    /// The connection ended while a reply was awaited: whether it was done is not known.
    #[error("the connection to Janus ended before `{command}` was answered")]
    Disconnected { command: &'static str },
    /// The session is not there any more.
    #[error("Janus has lost the session: {0}")]
    Lost(String),
    /// Too many requests wait already.
    #[error("too many requests are waiting for Janus")]
    Overloaded,
    /// Not what Janus writes.
    #[error("Janus sent {0}")]
    Malformed(String),
}

impl Error {
    /// Whether the far side does not know the session or handle.
    pub(super) fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::Core {
                code: 458 | 459,
                ..
            } | Self::Lost(_)
        )
    }

    fn reason(&self) -> Reason {
        match self {
            Self::Core { code, .. } => core_reason(*code),
            Self::Plugin { plugin, code, .. } => plugin_reason(*plugin, *code),
            Self::Unexpected { .. } => Reason::BackendRejected,
            Self::Timeout { .. } | Self::Unreachable(_) | Self::Disconnected { .. } => {
                Reason::BackendTimeout
            }
            Self::Lost(_) => Reason::BackendLost,
            Self::Overloaded => Reason::LimitReached,
            Self::Malformed(_) => Reason::SessionFailed,
        }
    }

    /// The server's own number and words, if it refused.
    fn refusal(&self) -> Option<(String, &str)> {
        match self {
            Self::Core { code, reason, .. } => Some((format!("core/{code}"), reason)),
            Self::Plugin {
                plugin,
                code,
                reason,
            } => Some((format!("{plugin}/{code}"), reason)),
            Self::Unexpected { plugin, answer, .. } => Some((plugin.to_string(), answer)),
            Self::Timeout { .. }
            | Self::Unreachable(_)
            | Self::Disconnected { .. }
            | Self::Lost(_)
            | Self::Overloaded
            | Self::Malformed(_) => None,
        }
    }
}

/// The reasons of the core (`janus.h`); codes without one are told as they are.
const fn core_reason(code: u32) -> Reason {
    match code {
        458 | 459 => Reason::BackendLost,
        464 | 465 | 469 => Reason::InvalidSdp,
        _ => Reason::BackendRejected,
    }
}

/// The reasons of the plugins; codes without one are told as they are.
const fn plugin_reason(plugin: Plugin, code: u32) -> Reason {
    match (plugin, code) {
        (Plugin::Videocall, 482) => Reason::MissingSdp,
        (Plugin::Echotest, 414)
        | (Plugin::Videocall, 483)
        | (Plugin::Nosip, 446 | 447)
        | (Plugin::Videoroom, 437)
        | (Plugin::Recordplay, 419)
        | (Plugin::Audiobridge, 493) => Reason::InvalidSdp,
        (Plugin::Videocall, 478) => Reason::PeerSessionNotFound,
        (Plugin::Videocall, 480) => Reason::IncompatibleSession,
        (Plugin::Videoroom, 426) | (Plugin::Audiobridge, 485) => Reason::RoomNotFound,
        (Plugin::Videoroom, 427) | (Plugin::Audiobridge, 486) => Reason::RoomAlreadyExists,
        (Plugin::Videoroom, 428) => Reason::InvalidPublisher,
        (Plugin::Videoroom, 432) => Reason::LimitReached,
        (Plugin::Recordplay, 416) | (Plugin::Streaming, 455 | 456) => Reason::InvalidUri,
        _ => Reason::BackendRejected,
    }
}

impl From<Error> for error::Error {
    fn from(error: Error) -> Self {
        let mut told = Self::new(error.reason(), error.to_string());
        if let Some((code, words)) = error.refusal() {
            told = told
                .with("backend_code", code)
                .with("backend_message", words);
        }
        if matches!(
            error,
            Error::Overloaded | Error::Unreachable(_) | Error::Disconnected { .. }
        ) {
            told = told.retry_after(Duration::from_secs(1));
        }
        told.caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_means_what_its_plugin_says() {
        let plugin = |plugin, code| Error::Plugin {
            plugin,
            code,
            reason: "words".into(),
        };
        let core = |code| Error::Core {
            command: "message",
            code,
            reason: "words".into(),
        };
        for (error, reason, code) in [
            (core(465), Reason::InvalidSdp, "core/465"),
            (core(458), Reason::BackendLost, "core/458"),
            (core(490), Reason::BackendRejected, "core/490"),
            (
                plugin(Plugin::Videoroom, 426),
                Reason::RoomNotFound,
                "videoroom/426",
            ),
            (plugin(Plugin::Nosip, 446), Reason::InvalidSdp, "nosip/446"),
            (
                plugin(Plugin::Videocall, 476),
                Reason::BackendRejected,
                "videocall/476",
            ),
            (
                plugin(Plugin::Videocall, 999),
                Reason::BackendRejected,
                "videocall/999",
            ),
        ] {
            let told = error::Error::from(error);
            assert_eq!(told.reason(), reason, "{code}");
            assert!(
                told.metadata().contains(&("backend_code", code.to_owned())),
                "{told:?}"
            );
            assert!(
                told.metadata()
                    .contains(&("backend_message", "words".to_owned()))
            );
        }
    }

    #[test]
    fn what_may_help_is_said() {
        let told = error::Error::from(Error::Unreachable("connection refused".into()));
        assert_eq!(told.reason(), Reason::BackendTimeout);
        assert!(told.retry_delay().is_some());
    }
}
