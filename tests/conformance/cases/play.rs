//! Files, played to a client.

use std::time::Duration;

use mediaplane::Reason;
use mediaplane::event::{Kind as Event, Type};
use mediaplane::media::{
    Outcome, PlayerAction, PlayerStatus, SdpType, SessionType, TypeKind, Update,
};
use mediaplane::session::Create;

use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, PLAY, PlayerChange};
use crate::scenes;
use crate::subjects::Subject;
use crate::support::peer::Options;

cases! {
    a_recording_is_played_to_its_end: PLAY, on [p2p, janus];
    a_player_tells_what_it_plays: PLAY.to(Change::Player(PlayerChange::GetInfo)), on [p2p, janus];
    it_goes_to_another_position: PLAY.to(Change::Player(PlayerChange::SetPosition)), on [p2p, janus];
    what_cannot_be_played_is_refused: PLAY;
}

async fn a_recording_is_played_to_its_end(subject: &Subject) {
    let uri = scenes::recording(subject, Duration::from_secs(2)).await;
    let (mut player, offer) = subject
        .create(Create::new(SessionType::Play {
            uri: uri.clone(),
            loops: 1,
        }))
        .await
        .expect("a player");
    let client = Client::answers(subject, 1, &offer, Options::receive_only).await;
    player.set_answer(client.description()).await;
    player.connected().await;
    client.receives_both(7).await;
    let told = player.tells("the end of the file", |kind| match kind {
        Event::Player(state) => Some((**state).clone()),
        _ => None,
    });
    let state = told.await;
    assert_eq!(
        (state.status, state.uri),
        (PlayerStatus::Stopped, Some(uri))
    );
    player.ends_with(Reason::BackendHangup).await;
    assert_eq!(player.history()[..2], [Type::Created, Type::Offer]);
}

async fn a_player_tells_what_it_plays(subject: &Subject) {
    let uri = scenes::recording(subject, Duration::from_secs(3)).await;
    let (mut player, offer) = subject
        .create(Create::new(SessionType::Play {
            uri: uri.clone(),
            loops: 1,
        }))
        .await
        .expect("a player");
    let client = Client::answers(subject, 1, &offer, Options::receive_only).await;
    player.set_answer(client.description()).await;
    client.receives_both(7).await;
    let Outcome::Player(state) = player.outcome(Update::Player(PlayerAction::GetInfo)).await else {
        panic!("the player's state was asked for");
    };
    assert_eq!(
        (state.status, state.uri),
        (PlayerStatus::Playing, Some(uri))
    );
    player.outcome(Update::Player(PlayerAction::Stop)).await;
    player.ends_with(Reason::BackendHangup).await;
}

async fn what_cannot_be_played_is_refused(subject: &Subject) {
    for uri in ["nonsense", "file:///etc/passwd", "http://192.0.2.1/a.opus"] {
        let create = Create::new(SessionType::Play {
            uri: uri.into(),
            loops: 1,
        });
        let refused = subject
            .create(create)
            .await
            .err()
            .unwrap_or_else(|| panic!("{uri} is played"));
        assert_eq!(refused.reason(), Reason::InvalidUri, "{refused:?}");
    }
    subject.leaves_nothing().await;
}

async fn it_goes_to_another_position(subject: &Subject) {
    let [player] = &scenes::any(subject, TypeKind::Play, SdpType::Webrtc).await[..] else {
        panic!("a player needs no other session");
    };
    player
        .outcome(Change::Player(PlayerChange::SetPosition).update())
        .await;
}
