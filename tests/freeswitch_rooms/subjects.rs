//! A domain service with a real FreeSWITCH behind it, wired as the program does it.

use std::time::Duration;

use mediaplane::{
    Error, Reason,
    backend::{self, registry::Configured},
    event::{Hub, Labels, Limits, Scope, Watch, WatchRequest},
    id::{RoomId, SessionId},
    media::Description,
    room,
    session::{self, Caller, Command, Create, Created, Reply, Sessions},
    telemetry::Metrics,
};
use serde_json::Value;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    driver::RealFreeSwitch,
    session::Session,
    support::freeswitch::{Look, address},
};

/// How long what must come may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

const LIMITS: Limits = Limits {
    history: 256,
    history_time: Duration::from_secs(300),
    history_sessions: 1000,
    watchers: 1000,
};

/// One conference at a time: a picture that comes late is not one that is wrong.
static TURN: Mutex<()> = Mutex::const_new(());

/// The service.
pub(crate) struct Subject {
    sessions: session::Registry,
    pub(crate) rooms: room::Registry,
    hub: Hub,
    pub(crate) server: RealFreeSwitch,
    shutdown: CancellationToken,
    _turn: MutexGuard<'static, ()>,
}

impl Subject {
    /// Starts it; none, and a line that says so, where the environment names no FreeSWITCH.
    pub(crate) async fn start() -> Option<Subject> {
        if address().is_none() {
            eprintln!(
                "SKIPPED: MEDIAPLANE_TEST_FREESWITCH names no FreeSWITCH (`host:8021`, its event socket)"
            );
            return None;
        }
        let turn = TURN.lock().await;
        let shutdown = CancellationToken::new();
        let server = RealFreeSwitch::start("rooms", |_| {}, &shutdown).await;
        let metrics = Metrics::new();
        let configured = Configured {
            backend: server.driver.clone(),
            priority: 0,
            max_sessions: 0,
        };
        let backends = backend::Registry::new(vec![configured], &metrics);
        let hub = Hub::new(LIMITS, metrics.clone());
        let rooms = room::Registry::new(room::Settings::default(), backends.clone(), hub.clone());
        let sessions = session::Registry::new(session::Parts {
            settings: session::Settings::default(),
            history_time: LIMITS.history_time,
            history_sessions: LIMITS.history_sessions,
            hub: hub.clone(),
            backends,
            rooms: rooms.clone(),
            metrics,
        });
        tokio::spawn(sessions.clone().keep_house(shutdown.clone()));
        Some(Subject {
            sessions,
            rooms,
            hub,
            server,
            shutdown,
            _turn: turn,
        })
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> Caller {
        Caller::anonymous(None)
    }

    /// The service as others see it.
    pub(crate) fn service(&self) -> &dyn Sessions {
        &self.sessions
    }

    /// The events of one session or room from its beginning on.
    pub(crate) fn watch(&self, scope: Scope) -> Watch {
        let watching = self.hub.watch(WatchRequest {
            scope,
            types: std::collections::HashSet::default(),
            labels: Labels::default(),
            after_sequence: 0,
            snapshot: false,
            from_now: false,
        });
        watching.expect("a watch is free")
    }

    /// Asks something of a session.
    pub(crate) async fn command(&self, id: &SessionId, command: Command) -> Result<Reply, Error> {
        self.service().command(&self.caller(), id, command).await
    }

    /// Begins a session and waits for its first description.
    pub(crate) async fn create(&self, create: Create) -> Result<(Session<'_>, Description), Error> {
        let create = Create {
            wait_reply: true,
            ..create
        };
        let Created { info, reply } = self.service().create(&self.caller(), create).await?;
        let (_, description) = reply.expect("the reply was asked for");
        Ok((Session::new(self, info.session_id), description))
    }

    /// The conference of a room as the server has it, if it does.
    pub(crate) async fn conference(&self, room: &RoomId) -> Option<Value> {
        let mut look = Look::at(&self.server.address).await;
        let listed = look.api("conference json_list").await;
        let all: Vec<Value> = serde_json::from_str(&listed).expect("a list of conferences");
        let begin = format!("mp-{room}-");
        let is_it = |one: &Value| {
            let name = one["conference_name"].as_str();
            name.is_some_and(|name| name.starts_with(&begin))
        };
        all.into_iter().find(is_it)
    }

    /// Waits until a room has no conference on the server.
    pub(crate) async fn conference_ends(&self, room: &RoomId) {
        let deadline = Instant::now() + PATIENCE;
        while let Some(conference) = self.conference(room).await {
            assert!(Instant::now() < deadline, "it goes on: {conference:#}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends all sessions and rooms, and checks that nothing is left of them.
    pub(crate) async fn end(self) {
        let left = self.sessions.shutdown(Instant::now() + PATIENCE).await;
        assert_eq!(left, 0, "sessions do not end");
        let (rooms, _) = self.rooms.list(&room::Filter::default(), 1000, None);
        for room in rooms {
            let destroyed = self
                .rooms
                .destroy(&room.room_id, Reason::RoomDestroyed, "the end");
            destroyed.await.expect("a room can be destroyed");
            self.conference_ends(&room.room_id).await;
        }
        self.server.holds_nothing().await;
        self.shutdown.cancel();
        let stopped = timeout(PATIENCE, self.server.driver.stopped()).await;
        stopped.expect("the driver leaves in time");
    }
}
