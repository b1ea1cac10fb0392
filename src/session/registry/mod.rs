//! All sessions: found by id, created once, told to end together.

mod begin;
mod ended;
mod service;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::{Mutex, RwLock};
use tokio::time::{Instant, timeout_at};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Settings, Status,
    command::Command,
    handle::{Handle, not_found},
};
use crate::{
    backend,
    error::{Reason, Result},
    event::Hub,
    id::SessionId,
    room,
    telemetry::Metrics,
};
use ended::Ended;

/// How often what has had its time is looked for: histories, ended sessions, empty rooms.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// What the registry works with.
#[derive(Debug)]
pub struct Parts {
    /// Limits and default times.
    pub settings: Settings,
    /// How long ended sessions are remembered.
    pub history_time: Duration,
    /// How many of them.
    pub history_sessions: usize,
    /// Where events go.
    pub hub: Hub,
    /// The media servers.
    pub backends: backend::Registry,
    /// The rooms.
    pub rooms: room::Registry,
    /// The figures.
    pub metrics: Metrics,
}

/// All sessions. Clones are handles to the same ones.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Parts,
    settings: Arc<Settings>,
    live: RwLock<BTreeMap<SessionId, Handle>>,
    ended: Mutex<Ended>,
    tasks: TaskTracker,
    closing: AtomicBool,
}

impl Registry {
    /// No sessions yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let settings = Arc::new(parts.settings);
        let (live, ended, tasks, closing) = Default::default();
        Self(Arc::new(Inner {
            parts,
            settings,
            live,
            ended,
            tasks,
            closing,
        }))
    }

    /// Forgets what has had its time, until `shutdown`.
    pub async fn keep_house(self, shutdown: CancellationToken) {
        let mut tick = tokio::time::interval(HOUSEKEEPING);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            let now = Instant::now();
            self.0.parts.hub.expire(now);
            self.forget_ended(now);
            self.rooms().expire(now).await;
        }
    }

    /// Refuses new sessions from now on.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::Relaxed);
    }

    /// How many sessions live.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.live.read().len()
    }

    /// Waits, after [`Registry::close`], until every session has ended by itself.
    pub async fn drained(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Ends all sessions and waits until each has released its leg, or until `deadline`.
    ///
    /// Returns how many have not.
    pub async fn shutdown(&self, deadline: Instant) -> usize {
        self.close();
        let handles: Vec<Handle> = self.0.live.read().values().cloned().collect();
        let reason = Reason::ServerShutdown;
        let ends = handles.iter().map(|handle| {
            let message = "the service is stopping".to_owned();
            handle.command(Command::Destroy { reason, message }, Some(deadline))
        });
        let all = async {
            futures_util::future::join_all(ends).await;
            self.drained().await;
        };
        match timeout_at(deadline, all).await {
            Ok(()) => 0,
            Err(_) => self.0.tasks.len(),
        }
    }

    pub(super) fn rooms(&self) -> &room::Registry {
        &self.0.parts.rooms
    }

    pub(super) fn backends(&self) -> &backend::Registry {
        &self.0.parts.backends
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.parts.metrics
    }

    pub(super) fn find(&self, id: &SessionId) -> Result<Handle> {
        self.0
            .live
            .read()
            .get(id)
            .cloned()
            .ok_or_else(|| not_found(id))
    }

    pub(super) fn entered(&self, handle: &Handle, status: Status) {
        let (kind, backend) = handle.machine().labels();
        self.metrics().session_created(kind, backend.clone());
        self.metrics()
            .session_entered(kind, backend, status.as_str());
    }

    pub(super) fn moved(&self, handle: &Handle, from: Status, to: Status) {
        let (kind, backend) = handle.machine().labels();
        let metrics = self.metrics();
        metrics.session_left(kind, backend.clone(), from.as_str());
        if let Some(end) = handle.machine().end() {
            metrics.session_destroyed(end.reason().as_str());
            tracing::info!(
                session_id = %handle.id(),
                reason = end.reason().as_str(),
                cause = end.message(),
                "session ended"
            );
            return;
        }
        metrics.session_entered(kind, backend.clone(), to.as_str());
        let described = matches!(
            (from, to),
            (
                Status::Starting | Status::WaitOffer,
                Status::WaitAnswer | Status::Ready
            )
        );
        if described {
            let took = handle.machine().began().elapsed();
            metrics.session_answered(kind, backend, took);
        }
    }

    /// Moves a session from the living to the remembered.
    pub(super) fn ended(&self, handle: &Handle) {
        self.remove(handle);
        self.0.parts.hub.end(handle.log().clone());
        let now = Instant::now();
        let mut ended = self.0.ended.lock();
        ended.by_id.insert(handle.id().clone(), handle.clone());
        ended.order.push_back((now, handle.clone()));
        while ended.order.len() > self.0.parts.history_sessions {
            ended.forget_oldest();
        }
    }

    fn forget_ended(&self, now: Instant) {
        let mut ended = self.0.ended.lock();
        let time = self.0.parts.history_time;
        while ended
            .order
            .front()
            .is_some_and(|(at, _)| now.duration_since(*at) >= time)
        {
            ended.forget_oldest();
        }
    }

    fn remove(&self, handle: &Handle) {
        let mut live = self.0.live.write();
        if live
            .get(handle.id())
            .is_some_and(|current| current.is_same(handle))
        {
            live.remove(handle.id());
        }
    }
}
