//! From the domain's error to the gRPC status that callers see.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::error::{Error, Reason, Violation};

/// The domain of `google.rpc.ErrorInfo`.
const DOMAIN: &str = "mediaplane";

/// The gRPC code of each reason. A reason that ends sessions has one too: calls that wait on such a session get it.
const fn code(reason: Reason) -> Code {
    match reason {
        Reason::SessionNotFound | Reason::RoomNotFound | Reason::PeerSessionNotFound => {
            Code::NotFound
        }
        Reason::InvalidField
        | Reason::MissingField
        | Reason::MissingSdp
        | Reason::InvalidSdp
        | Reason::InvalidPublisher
        | Reason::InvalidUri
        | Reason::UnknownBackend => Code::InvalidArgument,
        Reason::NoMediaserver | Reason::BackendLost | Reason::ServerShutdown => Code::Unavailable,
        Reason::DifferentMediaserver
        | Reason::IncompatibleSession
        | Reason::OfferNotSet
        | Reason::OfferAlreadySet
        | Reason::AnswerNotSet
        | Reason::AnswerAlreadySet
        | Reason::NoIceCandidates
        | Reason::NoActiveRecorder
        | Reason::NoActivePlayer
        | Reason::NoActiveRoom
        | Reason::BackendRejected => Code::FailedPrecondition,
        Reason::SessionFailed => Code::Internal,
        Reason::BridgeStop
        | Reason::PeerStopped
        | Reason::UserStop
        | Reason::Unwatched
        | Reason::BackendHangup
        | Reason::RoomDestroyed => Code::Aborted,
        Reason::NotSupported => Code::Unimplemented,
        Reason::ReadOnly => Code::PermissionDenied,
        Reason::SessionAlreadyExists | Reason::RoomAlreadyExists => Code::AlreadyExists,
        Reason::LimitReached => Code::ResourceExhausted,
        Reason::BackendTimeout | Reason::SessionTimeout => Code::DeadlineExceeded,
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let metadata: HashMap<String, String> = error
            .metadata()
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        let mut details = ErrorDetails::with_error_info(error.reason().as_str(), DOMAIN, metadata);
        if !error.violations().is_empty() {
            let violations: Vec<_> = error.violations().iter().map(violation).collect();
            details.set_bad_request(violations);
        }
        if let Some(delay) = error.retry_delay() {
            details.set_retry_info(Some(delay));
        }
        Self::with_error_details(code(error.reason()), error.message(), details)
    }
}

fn violation(wrong: &Violation) -> FieldViolation {
    FieldViolation::new(&wrong.field, &wrong.description)
}

/// The upper-case name of a code, as in the gRPC specification.
pub(super) const fn name(code: Code) -> &'static str {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::proto::ErrorReason;

    /// Reasons from here on have no number of their own in `destroyed`.
    const SHARED: i32 = 300_200;

    #[test]
    fn the_api_and_the_crate_know_the_same_reasons() {
        let by_name = |reason: &Reason| {
            ErrorReason::from_str_name(&format!("ERROR_REASON_{}", reason.as_str()))
        };
        for reason in Reason::ALL {
            let wire = by_name(reason).unwrap_or_else(|| panic!("the API lacks {reason}"));
            let number = if wire as i32 >= SHARED {
                ErrorReason::SessionFailed as i32
            } else {
                wire as i32
            };
            assert_eq!(
                i64::from(reason.destroyed_code()),
                i64::from(number),
                "{reason}"
            );
        }
        let of_the_api = (1..400_000).filter(|n| ErrorReason::try_from(*n).is_ok());
        assert_eq!(of_the_api.count(), Reason::ALL.len());
    }

    #[test]
    fn a_status_carries_reason_fields_and_retry() {
        let error = Error::field(Reason::InvalidSdp, "offer.sdp", "line 1 is wrong")
            .with("session_id", "s-1")
            .retry_after(Duration::from_secs(2));
        let status = Status::from(error);
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "offer.sdp: line 1 is wrong");
        let details = status.get_error_details();
        let info = details.error_info().expect("an ErrorInfo");
        assert_eq!(
            (info.reason.as_str(), info.domain.as_str()),
            ("INVALID_SDP", DOMAIN)
        );
        assert_eq!(info.metadata["session_id"], "s-1");
        let bad = details.bad_request().expect("a BadRequest");
        assert_eq!(bad.field_violations[0].field, "offer.sdp");
        let retry = details.retry_info().expect("a RetryInfo").retry_delay;
        assert_eq!(retry, Some(Duration::from_secs(2)));
    }
}
