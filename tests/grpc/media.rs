//! Sessions and rooms on a media server, as the API shows them.

use mediaplane::proto::{
    self, BackendRole, BackendStatus, CreateSessionRequest, MemberRole, PlayerActionKind,
    PlayerState, RecorderActionKind, RecordingState, RoomActionKind, SessionKind, SessionStatus,
    WatchEventsRequest, create_session_response::Description, event::Kind as Event,
    player_action_request as player, recorder_action_request as recorder,
    room_action_request as room, session_type::Kind, watch_events_request as watch,
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    scripted::drivers,
    service::{
        Service, answer, config, description, name, of_type, reason, session_type, watching,
    },
};

fn echo() -> CreateSessionRequest {
    CreateSessionRequest {
        offer: Some(description("client")),
        wait_reply: true,
        ..of_type(Kind::Echo(proto::Echo {}))
    }
}

fn publish(room_id: &str) -> CreateSessionRequest {
    let room_id = room_id.to_owned();
    CreateSessionRequest {
        r#type: session_type(Kind::Publish(proto::Publish {
            room_id,
            ..Default::default()
        })),
        ..echo()
    }
}

fn listen(publisher_id: &str) -> CreateSessionRequest {
    let publisher_id = publisher_id.to_owned();
    of_type(Kind::Listen(proto::Listen { publisher_id }))
}

#[tokio::test]
async fn the_backend_answers_or_offers() {
    let (drivers, held) = drivers();
    let service = Service::of(config(), drivers).await;
    let reply = service
        .sessions()
        .create_session(echo())
        .await
        .expect("created")
        .into_inner();
    assert!(matches!(reply.description, Some(Description::Answer(_))));
    let session = reply.session.expect("set");
    assert_eq!(session.status(), SessionStatus::Ready);
    assert_eq!(session.backend_role(), BackendRole::Offeree);
    let backend = session.backend.expect("set");
    assert_eq!(
        (backend.name.as_str(), backend.kind.as_str()),
        ("scripted-1", "scripted")
    );

    let park = CreateSessionRequest {
        wait_reply: true,
        ..of_type(Kind::Park(proto::Park {}))
    };
    let reply = service
        .sessions()
        .create_session(park)
        .await
        .expect("created")
        .into_inner();
    assert!(matches!(reply.description, Some(Description::Offer(_))));
    assert_eq!(
        reply.session.expect("set").backend_role(),
        BackendRole::Offerer
    );
    service
        .sessions()
        .set_answer(answer(&reply.session_id))
        .await
        .expect("taken");
    assert_eq!(
        service.get(&reply.session_id).await.status(),
        SessionStatus::Ready
    );
    assert_eq!(held.legs(), 2);
    service.stop().await;
    assert_eq!(held.legs(), 0, "the end of the service releases every leg");
}

