//! Two clients, joined by the server: `proxy` and the `bridge` that names it.

use mediaplane::Reason;
use mediaplane::event::Type;
use mediaplane::id::SessionId;
use mediaplane::media::SessionType;
use mediaplane::session::{Create, Status};

use crate::case::cases;
use crate::client::Client;
use crate::janus_simulator::Fault;
use crate::need::{BRIDGE, Change, PROXY};
use crate::scenes::{self, Call};
use crate::subjects::Subject;
use crate::support::media::Kind;
use crate::support::peer::Options;

cases! {
    media_flows_both_ways: BRIDGE;
    both_may_trickle: BRIDGE;
    a_proxy_waits_without_an_answer: PROXY;
    each_side_is_muted_by_itself: BRIDGE.to(Change::MuteAudio), on [p2p, janus_simulator, janus, embedded, kurento_simulator, kurento];
    a_mute_of_the_proxy_holds_from_the_start: PROXY.to(Change::MuteAudio);
    a_cap_is_told_to_the_one_who_sends: BRIDGE.to(Change::Bitrate);
    the_callee_ends_it: BRIDGE;
    the_caller_ends_it: BRIDGE;
    a_client_that_leaves_ends_both: BRIDGE;
    a_caller_that_gives_up_ends_the_ringing: BRIDGE;
    whoever_is_bridged_is_busy: BRIDGE;
    nobody_can_be_bridged: BRIDGE;
    only_a_proxy_can_be_bridged: BRIDGE, on [janus_simulator, janus];
    a_bridge_that_fails_leaves_the_proxy: BRIDGE, on [janus_simulator];
}

fn bridging(peer_id: &SessionId) -> Create {
    Create::new(SessionType::Bridge {
        peer_id: peer_id.clone(),
    })
}

async fn media_flows_both_ways(subject: &Subject) {
    let Call {
        mut proxy,
        caller,
        mut bridge,
        callee,
    } = scenes::call(subject).await;
    tokio::join!(caller.receives_both(2), callee.receives_both(1));
    bridge.destroy().await;
    proxy.ends_with(Reason::BridgeStop).await;
    assert_eq!(proxy.history()[..2], [Type::Created, Type::Answer]);
    assert_eq!(bridge.history()[..2], [Type::Created, Type::Offer]);
}

async fn both_may_trickle(subject: &Subject) {
    let caller = Client::offers(subject, 1, |options| options.audio().trickle()).await;
    let mut proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    // Before there is anything on the server that could take them.
    proxy.candidates(caller.candidates()).await;
    let (mut bridge, offer) = subject.create(bridging(&proxy.id)).await.expect("a bridge");
    let callee = Client::answers(subject, 2, &offer, Options::trickle).await;
    bridge.candidates(callee.candidates()).await;
    bridge.set_answer(callee.description()).await;
    caller.accepts(&proxy.answer().await).await;
    tokio::join!(proxy.connected(), bridge.connected());
    tokio::join!(
        caller.receives(Kind::Audio, 2),
        callee.receives(Kind::Audio, 1)
    );
}

async fn a_proxy_waits_without_an_answer(subject: &Subject) {
    let caller = Client::offers(subject, 1, Options::audio).await;
    let mut proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    proxy.told(Type::Created).await;
    assert!(matches!(
        proxy.info().status,
        Status::Starting | Status::WaitAnswer
    ));
    proxy.destroy().await;
    subject.leaves_nothing().await;
}

async fn each_side_is_muted_by_itself(subject: &Subject) {
    let Call {
        proxy,
        caller,
        bridge,
        callee,
    } = scenes::call(subject).await;
    tokio::join!(caller.receives_both(2), callee.receives_both(1));
    proxy.media(|update| update.mute_audio = Some(true)).await;
    callee.falls_silent(Kind::Audio).await;
    tokio::join!(caller.receives_both(2), callee.receives(Kind::Video, 1));
    proxy.media(|update| update.mute_audio = Some(false)).await;
    callee.receives(Kind::Audio, 1).await;
    bridge.media(|update| update.mute_video = Some(true)).await;
    caller.falls_silent(Kind::Video).await;
    tokio::join!(caller.receives(Kind::Audio, 2), callee.receives_both(1));
}

