//! Whether the service should be given work.

use serde::Serialize;

/// The answer of `/readyz`: ready while nothing stands in the way.
///
/// Whoever wires the service publishes it through a `tokio::sync::watch` channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// What stands in the way; empty means ready.
    pub not_ready: Vec<Blocker>,
}

/// One thing that keeps the service from being ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocker {
    /// The part of the service: `grpc`, `backend janus-1`.
    pub component: String,
    /// Why it is not ready, in words for an operator.
    pub reason: String,
}

impl Readiness {
    /// Nothing stands in the way.
    #[must_use]
    pub fn ready() -> Self {
        Self::default()
    }

    /// One thing stands in the way.
    pub fn blocked(component: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::ready().and(component, reason)
    }

    /// Adds what stands in the way.
    #[must_use]
    pub fn and(mut self, component: impl Into<String>, reason: impl Into<String>) -> Self {
        self.not_ready.push(Blocker {
            component: component.into(),
            reason: reason.into(),
        });
        self
    }

    /// Whether the service should be given work.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.not_ready.is_empty()
    }
}
