//! Publishers, and listeners that each receive one of them.

use mediaplane::Reason;
use mediaplane::event::Type;
use mediaplane::id::SessionId;
use mediaplane::media::{MediaUpdate, TypeKind, Update};
use mediaplane::session::{Create, Status};

use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, LISTEN, PUBLISH};
use crate::scenes;
use crate::subjects::Subject;
use crate::support::media::Kind;
use crate::support::peer::Options;
use crate::support::received::Receives;

cases! {
    three_listeners_receive_their_publisher: LISTEN;
    a_listener_may_come_before_the_media: LISTEN;
    a_listener_may_trickle: LISTEN;
    a_listener_changes_to_another_publisher: LISTEN.to(Change::SetType(TypeKind::Listen));
    a_listener_changes_to_nobody: LISTEN.to(Change::SetType(TypeKind::Listen));
    a_listener_has_nothing_to_mute: LISTEN.to(Change::MuteAudio);
    a_listener_chooses_a_layer: LISTEN.to(Change::MaxLayer);
    only_a_publisher_is_listened_to: LISTEN;
    muted_audio_reaches_nobody: PUBLISH.to(Change::MuteAudio);
    muted_video_reaches_nobody: PUBLISH.to(Change::MuteVideo);
    a_mute_may_hold_from_the_start: PUBLISH.to(Change::MuteAudio);
    a_cap_is_told_to_the_publisher: PUBLISH.to(Change::Bitrate);
    listeners_end_with_their_publisher: LISTEN;
    listeners_end_when_the_publisher_leaves: LISTEN;
    a_publisher_outlives_its_listeners: LISTEN;
}

async fn three_listeners_receive_their_publisher(subject: &Subject) {
    let (publisher, client) = scenes::publish(subject, 1, None).await;
    let mut listeners = Vec::new();
    for tag in 2..5 {
        listeners.push(scenes::listen(subject, tag, &publisher.id).await);
    }
    for (listener, peer) in &mut listeners {
        peer.receives_both(1).await;
        assert_eq!(listener.info().status, Status::Ready);
        assert_eq!(
            listener.info().session_type.room_id(),
            publisher.info().session_type.room_id()
        );
    }
    client.never_received(Kind::Audio);
    let (listener, _) = &mut listeners[0];
    listener.destroy().await;
    assert_eq!(listener.history()[..2], [Type::Created, Type::Offer]);
}

async fn a_listener_may_come_before_the_media(subject: &Subject) {
    let client = Client::offers(subject, 1, |options| options.audio().video().trickle()).await;
    let create = client.create(scenes::publishing(None));
    let (mut publisher, answer) = subject.create(create).await.expect("a publisher");
    client.accepts(&answer).await;
    let listener = subject
        .begin(Create::new(scenes::listening(&publisher.id)))
        .await
        .expect("a listener");
    publisher.candidates(client.candidates()).await;
    publisher.connected().await;
    let peer = Client::answers(subject, 2, &listener.offer().await, |options| options).await;
    listener.set_answer(peer.description()).await;
    peer.receives_both(1).await;
}

async fn a_listener_may_trickle(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let create = Create::new(scenes::listening(&publisher.id));
    let (mut listener, offer) = subject.create(create).await.expect("a listener");
    let peer = Client::answers(subject, 2, &offer, Options::trickle).await;
    listener.set_answer(peer.description()).await;
    listener.candidates(peer.candidates()).await;
    listener.connected().await;
    peer.receives_both(1).await;
}

async fn a_listener_changes_to_another_publisher(subject: &Subject) {
    let (one, _first) = scenes::publish(subject, 1, None).await;
    let room = one.info().session_type.room_id().cloned();
    let (two, _second) = scenes::publish(subject, 2, room.as_ref()).await;
    let (mut listener, peer) = scenes::listen(subject, 3, &one.id).await;
    peer.receives_both(1).await;
    let answer = listener.answer().await;
    listener
        .update(Update::Type(scenes::listening(&two.id)))
        .await
        .expect("a switch");
    listener.told(Type::Type).await;
    tokio::join!(
        peer.receives_both(2),
        peer.loses(Kind::Audio, 1),
        peer.loses(Kind::Video, 1)
    );
    assert_eq!(listener.info().session_type.peer_id(), Some(&two.id));
    assert_eq!(
        listener.answer().await,
        answer,
        "nothing was negotiated anew"
    );

    let mut one = one;
    one.destroy().await;
    peer.receives_both(2).await;
    let mut two = two;
    two.destroy().await;
    listener.ends_with(Reason::PeerStopped).await;
}

