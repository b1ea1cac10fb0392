//! The columns of the matrix: a domain service, wired as the program does it, with one kind of backend.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mediaplane::backend::{self, Backend, Status, janus};
use mediaplane::event::{
    Event, Hub, Item, Kind, Limits, Scope, Subject as About, Watch, WatchRequest,
};
use mediaplane::id::SessionId;
use mediaplane::media::Capabilities;
use mediaplane::session::{self, Caller, Command, Create, Created, Reply, Sessions};
use mediaplane::telemetry::Metrics;
use mediaplane::{Error, Reason, room};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::janus_simulator::{self, ADMIN_SECRET, Simulator};
use crate::session::Session;
use crate::support::janus::{Janus, Options};
use crate::support::network::media_address;
use crate::support::proxy::Proxy;

/// How long what must come may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// The handles by which the driver manages rooms are its own as long as it runs.
const MANAGEMENT: &str = "mediaplane/conformance/rooms";

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "the names are those of the tests")]
pub(crate) enum Which {
    /// The core alone.
    p2p,
    /// The Janus driver with the simulator: signalling only, and faults to order.
    janus_simulator,
    /// The Janus driver with a real Janus: media too.
    janus,
}

impl Which {
    pub(crate) const ALL: &'static [Which] = &[Which::p2p, Which::janus_simulator, Which::janus];

    /// What its backend advertises.
    pub(crate) async fn capabilities(self) -> Capabilities {
        if self == Which::p2p {
            return Capabilities::default();
        }
        let folder = Path::new("/nowhere");
        let config = config(NOWHERE, NOWHERE, ADMIN_SECRET, folder, folder, Setup::USUAL);
        let stop = CancellationToken::new();
        let driver = driver(config, &stop);
        stop.cancel();
        driver.stopped().await;
        driver.capabilities().clone()
    }
}

const NOWHERE: &str = "ws://127.0.0.1:9";

/// How a subject is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// What the driver waits for is given up soon: an answer after 1 s, a client's media after 2 s.
    hasty: bool,
    /// Nothing that could be cut is between driver and server: a server that is gone refuses connections.
    direct: bool,
}

impl Setup {
    pub(crate) const USUAL: Setup = Setup {
        hasty: false,
        direct: false,
    };
    pub(crate) const HASTY: Setup = Setup {
        hasty: true,
        direct: false,
    };
    pub(crate) const DIRECT: Setup = Setup {
        hasty: false,
        direct: true,
    };
}

/// A running service with its backend and that one's server.
pub(crate) struct Subject {
    which: Which,
    pub(crate) sessions: session::Registry,
    pub(crate) rooms: room::Registry,
    hub: Hub,
    backends: backend::Registry,
    capabilities: Capabilities,
    server: Server,
    shutdown: CancellationToken,
    everything: Mutex<Watch>,
}

/// What is behind the backend.
enum Server {
    None,
    Simulator(Simulator, Arc<janus::Janus>),
    Janus(Box<Real>),
}

struct Real {
    janus: Mutex<Janus>,
    line: Proxy,
    driver: Arc<janus::Janus>,
}

impl Subject {
    /// Starts it; none, and a line that says so, where its server is not installed outside of CI.
    pub(crate) async fn start(which: Which, setup: Setup) -> Option<Subject> {
        if which == Which::janus && !Janus::is_installed() && std::env::var_os("CI").is_none() {
            eprintln!(
                "SKIPPED: Janus is not installed (`apt-get install janus`); set CI to make this a failure"
            );
            return None;
        }
        let shutdown = CancellationToken::new();
        let server = Server::start(which, setup, &shutdown).await;
        let metrics = Metrics::new();
        let configured = server.driver().map(|driver| backend::registry::Configured {
            backend: driver.clone(),
            priority: 0,
            max_sessions: 0,
        });
        let backends = backend::Registry::new(configured.into_iter().collect(), &metrics);
        let capabilities = server.driver().map(|driver| driver.capabilities().clone());
        let hub = Hub::new(LIMITS, metrics.clone());
        let rooms = room::Registry::new(room::Settings::default(), backends.clone(), hub.clone());
        let sessions = session::Registry::new(session::Parts {
            settings: session::Settings::default(),
            history_time: LIMITS.history_time,
            history_sessions: LIMITS.history_sessions,
            hub: hub.clone(),
            backends: backends.clone(),
            rooms: rooms.clone(),
            metrics,
        });
        tokio::spawn(sessions.clone().keep_house(shutdown.clone()));
        let everything = hub.watch(watching(Scope::All)).expect("a watch is free");
        Some(Subject {
            which,
            sessions,
            rooms,
            hub,
            backends,
            capabilities: capabilities.unwrap_or_default(),
            server,
            shutdown,
            everything: Mutex::new(everything),
        })
    }

