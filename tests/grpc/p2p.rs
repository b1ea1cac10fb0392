//! Calls between two clients: the core carries descriptions and candidates, no media server takes part.

use std::time::Duration;

use mediaplane::proto::{
    self, CreateSessionRequest, SessionFilter, SessionKind, SessionStatus,
    create_session_response::Description, event::Kind,
};
use tonic::Request;

use crate::service::{
    Service, answer, callee, caller, candidate, description, labels, reason, trickling, watching,
};

#[tokio::test]
async fn a_call_is_set_up_and_ends_for_both() {
    let service = Service::start().await;
    let caller_id = service.create(caller()).await;
    let waiting = {
        let (mut sessions, session_id) = (service.sessions(), caller_id.clone());
        let request = proto::GetAnswerRequest { session_id };
        tokio::spawn(async move { sessions.get_answer(request).await })
    };
    let wait_reply = CreateSessionRequest {
        wait_reply: true,
        ..callee(&caller_id)
    };
    let reply = service.sessions().create_session(wait_reply).await;
    let reply = reply.expect("created").into_inner();
    assert_eq!(
        reply.description,
        Some(Description::Offer(with_type(description("caller"))))
    );
    let callee_id = reply.session_id;

    service
        .sessions()
        .set_answer(answer(&callee_id))
        .await
        .expect("set");
    let answered = waiting.await.expect("no panic").expect("answered");
    assert_eq!(
        answered.into_inner().answer,
        Some(with_type(description("callee")))
    );
    let (one, other) = (service.get(&caller_id).await, service.get(&callee_id).await);
    assert_eq!(one.status(), SessionStatus::Ready);
    assert_eq!(other.status(), SessionStatus::Ready);
    assert_eq!(
        (one.slave_id, other.master_id),
        (callee_id.clone(), caller_id.clone())
    );
    assert_eq!(other.type_ext.expect("set").peer_id, caller_id);

    service.destroy(&caller_id).await;
    let names = service.watch(watching(&[&caller_id])).await.names().await;
    assert_eq!(names, ["created", "answer", "destroyed"]);
    let mut events = service.watch(watching(&[&callee_id])).await;
    let end = events.until(destroyed).await;
    assert_eq!((end.reason.as_str(), end.code), ("PEER_STOPPED", 300_021));
    assert!(
        events.item().await.is_none(),
        "the stream ends with its session"
    );

    service.destroy(&caller_id).await;
    assert_eq!(service.app.live_sessions(), 0);
    assert_eq!(
        service.get(&caller_id).await.status(),
        SessionStatus::Destroyed
    );
    service.stop().await;
}

#[tokio::test]
async fn candidates_come_out_at_the_other_party() {
    let service = Service::start().await;
    let offer = Some(trickling("caller"));
    let caller_id = service
        .create(CreateSessionRequest { offer, ..caller() })
        .await;
    let callee_id = service.create(callee(&caller_id)).await;
    let mut at_callee = service.watch(watching(&[&callee_id])).await;
    let mut at_caller = service.watch(watching(&[&caller_id])).await;

    let mut sessions = service.sessions();
    for port in [1001, 1002] {
        sessions
            .set_candidate(candidate(&caller_id, port))
            .await
            .expect("taken");
    }
    let end = proto::SetCandidateEndRequest {
        session_id: caller_id.clone(),
    };
    sessions.set_candidate_end(end).await.expect("taken");
    for port in [1001, 1002] {
        let line = at_callee.until(a_candidate).await.candidate;
        assert!(line.contains(&format!(" {port} typ")), "{line}");
    }
    at_callee
        .until(|kind| matches!(kind, Kind::CandidateEnd(_)).then_some(()))
        .await;

    let reply = proto::SetAnswerRequest {
        answer: Some(trickling("callee")),
        ..answer(&callee_id)
    };
    sessions.set_answer(reply).await.expect("set");
    sessions
        .set_candidate(candidate(&callee_id, 2001))
        .await
        .expect("taken");
    let found = at_caller.until(a_candidate).await;
    assert_eq!(found.sdp_mid.as_deref(), Some("0"));
    assert!(found.candidate.contains(" 2001 typ"));

    service.destroy(&callee_id).await;
    service.stop().await;
}

