//! Two FreeSWITCHes behind one service.

use std::collections::BTreeMap;

use mediaplane::proto::{
    Bridge, CreateSessionRequest, GetSessionRequest, Park, SessionType, SetTypeRequest,
    session_type::Kind as Type,
};

use crate::{
    program::{Client, audio, client, create, created, echo, reason},
    support::{media::Kind, ports::PortBlock, received::Receives as _, service::Service},
    world::{backend, given, own, service as configuration, unique},
};

const SESSIONS: u8 = 6;

async fn backend_of(client: &mut Client, session_id: &str) -> String {
    let session_id = session_id.to_owned();
    let request = GetSessionRequest { session_id };
    let session = client.get_session(request).await.expect("it lives");
    let session = session.into_inner().session.expect("a session");
    session.backend.expect("it is on one").name
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_are_spread_over_two_servers_and_cannot_be_joined_across_them() {
    let Some(first) = given() else { return };
    let Some(second) = own().await else { return };
    let ports = PortBlock::claim();
    let backends = [
        backend("one", &first, ports.tcp(0)),
        backend("two", &second.address(), ports.tcp(1)),
    ];
    let configuration = configuration(&unique("two"), &backends);
    let mut service = Service::start(&[], &[], |_| configuration).await;
    for _ in 0..2 {
        service.logs("connected to FreeSWITCH").await;
    }
    let mut client = client(&service).await;

    let mut spread: BTreeMap<String, u8> = BTreeMap::new();
    for tag in 1..=SESSIONS {
        let peer = audio(tag).await;
        let session_id = create(&mut client, echo(&peer), &peer).await;
        peer.receives(Kind::Audio, tag, 5).await;
        *spread
            .entry(backend_of(&mut client, &session_id).await)
            .or_default() += 1;
    }
    let half = SESSIONS / 2;
    assert_eq!(
        spread,
        [("one".to_owned(), half), ("two".to_owned(), half)].into()
    );

    let parked = async |client: &mut Client, tag: u8, backend: &str| {
        let peer = audio(tag).await;
        let request = CreateSessionRequest {
            backend: backend.to_owned(),
            ..created(Type::Park(Park {}), &peer)
        };
        create(client, request, &peer).await
    };
    let here = parked(&mut client, 7, "one").await;
    let there = parked(&mut client, 8, "two").await;
    let bridge = |peer_id: &str| {
        Type::Bridge(Bridge {
            peer_id: peer_id.to_owned(),
        })
    };
    let joined = client.set_type(SetTypeRequest {
        session_id: here,
        r#type: Some(SessionType {
            kind: Some(bridge(&there)),
        }),
    });
    let refused = joined.await.expect_err("it is on another server");
    assert_eq!(reason(&refused), "DIFFERENT_MEDIASERVER");

    let peer = audio(9).await;
    let request = CreateSessionRequest {
        backend: "one".to_owned(),
        ..created(bridge(&there), &peer)
    };
    let refused = client.create_session(request).await;
    let refused = refused.expect_err("it is on another server");
    assert_eq!(reason(&refused), "DIFFERENT_MEDIASERVER");
    assert!(service.terminate().await.0.success());
}
