//! Figures for operators, in the Prometheus text format.
//!
//! [`Metrics`] speaks the words of the domain; the families behind it stay private. It knows neither sessions nor
//! backends, only their words, so every layer may hold one.

mod families;
mod labels;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

use families::Families;

/// What becomes of an upload. Both are there from the start: a counter that appears with its first error has no rise.
const UPLOAD_RESULTS: [&str; 2] = ["ok", "error"];

/// The figures of one service. Clones are cheap and count into the same figures.
///
/// A backend's name is taken as `Into<Arc<str>>`: hand over a clone of a kept `Arc<str>` where it is hot.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    families: Families,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// The `Content-Type` of what [`Metrics::encode`] writes.
    pub const CONTENT_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// All figures at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("mediaplane");
        let families = Families::register(&mut registry);
        for result in UPLOAD_RESULTS {
            drop(families.uploads.get_or_create(&labels::Upload { result }));
        }
        Self(Arc::new(Inner { registry, families }))
    }

    /// Every figure as it stands, as OpenMetrics text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut page = String::with_capacity(16 * 1024);
        text::encode(&mut page, &self.0.registry).expect("writing to a string does not fail");
        page
    }

    /// An RPC was answered with `code` (`OK`, `NOT_FOUND` …) after `took`.
    pub fn rpc(
        &self,
        service: &'static str,
        method: &'static str,
        code: &'static str,
        took: Duration,
    ) {
        let families = &self.0.families;
        let result = labels::RpcResult {
            service,
            method,
            code,
        };
        families.rpc_requests.get_or_create(&result).inc();
        let rpc = labels::Rpc { service, method };
        families
            .rpc_duration
            .get_or_create(&rpc)
            .observe(took.as_secs_f64());
    }

    /// A session of this type began on `backend` (`none` for p2p).
    pub fn session_created(&self, r#type: &'static str, backend: impl Into<Arc<str>>) {
        let backend = backend.into();
        let session = labels::Session { r#type, backend };
        self.0
            .families
            .sessions_created
            .get_or_create(&session)
            .inc();
    }

    /// A session that was created `took` ago has its first description.
    pub fn session_answered(
        &self,
        r#type: &'static str,
        backend: impl Into<Arc<str>>,
        took: Duration,
    ) {
        let backend = backend.into();
        let session = labels::Session { r#type, backend };
        let latency = &self.0.families.session_create_duration;
        latency.get_or_create(&session).observe(took.as_secs_f64());
    }

    /// A session is in `state`, of this type and on this backend. Undone by [`Metrics::session_left`] with the same words.
    pub fn session_entered(
        &self,
        r#type: &'static str,
        backend: impl Into<Arc<str>>,
        state: &'static str,
    ) {
        let backend = backend.into();
        let place = labels::SessionState {
            r#type,
            backend,
            state,
        };
        self.0.families.sessions.get_or_create(&place).inc();
    }

    /// A session is no longer where [`Metrics::session_entered`] put it.
    pub fn session_left(
        &self,
        r#type: &'static str,
        backend: impl Into<Arc<str>>,
        state: &'static str,
    ) {
        let backend = backend.into();
        let place = labels::SessionState {
            r#type,
            backend,
            state,
        };
        self.0.families.sessions.get_or_create(&place).dec();
    }

    /// A session ended for `reason` (`USER_STOP`, `BACKEND_LOST` …).
    pub fn session_destroyed(&self, reason: &'static str) {
        let reason = labels::Reason { reason };
        self.0
            .families
            .sessions_destroyed
            .get_or_create(&reason)
            .inc();
    }

    /// A backend's final reply to `command` came after `took`; `result` is `ok` or the kind of error.
    pub fn backend_command(
        &self,
        backend: impl Into<Arc<str>>,
        command: &'static str,
        result: &'static str,
        took: Duration,
    ) {
        let families = &self.0.families;
        let command = labels::Command {
            backend: backend.into(),
            command,
        };
        let latency = families.backend_command_duration.get_or_create(&command);
        latency.observe(took.as_secs_f64());
        let labels::Command { backend, command } = command;
        let result = labels::CommandResult {
            backend,
            command,
            result,
        };
        families.backend_commands.get_or_create(&result).inc();
    }

    /// There is a backend of this name: its figures are there from the start, at 0 unless somebody has said more.
    pub fn backend_known(&self, backend: impl Into<Arc<str>>) {
        let backend = labels::Backend {
            backend: backend.into(),
        };
        let families = &self.0.families;
        drop(families.backend_up.get_or_create(&backend));
        drop(families.backend_sessions.get_or_create(&backend));
    }

    /// Whether the backend is connected.
    pub fn backend_up(&self, backend: impl Into<Arc<str>>, up: bool) {
        let backend = labels::Backend {
            backend: backend.into(),
        };
        self.0
            .families
            .backend_up
            .get_or_create(&backend)
            .set(i64::from(up));
    }

    /// How many sessions the backend carries.
    pub fn backend_sessions(&self, backend: impl Into<Arc<str>>, sessions: usize) {
        let backend = labels::Backend {
            backend: backend.into(),
        };
        let gauge = self.0.families.backend_sessions.get_or_create(&backend);
        gauge.set(as_gauge(sessions));
    }

    /// A WatchEvents stream was opened.
    pub fn watcher_opened(&self) {
        self.0.families.watchers.inc();
    }

    /// A WatchEvents stream ended.
    pub fn watcher_closed(&self) {
        self.0.families.watchers.dec();
    }

    /// `events` more wait in the queues of watchers.
    pub fn events_queued(&self, events: usize) {
        self.0.families.events_pending.inc_by(as_gauge(events));
    }

    /// `events` left the queues of watchers, sent or dropped.
    pub fn events_taken(&self, events: usize) {
        self.0.families.events_pending.dec_by(as_gauge(events));
    }

    /// A watcher was too slow and is told of a gap.
    pub fn event_gap(&self) {
        self.0.families.event_gaps.inc();
    }

    /// A destroyed session's history was dropped before its time, to make room.
    pub fn history_evicted(&self) {
        self.0.families.history_evictions.inc();
    }

    /// A candidate came too late to be passed on.
    pub fn candidate_dropped(&self) {
        self.0.families.candidates_dropped.inc();
    }

    /// An input was refused because `queue` was full.
    pub fn overloaded(&self, queue: &'static str) {
        let queue = labels::Queue { queue };
        self.0.families.overloaded.get_or_create(&queue).inc();
    }

    /// `packets` more were forwarded inside this process.
    pub fn media_packets_forwarded(&self, packets: u64) {
        self.0.families.media_packets_forwarded.inc_by(packets);
    }

    /// `packets` more were lost inside this process: the network or another thread did not take them.
    pub fn media_packets_dropped(&self, packets: u64) {
        self.0.families.media_packets_dropped.inc_by(packets);
    }

    /// A recording runs in this process. Undone by [`Metrics::recording_ended`].
    pub fn recording_begun(&self) {
        self.0.families.recordings.inc();
    }

    /// A recording of this process no longer runs.
    pub fn recording_ended(&self) {
        self.0.families.recordings.dec();
    }

    /// A recording wrote `bytes` more, and was too slow for `dropped` more packets.
    pub fn recorded(&self, bytes: u64, dropped: u64) {
        self.0.families.recorded_bytes.inc_by(bytes);
        self.0.families.recorder_dropped.inc_by(dropped);
    }

    /// A recording is to be uploaded. Undone by [`Metrics::upload_over`].
    pub fn upload_pending(&self) {
        self.0.families.uploads_pending.inc();
    }

    /// A recording is no longer to be uploaded.
    pub fn upload_over(&self) {
        self.0.families.uploads_pending.dec();
    }

    /// A recording has been uploaded, or not in time.
    pub fn uploaded(&self, arrived: bool) {
        let result = UPLOAD_RESULTS[usize::from(!arrived)];
        let labels = labels::Upload { result };
        self.0.families.uploads.get_or_create(&labels).inc();
    }
}

fn as_gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
