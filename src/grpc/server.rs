//! The stack around the services, in one place: transport, CORS, gRPC-Web, metrics, health, reflection.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;
use tonic::{codec::CompressionEncoding::Gzip, service::Routes, transport::Server};
use tower::{ServiceBuilder, util::option_layer};

use super::{
    backend,
    console::{Console, console},
    convert::Limits,
    convert::event::Teller,
    event::Events,
    health,
    health::Health,
    incoming::incoming,
    metrics::Metered,
    room,
    router::Router,
    session,
    web::Web,
};
use crate::{
    backend::Registry as Backends,
    config,
    event::Hub,
    proto::{
        FILE_DESCRIPTOR_SET, backend_service_server::BackendServiceServer,
        room_service_server::RoomServiceServer, session_service_server::SessionServiceServer,
    },
    room::Registry as Rooms,
    session::Sessions,
    telemetry::Metrics,
};

/// How long RPCs in flight may take once the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// What the services are made of.
#[derive(Clone)]
pub struct Parts {
    /// `[grpc]`.
    pub config: config::Grpc,
    /// The bounds of `[session]`.
    pub bounds: config::Session,
    /// The sessions.
    pub sessions: Arc<dyn Sessions>,
    /// The rooms.
    pub rooms: Rooms,
    /// The media servers.
    pub backends: Backends,
    /// The events.
    pub hub: Hub,
    /// The figures.
    pub metrics: Metrics,
    /// What health reports.
    pub health: watch::Receiver<Health>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Why serving failed.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The services, one set for every port that they are served on.
#[derive(Clone, Debug)]
pub struct Api {
    config: config::Grpc,
    metrics: Metrics,
    health: watch::Receiver<Health>,
    router: Router,
    shutdown: CancellationToken,
}

impl Api {
    /// The services, whose streams end at `shutdown`.
    #[must_use]
    pub fn new(parts: Parts, shutdown: CancellationToken) -> Self {
        Self {
            router: router(&parts, &shutdown),
            config: parts.config,
            metrics: parts.metrics,
            health: parts.health,
            shutdown,
        }
    }

    /// The services for pages of the service's own origin, which need no CORS. If it is `read_only` what changes anything
    /// is refused with `READ_ONLY`.
    #[must_use]
    pub fn console(&self, read_only: bool) -> Console {
        console(self.router.clone(), self.metrics.clone(), read_only)
    }
}

/// Serves on `listener` until the services' shutdown; then streams tell what has happened and end, and calls in flight get
/// some seconds to end.
///
/// # Errors
/// Those of the transport, and of descriptors that reflection cannot read.
pub async fn serve(listener: TcpListener, api: Api) -> Result<(), Error> {
    let Api {
        config,
        metrics,
        health: truth,
        mut router,
        shutdown,
    } = api;
    let web = config.grpc_web;
    let stack = ServiceBuilder::new()
        .layer(option_layer(web.then(|| Web::new(&config))))
        .layer(Metered(metrics));
    let (reporter, health) = tonic_health::server::health_reporter();
    let report = health::report(reporter, truth, shutdown.clone());
    let others = router
        .others
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(health);
    router.others = others.prepare();
    let connections = incoming(listener, config.max_connections);
    let server = Server::builder()
        .accept_http1(web)
        .http2_keepalive_interval(Some(config.keepalive_interval))
        .http2_keepalive_timeout(Some(config.keepalive_timeout))
        .max_concurrent_streams(Some(config.max_concurrent_streams))
        .layer(stack)
        .serve_with_incoming_shutdown(router, connections, shutdown.cancelled());
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    // Health is true before the first connection is served, so it is polled first.
    let serve = async { tokio::join!(biased; report, server).1 };
    tokio::select! {
        served = serve => served?,
        () = overdue => tracing::warn!("clients held RPCs open past the end of the service"),
    }
    Ok(())
}

/// Gives a generated server its message bounds and compression.
macro_rules! bounded {
    ($server:expr, $config:expr) => {{
        let server = $server.max_decoding_message_size($config.max_message_bytes);
        if $config.gzip {
            server.accept_compressed(Gzip).send_compressed(Gzip)
        } else {
            server
        }
    }};
}

fn router(parts: &Parts, shutdown: &CancellationToken) -> Router {
    let config = &parts.config;
    let limits = Limits::from(&parts.bounds);
    let (sessions, rooms) = (parts.sessions.clone(), parts.rooms.clone());
    let backends = parts.backends.clone();
    let sessions = session::Service {
        limits,
        sessions: sessions.clone(),
        rooms: rooms.clone(),
        events: Events {
            hub: parts.hub.clone(),
            sessions,
            teller: Teller {
                rooms: rooms.clone(),
                backends: backends.clone(),
            },
            shutdown: shutdown.clone(),
        },
    };
    let backends = backend::Service { limits, backends };
    let rooms = room::Service { limits, rooms };
    let others = Routes::new(bounded!(RoomServiceServer::new(rooms), config))
        .add_service(bounded!(BackendServiceServer::new(backends), config));
    Router {
        sessions: bounded!(SessionServiceServer::new(sessions), config),
        others: others.prepare(),
    }
}

fn reflection<'b>() -> tonic_reflection::server::Builder<'b> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
