//! A server that dies.

use std::time::Duration;

use futures_util::future::join_all;
use mediaplane::{
    Reason,
    media::{LegEvent, SessionType},
};
use tokio::time::Instant;

use crate::{
    legs::Opening,
    support::{freeswitch::Own, media::Kind, received::Receives as _},
    world::{World, own},
};

/// By then each session must know that its server is gone: `lost_after`, and a little.
const LOST_WITHIN: Duration = Duration::from_secs(10);
const SESSIONS: u8 = 3;

/// An own server, and a driver that reaches it without the line, which would accept what a dead server refuses.
async fn world() -> Option<(Own, World)> {
    let own = own().await?;
    let address = own.address();
    let event_socket = address.event_socket.clone();
    let world = World::at(address, |config| config.event_socket = event_socket).await;
    Some((own, world))
}

/// Echoes of each kind, one that is called, and one in a room.
async fn sessions(world: &World) -> Vec<Opening> {
    let mut legs = Vec::new();
    let (leg, peer) = world.echo(100).await;
    peer.receives(Kind::Audio, 100, 5).await;
    legs.push(leg);
    for tag in 1..=SESSIONS {
        let (leg, peer) = world.telephone(SessionType::Echo, tag).await;
        peer.receives(Kind::Audio, tag, 5).await;
        legs.push(leg);
    }
    legs.push(world.calling().await);
    legs
}

async fn are_lost(legs: &mut [Opening], since: Instant) {
    let lost = |event: &LegEvent| match event {
        LegEvent::Closed { reason, message } => Some((*reason, message.clone())),
        _ => None,
    };
    let told = legs
        .iter_mut()
        .map(|leg| leg.hears_within(LOST_WITHIN, lost));
    for (reason, message) in join_all(told).await {
        assert_eq!(reason, Reason::BackendLost, "{message}");
    }
    println!("lost {:?} after the server", since.elapsed());
}

/// New sessions are what they were, from the moment on that the server answers.
async fn serves(world: World, lost: Vec<Opening>) {
    world.up().await;
    let (phone, phoning) = world.telephone(SessionType::Echo, 9).await;
    let (leg, peer) = world.echo(10).await;
    let calling = world.calling().await;
    phoning.receives(Kind::Audio, 9, 25).await;
    peer.receives(Kind::Audio, 10, 25).await;
    for leg in lost.into_iter().chain([phone, leg, calling]) {
        leg.leg.close().await;
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_has_lost_its_sessions_and_takes_new_ones_when_it_is_back() {
    let Some((mut server, world)) = world().await else {
        return;
    };
    let mut legs = sessions(&world).await;
    server.kill().await;
    are_lost(&mut legs, Instant::now()).await;
    world.down().await;
    server.restart();
    serves(world, legs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_back_at_once_has_lost_its_sessions_all_the_same() {
    let Some((mut server, world)) = world().await else {
        return;
    };
    let mut legs = sessions(&world).await;
    server.kill().await;
    server.restart();
    are_lost(&mut legs, Instant::now()).await;
    serves(world, legs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_loses_its_sessions() {
    let Some((mut server, world)) = world().await else {
        return;
    };
    let mut legs = sessions(&world).await;
    let begun = Instant::now();
    server.stop().await;
    are_lost(&mut legs, begun).await;
    server.restart();
    serves(world, legs).await;
}
