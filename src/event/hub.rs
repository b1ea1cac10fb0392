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
