//! Clients of another implementation, which decode what they get and know by its content who sent it.

use mediaplane::Reason;
use mediaplane::event::Type;
use mediaplane::media::{Description, Sdp, SdpType, SessionType, TypeKind, Update};
use mediaplane::session::Create;

use crate::case::cases;
use crate::need::{BRIDGE, BRIDGE_RTP, Change, ECHO, ECHO_OFFERER, LISTEN, PLAY};
use crate::scenes::{self, plain};
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::aiortc::{Aiortc, Far};
use crate::support::media::{Codec, Kind};
use crate::support::received::Receives;
use crate::support::rtp::RtpPeer;

cases! {
    its_echo_comes_back: ECHO, on [janus, embedded, kurento];
    its_picture_goes_on_after_a_mute: ECHO.to(Change::MuteVideo), on [embedded, kurento];
    its_texts_come_back: ECHO, on [janus, embedded, kurento];
    it_answers_an_echo: ECHO_OFFERER, on [embedded, kurento];
    two_see_each_other: BRIDGE, on [janus, embedded, kurento];
    a_listener_changes_to_another_publisher: LISTEN.to(Change::SetType(TypeKind::Listen)), on [janus, embedded, kurento];
    it_is_played_to: PLAY, on [embedded, kurento];
    it_calls_a_telephone: BRIDGE_RTP, on [janus, embedded, kurento];
    it_becomes_another_type: ECHO.to(Change::SetType(TypeKind::Listen)), on [embedded, kurento];
}

/// Decoded frames that count as a stream.
const SOME: u32 = 12;

fn described(sdp: &str) -> Description {
    Description {
        sdp: Sdp::parse(sdp).expect("aiortc writes SDP"),
        sdp_type: SdpType::Webrtc,
        trickle_ice: false,
    }
}

/// A session for a peer that offers; the answer is taken as soon as it is there.
async fn offers<'s>(
    subject: &'s Subject,
    peer: &Far<'_>,
    tag: u8,
    media: &[&str],
    session_type: SessionType,
) -> Session<'s> {
    let create = Create {
        offer: Some(described(&peer.offer(tag, media).await)),
        ..Create::new(session_type)
    };
    let (mut session, answer) = subject.create(create).await.expect("a session");
    peer.accept(answer.sdp.as_str()).await;
    session.connected().await;
    session
}

/// A session for a peer that answers; it sends if it has a tag.
async fn answers<'s>(
    subject: &'s Subject,
    peer: &Far<'_>,
    tag: Option<u8>,
    session_type: SessionType,
) -> Session<'s> {
    let (mut session, offer) = subject
        .create(Create::new(session_type))
        .await
        .expect("a session");
    let answer = peer.answer(offer.sdp.as_str(), tag).await;
    session.set_answer(described(&answer)).await;
    session.connected().await;
    session
}

async fn decodes(peer: &Far<'_>, tag: u8) {
    tokio::join!(
        peer.decodes(Kind::Audio, Some(tag), SOME),
        peer.decodes(Kind::Video, Some(tag), SOME)
    );
}

async fn its_echo_comes_back(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let peer = aiortc.peer("a");
    let mut session = offers(subject, &peer, 1, &["audio", "video"], SessionType::Echo).await;
    decodes(&peer, 1).await;
    peer.close().await;
    session.ends_with(Reason::BackendHangup).await;
}

async fn its_picture_goes_on_after_a_mute(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let peer = aiortc.peer("a");
    let session = offers(subject, &peer, 1, &["audio", "video"], SessionType::Echo).await;
    decodes(&peer, 1).await;
    session.media(|update| update.mute_video = Some(true)).await;
    peer.falls_silent(Kind::Video).await;
    session
        .media(|update| update.mute_video = Some(false))
        .await;
    decodes(&peer, 1).await;
}

async fn its_texts_come_back(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let peer = aiortc.peer("a");
    let _session = offers(subject, &peer, 1, &["audio", "data"], SessionType::Echo).await;
    peer.text("hello").await;
    peer.texted("hello").await;
}