    /// What its backend advertises.
    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Whether there is a backend at all.
    pub(crate) fn has_backend(&self) -> bool {
        self.backends.list().next().is_some()
    }

    /// Whether what clients send to the backend is real.
    pub(crate) fn has_media(&self) -> bool {
        self.which == Which::janus
    }

    /// The address that clients use.
    pub(crate) fn media_ip(&self) -> std::net::Ipv4Addr {
        media_address()
    }

    /// Lets the backend take no new sessions, or again.
    pub(crate) fn drain(&self, draining: bool) {
        self.backends
            .drain("janus-1", draining)
            .expect("the backend is there");
    }

    /// The simulator behind it, if that is what it is.
    pub(crate) fn simulated(&self) -> Option<&Simulator> {
        match &self.server {
            Server::Simulator(simulator, _) => Some(simulator),
            Server::None | Server::Janus(_) => None,
        }
    }

    /// The simulator, in a case that is for it only.
    pub(crate) fn simulator(&self) -> &Simulator {
        self.simulated().expect("the case is for the simulator")
    }

    /// The real Janus, in a case that is for it only.
    pub(crate) async fn janus(&self) -> tokio::sync::MutexGuard<'_, Janus> {
        match &self.server {
            Server::Janus(real) => real.janus.lock().await,
            Server::None | Server::Simulator(..) => panic!("the case is for a real Janus"),
        }
    }

    /// The line between driver and server, in a case that is for a real Janus only.
    pub(crate) fn line(&self) -> &Proxy {
        match &self.server {
            Server::Janus(real) => &real.line,
            Server::None | Server::Simulator(..) => panic!("the case is for a real Janus"),
        }
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> Caller {
        Caller::anonymous(None)
    }

    /// Begins a session.
    pub(crate) async fn begin(&self, create: Create) -> Result<Session<'_>, Error> {
        let created = self
            .created(Create {
                wait_reply: false,
                ..create
            })
            .await?;
        Ok(Session::new(self, created.info.session_id))
    }

    /// Begins a session and waits for its first description.
    pub(crate) async fn create(
        &self,
        create: Create,
    ) -> Result<(Session<'_>, mediaplane::media::Description), Error> {
        let Created { info, reply } = self
            .created(Create {
                wait_reply: true,
                ..create
            })
            .await?;
        let (_, description) = reply.expect("the reply was asked for");
        Ok((Session::new(self, info.session_id), description))
    }

    async fn created(&self, create: Create) -> Result<Created, Error> {
        self.service().create(&self.caller(), create).await
    }

    /// Asks something of a session.
    pub(crate) async fn command(&self, id: &SessionId, command: Command) -> Result<Reply, Error> {
        self.service().command(&self.caller(), id, command).await
    }

    /// The service as others see it.
    pub(crate) fn service(&self) -> &dyn Sessions {
        &self.sessions
    }

    /// The events of one session or room from its beginning on.
    pub(crate) fn watch(&self, scope: Scope) -> Watch {
        self.hub.watch(watching(scope)).expect("a watch is free")
    }

    /// Waits until the backend can be reached.
    pub(crate) async fn up(&self) {
        self.status(Status::is_up).await;
    }

    /// Waits until it is known that the backend cannot be reached.
    pub(crate) async fn down(&self) {
        self.status(|status| !status.is_up()).await;
    }

    async fn status(&self, wanted: impl FnMut(&Status) -> bool) {
        let driver = self.server.driver().expect("there is a backend");
        let mut status = driver.status();
        let reached = timeout(PATIENCE, status.wait_for(wanted)).await;
        reached
            .expect("the status changes in time")
            .expect("the driver runs");
    }

    /// Waits until the server holds nothing that belongs to a session or room.
    pub(crate) async fn leaves_nothing(&self) {
        self.holds_nothing(|opaque_ids| opaque_ids.iter().all(|id| id == MANAGEMENT))
            .await;
    }

    async fn holds_nothing(&self, excused: impl Fn(&[String]) -> bool) {
        match &self.server {
            Server::None => {}
            Server::Janus(real) => {
                let janus = real.janus.lock().await;
                janus
                    .leaves_nothing(PATIENCE, |session| excused(&session.opaque_ids))
                    .await;
            }
            Server::Simulator(simulator, _) => {
                let deadline = Instant::now() + PATIENCE;
                loop {
                    let mut held = simulator.held();
                    held.sessions.retain(|_, opaque_ids| !excused(opaque_ids));
                    if held.is_empty() {
                        return;
                    }
                    assert!(Instant::now() < deadline, "left on the server: {held:#?}");
                    sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    /// Ends all sessions and rooms, and checks that they ended well and that nothing is left of them.
    pub(crate) async fn end(self) {
        assert_eq!(
            self.sessions.shutdown(Instant::now() + PATIENCE).await,
            0,
            "sessions do not end"
        );
        let (rooms, _) = self.rooms.list(&room::Filter::default(), 1000, None);
        for room in rooms {
            self.rooms
                .destroy(&room.room_id, Reason::RoomDestroyed, "the test ends")
                .await
                .expect("a room can be destroyed");
        }
        self.leaves_nothing().await;
        self.told_well().await;
        self.shutdown.cancel();
        if let Some(driver) = self.server.driver() {
            timeout(PATIENCE, driver.stopped())
                .await
                .expect("the driver leaves in time");
        }
        self.holds_nothing(|_| false).await;
    }

    /// Checks that each session told its events without a gap and its end exactly once, last.
    async fn told_well(&self) {
        let mut told: HashMap<String, Vec<Arc<Event>>> = HashMap::new();
        let mut everything = self.everything.lock().await;
        while let Ok(Some(item)) = timeout(Duration::from_millis(20), everything.next()).await {
            match item {
                Item::Event(event) if matches!(event.subject, About::Session(_)) => {
                    told.entry(event.subject.to_string())
                        .or_default()
                        .push(event);
                }
                Item::Event(_) => {}
                other => panic!("nothing is lost and no state was asked for: {other:?}"),
            }
        }
        for (id, events) in told {
            let numbered = (1..).zip(&events).all(|(at, event)| event.sequence == at);
            let ends = events
                .iter()
                .filter(|event| matches!(event.kind, Kind::Destroyed { .. }))
                .count();
            let is_last = events.last().is_some_and(|event| event.kind.is_last());
            assert!(
                numbered && ends == 1 && is_last,
                "session {id} told {events:#?}"
            );
        }
    }
}

impl Server {
    async fn start(which: Which, setup: Setup, shutdown: &CancellationToken) -> Server {
        match which {
            Which::p2p => Server::None,
            Which::janus_simulator => {
                let simulator = Simulator::start(janus_simulator::Options::default()).await;
                let folder = Path::new("/recordings");
                let (url, admin_url) = (simulator.url(), simulator.admin_url());
                let config = config(
                    &url,
                    &admin_url,
                    ADMIN_SECRET,
                    folder,
                    Path::new("/media"),
                    setup,
                );
                let driver = started(config, shutdown).await;
                Server::Simulator(simulator, driver)
            }
            Which::janus => {
                let janus = Janus::start(Options::default()).await;
                let line = Proxy::start(janus.address()).await;
                let url = if setup.direct {
                    janus.url()
                } else {
                    line.url()
                };
                let (secret, folder) = (janus.admin_secret(), janus.recordplay());
                let config = config(
                    &url,
                    &janus.admin_url(),
                    secret,
                    &folder,
                    &janus.recordings(),
                    setup,
                );
                let driver = started(config, shutdown).await;
                Server::Janus(Box::new(Real {
                    janus: Mutex::new(janus),
                    line,
                    driver,
                }))
            }
        }
    }

    fn driver(&self) -> Option<&Arc<janus::Janus>> {
        match self {
            Server::None => None,
            Server::Simulator(_, driver) => Some(driver),
            Server::Janus(real) => Some(&real.driver),
        }
    }
}

const LIMITS: Limits = Limits {
    history: 256,
    history_time: Duration::from_secs(300),
    history_sessions: 10_000,
    watchers: 10_000,
};

fn config(
    url: &str,
    admin_url: &str,
    secret: &str,
    recordings: &Path,
    media: &Path,
    setup: Setup,
) -> janus::Config {
    let mut config = janus::Config::new(url.parse().expect("a URL"));
    config.admin_url = Some(admin_url.parse().expect("a URL"));
    config.admin_secret = secret.to_owned().into();
    config.recordings = Some(recordings.to_owned());
    config.media = Some(media.to_owned());
    if setup.hasty {
        config.request_timeout = Duration::from_secs(1);
        config.media_connect_timeout = Duration::from_secs(2);
        config.media_silence_timeout = Duration::from_secs(2);
    }
    config
}

fn driver(config: janus::Config, shutdown: &CancellationToken) -> Arc<janus::Janus> {
    let name = "janus-1".parse().expect("a name");
    janus::Janus::start(
        name,
        "conformance",
        config,
        Metrics::new(),
        shutdown.clone(),
    )
}

async fn started(config: janus::Config, shutdown: &CancellationToken) -> Arc<janus::Janus> {
    let driver = driver(config, shutdown);
    let mut status = driver.status();
    let up = timeout(PATIENCE, status.wait_for(Status::is_up)).await;
    up.expect("the server answers in time")
        .expect("the driver runs");
    driver
}

fn watching(scope: Scope) -> WatchRequest {
    WatchRequest {
        scope,
        types: std::collections::HashSet::default(),
        labels: mediaplane::event::Labels::default(),
        after_sequence: 0,
        snapshot: false,
        from_now: false,
    }
}
