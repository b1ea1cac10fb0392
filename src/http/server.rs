//! The accept loop of the operators' port.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::routes::{State, router};

/// Connections served at once; the next ones wait in the listener's backlog.
const MAX_CONNECTIONS: usize = 256;
/// How long a client may take for a request's head, or keep a connection idle: idle clients must not shut probes out.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the requests in flight may take once the service stops.
const GRACE: Duration = Duration::from_secs(1);
/// How long to leave a listener alone that cannot accept, as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers on `listener` until `shutdown`, then lets the requests in flight end within a second.
///
/// # Cancel safety
/// Dropping the future closes the listener; connections already accepted end by themselves.
pub async fn serve(listener: TcpListener, state: State, shutdown: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    let service = TowerToHyperService::new(router(state));
    let connections = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));

    while let Some(accepted) = shutdown
        .run_until_cancelled(accept(&listener, &slots))
        .await
    {
        let (stream, slot) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "the HTTP port cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an HTTP connection failed");
            }
            drop(slot);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, connections.shutdown())
        .await
        .is_err()
    {
        tracing::debug!("an HTTP request was cut off by the end of the service");
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    let (stream, _) = listener.accept().await?;
    // Events would wait for the page's delayed ACK otherwise.
    stream.set_nodelay(true)?;
    Ok((stream, slot))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::watch;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::http::Readiness;
    use crate::telemetry::Metrics;

    struct Server {
        address: SocketAddr,
        shutdown: CancellationToken,
        task: JoinHandle<()>,
    }

    async fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let shutdown = CancellationToken::new();
        let readiness = watch::channel(Readiness::ready()).1;
        let state = State {
            metrics: Metrics::new(),
            readiness,
            console: None,
        };
        let task = tokio::spawn(serve(listener, state, shutdown.clone()));
        Server {
            address,
            shutdown,
            task,
        }
    }

    async fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("connects");
        let request = format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sends");
        let mut response = String::new();
        stream.read_to_string(&mut response).await.expect("answers");
        response
    }

    #[tokio::test]
    async fn answers_until_it_is_told_to_stop() {
        let server = start().await;
        let response = get(server.address, "/livez").await;
        assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");

        server.shutdown.cancel();
        server.task.await.expect("ends without panic");
        assert!(
            TcpStream::connect(server.address).await.is_err(),
            "still listening"
        );
    }

    #[tokio::test]
    async fn idle_connections_do_not_hold_up_the_end() {
        let server = start().await;
        let mut idle = TcpStream::connect(server.address).await.expect("connects");
        get(server.address, "/livez").await;

        server.shutdown.cancel();
        server.task.await.expect("ends without panic");
        assert_eq!(idle.read(&mut [0; 1]).await.expect("closed"), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn silent_connections_do_not_shut_probes_out() {
        let server = start().await;
        let mut silent = Vec::new();
        for _ in 0..MAX_CONNECTIONS {
            silent.push(TcpStream::connect(server.address).await.expect("connects"));
        }
        let probe = tokio::spawn(get(server.address, "/livez"));
        let late = HEAD_TIMEOUT * 2;
        let response = tokio::time::timeout(late, probe)
            .await
            .expect("in time")
            .expect("answers");
        assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    }
}