#[tokio::test]
async fn media_type_tones_and_figures() {
    let (drivers, _) = drivers();
    let service = Service::of(config(), drivers).await;
    let session_id = service.create(echo()).await;
    let mut sessions = service.sessions();
    let update = |media| proto::UpdateMediaRequest {
        session_id: session_id.clone(),
        media: Some(media),
    };
    let capped = proto::MediaUpdate {
        bitrate_kbps: Some(300),
        ..Default::default()
    };
    let media = sessions
        .update_media(update(capped))
        .await
        .expect("done")
        .into_inner()
        .media;
    let stands = proto::MediaUpdate {
        mute_audio: Some(false),
        mute_video: Some(false),
        mute_data: Some(false),
        bitrate_kbps: Some(300),
        max_layer: None,
    };
    assert_eq!(media, Some(stands));
    assert_eq!(service.get(&session_id).await.media, Some(stands));
    let muted = proto::MediaUpdate {
        mute_video: Some(true),
        ..Default::default()
    };
    let refused = sessions.update_media(update(muted)).await.unwrap_err();
    assert_eq!(reason(&refused).0, "NOT_SUPPORTED");
    assert!(refused.message().contains("mute_video"), "{refused:?}");

    let digits = "12#".to_owned();
    let dtmf = proto::SendDtmfRequest {
        session_id: session_id.clone(),
        digits,
        duration: None,
    };
    sessions.send_dtmf(dtmf).await.expect("sent");
    let request = proto::GetStatsRequest {
        session_id: session_id.clone(),
    };
    let stats = sessions
        .get_stats(request)
        .await
        .expect("told")
        .into_inner()
        .media;
    assert_eq!(
        (stats[0].packets, stats[0].direction()),
        (Some(50), proto::MediaDirection::Received)
    );
    assert_eq!(stats[0].jitter.expect("set").nanos, 3_000_000);

    let park = session_type(Kind::Park(proto::Park {}));
    let request = proto::SetTypeRequest {
        session_id: session_id.clone(),
        r#type: park,
    };
    let session = sessions
        .set_type(request)
        .await
        .expect("done")
        .into_inner()
        .session;
    assert_eq!(session.expect("set").r#type(), SessionKind::Park);
    service.destroy(&session_id).await;
    let names = service.watch(watching(&[&session_id])).await.names().await;
    assert_eq!(names, ["created", "answer", "type", "destroyed"]);
    service.stop().await;
}

#[tokio::test]
async fn recorder_and_player_act_and_tell() {
    let (drivers, _) = drivers();
    let service = Service::of(config(), drivers).await;
    let session_id = service.create(echo()).await;
    let record = async |action| {
        let request = proto::RecorderActionRequest {
            session_id: session_id.clone(),
            action: Some(action),
        };
        service.sessions().recorder_action(request).await
    };
    let stop = recorder::Action::Stop(recorder::Stop {});
    let idle = record(stop.clone()).await.unwrap_err();
    assert_eq!(reason(&idle).0, "NO_ACTIVE_RECORDER");
    let start = recorder::Action::Start(recorder::Start::default());
    let started = record(start)
        .await
        .expect("done")
        .into_inner()
        .recording
        .expect("set");
    assert_eq!(started.state(), RecordingState::Active);
    let stopped = record(stop)
        .await
        .expect("done")
        .into_inner()
        .recording
        .expect("set");
    assert_eq!(stopped.state(), RecordingState::Stopped);
    assert_eq!(
        (stopped.files[0].uri.as_str(), stopped.files[0].bytes),
        ("/rec/a.webm", Some(1234))
    );
    let actions = recorder::Action::GetActions(recorder::GetActions {});
    let actions = record(actions).await.expect("told").into_inner().actions;
    assert_eq!(actions.len(), 4);
    assert!(actions.contains(&RecorderActionKind::Pause.into()));

    let play = async |action| {
        let request = proto::PlayerActionRequest {
            session_id: session_id.clone(),
            action: Some(action),
        };
        service.sessions().player_action(request).await
    };
    let uri = "file:///a.webm".to_owned();
    let start = player::Action::Start(player::Start {
        uri,
        loops: Some(2),
    });
    let playing = play(start)
        .await
        .expect("done")
        .into_inner()
        .player
        .expect("set");
    assert_eq!(
        (playing.state(), playing.uri.as_str()),
        (PlayerState::Playing, "file:///a.webm")
    );
    let position = player::Action::GetPosition(player::GetPosition {});
    let playing = play(position)
        .await
        .expect("done")
        .into_inner()
        .player
        .expect("set");
    assert_eq!(playing.position.expect("set").nanos, 500_000_000);
    let actions = player::Action::GetActions(player::GetActions {});
    let actions = play(actions).await.expect("told").into_inner().actions;
    assert!(actions.contains(&PlayerActionKind::SetPosition.into()));

    let session = service.get(&session_id).await;
    assert_eq!(
        session.recording.expect("set").state(),
        RecordingState::Stopped
    );
    assert!(session.player.is_some());
    service.destroy(&session_id).await;
    let names = service.watch(watching(&[&session_id])).await.names().await;
    let told = |wanted| names.iter().filter(|name| **name == wanted).count();
    assert_eq!((told("recorder"), told("player")), (2, 2), "{names:?}");
    service.stop().await;
}

#[tokio::test]
async fn a_room_has_members_and_ends_with_them() {
    let (drivers, held) = drivers();
    let service = Service::of(config(), drivers).await;
    let create = proto::CreateRoomRequest {
        room_id: "room-1".to_owned(),
        options: Some(proto::RoomOptions {
            audio_codec: "opus".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let room = service
        .rooms()
        .create_room(create.clone())
        .await
        .expect("made")
        .into_inner()
        .room;
    let room = room.expect("set");
    assert_eq!(
        (room.kind(), room.audio_codec.as_str()),
        (proto::RoomKind::Sfu, "opus")
    );
    assert_eq!(room.timeout.expect("set").seconds, 300);
    let again = service
        .rooms()
        .create_room(create.clone())
        .await
        .expect("the same");
    assert_eq!(
        again.into_inner().room.expect("set").created_at,
        room.created_at
    );
    let other = proto::CreateRoomRequest {
        options: None,
        ..create
    };
    let refused = service.rooms().create_room(other).await.unwrap_err();
    assert_eq!(reason(&refused).0, "ROOM_ALREADY_EXISTS");
    let nowhere = service
        .sessions()
        .create_session(publish("room-2"))
        .await
        .unwrap_err();
    assert_eq!(reason(&nowhere).0, "ROOM_NOT_FOUND");

    let scope = watch::Scope::RoomIds(watch::RoomIds {
        ids: vec!["room-1".to_owned()],
    });
    let mut events = service
        .watch(WatchEventsRequest {
            scope: Some(scope),
            ..Default::default()
        })
        .await;
    let publisher = service.create(publish("room-1")).await;
    let listener = service
        .create(CreateSessionRequest {
            wait_reply: true,
            ..listen(&publisher)
        })
        .await;
    let list = room::Action::ListMembers(room::ListMembers {});
    let steer = async |action| {
        let request = proto::RoomActionRequest {
            session_id: listener.clone(),
            action: Some(action),
        };
        service.sessions().room_action(request).await
    };
    let members = steer(list).await.expect("told").into_inner().members;
    let roles: Vec<_> = members.iter().map(proto::RoomMember::role).collect();
    assert_eq!(roles, [MemberRole::Publisher, MemberRole::Listener]);
    assert_eq!(members[1].peer_id, publisher);
    let actions = steer(room::Action::GetActions(room::GetActions {}))
        .await
        .expect("told");
    let mut actions = actions.into_inner().actions;
    actions.sort_unstable();
    let expected = [
        RoomActionKind::ListMembers,
        RoomActionKind::KickMember,
        RoomActionKind::Record,
    ];
    assert_eq!(actions, expected.map(i32::from));
    let record = room::Action::Record(room::Record::default());
    assert!(
        steer(record)
            .await
            .expect("done")
            .into_inner()
            .recording
            .is_some()
    );
    let lock = steer(room::Action::Lock(room::Lock {})).await.unwrap_err();
    assert_eq!(reason(&lock).0, "NOT_SUPPORTED");

    service.destroy(&listener).await;
    let mut names = Vec::new();
    while names.last() != Some(&"member_stopped") {
        names.push(name(&events.event().await.kind.expect("set")));
    }
    let expected = [
        "room_created",
        "member_started",
        "member_started",
        "destroyed",
        "member_stopped",
    ];
    assert_eq!(names, expected, "a room is watched with the sessions in it");
    let request = proto::DestroyRoomRequest {
        room_id: "room-1".to_owned(),
    };
    service
        .rooms()
        .destroy_room(request)
        .await
        .expect("destroyed");
    let end = events
        .until(|kind| match kind {
            Event::RoomDestroyed(end) => Some(end.reason),
            _ => None,
        })
        .await;
    assert_eq!(end, "USER_STOP");
    let mut ends = service.watch(watching(&[&publisher])).await;
    let end = ends
        .until(|kind| match kind {
            Event::Destroyed(end) => Some(end.reason),
            _ => None,
        })
        .await;
    assert_eq!(end, "ROOM_DESTROYED");
    service.stop().await;
    assert_eq!((held.legs(), held.rooms()), (0, 0));
}

#[tokio::test]
async fn the_end_of_the_service_destroys_its_rooms() {
    let (drivers, held) = drivers();
    let service = Service::of(config(), drivers).await;
    service
        .rooms()
        .create_room(proto::CreateRoomRequest::default())
        .await
        .expect("made");
    assert_eq!(held.rooms(), 1);
    service.stop().await;
    assert_eq!(held.rooms(), 0);
}

#[tokio::test]
async fn a_drained_backend_takes_nothing_new() {
    let (drivers, _) = drivers();
    let service = Service::of(config(), drivers).await;
    let session_id = service.create(echo()).await;
    let mut backends = service.backends();
    let list = backends
        .list_backends(proto::ListBackendsRequest {})
        .await
        .expect("told");
    let backend = list.into_inner().backends.remove(0);
    assert_eq!(
        (backend.status(), backend.version.as_str()),
        (BackendStatus::Up, "1.2.3")
    );
    assert_eq!(backend.load.expect("set").sessions, 1);
    let capability = backend
        .capabilities
        .iter()
        .find(|c| c.r#type() == SessionKind::Echo);
    let capability = capability.expect("advertised");
    assert!(capability.trickle && capability.dtmf && capability.stats);
    assert_eq!(capability.roles.len(), 2);

    let mut health = HealthClient::new(service.channel.clone());
    let request = HealthCheckRequest {
        service: "mediaplane.v1.RoomService".to_owned(),
    };
    let mut changes = health.watch(request).await.expect("known").into_inner();
    let mut serving = async || {
        changes
            .message()
            .await
            .expect("no error")
            .expect("told")
            .status()
    };
    assert_eq!(serving().await, ServingStatus::Serving);
    let drain = proto::DrainBackendRequest {
        name: "scripted-1".to_owned(),
    };
    let drained = backends
        .drain_backend(drain)
        .await
        .expect("drained")
        .into_inner();
    assert_eq!(
        drained.backend.expect("set").status(),
        BackendStatus::Draining
    );
    let refused = service.sessions().create_session(echo()).await.unwrap_err();
    assert_eq!(reason(&refused).0, "NO_MEDIASERVER");
    assert_eq!(serving().await, ServingStatus::NotServing);
    let undrain = proto::UndrainBackendRequest {
        name: "scripted-1".to_owned(),
    };
    backends.undrain_backend(undrain).await.expect("undrained");
    assert_eq!(serving().await, ServingStatus::Serving);
    service.destroy(&session_id).await;
    service.create(echo()).await;
    service.stop().await;
}
