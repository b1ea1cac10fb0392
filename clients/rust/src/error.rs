//! Calls that failed.

use std::{collections::HashMap, error, fmt, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::proto::ErrorReason;

const DOMAIN: &str = "mediaplane";

/// A call that failed, in the words of the service where it gave them. `?` makes it of a [`Status`].
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: Status,
    reason: Option<String>,
    metadata: HashMap<String, String>,
    violations: Vec<FieldViolation>,
    retry_after: Option<Duration>,
}

/// A field of a request that the service did not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// Its path, as `type.publish.room_id`.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

impl Error {
    /// The code of gRPC.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.status.code()
    }

    /// Why, if the service itself said so: a name of [`ErrorReason`] without its prefix, as `SESSION_NOT_FOUND`. None where
    /// the call did not reach the service, or a proxy before it answered. A newer service may know more reasons.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Whether the service failed the call for this reason.
    #[must_use]
    pub fn is(&self, reason: ErrorReason) -> bool {
        self.reason().is_some()
            && reason.as_str_name().strip_prefix("ERROR_REASON_") == self.reason()
    }

    /// What was wrong, and what to do, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.status.message()
    }

    /// What the service adds to the reason: `backend`, `type` and `action` of `NOT_SUPPORTED`, for example.
    #[must_use]
    pub fn metadata(&self) -> &HashMap<String, String> {
        &self.0.metadata
    }

    /// The fields that were wrong. Empty if it was none.
    #[must_use]
    pub fn violations(&self) -> &[FieldViolation] {
        &self.0.violations
    }

    /// When another try may help. None if the service does not say that one may.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same call may succeed later: the service says so, or it was not the service that failed it. A call that
    /// is not idempotent may have been done all the same.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        if self.reason().is_some() {
            return self.retry_after().is_some() || self.code() == Code::Unavailable;
        }
        matches!(
            self.code(),
            Code::Cancelled
                | Code::Unknown
                | Code::DeadlineExceeded
                | Code::ResourceExhausted
                | Code::Aborted
                | Code::Internal
                | Code::Unavailable
                | Code::DataLoss
        )
    }

    /// What it was made of.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.0.status
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let info = details
            .error_info()
            .filter(|info| info.domain == DOMAIN)
            .cloned();
        let (reason, metadata) = info.map(|info| (info.reason, info.metadata)).unzip();
        let violation = |violation: &tonic_types::FieldViolation| FieldViolation {
            field: violation.field.clone(),
            description: violation.description.clone(),
        };
        let bad = details.bad_request().map(|bad| bad.field_violations.iter());
        let violations = bad.into_iter().flatten().map(violation).collect();
        let retry_after = details.retry_info().and_then(|retry| retry.retry_delay);
        Self(Box::new(Inner {
            reason,
            metadata: metadata.unwrap_or_default(),
            violations,
            retry_after,
            status,
        }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            Some(reason) => write!(f, "{} ({reason})", self.message()),
            None => write!(f, "{} ({:?})", self.message(), self.code()),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.0.status)
    }
}
