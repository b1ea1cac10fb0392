//! Hub, logs and watches together.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{Hub, Item, Kind, Labels, Limits, Log, Scope, Subject, Watch, WatchRequest};
use crate::{error::Reason, id::Subscriber, telemetry::Metrics};

const LIMITS: Limits = Limits {
    history: 4,
    history_time: Duration::from_secs(300),
    history_sessions: 2,
    watchers: 2,
};

fn session(id: &str) -> Subject {
    Subject::Session(id.parse().expect("valid"))
}

fn request(scope: Scope) -> WatchRequest {
    WatchRequest {
        scope,
        types: HashSet::new(),
        labels: Labels::default(),
        after_sequence: 0,
        snapshot: false,
        from_now: false,
    }
}

fn one(id: &str) -> WatchRequest {
    request(Scope::Sessions(vec![id.parse().expect("valid")]))
}

fn destroyed() -> Kind {
    Kind::Destroyed {
        reason: Reason::UserStop,
        message: "".into(),
    }
}

fn begin(hub: &Hub, id: &str, subscriber: Option<&Subscriber>, labels: Labels) -> Arc<Log> {
    let log = hub.log_of(session(id), subscriber, labels, None);
    hub.begin(&log);
    log
}

async fn sequences(watch: &mut Watch, count: usize) -> Vec<u64> {
    let mut found = Vec::new();
    while found.len() < count {
        match watch.next().await.expect("more") {
            Item::Event(event) => found.push(event.sequence),
            other => panic!("{other:?}"),
        }
    }
    found
}

#[tokio::test]
async fn what_happened_before_the_watch_is_replayed_and_the_stream_ends_with_the_session() {
    let hub = Hub::new(LIMITS, Metrics::new());
    let log = begin(&hub, "a", None, Labels::default());
    log.append(Kind::CandidateEnd);
    let mut watch = hub.watch(one("a")).expect("known");
    log.append(Kind::CandidateEnd);
    log.append(destroyed());
    assert_eq!(sequences(&mut watch, 3).await, [1, 2, 3]);
    assert!(watch.next().await.is_none());

    let late = WatchRequest {
        after_sequence: 2,
        ..one("a")
    };
    drop(watch);
    assert_eq!(sequences(&mut hub.watch(late).expect("kept"), 1).await, [3]);
}

#[tokio::test]
async fn a_slow_watcher_gets_a_gap_and_a_snapshot() {
    let hub = Hub::new(LIMITS, Metrics::new());
    let log = begin(&hub, "a", None, Labels::default());
    let mut watch = hub.watch(request(Scope::All)).expect("room for one");
    for _ in 0..10 {
        log.append(Kind::CandidateEnd);
    }
    let gap = watch.next().await;
    assert!(
        matches!(
            gap,
            Some(Item::Gap {
                first_missed: 1,
                last_missed: 6,
                ..
            })
        ),
        "{gap:?}"
    );
    let snapshot = watch.next().await;
    assert!(
        matches!(snapshot, Some(Item::Snapshot { sequence: 6, .. })),
        "{snapshot:?}"
    );
    assert_eq!(sequences(&mut watch, 4).await, [7, 8, 9, 10]);
}

#[tokio::test]
async fn a_snapshot_is_numbered_by_what_follows_it() {
    let hub = Hub::new(LIMITS, Metrics::new());
    let log = begin(&hub, "a", None, Labels::default());
    log.append(Kind::CandidateEnd);
    let mut watch = hub
        .watch(WatchRequest {
            snapshot: true,
            ..one("a")
        })
        .expect("known");
    log.append(Kind::CandidateEnd);
    let snapshot = watch.next().await;
    assert!(
        matches!(snapshot, Some(Item::Snapshot { sequence: 1, .. })),
        "{snapshot:?}"
    );
    assert_eq!(sequences(&mut watch, 1).await, [2]);
}

