//! The columns of the matrix: a domain service, wired as the program does it, with one kind of backend.

mod embedded;
mod ending;
mod freeswitch;
mod janus;
mod kurento;
mod server;

use std::path::Path;
use std::time::Duration;

use mediaplane::backend::{self, Status};
use mediaplane::event::{Hub, Limits, Scope, Watch, WatchRequest};
use mediaplane::id::SessionId;
use mediaplane::media::Capabilities;
use mediaplane::session::{self, Caller, Command, Create, Created, Reply, Sessions};
use mediaplane::telemetry::Metrics;
use mediaplane::{Error, room};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::freeswitch_simulator;
use crate::janus_simulator::Simulator;
use crate::kurento_simulator;
use crate::session::Session;
use crate::support::janus::Janus;
use crate::support::network::media_address;
use crate::support::peer::Options;
use crate::support::proxy::Proxy;
use server::Server;

/// How long what must come may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

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
    /// The media server inside this process.
    embedded,
    /// The Kurento driver with the simulator.
    kurento_simulator,
    /// The Kurento driver with a real Kurento, where the environment names one.
    kurento,
    /// The FreeSWITCH driver with the simulator.
    freeswitch_simulator,
    /// The FreeSWITCH driver with a real FreeSWITCH, where the environment names one.
    freeswitch,
}

impl Which {
    pub(crate) const ALL: &'static [Which] = &[
        Which::p2p,
        Which::janus_simulator,
        Which::janus,
        Which::embedded,
        Which::kurento_simulator,
        Which::kurento,
        Which::freeswitch_simulator,
        Which::freeswitch,
    ];

    /// What its backend advertises.
    pub(crate) async fn capabilities(self) -> Capabilities {
        match self {
            Which::p2p => Capabilities::default(),
            Which::janus_simulator | Which::janus => janus::capabilities().await,
            Which::embedded => embedded::capabilities().await,
            Which::kurento_simulator | Which::kurento => kurento::capabilities().await,
            Which::freeswitch_simulator | Which::freeswitch => freeswitch::capabilities().await,
        }
    }
}

/// How a subject is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// What the driver waits for is given up soon: an answer after 1 s, a client's media after 2 s.
    hasty: bool,
    /// Nothing that could be cut is between driver and server: a server that is gone refuses connections.
    direct: bool,
    /// There is room for three sessions on the backend, and for two in a room.
    small: bool,
}

impl Setup {
    pub(crate) const USUAL: Setup = Setup {
        hasty: false,
        direct: false,
        small: false,
    };
    pub(crate) const HASTY: Setup = Setup {
        hasty: true,
        ..Setup::USUAL
    };
    pub(crate) const DIRECT: Setup = Setup {
        direct: true,
        ..Setup::USUAL
    };
    pub(crate) const SMALL: Setup = Setup {
        small: true,
        ..Setup::USUAL
    };
}

