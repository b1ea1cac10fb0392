//! As many as there is room for.

use mediaplane::Reason;
use mediaplane::media::SessionType;
use mediaplane::session::Create;

use crate::case::cases;
use crate::client::Client;
use crate::need::{ECHO, LISTEN, PUBLISH};
use crate::scenes;
use crate::subjects::{Setup, Subject};
use crate::support::peer::Options;

cases! {
    a_full_backend_takes_no_more: ECHO.with(Setup::SMALL);
    a_full_room_takes_no_publisher: PUBLISH.with(Setup::SMALL);
    a_full_room_takes_no_listener: LISTEN.with(Setup::SMALL);
}

async fn a_full_backend_takes_no_more(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let echo = || client.create(SessionType::Echo);
    let mut sessions = Vec::new();
    for _ in 0..3 {
        let (session, _) = subject.create(echo()).await.expect("there is room");
        sessions.push(session);
    }
    let refused = subject
        .create(echo())
        .await
        .err()
        .expect("there is no more");
    assert_eq!(refused.reason(), Reason::LimitReached, "{refused:?}");
    assert!(refused.retry_delay().is_some(), "somebody may go");
    sessions[0].destroy().await;
    let again = tokio::time::timeout(crate::subjects::PATIENCE, async {
        // Its place is free when the server has let go of it.
        while subject.create(echo()).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    again.await.expect("there is room again");
}

async fn a_full_room_takes_no_publisher(subject: &Subject) {
    let (one, _first) = scenes::publish(subject, 1, None).await;
    let room = one.info().session_type.room_id().cloned();
    let (_two, _second) = scenes::publish(subject, 2, room.as_ref()).await;
    let client = Client::offers(subject, 3, Options::audio).await;
    let create = client.create(scenes::publishing(room.as_ref()));
    let refused = subject.create(create).await.err().expect("it is full");
    assert_eq!(refused.reason(), Reason::LimitReached, "{refused:?}");
}

async fn a_full_room_takes_no_listener(subject: &Subject) {
    let (one, _first) = scenes::publish(subject, 1, None).await;
    let (_listener, peer) = scenes::listen(subject, 2, &one.id).await;
    let create = Create::new(scenes::listening(&one.id));
    let refused = subject.create(create).await.err().expect("it is full");
    assert_eq!(refused.reason(), Reason::LimitReached, "{refused:?}");
    peer.receives_both(1).await;
}
