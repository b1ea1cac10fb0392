//! The media server as its legs share it: its threads, and who is joined with whom.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use str0m::config::DtlsCert;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    config::Config,
    place::Place,
    plane::{LegId, Section, Setup, SourceId, credentials},
    record::Archive,
    shard::Shards,
};
use crate::{
    backend::{
        Load, Status,
        topology::{Change, Topology},
    },
    error::{Error, Reason, Result},
    id::{BackendName, SessionId},
    media::Codec,
    telemetry::Metrics,
};

/// What it calls itself.
const VERSION: &str = concat!("mediaplane ", env!("CARGO_PKG_VERSION"));

/// How often its load is told.
const REPORT: Duration = Duration::from_secs(1);

/// How soon a client that found no room may try again.
const RETRY: Duration = Duration::from_secs(2);

/// The media server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: BackendName,
    pub(super) config: Arc<Config>,
    pub(super) shards: Shards,
    pub(super) topology: Mutex<Topology<LegId>>,
    pub(super) status: watch::Sender<Status>,
    /// Where sessions are recorded to, if they may be.
    pub(super) archive: Option<Archive>,
    places: Mutex<HashMap<SessionId, Weak<Place>>>,
    addresses: Arc<[SocketAddr]>,
    certificate: Certificate,
    numbers: AtomicU64,
    legs: Arc<AtomicUsize>,
    /// See [`Setup::layered`].
    layered: Arc<AtomicBool>,
}

/// The certificate that all clients see; its key is not shown.
#[derive(Clone)]
struct Certificate(Arc<DtlsCert>);

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

/// One leg's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Reserved(Arc<AtomicUsize>);

impl Drop for Reserved {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Server {
    pub(super) fn start(
        name: BackendName,
        config: Config,
        metrics: &Metrics,
        shutdown: &CancellationToken,
    ) -> io::Result<Arc<Self>> {
        let crypto = str0m::crypto::from_feature_flags();
        let certificate = crypto.dtls_provider.generate_certificate();
        let certificate = certificate
            .ok_or_else(|| io::Error::other("the cryptography makes no DTLS certificate"))?;
        let archive = config.record.clone();
        let archive = archive.map(|settings| Archive::open(settings, metrics.clone()));
        let archive = archive.transpose().map_err(io::Error::other)?;
        let config = Arc::new(config);
        let (shards, addresses) = Shards::start(&config, metrics, shutdown)?;
        for address in addresses.iter() {
            tracing::info!(backend = %name, %address, "media is received at this UDP address");
        }
        Ok(Arc::new(Self {
            name,
            config,
            shards,
            topology: Mutex::default(),
            status: watch::Sender::new(Status::Up {
                version: VERSION.to_owned(),
                load: Load::default(),
            }),
            archive,
            places: Mutex::default(),
            addresses,
            certificate: Certificate(Arc::new(certificate)),
            numbers: AtomicU64::new(1),
            legs: Arc::default(),
            layered: Arc::default(),
        }))
    }

    /// Tells what it carries until `shutdown`, and then that it has stopped.
    pub(super) async fn report(self: Arc<Self>, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(REPORT);
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    let load = self.shards.load();
                    let version = VERSION.to_owned();
                    self.status.send_replace(Status::Up { version, load });
                }
                () = shutdown.cancelled() => {
                    let message = "the service has stopped".to_owned();
                    self.status.send_replace(Status::Down { message });
                    return;
                }
            }
        }
    }

    /// A place for one more leg.
    ///
    /// # Errors
    /// `LIMIT_REACHED`.
    pub(super) fn reserve(&self) -> Result<Reserved> {
        let reserved = Reserved(self.legs.clone());
        let max = self.config.max_legs;
        if self.legs.fetch_add(1, Ordering::Relaxed) < max {
            return Ok(reserved);
        }
        let words = format!(
            "backend {} has {max} legs, as many as its max_legs allows",
            self.name
        );
        Err(Error::new(Reason::LimitReached, words).retry_after(RETRY))
    }

    /// A number that was never given to a leg or a player.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// A leg on the shard with the fewest.
    pub(super) fn new_leg(&self) -> LegId {
        let (shard, _) = self.shards.least_loaded();
        LegId::new(self.number(), shard)
    }

    /// A source for a player, on the shard of its leg.
    pub(super) fn new_source(&self, leg: LegId) -> SourceId {
        SourceId::new(self.number(), leg.shard())
    }

    /// How a WebRTC client of this leg is talked to.
    pub(super) fn setup(&self, leg: LegId, codecs: Vec<Codec>) -> Setup {
        Setup {
            credentials: credentials(leg.shard()),
            addresses: self.addresses.clone(),
            certificate: self.certificate.0.clone(),
            ice_lite: self.config.ice_lite,
            tcp: self.config.tcp,
            codecs,
            layered: self.layered.clone(),
        }
    }

    /// Lists a session's place, so that others can be joined with it.
    pub(super) fn list(&self, place: &Arc<Place>) {
        let mut places = self.places.lock();
        places.insert(place.session.clone(), Arc::downgrade(place));
    }

    /// Forgets a session's place. That of a later session of the same name stays.
    pub(super) fn unlist(&self, place: &Place) {
        let mut places = self.places.lock();
        let listed = places.get(&place.session);
        if listed.is_some_and(|listed| std::ptr::eq(listed.as_ptr(), place)) {
            places.remove(&place.session);
        }
    }

    /// The place of a session.
    pub(super) fn place(&self, session: &SessionId) -> Option<Arc<Place>> {
        self.places.lock().get(session).and_then(Weak::upgrade)
    }

    /// What was agreed on with a leg's client, and whether it has data channels.
    pub(super) async fn agreed(&self, leg: LegId) -> Result<(Vec<Section>, bool)> {
        let shard = self.shards.of(leg);
        shard.call(move |worker| worker.plane.agreed(leg)).await
    }

    /// Lets legs receive what they are to receive now. Once begun it is done, whoever waits for it.
    pub(super) async fn apply(self: &Arc<Self>, changes: Vec<Change<LegId>>) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let server = self.clone();
        let applied = tokio::spawn(async move {
            for change in changes {
                server.apply_one(change).await?;
            }
            Ok(())
        });
        applied.await.unwrap_or_else(|error| {
            let words = "the change of what is received failed";
            Err(Error::new(Reason::SessionFailed, words).caused_by(error))
        })
    }

    async fn apply_one(&self, change: Change<LegId>) -> Result<()> {
        let Change {
            leg,
            version,
            from,
            to,
        } = change;
        let (from, to) = (from.map(SourceId::from), to.map(SourceId::from));
        let home = leg.shard();
        let elsewhere = |source: &SourceId| source.shard() != home;
        if let Some(source) = to.filter(elsewhere) {
            let shard = self.shards.at(source.shard());
            shard
                .call(move |worker| worker.plane.count(source, home, 1))
                .await?;
        }
        let shard = self.shards.of(leg);
        let set = move |worker: &mut super::shard::Worker| {
            worker.plane.set_source(Instant::now(), leg, version, to);
        };
        shard.call(set).await?;
        if let Some(source) = from.filter(elsewhere) {
            let shard = self.shards.at(source.shard());
            shard
                .call(move |worker| worker.plane.count(source, home, -1))
                .await?;
        }
        Ok(())
    }
}
