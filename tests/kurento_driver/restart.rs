//! A server that dies.

use std::time::Duration;

use futures_util::future::join_all;
use mediaplane::{Reason, media::LegEvent};

use crate::{
    legs::Opening,
    support::{kurento::Own, media::Kind, received::Receives as _},
    world::{World, own},
};

/// By then each session must know that its server is gone.
const LOST_WITHIN: Duration = Duration::from_secs(15);
const SESSIONS: u8 = 3;

/// An own server, and a driver that reaches it without the line, which would accept what a dead server refuses.
async fn world() -> Option<(Own, World)> {
    let own = own().await?;
    let url = own.url();
    let world = World::at(url.clone(), |config| config.url = url).await;
    Some((own, world))
}

async fn echoes(world: &World) -> Vec<Opening> {
    let mut legs = Vec::new();
    for tag in 1..=SESSIONS {
        let (leg, peer) = world.echo(tag).await;
        peer.receives(Kind::Audio, tag, 5).await;
        legs.push(leg);
    }
    legs
}

async fn are_lost(legs: &mut [Opening]) {
    let lost = |event: &LegEvent| match event {
        LegEvent::Closed { reason, .. } => Some(*reason),
        _ => None,
    };
    let told = legs
        .iter_mut()
        .map(|leg| leg.hears_within(LOST_WITHIN, lost));
    for reason in join_all(told).await {
        assert_eq!(reason, Reason::BackendLost);
    }
}

/// New sessions are what they were.
async fn serves(world: World, lost: Vec<Opening>) {
    world.up().await;
    for leg in lost {
        leg.leg.close().await;
    }
    let (leg, peer) = world.echo(9).await;
    peer.receives(Kind::Audio, 9, 25).await;
    leg.leg.close().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_has_lost_its_sessions_and_takes_new_ones_when_it_is_back() {
    let Some((mut server, world)) = world().await else {
        return;
    };
    let mut legs = echoes(&world).await;
    server.kill().await;
    are_lost(&mut legs).await;
    world.down().await;
    server.restart().await;
    serves(world, legs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_back_at_once_has_lost_its_sessions_all_the_same() {
    let Some((mut server, world)) = world().await else {
        return;
    };
    let mut legs = echoes(&world).await;
    server.kill().await;
    server.restart().await;
    are_lost(&mut legs).await;
    serves(world, legs).await;
}
