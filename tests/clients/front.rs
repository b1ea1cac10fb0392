//! What stands before a service in earnest: it ends TLS, and asks callers who they are.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
    serve::Listener,
};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tonic::{
    Code, Status,
    transport::{Channel, Endpoint},
};
use tonic_types::{ErrorDetails, StatusExt as _};
use tower::ServiceExt as _;

use crate::support::tls::certified;

/// A proxy with a certificate for `127.0.0.1`, signed by an authority of its own, that lets through who shows its token.
/// It stops when dropped.
pub(crate) struct Front {
    port: u16,
    token: String,
    folder: TempDir,
    serving: AbortHandle,
}

impl Front {
    /// Puts itself before the service at this address.
    pub(crate) async fn of(service: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tls = certified(&authority(&folder));
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let token = uuid::Uuid::new_v4().to_string();
        let inner = Endpoint::from_shared(format!("http://{service}")).expect("a URL");
        let door = Door {
            token: format!("Bearer {token}"),
            service: inner.connect_lazy(),
        };
        let router = Router::new().fallback(pass).with_state(door);
        let listener = Secured {
            listener,
            acceptor: TlsAcceptor::from(Arc::new(tls)),
        };
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            port,
            token,
            folder,
            serving: serving.abort_handle(),
        }
    }

    /// Its host and port. By a name it may have an address, too, where nobody listens.
    pub(crate) fn target(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The file with the certificate of its authority.
    pub(crate) fn authority(&self) -> PathBuf {
        authority(&self.folder)
    }

    /// The one that it knows.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn authority(folder: &TempDir) -> PathBuf {
    folder.path().join("authority.pem")
}

#[derive(Clone)]
struct Door {
    token: String,
    service: Channel,
}

/// Who shows no token is refused as by a web server, who shows a wrong one as by a proxy that speaks gRPC.
async fn pass(State(door): State<Door>, request: Request) -> Response {
    let kind = request.headers().get(CONTENT_TYPE).cloned();
    match request.headers().get(AUTHORIZATION) {
        None => (StatusCode::UNAUTHORIZED, "<h1>Authorization Required</h1>").into_response(),
        Some(shown) if shown.as_bytes() == door.token.as_bytes() => {
            let request = request.map(tonic::body::Body::new);
            let reply = door.service.oneshot(request).await;
            reply.map_or_else(
                |_| StatusCode::BAD_GATEWAY.into_response(),
                |reply| reply.map(Body::new),
            )
        }
        Some(_) => refusal(kind),
    }
}

/// Its reason is of another domain: not to be taken for one of the service.
fn refusal(kind: Option<HeaderValue>) -> Response {
    let details = ErrorDetails::with_error_info("TOKEN_UNKNOWN", "proxy.example.org", []);
    let words = "this token is not known: get a new one";
    let status = Status::with_error_details(Code::Unauthenticated, words, details);
    let mut reply = status.into_http::<Body>();
    if let Some(kind) = kind {
        reply.headers_mut().insert(CONTENT_TYPE, kind);
    }
    reply
}

struct Secured {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (client, address) = self.listener.accept().await.expect("it listens");
            // A client that does not trust the certificate ends the handshake.
            if let Ok(client) = self.acceptor.accept(client).await {
                return (client, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
