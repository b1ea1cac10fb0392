//! Each codec, passed on as it is.

use crate::case::cases;
use crate::client::Client;
use crate::need::LISTEN;
use crate::scenes;
use crate::subjects::Subject;
use crate::support::media::{Codec, Kind};
use crate::support::received::Receives;

cases! {
    opus: LISTEN, on [p2p, embedded, kurento_simulator, kurento];
    pcmu: LISTEN, on [p2p, embedded, kurento_simulator, kurento];
    pcma: LISTEN, on [p2p, embedded, kurento_simulator, kurento];
    vp8: LISTEN, on [p2p, embedded, kurento_simulator, kurento];
    vp9: LISTEN, on [p2p, embedded];
    h264: LISTEN, on [p2p, embedded];
    av1: LISTEN, on [p2p, embedded];
}

/// Echoed, and listened to by somebody who knows no other codec of the kind.
async fn passes(subject: &Subject, codec: Codec) {
    let adjust = |options: crate::support::peer::Options| options.codec(codec);
    let client = Client::offers(subject, 1, adjust).await;
    let create = client.create(scenes::publishing(None));
    let (mut publisher, answer) = subject.create(create).await.expect("a publisher");
    client.accepts(&answer).await;
    publisher.connected().await;
    let create = mediaplane::session::Create::new(scenes::listening(&publisher.id));
    let (mut listener, offer) = subject.create(create).await.expect("a listener");
    let peer = Client::answers(subject, 2, &offer, adjust).await;
    listener.set_answer(peer.description()).await;
    listener.connected().await;
    peer.receives(codec.kind(), 1).await;
    if codec.kind() == Kind::Video && subject.has_media() {
        assert!(peer.peer.counts().keyframes() > 0);
    }
    peer.is_continuous().await;
}

async fn opus(subject: &Subject) {
    passes(subject, Codec::Opus).await;
}

async fn pcmu(subject: &Subject) {
    passes(subject, Codec::Pcmu).await;
}

async fn pcma(subject: &Subject) {
    passes(subject, Codec::Pcma).await;
}

async fn vp8(subject: &Subject) {
    passes(subject, Codec::Vp8).await;
}

async fn vp9(subject: &Subject) {
    passes(subject, Codec::Vp9).await;
}

async fn h264(subject: &Subject) {
    passes(subject, Codec::H264).await;
}

async fn av1(subject: &Subject) {
    passes(subject, Codec::Av1).await;
}
