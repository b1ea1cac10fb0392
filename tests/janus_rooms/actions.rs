//! What a member may do to its room.

use mediaplane::{
    Reason,
    id::SessionId,
    media::{
        MediaKind, MediaUpdate, Outcome, RecordingState, RoomAction, RoomKind, RoomOptions,
        RoomOutcome,
    },
};

use crate::{
    stage::{
        act, converted, destroy, kick, listen, listens, mcu, mute, offers, publish, publishes,
        room, sfu,
    },
    support::{media::Kind, received::Receives},
    world::{World, request, webrtc},
};

#[tokio::test]
async fn a_member_is_muted_by_another() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let (one, _one_peer) = publishes(&world, &room_id, 1).await;
    let (two, _two_peer) = publishes(&world, &room_id, 2).await;
    let (listener, heard) = listens(&world, &one).await;
    heard.receives(Kind::Audio, 1, 5).await;
    let done = Outcome::Room(RoomOutcome::Done);
    let muted = act(&two, mute(&one.session_id, Some(true), None)).await;
    assert_eq!(muted.expect("muted"), done);
    heard.stops_receiving(Kind::Audio).await;
    heard.receives(Kind::Video, 1, 5).await;
    let muted = act(&two, mute(&one.session_id, Some(false), Some(true))).await;
    assert_eq!(muted.expect("muted"), done);
    heard.stops_receiving(Kind::Video).await;
    heard.receives(Kind::Audio, 1, 5).await;

    for (whom, reason) in [
        (&listener.session_id, Reason::IncompatibleSession),
        (&SessionId::random(), Reason::SessionNotFound),
    ] {
        let refused = act(&two, mute(whom, Some(true), None)).await;
        assert_eq!(refused.expect_err("not muted").reason(), reason);
    }
}

#[tokio::test]
async fn a_member_is_put_out() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let (mut one, _one_peer) = publishes(&world, &room_id, 1).await;
    let (two, _two_peer) = publishes(&world, &room_id, 2).await;
    let (mut listener, _heard) = listens(&world, &two).await;
    for victim in [&mut one, &mut listener] {
        act(&two, kick(&victim.session_id)).await.expect("kicked");
        let end = victim.ends().await;
        assert_eq!(end, (Reason::BackendHangup, "put out of the room".into()));
        victim.leg.close().await;
    }
    let refused = act(&two, kick(&SessionId::random())).await;
    assert_eq!(
        refused.expect_err("nobody").reason(),
        Reason::SessionNotFound
    );
    two.leg.close().await;
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}

#[tokio::test]
async fn nobody_enters_a_locked_room() {
    let world = World::new().await;
    for kind in [RoomKind::Sfu, RoomKind::Mcu] {
        let room_id = room(&world, kind, RoomOptions::default()).await;
        let enter = match kind {
            RoomKind::Sfu => publish(&room_id),
            RoomKind::Mcu => mcu(&room_id),
        };
        let peer = world.peer(1).await;
        let member = offers(&world, enter.clone(), MediaUpdate::default(), &peer).await;
        act(&member, RoomAction::Lock).await.expect("locked");
        let other = world.peer(2).await;
        let mut requests = vec![request(enter.clone(), Some(webrtc(other.description())))];
        if kind == RoomKind::Sfu {
            requests.push(request(listen(&member), None));
        }
        for request in requests {
            let refused = world.open(request).await.err().expect("locked");
            assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
        }
        act(&member, RoomAction::Unlock).await.expect("unlocked");
        let entered = offers(&world, enter, MediaUpdate::default(), &other).await;
        entered.leg.close().await;
        member.leg.close().await;
        destroy(&world, &room_id, kind).await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_destroyed_room_ends_its_publishers() {
    let world = World::new().await;
    for kind in [RoomKind::Sfu, RoomKind::Mcu] {
        let room_id = room(&world, kind, RoomOptions::default()).await;
        let enter = match kind {
            RoomKind::Sfu => publish(&room_id),
            RoomKind::Mcu => mcu(&room_id),
        };
        let peer = world.peer(1).await;
        let mut member = offers(&world, enter, MediaUpdate::default(), &peer).await;
        destroy(&world, &room_id, kind).await;
        assert_eq!(member.ends().await.0, Reason::RoomDestroyed);
        member.leg.close().await;
    }
    world.end().await;
}

fn record(on: bool) -> RoomAction {
    RoomAction::Record { on, uri: None }
}

#[tokio::test]
async fn a_room_is_recorded_as_a_whole() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let (one, one_peer) = publishes(&world, &room_id, 1).await;
    let refused = act(&one, record(false)).await.expect_err("none runs");
    assert_eq!(refused.reason(), Reason::NoActiveRecorder);
    act(&one, record(true)).await.expect("a recording");
    let refused = act(&one, record(true)).await.expect_err("one runs");
    assert_eq!(refused.reason(), Reason::IncompatibleSession);
    let (two, two_peer) = publishes(&world, &room_id, 2).await;
    let (_listener, heard) = listens(&world, &two).await;
    heard.receives(Kind::Video, 2, 25).await;
    let ended = act(&one, record(false)).await;
    let Ok(Outcome::Room(RoomOutcome::Recording(recording))) = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(recording.state, RecordingState::Stopped);
    assert_eq!(recording.files.len(), 4, "{recording:#?}");
    for file in &recording.files {
        let extension = match file.kind {
            Some(MediaKind::Audio) => "opus",
            _ => "webm",
        };
        converted(file.uri.as_ref(), extension);
    }
    one_peer.close().await;
    two_peer.close().await;
}
