//! Refuses what a backend does not advertise, so that drivers see only what they can do.

use super::Backend;
use crate::{
    error::{Error, Reason, Result},
    media::{Role, SdpType, TypeCapability, TypeKind, Update},
};

/// What `backend` can do with this kind of session.
///
/// # Errors
/// `NOT_SUPPORTED`, naming what is missing.
pub fn capability(
    backend: &dyn Backend,
    kind: TypeKind,
    role: Role,
    sdp_type: SdpType,
) -> Result<&TypeCapability> {
    backend
        .capabilities()
        .find(kind, role, sdp_type)
        .ok_or_else(|| {
            Error::new(
                Reason::NotSupported,
                format!(
                    "backend {} ({}) has no {kind} session as {role} with {sdp_type} descriptions: \
                 ListBackends tells what each backend can do",
                    backend.name(),
                    backend.kind(),
                ),
            )
            .with("type", kind.as_str())
            .with("backend", backend.name().as_str())
        })
}

/// Whether `update` can be done on a session of this capability.
///
/// # Errors
/// `NOT_SUPPORTED`, naming action, type and backend.
pub fn allow(backend: &dyn Backend, capability: &TypeCapability, update: &Update) -> Result<()> {
    match capability.lacks(update) {
        None => Ok(()),
        Some(what) => Err(not_supported(
            &what,
            capability.kind,
            backend.name().as_str(),
        )),
    }
}

/// The refusal of `action` for a session of `kind` on `backend`.
#[must_use]
pub fn not_supported(action: &str, kind: TypeKind, backend: &str) -> Error {
    Error::new(
        Reason::NotSupported,
        format!("{action} is not possible for {kind} sessions on backend {backend}"),
    )
    .with("action", action)
    .with("type", kind.as_str())
    .with("backend", backend)
}