async fn it_answers_an_echo(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let peer = aiortc.peer("a");
    let _session = answers(subject, &peer, Some(1), SessionType::Echo).await;
    decodes(&peer, 1).await;
}

async fn two_see_each_other(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let (caller, callee) = (aiortc.peer("a"), aiortc.peer("b"));
    let create = Create {
        offer: Some(described(&caller.offer(1, &["audio", "video"]).await)),
        ..Create::new(SessionType::Proxy)
    };
    let proxy = subject.begin(create).await.expect("a proxy");
    let peer_id = proxy.id.clone();
    let _bridge = async {
        let bridge = SessionType::Bridge { peer_id };
        let (bridge, offer) = subject.create(Create::new(bridge)).await.expect("a bridge");
        let answer = callee.answer(offer.sdp.as_str(), Some(2)).await;
        bridge.set_answer(described(&answer)).await;
        bridge
    }
    .await;
    caller.accept(proxy.answer().await.sdp.as_str()).await;
    tokio::join!(decodes(&caller, 2), decodes(&callee, 1));
}

async fn a_listener_changes_to_another_publisher(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let [first, second, listener] = ["a", "b", "c"].map(|name| aiortc.peer(name));
    let media = ["audio", "video"];
    let one = offers(subject, &first, 1, &media, scenes::publishing(None)).await;
    let room = one.info().session_type.room_id().cloned();
    let publishing = scenes::publishing(room.as_ref());
    let two = offers(subject, &second, 2, &media, publishing).await;
    let listening = scenes::listening(&one.id);
    let mut session = answers(subject, &listener, None, listening).await;
    decodes(&listener, 1).await;
    for (to, tag) in [(&two, 2), (&one, 1)] {
        session
            .update(Update::Type(scenes::listening(&to.id)))
            .await
            .expect("a switch");
        session.told(Type::Type).await;
        decodes(&listener, tag).await;
    }
}

async fn it_is_played_to(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let uri = scenes::playable(subject, 7, 3).await;
    let peer = aiortc.peer("a");
    let _player = answers(subject, &peer, None, SessionType::Play { uri, loops: 0 }).await;
    // Silence and grey, which are nobody's.
    tokio::join!(
        peer.decodes(Kind::Audio, None, 100),
        peer.decodes(Kind::Video, None, 100)
    );
}

async fn it_calls_a_telephone(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let browser = aiortc.peer("a");
    let create = Create {
        offer: Some(described(&browser.offer(1, &["pcmu"]).await)),
        ..Create::new(SessionType::Proxy)
    };
    let mut proxy = subject.begin(create).await.expect("a proxy");
    let peer_id = proxy.id.clone();
    let create = Create {
        sdp_type: SdpType::Rtp,
        ..Create::new(SessionType::Bridge { peer_id })
    };
    let (bridge, offer) = subject.create(create).await.expect("a bridge");
    let mut phone = RtpPeer::bind(subject.media_ip(), 2, &[Codec::Pcmu]).await;
    let answer = phone.answer(offer.sdp.as_str());
    bridge.set_answer(plain(&answer)).await;
    browser.accept(proxy.answer().await.sdp.as_str()).await;
    proxy.connected().await;
    tokio::join!(
        browser.decodes(Kind::Audio, None, SOME),
        phone.receives_any(Kind::Audio, SOME.into())
    );
}

async fn it_becomes_another_type(subject: &Subject) {
    let Some(aiortc) = Aiortc::start().await else {
        return;
    };
    let [first, second] = ["a", "b"].map(|name| aiortc.peer(name));
    let media = ["audio", "video"];
    let publisher = offers(subject, &first, 1, &media, scenes::publishing(None)).await;
    let parked = offers(subject, &second, 2, &media, SessionType::Echo).await;
    decodes(&second, 2).await;
    for (to, brings) in [
        (SessionType::Park, None),
        (scenes::listening(&publisher.id), Some(1)),
        (SessionType::Echo, Some(2)),
        (scenes::listening(&publisher.id), Some(1)),
    ] {
        parked.update(Update::Type(to)).await.expect("it changes");
        match brings {
            Some(tag) => decodes(&second, tag).await,
            None => second.falls_silent(Kind::Video).await,
        }
    }
}
