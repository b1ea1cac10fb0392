//! All logs: those of the living, and for a while those of the ended.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::{
    Labels, Log, Subject,
    log::Topic,
    watch::{Joined, Scope, Watch, WatchRequest},
};
use crate::{
    error::{Error, Reason, Result},
    id::Subscriber,
    media::JsonMap,
    telemetry::Metrics,
};

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Events of one session or room.
    pub history: usize,
    /// How long the history of an ended session or room is kept.
    pub history_time: Duration,
    /// Histories of ended sessions and rooms; the oldest goes first.
    pub history_sessions: usize,
    /// Watchers at a time.
    pub watchers: usize,
}

/// Where events are told and watched. Clones are handles to the same hub.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: Limits,
    metrics: Metrics,
    everything: Arc<Topic>,
    state: Mutex<State>,
    /// One reference for each open watch.
    watchers: Arc<()>,
}

#[derive(Debug, Default)]
struct State {
    logs: HashMap<Subject, Arc<Log>>,
    ended: VecDeque<(Instant, Arc<Log>)>,
    subscribers: HashMap<Subscriber, Weak<Topic>>,
}

impl State {
    fn subscriber(&mut self, name: &Subscriber) -> Arc<Topic> {
        if let Some(topic) = self.subscribers.get(name).and_then(Weak::upgrade) {
            return topic;
        }
        // Streams that nobody uses any more are swept when the map would grow anyway.
        if self.subscribers.len() == self.subscribers.capacity() {
            self.subscribers.retain(|_, topic| topic.strong_count() > 0);
        }
        let topic = Arc::new(Topic::default());
        self.subscribers
            .insert(name.clone(), Arc::downgrade(&topic));
        topic
    }

    fn forget(&mut self, log: &Arc<Log>) {
        if self
            .logs
            .get(log.subject())
            .is_some_and(|current| Arc::ptr_eq(current, log))
        {
            self.logs.remove(log.subject());
        }
    }
}

impl Hub {
    /// A hub without logs.
    #[must_use]
    pub fn new(limits: Limits, metrics: Metrics) -> Self {
        let (everything, state, watchers) = Default::default();
        Self(Arc::new(Inner {
            limits,
            metrics,
            everything,
            state,
            watchers,
        }))
    }

    /// A history of `subject`, which nobody can watch until it has begun.
    #[must_use]
    pub fn log_of(
        &self,
        subject: Subject,
        subscriber: Option<&Subscriber>,
        labels: Labels,
        body: Option<Arc<JsonMap>>,
    ) -> Arc<Log> {
        let mut topics = vec![self.0.everything.clone()];
        topics.extend(subscriber.map(|name| self.0.state.lock().subscriber(name)));
        Log::new(subject, labels, body, self.0.limits.history, topics)
    }

    /// Begins the history `log`, in place of an ended one of the same id.
    pub fn begin(&self, log: &Arc<Log>) {
        self.0
            .state
            .lock()
            .logs
            .insert(log.subject().clone(), log.clone());
    }

    /// Forgets a `log` whose subject never began.
    pub fn cancel(&self, log: &Arc<Log>) {
        self.0.state.lock().forget(log);
    }

    /// Keeps the history of an ended `log` for its time; others may have to go for it.
    pub fn end(&self, log: Arc<Log>) {
        let now = Instant::now();
        let mut state = self.0.state.lock();
        state.ended.push_back((now, log));
        while state.ended.len() > self.0.limits.history_sessions {
            let (_, oldest) = state
                .ended
                .pop_front()
                .expect("it is longer than its limit");
            state.forget(&oldest);
            self.0.metrics.history_evicted();
        }
    }

    /// Forgets the histories whose time is over.
    pub fn expire(&self, now: Instant) {
        let mut state = self.0.state.lock();
        while let Some((at, log)) = state.ended.front()
            && now.duration_since(*at) >= self.0.limits.history_time
        {
            let log = log.clone();
            state.ended.pop_front();
            state.forget(&log);
        }
    }

    /// The history of `subject`, while it lives and for a while after.
    #[must_use]
    pub fn log(&self, subject: &Subject) -> Option<Arc<Log>> {
        self.0.state.lock().logs.get(subject).cloned()
    }

    /// Begins to watch.
    ///
    /// # Errors
    /// `SESSION_NOT_FOUND` or `ROOM_NOT_FOUND` for an id that is not known (any more);
    /// `LIMIT_REACHED` if there are too many watchers.
    pub fn watch(&self, request: WatchRequest) -> Result<Watch> {
        if Arc::strong_count(&self.0.watchers) > self.0.limits.watchers {
            self.0.metrics.overloaded("watchers");
            return Err(Error::new(
                Reason::LimitReached,
                format!(
                    "there are {} watchers already, the most that events.watchers allows: \
                     close one, or watch more sessions with one stream",
                    self.0.limits.watchers
                ),
            )
            .retry_after(Duration::from_secs(1)));
        }
        let joined = self.join(&request.scope)?;
        let scope = request.scope.clone();
        let ticket = self.0.watchers.clone();
        Ok(Watch::begin(
            request,
            joined,
            || self.covered(&scope),
            &self.0.metrics,
            ticket,
        ))
    }

    fn join(&self, scope: &Scope) -> Result<Vec<Joined>> {
        match scope {
            Scope::Sessions(ids) => ids
                .iter()
                .map(|id| self.named(&Subject::Session(id.clone()), Reason::SessionNotFound))
                .collect(),
            Scope::Rooms(ids) => ids
                .iter()
                .map(|id| self.named(&Subject::Room(id.clone()), Reason::RoomNotFound))
                .collect(),
            Scope::Subscriber(name) => {
                Ok(vec![Joined::Topic(self.0.state.lock().subscriber(name))])
            }
            Scope::All => Ok(vec![Joined::Topic(self.0.everything.clone())]),
        }
    }

    fn named(&self, subject: &Subject, missing: Reason) -> Result<Joined> {
        self.log(subject).map(Joined::Log).ok_or_else(|| {
            let message = format!(
                "{subject} is not known: it never began, or ended longer ago than \
                 events.history_time"
            );
            Error::new(missing, message)
        })
    }

    fn covered(&self, scope: &Scope) -> Vec<Arc<Log>> {
        let state = self.0.state.lock();
        match scope {
            Scope::Sessions(ids) => {
                let find = |id: &_| state.logs.get(&Subject::Session(Clone::clone(id))).cloned();
                ids.iter().filter_map(find).collect()
            }
            Scope::Rooms(ids) => {
                let find = |id: &_| state.logs.get(&Subject::Room(Clone::clone(id))).cloned();
                let rooms: Vec<Arc<Log>> = ids.iter().filter_map(find).collect();
                let inside = |log: &&Arc<Log>| rooms.iter().any(|room| log.is_in(room));
                let sessions = state.logs.values().filter(inside).cloned();
                let sessions: Vec<Arc<Log>> = sessions.collect();
                rooms.into_iter().chain(sessions).collect()
            }
            Scope::Subscriber(name) => {
                let Some(topic) = state.subscribers.get(name).and_then(Weak::upgrade) else {
                    return Vec::new();
                };
                state
                    .logs
                    .values()
                    .filter(|log| log.is_told_to(&topic))
                    .cloned()
                    .collect()
            }
            Scope::All => state.logs.values().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::event::{Item, Kind};

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
}
