//! What happens in rooms: those of an SFU are kept here only, a conference has a mixer on the server.

use std::sync::Arc;

use super::{negotiation::marks, owned::Owned, place::Place, server::Server, wire::Call, wiring};
use crate::{
    backend::{RoomRequest, guard::not_supported},
    error::{Error, Reason, Result},
    id::RoomId,
    media::{
        Codec, LegEvent, MediaKind, MediaUpdate, RoomAction, RoomKind, RoomOptions, RoomOutcome,
        action::RoomVerb,
    },
};

/// What can be done in a room.
pub(super) const VERBS: &[RoomVerb] = &[
    RoomVerb::MuteMember,
    RoomVerb::KickMember,
    RoomVerb::Lock,
    RoomVerb::Unlock,
];

/// The codecs that a room can be confined to.
const CODECS: [Codec; 5] = [
    Codec::Opus,
    Codec::Pcmu,
    Codec::Pcma,
    Codec::Vp8,
    Codec::H264,
];

/// Makes or destroys a room.
pub(super) async fn request(server: &Server, request: RoomRequest) -> Result<()> {
    match request {
        RoomRequest::Create {
            room_id, options, ..
        } => {
            check_codecs(&options)?;
            server.topology.lock().make_room(room_id, options);
        }
        RoomRequest::Destroy { room_id, kind } => {
            server.topology.lock().destroy_room(&room_id);
            if kind == RoomKind::Mcu {
                server.release_hub(&room_id).await?;
            }
        }
    }
    Ok(())
}

fn check_codecs(options: &RoomOptions) -> Result<()> {
    let named = [
        ("audio_codec", &options.audio_codec, MediaKind::Audio),
        ("video_codec", &options.video_codec, MediaKind::Video),
    ];
    for (field, name, kind) in named {
        let Some(name) = name else { continue };
        let mut known = CODECS.iter().filter(|codec| codec.kind() == kind);
        if !known
            .clone()
            .any(|codec| Codec::named(name) == Some(*codec))
        {
            let known: Vec<&str> = known.by_ref().map(|codec| codec.as_str()).collect();
            let words = format!("`{name}` is none of {}", known.join(", "));
            return Err(Error::field(Reason::InvalidField, field, words));
        }
    }
    Ok(())
}

/// The codecs that a room is confined to; none if any will do.
pub(super) fn codecs(options: &RoomOptions) -> Vec<Codec> {
    let named = |name: &Option<std::sync::Arc<str>>| name.as_deref().and_then(Codec::named);
    let (audio, video) = (named(&options.audio_codec), named(&options.video_codec));
    if audio.is_none() && video.is_none() {
        return Vec::new();
    }
    let of_room = |codec: &Codec| match codec.kind() {
        MediaKind::Audio => audio.is_none_or(|only| only == *codec),
        _ => video.is_none_or(|only| only == *codec),
    };
    CODECS.into_iter().filter(of_room).collect()
}

/// Whether a conference can be had so.
///
/// # Errors
/// `NOT_SUPPORTED`.
pub(super) fn check(profile: Option<&str>, layout: Option<&str>) -> Result<()> {
    let wanted = match (profile, layout) {
        (Some(_), _) => "a conference profile",
        (None, Some(_)) => "a layout of one's own",
        (None, None) => return Ok(()),
    };
    let words = format!("Kurento's mixer has a grid and nothing else: it cannot have {wanted}");
    Err(Error::new(Reason::NotSupported, words))
}

/// A place in a conference.
pub(super) async fn port(place: &Arc<Place>, room: &RoomId) -> Result<Owned> {
    let server = &place.server;
    let port = Owned::new(place, server.port(room).await?);
    let calls: Vec<Call> = marks(&port.get().into(), place, &[]).collect();
    server
        .graph
        .transaction(calls)
        .await
        .map_err(super::error::Error::from)?;
    place.ears.listen(port.get().id());
    Ok(port)
}

/// Gives a place in a conference back.
pub(super) async fn leave(place: &Place, port: Option<Owned>) {
    if let Some(port) = port {
        port.release().await;
        place.ears.forget(port.get().id());
    }
}

/// Steers the room that a session is in.
pub(super) async fn act(place: &Arc<Place>, action: RoomAction) -> Result<RoomOutcome> {
    let server = &place.server;
    let room = server.topology.lock().room_of(&place.session);
    let room: RoomId =
        room.ok_or_else(|| Error::new(Reason::NoActiveRoom, "the session is in no room"))?;
    match action {
        RoomAction::MuteMember {
            session_id,
            audio,
            video,
        } => {
            let member = server.topology.lock().member(&room, &session_id)?;
            let muted = server.place(member.leg).filter(|_| member.sends);
            let Some(muted) = muted else {
                let words = format!("session {session_id} sends nothing that could be muted");
                return Err(Error::new(Reason::IncompatibleSession, words));
            };
            let change = MediaUpdate {
                mute_audio: audio,
                mute_video: video,
                ..MediaUpdate::default()
            };
            let before = {
                let mut state = muted.state.lock();
                let media = state.room_media.merged(change);
                std::mem::replace(&mut state.room_media, media)
            };
            let places = [muted];
            if let Err(error) = wiring::settle(server, &places).await {
                let [muted] = &places;
                muted.state.lock().room_media = before;
                wiring::mend(server, &places);
                return Err(error);
            }
        }
        RoomAction::KickMember { session_id } => {
            let member = server.topology.lock().member(&room, &session_id)?;
            if let Some(out) = server.place(member.leg) {
                let words = "it was put out of the room";
                out.tell(LegEvent::closed(Reason::BackendHangup, words));
            }
        }
        RoomAction::Lock => server.topology.lock().lock(&room, true),
        RoomAction::Unlock => server.topology.lock().lock(&room, false),
        RoomAction::SetLayout { .. }
        | RoomAction::ListMembers
        | RoomAction::Play { .. }
        | RoomAction::Record { .. } => {
            let kind = place.state.lock().kind.kind();
            let what = format!("room action {}", action.verb());
            return Err(not_supported(&what, kind, server.name.as_str()));
        }
    }
    Ok(RoomOutcome::Done)
}
