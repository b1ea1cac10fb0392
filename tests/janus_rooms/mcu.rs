//! `mcu`: everyone hears the mix of the others.

use mediaplane::{
    Reason,
    backend::Backend,
    media::{
        LegEvent, MediaUpdate, Outcome, RecordingState, RoomAction, RoomKind, RoomOptions,
        RoomOutcome, SessionType, TypeKind, action::RoomVerb,
    },
};

use crate::{
    stage::{act, converted, destroy, kick, mcu, mute, offers, recorded, records, room},
    support::{janus::Options, media::Kind, peer::Peer, received::Receives},
    world::{Opening, World, mute_audio, request, webrtc},
};

async fn joins(world: &World, kind: SessionType, tag: u8) -> (Opening, Peer) {
    let peer = world.peer(tag).await;
    let opening = offers(world, kind, MediaUpdate::default(), &peer).await;
    (opening, peer)
}

#[tokio::test]
async fn participants_are_mixed_muted_and_put_out() {
    let world = World::new().await;
    let room_id = room(&world, RoomKind::Mcu, RoomOptions::default()).await;
    let peer = world.peer(1).await;
    let one = offers(&world, mcu(&room_id), mute_audio(true), &peer).await;
    let (mut two, other) = joins(&world, mcu(&room_id), 2).await;
    tokio::join!(
        peer.receives_any(Kind::Audio, 25),
        other.receives_any(Kind::Audio, 25)
    );
    assert_eq!(peer.counts().packets(Kind::Video, None), 0);
    let shown = || async {
        let list = serde_json::json!({"request": "listparticipants", "room": room_id.as_str()});
        let shown = world.janus.plugin("janus.plugin.audiobridge", list).await;
        let mut muted: Vec<_> = shown["participants"]
            .as_array()
            .expect("participants")
            .iter()
            .map(|one| (one["id"].to_string(), one["muted"] == true))
            .collect();
        muted.sort_by_key(|(id, _)| *id != format!("\"{}\"", one.session_id));
        muted
            .into_iter()
            .map(|(_, muted)| muted)
            .collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [true, false]);
    one.update(mute_audio(false)).await;
    act(&one, mute(&two.session_id, Some(true), None))
        .await
        .expect("muted");
    assert_eq!(shown().await, [false, true]);
    act(&one, mute(&two.session_id, Some(false), None))
        .await
        .expect("unmuted");
    assert_eq!(shown().await, [false, false]);
    let refused = act(&one, mute(&two.session_id, None, Some(true))).await;
    assert_eq!(
        refused.expect_err("no video").reason(),
        Reason::IncompatibleSession
    );
    act(&one, kick(&two.session_id)).await.expect("put out");
    assert_eq!(
        two.ends().await,
        (Reason::BackendHangup, "put out of the room".into())
    );
    two.leg.close().await;
    one.leg.close().await;
    destroy(&world, &room_id, RoomKind::Mcu).await;
    world.end().await;
}

#[tokio::test]
async fn one_participant_or_the_mix_is_recorded() {
    let world = World::new().await;
    let room_id = room(&world, RoomKind::Mcu, RoomOptions::default()).await;
    let (one, peer) = joins(&world, mcu(&room_id), 1).await;
    records(&one, None).await;
    let start = RoomAction::Record {
        on: true,
        uri: Some("mix".into()),
    };
    act(&one, start).await.expect("a recording");
    peer.receives_any(Kind::Audio, 50).await;
    let own = recorded(&one).await;
    assert_eq!(
        (own.state, own.files.len()),
        (RecordingState::Stopped, 1),
        "{own:?}"
    );
    converted(own.files[0].uri.as_ref(), "opus");
    let ended = act(
        &one,
        RoomAction::Record {
            on: false,
            uri: None,
        },
    )
    .await;
    let Ok(Outcome::Room(RoomOutcome::Recording(mix))) = ended else {
        panic!("{ended:?}");
    };
    let [file] = &mix.files[..] else {
        panic!("{mix:?}");
    };
    assert_eq!(file.format, "wav");
    assert!(
        file.bytes > Some(10_000) && file.uri.ends_with("/mix.wav"),
        "{file:?}"
    );
}

#[tokio::test]
async fn a_file_is_played_into_the_mix() {
    let world = World::with(Options::default(), |config| {
        config.media = config.recordings.clone();
    })
    .await;
    let room_id = room(&world, RoomKind::Mcu, RoomOptions::default()).await;
    let (mut one, peer) = joins(&world, mcu(&room_id), 1).await;
    records(&one, Some("jingle")).await;
    peer.receives_any(Kind::Audio, 50).await;
    let recording = recorded(&one).await;
    let file = converted(recording.files[0].uri.as_ref(), "opus");
    let play = |uri: Option<String>| RoomAction::Play {
        uri: uri.map(Into::into),
    };
    act(&one, play(None)).await.expect("nothing to stop");
    let uri = format!("file://{}", file.display());
    act(&one, play(Some(uri))).await.expect("it plays");
    for playing in [true, false] {
        let told = one.hears(|event| match event {
            LegEvent::Status { class, data } if *class == "announcement" => {
                data["playing"].as_bool()
            }
            _ => None,
        });
        assert_eq!(told.await, playing);
    }
    for uri in ["file:///etc/passwd", "file:///etc/x.opus", "recordplay:1"] {
        let refused = act(&one, play(Some(uri.into()))).await.expect_err(uri);
        assert_eq!(refused.reason(), Reason::InvalidUri, "{uri}");
    }
    peer.close().await;
}

#[tokio::test]
async fn what_a_mixed_room_lacks_is_said() {
    let world = World::new().await;
    let types = &world.driver.capabilities().types;
    let entry = types
        .iter()
        .find(|entry| entry.kind == TypeKind::Mcu)
        .expect("advertised");
    assert!(!entry.room.contains(&RoomVerb::Play), "no folder of media");
    let room_id = room(&world, RoomKind::Mcu, RoomOptions::default()).await;
    let peer = world.peer(1).await;
    let kind = SessionType::Mcu {
        room_id: Some(room_id),
        profile: None,
        layout: Some("2x2".into()),
    };
    let refused = world
        .open(request(kind, Some(webrtc(peer.description()))))
        .await;
    assert_eq!(
        refused.err().expect("no layouts").reason(),
        Reason::NotSupported
    );
}
