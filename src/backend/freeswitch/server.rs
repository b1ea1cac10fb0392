//! One FreeSWITCH as all its legs share it: the ways to it, its calls by their uuid, and who is joined with whom.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{Arc, OnceLock, Weak},
};

use parking_lot::Mutex;
use tokio::{
    sync::{Semaphore, watch},
    time,
};

use super::{
    catalog::Catalog,
    command::{Call, Command, Word},
    config::Config,
    error::Error,
    esl::EventSocket,
    place::Place,
    rooms::Rooms,
    sip::UserAgent,
};
use crate::{
    backend::{Status, topology::Topology},
    id::{BackendName, SessionId},
};

/// One FreeSWITCH.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: BackendName,
    pub(super) config: Arc<Config>,
    /// Marks the calls that are this backend's, on a server that others may use too.
    pub(super) mark: Word,
    pub(super) socket: Arc<EventSocket>,
    /// Who makes and takes its calls, once it listens.
    pub(super) agent: OnceLock<UserAgent>,
    /// A permit for each session that may be opened at a time.
    pub(super) openings: Semaphore,
    pub(super) status: watch::Sender<Status>,
    /// How many times the connections have come to stand: what the server told before is missed.
    pub(super) connects: watch::Sender<u64>,
    pub(super) topology: Mutex<Topology<Call>>,
    pub(super) rooms: Mutex<Rooms>,
    /// What its configuration has.
    pub(super) catalog: Mutex<Catalog>,
    places: Mutex<HashMap<Call, Weak<Place>>>,
    /// The files that are being recorded to.
    pub(super) recordings: Mutex<HashSet<PathBuf>>,
}

impl Server {
    pub(super) fn new(
        name: BackendName,
        instance: &str,
        config: Arc<Config>,
        socket: Arc<EventSocket>,
    ) -> Arc<Self> {
        Arc::new(Self {
            mark: mark(instance, &name),
            openings: Semaphore::new(config.max_in_flight.max(1)),
            agent: OnceLock::new(),
            socket,
            status: watch::Sender::new(Status::Down {
                message: "not connected yet".to_owned(),
            }),
            connects: watch::Sender::default(),
            topology: Mutex::default(),
            rooms: Mutex::default(),
            catalog: Mutex::default(),
            places: Mutex::default(),
            recordings: Mutex::default(),
            config,
            name,
        })
    }

    /// Waits until the server can be used, for as long as a command may take.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) async fn up(&self) -> Result<&UserAgent, Error> {
        let mut status = self.status.subscribe();
        let up = time::timeout(self.config.request_timeout, status.wait_for(Status::is_up));
        match (up.await, self.agent.get()) {
            (Ok(Ok(_)), Some(agent)) => Ok(agent),
            _ => {
                let message = match &*self.status.borrow() {
                    Status::Down { message } => message.clone(),
                    Status::Up { .. } => "it has just come back".to_owned(),
                };
                Err(Error::Unreachable(message))
            }
        }
    }

    /// Lists a leg, so that what happens to its call is heard.
    pub(super) fn list(&self, place: &Arc<Place>) {
        let mut places = self.places.lock();
        places.insert(place.call, Arc::downgrade(place));
    }

    /// Forgets a leg.
    pub(super) fn unlist(&self, call: Call) {
        self.places.lock().remove(&call);
    }

    /// The leg of a call.
    pub(super) fn place(&self, call: Call) -> Option<Arc<Place>> {
        self.places.lock().get(&call).and_then(Weak::upgrade)
    }

    /// All legs.
    pub(super) fn all(&self) -> Vec<Arc<Place>> {
        let places = self.places.lock();
        places.values().filter_map(Weak::upgrade).collect()
    }

    /// Whether a call is one of a leg.
    pub(super) fn knows(&self, call: Call) -> bool {
        self.places.lock().contains_key(&call)
    }

    /// The leg of a session.
    pub(super) fn place_of(&self, session: &SessionId) -> Option<Arc<Place>> {
        let call = self.topology.lock().leg(session).ok()?;
        self.place(call)
    }

    /// Ends a call. One that is not there has ended.
    pub(super) async fn hang_up(&self, call: Call) {
        match self.socket.read(&Command::Kill(call)).await {
            Err(error) if !error.is_gone() => {
                tracing::warn!(backend = %self.name, %call, %error, "cannot end a call yet: it is looked for again");
            }
            _ => {}
        }
        if let Some(agent) = self.agent.get() {
            agent.forget(call);
        }
    }
}

/// The mark of a service and its backend, of letters that mean nothing on a command line.
fn mark(instance: &str, name: &BackendName) -> Word {
    let whole = format!("mp:{instance}:{name}");
    let plain = whole.chars().map(|c| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '~' | '-' | ':' => c,
        _ => '+',
    });
    let plain: String = plain.take(300).collect();
    Word::new(&plain).expect("all of it is allowed")
}
