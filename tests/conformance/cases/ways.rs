//! Every type, whichever way session and client come to terms: who offers, WebRTC or plain RTP, trickle or not.

use std::time::Duration;

use mediaplane::Reason;
use mediaplane::event::Type;
use mediaplane::id::SessionId;
use mediaplane::media::{Role, SdpType, SessionType, TypeKind};
use mediaplane::session::{Create, Status};

use crate::case::cases;
use crate::need::{Change, Need, need};
use crate::party::{Live, Party, Way, live, made, named};
use crate::scenes;
use crate::subjects::{PATIENCE, Subject};
use crate::support::media::Kind;

const fn every(kind: TypeKind) -> Need {
    need(kind, Role::Offerer, SdpType::Rtp)
}

cases! {
    echo: every(TypeKind::Echo), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    park: every(TypeKind::Park), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    publish: every(TypeKind::Publish), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    listen: every(TypeKind::Listen), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    play: every(TypeKind::Play), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    a_browser_that_waits_is_joined: need(TypeKind::Bridge, Role::Offeree, SdpType::Webrtc), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    a_browser_that_was_called_is_joined: need(TypeKind::Bridge, Role::Offeree, SdpType::Webrtc), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    a_telephone_that_waits_is_joined: need(TypeKind::Bridge, Role::Offeree, SdpType::Rtp), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    a_telephone_that_was_called_is_joined: need(TypeKind::Bridge, Role::Offeree, SdpType::Rtp), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    a_browser_s_proxy_is_joined: need(TypeKind::Bridge, Role::Offeree, SdpType::Webrtc), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    a_telephone_s_proxy_is_joined: need(TypeKind::Bridge, Role::Offeree, SdpType::Rtp), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    who_is_left_of_a_bridge_is_parked: need(TypeKind::Bridge, Role::Offeree, SdpType::Webrtc).to(Change::SetType(TypeKind::Park)), on [p2p, janus_simulator, embedded, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
}

/// A session of this type each way, with and without trickle, that are tagged 10, 20, …
async fn each_way<'s>(
    subject: &'s Subject,
    session_type: &SessionType,
    check: impl AsyncFn(Live<'s>),
) {
    let trickling = [Way::WEBRTC.trickling(), Way::WEBRTC_OFFERER.trickling()];
    let ways = Way::ALL.into_iter().chain(trickling);
    let all = (1u8..).zip(ways).map(|(number, way)| {
        let check = &check;
        named(way, async move {
            check(live(subject, way, 10 * number, session_type.clone()).await).await;
        })
    });
    futures_util::future::join_all(all).await;
}

async fn echo(subject: &Subject) {
    each_way(subject, &SessionType::Echo, async |echo: Live<'_>| {
        echo.party.receives_both(echo.tag).await;
        echo.party.is_continuous(subject).await;
        assert_eq!(echo.session.info().status, Status::Ready);
    })
    .await;
}

async fn park(subject: &Subject) {
    each_way(subject, &SessionType::Park, async |parked: Live<'_>| {
        parked.party.falls_silent().await;
        if let Party::Browser(client) = &parked.party {
            client.never_received(Kind::Audio);
        }
    })
    .await;
}

async fn publish(subject: &Subject) {
    each_way(
        subject,
        &scenes::publishing(None),
        async |publisher: Live<'_>| {
            let listening = scenes::listening(&publisher.session.id);
            let (browser, phone) = tokio::join!(
                live(subject, Way::WEBRTC_OFFERER, 1, listening.clone()),
                live(subject, Way::RTP_OFFERER, 2, listening)
            );
            for listener in [browser, phone] {
                listener.party.receives_both(publisher.tag).await;
                listener.party.is_continuous(subject).await;
            }
        },
    )
    .await;
}

async fn listen(subject: &Subject) {
    let browser = live(subject, Way::WEBRTC, 1, scenes::publishing(None)).await;
    let phone = live(subject, Way::RTP, 2, scenes::publishing(None)).await;
    for publisher in [&browser, &phone] {
        let listening = scenes::listening(&publisher.session.id);
        each_way(subject, &listening, async |listener: Live<'_>| {
            listener.party.receives_both(publisher.tag).await;
            listener.party.is_continuous(subject).await;
        })
        .await;
    }
}

