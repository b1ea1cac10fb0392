//! What kinds of session, media, description and room there are.

use std::{sync::Arc, time::Duration};

use crate::id::{RoomId, SessionId};

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$vdoc:meta])* $name:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $($(#[$vdoc])* $name),+ }

        impl $type {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The lower-case name, as in logs, metrics and messages.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use names;

names! {
    /// A session type without its parameters.
    TypeKind {
        /// Two clients talk directly; no media server takes part.
        P2p = "p2p",
        /// The client's media comes back.
        Echo = "echo",
        /// The caller's media goes through the server to a party that a `bridge` joins later.
        Proxy = "proxy",
        /// Sends into a room as one publisher.
        Publish = "publish",
        /// Receives one publisher of a room.
        Listen = "listen",
        /// Media placed on the server; nothing flows.
        Park = "park",
        /// Joins a mixed conference.
        Mcu = "mcu",
        /// Joins another session through the server, both ways.
        Bridge = "bridge",
        /// A file or stream is played to the client.
        Play = "play",
    }
}

names! {
    /// Which side of the offer/answer exchange (RFC 3264) the backend is on.
    Role {
        /// The backend makes the offer, the client answers.
        Offerer = "offerer",
        /// The client offered, the backend answers.
        Offeree = "offeree",
    }
}

names! {
    /// The kind of a session description.
    SdpType {
        /// ICE, DTLS-SRTP and the JSEP rules (RFC 8829).
        Webrtc = "webrtc",
        /// Plain RTP/AVP as SIP endpoints speak it (RFC 3550, RFC 3551).
        Rtp = "rtp",
    }
}

names! {
    /// The kind of an m-section.
    MediaKind {
        /// `m=audio`.
        Audio = "audio",
        /// `m=video`.
        Video = "video",
        /// `m=application`: data channels (RFC 8832).
        Data = "data",
    }
}

names! {
    /// How a room joins its members.
    RoomKind {
        /// A selective forwarding unit: each publisher is forwarded as it is (RFC 7667, 3.7).
        Sfu = "sfu",
        /// A mixer: each member hears and sees the mix (RFC 7667, 3.6).
        Mcu = "mcu",
    }
}

/// How a room that is made should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomOptions {
    /// Audio codec of the room, as in `a=rtpmap` (`opus`); the backend's default if not set.
    pub audio_codec: Option<Arc<str>>,
    /// Video codec of the room (`vp8`); the backend's default if not set.
    pub video_codec: Option<Arc<str>>,
    /// Cap of what each publisher sends, in kbit/s; 0 = none.
    pub bitrate_kbps: Option<u32>,
    /// How long the room lives without members.
    pub timeout: Option<Duration>,
}

/// What a session is for, with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionType {
    /// Two clients talk directly.
    P2p {
        /// The session whose offer this one hands to its client.
        peer_id: Option<SessionId>,
    },
    /// The client's media comes back.
    Echo,
    /// Waits for a `bridge` that names it.
    Proxy,
    /// Sends into a room.
    Publish {
        /// The room; none = a new one.
        room_id: Option<RoomId>,
        /// Make the room if it does not exist.
        create_room: bool,
        /// How a room that is made should be.
        room_options: Box<RoomOptions>,
    },
    /// Receives one publisher.
    Listen {
        /// The session that publishes.
        publisher_id: SessionId,
        /// The publisher's room, found when the session begins.
        room_id: Option<RoomId>,
    },
    /// Nothing flows.
    Park,
    /// Joins a mixed conference.
    Mcu {
        /// The conference; none = a new one.
        room_id: Option<RoomId>,
        /// The server's conference profile.
        profile: Option<Arc<str>>,
        /// The video layout.
        layout: Option<Arc<str>>,
    },
    /// Joins another session.
    Bridge {
        /// The session to join with.
        peer_id: SessionId,
    },
    /// Plays to the client.
    Play {
        /// What to play.
        uri: Arc<str>,
        /// Times to play it; 0 = for ever.
        loops: u32,
    },
}

impl SessionType {
    /// The type without its parameters.
    #[must_use]
    pub const fn kind(&self) -> TypeKind {
        match self {
            Self::P2p { .. } => TypeKind::P2p,
            Self::Echo => TypeKind::Echo,
            Self::Proxy => TypeKind::Proxy,
            Self::Publish { .. } => TypeKind::Publish,
            Self::Listen { .. } => TypeKind::Listen,
            Self::Park => TypeKind::Park,
            Self::Mcu { .. } => TypeKind::Mcu,
            Self::Bridge { .. } => TypeKind::Bridge,
            Self::Play { .. } => TypeKind::Play,
        }
    }

    /// The room that the session is in, if its type has one.
    #[must_use]
    pub const fn room_id(&self) -> Option<&RoomId> {
        match self {
            Self::Publish { room_id, .. }
            | Self::Listen { room_id, .. }
            | Self::Mcu { room_id, .. } => room_id.as_ref(),
            Self::P2p { .. }
            | Self::Echo
            | Self::Proxy
            | Self::Park
            | Self::Bridge { .. }
            | Self::Play { .. } => None,
        }
    }

    /// The session that this type refers to: the peer or the publisher.
    #[must_use]
    pub const fn peer_id(&self) -> Option<&SessionId> {
        match self {
            Self::P2p { peer_id } => peer_id.as_ref(),
            Self::Bridge { peer_id } => Some(peer_id),
            Self::Listen { publisher_id, .. } => Some(publisher_id),
            Self::Echo
            | Self::Proxy
            | Self::Publish { .. }
            | Self::Park
            | Self::Mcu { .. }
            | Self::Play { .. } => None,
        }
    }
}
