//! What a session does: its type with the parameters of it.

use super::{Fields, kinds::Known, time};
use crate::{
    id::{RoomId, SessionId},
    media::{RoomOptions, SessionType},
    proto::{self, session_type::Kind},
};

impl Fields<'_> {
    /// The mandatory `type` of a request.
    pub(super) fn session_type(
        &mut self,
        session_type: Option<proto::SessionType>,
    ) -> Option<SessionType> {
        let kind = session_type.and_then(|session_type| session_type.kind);
        let kind = self.required("type", kind)?;
        self.within("type", |fields| fields.type_kind(kind))
    }

    fn type_kind(&mut self, kind: Kind) -> Option<SessionType> {
        match kind {
            Kind::P2p(p2p) => {
                let peer_id = self.within("p2p", |f| f.optional_id("peer_id", &p2p.peer_id));
                Some(SessionType::P2p { peer_id })
            }
            Kind::Echo(proto::Echo {}) => Some(SessionType::Echo),
            Kind::Proxy(proto::Proxy {}) => Some(SessionType::Proxy),
            Kind::Publish(publish) => self.within("publish", |f| f.publish(publish)),
            Kind::Listen(listen) => {
                let publisher =
                    self.within("listen", |f| f.id("publisher_id", &listen.publisher_id));
                publisher.map(|publisher_id| SessionType::Listen {
                    publisher_id,
                    room_id: None,
                })
            }
            Kind::Park(proto::Park {}) => Some(SessionType::Park),
            Kind::Mcu(mcu) => Some(self.within("mcu", |f| f.mcu(&mcu))),
            Kind::Bridge(bridge) => {
                let peer = self.within("bridge", |f| f.id("peer_id", &bridge.peer_id));
                peer.map(|peer_id| SessionType::Bridge { peer_id })
            }
            Kind::Play(play) => {
                let uri = self.within("play", |f| f.uri("uri", &play.uri));
                let loops = play.loops.unwrap_or(1);
                uri.map(|uri| SessionType::Play { uri, loops })
            }
        }
    }

    fn publish(&mut self, publish: proto::Publish) -> Option<SessionType> {
        let room_id = self.optional_id("room_id", &publish.room_id);
        let room_options = self.room_options("room_options", publish.room_options);
        Some(SessionType::Publish {
            room_id,
            create_room: publish.create_room,
            room_options: Box::new(room_options),
        })
    }

    fn mcu(&mut self, mcu: &proto::Mcu) -> SessionType {
        SessionType::Mcu {
            room_id: self.optional_id("room_id", &mcu.room_id),
            profile: self.optional_word("profile", &mcu.profile),
            layout: self.optional_word("layout", &mcu.layout),
        }
    }

    /// How a room is made.
    pub(super) fn room_options(
        &mut self,
        field: &'static str,
        options: Option<proto::RoomOptions>,
    ) -> RoomOptions {
        let Some(options) = options else {
            return RoomOptions::default();
        };
        self.within(field, |fields| RoomOptions {
            audio_codec: fields.optional_word("audio_codec", &options.audio_codec),
            video_codec: fields.optional_word("video_codec", &options.video_codec),
            bitrate_kbps: (options.bitrate_kbps > 0).then_some(options.bitrate_kbps),
            timeout: fields.optional_duration("timeout", options.timeout, time::LEASE),
        })
    }
}

/// The number of the type, and its parameters as they stand.
pub(super) fn parts(session_type: &SessionType) -> (i32, proto::TypeExt) {
    (session_type.kind().number(), extension(session_type))
}

fn extension(session_type: &SessionType) -> proto::TypeExt {
    let own = |id: Option<&SessionId>| id.map(ToString::to_string).unwrap_or_default();
    let room = |id: &Option<RoomId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut ext = proto::TypeExt::default();
    match session_type {
        SessionType::P2p { peer_id } => ext.peer_id = own(peer_id.as_ref()),
        SessionType::Bridge { peer_id } => ext.peer_id = own(Some(peer_id)),
        SessionType::Publish { room_id, .. } => {
            ext.room_id = room(room_id);
            ext.role = proto::MemberRole::Publisher.into();
        }
        SessionType::Listen {
            publisher_id,
            room_id,
        } => {
            ext.room_id = room(room_id);
            ext.publisher_id = own(Some(publisher_id));
            ext.role = proto::MemberRole::Listener.into();
        }
        SessionType::Mcu {
            room_id,
            profile,
            layout,
        } => {
            ext.room_id = room(room_id);
            ext.role = proto::MemberRole::Participant.into();
            ext.profile = profile.as_deref().unwrap_or_default().to_owned();
            ext.layout = layout.as_deref().unwrap_or_default().to_owned();
        }
        SessionType::Play { uri, loops } => {
            ext.uri = uri.as_ref().to_owned();
            ext.loops = Some(*loops);
        }
        SessionType::Echo | SessionType::Proxy | SessionType::Park => {}
    }
    ext
}
