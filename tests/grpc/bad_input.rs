//! Every RPC with bad input: each refused by its documented reason and field, with nothing left behind.

use mediaplane::proto::{
    self, CreateSessionRequest, SessionDescription, player_action_request as player,
    recorder_action_request as recorder, room_action_request as room, session_type::Kind,
};

use crate::service::{
    Service, answer, callee, caller, candidate, description, labels, object, of_type, reason,
    session_type,
};

const UNKNOWN: &str = "unknown";
const NO_ID: &str = "no id";

/// One refusal: what was asked, and the reason and fields that must come back.
macro_rules! refused {
    ($call:expr => $reason:literal $(, $field:literal)*) => {{
        let status = $call.await.expect_err(stringify!($call));
        let expected = ($reason.to_owned(), vec![$($field.to_owned()),*]);
        assert_eq!(reason(&status), expected, "{}: {status:?}", stringify!($call));
    }};
}

/// A request that names a session and is otherwise sound.
macro_rules! id_is_checked {
    ($sessions:ident . $rpc:ident ( $request:ident { $($rest:tt)* } )) => {{
        let ask = |session_id: &str| proto::$request {
            session_id: session_id.to_owned(),
            $($rest)*
        };
        refused!($sessions.$rpc(ask("")) => "MISSING_FIELD", "session_id");
        refused!($sessions.$rpc(ask(NO_ID)) => "INVALID_FIELD", "session_id");
        refused!($sessions.$rpc(ask(&"x".repeat(257))) => "INVALID_FIELD", "session_id");
        refused!($sessions.$rpc(ask(UNKNOWN)) => "SESSION_NOT_FOUND");
    }};
}

async fn nothing_is_left(service: Service) {
    let listed = service
        .sessions()
        .list_sessions(proto::ListSessionsRequest::default())
        .await;
    assert_eq!(listed.expect("listed").into_inner().sessions, []);
    assert_eq!(service.app.live_sessions(), 0);
    service.stop().await;
}

#[tokio::test]
async fn every_rpc_checks_the_session_that_it_names() {
    let service = Service::start().await;
    let mut sessions = service.sessions();
    let offer = || Some(description("x"));
    let start = recorder::Action::Start(recorder::Start::default());
    let stop = player::Action::Stop(player::Stop {});
    let list = room::Action::ListMembers(room::ListMembers {});
    id_is_checked!(sessions.destroy_session(DestroySessionRequest {
        message: String::new()
    }));
    id_is_checked!(sessions.set_answer(SetAnswerRequest { answer: offer() }));
    id_is_checked!(sessions.get_session(GetSessionRequest {}));
    id_is_checked!(sessions.get_offer(GetOfferRequest {}));
    id_is_checked!(sessions.get_answer(GetAnswerRequest {}));
    id_is_checked!(sessions.update_media(UpdateMediaRequest { media: muted() }));
    id_is_checked!(sessions.set_type(SetTypeRequest {
        r#type: session_type(Kind::Park(proto::Park {}))
    }));
    id_is_checked!(sessions.recorder_action(RecorderActionRequest {
        action: Some(start.clone())
    }));
    id_is_checked!(sessions.player_action(PlayerActionRequest {
        action: Some(stop.clone())
    }));
    id_is_checked!(sessions.room_action(RoomActionRequest {
        action: Some(list.clone())
    }));
    id_is_checked!(sessions.set_candidate(SetCandidateRequest { ..candidate("", 1) }));
    id_is_checked!(sessions.set_candidate_end(SetCandidateEndRequest {}));
    id_is_checked!(sessions.send_dtmf(SendDtmfRequest {
        digits: "1".to_owned(),
        duration: None
    }));
    id_is_checked!(sessions.send_info(SendInfoRequest {
        info: "x".to_owned(),
        body: None
    }));
    id_is_checked!(sessions.get_stats(GetStatsRequest {}));
    nothing_is_left(service).await;
}

