//! A reader of logs at its own pace.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{Event, Labels, Log, Subject, Type, log::Topic};
use crate::{
    id::{RoomId, SessionId, Subscriber},
    telemetry::Metrics,
};

/// Which logs a watch covers.
#[derive(Clone, Debug)]
pub enum Scope {
    /// These sessions.
    Sessions(Vec<SessionId>),
    /// These rooms.
    Rooms(Vec<RoomId>),
    /// The sessions that name this subscriber.
    Subscriber(Subscriber),
    /// Every session and room.
    All,
}

/// What a watcher wants to see.
#[derive(Clone, Debug)]
pub struct WatchRequest {
    /// Which logs.
    pub scope: Scope,
    /// Which kinds of event; none = all.
    pub types: HashSet<Type>,
    /// Only of sessions and rooms with these labels.
    pub labels: Labels,
    /// Only events with a greater sequence number.
    pub after_sequence: u64,
    /// First the state of everything covered.
    pub snapshot: bool,
    /// Nothing that happened before now.
    pub from_now: bool,
}

/// What a watcher gets.
#[derive(Clone, Debug)]
pub enum Item {
    /// Something happened.
    Event(Arc<Event>),
    /// Events were lost: the watcher was too slow, or asks for what is no longer kept.
    Gap {
        /// Of what.
        subject: Subject,
        /// The first lost sequence number.
        first_missed: u64,
        /// The last lost sequence number.
        last_missed: u64,
    },
    /// Here belongs the state of the subject as it stands.
    Snapshot {
        /// Of what.
        log: Arc<Log>,
        /// The state holds every event up to this one; those that follow come as events.
        sequence: u64,
    },
}

/// The part of a watch that logs write to.
#[derive(Debug)]
pub(super) struct Shared {
    labels: Labels,
    metrics: Metrics,
    state: Mutex<State>,
    notify: Notify,
}

/// Logs with news, each once: the queue is bounded by the number of logs.
#[derive(Debug, Default)]
struct State {
    order: VecDeque<LogKey>,
    pending: HashMap<LogKey, Pending>,
}

/// Tells logs apart: a session id may be used again once its session has ended.
type LogKey = usize;

#[derive(Debug)]
struct Pending {
    log: Arc<Log>,
    /// The first event that was not read yet.
    next: u64,
    /// The last event that was announced.
    last: u64,
    snapshot: bool,
}

/// What is to be read next.
enum Front {
    Snapshot(Item),
    Event(LogKey, Arc<Log>, u64),
}

impl Shared {
    pub(super) fn covers(&self, log: &Log) -> bool {
        log.labels().contain(&self.labels)
    }

    /// Notes that `log` has an event of number `sequence`.
    pub(super) fn news(&self, log: &Arc<Log>, sequence: u64) {
        self.queue(log, sequence, sequence, false);
        self.notify.notify_one();
    }

    fn queue(&self, log: &Arc<Log>, next: u64, last: u64, snapshot: bool) {
        let key = Arc::as_ptr(log) as LogKey;
        let mut state = self.state.lock();
        let State { order, pending } = &mut *state;
        let entry = pending.entry(key).or_insert_with(|| {
            order.push_back(key);
            self.metrics.events_queued(1);
            Pending {
                log: log.clone(),
                next,
                last,
                snapshot,
            }
        });
        entry.next = entry.next.min(next);
        entry.last = entry.last.max(last);
        entry.snapshot |= snapshot;
    }

    fn front(&self) -> Option<Front> {
        let mut state = self.state.lock();
        let State { order, pending } = &mut *state;
        loop {
            let key = *order.front()?;
            let entry = pending.get_mut(&key).expect("each queued log is pending");
            if std::mem::take(&mut entry.snapshot) {
                let (log, sequence) = (entry.log.clone(), entry.next - 1);
                return Some(Front::Snapshot(Item::Snapshot { log, sequence }));
            }
            if entry.next <= entry.last {
                return Some(Front::Event(key, entry.log.clone(), entry.next));
            }
            pending.remove(&key);
            order.pop_front();
            self.metrics.events_taken(1);
        }
    }

