//! Control comes back after a crash of the service, and what nobody takes back is destroyed.

use std::time::Duration;

use mediaplane::{
    Reason,
    backend::{Backend, Leg, LegEvents, ResumeState},
    media::{LegEvent, SessionType, Update},
};
use tokio::sync::mpsc;

use crate::{
    support::{janus::Options, media::Kind, received::Receives},
    world::{World, mute_audio, request, webrtc},
};

async fn resume(
    world: &World,
    state: ResumeState,
) -> (std::sync::Arc<dyn Leg>, mpsc::Receiver<LegEvent>) {
    // As it is stored and read again.
    let text = serde_json::to_string(&state.0).expect("JSON");
    let state = ResumeState(serde_json::from_str(&text).expect("JSON"));
    let (events, heard) = LegEvents::new(64);
    let leg = world
        .driver
        .resume(state, events)
        .await
        .expect("it is still there");
    (leg, heard)
}

#[tokio::test]
async fn an_echo_goes_on_under_a_new_driver() {
    let mut world = World::new().await;
    let (echo, peer) = world.echo(7).await;
    let state = echo.leg.resume_state();
    world.crash().await;
    let (leg, _heard) = resume(&world, state).await;
    assert_eq!(leg.resume_state(), echo.leg.resume_state());
    peer.receives(Kind::Audio, 7, 10).await;
    leg.update(Update::Media(mute_audio(true)))
        .await
        .expect("control");
    peer.stops_receiving(Kind::Audio).await;
    leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_bridge_goes_on_and_ends_together() {
    let mut world = World::new().await;
    let caller = world.peer(1).await;
    let proxy = request(SessionType::Proxy, Some(webrtc(caller.description())));
    let mut from = world.open(proxy).await.expect("a proxy");
    let peer_id = from.session_id.clone();
    let bridge = request(SessionType::Bridge { peer_id }, None);
    let to = world.open(bridge).await.expect("a bridge");
    let callee = world
        .answers(2, to.description.as_ref().expect("an offer"))
        .await;
    to.leg
        .accept(webrtc(callee.description()))
        .await
        .expect("an answer");
    caller
        .accept_answer(from.described().await.sdp.as_str())
        .await;
    tokio::join!(caller.connected(), callee.connected());

    let states = (from.leg.resume_state(), to.leg.resume_state());
    world.crash().await;
    let (to, mut heard) = resume(&world, states.1).await;
    let (from, _) = resume(&world, states.0).await;
    callee.receives(Kind::Audio, 1, 10).await;
    from.update(Update::Media(mute_audio(true)))
        .await
        .expect("control");
    callee.stops_receiving(Kind::Audio).await;
    from.close().await;
    let ended = loop {
        if let LegEvent::Closed { reason, .. } = heard.recv().await.expect("its end") {
            break reason;
        }
    };
    assert_eq!(ended, Reason::BridgeStop);
    to.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_waiting_proxy_is_bridged_after_a_crash() {
    let mut world = World::new().await;
    let caller = world.peer(1).await;
    let proxy = request(SessionType::Proxy, Some(webrtc(caller.description())));
    let from = world.open(proxy).await.expect("a proxy");
    let peer_id = from.session_id.clone();
    let state = from.leg.resume_state();
    world.crash().await;
    let (from, _heard) = resume(&world, state).await;
    let bridge = request(SessionType::Bridge { peer_id }, None);
    let to = world.open(bridge).await.expect("a bridge");
    tokio::join!(from.close(), to.leg.close());
    world.end().await;
}

#[tokio::test]
async fn what_is_gone_cannot_be_resumed() {
    let mut world = World::new().await;
    let (echo, _peer) = world.echo(7).await;
    let state = echo.leg.resume_state();
    echo.leg.close().await;
    world.crash().await;
    let (events, _heard) = LegEvents::new(8);
    let error = world
        .driver
        .resume(state, events)
        .await
        .expect_err("it is gone");
    assert_eq!(error.reason(), Reason::BackendLost, "{error:?}");
    let (events, _heard) = LegEvents::new(8);
    let foreign = ResumeState::default();
    assert!(world.driver.resume(foreign, events).await.is_err());
    world.end().await;
}

#[tokio::test]
async fn what_nobody_resumes_is_destroyed() {
    let mut world = World::with(Options::default(), |config| {
        config.orphans_after = Duration::from_millis(200);
    })
    .await;
    let (_echo, peer) = world.echo(7).await;
    let mut other = world.janus.client().await;
    let foreign = other.attach("janus.plugin.echotest", "somebody/else").await;
    world.crash().await;
    peer.closed().await;
    let is_foreign = |session: &crate::support::janus::Session| session.id == foreign.session;
    world
        .janus
        .leaves_nothing(Duration::from_secs(10), is_foreign)
        .await;
    assert_eq!(
        world.janus.sessions().await.len(),
        1,
        "others' sessions are left alone"
    );
}