#[tokio::test]
async fn create_checks_its_type() {
    let service = Service::start().await;
    let create = async |kind| service.sessions().create_session(of_type(kind)).await;
    let id = |id: &str| id.to_owned();
    refused!(service.sessions().create_session(CreateSessionRequest::default()) => "MISSING_FIELD", "type");
    let empty = CreateSessionRequest {
        r#type: Some(proto::SessionType { kind: None }),
        ..Default::default()
    };
    refused!(service.sessions().create_session(empty) => "MISSING_FIELD", "type");
    let p2p = |peer_id| Kind::P2p(proto::P2p { peer_id });
    refused!(create(p2p(id(NO_ID))) => "INVALID_FIELD", "type.p2p.peer_id");
    refused!(create(p2p(id(UNKNOWN))) => "PEER_SESSION_NOT_FOUND");
    refused!(create(p2p(String::new())) => "MISSING_SDP", "offer");
    let listen = |publisher_id| Kind::Listen(proto::Listen { publisher_id });
    refused!(create(listen(String::new())) => "MISSING_FIELD", "type.listen.publisher_id");
    refused!(create(listen(id(NO_ID))) => "INVALID_FIELD", "type.listen.publisher_id");
    refused!(create(listen(id(UNKNOWN))) => "INVALID_PUBLISHER", "type.listen.publisher_id");
    let bridge = |peer_id| Kind::Bridge(proto::Bridge { peer_id });
    refused!(create(bridge(String::new())) => "MISSING_FIELD", "type.bridge.peer_id");
    refused!(create(bridge(id(UNKNOWN))) => "PEER_SESSION_NOT_FOUND");
    refused!(create(Kind::Proxy(proto::Proxy {})) => "MISSING_SDP", "offer");
    let play = |uri| Kind::Play(proto::Play { uri, loops: None });
    refused!(create(play(String::new())) => "MISSING_FIELD", "type.play.uri");
    refused!(create(play(id("no uri"))) => "INVALID_URI", "type.play.uri");
    refused!(create(play(format!("http://x/{}", "y".repeat(2048)))) => "INVALID_URI", "type.play.uri");
    let publish = proto::Publish {
        room_id: id(NO_ID),
        room_options: Some(proto::RoomOptions {
            audio_codec: id("o pus"),
            timeout: Some(seconds(-1)),
            ..Default::default()
        }),
        ..Default::default()
    };
    refused!(create(Kind::Publish(publish)) => "INVALID_FIELD",
        "type.publish.room_id", "type.publish.room_options.audio_codec",
        "type.publish.room_options.timeout");
    let mcu = proto::Mcu {
        layout: id("a;b"),
        ..Default::default()
    };
    refused!(create(Kind::Mcu(mcu)) => "INVALID_FIELD", "type.mcu.layout");
    refused!(create(Kind::Echo(proto::Echo {})) => "NO_MEDIASERVER");
    nothing_is_left(service).await;
}

#[tokio::test]
async fn create_checks_its_offer() {
    let service = Service::start().await;
    let create = async |sdp: &str, sdp_type| {
        let offer = SessionDescription {
            sdp: sdp.to_owned(),
            sdp_type,
            trickle_ice: false,
        };
        let request = CreateSessionRequest {
            offer: Some(offer),
            ..caller()
        };
        service.sessions().create_session(request).await
    };
    refused!(create("", 0) => "MISSING_SDP", "offer.sdp");
    refused!(create(" \r\n", 0) => "MISSING_SDP", "offer.sdp");
    refused!(create("garbage", 0) => "INVALID_SDP", "offer.sdp");
    refused!(create("v=0\r\ns=-\r\nt=0 0\r\n", 0) => "INVALID_SDP", "offer.sdp");
    refused!(create(&"x".repeat(64 * 1024 + 1), 0) => "INVALID_FIELD", "offer.sdp");
    refused!(create(&description("x").sdp, 7) => "INVALID_FIELD", "offer.sdp_type");
    refused!(create("garbage", 7) => "INVALID_SDP", "offer.sdp", "offer.sdp_type");
    nothing_is_left(service).await;
}

