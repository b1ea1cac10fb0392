//! The bounded history of one session or room.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
    time::SystemTime,
};

use parking_lot::{Mutex, RwLock};
use tokio::time::Instant;

use super::{Event, Kind, Labels, Subject, watch::Shared};
use crate::media::JsonMap;

/// Watchers of many logs at once: of everything, of a subscriber, of one log.
#[derive(Debug, Default)]
pub(super) struct Topic(RwLock<TopicState>);

#[derive(Debug, Default)]
struct TopicState {
    watchers: Vec<Arc<Shared>>,
    /// When a watcher last left.
    left: Option<Instant>,
}

impl Topic {
    pub(super) fn join(&self, watcher: Arc<Shared>) {
        self.0.write().watchers.push(watcher);
    }

    pub(super) fn leave(&self, watcher: &Arc<Shared>) {
        let mut state = self.0.write();
        state.watchers.retain(|other| !Arc::ptr_eq(other, watcher));
        state.left = Some(Instant::now());
    }

    fn tell(&self, log: &Arc<Log>, sequence: u64) {
        for watcher in &self.0.read().watchers {
            if watcher.covers(log) {
                watcher.news(log, sequence);
            }
        }
    }
}

/// The history of one session or room, and who watches it.
#[derive(Debug)]
pub struct Log {
    subject: Subject,
    labels: Labels,
    body: Option<Arc<JsonMap>>,
    limit: usize,
    /// Everything, and the subscriber's stream: shared by many logs.
    shared: Vec<Arc<Topic>>,
    /// Those who watch this log by its id.
    own: Topic,
    /// Of a session: the log of the room that it is in, whose watchers are told as well.
    room: RwLock<Option<Arc<Log>>>,
    history: Mutex<History>,
    me: Weak<Log>,
}

#[derive(Debug)]
struct History {
    last: u64,
    events: VecDeque<Arc<Event>>,
}

impl Log {
    pub(super) fn new(
        subject: Subject,
        labels: Labels,
        body: Option<Arc<JsonMap>>,
        limit: usize,
        shared: Vec<Arc<Topic>>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            subject,
            labels,
            body,
            limit,
            shared,
            own: Topic::default(),
            room: RwLock::default(),
            history: Mutex::new(History {
                last: 0,
                events: VecDeque::new(),
            }),
            me: me.clone(),
        })
    }

    /// What the log is about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The labels that filters look at.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Adds an event and tells it to all watchers; returns its sequence number.
    ///
    /// The history stays locked until all are told, so that nobody reads an event, and is done with
    /// the log, before it is announced: it would come twice.
    pub fn append(&self, kind: Kind) -> u64 {
        let mut history = self.history.lock();
        history.last += 1;
        if history.events.len() == self.limit {
            history.events.pop_front();
        }
        let sequence = history.last;
        let event = Event {
            sequence,
            time: SystemTime::now(),
            subject: self.subject.clone(),
            body: self.body.clone(),
            kind,
        };
        history.events.push_back(Arc::new(event));
        if let Some(me) = self.me.upgrade() {
            for topic in self.topics() {
                topic.tell(&me, sequence);
            }
            if let Some(room) = &*self.room.read() {
                room.own.tell(&me, sequence);
            }
        }
        sequence
    }

    /// From now on the watchers of `room` are told as well.
    pub fn enter(&self, room: &Arc<Self>) {
        *self.room.write() = Some(room.clone());
    }

    /// The watchers of the room are told no longer.
    pub fn leave(&self) {
        *self.room.write() = None;
    }

    /// Whether the watchers of `room` are told.
    pub(super) fn is_in(&self, room: &Arc<Self>) -> bool {
        let current = self.room.read();
        current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, room))
    }

    /// The sequence number of the newest event; 0 = none yet.
    #[must_use]
    pub fn last_sequence(&self) -> u64 {
        self.history.lock().last
    }

    /// The oldest kept event from `sequence` on.
    pub(super) fn next(&self, sequence: u64) -> Option<Arc<Event>> {
        let history = self.history.lock();
        let oldest = history.events.front()?.sequence;
        let at = usize::try_from(sequence.saturating_sub(oldest)).ok()?;
        history.events.get(at).cloned()
    }

    /// The event that ended the subject, if it has ended.
    #[must_use]
    pub fn end(&self) -> Option<Arc<Event>> {
        let history = self.history.lock();
        history
            .events
            .back()
            .filter(|event| event.kind.is_last())
            .cloned()
    }

    /// Since when nobody has watched; none = somebody does.
    ///
    /// `created` stands for a log that nobody ever watched.
    #[must_use]
    pub fn unwatched_since(&self, created: Instant) -> Option<Instant> {
        let me = self.me.upgrade()?;
        let mut since = created;
        let room = self.room.read().clone();
        for topic in self.topics().chain(room.iter().map(|room| &room.own)) {
            let state = topic.0.read();
            if state.watchers.iter().any(|watcher| watcher.covers(&me)) {
                return None;
            }
            since = state.left.map_or(since, |left| left.max(since));
        }
        Some(since)
    }

    pub(super) fn is_told_to(&self, topic: &Arc<Topic>) -> bool {
        self.shared.iter().any(|other| Arc::ptr_eq(other, topic))
    }

    pub(super) fn own(&self) -> &Topic {
        &self.own
    }

    fn topics(&self) -> impl Iterator<Item = &Topic> {
        std::iter::once(&self.own).chain(self.shared.iter().map(|topic| &**topic))
    }
}
