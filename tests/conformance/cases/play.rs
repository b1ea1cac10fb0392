//! Files, played to a client.

use std::sync::Arc;

use mediaplane::Reason;
use mediaplane::event::{Kind as Event, Type};
use mediaplane::media::action::PlayerVerb;
use mediaplane::media::{Outcome, PlayerAction, PlayerState, PlayerStatus, SessionType, Update};
use mediaplane::session::Create;

use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, ECHO, Need, PLAY};
use crate::scenes;
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::files;
use crate::support::media::{Codec, Kind};
use crate::support::peer::Options;
use crate::support::received::Receives;

const fn player(verb: PlayerVerb) -> Need {
    PLAY.to(Change::Player(verb))
}

cases! {
    it_is_played_to_its_end: PLAY, on [p2p, janus, embedded, kurento_simulator, kurento, freeswitch_simulator];
    a_player_tells_what_it_plays: player(PlayerVerb::GetInfo), on [p2p, janus, embedded, kurento_simulator, kurento, freeswitch_simulator];
    it_is_halted_and_goes_on: player(PlayerVerb::Pause), on [p2p, embedded, kurento_simulator, kurento, freeswitch_simulator];
    its_position_is_told: player(PlayerVerb::GetPosition), on [p2p, embedded, kurento];
    it_goes_to_another_position: player(PlayerVerb::SetPosition), on [p2p, janus, embedded, kurento];
    it_is_played_twice: player(PlayerVerb::Start), on [p2p, embedded, kurento];
    another_file_is_played_instead: player(PlayerVerb::Start), on [p2p, embedded, kurento_simulator, kurento, freeswitch_simulator];
    it_is_played_into_an_echo: ECHO.to(Change::Player(PlayerVerb::Start)), on [p2p, janus_simulator, janus, embedded, kurento_simulator, kurento, freeswitch_simulator];
    telephone_sound_is_played: PLAY, on [p2p, embedded, kurento];
    a_recording_is_played: PLAY, on [p2p, embedded, kurento];
    what_cannot_be_played_is_refused: PLAY;
    what_must_not_be_played_is_refused: PLAY, on [p2p, embedded, kurento_simulator, kurento];
}

/// A player of this, whose client only receives.
pub(super) async fn plays<'s>(
    subject: &'s Subject,
    uri: &Arc<str>,
    loops: u32,
) -> (Session<'s>, Client<'s>) {
    let uri = uri.clone();
    let (mut player, offer) = subject
        .create(Create::new(SessionType::Play { uri, loops }))
        .await
        .expect("a player");
    let client = Client::answers(subject, 1, &offer, Options::receive_only).await;
    player.set_answer(client.description()).await;
    player.connected().await;
    (player, client)
}

pub(super) async fn asked(session: &Session<'_>, action: PlayerAction) -> PlayerState {
    match session.outcome(Update::Player(action)).await {
        Outcome::Player(state) => state,
        other => panic!("the player's state was asked for: {other:?}"),
    }
}

pub(super) async fn told(session: &mut Session<'_>, status: PlayerStatus) -> PlayerState {
    session
        .tells(status.as_str(), |kind| match kind {
            Event::Player(state) if state.status == status => Some((**state).clone()),
            _ => None,
        })
        .await
}

async fn it_is_played_to_its_end(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 2).await;
    let (mut player, client) = plays(subject, &uri, 1).await;
    client.receives_both(7).await;
    let state = told(&mut player, PlayerStatus::Stopped).await;
    assert_eq!(state.uri, Some(uri));
    player.ends_with(Reason::BackendHangup).await;
    assert_eq!(player.history()[..2], [Type::Created, Type::Offer]);
}

async fn a_player_tells_what_it_plays(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 3).await;
    let (mut player, client) = plays(subject, &uri, 1).await;
    client.receives_both(7).await;
    let state = asked(&player, PlayerAction::GetInfo).await;
    assert_eq!(
        (state.status, state.uri),
        (PlayerStatus::Playing, Some(uri))
    );
    player.outcome(Update::Player(PlayerAction::Stop)).await;
    player.ends_with(Reason::BackendHangup).await;
}

async fn it_is_halted_and_goes_on(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 4).await;
    let (player, client) = plays(subject, &uri, 1).await;
    client.receives_both(7).await;
    let state = asked(&player, PlayerAction::Pause).await;
    assert_eq!(state.status, PlayerStatus::Paused);
    client.falls_silent(Kind::Audio).await;
    client.falls_silent(Kind::Video).await;
    let state = asked(&player, PlayerAction::Resume).await;
    assert_eq!(state.status, PlayerStatus::Playing);
    client.receives_both(7).await;
    client.is_continuous().await;
}

async fn its_position_is_told(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 4).await;
    let (player, client) = plays(subject, &uri, 1).await;
    client.receives_both(7).await;
    let before = asked(&player, PlayerAction::GetPosition).await;
    client.receives_both(7).await;
    let after = asked(&player, PlayerAction::GetPosition).await;
    assert!(before.position < after.position, "{before:?} {after:?}");
    let length = after.duration.expect("the file tells its length");
    assert_eq!(length.as_secs_f32().round(), 4.0, "{length:?}");
}

