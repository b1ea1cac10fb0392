//! Keyframes when they are needed, no more than that, and simulcast layers.

use std::time::{Duration, Instant};

use mediaplane::media::{SessionType, Update};

use crate::case::cases;
use crate::client::Client;
use crate::need::{BRIDGE, Change, ECHO, LISTEN, PUBLISH};
use crate::scenes::{self, Call};
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::media::Kind;
use crate::support::peer::Options;
use crate::support::received::Receives;

cases! {
    a_late_listener_begins_with_a_keyframe: LISTEN, on [p2p, janus_simulator, embedded];
    keyframes_are_asked_for_within_reason: LISTEN, on [p2p, janus_simulator, embedded];
    a_layer_may_be_chosen_at_the_start: LISTEN.to(Change::MaxLayer), on [p2p, janus_simulator, embedded];
    layers_change_without_a_break: LISTEN.to(Change::MaxLayer), on [p2p, janus_simulator, embedded];
    a_slow_listener_gets_a_smaller_layer: LISTEN.to(Change::MaxLayer), on [p2p, janus_simulator, embedded];
    an_echo_has_the_layer_that_is_wished_for: ECHO.to(Change::MaxLayer), on [p2p, janus_simulator, embedded];
    a_bridge_has_the_layer_that_is_wished_for: BRIDGE.to(Change::MaxLayer), on [p2p, janus_simulator, embedded];
    a_listener_changes_between_layered_publishers: LISTEN.to(Change::SetType(mediaplane::media::TypeKind::Listen)), on [p2p, embedded];
    a_cap_holds_for_all_layers: PUBLISH.to(Change::Bitrate), on [p2p, janus_simulator, embedded];
}

async fn a_late_listener_begins_with_a_keyframe(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (_early, first) = scenes::listen(subject, 2, &publisher.id).await;
    first.receives_both(1).await;
    let begun = Instant::now();
    let (_late, second) = scenes::listen(subject, 3, &publisher.id).await;
    second.receives_both(1).await;
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    first.is_continuous().await;
    second.is_continuous().await;
}

async fn keyframes_are_asked_for_within_reason(subject: &Subject) {
    let (publisher, client) = scenes::publish(subject, 1, None).await;
    let mut listeners = Vec::new();
    for tag in 2..7 {
        listeners.push(scenes::listen(subject, tag, &publisher.id).await);
    }
    for (_, peer) in &listeners {
        peer.receives(Kind::Video, 1).await;
    }
    if !subject.has_media() {
        return;
    }
    let (before, begun) = (client.peer.state().keyframe_requests, Instant::now());
    for _ in 0..10 {
        for (_, peer) in &listeners {
            peer.peer.request_keyframe().await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    client.peer.asked_for_keyframes(0).await;
    let asked = client.peer.state().keyframe_requests - before;
    // One each half second, and one before that.
    let reasonable = 2 + begun.elapsed().as_millis() / 500;
    assert!(
        (1..=reasonable).contains(&u128::from(asked)),
        "asked {asked} times within {:?}",
        begun.elapsed()
    );
}

async fn layered(
    subject: &Subject,
    tag: u8,
    session_type: SessionType,
) -> (Session<'_>, Client<'_>) {
    let client = Client::offers(subject, tag, Options::simulcast).await;
    let (mut session, answer) = subject
        .create(client.create(session_type))
        .await
        .expect("a publisher");
    client.accepts(&answer).await;
    session.connected().await;
    (session, client)
}

async fn gets_layer(subject: &Subject, client: &Client<'_>, layer: u8) {
    if subject.has_media() {
        client.peer.receives_layer(layer, 10).await;
    }
}

async fn a_layer_may_be_chosen_at_the_start(subject: &Subject) {
    let (publisher, _client) = layered(subject, 1, scenes::publishing(None)).await;
    let mut create = mediaplane::session::Create::new(scenes::listening(&publisher.id));
    create.media.max_layer = Some(0);
    let (mut listener, offer) = subject.create(create).await.expect("a listener");
    let peer = Client::answers(subject, 2, &offer, |options| options).await;
    listener.set_answer(peer.description()).await;
    listener.connected().await;
    gets_layer(subject, &peer, 0).await;
    assert_eq!(peer.peer.counts().layer_packets(1), 0);
    assert_eq!(peer.peer.counts().layer_packets(2), 0);
    assert_eq!(listener.info().media.max_layer, Some(0));
}

async fn layers_change_without_a_break(subject: &Subject) {
    let (publisher, _client) = layered(subject, 1, scenes::publishing(None)).await;
    let (listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    for layer in [2, 0, 1, 2, 0] {
        listener
            .media(|update| update.max_layer = Some(layer))
            .await;
        gets_layer(subject, &peer, u8::try_from(layer).expect("there are few")).await;
    }
    peer.is_continuous().await;
}

async fn an_echo_has_the_layer_that_is_wished_for(subject: &Subject) {
    let (echo, client) = layered(subject, 1, SessionType::Echo).await;
    for layer in [2, 0, 1] {
        echo.media(|update| update.max_layer = Some(layer)).await;
        gets_layer(
            subject,
            &client,
            u8::try_from(layer).expect("there are few"),
        )
        .await;
    }
}

async fn a_bridge_has_the_layer_that_is_wished_for(subject: &Subject) {
    let Call {
        caller,
        bridge,
        callee,
        ..
    } = &scenes::call_with(subject, Options::simulcast).await;
    for layer in [2, 0, 1] {
        bridge.media(|update| update.max_layer = Some(layer)).await;
        gets_layer(subject, callee, u8::try_from(layer).expect("there are few")).await;
    }
    caller.receives(Kind::Video, 2).await;
}

async fn a_slow_listener_gets_a_smaller_layer(subject: &Subject) {
    let (publisher, _client) = layered(subject, 1, scenes::publishing(None)).await;
    let (_slow, one) = scenes::listen(subject, 2, &publisher.id).await;
    let (_fast, two) = scenes::listen(subject, 3, &publisher.id).await;
    tokio::join!(gets_layer(subject, &one, 2), gets_layer(subject, &two, 2));
    // The smallest layer has 25 pictures of 300 bytes a second, the others twice that.
    one.can_take(90_000).await;
    gets_layer(subject, &one, 0).await;
    gets_layer(subject, &two, 2).await;
    one.can_take(2_000_000).await;
    gets_layer(subject, &one, 2).await;
    one.is_continuous().await;
}

async fn a_listener_changes_between_layered_publishers(subject: &Subject) {
    let (one, _first) = layered(subject, 1, scenes::publishing(None)).await;
    let room = one.info().session_type.room_id().cloned();
    let (two, _second) = layered(subject, 2, scenes::publishing(room.as_ref())).await;
    let (listener, peer) = scenes::listen(subject, 3, &one.id).await;
    peer.receives(Kind::Video, 1).await;
    for (publisher, tag) in [(&two, 2), (&one, 1), (&two, 2)] {
        listener
            .update(Update::Type(scenes::listening(&publisher.id)))
            .await
            .expect("a switch");
        peer.receives(Kind::Video, tag).await;
    }
    peer.is_continuous().await;
}

async fn a_cap_holds_for_all_layers(subject: &Subject) {
    let (publisher, client) = layered(subject, 1, scenes::publishing(None)).await;
    publisher
        .media(|update| update.bitrate_kbps = Some(300))
        .await;
    client.is_capped(300).await;
}
