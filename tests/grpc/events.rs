//! Watching: scopes, replay, gaps, snapshots.

use mediaplane::{
    app::Drivers,
    config::{Config, Events},
    proto::{
        self, CreateSessionRequest, EventType, WatchEventsRequest, event::Kind, gap::Subject,
        snapshot::State, watch_events_request as watch, watch_events_response::Item,
    },
};

use crate::service::{Service, caller, config, labels, object, reason, watching};

async fn say(service: &Service, session_id: &str, info: &str) {
    let request = proto::SendInfoRequest {
        session_id: session_id.to_owned(),
        info: info.to_owned(),
        body: Some(object("said", info)),
    };
    service.sessions().send_info(request).await.expect("said");
}

fn said(kind: Kind) -> Option<proto::event::Info> {
    match kind {
        Kind::Info(info) => Some(info),
        _ => None,
    }
}

#[tokio::test]
async fn a_watcher_that_comes_back_misses_nothing() {
    let service = Service::start().await;
    let id = service.create(caller()).await;
    say(&service, &id, "one").await;
    let mut events = service.watch(watching(&[&id])).await;
    let info = events.until(said).await;
    assert_eq!(
        (info.info.as_str(), info.body),
        ("one", Some(object("said", "one")))
    );
    drop(events);
    say(&service, &id, "two").await;
    let back = WatchEventsRequest {
        after_sequence: 2,
        ..watching(&[&id])
    };
    let mut events = service.watch(back).await;
    let event = events.event().await;
    assert_eq!(event.sequence, 3);
    assert_eq!(event.kind.and_then(said).expect("info").info, "two");

    let from_now = WatchEventsRequest {
        from_now: true,
        ..watching(&[&id])
    };
    let mut fresh = service.watch(from_now).await;
    say(&service, &id, "three").await;
    assert_eq!(fresh.until(said).await.info, "three");
    assert_eq!(events.until(said).await.info, "three");
    service.stop().await;
}

#[tokio::test]
async fn streams_carry_what_their_scope_names() {
    let service = Service::start().await;
    let stream = |scope| WatchEventsRequest {
        scope: Some(scope),
        types: vec![EventType::Info.into()],
        ..Default::default()
    };
    let own = watch::Scope::Subscriber(String::new());
    let mut anonymous = service.watch(stream(own)).await;
    let named = watch::Scope::Subscriber("x".to_owned());
    let mut x = service.watch(stream(named)).await;
    let mut red = service
        .watch(WatchEventsRequest {
            labels: labels(&[("colour", "red")]),
            ..stream(watch::Scope::All(watch::All {}))
        })
        .await;

    let ours = service.create(caller()).await;
    let theirs = service
        .create(CreateSessionRequest {
            subscriber: "x".to_owned(),
            labels: labels(&[("colour", "red")]),
            ..caller()
        })
        .await;
    let nobodys = service
        .create(CreateSessionRequest {
            subscribe: Some(false),
            labels: labels(&[("colour", "red")]),
            ..caller()
        })
        .await;
    for id in [&nobodys, &theirs, &ours] {
        say(&service, id, id).await;
    }
    assert_eq!(anonymous.until(said).await.info, ours);
    assert_eq!(x.until(said).await.info, theirs);
    assert_eq!(red.until(said).await.info, nobodys);
    assert_eq!(red.until(said).await.info, theirs);
    service.stop().await;
}

#[tokio::test]
async fn what_is_no_longer_kept_shows_as_a_gap_and_a_snapshot() {
    let short = Config {
        events: Events {
            history: 4,
            ..Events::default()
        },
        ..config()
    };
    let service = Service::of(short, Drivers::default()).await;
    let id = service.create(caller()).await;
    for number in 0..9 {
        say(&service, &id, &number.to_string()).await;
    }
    let mut events = service.watch(watching(&[&id])).await;
    let Some(Item::Gap(gap)) = events.item().await else {
        panic!("no gap")
    };
    assert_eq!((gap.first_missed, gap.last_missed), (1, 6));
    assert_eq!(gap.subject, Some(Subject::SessionId(id.clone())));
    let Some(Item::Snapshot(snapshot)) = events.item().await else {
        panic!("no snapshot")
    };
    assert_eq!(snapshot.sequence, 6);
    let Some(State::Session(session)) = snapshot.state else {
        panic!("no session")
    };
    assert_eq!(session.session_id, id);
    for sequence in 7..=10 {
        assert_eq!(events.event().await.sequence, sequence);
    }
    service.stop().await;
}

#[tokio::test]
async fn a_snapshot_can_be_asked_for_first() {
    let service = Service::start().await;
    let id = service.create(caller()).await;
    let all = WatchEventsRequest {
        scope: Some(watch::Scope::All(watch::All {})),
        snapshot: true,
        ..Default::default()
    };
    let mut events = service.watch(all).await;
    let item = events.item().await;
    assert!(
        matches!(&item, Some(Item::Snapshot(s)) if matches!(&s.state, Some(State::Session(_)))),
        "{item:?}"
    );
    say(&service, &id, "after").await;
    assert_eq!(
        events.event().await.kind.and_then(said).expect("info").info,
        "after"
    );
    service.stop().await;
}

#[tokio::test]
async fn scopes_are_checked() {
    let service = Service::start().await;
    let refused = async |request: WatchEventsRequest| {
        reason(&service.sessions().watch_events(request).await.unwrap_err())
    };
    let is = |reason: &str, fields: &[&str]| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        (reason.to_owned(), fields)
    };
    let empty = WatchEventsRequest::default();
    assert_eq!(refused(empty).await, is("MISSING_FIELD", &["scope"]));
    assert_eq!(
        refused(watching(&[])).await,
        is("MISSING_FIELD", &["session_ids.ids"])
    );
    assert_eq!(
        refused(watching(&["a", "b", "no id"])).await,
        is("INVALID_FIELD", &["session_ids.ids[2]"])
    );
    assert_eq!(
        refused(watching(&["unknown"])).await,
        is("SESSION_NOT_FOUND", &[])
    );
    let rooms = watch::Scope::RoomIds(watch::RoomIds {
        ids: vec!["unknown".to_owned()],
    });
    let rooms = WatchEventsRequest {
        scope: Some(rooms),
        ..Default::default()
    };
    assert_eq!(refused(rooms).await, is("ROOM_NOT_FOUND", &[]));
    let subscriber = WatchEventsRequest {
        scope: Some(watch::Scope::Subscriber("a b".to_owned())),
        ..Default::default()
    };
    assert_eq!(
        refused(subscriber).await,
        is("INVALID_FIELD", &["subscriber"])
    );
    let all = WatchEventsRequest {
        scope: Some(watch::Scope::All(watch::All {})),
        types: vec![1, 99],
        from_now: true,
        after_sequence: 3,
        ..Default::default()
    };
    assert_eq!(
        refused(all).await,
        is("INVALID_FIELD", &["after_sequence", "types[1]"])
    );
    service.stop().await;
}
