//! `play`: recordings once, files for ever, live sources, and what cannot be played.

use std::path::Path;

use mediaplane::{
    Reason,
    media::{LegEvent, MediaUpdate, Outcome, PlayerAction, PlayerStatus, Update},
};
use serde_json::json;

use crate::{
    stage::{converted, play, recorded, records, takes},
    support::{
        janus::{Janus, Options},
        media::Kind,
        received::Receives,
    },
    world::{Opening, World, request},
};

/// A world where recordings can be played back, and one of about two seconds.
async fn recording() -> World {
    let world = World::with(Options::default(), |config| {
        let folder = config.recordings.as_deref().and_then(Path::parent);
        let shared = folder.expect("a folder").join("recordplay");
        config.recordings = Some(shared.clone());
        config.media = Some(shared);
    })
    .await;
    let (echo, peer) = world.echo(7).await;
    peer.receives(Kind::Video, 7, 5).await;
    records(&echo, Some("call")).await;
    peer.receives(Kind::Video, 7, 50).await;
    recorded(&echo).await;
    echo.leg.close().await;
    world
}

fn recordings(janus: &Janus, name: &str) -> String {
    format!("file://{}", janus.recordplay().join(name).display())
}

async fn steer(opening: &Opening, action: PlayerAction) -> PlayerStatus {
    match opening.leg.update(Update::Player(action)).await {
        Ok(Outcome::Player(player)) => player.status,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_recording_is_played_back_to_its_end() {
    let world = recording().await;
    let uri = recordings(&world.janus, "call");
    for _ in 0..2 {
        let (mut player, peer) = takes(&world, play(&uri, 1), MediaUpdate::default()).await;
        tokio::join!(
            peer.receives(Kind::Audio, 7, 25),
            peer.receives(Kind::Video, 7, 10)
        );
        assert_eq!(
            steer(&player, PlayerAction::GetInfo).await,
            PlayerStatus::Playing
        );
        let refused = player.leg.update(Update::Player(PlayerAction::Pause)).await;
        assert_eq!(refused.expect_err("no halt").reason(), Reason::NotSupported);
        let status = player.hears(|event| match event {
            LegEvent::Player(player) => Some(player.status),
            _ => None,
        });
        assert_eq!(status.await, PlayerStatus::Stopped);
        assert_eq!(
            player.ends().await,
            (Reason::BackendHangup, "end of stream".into())
        );
        player.leg.close().await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_recording_is_stopped() {
    let world = recording().await;
    let uri = recordings(&world.janus, "call-audio.mjr");
    let (mut player, peer) = takes(&world, play(&uri, 1), MediaUpdate::default()).await;
    peer.receives(Kind::Audio, 7, 5).await;
    assert_eq!(
        steer(&player, PlayerAction::Stop).await,
        PlayerStatus::Stopped
    );
    assert_eq!(player.ends().await.0, Reason::BackendHangup);
    player.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_client_that_leaves_is_not_the_end_of_the_stream() {
    let world = recording().await;
    let uri = recordings(&world.janus, "call");
    let (mut player, peer) = takes(&world, play(&uri, 1), MediaUpdate::default()).await;
    peer.receives(Kind::Audio, 7, 5).await;
    peer.close().await;
    assert_eq!(
        player.ends().await,
        (Reason::BackendHangup, "DTLS alert".into())
    );
    player.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_file_is_played_for_ever() {
    let world = recording().await;
    let audio = recordings(&world.janus, "call-audio.mjr");
    let file = converted(&audio, "opus");
    let uri = format!("file://{}", file.display());
    let (player, peer) = takes(&world, play(&uri, 0), MediaUpdate::default()).await;
    // More than the file has.
    peer.receives_any(Kind::Audio, 150).await;
    assert_eq!(
        steer(&player, PlayerAction::Pause).await,
        PlayerStatus::Paused
    );
    peer.stops_receiving(Kind::Audio).await;
    assert_eq!(
        steer(&player, PlayerAction::Resume).await,
        PlayerStatus::Playing
    );
    peer.receives_any(Kind::Audio, 10).await;
    player.leg.close().await;

    let never = world
        .open(request(play(&uri, 0), None))
        .await
        .expect("a player");
    drop(never);
    world.end().await;
}

#[tokio::test]
async fn a_live_source_is_played_until_it_ends() {
    let world = World::new().await;
    let create = json!({"request": "create", "type": "rtp", "id": "radio", "media": [
        {"type": "audio", "mid": "a", "port": 0, "pt": 111, "codec": "opus"}]});
    world.janus.plugin("janus.plugin.streaming", create).await;
    let kind = play("streaming:radio", 1);
    let (mut player, _peer) = takes(&world, kind, MediaUpdate::default()).await;
    let destroy = json!({"request": "destroy", "id": "radio"});
    world.janus.plugin("janus.plugin.streaming", destroy).await;
    assert_eq!(
        player.ends().await,
        (Reason::BackendHangup, "end of stream".into())
    );
    player.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn what_cannot_be_played_is_refused() {
    let world = recording().await;
    let call = recordings(&world.janus, "call");
    let file = recordings(&world.janus, "none.opus");
    for (uri, loops, reason) in [
        ("http://192.0.2.1/x.opus", 1, Reason::InvalidUri),
        ("file:///etc/passwd", 1, Reason::InvalidUri),
        (&recordings(&world.janus, "nobody"), 1, Reason::InvalidUri),
        ("recordplay:987654321", 1, Reason::InvalidUri),
        ("streaming:nowhere", 1, Reason::InvalidUri),
        (&file, 0, Reason::InvalidUri),
        (&file, 1, Reason::NotSupported),
        (&call, 0, Reason::NotSupported),
        (&call, 2, Reason::NotSupported),
        ("streaming:nowhere", 2, Reason::NotSupported),
    ] {
        let refused = world.open(request(play(uri, loops), None)).await;
        let reasons = refused.err().map(|error| error.reason());
        assert_eq!(reasons, Some(reason), "{uri} {loops}");
    }
    world.end().await;
}
