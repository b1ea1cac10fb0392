//! The commands that wait for a reply: replies come in the order of the commands, without a name.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    fmt,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use uuid::Uuid;

use crate::backend::freeswitch::error::Error;

/// A command that somebody gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Ask {
    /// Its name, for messages.
    pub(in super::super) name: &'static str,
    /// It, and what it is done with.
    pub(in super::super) line: String,
    /// The name of the job, if it is to be done as one.
    pub(in super::super) job: Option<Uuid>,
    /// How long it may take once it is sent.
    pub(in super::super) within: Duration,
}

impl Ask {
    fn text(&self) -> String {
        match self.job {
            Some(job) => format!("bgapi {}\nJob-UUID: {job}\n\n", self.line),
            None => format!("api {}\n\n", self.line),
        }
    }
}

/// Whose turn it is when a reply comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The password.
    Auth,
    /// What is to be told.
    Subscription,
    /// The Core-UUID.
    Core,
    /// The version.
    Version,
    /// Whether it lives.
    Life,
    /// A command that somebody gave, and may have given up since.
    Request(u64),
}

/// Somebody who waits.
#[derive(Debug)]
pub(super) struct Request<W> {
    pub(super) ask: Ask,
    pub(super) waiter: W,
    pub(super) is_sent: bool,
    deadline: Instant,
}

/// Everyone who waits, in the order in which they came, and what is to be sent for them.
pub(super) struct Table<W> {
    limit: usize,
    last: u64,
    requests: BTreeMap<u64, Request<W>>,
    deadlines: BTreeSet<(Instant, u64)>,
    jobs: HashMap<Uuid, u64>,
    places: VecDeque<(Place, Instant)>,
    output: BytesMut,
}

impl<W> Table<W> {
    /// For at most `limit` commands at a time.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            last: 0,
            requests: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            jobs: HashMap::new(),
            places: VecDeque::new(),
            output: BytesMut::new(),
        }
    }

    /// What is to be sent, and has not been taken yet.
    pub(super) fn output(&mut self) -> &mut BytesMut {
        &mut self.output
    }

    /// Enters a command that must be sent until `deadline`.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many wait, or too many that nobody waits for have not been answered.
    pub(super) fn enter(&mut self, ask: Ask, waiter: W, deadline: Instant) -> Result<u64, Error> {
        if self.requests.len() >= self.limit || self.places.len() >= self.limit {
            return Err(Error::Overloaded);
        }
        self.last += 1;
        let request = Request {
            ask,
            waiter,
            is_sent: false,
            deadline,
        };
        self.requests.insert(self.last, request);
        self.deadlines.insert((deadline, self.last));
        Ok(self.last)
    }

    /// Sends a command that was entered: its time begins anew.
    pub(super) fn send(&mut self, key: u64, now: Instant) {
        let Some(request) = self.requests.get_mut(&key) else {
            return;
        };
        request.is_sent = true;
        self.deadlines.remove(&(request.deadline, key));
        request.deadline = now + request.ask.within;
        self.deadlines.insert((request.deadline, key));
        if let Some(job) = request.ask.job {
            self.jobs.insert(job, key);
        }
        let text = request.ask.text();
        self.write(Place::Request(key), &text, now);
    }

    /// Sends all commands that were entered, in their order.
    pub(super) fn send_all(&mut self, now: Instant) {
        let keys: Vec<u64> = self.requests.keys().copied().collect();
        keys.into_iter().for_each(|key| self.send(key, now));
    }

    /// Sends a command whose reply is awaited by that place.
    pub(super) fn write(&mut self, place: Place, text: &str, now: Instant) {
        self.output.extend_from_slice(text.as_bytes());
        self.places.push_back((place, now));
    }

    /// A reply came: to whom.
    pub(super) fn turn(&mut self) -> Option<Place> {
        self.places.pop_front().map(|(place, _)| place)
    }

    /// Since when the next reply is awaited.
    pub(super) fn awaited_since(&self) -> Option<Instant> {
        self.places.front().map(|(_, since)| *since)
    }

    /// Whether a command is still waited for as a job.
    pub(super) fn is_job(&self, key: u64) -> bool {
        let request = self.requests.get(&key);
        request.is_some_and(|request| request.ask.job.is_some())
    }

    /// Takes out who waits for this job.
    pub(super) fn take_job(&mut self, job: Uuid) -> Option<Request<W>> {
        let key = *self.jobs.get(&job)?;
        self.take(key)
    }

    /// Takes out who waits for this command; its place stays.
    pub(super) fn take(&mut self, key: u64) -> Option<Request<W>> {
        let request = self.requests.remove(&key)?;
        self.deadlines.remove(&(request.deadline, key));
        if let Some(job) = request.ask.job {
            self.jobs.remove(&job);
        }
        Some(request)
    }

    /// Takes out one whose time has passed.
    pub(super) fn take_late(&mut self, now: Instant) -> Option<Request<W>> {
        let (deadline, key) = *self.deadlines.first()?;
        (deadline <= now).then(|| self.take(key)).flatten()
    }

    /// When the first one's time has passed.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The connection is gone: takes out all whose command was sent. The others wait for the next one.
    pub(super) fn take_sent(&mut self) -> Vec<Request<W>> {
        self.places.clear();
        self.output.clear();
        self.take_those(|request| request.is_sent)
    }

    /// Takes out those that have not been sent.
    pub(super) fn take_unsent(&mut self) -> Vec<Request<W>> {
        self.take_those(|request| !request.is_sent)
    }

    fn take_those(&mut self, wanted: impl Fn(&Request<W>) -> bool) -> Vec<Request<W>> {
        let those = self.requests.iter().filter(|(_, request)| wanted(request));
        let keys: Vec<u64> = those.map(|(key, _)| *key).collect();
        keys.into_iter().filter_map(|key| self.take(key)).collect()
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }
}

// What is sent holds the password.
impl<W> fmt::Debug for Table<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("requests", &self.requests.len())
            .field("places", &self.places.len())
            .finish_non_exhaustive()
    }
}
