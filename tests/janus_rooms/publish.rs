//! `publish`: what the client sends reaches the room, until it is muted, capped or put out.

use std::time::Duration;

use mediaplane::{
    Reason,
    backend::Backend,
    id::RoomId,
    media::{MediaKind, MediaUpdate, RecordingState, RoomKind, RoomOptions, SessionType},
};
use serde_json::json;

use crate::{
    stage::{
        converted, create, destroy, listens, offers, publish, publishes, recorded, records, room,
        sfu,
    },
    support::{
        janus::Options,
        media::Kind,
        peer::{self, Peer},
        received::Receives,
    },
    world::{World, mute_audio, request, webrtc},
};

#[tokio::test]
async fn each_listener_receives_the_publisher() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let (publisher, _peer) = publishes(&world, &room_id, 1).await;
    let (other, _other_peer) = publishes(&world, &room_id, 2).await;
    let listeners = [
        listens(&world, &publisher).await,
        listens(&world, &publisher).await,
        listens(&world, &publisher).await,
    ];
    for (_, peer) in &listeners {
        tokio::join!(
            peer.receives(Kind::Audio, 1, 10),
            peer.receives(Kind::Video, 1, 5)
        );
        assert_eq!(peer.counts().packets(Kind::Audio, Some(2)), 0);
    }
    for opening in [&publisher, &other]
        .into_iter()
        .chain(listeners.iter().map(|(l, _)| l))
    {
        opening.leg.close().await;
    }
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}

#[tokio::test]
async fn what_is_muted_reaches_nobody() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let options = peer::Options::new(world.janus.media_ip(), 1);
    let peer = Peer::offer(options.audio().video().data()).await;
    let publisher = offers(&world, publish(&room_id), mute_audio(true), &peer).await;
    let (listener, heard) = listens(&world, &publisher).await;
    heard.receives(Kind::Video, 1, 5).await;
    heard
        .receives_nothing(Kind::Audio, Duration::from_millis(500))
        .await;
    publisher.update(mute_audio(false)).await;
    heard.receives(Kind::Audio, 1, 5).await;
    let mute_video = |mute| MediaUpdate {
        mute_video: Some(mute),
        ..MediaUpdate::default()
    };
    publisher.update(mute_video(true)).await;
    heard.stops_receiving(Kind::Video).await;
    publisher.update(mute_video(false)).await;
    heard.receives(Kind::Video, 1, 5).await;
    let mute_data = MediaUpdate {
        mute_data: Some(true),
        ..MediaUpdate::default()
    };
    publisher.update(mute_data).await;
    listener.leg.close().await;
    publisher.leg.close().await;
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}

fn cap(kbps: u32) -> MediaUpdate {
    MediaUpdate {
        bitrate_kbps: Some(kbps),
        ..MediaUpdate::default()
    }
}