async fn a_mute_of_the_proxy_holds_from_the_start(subject: &Subject) {
    let caller = Client::offers(subject, 1, |options| options.audio().video()).await;
    let mut create = caller.create(SessionType::Proxy);
    create.media.mute_audio = Some(true);
    let proxy = subject.begin(create).await.expect("a proxy");
    let (mut bridge, offer) = subject.create(bridging(&proxy.id)).await.expect("a bridge");
    let callee = Client::answers(subject, 2, &offer, |options| options).await;
    bridge.set_answer(callee.description()).await;
    caller.accepts(&proxy.answer().await).await;
    bridge.connected().await;
    callee.receives(Kind::Video, 1).await;
    callee.never_received(Kind::Audio);
}

async fn a_cap_is_told_to_the_one_who_sends(subject: &Subject) {
    let Call {
        proxy,
        caller,
        bridge,
        callee,
    } = scenes::call(subject).await;
    proxy.media(|update| update.bitrate_kbps = Some(300)).await;
    caller.is_capped(300).await;
    bridge.media(|update| update.bitrate_kbps = Some(200)).await;
    callee.is_capped(200).await;
}

async fn the_callee_ends_it(subject: &Subject) {
    let Call {
        mut proxy,
        caller,
        mut bridge,
        ..
    } = scenes::call(subject).await;
    bridge.destroy().await;
    proxy.ends_with(Reason::BridgeStop).await;
    if subject.says_goodbye() {
        caller.peer.closed().await;
    }
    subject.leaves_nothing().await;
}

async fn the_caller_ends_it(subject: &Subject) {
    let Call {
        mut proxy,
        mut bridge,
        callee,
        ..
    } = scenes::call(subject).await;
    proxy.destroy().await;
    bridge.ends_with(Reason::BridgeStop).await;
    if subject.says_goodbye() {
        callee.peer.closed().await;
    }
    subject.leaves_nothing().await;
}

async fn a_client_that_leaves_ends_both(subject: &Subject) {
    let Call {
        mut proxy,
        caller,
        mut bridge,
        callee,
    } = scenes::call(subject).await;
    tokio::join!(caller.receives_both(2), callee.receives_both(1));
    callee.leaves(&bridge).await;
    let (reason, _) = bridge.ends().await;
    // Janus tells the end of the call and the end of the connection in any order.
    assert!(
        matches!(reason, Reason::BackendHangup | Reason::BridgeStop),
        "{reason}"
    );
    proxy.ends_with(Reason::BridgeStop).await;
    subject.leaves_nothing().await;
}

async fn a_caller_that_gives_up_ends_the_ringing(subject: &Subject) {
    let caller = Client::offers(subject, 1, Options::audio).await;
    let mut proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    let (mut bridge, _) = subject.create(bridging(&proxy.id)).await.expect("a bridge");
    proxy.destroy().await;
    bridge.ends_with(Reason::BridgeStop).await;
    subject.leaves_nothing().await;
}

async fn whoever_is_bridged_is_busy(subject: &Subject) {
    let Call {
        proxy,
        caller,
        callee,
        ..
    } = scenes::call(subject).await;
    let refused = subject
        .create(bridging(&proxy.id))
        .await
        .err()
        .expect("it is taken");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    tokio::join!(caller.receives_both(2), callee.receives_both(1));
}

async fn nobody_can_be_bridged(subject: &Subject) {
    let refused = subject
        .create(bridging(&SessionId::random()))
        .await
        .err()
        .expect("nobody is there");
    assert_eq!(refused.reason(), Reason::PeerSessionNotFound, "{refused:?}");
}

async fn only_a_proxy_can_be_bridged(subject: &Subject) {
    let (echo, client) = scenes::echo(subject, 7).await;
    let refused = subject
        .create(bridging(&echo.id))
        .await
        .err()
        .expect("an echo has no other side");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    client.receives_both(7).await;
    assert_eq!(echo.info().status, Status::Ready);
}

async fn a_bridge_that_fails_leaves_the_proxy(subject: &Subject) {
    let caller = Client::offers(subject, 1, Options::audio).await;
    let mut proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    for step in ["attach", "videocall.register", "videocall.call"] {
        let fault = Fault::Refuse(490, "Error setting ICE locally");
        subject.simulator().order_next(1, step, fault);
        let refused = subject.create(bridging(&proxy.id)).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{step} was refused"));
        assert_eq!(refused.reason(), Reason::BackendRejected, "{refused:?}");
        subject.leaves_nothing().await;
    }
    let (mut bridge, offer) = subject
        .create(bridging(&proxy.id))
        .await
        .expect("the proxy waited");
    let callee = Client::answers(subject, 2, &offer, |options| options).await;
    bridge.set_answer(callee.description()).await;
    caller.accepts(&proxy.answer().await).await;
    tokio::join!(proxy.connected(), bridge.connected());
}