    /// Notes that everything before `next` was read, and lets another log have its turn.
    fn advance(&self, key: LogKey, next: u64, snapshot: bool) {
        let mut state = self.state.lock();
        if let Some(entry) = state.pending.get_mut(&key) {
            entry.next = next;
            entry.snapshot = snapshot;
        }
        if !snapshot {
            state.order.rotate_left(1);
        }
    }
}

/// A stream of [`Item`]s. Dropping it ends it.
#[derive(Debug)]
pub struct Watch {
    types: HashSet<Type>,
    joined: Vec<Joined>,
    shared: Arc<Shared>,
    _ticket: Arc<()>,
}

/// Where a watch is to be told of news.
#[derive(Clone, Debug)]
pub(super) enum Joined {
    /// A stream that many logs share.
    Topic(Arc<Topic>),
    /// One log, named by its id.
    Log(Arc<Log>),
}

impl Joined {
    fn topic(&self) -> &Topic {
        match self {
            Self::Topic(topic) => topic,
            Self::Log(log) => log.own(),
        }
    }

    fn is_over(&self) -> bool {
        matches!(self, Self::Log(log) if log.end().is_some())
    }
}

impl Watch {
    /// Joins first and looks at the histories then, so that nothing falls between.
    pub(super) fn begin(
        request: WatchRequest,
        joined: Vec<Joined>,
        covered: impl FnOnce() -> Vec<Arc<Log>>,
        metrics: &Metrics,
        ticket: Arc<()>,
    ) -> Self {
        let WatchRequest {
            types,
            labels,
            after_sequence,
            snapshot,
            from_now,
            ..
        } = request;
        let (state, notify) = Default::default();
        let shared = Arc::new(Shared {
            labels,
            metrics: metrics.clone(),
            state,
            notify,
        });
        for place in &joined {
            place.topic().join(shared.clone());
        }
        let watch = Self {
            types,
            joined,
            shared,
            _ticket: ticket,
        };
        for log in covered() {
            if !watch.shared.covers(&log) {
                continue;
            }
            let last = log.last_sequence();
            let next = if from_now || snapshot {
                last
            } else {
                after_sequence
            } + 1;
            if snapshot || next <= last {
                watch.shared.queue(&log, next, last, snapshot);
            }
        }
        metrics.watcher_opened();
        watch
    }

    /// The next item; waits until there is one. None when all that the watch names has ended.
    ///
    /// *Cancel safety*: nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Item> {
        loop {
            // Looked at before the queue: what a log appends before its end is then in the queue.
            let over = self.joined.iter().all(Joined::is_over);
            if let Some(item) = self.try_next() {
                return Some(item);
            }
            if over {
                return None;
            }
            self.shared.notify.notified().await;
        }
    }

    fn try_next(&self) -> Option<Item> {
        loop {
            // The log is read while the queue is not locked: who appends locks them the other way
            // round, so that an event is announced before it can be read.
            let (key, log, next) = match self.shared.front()? {
                Front::Snapshot(item) => return Some(item),
                Front::Event(key, log, next) => (key, log, next),
            };
            let event = log.next(next)?;
            if event.sequence > next {
                self.shared.advance(key, event.sequence, true);
                self.shared.metrics.event_gap();
                return Some(Item::Gap {
                    subject: event.subject.clone(),
                    first_missed: next,
                    last_missed: event.sequence - 1,
                });
            }
            self.shared.advance(key, next + 1, false);
            if self.types.is_empty() || self.types.contains(&event.kind.event_type()) {
                return Some(Item::Event(event));
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for place in &self.joined {
            place.topic().leave(&self.shared);
        }
        self.shared
            .metrics
            .events_taken(self.shared.state.lock().pending.len());
        self.shared.metrics.watcher_closed();
    }
}