#[tokio::test]
async fn candidates_are_written_into_an_answer_that_must_be_whole() {
    let service = Service::start().await;
    let caller_id = service
        .create(CreateSessionRequest {
            no_answer_trickle_ice: true,
            ..caller()
        })
        .await;
    let callee_id = service.create(callee(&caller_id)).await;
    let mut sessions = service.sessions();
    let request = proto::GetOfferRequest {
        session_id: callee_id.clone(),
    };
    sessions.get_offer(request).await.expect("an offer");
    let reply = proto::SetAnswerRequest {
        answer: Some(trickling("callee")),
        ..answer(&callee_id)
    };
    sessions.set_answer(reply).await.expect("set");
    sessions
        .set_candidate(candidate(&callee_id, 3001))
        .await
        .expect("taken");
    let end = proto::SetCandidateEndRequest {
        session_id: callee_id.clone(),
    };
    sessions.set_candidate_end(end).await.expect("taken");
    let request = proto::GetAnswerRequest {
        session_id: caller_id,
    };
    let whole = sessions
        .get_answer(request)
        .await
        .expect("an answer")
        .into_inner();
    let whole = whole.answer.expect("set");
    assert!(whole.sdp.contains(" 3001 typ") && whole.sdp.contains("a=end-of-candidates"));
    assert!(!whole.trickle_ice);
    service.destroy(&callee_id).await;
    service.stop().await;
}

#[tokio::test]
async fn a_repeated_create_changes_nothing() {
    let service = Service::start().await;
    let request = CreateSessionRequest {
        session_id: "call-1".to_owned(),
        ..caller()
    };
    let first = service.create(request.clone()).await;
    let created_at = service.get("call-1").await.created_at;
    assert_eq!(service.create(request.clone()).await, first);
    assert_eq!(service.get("call-1").await.created_at, created_at);
    let different = CreateSessionRequest {
        labels: labels(&[("a", "b")]),
        ..request
    };
    let refused = service
        .sessions()
        .create_session(different)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused).0, "SESSION_ALREADY_EXISTS");
    assert_eq!(service.app.live_sessions(), 1);
    service.stop().await;
}

