//! The one truth behind `/readyz` and gRPC health.

use std::time::Duration;

use tokio::{sync::watch, time::interval};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{Registry, Status},
    grpc::Health,
    http::Readiness,
};

/// How often media servers are looked at.
const PERIOD: Duration = Duration::from_millis(250);

/// Publishes whether the service should be given work.
#[derive(Debug)]
pub(super) struct Truth {
    backends: Registry,
    readiness: watch::Sender<Readiness>,
    health: watch::Sender<Health>,
}

impl Truth {
    pub(super) fn new(
        backends: Registry,
    ) -> (Self, watch::Receiver<Readiness>, watch::Receiver<Health>) {
        let (readiness, ready) = watch::channel(of(&backends));
        let accepting = true;
        let media = backends.is_ready();
        let (health, healthy) = watch::channel(Health { accepting, media });
        let truth = Self {
            backends,
            readiness,
            health,
        };
        (truth, ready, healthy)
    }

    /// Keeps it true until the service is `stopping`, and says so then.
    pub(super) async fn keep(self, stopping: CancellationToken) {
        let mut tick = interval(PERIOD);
        while stopping.run_until_cancelled(tick.tick()).await.is_some() {
            let media = self.backends.is_ready();
            let accepting = true;
            self.publish(of(&self.backends), Health { accepting, media });
        }
        let blocked = Readiness::blocked("service", "it is stopping");
        self.publish(blocked, Health::default());
    }

    fn publish(&self, readiness: Readiness, health: Health) {
        set(&self.readiness, readiness);
        set(&self.health, health);
    }
}

fn set<T: PartialEq>(sender: &watch::Sender<T>, value: T) {
    sender.send_if_modified(|current| {
        let changed = *current != value;
        *current = value;
        changed
    });
}

fn of(backends: &Registry) -> Readiness {
    if backends.is_ready() {
        return Readiness::ready();
    }
    backends
        .list()
        .fold(Readiness::ready(), |readiness, listing| {
            let component = format!("backend {}", listing.backend.name());
            let reason = match listing.status {
                Status::Down { message } => message,
                Status::Up { .. } => "it is draining".to_owned(),
            };
            readiness.and(component, reason)
        })
}
