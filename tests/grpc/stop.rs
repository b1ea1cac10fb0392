//! The end of the service.

use std::time::Duration;

use mediaplane::{
    app::Drivers,
    config::{Config, Service as Process},
    proto::{WatchEventsRequest, event::Kind, watch_events_request as watch},
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::service::{Service, caller, config, reason};

fn all() -> WatchEventsRequest {
    WatchEventsRequest {
        scope: Some(watch::Scope::All(watch::All {})),
        ..Default::default()
    }
}

#[tokio::test]
async fn watchers_are_told_of_the_end_before_their_stream_ends() {
    let service = Service::start().await;
    let mut events = service.watch(all()).await;
    let id = service.create(caller()).await;
    let Service { app, channel } = service;
    drop(channel);
    let stopping = tokio::spawn(app.shutdown());
    let end = events
        .until(|kind| match kind {
            Kind::Destroyed(end) => Some(end),
            _ => None,
        })
        .await;
    assert_eq!(
        (end.reason.as_str(), end.code),
        ("SERVER_SHUTDOWN", 300_100)
    );
    assert!(events.item().await.is_none());
    assert_eq!(
        stopping.await.expect("no panic"),
        0,
        "{id} was not released"
    );
}

#[tokio::test]
async fn live_sessions_may_end_by_themselves_while_new_ones_are_refused() {
    let patient = Config {
        service: Process {
            shutdown_deadline: Duration::from_secs(600),
            ..Process::default()
        },
        ..config()
    };
    let service = Service::of(patient, Drivers::default()).await;
    let id = service.create(caller()).await;
    let mut health = HealthClient::new(service.channel.clone());
    let mut sessions = service.sessions();
    let service_name = "mediaplane.v1.SessionService".to_owned();
    let mut changes = health
        .watch(HealthCheckRequest {
            service: service_name,
        })
        .await
        .expect("known")
        .into_inner();
    let first = changes
        .message()
        .await
        .expect("no error")
        .expect("a status");
    assert_eq!(first.status(), ServingStatus::Serving);

    let Service { app, channel } = service;
    let stopping = tokio::spawn(app.shutdown());
    let second = changes
        .message()
        .await
        .expect("no error")
        .expect("a status");
    assert_eq!(second.status(), ServingStatus::NotServing);
    // Readiness goes first; new sessions are refused right after.
    let refused = loop {
        match sessions.create_session(caller()).await {
            Ok(created) => destroy(&mut sessions, created.into_inner().session_id).await,
            Err(refused) => break refused,
        }
    };
    assert_eq!(reason(&refused).0, "SERVER_SHUTDOWN");
    assert!(!stopping.is_finished());
    destroy(&mut sessions, id).await;
    drop((sessions, health, channel));
    assert_eq!(stopping.await.expect("no panic"), 0);
}

async fn destroy(
    sessions: &mut mediaplane::proto::session_service_client::SessionServiceClient<
        tonic::transport::Channel,
    >,
    session_id: String,
) {
    let request = mediaplane::proto::DestroySessionRequest {
        session_id,
        ..Default::default()
    };
    sessions.destroy_session(request).await.expect("destroyed");
}