#[tokio::test]
async fn create_checks_every_other_field() {
    let service = Service::start().await;
    let create = async |request| service.sessions().create_session(request).await;
    let many = (0..65).map(|n| (n.to_string(), String::new())).collect();
    refused!(create(CreateSessionRequest { labels: many, ..caller() }) => "INVALID_FIELD", "labels");
    let long = labels(&[("team", &"x".repeat(257))]);
    refused!(create(CreateSessionRequest { labels: long, ..caller() })
        => "INVALID_FIELD", "labels[\"team\"]");
    let big = Some(object("x", &"y".repeat(16 * 1024)));
    refused!(create(CreateSessionRequest { event_body: big.clone(), ..caller() })
        => "INVALID_FIELD", "event_body");
    refused!(create(CreateSessionRequest { backend_options: big, ..caller() })
        => "INVALID_FIELD", "backend_options");
    let wrong = CreateSessionRequest {
        session_id: NO_ID.to_owned(),
        trickle_ice_timeout: Some(seconds(31)),
        sdp_type: 9,
        backend: "a b".to_owned(),
        master_id: NO_ID.to_owned(),
        wait_timeout: Some(seconds(0)),
        ready_timeout: Some(seconds(i64::MAX)),
        subscriber: "a/b".to_owned(),
        destroy_when_unwatched: Some(seconds(0)),
        user_id: "a\nb".to_owned(),
        ..caller()
    };
    refused!(create(wrong) => "INVALID_FIELD", "session_id", "trickle_ice_timeout", "sdp_type",
        "backend", "master_id", "wait_timeout", "ready_timeout", "subscriber",
        "destroy_when_unwatched", "user_id");
    let masterless = CreateSessionRequest {
        set_master_answer: true,
        ..caller()
    };
    refused!(create(masterless) => "INVALID_FIELD", "set_master_answer");
    let orphan = CreateSessionRequest {
        master_id: UNKNOWN.to_owned(),
        ..caller()
    };
    refused!(create(orphan) => "PEER_SESSION_NOT_FOUND");
    let placed = CreateSessionRequest {
        backend: "janus".to_owned(),
        ..caller()
    };
    refused!(create(placed) => "INVALID_FIELD", "backend");
    let elsewhere = CreateSessionRequest {
        backend: UNKNOWN.to_owned(),
        ..of_type(Kind::Echo(proto::Echo {}))
    };
    refused!(create(elsewhere) => "UNKNOWN_BACKEND", "backend");
    refused!(create(CreateSessionRequest { media: muted(), ..caller() }) => "NOT_SUPPORTED");
    nothing_is_left(service).await;
}

