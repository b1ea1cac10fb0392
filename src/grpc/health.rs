//! gRPC health: what is SERVING, service by service.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::proto::{
    backend_service_server::SERVICE_NAME as BACKENDS, room_service_server::SERVICE_NAME as ROOMS,
    session_service_server::SERVICE_NAME as SESSIONS,
};

/// What the service takes just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// New sessions are taken.
    pub accepting: bool,
    /// A media server that takes sessions is up, or none is configured.
    pub media: bool,
}

impl Health {
    fn statuses(self) -> [(&'static str, bool); 4] {
        [
            ("", self.accepting && self.media),
            (SESSIONS, self.accepting),
            (BACKENDS, self.accepting),
            (ROOMS, self.accepting && self.media),
        ]
    }
}

/// Reports `truth` until `shutdown`, which ends the streams of those who watch it.
pub(super) async fn report(
    mut reporter: HealthReporter,
    mut truth: watch::Receiver<Health>,
    shutdown: CancellationToken,
) {
    loop {
        let statuses = truth.borrow_and_update().statuses();
        for (service, serving) in statuses {
            let status = if serving {
                ServingStatus::Serving
            } else {
                ServingStatus::NotServing
            };
            reporter.set_service_status(service, status).await;
        }
        match shutdown.run_until_cancelled(truth.changed()).await {
            Some(Ok(())) => {}
            // The last word stands.
            Some(Err(_)) => shutdown.cancelled().await,
            None => break,
        }
    }
    for (service, _) in Health::default().statuses() {
        reporter.clear_service_status(service).await;
    }
}