async fn play(subject: &Subject) {
    let uri = scenes::playable(subject, 7, 3).await;
    each_way(
        subject,
        &SessionType::Play { uri, loops: 0 },
        async |player: Live<'_>| {
            match subject.remakes_files() {
                true => player.party.receives_sound().await,
                false => player.party.receives_both(7).await,
            };
            player.party.is_continuous(subject).await;
        },
    )
    .await;
}

/// A bridge of each way to a session that came about this way.
async fn joins_each(subject: &Subject, way: Way, first: SessionType) {
    let all = (1u8..).zip(Way::ALL).map(|(number, second)| {
        let first = first.clone();
        named((way, second), async move {
            let one = live(subject, way, 10 * number, first).await;
            let peer_id = one.session.id.clone();
            let bridge = SessionType::Bridge { peer_id };
            let two = live(subject, second, 10 * number + 1, bridge).await;
            one.talks_with(&two).await;
            one.party.is_continuous(subject).await;
            two.party.is_continuous(subject).await;
        })
    });
    futures_util::future::join_all(all).await;
}

async fn a_browser_that_waits_is_joined(subject: &Subject) {
    joins_each(subject, Way::WEBRTC, SessionType::Park).await;
}

async fn a_browser_that_was_called_is_joined(subject: &Subject) {
    joins_each(subject, Way::WEBRTC_OFFERER, SessionType::Echo).await;
}

async fn a_telephone_that_waits_is_joined(subject: &Subject) {
    joins_each(subject, Way::RTP, SessionType::Park).await;
}

async fn a_telephone_that_was_called_is_joined(subject: &Subject) {
    joins_each(subject, Way::RTP_OFFERER, SessionType::Echo).await;
}

/// A bridge of each way to a proxy of this way, which is answered only then.
async fn joins_each_proxy(subject: &Subject, way: Way) {
    let all = (1u8..).zip(Way::ALL).map(|(number, second)| {
        named((way, second), async move {
            let id: SessionId = format!("proxy-{number}").parse().expect("an id");
            let proxy = Create {
                session_id: Some(id.clone()),
                ..Create::new(SessionType::Proxy)
            };
            let bridge = async {
                is_there(subject, &id).await;
                let bridge = SessionType::Bridge {
                    peer_id: id.clone(),
                };
                live(subject, second, 10 * number + 1, bridge).await
            };
            let (mut one, mut two) = tokio::join!(made(subject, way, 10 * number, proxy), bridge);
            one.talks_with(&two).await;
            two.session.destroy().await;
            one.session.ends_with(Reason::BridgeStop).await;
        })
    });
    futures_util::future::join_all(all).await;
}

/// Waits until there is a session of this id.
async fn is_there(subject: &Subject, id: &SessionId) {
    let found = async {
        while subject.service().get(&subject.caller(), id).is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let there = tokio::time::timeout(PATIENCE, found).await;
    there.expect("it is created");
}

async fn a_browser_s_proxy_is_joined(subject: &Subject) {
    joins_each_proxy(subject, Way::WEBRTC).await;
}

async fn a_telephone_s_proxy_is_joined(subject: &Subject) {
    joins_each_proxy(subject, Way::RTP).await;
}

async fn who_is_left_of_a_bridge_is_parked(subject: &Subject) {
    let mut waiting = live(subject, Way::WEBRTC, 1, SessionType::Park).await;
    let peer_id = waiting.session.id.clone();
    let bridge = Create {
        stop_after_peer: false,
        ..Create::new(SessionType::Bridge { peer_id })
    };
    let mut left = made(subject, Way::WEBRTC, 2, bridge).await;
    waiting.talks_with(&left).await;
    waiting.session.destroy().await;
    left.session.told(Type::Type).await;
    assert_eq!(left.session.info().session_type, SessionType::Park);
    left.party.falls_silent().await;
    left.becomes(SessionType::Echo).await;
    left.party.receives_both(2).await;
    left.party.is_continuous(subject).await;
}