#[tokio::test]
async fn commands_check_their_fields() {
    let service = Service::start().await;
    let mut sessions = service.sessions();
    let session_id = service.create(caller()).await;
    let id = || session_id.clone();
    let message = "x".repeat(1025);
    refused!(sessions.destroy_session(proto::DestroySessionRequest { session_id: id(), message })
        => "INVALID_FIELD", "message");
    refused!(sessions.set_answer(proto::SetAnswerRequest { session_id: id(), answer: None })
        => "MISSING_SDP", "answer");
    let garbage = SessionDescription {
        sdp: "garbage".to_owned(),
        ..Default::default()
    };
    refused!(sessions.set_answer(proto::SetAnswerRequest { session_id: id(), answer: Some(garbage) })
        => "INVALID_SDP", "answer.sdp");
    refused!(sessions.update_media(proto::UpdateMediaRequest { session_id: id(), media: None })
        => "MISSING_FIELD", "media");
    refused!(sessions.set_type(proto::SetTypeRequest { session_id: id(), r#type: None })
        => "MISSING_FIELD", "type");
    let info = |info: &str, body| proto::SendInfoRequest {
        session_id: id(),
        info: info.to_owned(),
        body,
    };
    refused!(sessions.send_info(info("", None)) => "MISSING_FIELD", "info");
    refused!(sessions.send_info(info(&"x".repeat(257), None)) => "INVALID_FIELD", "info");
    refused!(sessions.send_info(info("x", Some(object("x", &"y".repeat(16 * 1024)))))
        => "INVALID_FIELD", "body");
    let dtmf = |digits: &str, duration| proto::SendDtmfRequest {
        session_id: id(),
        digits: digits.to_owned(),
        duration,
    };
    refused!(sessions.send_dtmf(dtmf("", None)) => "MISSING_FIELD", "digits");
    refused!(sessions.send_dtmf(dtmf("12E", None)) => "INVALID_FIELD", "digits");
    refused!(sessions.send_dtmf(dtmf(&"1".repeat(65), Some(seconds(7))))
        => "INVALID_FIELD", "digits", "duration");
    service.destroy(&session_id).await;
    nothing_is_left(service).await;
}

#[tokio::test]
async fn candidates_are_checked() {
    let service = Service::start().await;
    let mut sessions = service.sessions();
    let session_id = service.create(caller()).await;
    let sound = candidate(&session_id, 1);
    let with = |line: &str| proto::SetCandidateRequest {
        candidate: line.to_owned(),
        ..sound.clone()
    };
    refused!(sessions.set_candidate(with("")) => "MISSING_FIELD", "candidate");
    refused!(sessions.set_candidate(with("garbage")) => "INVALID_FIELD", "candidate");
    refused!(sessions.set_candidate(with(&format!("{}{}", sound.candidate, "x".repeat(1024))))
        => "INVALID_FIELD", "candidate");
    let nowhere = proto::SetCandidateRequest {
        sdp_mid: None,
        ..sound.clone()
    };
    refused!(sessions.set_candidate(nowhere) => "MISSING_FIELD", "sdp_mid");
    let unknown = proto::SetCandidateRequest {
        sdp_mid: Some("nine".to_owned()),
        ..sound.clone()
    };
    refused!(sessions.set_candidate(unknown) => "INVALID_FIELD", "sdp_mid");
    let beyond = proto::SetCandidateRequest {
        sdp_mid: None,
        sdp_m_line_index: Some(9),
        ..sound
    };
    refused!(sessions.set_candidate(beyond) => "INVALID_FIELD", "sdp_m_line_index");
    service.destroy(&session_id).await;
    nothing_is_left(service).await;
}

#[tokio::test]
async fn actions_check_their_fields() {
    let service = Service::start().await;
    let mut sessions = service.sessions();
    let session_id = service.create(caller()).await;
    let record = |action| proto::RecorderActionRequest {
        session_id: session_id.clone(),
        action,
    };
    refused!(sessions.recorder_action(record(None)) => "MISSING_FIELD", "action");
    let start = recorder::Start {
        uri: "a b".to_owned(),
        format: "a b".to_owned(),
    };
    refused!(sessions.recorder_action(record(Some(recorder::Action::Start(start))))
        => "INVALID_URI", "start.uri", "start.format");

    let play = |action| proto::PlayerActionRequest {
        session_id: session_id.clone(),
        action,
    };
    refused!(sessions.player_action(play(None)) => "MISSING_FIELD", "action");
    let start = player::Action::Start(player::Start::default());
    refused!(sessions.player_action(play(Some(start))) => "MISSING_FIELD", "start.uri");
    let set = |position| player::Action::SetPosition(player::SetPosition { position });
    refused!(sessions.player_action(play(Some(set(None))))
        => "MISSING_FIELD", "set_position.position");
    refused!(sessions.player_action(play(Some(set(Some(seconds(-1))))))
        => "INVALID_FIELD", "set_position.position");

    let steer = |action| proto::RoomActionRequest {
        session_id: session_id.clone(),
        action,
    };
    refused!(sessions.room_action(steer(None)) => "MISSING_FIELD", "action");
    let layout = room::Action::SetLayout(room::SetLayout::default());
    refused!(sessions.room_action(steer(Some(layout))) => "MISSING_FIELD", "set_layout.layout");
    let mute = room::Action::MuteMember(room::MuteMember::default());
    refused!(sessions.room_action(steer(Some(mute)))
        => "MISSING_FIELD", "mute_member.mute_audio", "mute_member.member_id");
    let kick = room::Action::KickMember(room::KickMember {
        member_id: NO_ID.to_owned(),
    });
    refused!(sessions.room_action(steer(Some(kick))) => "INVALID_FIELD", "kick_member.member_id");
    let play = room::Action::Play(room::Play::default());
    refused!(sessions.room_action(steer(Some(play))) => "MISSING_FIELD", "play.uri");
    let record = room::Action::Record(room::Record {
        uri: "a b".to_owned(),
        stop: false,
    });
    refused!(sessions.room_action(steer(Some(record))) => "INVALID_URI", "record.uri");
    service.destroy(&session_id).await;
    nothing_is_left(service).await;
}

#[tokio::test]
async fn a_session_in_the_wrong_state_says_so() {
    let service = Service::start().await;
    let mut sessions = service.sessions();
    let caller_id = service.create(caller()).await;
    let callee_id = service.create(callee(&caller_id)).await;
    refused!(sessions.create_session(callee(&caller_id)) => "INCOMPATIBLE_SESSION");
    assert_eq!(service.app.live_sessions(), 2, "the second slave is gone");
    let both = CreateSessionRequest {
        offer: Some(description("x")),
        ..callee(&callee_id)
    };
    refused!(sessions.create_session(both) => "INVALID_FIELD", "offer");

    let id = || caller_id.clone();
    let request = proto::UpdateMediaRequest {
        session_id: id(),
        media: muted(),
    };
    refused!(sessions.update_media(request) => "NOT_SUPPORTED");
    let park = session_type(Kind::Park(proto::Park {}));
    refused!(sessions.set_type(proto::SetTypeRequest { session_id: id(), r#type: park })
        => "NOT_SUPPORTED");
    let start = Some(recorder::Action::Start(recorder::Start::default()));
    refused!(sessions.recorder_action(proto::RecorderActionRequest { session_id: id(), action: start })
        => "NOT_SUPPORTED");
    let stop = Some(player::Action::Stop(player::Stop {}));
    refused!(sessions.player_action(proto::PlayerActionRequest { session_id: id(), action: stop })
        => "NOT_SUPPORTED");
    let members = Some(room::Action::ListMembers(room::ListMembers {}));
    refused!(sessions.room_action(proto::RoomActionRequest { session_id: id(), action: members })
        => "NO_ACTIVE_ROOM");
    let digits = "1".to_owned();
    refused!(sessions.send_dtmf(proto::SendDtmfRequest { session_id: id(), digits, duration: None })
        => "NOT_SUPPORTED");
    refused!(sessions.get_stats(proto::GetStatsRequest { session_id: id() }) => "NOT_SUPPORTED");

    let offer = proto::GetOfferRequest {
        session_id: callee_id.clone(),
    };
    sessions.get_offer(offer).await.expect("an offer");
    sessions
        .set_answer(answer(&callee_id))
        .await
        .expect("the first answer");
    refused!(sessions.set_answer(answer(&callee_id)) => "ANSWER_ALREADY_SET");
    service.destroy(&caller_id).await;
    let late = candidate(&caller_id, 1);
    refused!(sessions.set_candidate(late) => "SESSION_NOT_FOUND");
    let mut events = service.watch(crate::service::watching(&[&callee_id])).await;
    while events.item().await.is_some() {}
    nothing_is_left(service).await;
}

#[tokio::test]
async fn a_p2p_session_has_no_actions() {
    let service = Service::start().await;
    let mut sessions = service.sessions();
    let session_id = service.create(caller()).await;
    let id = || session_id.clone();
    let action = Some(recorder::Action::GetActions(recorder::GetActions {}));
    let reply = sessions
        .recorder_action(proto::RecorderActionRequest {
            session_id: id(),
            action,
        })
        .await;
    assert!(reply.expect("told").into_inner().actions.is_empty());
    let action = Some(player::Action::GetActions(player::GetActions {}));
    let reply = sessions
        .player_action(proto::PlayerActionRequest {
            session_id: id(),
            action,
        })
        .await;
    assert!(reply.expect("told").into_inner().actions.is_empty());
    let action = Some(room::Action::GetActions(room::GetActions {}));
    let reply = sessions
        .room_action(proto::RoomActionRequest {
            session_id: id(),
            action,
        })
        .await;
    assert!(reply.expect("told").into_inner().actions.is_empty());
    service.destroy(&session_id).await;
    nothing_is_left(service).await;
}

#[tokio::test]
async fn lists_check_their_filters() {
    let service = Service::start().await;
    let (mut sessions, mut rooms) = (service.sessions(), service.rooms());
    let wrong = proto::ListSessionsRequest {
        filter: Some(proto::SessionFilter {
            types: vec![1, 0],
            statuses: vec![99],
            user_id: "a\0".to_owned(),
            room_id: NO_ID.to_owned(),
            backends: vec!["a b".to_owned()],
            labels: labels(&[("", "x")]),
        }),
        page_size: 1001,
        page_token: NO_ID.to_owned(),
    };
    refused!(sessions.list_sessions(wrong) => "INVALID_FIELD", "filter.types[1]",
        "filter.statuses[0]", "filter.user_id", "filter.room_id", "filter.labels",
        "filter.backends[0]", "page_size", "page_token");
    let wrong = proto::ListRoomsRequest {
        filter: Some(proto::RoomFilter {
            kinds: vec![7],
            ..Default::default()
        }),
        page_size: 1001,
        page_token: NO_ID.to_owned(),
    };
    refused!(rooms.list_rooms(wrong) => "INVALID_FIELD", "filter.kinds[0]", "page_size", "page_token");
    nothing_is_left(service).await;
}

#[tokio::test]
async fn rooms_and_backends_check_their_fields() {
    let service = Service::start().await;
    let (mut rooms, mut backends) = (service.rooms(), service.backends());
    let wrong = proto::CreateRoomRequest {
        room_id: NO_ID.to_owned(),
        kind: 5,
        backend: "a b".to_owned(),
        options: Some(proto::RoomOptions {
            video_codec: "v p8".to_owned(),
            timeout: Some(seconds(0)),
            ..Default::default()
        }),
        labels: labels(&[("x", "\u{7}")]),
    };
    refused!(rooms.create_room(wrong) => "INVALID_FIELD", "room_id", "kind", "backend",
        "options.video_codec", "options.timeout", "labels[\"x\"]");
    refused!(rooms.create_room(proto::CreateRoomRequest::default()) => "NO_MEDIASERVER");
    let ask = |id: &str| id.to_owned();
    for (id, expected) in [
        ("", "MISSING_FIELD"),
        (NO_ID, "INVALID_FIELD"),
        (UNKNOWN, "ROOM_NOT_FOUND"),
    ] {
        let got = rooms
            .get_room(proto::GetRoomRequest { room_id: ask(id) })
            .await
            .unwrap_err();
        assert_eq!(reason(&got).0, expected);
        let request = proto::DestroyRoomRequest { room_id: ask(id) };
        let destroyed = rooms.destroy_room(request).await.unwrap_err();
        assert_eq!(reason(&destroyed).0, expected);
    }
    for (name, expected) in [
        ("", "MISSING_FIELD"),
        (NO_ID, "INVALID_FIELD"),
        (UNKNOWN, "UNKNOWN_BACKEND"),
    ] {
        let request = proto::DrainBackendRequest { name: ask(name) };
        let (found, fields) = reason(&backends.drain_backend(request).await.unwrap_err());
        assert_eq!(
            (found.as_str(), &fields[..]),
            (expected, &["name".to_owned()][..])
        );
        let request = proto::UndrainBackendRequest { name: ask(name) };
        let undrained = backends.undrain_backend(request).await.unwrap_err();
        assert_eq!(reason(&undrained).0, expected);
    }
    nothing_is_left(service).await;
}

fn seconds(seconds: i64) -> prost_types::Duration {
    prost_types::Duration { seconds, nanos: 0 }
}

fn muted() -> Option<proto::MediaUpdate> {
    Some(proto::MediaUpdate {
        mute_audio: Some(true),
        ..Default::default()
    })
}
