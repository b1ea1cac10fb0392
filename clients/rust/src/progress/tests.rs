use super::*;
use crate::proto::{
    event::{Destroyed, Info, Kind},
    watch_events_request::{All, SessionIds},
};

fn began() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000)
}

fn sessions(ids: &[&str]) -> WatchEventsRequest {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    WatchEventsRequest {
        scope: Some(Scope::SessionIds(SessionIds { ids })),
        ..WatchEventsRequest::default()
    }
}

fn everything() -> WatchEventsRequest {
    WatchEventsRequest {
        scope: Some(Scope::All(All {})),
        ..WatchEventsRequest::default()
    }
}

fn of_kind(id: &str, sequence: u64, time: SystemTime, kind: Kind) -> WatchEventsResponse {
    WatchEventsResponse {
        item: Some(Item::Event(Event {
            sequence,
            time: Some(time.into()),
            subject: Some(event::Subject::SessionId(id.to_owned())),
            kind: Some(kind),
            event_body: None,
        })),
    }
}

fn happened(id: &str, sequence: u64, time: SystemTime) -> WatchEventsResponse {
    of_kind(id, sequence, time, Kind::Info(Info::default()))
}

fn ended(id: &str, sequence: u64, time: SystemTime) -> WatchEventsResponse {
    of_kind(id, sequence, time, Kind::Destroyed(Destroyed::default()))
}

#[test]
fn several_sessions_are_asked_for_from_the_one_that_was_told_the_least() {
    let mut progress = Progress::new(sessions(&["a", "b", "c"]));
    for (id, sequence) in [("a", 1), ("a", 2), ("c", 1), ("c", 2), ("c", 3)] {
        assert!(progress.pass(happened(id, sequence, began())).is_some());
    }
    assert!(progress.pass(ended("b", 1, began())).is_some());
    let expected = WatchEventsRequest {
        after_sequence: 2,
        ..sessions(&["a", "c"])
    };
    assert_eq!(progress.request(), expected);
    assert!(progress.pass(happened("c", 3, began())).is_none());
    assert!(progress.pass(happened("c", 4, began())).is_some());
    assert!(!progress.is_complete());
    assert!(progress.pass(ended("a", 3, began())).is_some());
    assert!(progress.pass(ended("c", 5, began())).is_some());
    assert!(progress.is_complete());
}

#[test]
fn what_was_before_a_watch_from_now_on_is_not_told() {
    let mut progress = Progress::new(WatchEventsRequest {
        from_now: true,
        ..everything()
    });
    assert!(progress.request().from_now, "nothing was told yet");
    let second = Duration::from_secs(1);
    assert!(progress.pass(happened("a", 7, began())).is_some());
    assert!(
        !progress.request().from_now,
        "what happened meanwhile is asked for"
    );
    assert!(progress.pass(happened("b", 1, began() - second)).is_none());
    assert!(progress.pass(happened("a", 6, began())).is_none());
    assert!(progress.pass(happened("b", 2, began())).is_some());
    assert!(progress.pass(happened("c", 1, began() + second)).is_some());
}

#[test]
fn a_gap_of_what_was_told_is_cut_off() {
    let gap = |first_missed, last_missed| WatchEventsResponse {
        item: Some(Item::Gap(Gap {
            subject: Some(gap::Subject::SessionId("a".to_owned())),
            first_missed,
            last_missed,
        })),
    };
    let mut progress = Progress::new(sessions(&["a"]));
    assert!(progress.pass(happened("a", 5, began())).is_some());
    assert!(progress.pass(gap(1, 5)).is_none());
    let Some(Item::Gap(told)) = progress.pass(gap(1, 9)) else {
        panic!("something is missing");
    };
    assert_eq!((told.first_missed, told.last_missed), (6, 9));
    assert!(progress.pass(happened("a", 9, began())).is_none());
}

#[test]
fn old_sessions_are_forgotten_and_not_told_again() {
    let mut progress = Progress::new(everything());
    let mut time = began();
    for number in 0..5 * KEPT {
        time += Duration::from_secs(1);
        assert!(progress.pass(ended(&number.to_string(), 1, time)).is_some());
    }
    assert!(progress.told.len() <= 2 * KEPT);
    assert!(progress.pass(ended("0", 1, began())).is_none());
    assert!(progress.pass(ended("new", 1, time)).is_some());
}