#[tokio::test]
async fn a_session_shows_how_it_was_created() {
    let service = Service::start().await;
    let id = service
        .create(CreateSessionRequest {
            session_id: "shown".to_owned(),
            wait_timeout: Some(prost_types::Duration {
                seconds: 7,
                nanos: 0,
            }),
            labels: labels(&[("team", "red")]),
            event_body: Some(crate::service::object("key", "value")),
            ..caller()
        })
        .await;
    let session = service.get(&id).await;
    assert_eq!(session.r#type(), SessionKind::P2p);
    assert_eq!(session.status(), SessionStatus::WaitAnswer);
    assert_eq!(session.wait_timeout.map(|d| d.seconds), Some(7));
    assert_eq!(session.ready_timeout.map(|d| d.seconds), Some(86_400));
    assert_eq!(session.trickle_ice_timeout.map(|d| d.seconds), Some(5));
    assert_eq!(
        (session.user_id.as_str(), session.subscriber.as_str()),
        ("anonymous", "anonymous")
    );
    assert!(session.subscribe && session.stop_after_peer);
    assert_eq!(session.labels, labels(&[("team", "red")]));
    assert!(session.event_body.is_some());
    let (created, expires) = (
        session.created_at.expect("set"),
        session.expires_at.expect("set"),
    );
    assert_eq!(expires.seconds - created.seconds, 7);
    assert_eq!(session.offer, Some(with_type(description("caller"))));
    assert_eq!((session.answer, session.backend), (None, None));

    let created = service.watch(watching(&[&id])).await.event().await;
    assert!(created.event_body.is_some());
    let Some(Kind::Created(created)) = created.kind else {
        panic!("{created:?}")
    };
    let as_created = created.session.expect("set");
    assert_eq!(as_created.status(), SessionStatus::Starting);
    assert_eq!(as_created.wait_timeout.map(|d| d.seconds), Some(7));
    assert_eq!(as_created.labels, labels(&[("team", "red")]));
    service.stop().await;
}

#[tokio::test]
async fn lists_are_paged_and_filtered() {
    let service = Service::start().await;
    for index in 0..5 {
        let colour = if index % 2 == 0 { "red" } else { "blue" };
        service
            .create(CreateSessionRequest {
                session_id: format!("s-{index}"),
                user_id: format!("user-{index}"),
                labels: labels(&[("colour", colour)]),
                ..caller()
            })
            .await;
    }
    service.destroy("s-4").await;

    let mut pages = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = proto::ListSessionsRequest {
            page_size: 3,
            page_token,
            ..Default::default()
        };
        let reply = service
            .sessions()
            .list_sessions(request)
            .await
            .expect("listed")
            .into_inner();
        pages.push(ids(&reply));
        page_token = reply.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(pages, [vec!["s-0", "s-1", "s-2"], vec!["s-3"]]);

    let filtered = async |filter: SessionFilter| {
        let request = proto::ListSessionsRequest {
            filter: Some(filter),
            ..Default::default()
        };
        ids(&service
            .sessions()
            .list_sessions(request)
            .await
            .expect("listed")
            .into_inner())
    };
    let red = SessionFilter {
        labels: labels(&[("colour", "red")]),
        ..Default::default()
    };
    assert_eq!(filtered(red.clone()).await, ["s-0", "s-2"]);
    let dead = SessionFilter {
        statuses: vec![SessionStatus::Destroyed.into()],
        ..red
    };
    assert_eq!(filtered(dead).await, ["s-4"]);
    let user = SessionFilter {
        user_id: "user-3".to_owned(),
        types: vec![SessionKind::P2p.into()],
        ..Default::default()
    };
    assert_eq!(filtered(user).await, ["s-3"]);
    let echo = SessionFilter {
        types: vec![SessionKind::Echo.into()],
        ..Default::default()
    };
    assert!(filtered(echo).await.is_empty());
    service.stop().await;
}

#[tokio::test]
async fn a_wait_that_is_over_says_so_before_the_callers_deadline() {
    let service = Service::start().await;
    let session_id = service.create(caller()).await;
    let mut request = Request::new(proto::GetAnswerRequest {
        session_id: session_id.clone(),
    });
    request.set_timeout(Duration::from_secs(2));
    let over = service.sessions().get_answer(request).await.unwrap_err();
    assert_eq!(reason(&over).0, "ANSWER_NOT_SET");
    assert_eq!(
        service.get(&session_id).await.status(),
        SessionStatus::WaitAnswer
    );

    // A creator that waits for its reply takes the session with it.
    let mut request = Request::new(CreateSessionRequest {
        wait_reply: true,
        ..caller()
    });
    request.set_timeout(Duration::from_secs(2));
    let over = service
        .sessions()
        .create_session(request)
        .await
        .unwrap_err();
    assert_eq!(reason(&over).0, "ANSWER_NOT_SET");
    service.destroy(&session_id).await;
    service.stop().await;
}

fn with_type(description: proto::SessionDescription) -> proto::SessionDescription {
    proto::SessionDescription {
        sdp_type: proto::SdpType::Webrtc.into(),
        ..description
    }
}

fn ids(reply: &proto::ListSessionsResponse) -> Vec<String> {
    let ids = reply
        .sessions
        .iter()
        .map(|session| session.session_id.clone());
    ids.collect()
}

fn destroyed(kind: Kind) -> Option<proto::event::Destroyed> {
    match kind {
        Kind::Destroyed(end) => Some(end),
        _ => None,
    }
}

fn a_candidate(kind: Kind) -> Option<proto::IceCandidate> {
    match kind {
        Kind::Candidate(candidate) => Some(candidate),
        _ => None,
    }
}
