//! What went wrong, in words for people and an exit code for scripts.

use std::{fmt::Write as _, io, time::Duration};

use tonic::{Code, Status, TimeoutExpired};
use tonic_types::StatusExt;

use super::{client::Connection, console::Console};

/// The exit codes, for the help texts.
pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  it worked
  1  the service answered with an error, or not in time
  2  the arguments are wrong
  3  the service cannot be reached";

const NOT_SERVING: &str = "error: the service takes no new sessions: it stops, or none of its media servers can be used
  try:    `mediaplane backend list` shows the media servers, /readyz of the HTTP port what is in the way";

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Error {
    /// The arguments are wrong in a way that the parser cannot see.
    Usage(String),
    /// The call failed, at the service or on the way to it.
    Call(Box<Status>),
    /// The service says that it takes no new sessions.
    NotServing,
    /// The reply could not be printed.
    Print(io::Error),
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Call(Box::new(status))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Print(error)
    }
}

impl Error {
    /// Prints the error and tells the exit code.
    pub(crate) fn report(self, connection: &Connection, console: &mut Console) -> u8 {
        let (text, code) = match self {
            Self::Usage(text) => (format!("error: {text}"), 2),
            Self::Call(status) if timed_out(&status) => (late(connection.timeout), 1),
            Self::Call(status) if unreachable(&status) => {
                (not_reached(&connection.address, &status), 3)
            }
            Self::Call(status) => (answered(&status), 1),
            Self::NotServing => (NOT_SERVING.to_owned(), 1),
            Self::Print(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return 0;
            }
            Self::Print(error) => (format!("error: cannot print the reply: {error}"), 1),
        };
        console.error(&text);
        code
    }
}

/// Whether our own deadline passed: the service's own word on it comes with details.
fn timed_out(status: &Status) -> bool {
    let bare = status.get_details_error_info().is_none();
    bare && (status.code() == Code::DeadlineExceeded || caused_by::<TimeoutExpired>(status))
}

/// Whether the call did not get to the service: its own refusals come with details.
fn unreachable(status: &Status) -> bool {
    let bare = status.get_details_error_info().is_none();
    bare && (status.code() == Code::Unavailable || caused_by::<tonic::transport::Error>(status))
}

fn caused_by<E: std::error::Error + 'static>(status: &Status) -> bool {
    causes(status).any(<dyn std::error::Error>::is::<E>)
}

fn causes(status: &Status) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let first = std::error::Error::source(status);
    std::iter::successors(first, |error| error.source())
}

fn late(timeout: Duration) -> String {
    format!(
        "error: no reply within {}\n  try:    a longer --timeout",
        humantime::format_duration(timeout)
    )
}

fn not_reached(address: &str, status: &Status) -> String {
    // The last cause is the operating system's, and says most in the fewest words.
    let cause = causes(status)
        .last()
        .map_or_else(|| status.message().to_owned(), ToString::to_string);
    format!(
        "error: the service at {address} cannot be reached: {cause}\n  \
         try:    start it with `mediaplane serve`, or say where it is with --address or MEDIAPLANE_ADDRESS"
    )
}

fn answered(status: &Status) -> String {
    let details = status.get_error_details();
    let mut text = format!("error: {}", status.message());
    let mut line = |name: &str, value: &str| {
        let _ = write!(text, "\n  {:<8}{value}", format!("{name}:"));
    };
    match details.error_info() {
        Some(info) => {
            line("reason", &info.reason);
            let mut metadata: Vec<_> = info.metadata.iter().collect();
            metadata.sort();
            for (key, value) in metadata {
                line("detail", &format!("{key}={value}"));
            }
        }
        None => line("code", code_name(status.code())),
    }
    for violation in details
        .bad_request()
        .iter()
        .flat_map(|bad| &bad.field_violations)
    {
        line(
            "field",
            &format!("{}: {}", violation.field, violation.description),
        );
    }
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        line(
            "retry",
            &format!("in {}", humantime::format_duration(delay)),
        );
    }
    let reason = details.error_info().map_or("", |info| &info.reason);
    if let Some(advice) = advice(reason) {
        line("try", advice);
    }
    text
}

/// The code's name in the gRPC specification.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// The command that helps with a reason, where there is one. The service's message cannot know it is read here.
fn advice(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "SESSION_NOT_FOUND" | "PEER_SESSION_NOT_FOUND" => {
            "`mediaplane session list` shows the sessions there are"
        }
        "INVALID_PUBLISHER" => {
            "`mediaplane session list --type publish` shows the sessions that publish"
        }
        "ROOM_NOT_FOUND" => {
            "`mediaplane room list` shows the rooms there are; --create-room makes one"
        }
        "UNKNOWN_BACKEND" | "NO_MEDIASERVER" | "BACKEND_LOST" => {
            "`mediaplane backend list` shows the media servers and their state"
        }
        "NOT_SUPPORTED" => {
            "`mediaplane backend list --capabilities` shows what each media server can do"
        }
        "MISSING_SDP" => "give the SDP with --offer-file FILE, or --offer-file - for stdin",
        "ANSWER_NOT_SET" => "`mediaplane session answer ID --set-file FILE` sets the answer",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn the_answer_of_the_service_is_told_completely() {
        let mut details = ErrorDetails::new();
        details
            .set_error_info(
                "UNKNOWN_BACKEND",
                "mediaplane",
                [("backend".to_owned(), "janis".to_owned())],
            )
            .add_bad_request_violation("backend", "must be one of janus-1")
            .set_retry_info(Some(Duration::from_millis(1500)));
        let status = Status::with_error_details(Code::InvalidArgument, "no backend janis", details);
        assert_eq!(
            answered(&status),
            "error: no backend janis
  reason: UNKNOWN_BACKEND
  detail: backend=janis
  field:  backend: must be one of janus-1
  retry:  in 1s 500ms
  try:    `mediaplane backend list` shows the media servers and their state"
        );
    }

    #[test]
    fn an_error_without_details_shows_its_code() {
        let text = answered(&Status::unimplemented("what?"));
        assert!(text.contains("code:   UNIMPLEMENTED"), "{text}");
    }

    #[test]
    fn a_refusal_of_the_service_is_not_taken_for_its_absence() {
        let details = ErrorDetails::with_error_info("NO_MEDIASERVER", "mediaplane", []);
        let refused = Status::with_error_details(Code::Unavailable, "none is up", details.clone());
        assert!(!unreachable(&refused) && !timed_out(&refused));
        assert!(unreachable(&Status::unavailable("connection refused")));
        let waited = Status::with_error_details(Code::DeadlineExceeded, "janus is slow", details);
        assert!(!timed_out(&waited));
        assert!(timed_out(&Status::deadline_exceeded("")));
    }
}
