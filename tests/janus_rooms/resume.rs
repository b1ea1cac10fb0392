//! What another process takes over goes on without a pause.

use std::{sync::Arc, time::Duration};

use mediaplane::{
    backend::{Backend, Leg, LegEvents},
    media::{MediaUpdate, RoomKind, RoomOptions, Update},
};
use tokio::time::{sleep, timeout};

use crate::{
    stage::{listen, listens, mcu, offers, publishes, room, sfu},
    support::{janus::Options, media::Kind, received::Receives},
    world::{Opening, PATIENCE, World, mute_audio},
};

/// Takes over `opening` with the driver that the world has now.
async fn resumed(world: &World, opening: &Opening) -> Arc<dyn Leg> {
    let (events, _) = LegEvents::new(64);
    let state = opening.leg.resume_state();
    let leg = world
        .driver
        .resume(state, events)
        .await
        .expect("it goes on");
    assert_eq!(leg.resume_state(), opening.leg.resume_state());
    leg
}

#[tokio::test]
async fn publishers_and_listeners_go_on() {
    let mut world = World::new().await;
    let room_id = sfu(&world).await;
    let (one, _one_peer) = publishes(&world, &room_id, 1).await;
    let (two, _two_peer) = publishes(&world, &room_id, 2).await;
    let (listener, heard) = listens(&world, &one).await;
    heard.receives(Kind::Video, 1, 5).await;
    world.crash().await;
    let first = resumed(&world, &one).await;
    let second = resumed(&world, &two).await;
    let listening = resumed(&world, &listener).await;
    heard.receives(Kind::Video, 1, 5).await;
    let switch = listening.update(Update::Type(listen(&two))).await;
    switch.expect("a switch");
    heard.receives(Kind::Audio, 2, 5).await;
    let muted = second.update(Update::Media(mute_audio(true))).await;
    muted.expect("muted");
    heard.stops_receiving(Kind::Audio).await;
    for leg in [first, second, listening] {
        leg.close().await;
    }
}

#[tokio::test]
async fn participants_go_on() {
    let mut world = World::new().await;
    let room_id = room(&world, RoomKind::Mcu, RoomOptions::default()).await;
    let peer = world.peer(1).await;
    let one = offers(&world, mcu(&room_id), MediaUpdate::default(), &peer).await;
    world.crash().await;
    let leg = resumed(&world, &one).await;
    peer.receives_any(Kind::Audio, 25).await;
    let muted = leg.update(Update::Media(mute_audio(true))).await;
    muted.expect("muted");
    leg.close().await;
}

#[tokio::test]
async fn rooms_that_nobody_knows_are_destroyed() {
    let after = Duration::from_millis(300);
    let mut world = World::with(Options::default(), |config| config.orphans_after = after).await;
    for kind in [RoomKind::Sfu, RoomKind::Mcu] {
        room(&world, kind, RoomOptions::default()).await;
    }
    let lived_in = sfu(&world).await;
    let (one, _peer) = publishes(&world, &lived_in, 1).await;
    world.crash().await;
    let leg = resumed(&world, &one).await;
    let videoroom = "janus.plugin.videoroom".to_owned();
    timeout(PATIENCE, async {
        while world.janus.leaks(|_| true).await.rooms.len() > 1 {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("they are destroyed");
    let left = world.janus.leaks(|_| true).await.rooms;
    assert_eq!(left, [(videoroom, lived_in.to_string())]);
    leg.close().await;
}
