//! How far a watch has come: what it need not be told again, and what to ask for when its stream breaks.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime},
};

use crate::proto::{
    Event, Gap, Snapshot, WatchEventsRequest, WatchEventsResponse, event, gap, snapshot::State,
    watch_events_request::Scope, watch_events_response::Item,
};

/// How many sessions and rooms are remembered at least.
const KEPT: usize = 10_000;
/// How long more are: longer than a watch tries to go on.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// A session or a room, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Session(String),
    Room(String),
}

#[derive(Debug)]
pub(crate) struct Progress {
    asked: WatchEventsRequest,
    /// The number of the last event that was told, and when it happened.
    told: HashMap<Subject, (u64, SystemTime)>,
    /// The sessions and rooms that were asked for by their ids and have ended.
    ended: HashSet<Subject>,
    /// What happened until then to what is not in `told` was told and is forgotten, or is not to be told.
    floor: Option<SystemTime>,
    /// When the last event happened, by the clock of the service.
    latest: SystemTime,
    /// How many may be in `told` before those that are old are looked for.
    room: usize,
}

impl Progress {
    pub(crate) fn new(asked: WatchEventsRequest) -> Self {
        Self {
            asked,
            told: HashMap::new(),
            ended: HashSet::new(),
            floor: None,
            latest: SystemTime::now(),
            room: KEPT,
        }
    }

    /// Whether there is nothing more to come: each session that was asked for has ended, and that was told. Of a room there is
    /// always more, since its sessions end after it.
    pub(crate) fn is_complete(&self) -> bool {
        match &self.asked.scope {
            Some(Scope::SessionIds(list)) => {
                !list.ids.is_empty() && self.open(&list.ids, Subject::Session).is_empty()
            }
            Some(Scope::RoomIds(_) | Scope::Subscriber(_) | Scope::All(_)) | None => false,
        }
    }

    /// Whether there is always more to come: only a watch of sessions by their ids has an end.
    pub(crate) const fn is_endless(&self) -> bool {
        !matches!(self.asked.scope, Some(Scope::SessionIds(_)))
    }

    /// What to ask for now. The service counts the events of each session and room by themselves: of several, those are asked
    /// for that the one which was told the least lacks, and [`Self::pass`] drops the others.
    pub(crate) fn request(&self) -> WatchEventsRequest {
        let mut request = self.asked.clone();
        if self.told.is_empty() {
            return request;
        }
        (request.snapshot, request.from_now) = (false, false);
        match &mut request.scope {
            Some(Scope::SessionIds(list)) => {
                list.ids = self.open(&list.ids, Subject::Session);
                let told = list
                    .ids
                    .iter()
                    .map(|id| self.last(&Subject::Session(id.clone())));
                let least = told.min().unwrap_or_default();
                request.after_sequence = request.after_sequence.max(least);
            }
            Some(Scope::RoomIds(list)) => {
                let open = self.open(&list.ids, Subject::Room);
                if !open.is_empty() {
                    list.ids = open;
                }
            }
            Some(Scope::Subscriber(_) | Scope::All(_)) | None => {}
        }
        request
    }

    /// The item as the watcher is told it; none if it was told before.
    pub(crate) fn pass(&mut self, response: WatchEventsResponse) -> Option<Item> {
        match response.item? {
            Item::Event(event) => self.is_new(&event).then_some(Item::Event(event)),
            Item::Gap(gap) => self.cut(gap).map(Item::Gap),
            Item::Snapshot(snapshot) => {
                self.see(&snapshot);
                Some(Item::Snapshot(snapshot))
            }
        }
    }

    fn is_new(&mut self, event: &Event) -> bool {
        let subject = match event.subject.clone() {
            Some(event::Subject::SessionId(id)) => Subject::Session(id),
            Some(event::Subject::RoomId(id)) => Subject::Room(id),
            None => return true,
        };
        let time = event.time.and_then(|time| SystemTime::try_from(time).ok());
        let time = time.unwrap_or(self.latest);
        let is_old = match self.told.get(&subject) {
            Some((last, _)) => event.sequence <= *last,
            None => self.floor.is_some_and(|floor| time <= floor),
        };
        if is_old {
            return false;
        }
        if self.asked.from_now && self.floor.is_none() {
            self.floor = time.checked_sub(Duration::from_nanos(1));
        }
        self.latest = time;
        if matches!(
            event.kind,
            Some(event::Kind::Destroyed(_) | event::Kind::RoomDestroyed(_))
        ) {
            self.end(&subject);
        }
        self.told.insert(subject, (event.sequence, time));
        self.forget();
        true
    }

    /// Remembers the end of what was asked for by its id: no more than what was asked for.
    fn end(&mut self, subject: &Subject) {
        let asked = match (&self.asked.scope, subject) {
            (Some(Scope::SessionIds(list)), Subject::Session(id)) => list.ids.contains(id),
            (Some(Scope::RoomIds(list)), Subject::Room(id)) => list.ids.contains(id),
            _ => false,
        };
        if asked {
            self.ended.insert(subject.clone());
        }
    }

    /// Forgets those of which nothing was told for long, if there are too many.
    fn forget(&mut self) {
        if self.told.len() <= self.room {
            return;
        }
        let (latest, floor) = (self.latest, &mut self.floor);
        self.told.retain(|_, (_, time)| {
            let is_old = latest.duration_since(*time).is_ok_and(|age| age > KEPT_FOR);
            if is_old {
                *floor = (*floor).max(Some(*time));
            }
            !is_old
        });
        self.room = KEPT.max(2 * self.told.len());
    }

    /// Cuts off the gap what was told before it opened; none if that was all.
    fn cut(&mut self, mut gap: Gap) -> Option<Gap> {
        let subject = match gap.subject.clone() {
            Some(gap::Subject::SessionId(id)) => Subject::Session(id),
            Some(gap::Subject::RoomId(id)) => Subject::Room(id),
            None => return Some(gap),
        };
        let last = self.last(&subject);
        if gap.last_missed <= last {
            return None;
        }
        gap.first_missed = gap.first_missed.max(last + 1);
        self.told.insert(subject, (gap.last_missed, self.latest));
        Some(gap)
    }

    fn see(&mut self, snapshot: &Snapshot) {
        let subject = match &snapshot.state {
            Some(State::Session(session)) => Subject::Session(session.session_id.clone()),
            Some(State::Room(room)) => Subject::Room(room.room_id.clone()),
            None => return,
        };
        if snapshot.sequence > self.last(&subject) {
            self.told.insert(subject, (snapshot.sequence, self.latest));
        }
    }

    /// The number of the last event that was told; 0 if none was.
    fn last(&self, subject: &Subject) -> u64 {
        self.told.get(subject).map_or(0, |(last, _)| *last)
    }

    /// Those of the ids that have not ended.
    fn open(&self, ids: &[String], subject: fn(String) -> Subject) -> Vec<String> {
        let open = ids
            .iter()
            .filter(|id| !self.ended.contains(&subject((*id).clone())));
        open.cloned().collect()
    }
}

#[cfg(test)]
mod tests;