async fn a_listener_changes_to_nobody(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (elsewhere, _other) = scenes::publish(subject, 2, None).await;
    let (listener, peer) = scenes::listen(subject, 3, &publisher.id).await;
    for (whom, reason) in [
        (SessionId::random(), Reason::InvalidPublisher),
        (listener.id.clone(), Reason::InvalidPublisher),
        (elsewhere.id.clone(), Reason::IncompatibleSession),
    ] {
        let refused = listener
            .update(Update::Type(scenes::listening(&whom)))
            .await;
        assert_eq!(refused.expect_err("it cannot be received").reason(), reason);
    }
    peer.receives_both(1).await;
}

async fn a_listener_has_nothing_to_mute(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    listener
        .media(|update| update.mute_audio = Some(true))
        .await;
}

async fn a_listener_chooses_a_layer(subject: &Subject) {
    let client = Client::offers(subject, 1, Options::simulcast).await;
    let (mut publisher, answer) = subject
        .create(client.create(scenes::publishing(None)))
        .await
        .expect("a publisher");
    client.accepts(&answer).await;
    publisher.connected().await;
    let (listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    for layer in [0, 1, 2] {
        listener
            .media(|update| update.max_layer = Some(layer))
            .await;
        if subject.has_media() {
            let layer = u8::try_from(layer).expect("there are few layers");
            peer.peer.receives_layer(layer, 10).await;
        }
    }
}

async fn only_a_publisher_is_listened_to(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    for whom in [SessionId::random(), listener.id.clone()] {
        let refused = subject.create(Create::new(scenes::listening(&whom))).await;
        let refused = refused.err().expect("nobody publishes there");
        assert_eq!(refused.reason(), Reason::InvalidPublisher, "{refused:?}");
    }
}

/// Mutes one kind of a publisher, sees that a listener still gets the other, and unmutes.
async fn mutes(subject: &Subject, muted: Kind, change: fn(&mut MediaUpdate, bool)) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (_listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    let other = if muted == Kind::Audio {
        Kind::Video
    } else {
        Kind::Audio
    };
    peer.receives_both(1).await;
    publisher.media(|update| change(update, true)).await;
    peer.falls_silent(muted).await;
    peer.receives(other, 1).await;
    publisher.media(|update| change(update, false)).await;
    peer.receives_both(1).await;
}

async fn muted_audio_reaches_nobody(subject: &Subject) {
    mutes(subject, Kind::Audio, |update, mute| {
        update.mute_audio = Some(mute);
    })
    .await;
}

async fn muted_video_reaches_nobody(subject: &Subject) {
    mutes(subject, Kind::Video, |update, mute| {
        update.mute_video = Some(mute);
    })
    .await;
}

async fn a_mute_may_hold_from_the_start(subject: &Subject) {
    let muted = |create: Create| Create {
        media: MediaUpdate {
            mute_audio: Some(true),
            ..MediaUpdate::default()
        },
        ..create
    };
    let (publisher, _client) = scenes::offered(subject, 1, muted, scenes::publishing(None)).await;
    let (_listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    peer.receives(Kind::Video, 1).await;
    peer.never_received(Kind::Audio);
    publisher
        .media(|update| update.mute_audio = Some(false))
        .await;
    peer.receives(Kind::Audio, 1).await;
}

async fn a_cap_is_told_to_the_publisher(subject: &Subject) {
    let (publisher, client) = scenes::publish(subject, 1, None).await;
    publisher
        .media(|update| update.bitrate_kbps = Some(300))
        .await;
    client.is_capped(300).await;
    publisher
        .media(|update| update.bitrate_kbps = Some(0))
        .await;
    client.is_uncapped().await;
}

async fn listeners_end_with_their_publisher(subject: &Subject) {
    let (mut publisher, _client) = scenes::publish(subject, 1, None).await;
    let (mut one, _first) = scenes::listen(subject, 2, &publisher.id).await;
    let (mut two, _second) = scenes::listen(subject, 3, &publisher.id).await;
    publisher.destroy().await;
    one.ends_with(Reason::PeerStopped).await;
    two.ends_with(Reason::PeerStopped).await;
}

async fn listeners_end_when_the_publisher_leaves(subject: &Subject) {
    let (mut publisher, client) = scenes::publish(subject, 1, None).await;
    let (mut listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    client.leaves(&publisher).await;
    publisher.ends_with(Reason::BackendHangup).await;
    listener.ends_with(Reason::PeerStopped).await;
}

async fn a_publisher_outlives_its_listeners(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (mut one, first) = scenes::listen(subject, 2, &publisher.id).await;
    let (_two, second) = scenes::listen(subject, 3, &publisher.id).await;
    first.leaves(&one).await;
    one.ends_with(Reason::BackendHangup).await;
    second.receives_both(1).await;
    assert_eq!(publisher.info().status, Status::Ready);
}
