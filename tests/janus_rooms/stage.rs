//! Rooms and who is in them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use mediaplane::{
    Error,
    backend::{Backend, RoomRequest},
    id::{RoomId, SessionId},
    media::{
        MediaUpdate, Outcome, RecorderAction, Recording, RecordingState, RoomAction, RoomKind,
        RoomOptions, SessionType, Update,
    },
};

use crate::{
    support::peer::{self, Peer},
    world::{Opening, World, request, webrtc},
};

/// Makes a room and returns its id.
pub(crate) async fn room(world: &World, kind: RoomKind, options: RoomOptions) -> RoomId {
    let room_id = RoomId::random();
    create(world, &room_id, kind, options)
        .await
        .expect("a room");
    room_id
}

pub(crate) async fn sfu(world: &World) -> RoomId {
    room(world, RoomKind::Sfu, RoomOptions::default()).await
}

pub(crate) async fn create(
    world: &World,
    room_id: &RoomId,
    kind: RoomKind,
    options: RoomOptions,
) -> Result<(), Error> {
    let room_id = room_id.clone();
    let create = RoomRequest::Create {
        room_id,
        kind,
        options,
    };
    world.driver.room(create).await
}

pub(crate) async fn destroy(world: &World, room_id: &RoomId, kind: RoomKind) {
    let room_id = room_id.clone();
    let destroy = RoomRequest::Destroy { room_id, kind };
    world.driver.room(destroy).await.expect("it is destroyed");
}

pub(crate) fn publish(room_id: &RoomId) -> SessionType {
    SessionType::Publish {
        room_id: Some(room_id.clone()),
        create_room: false,
        room_options: Box::default(),
    }
}

pub(crate) fn listen(publisher: &Opening) -> SessionType {
    SessionType::Listen {
        publisher_id: publisher.session_id.clone(),
        room_id: None,
    }
}

pub(crate) fn mcu(room_id: &RoomId) -> SessionType {
    SessionType::Mcu {
        room_id: Some(room_id.clone()),
        profile: None,
        layout: None,
    }
}

pub(crate) fn play(uri: &str, loops: u32) -> SessionType {
    SessionType::Play {
        uri: uri.into(),
        loops,
    }
}

/// A session that offers `peer`'s media, connected.
pub(crate) async fn offers(
    world: &World,
    kind: SessionType,
    media: MediaUpdate,
    peer: &Peer,
) -> Opening {
    let mut open = request(kind, Some(webrtc(peer.description())));
    open.media = media;
    let opening = world.open(open).await.expect("a leg");
    peer.accept_answer(opening.sdp()).await;
    peer.connected().await;
    opening
}

/// A publisher of audio and video, connected.
pub(crate) async fn publishes(world: &World, room_id: &RoomId, tag: u8) -> (Opening, Peer) {
    let peer = world.peer(tag).await;
    let opening = offers(world, publish(room_id), MediaUpdate::default(), &peer).await;
    (opening, peer)
}

/// A session that is offered media and takes it, connected.
pub(crate) async fn takes(world: &World, kind: SessionType, media: MediaUpdate) -> (Opening, Peer) {
    let mut open = request(kind, None);
    open.media = media;
    let opening = world.open(open).await.expect("a leg");
    let options = peer::Options::new(world.janus.media_ip(), 200).receive_only();
    let peer = Peer::answer(options, opening.sdp()).await;
    let answer = webrtc(peer.description());
    opening.leg.accept(answer).await.expect("an answer");
    peer.connected().await;
    (opening, peer)
}

pub(crate) async fn listens(world: &World, publisher: &Opening) -> (Opening, Peer) {
    takes(world, listen(publisher), MediaUpdate::default()).await
}

pub(crate) fn mute(session_id: &SessionId, audio: Option<bool>, video: Option<bool>) -> RoomAction {
    RoomAction::MuteMember {
        session_id: session_id.clone(),
        audio,
        video,
    }
}

pub(crate) fn kick(session_id: &SessionId) -> RoomAction {
    RoomAction::KickMember {
        session_id: session_id.clone(),
    }
}

/// Does something to the room of `opening`.
pub(crate) async fn act(opening: &Opening, action: RoomAction) -> Result<Outcome, Error> {
    opening.leg.update(Update::Room(action)).await
}

/// Starts a recording; `name` is its files' common beginning.
pub(crate) async fn records(opening: &Opening, name: Option<&str>) {
    let start = RecorderAction::Start {
        uri: name.map(Into::into),
        format: None,
    };
    let began = opening.leg.update(Update::Recorder(start)).await;
    assert!(
        matches!(&began, Ok(Outcome::Recorder(began)) if began.state == RecordingState::Recording),
        "{began:?}"
    );
}

/// Stops a recording.
pub(crate) async fn recorded(opening: &Opening) -> Recording {
    let stop = Update::Recorder(RecorderAction::Stop);
    match opening.leg.update(stop).await {
        Ok(Outcome::Recorder(recording)) => recording,
        other => panic!("{other:?}"),
    }
}

/// Converts an `.mjr` with Janus' own tool, which proves that it can be read.
pub(crate) fn converted(uri: &str, extension: &str) -> PathBuf {
    let mjr = Path::new(uri.strip_prefix("file://").expect("a file"));
    let out = mjr.with_extension(extension);
    let ran = Command::new("janus-pp-rec")
        .args([mjr, out.as_path()])
        .output()
        .expect("janus-pp-rec is installed: package janus-tools");
    let size = std::fs::metadata(&out).map_or(0, |file| file.len());
    assert!(ran.status.success() && size > 0, "{ran:?}");
    out
}
