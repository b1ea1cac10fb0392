//! The session types, by the Janus plugin that serves them.
//!
//! Each file has the legs of one plugin, what they can do (`capabilities`), how they are opened
//! and how they are resumed; the JSON is in the file of the same name under [`wire`](super::wire).

pub(super) mod bridge;
pub(super) mod echotest;
mod kept;
pub(super) mod listen;
pub(super) mod mcu;
pub(super) mod nosip;
pub(super) mod play;
pub(super) mod proxy;
pub(super) mod publish;
mod videocall;

use crate::{
    error::{Error, Reason, Result},
    media::{JsonMap, MediaKind, Sdp},
};

/// Refuses options that the driver does not know.
///
/// # Errors
/// `INVALID_FIELD`, naming the first.
pub(super) fn only_options(given: &JsonMap, known: &[&str]) -> Result<()> {
    match given.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let words = match known {
                [] => "is not known: Janus takes no options for this type".to_owned(),
                known => format!("is not known: Janus takes {}", known.join(", ")),
            };
            let field = format!("backend_options.{key}");
            Err(Error::field(Reason::InvalidField, field, words))
        }
    }
}

/// The kinds of media that a description has and does not refuse.
pub(super) fn kinds(sdp: &Sdp) -> Vec<MediaKind> {
    let mut kinds: Vec<MediaKind> = sdp
        .sections()
        .filter(|section| !section.is_rejected())
        .filter_map(|section| section.kind())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
