//! What a case needs of a backend, and what it gets where that is not advertised.

use mediaplane::Reason;
use mediaplane::media::{Capabilities, Role, SdpType, SessionType, TypeCapability, TypeKind};

pub(crate) use crate::change::Change;
use crate::client::Client;
use crate::scenes;
use crate::subjects::{Setup, Subject};
use crate::support::peer::Options;

/// A row of the capability table, and what of it a case uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) kind: TypeKind,
    pub(crate) role: Role,
    pub(crate) sdp_type: SdpType,
    /// Something done to a session of that row.
    pub(crate) update: Option<Change>,
    pub(crate) setup: Setup,
}

pub(crate) const fn need(kind: TypeKind, role: Role, sdp_type: SdpType) -> Need {
    Need {
        kind,
        role,
        sdp_type,
        update: None,
        setup: Setup::USUAL,
    }
}

pub(crate) const P2P: Need = need(TypeKind::P2p, Role::Offeree, SdpType::Webrtc);
pub(crate) const ECHO: Need = need(TypeKind::Echo, Role::Offeree, SdpType::Webrtc);
pub(crate) const ECHO_OFFERER: Need = need(TypeKind::Echo, Role::Offerer, SdpType::Webrtc);
pub(crate) const ECHO_RTP: Need = need(TypeKind::Echo, Role::Offeree, SdpType::Rtp);
pub(crate) const PARK: Need = need(TypeKind::Park, Role::Offeree, SdpType::Webrtc);
pub(crate) const PROXY: Need = need(TypeKind::Proxy, Role::Offeree, SdpType::Webrtc);
pub(crate) const BRIDGE: Need = need(TypeKind::Bridge, Role::Offerer, SdpType::Webrtc);
pub(crate) const BRIDGE_RTP: Need = need(TypeKind::Bridge, Role::Offerer, SdpType::Rtp);
pub(crate) const PROXY_RTP: Need = need(TypeKind::Proxy, Role::Offeree, SdpType::Rtp);
pub(crate) const PUBLISH: Need = need(TypeKind::Publish, Role::Offeree, SdpType::Webrtc);
pub(crate) const LISTEN: Need = need(TypeKind::Listen, Role::Offerer, SdpType::Webrtc);
pub(crate) const MCU: Need = need(TypeKind::Mcu, Role::Offeree, SdpType::Webrtc);
pub(crate) const PLAY: Need = need(TypeKind::Play, Role::Offerer, SdpType::Webrtc);

impl Need {
    /// Also this is done to a session of that row.
    pub(crate) const fn to(self, change: Change) -> Need {
        Need {
            update: Some(change),
            ..self
        }
    }

    /// The subject is to be set up otherwise than usual.
    pub(crate) const fn with(self, setup: Setup) -> Need {
        Need { setup, ..self }
    }

    /// Whether a backend that can do this can do the case; p2p needs none.
    pub(crate) fn is_met_by(&self, capabilities: &Capabilities) -> bool {
        let can = match (self.kind, self.row(capabilities)) {
            (TypeKind::P2p, _) => return self.update.is_none(),
            (_, Some(can)) => can,
            (_, None) => return false,
        };
        self.update
            .is_none_or(|change| can.lacks(&change.update()).is_none())
    }

    fn row<'c>(&self, capabilities: &'c Capabilities) -> Option<&'c TypeCapability> {
        capabilities.find(self.kind, self.role, self.sdp_type)
    }

    /// Checks that the service says so where the need is not met.
    pub(crate) async fn is_refused_by(&self, subject: &Subject) {
        let is_there = self.kind == TypeKind::P2p || self.row(subject.capabilities()).is_some();
        let refused = match self.update.filter(|_| is_there) {
            None => self.creation_is_refused(subject).await,
            Some(change) => self.change_is_refused(subject, change).await,
        };
        let expected = match subject.has_backend() {
            true => Reason::NotSupported,
            // There is nobody who could support it, which is said.
            false if self.kind != TypeKind::P2p => Reason::NoMediaserver,
            false => Reason::NotSupported,
        };
        assert_eq!(refused.reason(), expected, "{refused:?}");
    }

    async fn creation_is_refused(&self, subject: &Subject) -> mediaplane::Error {
        let client = Client::offers(subject, 1, Options::audio).await;
        let mut create = mediaplane::session::Create::new(session_type(self.kind));
        create.sdp_type = self.sdp_type;
        if self.role == Role::Offeree {
            let mut offer = client.description();
            offer.sdp_type = self.sdp_type;
            create.offer = Some(offer);
        }
        // What it would be tied to is not there either: a backend that lacks the type has none of its own.
        if let SessionType::Bridge { peer_id }
        | SessionType::Listen {
            publisher_id: peer_id,
            ..
        } = &mut create.session_type
        {
            let other = match self.kind {
                TypeKind::Bridge => SessionType::Proxy,
                _ => scenes::publishing(None),
            };
            match subject.begin(client.create(other)).await {
                Ok(session) => *peer_id = session.id.clone(),
                Err(refused) => return refused,
            }
        }
        let refused = subject.begin(create).await;
        refused
            .err()
            .unwrap_or_else(|| panic!("{self:?} is not advertised and was done"))
    }

    async fn change_is_refused(&self, subject: &Subject, change: Change) -> mediaplane::Error {
        let sessions = scenes::any(subject, self.kind, self.sdp_type).await;
        let refused = sessions[0].update(change.update()).await;
        refused
            .err()
            .unwrap_or_else(|| panic!("{self:?} is not advertised and was done"))
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.kind)?;
        if self.kind != TypeKind::P2p {
            write!(f, " as {}", self.role)?;
        }
        if self.sdp_type == SdpType::Rtp {
            write!(f, ", RTP")?;
        }
        match self.update {
            None => Ok(()),
            Some(change) => write!(f, ", {change}"),
        }
    }
}

/// A type of this kind, to be refused.
pub(crate) fn session_type(kind: TypeKind) -> SessionType {
    let nobody = mediaplane::id::SessionId::random;
    match kind {
        TypeKind::P2p => SessionType::P2p { peer_id: None },
        TypeKind::Echo => SessionType::Echo,
        TypeKind::Proxy => SessionType::Proxy,
        TypeKind::Publish => scenes::publishing(None),
        TypeKind::Listen => SessionType::Listen {
            publisher_id: nobody(),
            room_id: None,
        },
        TypeKind::Park => SessionType::Park,
        TypeKind::Mcu => SessionType::Mcu {
            room_id: None,
            profile: None,
            layout: None,
        },
        TypeKind::Bridge => SessionType::Bridge { peer_id: nobody() },
        TypeKind::Play => SessionType::Play {
            uri: "file:///nothing".into(),
            loops: 1,
        },
    }
}