#[tokio::test]
async fn streams_carry_what_they_name() {
    let hub = Hub::new(LIMITS, Metrics::new());
    let (x, y): (Subscriber, Subscriber) = ("x".parse().unwrap(), "y".parse().unwrap());
    let red: Labels = [("colour".to_owned(), "red".to_owned())]
        .into_iter()
        .collect();
    let ours = begin(&hub, "ours", Some(&x), red.clone());
    let plain = begin(&hub, "plain", Some(&x), Labels::default());
    let theirs = begin(&hub, "theirs", Some(&y), red.clone());
    let asked = WatchRequest {
        labels: red,
        ..request(Scope::Subscriber(x))
    };
    let mut watch = hub.watch(asked).expect("room for one");
    for log in [&theirs, &plain, &ours] {
        log.append(Kind::CandidateEnd);
    }
    let Some(Item::Event(event)) = watch.next().await else {
        panic!("no event")
    };
    assert_eq!(event.subject, session("ours"));
    let more = tokio::time::timeout(Duration::ZERO, watch.next()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn a_room_is_watched_with_the_sessions_in_it() {
    let hub = Hub::new(LIMITS, Metrics::new());
    let room = hub.log_of(
        Subject::Room("r".parse().unwrap()),
        None,
        Labels::default(),
        None,
    );
    hub.begin(&room);
    let created = Instant::now();
    let (inside, outside) = (
        begin(&hub, "inside", None, Labels::default()),
        begin(&hub, "outside", None, Labels::default()),
    );
    inside.append(Kind::CandidateEnd);
    inside.enter(&room);
    let scope = Scope::Rooms(vec!["r".parse().unwrap()]);
    let mut watch = hub.watch(request(scope)).expect("known");
    assert_eq!(inside.unwatched_since(created), None);
    assert!(outside.unwatched_since(created).is_some());
    for log in [&room, &outside, &inside] {
        log.append(Kind::CandidateEnd);
    }
    inside.leave();
    inside.append(Kind::CandidateEnd);
    let mut subjects = Vec::new();
    while let Ok(item) = tokio::time::timeout(Duration::ZERO, watch.next()).await {
        match item {
            Some(Item::Event(event)) => {
                subjects.push((event.subject.to_string(), event.sequence));
            }
            other => panic!("{other:?}"),
        }
    }
    subjects.sort();
    let expected = [("inside", 1), ("inside", 2), ("r", 1)];
    assert_eq!(
        subjects,
        expected.map(|(id, sequence)| (id.to_owned(), sequence))
    );
}

#[tokio::test(start_paused = true)]
async fn histories_of_the_ended_are_bounded_in_time_and_number() {
    let hub = Hub::new(LIMITS, Metrics::new());
    for id in ["a", "b", "c"] {
        let log = begin(&hub, id, None, Labels::default());
        log.append(destroyed());
        hub.end(log);
    }
    assert!(hub.log(&session("a")).is_none(), "the oldest makes room");
    assert!(hub.log(&session("b")).is_some());
    hub.expire(Instant::now() + LIMITS.history_time);
    assert!(hub.log(&session("c")).is_none());
    assert_eq!(
        hub.watch(one("c")).unwrap_err().reason(),
        Reason::SessionNotFound
    );
}

#[tokio::test(start_paused = true)]
async fn a_log_knows_since_when_nobody_watches() {
    let hub = Hub::new(LIMITS, Metrics::new());
    let created = Instant::now();
    let log = begin(&hub, "a", None, Labels::default());
    assert_eq!(log.unwatched_since(created), Some(created));
    let watch = hub.watch(one("a")).expect("known");
    assert_eq!(log.unwatched_since(created), None);
    tokio::time::advance(Duration::from_secs(7)).await;
    drop(watch);
    assert_eq!(
        log.unwatched_since(created),
        Some(created + Duration::from_secs(7))
    );
}

#[tokio::test]
async fn watchers_are_bounded() {
    let hub = Hub::new(LIMITS, Metrics::new());
    let kept: Vec<_> = (0..2)
        .map(|_| hub.watch(request(Scope::All)).expect("room"))
        .collect();
    let refused = hub.watch(request(Scope::All)).unwrap_err();
    assert_eq!(refused.reason(), Reason::LimitReached);
    drop(kept);
    assert!(hub.watch(request(Scope::All)).is_ok());
}
