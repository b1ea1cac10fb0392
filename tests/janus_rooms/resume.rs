//! What another process takes over goes on without a pause.

use mediaplane::{
    backend::{Backend, Leg, LegEvents},
    media::{MediaUpdate, RoomKind, RoomOptions, Update},
};
use std::sync::Arc;

use crate::{
    stage::{listen, listens, mcu, offers, publishes, room, sfu},
    support::{media::Kind, received::Receives},
    world::{Opening, World, mute_audio},
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
