//! `listen`: one publisher is received, then another, from the first packet that there is.

use std::time::Duration;

use mediaplane::{
    Reason,
    media::{LegEvent, MediaUpdate, RoomKind, Update},
};
use tokio::time::timeout;

use crate::{
    stage::{destroy, listen, listens, offers, publish, publishes, sfu, takes},
    support::{
        media::Kind,
        peer::{self, Peer},
        received::Receives,
    },
    world::{PATIENCE, World, request, webrtc},
};

#[tokio::test]
async fn a_listener_waits_for_its_publisher() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let peer = world.peer(1).await;
    let open = request(publish(&room_id), Some(webrtc(peer.description())));
    let publisher = world.open(open).await.expect("a publisher");
    let listening = listens(&world, &publisher);
    let connecting = async {
        tokio::time::sleep(Duration::from_millis(800)).await;
        peer.accept_answer(publisher.sdp()).await;
        peer.connected().await;
    };
    let ((listener, heard), ()) = tokio::join!(listening, connecting);
    heard.receives(Kind::Audio, 1, 5).await;
    listener.leg.close().await;
    publisher.leg.close().await;
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}

#[tokio::test]
async fn a_listener_that_waits_gives_up_with_its_publisher() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let peer = world.peer(1).await;
    let open = request(publish(&room_id), Some(webrtc(peer.description())));
    let publisher = world.open(open).await.expect("a publisher");
    let kind = listen(&publisher);
    let listening = world.open(request(kind.clone(), None));
    let closing = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        publisher.leg.close().await;
    };
    let (listened, ()) = tokio::join!(timeout(PATIENCE, listening), closing);
    let refused = listened.expect("in time").err().expect("it is gone");
    assert_eq!(refused.reason(), Reason::InvalidPublisher, "{refused:?}");
    let refused = world.open(request(kind, None)).await.err().expect("gone");
    assert_eq!(refused.reason(), Reason::InvalidPublisher, "{refused:?}");
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}

#[tokio::test]
async fn a_listener_changes_its_publisher() {
    let world = World::new().await;
    let (room_id, other_room) = (sfu(&world).await, sfu(&world).await);
    let (one, _one_peer) = publishes(&world, &room_id, 1).await;
    let (two, _two_peer) = publishes(&world, &room_id, 2).await;
    let options = peer::Options::new(world.janus.media_ip(), 3).audio();
    let speaker = Peer::offer(options).await;
    let three = offers(&world, publish(&room_id), MediaUpdate::default(), &speaker).await;
    let (far, _far_peer) = publishes(&world, &other_room, 4).await;

    let (listener, heard) = listens(&world, &one).await;
    heard.receives(Kind::Video, 1, 5).await;
    let switch = |to| listener.leg.update(Update::Type(listen(to)));
    switch(&two).await.expect("a switch");
    tokio::join!(
        heard.receives(Kind::Audio, 2, 10),
        heard.receives(Kind::Video, 2, 5)
    );
    heard.stops_receiving_from(Kind::Video, 1).await;
    switch(&two).await.expect("nothing to do");

    switch(&three).await.expect("a switch to audio only");
    heard.receives(Kind::Audio, 3, 10).await;
    heard.stops_receiving(Kind::Video).await;
    switch(&one).await.expect("a switch back");
    tokio::join!(
        heard.receives(Kind::Audio, 1, 10),
        heard.receives(Kind::Video, 1, 5)
    );

    let refused = switch(&far).await.expect_err("another room");
    assert_eq!(refused.reason(), Reason::IncompatibleSession);
    let refused = switch(&listener).await.expect_err("no publisher");
    assert_eq!(refused.reason(), Reason::InvalidPublisher);
    heard.receives(Kind::Video, 1, 5).await;
    for opening in [&listener, &one, &two, &three, &far] {
        opening.leg.close().await;
    }
    for room_id in [room_id, other_room] {
        destroy(&world, &room_id, RoomKind::Sfu).await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_listener_whose_publisher_ended_finds_no_other() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let (one, one_peer) = publishes(&world, &room_id, 1).await;
    let (two, _two_peer) = publishes(&world, &room_id, 2).await;
    let (listener, heard) = listens(&world, &one).await;
    heard.receives(Kind::Video, 1, 5).await;
    one_peer.close().await;
    one.leg.close().await;
    heard.stops_receiving(Kind::Audio).await;
    let switch = listener.leg.update(Update::Type(listen(&two))).await;
    let refused = switch.expect_err("its m-sections are stopped");
    assert_eq!(refused.reason(), Reason::IncompatibleSession, "{refused:?}");
    listener.leg.close().await;
    two.leg.close().await;
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}

#[tokio::test]
async fn a_listener_chooses_its_simulcast_layer() {
    let world = World::new().await;
    let room_id = sfu(&world).await;
    let options = peer::Options::new(world.janus.media_ip(), 1).simulcast();
    let peer = Peer::offer(options).await;
    let publisher = offers(&world, publish(&room_id), MediaUpdate::default(), &peer).await;
    let up_to = |layer| MediaUpdate {
        max_layer: Some(layer),
        ..MediaUpdate::default()
    };
    let (mut listener, heard) = takes(&world, listen(&publisher), up_to(0)).await;
    heard.receives_layer(0, 10).await;
    // Janus passes on whatever comes first, and only then keeps to a layer.
    let higher = heard.counts().layer_packets(1) + heard.counts().layer_packets(2);
    assert!(higher < 5, "{higher} packets of higher layers");
    for layer in [1, 9] {
        listener.update(up_to(layer)).await;
        heard
            .receives_layer(u8::try_from(layer.min(2)).expect("small"), 10)
            .await;
    }
    let layers = listener.hears(|event| match event {
        LegEvent::Status { class, data } if *class == "simulcast" => {
            (data["substream"] == 2).then_some(())
        }
        _ => None,
    });
    layers.await;
    listener.leg.close().await;
    publisher.leg.close().await;
    destroy(&world, &room_id, RoomKind::Sfu).await;
    world.end().await;
}
