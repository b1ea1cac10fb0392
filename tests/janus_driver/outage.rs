//! Lost connections and lost servers.

use std::time::{Duration, Instant};

use mediaplane::{
    Reason,
    backend::{Backend, Status},
    media::Update,
};

use crate::{
    support::{janus::Options, media::Kind, received::Receives},
    world::{World, echo, mute_audio},
};

#[tokio::test]
async fn a_cut_line_is_mended_and_media_never_stops() {
    let world = World::new().await;
    let (mut echo, peer) = world.echo(7).await;
    peer.receives(Kind::Audio, 7, 10).await;
    world.line.cut();
    world.down().await;
    peer.receives(Kind::Audio, 7, 25).await;
    world.line.restore();
    world.up().await;
    echo.notices("backend_connection").await;
    echo.update(mute_audio(true)).await;
    peer.stops_receiving(Kind::Audio).await;
    peer.receives(Kind::Video, 7, 5).await;
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_command_during_an_outage_waits_for_its_end() {
    let world = World::new().await;
    let (echo, peer) = world.echo(7).await;
    world.line.cut();
    world.down().await;
    let (updated, ()) = tokio::join!(echo.leg.update(Update::Media(mute_audio(true))), async {
        peer.receives(Kind::Audio, 7, 10).await;
        world.line.restore();
    });
    updated.expect("it was done when the line was mended");
    peer.stops_receiving(Kind::Audio).await;
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn what_ends_during_an_outage_is_told_and_destroyed_after_it() {
    let world = World::new().await;
    let (mut hung_up, peer) = world.echo(7).await;
    let (closed, _other) = world.echo(8).await;
    world.line.cut();
    world.down().await;
    peer.close().await;
    closed.leg.close().await;
    assert_eq!(world.janus.leaks(|_| false).await.sessions.len(), 2);
    world.line.restore();
    let (reason, _) = hung_up.ends().await;
    assert_eq!(reason, Reason::BackendHangup);
    hung_up.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_silent_server_is_noticed() {
    let world = World::with(Options::default(), |config| {
        config.liveness = Duration::from_millis(300);
        config.connect_timeout = Duration::from_millis(300);
    })
    .await;
    let (mut echo, peer) = world.echo(7).await;
    world.line.freeze();
    world.down().await;
    world.line.thaw();
    world.up().await;
    echo.notices("backend_connection").await;
    peer.receives(Kind::Audio, 7, 10).await;
    echo.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_command_that_is_not_answered_times_out() {
    let world = World::with(Options::default(), |config| {
        config.request_timeout = Duration::from_millis(500);
    })
    .await;
    let (echo, _peer) = world.echo(7).await;
    world.line.freeze();
    let error = echo.leg.update(Update::Media(mute_audio(true))).await;
    assert_eq!(
        error.expect_err("no answer").reason(),
        Reason::BackendTimeout
    );
    let begun = Instant::now();
    echo.leg.close().await;
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "close does not wait for ever"
    );
    world.line.thaw();
    world.end().await;
}

#[tokio::test]
async fn a_server_that_died_has_lost_its_sessions() {
    let mut world = World::new().await;
    let (mut echo_leg, _peer) = world.echo(7).await;
    world.janus.kill();
    world.down().await;
    world.janus.restart().await;
    let (reason, _) = echo_leg.ends().await;
    assert_eq!(reason, Reason::BackendLost);
    echo_leg.leg.close().await;

    world.up().await;
    let peer = world.peer(8).await;
    let again = world.open(echo(peer.description())).await.expect("an echo");
    again.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_server_that_stays_away_has_lost_its_sessions_within_ten_seconds() {
    let mut world = World::new().await;
    // The line in between would accept what a dead Janus refuses.
    world
        .redirect(world.janus.url().parse().expect("a URL"))
        .await;
    let (mut echo, _peer) = world.echo(7).await;
    world.janus.kill();
    let begun = Instant::now();
    let (reason, _) = echo.ends().await;
    assert_eq!(reason, Reason::BackendLost);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    echo.leg.close().await;
    world.janus.restart().await;
    world.up().await;
    world.end().await;
}

#[tokio::test]
async fn secrets_open_the_door_and_wrong_ones_do_not() {
    let options = Options {
        api_secret: Some("right".into()),
        ..Options::default()
    };
    let world = World::with(options, |_| {}).await;
    let (echo, _peer) = world.echo(7).await;
    echo.leg.close().await;

    let wrong = world.another(|config| config.api_secret = Some("hunter2".to_owned().into()));
    let mut status = wrong.status();
    let told = status.wait_for(
        |status| matches!(status, Status::Down { message } if message.contains("api_secret")),
    );
    let told = format!("{:?}", told.await.expect("the driver runs"));
    assert!(!told.contains("hunter2"), "{told}");
    world.end().await;
}

#[tokio::test]
async fn sessions_are_kept_alive() {
    let options = Options {
        session_timeout: 4,
        ..Options::default()
    };
    let world = World::with(options, |_| {}).await;
    let (mut echo, peer) = world.echo(7).await;
    tokio::time::sleep(Duration::from_secs(9)).await;
    peer.receives(Kind::Audio, 7, 10).await;
    assert!(echo.heard.try_recv().is_ok());
    echo.update(mute_audio(true)).await;
    echo.leg.close().await;
    world.end().await;
}