#[tokio::test]
async fn a_cap_reaches_the_publisher() {
    let world = World::new().await;
    let free = sfu(&world).await;
    let peer = world.peer(1).await;
    let publisher = offers(&world, publish(&free), cap(300), &peer).await;
    peer.remb(|bitrate| bitrate == 300_000).await;
    publisher.update(cap(700)).await;
    peer.remb(|bitrate| bitrate == 700_000).await;
    publisher.update(cap(0)).await;
    peer.remb(|bitrate| bitrate == 10_000_000).await;
    publisher.leg.close().await;

    let options = RoomOptions {
        bitrate_kbps: Some(200),
        ..RoomOptions::default()
    };
    let capped = room(&world, RoomKind::Sfu, options).await;
    let peer = world.peer(2).await;
    let publisher = offers(&world, publish(&capped), cap(1000), &peer).await;
    peer.remb(|bitrate| bitrate == 200_000).await;
    publisher.update(cap(100)).await;
    peer.remb(|bitrate| bitrate == 100_000).await;
    publisher.update(cap(0)).await;
    peer.remb(|bitrate| bitrate == 200_000).await;
    publisher.leg.close().await;
    for room_id in [free, capped] {
        destroy(&world, &room_id, RoomKind::Sfu).await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_recording_can_be_read() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let (publisher, peer) = publishes(&world, &room_id, 1).await;
    let (_listener, heard) = listens(&world, &publisher).await;
    records(&publisher, Some("take-1")).await;
    heard.receives(Kind::Video, 1, 25).await;
    let recording = recorded(&publisher).await;
    assert_eq!(recording.state, RecordingState::Stopped, "{recording:?}");
    let kinds: Vec<_> = recording.files.iter().map(|file| file.kind).collect();
    assert_eq!(kinds, [Some(MediaKind::Audio), Some(MediaKind::Video)]);
    for (file, extension) in recording.files.iter().zip(["opus", "webm"]) {
        assert!(
            file.bytes > Some(100) && file.duration.is_some(),
            "{file:?}"
        );
        converted(file.uri.as_ref(), extension);
    }
    let first = &recording.files[0].uri;
    let expected = world.janus.recordings().join("take-1-audio-0.mjr");
    assert_eq!(first, &format!("file://{}", expected.display()));
    peer.close().await;
}

#[tokio::test]
async fn a_room_is_made_once_and_destroyed_for_good() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    create(&world, &room_id, RoomKind::Sfu, RoomOptions::default())
        .await
        .expect("it is ours");
    let foreign: RoomId = "foreign".parse().expect("an id");
    let make = json!({"request": "create", "room": "foreign"});
    world.janus.plugin("janus.plugin.videoroom", make).await;
    let refused = create(&world, &foreign, RoomKind::Sfu, RoomOptions::default()).await;
    let reason = refused.map_err(|error| error.reason());
    assert_eq!(reason, Err(Reason::RoomAlreadyExists));
    let options = RoomOptions {
        audio_codec: Some("mp3".into()),
        ..RoomOptions::default()
    };
    let refused = create(&world, &RoomId::random(), RoomKind::Sfu, options).await;
    assert_eq!(
        refused.map_err(|error| error.reason()),
        Err(Reason::BackendRejected)
    );
    let options = RoomOptions {
        video_codec: Some("vp8".into()),
        ..RoomOptions::default()
    };
    let refused = create(&world, &RoomId::random(), RoomKind::Mcu, options).await;
    assert_eq!(
        refused.map_err(|error| error.reason()),
        Err(Reason::NotSupported)
    );
    for _ in 0..2 {
        destroy(&world, &room_id, RoomKind::Sfu).await;
    }
    let destroy = json!({"request": "destroy", "room": "foreign"});
    world.janus.plugin("janus.plugin.videoroom", destroy).await;
    world.end().await;
}

#[tokio::test]
async fn a_room_that_is_dropped_while_it_is_made_is_not_left() {
    let world = World::new().await;
    for micros in (0..30).map(|step| step * 50) {
        let room_id = RoomId::random();
        let making = create(&world, &room_id, RoomKind::Sfu, RoomOptions::default());
        let made = tokio::time::timeout(Duration::from_micros(micros), making).await;
        if made.is_ok() {
            destroy(&world, &room_id, RoomKind::Sfu).await;
        }
    }
    destroy(&world, &RoomId::random(), RoomKind::Sfu).await;
    world.end().await;
}

#[tokio::test]
async fn there_is_no_publishing_without_a_room() {
    let world = World::new().await;
    let peer = world.peer(1).await;
    for kind in [
        publish(&RoomId::random()),
        crate::stage::mcu(&RoomId::random()),
    ] {
        let open = request(kind, Some(webrtc(peer.description())));
        let refused = world.open(open).await.err().expect("no room");
        assert_eq!(refused.reason(), Reason::RoomNotFound, "{refused:?}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_room_that_janus_forgot_is_made_again() {
    let mut world = World::new().await;
    let options = RoomOptions {
        bitrate_kbps: Some(200),
        ..RoomOptions::default()
    };
    let room_id = room(&world, RoomKind::Sfu, options).await;
    let (mut before, _peer) = publishes(&world, &room_id, 1).await;
    world.janus.restart().await;
    assert_eq!(before.ends().await.0, Reason::BackendLost);
    world.up().await;
    let (publisher, peer) = publishes(&world, &room_id, 2).await;
    peer.remb(|bitrate| bitrate == 200_000).await;
    let (listener, heard) = listens(&world, &publisher).await;
    heard.receives(Kind::Video, 2, 5).await;
    listener.leg.close().await;
    publisher.leg.close().await;
    before.leg.close().await;
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}

#[tokio::test]
async fn the_capabilities_say_what_is_configured() {
    let with = World::new().await;
    let without = World::with(Options::default(), |config| {
        config.admin_url = None;
        config.recordings = None;
    })
    .await;
    for (world, can) in [(&with, true), (&without, false)] {
        let types = &world.driver.capabilities().types;
        let publish = types
            .iter()
            .find(|entry| entry.kind == SessionType::kind(&publish(&RoomId::random())))
            .expect("publish is advertised");
        assert_eq!((publish.stats, !publish.recorder.is_empty()), (can, can));
    }
}