async fn it_goes_to_another_position(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 6).await;
    let (player, client) = plays(subject, &uri, 1).await;
    client.receives_both(7).await;
    // What is played in each second is marked with it.
    for second in [4, 1] {
        let position = std::time::Duration::from_secs(second.into());
        asked(&player, PlayerAction::SetPosition { position }).await;
        client.peer.receives_layer(second, 8).await;
        let state = asked(&player, PlayerAction::GetPosition).await;
        let reached = state.position.expect("it is told");
        assert!(
            reached.as_secs().abs_diff(second.into()) <= 1,
            "{reached:?}"
        );
    }
    client.is_continuous().await;
}

async fn it_is_played_twice(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 1).await;
    let (mut player, client) = plays(subject, &uri, 2).await;
    told(&mut player, PlayerStatus::Stopped).await;
    // Sound, because a picture is sent once more to a client that asks for a keyframe.
    let sounds = client.peer.counts().packets(Kind::Audio, Some(7));
    assert!((92..=100).contains(&sounds), "{sounds} of two times 50");
    client.is_continuous().await;
}

async fn another_file_is_played_instead(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 3).await;
    let (player, client) = plays(subject, &uri, 0).await;
    client.receives_both(7).await;
    let uri = scenes::playable(subject, 8, 3).await;
    let start = PlayerAction::Start {
        uri: uri.clone(),
        loops: 0,
    };
    let state = asked(&player, start).await;
    assert_eq!(state.uri, Some(uri));
    client.receives_both(8).await;
    tokio::join!(client.loses(Kind::Audio, 7), client.loses(Kind::Video, 7));
    client.is_continuous().await;
}

async fn it_is_played_into_an_echo(subject: &Subject) {
    let (echo, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    let uri = scenes::playable(subject, 8, 3).await;
    asked(&echo, PlayerAction::Start { uri, loops: 0 }).await;
    client.receives_both(8).await;
    tokio::join!(client.loses(Kind::Audio, 7), client.loses(Kind::Video, 7));
    asked(&echo, PlayerAction::Stop).await;
    client.receives_both(7).await;
    tokio::join!(client.loses(Kind::Audio, 8), client.loses(Kind::Video, 8));
    client.is_continuous().await;
}

async fn telephone_sound_is_played(subject: &Subject) {
    let Some(folder) = subject.media_folder() else {
        return;
    };
    let sound = files::wav(7, std::time::Duration::from_secs(2));
    let uri = scenes::stored(folder, "7.wav", &sound);
    let create = Create::new(SessionType::Play { uri, loops: 0 });
    let (player, offer) = subject.create(create).await.expect("a player");
    let adjust = |options: Options| options.codec(Codec::Pcmu).receive_only();
    let client = Client::answers(subject, 1, &offer, adjust).await;
    player.set_answer(client.description()).await;
    client.receives(Kind::Audio, 7).await;
    client.is_continuous().await;
}

async fn a_recording_is_played(subject: &Subject) {
    let (recorded, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    let uri = scenes::recorded(&recorded, std::time::Duration::from_secs(1)).await;
    let (_player, viewer) = plays(subject, &uri.into(), 0).await;
    viewer.receives_both(7).await;
    viewer.is_continuous().await;
}

async fn is_refused(subject: &Subject, uri: &str) {
    let create = Create::new(SessionType::Play {
        uri: uri.into(),
        loops: 1,
    });
    let refused = subject
        .create(create)
        .await
        .err()
        .unwrap_or_else(|| panic!("{uri} is played"));
    assert_eq!(refused.reason(), Reason::InvalidUri, "{uri}: {refused:?}");
}

async fn what_cannot_be_played_is_refused(subject: &Subject) {
    for uri in ["nonsense", "file:///etc/passwd", "http://192.0.2.1/a.opus"] {
        is_refused(subject, uri).await;
    }
    subject.leaves_nothing().await;
}

async fn what_must_not_be_played_is_refused(subject: &Subject) {
    let Some(folder) = subject.media_folder() else {
        return;
    };
    let outside = folder.parent().expect("it is in another");
    scenes::stored(outside, "secret.webm", &files::webm(7, 1));
    scenes::stored(folder, "noise.webm", &[0x55; 10_000]);
    std::os::unix::fs::symlink(outside.join("secret.webm"), folder.join("link.webm"))
        .expect("a link can be made");
    let inside = folder.display();
    for uri in [
        format!("file://{inside}/../secret.webm"),
        format!("file://{inside}/%2e%2e/secret.webm"),
        format!("file://{}/secret.webm", outside.display()),
        format!("file://{inside}/link.webm"),
        format!("file://{inside}/none.webm"),
        format!("file://{inside}/noise.webm"),
        format!("file://{inside}"),
        format!("file://elsewhere{inside}/7.webm"),
        "http://127.0.0.1/a.webm".to_owned(),
        "http://[::1]/a.webm".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "ftp://192.0.2.1/a.webm".to_owned(),
    ] {
        is_refused(subject, &uri).await;
    }
    subject.leaves_nothing().await;
}
