//! What flows, as the admin API counts it.

use mediaplane::media::{MediaKind, MediaStats, MediaUpdate, Outcome, SessionType, Update};

use crate::{
    stage::{listens, offers, publish, publishes, sfu},
    support::{
        media::Kind,
        peer::{self, Peer},
        received::Receives,
    },
    world::{Opening, World, request, webrtc},
};

async fn stats(opening: &Opening) -> Vec<MediaStats> {
    match opening.leg.update(Update::Stats).await {
        Ok(Outcome::Stats(stats)) => stats,
        other => panic!("{other:?}"),
    }
}

/// Audio and video in one direction.
fn one_way(inbound: bool) -> [(Option<MediaKind>, bool, Option<&'static str>); 2] {
    [
        (Some(MediaKind::Audio), inbound, Some("opus")),
        (Some(MediaKind::Video), inbound, Some("vp8")),
    ]
}

fn ways(stats: &[MediaStats]) -> Vec<(Option<MediaKind>, bool, Option<&str>)> {
    stats
        .iter()
        .map(|one| (one.kind, one.inbound, one.codec.as_deref()))
        .collect()
}

#[tokio::test]
async fn publishers_and_listeners_are_counted_one_way() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let (publisher, _peer) = publishes(&world, &room_id, 1).await;
    let (listener, heard) = listens(&world, &publisher).await;
    heard.receives(Kind::Video, 1, 25).await;
    for (opening, inbound) in [(&publisher, true), (&listener, false)] {
        let stats = stats(opening).await;
        assert_eq!(ways(&stats), one_way(inbound));
        for one in stats {
            assert!(one.packets > Some(20) && one.bytes > Some(500), "{one:?}");
            assert!(one.lost.is_some() && one.jitter.is_some(), "{one:?}");
        }
    }
}

#[tokio::test]
async fn an_echo_is_counted_both_ways() {
    let world = World::new().await;
    let (echo, peer) = world.echo(7).await;
    peer.receives(Kind::Video, 7, 25).await;
    let stats = stats(&echo).await;
    let (inbound, outbound): (Vec<_>, Vec<_>) = stats.into_iter().partition(|one| one.inbound);
    assert_eq!(ways(&inbound), one_way(true));
    assert_eq!(ways(&outbound), one_way(false));
    assert!(
        outbound.iter().all(|one| one.packets > Some(20)),
        "{outbound:?}"
    );
}

#[tokio::test]
async fn a_call_is_counted_once_it_is_one() {
    let world = World::new().await;
    let caller = world.peer(1).await;
    let proxy = request(SessionType::Proxy, Some(webrtc(caller.description())));
    let mut from = world.open(proxy).await.expect("a proxy");
    assert_eq!(stats(&from).await, [], "nothing flows yet");
    let peer_id = from.session_id.clone();
    let bridge = request(SessionType::Bridge { peer_id }, None);
    let to = world.open(bridge).await.expect("a bridge");
    let offer = to.description.as_ref().expect("an offer");
    let callee = world.answers(2, offer).await;
    let answer = webrtc(callee.description());
    to.leg.accept(answer).await.expect("an answer");
    caller
        .accept_answer(from.described().await.sdp.as_str())
        .await;
    callee.receives(Kind::Video, 1, 25).await;
    for opening in [&from, &to] {
        assert_eq!(stats(opening).await.len(), 4);
    }
}

#[tokio::test]
async fn all_simulcast_layers_are_counted() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let options = peer::Options::new(world.janus.media_ip(), 1).simulcast();
    let peer = Peer::offer(options).await;
    let publisher = offers(&world, publish(&room_id), MediaUpdate::default(), &peer).await;
    let (_listener, heard) = listens(&world, &publisher).await;
    heard.receives_layer(2, 25).await;
    let stats = stats(&publisher).await;
    let seen = heard.counts().packets(Kind::Video, None);
    assert!(stats[0].packets > Some(2 * seen), "{stats:?}");
}
