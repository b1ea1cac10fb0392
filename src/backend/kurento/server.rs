//! One Kurento as all its legs share it: the lanes to it, the pipeline that all media is in, and who is joined with whom.
//!
//! Elements can only be connected within one pipeline, so everything is in one: any session can become anything.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::{
    sync::{Semaphore, watch},
    time,
};
use tokio_util::sync::CancellationToken;

use super::{
    config::Config,
    error::Error,
    lane::Lane,
    place::Place,
    wire::{Call, Create, Element, Hub, Id, Pipeline},
};
use crate::{
    backend::{Status, topology::Topology},
    id::{BackendName, RoomId, SessionId},
    telemetry::Metrics,
};

/// The number of a leg, which is never given twice.
pub(super) type Number = u64;

/// One Kurento.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: BackendName,
    pub(super) config: Arc<Config>,
    /// Marks what is this backend's on the server, which others of the same service may use too.
    pub(super) mark: String,
    /// For the graph of the media, and all events.
    pub(super) graph: Arc<Lane>,
    /// For what may take long: players, recorders, statistics.
    pub(super) slow: Arc<Lane>,
    /// A permit for each session that may be opened at a time.
    pub(super) openings: Semaphore,
    pub(super) status: watch::Sender<Status>,
    pub(super) topology: Mutex<Topology<Number>>,
    /// Held while it is decided what is connected and until that is on its way, so that the server does it in the
    /// order of the decisions.
    pub(super) turn: Mutex<()>,
    pub(super) pipeline: watch::Sender<Option<Pipeline>>,
    hubs: tokio::sync::Mutex<HashMap<RoomId, Hub>>,
    places: Mutex<HashMap<Number, Weak<Place>>>,
    numbers: AtomicU64,
    /// The files that are being recorded to.
    pub(super) recordings: Mutex<HashSet<PathBuf>>,
}

impl Server {
    pub(super) fn start(
        name: BackendName,
        instance: &str,
        config: Config,
        metrics: &Metrics,
        lanes: &CancellationToken,
    ) -> Arc<Self> {
        let config = Arc::new(config);
        let lane = |role| Lane::start(&name, role, &config, metrics.clone(), lanes.clone());
        Arc::new(Self {
            graph: lane("graph"),
            slow: lane("slow"),
            mark: format!("{instance}/{name}"),
            openings: Semaphore::new(config.max_in_flight.max(1)),
            status: watch::Sender::new(Status::Down {
                message: "not connected yet".to_owned(),
            }),
            topology: Mutex::default(),
            turn: Mutex::default(),
            pipeline: watch::Sender::new(None),
            hubs: tokio::sync::Mutex::default(),
            places: Mutex::default(),
            numbers: AtomicU64::new(1),
            recordings: Mutex::default(),
            config,
            name,
        })
    }

    /// A number for one more leg.
    pub(super) fn number(&self) -> Number {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// The pipeline, as soon as there is one.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn pipeline(&self) -> Result<Pipeline, Error> {
        let mut pipeline = self.pipeline.subscribe();
        let made = pipeline.wait_for(Option::is_some);
        if let Ok(Ok(pipeline)) = time::timeout(self.config.request_timeout, made).await
            && let Some(pipeline) = &*pipeline
        {
            return Ok(pipeline.clone());
        }
        let message = match &*self.status.borrow() {
            Status::Down { message } => message.clone(),
            Status::Up { .. } => "it has just come back".to_owned(),
        };
        Err(Error::Unreachable(message))
    }

    /// Lists a leg, so that others can be joined with it.
    pub(super) fn list(&self, place: &Arc<Place>) {
        let mut places = self.places.lock();
        places.insert(place.number, Arc::downgrade(place));
    }

    /// Forgets a leg.
    pub(super) fn unlist(&self, number: Number) {
        self.places.lock().remove(&number);
    }

    /// A leg by its number.
    pub(super) fn place(&self, number: Number) -> Option<Arc<Place>> {
        self.places.lock().get(&number).and_then(Weak::upgrade)
    }

    /// The leg of a session.
    pub(super) fn place_of(&self, session: &SessionId) -> Option<Arc<Place>> {
        let number = self.topology.lock().leg(session).ok()?;
        self.place(number)
    }

    /// One more port of a conference's mixer, which is made on first use.
    pub(super) async fn port(&self, room: &RoomId) -> Result<Element, Error> {
        let pipeline = self.pipeline().await?;
        let mut hubs = self.hubs.lock().await;
        if self.topology.lock().room_options(room).is_none() {
            // It was destroyed meanwhile: a mixer that is made now would stay.
            return Err(Error::NoRoom(room.to_string()));
        }
        let hub = match hubs.get(room) {
            Some(hub) => hub.clone(),
            None => {
                let made = Call::Create(Create::Composite {
                    pipeline,
                    width: self.config.mcu_width,
                    height: self.config.mcu_height,
                    framerate: self.config.mcu_framerate,
                });
                let hub = Hub::read(&self.graph.call(made).await?)?;
                hubs.insert(room.clone(), hub.clone());
                hub
            }
        };
        // Under the lock, so that the room is not destroyed meanwhile.
        let port = self.graph.call(Call::Create(Create::HubPort(hub))).await?;
        Ok(Element::read(&port)?)
    }

    /// Releases a conference's mixer.
    pub(super) async fn release_hub(&self, room: &RoomId) -> Result<(), Error> {
        let hub = self.hubs.lock().await.remove(room);
        match hub {
            Some(hub) => self
                .graph
                .call(Call::Release(hub.id().clone()))
                .await
                .map(drop),
            None => Ok(()),
        }
    }

    /// Forgets all mixers: the server has lost them.
    pub(super) async fn forget_hubs(&self) {
        self.hubs.lock().await.clear();
    }

    /// Whether this service still needs an object of its pipeline.
    pub(super) async fn knows(&self, id: &Id) -> bool {
        self.graph.knows(id) || self.hubs.lock().await.values().any(|hub| hub.id() == id)
    }
}
