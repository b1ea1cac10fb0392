//! Data channels: sent back, passed on, fanned out, muted.

use crate::case::cases;
use crate::client::Client;
use crate::need::{BRIDGE, Change, LISTEN, PUBLISH};
use crate::scenes::{self, Call};
use crate::session::Session;
use crate::subjects::Subject;

cases! {
    both_sides_of_a_call_get_it: BRIDGE, on [p2p, janus_simulator, embedded, kurento_simulator, kurento];
    one_side_of_a_call_is_muted: BRIDGE.to(Change::MuteData);
    every_listener_gets_it: LISTEN, on [p2p, janus_simulator, embedded, kurento_simulator, kurento];
    a_publisher_s_mute_is_kept: PUBLISH.to(Change::MuteData);
    a_publisher_is_muted: PUBLISH.to(Change::MuteData), on [p2p, janus_simulator, embedded, kurento_simulator, kurento];
}

async fn call(subject: &Subject) -> Call<'_> {
    scenes::call_with(subject, |options| options.audio().data()).await
}

async fn both_sides_of_a_call_get_it(subject: &Subject) {
    let Call { caller, callee, .. } = call(subject).await;
    caller.texts(&callee, "from the caller").await;
    callee.texts(&caller, "from the callee").await;
}

async fn one_side_of_a_call_is_muted(subject: &Subject) {
    let Call {
        proxy,
        caller,
        bridge,
        callee,
    } = call(subject).await;
    caller.texts(&callee, "before").await;
    proxy.media(|update| update.mute_data = Some(true)).await;
    caller.texts_in_vain(&callee, "meanwhile").await;
    callee.texts(&caller, "the other way").await;
    proxy.media(|update| update.mute_data = Some(false)).await;
    caller.texts(&callee, "after").await;
    assert_eq!(bridge.info().media.mute_data, None);
}

async fn publish(subject: &Subject) -> (Session<'_>, Client<'_>) {
    let client = Client::offers(subject, 1, |options| options.audio().data()).await;
    let (mut session, answer) = subject
        .create(client.create(scenes::publishing(None)))
        .await
        .expect("a publisher");
    client.accepts(&answer).await;
    session.connected().await;
    (session, client)
}

async fn every_listener_gets_it(subject: &Subject) {
    let (publisher, client) = publish(subject).await;
    let (_one, first) = scenes::listen(subject, 2, &publisher.id).await;
    let (_two, second) = scenes::listen(subject, 3, &publisher.id).await;
    for listener in [&first, &second] {
        listener.can_be_texted().await;
    }
    client.texts(&first, "to all").await;
    second.was_texted("to all").await;
}

async fn a_publisher_s_mute_is_kept(subject: &Subject) {
    let (publisher, _client) = publish(subject).await;
    publisher
        .media(|update| update.mute_data = Some(true))
        .await;
    assert_eq!(publisher.info().media.mute_data, Some(true));
}

async fn a_publisher_is_muted(subject: &Subject) {
    let (publisher, client) = publish(subject).await;
    let (_listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    peer.can_be_texted().await;
    client.texts(&peer, "before").await;
    publisher
        .media(|update| update.mute_data = Some(true))
        .await;
    assert_eq!(publisher.info().media.mute_data, Some(true));
    client.texts_in_vain(&peer, "meanwhile").await;
    publisher
        .media(|update| update.mute_data = Some(false))
        .await;
    client.texts(&peer, "after").await;
}