/// A simulator of either kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Simulated<'s> {
    Janus(&'s Simulator),
    Kurento(&'s kurento_simulator::Simulator),
    FreeSwitch(&'s freeswitch_simulator::Simulator),
}

impl Simulated<'_> {
    /// The client of a session says goodbye.
    pub(crate) fn hang_up(self, session: &str) {
        match self {
            Simulated::Janus(janus) => janus.hang_up(session, "DTLS alert"),
            Simulated::Kurento(kurento) => {
                kurento.hang_up(session, kurento_simulator::Gone::Closed);
            }
            Simulated::FreeSwitch(freeswitch) => {
                freeswitch.hang_up(session, "NORMAL_CLEARING");
            }
        }
    }

    /// The client of a session is gone without a word.
    pub(crate) fn vanish(self, session: &str) {
        match self {
            Simulated::Janus(_) | Simulated::FreeSwitch(_) => self.media(session, false),
            Simulated::Kurento(kurento) => {
                self.media(session, false);
                kurento.media_disconnected(session);
            }
        }
    }

    /// The lines to it are cut.
    pub(crate) fn cut(self) {
        match self {
            Simulated::Janus(janus) => janus.drop_connections(),
            Simulated::Kurento(kurento) => kurento.cut(),
            Simulated::FreeSwitch(freeswitch) => freeswitch.cut(),
        }
    }

    /// Whether it is not to be reached, once it is cut off.
    pub(crate) fn refuse_connections(self, refuse: bool) {
        match self {
            Simulated::Janus(janus) => janus.refuse_connections(refuse),
            Simulated::Kurento(kurento) => kurento.refuse_connections(refuse),
            Simulated::FreeSwitch(freeswitch) => freeswitch.refuse_connections(refuse),
        }
    }

    /// It is started anew.
    pub(crate) fn restart(self) {
        match self {
            Simulated::Janus(janus) => janus.restart(),
            Simulated::Kurento(kurento) => kurento.restart(),
            Simulated::FreeSwitch(freeswitch) => freeswitch.restart(),
        }
    }

    /// The mute of an echo is not answered until it obeys again.
    pub(crate) fn keeps_a_mute_waiting(self) {
        match self {
            Simulated::Janus(janus) => {
                janus.order("echotest", crate::janus_simulator::Fault::AckOnly);
            }
            Simulated::Kurento(kurento) => {
                kurento.order("invoke.disconnect", kurento_simulator::Fault::Silent);
            }
            Simulated::FreeSwitch(freeswitch) => {
                freeswitch.order("uuid_audio", freeswitch_simulator::Fault::Silent);
            }
        }
    }

    /// All is well again.
    pub(crate) fn obey(self) {
        match self {
            Simulated::Janus(janus) => janus.obey(),
            Simulated::Kurento(kurento) => kurento.obey(),
            Simulated::FreeSwitch(freeswitch) => freeswitch.obey(),
        }
    }

    /// The client of a session presses a key.
    pub(crate) fn press(self, session: &str, digit: char) {
        match self {
            Simulated::Janus(_) | Simulated::Kurento(_) => panic!("it hears no keys"),
            Simulated::FreeSwitch(freeswitch) => freeswitch.digit(session, digit),
        }
    }

    /// The media of a session's client begin or stop to arrive.
    pub(crate) fn media(self, session: &str, flowing: bool) {
        match self {
            Simulated::Janus(janus) => janus.media(session, flowing),
            Simulated::Kurento(kurento) => kurento.media(session, flowing),
            Simulated::FreeSwitch(freeswitch) => freeswitch.media(session, flowing),
        }
    }
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

impl Subject {
    /// Starts it; none, and a line that says so, where its server is not installed outside of CI.
    pub(crate) async fn start(which: Which, setup: Setup) -> Option<Subject> {
        if which == Which::janus && !Janus::is_installed() && std::env::var_os("CI").is_none() {
            eprintln!(
                "SKIPPED: Janus is not installed (`apt-get install janus`); set CI to make this a failure"
            );
            return None;
        }
        if which == Which::kurento && crate::support::kurento::url().is_none() {
            eprintln!(
                "SKIPPED: MEDIAPLANE_TEST_KURENTO names no Kurento (`ws://host:8888/kurento`)"
            );
            return None;
        }
        if which == Which::freeswitch && crate::support::freeswitch::address().is_none() {
            eprintln!(
                "SKIPPED: MEDIAPLANE_TEST_FREESWITCH names no FreeSWITCH (`host:8021`, its event socket)"
            );
            return None;
        }
        let shutdown = CancellationToken::new();
        let server = Server::start(which, setup, &shutdown).await;
        let metrics = Metrics::new();
        let configured = server.driver().map(|driver| backend::registry::Configured {
            backend: driver,
            priority: 0,
            max_sessions: if setup.small { 3 } else { 0 },
        });
        let backends = backend::Registry::new(configured.into_iter().collect(), &metrics);
        let capabilities = server.driver().map(|driver| driver.capabilities().clone());
        let hub = Hub::new(LIMITS, metrics.clone());
        let mut places = room::Settings::default();
        if setup.small {
            places.max_members = 2;
        }
        let rooms = room::Registry::new(places, backends.clone(), hub.clone());
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

    /// The name and the kind of its backend.
    pub(crate) fn backend(&self) -> (String, &'static str) {
        let listing = self.backends.list().next().expect("there is a backend");
        (listing.backend.name().to_string(), listing.backend.kind())
    }

    /// Whether what clients send to the backend is real.
    pub(crate) fn has_media(&self) -> bool {
        matches!(
            self.which,
            Which::janus | Which::embedded | Which::kurento | Which::freeswitch
        )
    }

    /// Whether its server ends a client's connection when it lets go of it. Kurento just stops to answer.
    pub(crate) fn says_goodbye(&self) -> bool {
        matches!(self.which, Which::janus | Which::embedded)
    }

    /// Whether its server takes the candidates of a browser one by one.
    pub(crate) fn trickles(&self) -> bool {
        self.capabilities.types.iter().any(|can| can.remote_trickle)
    }

    /// Whether its server gives what it passes on times of its own, which may step at a change of the source: a decoder
    /// takes that as the loss of some packets.
    pub(crate) fn remakes_times(&self) -> bool {
        matches!(
            self.which,
            Which::kurento_simulator
                | Which::kurento
                | Which::freeswitch_simulator
                | Which::freeswitch
        )
    }

    /// Whether its server sends silence, or a blank picture, where there is nothing to be sent.
    pub(crate) fn fills_pauses(&self) -> bool {
        self.which == Which::freeswitch
    }

    /// A peer as its server can serve it: each m-section by itself where it knows no bundles (RFC 9143).
    pub(crate) fn peer(&self, options: Options) -> Options {
        match self.which {
            Which::freeswitch | Which::freeswitch_simulator => options.unbundled(),
            _ => options,
        }
    }

    /// Whether its server decodes what it plays, so that nothing of a file is as it was.
    pub(crate) fn remakes_files(&self) -> bool {
        matches!(self.which, Which::freeswitch | Which::freeswitch_simulator)
    }

    /// Whether a client may have data channels.
    pub(crate) fn has_data(&self) -> bool {
        !matches!(self.which, Which::freeswitch | Which::freeswitch_simulator)
    }

    /// Whether its server looks at the keys that are pressed in an echo.
    pub(crate) fn hears_keys_in_an_echo(&self) -> bool {
        !matches!(self.which, Which::freeswitch | Which::freeswitch_simulator)
    }

    /// The address that clients use.
    pub(crate) fn media_ip(&self) -> std::net::Ipv4Addr {
        media_address()
    }

    /// Lets the backend take no new sessions, or again.
    pub(crate) fn drain(&self, draining: bool) {
        let (name, _) = self.backend();
        self.backends
            .drain(&name, draining)
            .expect("the backend is there");
    }

    /// The simulator behind it, if that is what it is.
    pub(crate) fn simulated(&self) -> Option<Simulated<'_>> {
        match &self.server {
            Server::Simulator(simulator, _) => Some(Simulated::Janus(simulator)),
            Server::KurentoSimulator(simulator, _) => Some(Simulated::Kurento(simulator)),
            Server::FreeSwitchSimulator(simulated) => {
                Some(Simulated::FreeSwitch(&simulated.simulator))
            }
            Server::None
            | Server::Janus(_)
            | Server::Embedded(_)
            | Server::Kurento(_)
            | Server::FreeSwitch(_) => None,
        }
    }

    /// Waits until the call of a session is bridged, where no media can show that.
    pub(crate) async fn is_bridged(&self, session: &SessionId) {
        let Some(Simulated::FreeSwitch(simulator)) = self.simulated() else {
            return;
        };
        let is_so = || {
            let call = simulator.find(session.as_str())?;
            simulator.channels().remove(&call)?.peer
        };
        let bridged = timeout(PATIENCE, async {
            while is_so().is_none() {
                sleep(Duration::from_millis(10)).await;
            }
        });
        bridged.await.expect("it is bridged in time");
    }

    /// The Janus simulator, in a case that is for it only.
    pub(crate) fn simulator(&self) -> &Simulator {
        match &self.server {
            Server::Simulator(simulator, _) => simulator,
            _ => panic!("the case is for the Janus simulator"),
        }
    }

    /// The Kurento simulator, in a case that is for it only.
    pub(crate) fn kurento_simulator(&self) -> &kurento_simulator::Simulator {
        match &self.server {
            Server::KurentoSimulator(simulator, _) => simulator,
            _ => panic!("the case is for the Kurento simulator"),
        }
    }

    /// The FreeSWITCH simulator, in a case that is for it only.
    pub(crate) fn freeswitch_simulator(&self) -> &freeswitch_simulator::Simulator {
        match &self.server {
            Server::FreeSwitchSimulator(simulated) => &simulated.simulator,
            _ => panic!("the case is for the FreeSWITCH simulator"),
        }
    }

    /// The real Janus, in a case that is for it only.
    pub(crate) async fn janus(&self) -> tokio::sync::MutexGuard<'_, Janus> {
        match &self.server {
            Server::Janus(real) => real.janus.lock().await,
            _ => panic!("the case is for a real Janus"),
        }
    }

    /// The line between driver and server, in a case that is for a real server only.
    pub(crate) fn line(&self) -> &Proxy {
        match &self.server {
            Server::Janus(real) => &real.line,
            Server::Kurento(real) => &real.line,
            Server::FreeSwitch(real) => &real.line,
            _ => panic!("the case is for a real server"),
        }
    }

    /// The folder that the backend plays from, where a test can put something into it.
    pub(crate) fn media_folder(&self) -> Option<&Path> {
        match &self.server {
            Server::Embedded(inside) => Some(&inside.media),
            Server::Kurento(real) => Some(&real.media),
            Server::FreeSwitch(real) => Some(&real.media),
            Server::None
            | Server::Simulator(..)
            | Server::Janus(_)
            | Server::KurentoSimulator(..)
            | Server::FreeSwitchSimulator(_) => None,
        }
    }

    /// The folder that the backend records to, where a test can look into it.
    pub(crate) fn recordings_folder(&self) -> Option<&Path> {
        match &self.server {
            Server::Embedded(inside) => Some(&inside.recordings),
            Server::Kurento(real) => Some(&real.recordings),
            Server::FreeSwitch(real) => Some(&real.recordings),
            Server::None
            | Server::Simulator(..)
            | Server::Janus(_)
            | Server::KurentoSimulator(..)
            | Server::FreeSwitchSimulator(_) => None,
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

    /// Waits until the backend cannot be used, for a reason that has these words.
    pub(crate) async fn is_down_because(&self, words: &str) {
        self.status(|status| matches!(status, Status::Down { message } if message.contains(words)))
            .await;
    }

    async fn status(&self, wanted: impl FnMut(&Status) -> bool) {
        let driver = self.server.driver().expect("there is a backend");
        let mut status = driver.status();
        let reached = timeout(PATIENCE, status.wait_for(wanted)).await;
        reached
            .expect("the status changes in time")
            .expect("the driver runs");
    }
}

const LIMITS: Limits = Limits {
    history: 256,
    history_time: Duration::from_secs(300),
    history_sessions: 10_000,
    watchers: 10_000,
};

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
