//! Objects of the server, each with its kind in its type.
//!
//! The server dies of a wrong kind of object where it expects another one, and everybody's calls with it: an id is
//! read once, its kind is checked then, and no text of a caller ever becomes one.

use std::{fmt, sync::Arc};

use serde_json::Value;

/// The id of any object.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct Id(Arc<str>);

impl Id {
    /// An id as the server writes it.
    pub(in super::super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(in super::super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What kind of object it is (`WebRtcEndpoint`), as its last part tells.
    pub(in super::super) fn kind(&self) -> &str {
        self.0.rsplit_once("_kurento.").map_or("", |(_, kind)| kind)
    }
}

/// The kind and the end of the uuid are enough for a log.
impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.rsplit('/').next().unwrap_or_default())
    }
}

/// An answer that is no object of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` where the id of a {expected} was expected")]
pub(in super::super) struct WrongKind {
    expected: &'static str,
    found: String,
}

macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident: $($kind:literal)|+;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(in super::super) struct $name(Id);

        impl $name {
            pub(in super::super) const fn id(&self) -> &Id {
                &self.0
            }

            /// Reads the id that the server answered.
            pub(in super::super) fn read(value: &Value) -> Result<Self, WrongKind> {
                let id = value.as_str().map(Id::new);
                id.filter(|id| matches!(id.kind(), $($kind)|+))
                    .map(Self)
                    .ok_or_else(|| WrongKind {
                        expected: stringify!($name),
                        found: value.to_string(),
                    })
            }
        }
    )+};
}

objects! {
    /// A pipeline: only its own elements can be connected.
    Pipeline: "MediaPipeline";
    /// An element, which can be connected to others.
    Element: "PassThrough" | "WebRtcEndpoint" | "RtpEndpoint" | "PlayerEndpoint" | "RecorderEndpoint" | "HubPort";
    /// A mixer, which is joined by a port and never connected itself.
    Hub: "Composite";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_what_its_id_says() {
        let pipeline = "6916ad32_kurento.MediaPipeline";
        let port = format!("{pipeline}/17c0_kurento.Composite/9ab1_kurento.HubPort");
        assert!(Pipeline::read(&json!(pipeline)).is_ok());
        assert!(Element::read(&json!(port)).is_ok());
        assert!(Hub::read(&json!(format!("{pipeline}/17c0_kurento.Composite"))).is_ok());
        for wrong in [
            json!(pipeline),
            json!(null),
            json!(""),
            json!("manager_ServerManager"),
        ] {
            assert!(Element::read(&wrong).is_err(), "{wrong}");
        }
        let element = Element::read(&json!(port)).expect("an element");
        assert_eq!(format!("{:?}", element.id()), "9ab1_kurento.HubPort");
    }
}
