//! `proxy` and `bridge` between two WebRTC clients.

use mediaplane::{
    Reason,
    media::{Candidate, Description, MediaUpdate, RemoteCandidate, SessionType, Update},
};

use crate::{
    support::{
        media::Kind,
        peer::{self, Peer},
        received::Receives,
    },
    world::{Opening, World, dropped_after, mute_audio, request, webrtc},
};

async fn proxy(world: &World, caller: &Peer) -> Opening {
    let proxy = request(SessionType::Proxy, Some(webrtc(caller.description())));
    let proxy = world.open(proxy).await.expect("a proxy");
    assert_eq!(proxy.description, None);
    proxy
}

fn bridge(proxy: &Opening) -> mediaplane::backend::Open {
    let peer_id = proxy.session_id.clone();
    request(SessionType::Bridge { peer_id }, None)
}

/// Caller and callee, joined and connected.
async fn call(world: &World) -> ((Opening, Peer), (Opening, Peer)) {
    let caller = world.peer(1).await;
    let mut from = proxy(world, &caller).await;
    let to = world.open(bridge(&from)).await.expect("a bridge");
    let callee = world
        .answers(2, to.description.as_ref().expect("an offer"))
        .await;
    to.leg
        .accept(webrtc(callee.description()))
        .await
        .expect("an answer");
    caller
        .accept_answer(from.described().await.sdp.as_str())
        .await;
    tokio::join!(caller.connected(), callee.connected());
    ((from, caller), (to, callee))
}

#[tokio::test]
async fn each_hears_and_sees_the_other_and_mutes_what_it_sends() {
    let world = World::new().await;
    let ((mut from, caller), (mut to, callee)) = call(&world).await;
    tokio::join!(
        caller.receives(Kind::Audio, 2, 10),
        caller.receives(Kind::Video, 2, 5),
        callee.receives(Kind::Audio, 1, 10),
        callee.receives(Kind::Video, 1, 5),
        from.notices("webrtc"),
        to.notices("webrtc"),
    );
    from.update(mute_audio(true)).await;
    callee.stops_receiving(Kind::Audio).await;
    caller.receives(Kind::Audio, 2, 10).await;
    to.update(MediaUpdate {
        bitrate_kbps: Some(100),
        ..MediaUpdate::default()
    })
    .await;
    callee.remb(|bitrate| bitrate == 100_000).await;
    from.leg.close().await;
    to.leg.close().await;
    world.end().await;
}

#[tokio::test]
async fn the_end_of_one_side_ends_the_other() {
    let world = World::new().await;
    let ((from, _caller), (mut to, _callee)) = call(&world).await;
    from.leg.close().await;
    assert_eq!(to.ends().await.0, Reason::BridgeStop);
    to.leg.close().await;

    let ((mut from, _caller), (to, _callee)) = call(&world).await;
    to.leg.close().await;
    assert_eq!(from.ends().await.0, Reason::BridgeStop);
    from.leg.close().await;

    let ((mut from, _caller), (mut to, callee)) = call(&world).await;
    callee.close().await;
    let (from_end, to_end) = tokio::join!(from.ends(), to.ends());
    assert_eq!(to_end, (Reason::BackendHangup, "DTLS alert".into()));
    assert_eq!(from_end.0, Reason::BridgeStop);
    tokio::join!(from.leg.close(), to.leg.close());
    world.end().await;
}

#[tokio::test]
async fn what_comes_before_the_bridge_is_kept() {
    let world = World::new().await;
    let options = peer::Options::new(world.janus.media_ip(), 1)
        .audio()
        .trickle();
    let caller = Peer::offer(options).await;
    let offer = Description {
        trickle_ice: true,
        ..webrtc(caller.description())
    };
    let mut from = world
        .open(request(SessionType::Proxy, Some(offer)))
        .await
        .expect("a proxy");
    let mut candidates: Vec<_> = caller
        .candidates()
        .iter()
        .map(|candidate| {
            let index = Some(candidate.sdp_m_line_index);
            let one = Candidate::new(Some(&candidate.sdp_mid), index, &candidate.candidate);
            RemoteCandidate::One(one.expect("a candidate"))
        })
        .collect();
    candidates.push(RemoteCandidate::End);
    from.leg
        .add_candidates(candidates)
        .await
        .expect("candidates");
    from.update(mute_audio(true)).await;

    let to = world.open(bridge(&from)).await.expect("a bridge");
    let callee = world
        .answers(2, to.description.as_ref().expect("an offer"))
        .await;
    to.leg
        .accept(webrtc(callee.description()))
        .await
        .expect("an answer");
    caller
        .accept_answer(from.described().await.sdp.as_str())
        .await;
    tokio::join!(caller.connected(), callee.connected());
    callee
        .receives_nothing(Kind::Audio, std::time::Duration::from_millis(500))
        .await;
    from.update(mute_audio(false)).await;
    callee.receives(Kind::Audio, 1, 10).await;
    tokio::join!(from.leg.close(), to.leg.close());
    world.end().await;
}

#[tokio::test]
async fn a_proxy_takes_one_bridge() {
    let world = World::new().await;
    let ((from, _caller), (to, _callee)) = call(&world).await;
    for wrong in [&from, &to] {
        let Err(error) = world.open(bridge(wrong)).await else {
            panic!("it was bridged");
        };
        assert_eq!(error.reason(), Reason::IncompatibleSession, "{error:?}");
    }
    tokio::join!(from.leg.close(), to.leg.close());
    world.end().await;
}

#[tokio::test]
async fn a_bridge_that_fails_leaves_the_proxy_waiting() {
    let world = World::new().await;
    let caller = world.peer(1).await;
    let mut from = proxy(&world, &caller).await;
    for polls in 0..4 {
        // Five round trips: each is dropped somewhere on its way.
        assert!(
            dropped_after(polls, world.open(bridge(&from)))
                .await
                .is_none()
        );
    }
    let recorder = mediaplane::media::RecorderAction::Start {
        uri: None,
        format: None,
    };
    let refused = from.leg.update(Update::Recorder(recorder)).await;
    assert_eq!(
        refused.expect_err("nothing flows").reason(),
        Reason::IncompatibleSession
    );

    let to = world.open(bridge(&from)).await.expect("a bridge at last");
    let callee = world
        .answers(2, to.description.as_ref().expect("an offer"))
        .await;
    to.leg
        .accept(webrtc(callee.description()))
        .await
        .expect("an answer");
    caller
        .accept_answer(from.described().await.sdp.as_str())
        .await;
    callee.receives(Kind::Audio, 1, 10).await;
    tokio::join!(from.leg.close(), to.leg.close());
    world.end().await;
}
