//! The metric families and their registration: each name, help text and bucket stands here once.

use std::fmt::Debug;
use std::hash::Hash;

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::TypedMetric;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::labels;

/// Upper bounds in seconds, from the p2p core's tens of microseconds to a media server's deadline.
const LATENCY: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];

pub(super) type Latency<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Debug)]
pub(super) struct Families {
    pub(super) rpc_requests: Family<labels::RpcResult, Counter>,
    pub(super) rpc_duration: Latency<labels::Rpc>,
    pub(super) sessions: Family<labels::SessionState, Gauge>,
    pub(super) sessions_created: Family<labels::Session, Counter>,
    pub(super) sessions_destroyed: Family<labels::Reason, Counter>,
    pub(super) session_create_duration: Latency<labels::Session>,
    pub(super) backend_commands: Family<labels::CommandResult, Counter>,
    pub(super) backend_command_duration: Latency<labels::Command>,
    pub(super) backend_up: Family<labels::Backend, Gauge>,
    pub(super) backend_sessions: Family<labels::Backend, Gauge>,
    pub(super) watchers: Gauge,
    pub(super) events_pending: Gauge,
    pub(super) event_gaps: Counter,
    pub(super) history_evictions: Counter,
    pub(super) candidates_dropped: Counter,
    pub(super) overloaded: Family<labels::Queue, Counter>,
    pub(super) media_packets_forwarded: Counter,
    pub(super) media_packets_dropped: Counter,
    pub(super) recordings: Gauge,
    pub(super) recorded_bytes: Counter,
    pub(super) recorder_dropped: Counter,
    pub(super) uploads_pending: Gauge,
    pub(super) uploads: Family<labels::Upload, Counter>,
}

impl Families {
    /// Makes every family and registers it under the prefix `mediaplane`.
    pub(super) fn register(registry: &mut Registry) -> Self {
        let mut to = Registrar(registry);
        Self {
            rpc_requests: to.metric("rpc_requests", "RPCs answered, by gRPC code"),
            rpc_duration: to.latency("rpc_duration_seconds", "Time to answer an RPC"),
            sessions: to.metric("sessions", "Sessions now, by type, backend and state"),
            sessions_created: to.metric("sessions_created", "Sessions created"),
            sessions_destroyed: to.metric("sessions_destroyed", "Sessions ended, by reason"),
            session_create_duration: to.latency(
                "session_create_duration_seconds",
                "Time from CreateSession to the session's first description",
            ),
            backend_commands: to.metric("backend_commands", "Commands to backends, by result"),
            backend_command_duration: to.latency(
                "backend_command_duration_seconds",
                "Time from a command to the backend's final reply",
            ),
            backend_up: to.metric("backend_up", "1 while the backend is connected, else 0"),
            backend_sessions: to.metric("backend_sessions", "Sessions placed on the backend"),
            watchers: to.metric("watchers", "Open WatchEvents streams"),
            events_pending: to.metric("events_pending", "Events queued for watchers"),
            event_gaps: to.metric("event_gaps", "Gaps told to watchers that were too slow"),
            history_evictions: to
                .metric("history_evictions", "Histories dropped before their time"),
            candidates_dropped: to.metric("candidates_dropped", "Candidates that came too late"),
            overloaded: to.metric("overloaded", "Inputs refused because a queue was full"),
            media_packets_forwarded: to.metric(
                "media_packets_forwarded",
                "RTP packets that the embedded backend sent on",
            ),
            media_packets_dropped: to.metric(
                "media_packets_dropped",
                "Datagrams that the embedded backend could not send, or not hand from thread to thread",
            ),
            recordings: to.metric("recordings", "Recordings that run in this process"),
            recorded_bytes: to.metric("recorded_bytes", "Bytes of recordings written"),
            recorder_dropped: to.metric(
                "recorder_dropped_packets",
                "Packets that recordings were too slow for",
            ),
            uploads_pending: to.metric(
                "uploads_pending",
                "Recordings that are uploaded or wait for it",
            ),
            uploads: to.metric("uploads", "Recordings uploaded, by result"),
        }
    }
}

struct Registrar<'r>(&'r mut Registry);

impl Registrar<'_> {
    fn metric<M>(&mut self, name: &str, help: &str) -> M
    where
        M: EncodeMetric + TypedMetric + Default + Clone + Debug + Send + Sync + 'static,
    {
        self.registered(name, help, M::default())
    }

    fn latency<L>(&mut self, name: &str, help: &str) -> Latency<L>
    where
        L: EncodeLabelSet + Clone + Eq + Hash + Debug + Send + Sync + 'static,
    {
        self.registered(name, help, Family::new_with_constructor(latency))
    }

    fn registered<M>(&mut self, name: &str, help: &str, metric: M) -> M
    where
        M: EncodeMetric + Clone + Debug + Send + Sync + 'static,
    {
        self.0.register(name, help, metric.clone());
        metric
    }
}

fn latency() -> Histogram {
    Histogram::new(LATENCY)
}
