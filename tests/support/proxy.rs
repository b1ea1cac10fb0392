//! A line that a test can cut: a TCP proxy between the service and a media server.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A running proxy; dropping it cuts its connections and frees its port.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    line: Arc<Line>,
    _running: DropGuard,
}

#[derive(Debug)]
struct Line {
    upstream: SocketAddr,
    running: CancellationToken,
    frozen: watch::Sender<bool>,
    /// Cancelled when the line is cut, and then kept until it is restored.
    cut: Mutex<CancellationToken>,
    connections: AtomicUsize,
}

impl Proxy {
    /// Starts a proxy on a free port of 127.0.0.1 that forwards to `upstream`.
    pub(crate) async fn start(upstream: SocketAddr) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a local port can be bound");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let running = CancellationToken::new();
        let line = Arc::new(Line {
            upstream,
            running: running.clone(),
            frozen: watch::Sender::new(false),
            cut: Mutex::new(running.child_token()),
            connections: AtomicUsize::new(0),
        });
        let accepting = line.clone().accept(listener);
        tokio::spawn(line.running.clone().run_until_cancelled_owned(accepting));
        Proxy {
            address,
            line,
            _running: running.drop_guard(),
        }
    }

    /// Where to connect to; it never changes.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a WebSocket URL.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Connections that are forwarded or frozen now.
    pub(crate) fn connections(&self) -> usize {
        self.line.connections.load(Ordering::SeqCst)
    }

    /// Resets all connections, and new ones as soon as they are made.
    pub(crate) fn cut(&self) {
        self.line.token().cancel();
    }

    /// Lets new connections through again after [`Proxy::cut`].
    pub(crate) fn restore(&self) {
        let mut cut = self.line.cut.lock().expect("no holder panics");
        if cut.is_cancelled() {
            *cut = self.line.running.child_token();
        }
    }

    /// Keeps all connections, and accepts new ones, but forwards nothing.
    pub(crate) fn freeze(&self) {
        self.line.frozen.send_replace(true);
    }

    /// Forwards again, also what was held back since [`Proxy::freeze`].
    pub(crate) fn thaw(&self) {
        self.line.frozen.send_replace(false);
    }
}

impl Line {
    async fn accept(self: Arc<Line>, listener: TcpListener) {
        loop {
            // The listener stays bound through a cut, so that the port stays ours.
            let (client, _) = listener.accept().await.expect("a listening socket accepts");
            tokio::spawn(self.clone().serve(client));
        }
    }

    async fn serve(self: Arc<Line>, mut client: TcpStream) {
        let cut = self.token();
        self.connections.fetch_add(1, Ordering::SeqCst);
        if let Some(Some(mut server)) = cut.run_until_cancelled(self.connect()).await {
            let forwarding = self.forward(&mut client, &mut server);
            if cut.run_until_cancelled(forwarding).await.is_none() {
                reset(&server);
            }
        }
        if cut.is_cancelled() {
            reset(&client);
        }
        self.connections.fetch_sub(1, Ordering::SeqCst);
    }

    /// Connects to the server as soon as the line is not frozen; None if the server does not listen.
    async fn connect(&self) -> Option<TcpStream> {
        let mut frozen = self.frozen.subscribe();
        frozen.wait_for(|frozen| !frozen).await.ok()?;
        TcpStream::connect(self.upstream).await.ok()
    }

    /// Copies both ways until either side has ended the connection.
    async fn forward(&self, client: &mut TcpStream, server: &mut TcpStream) {
        let mut frozen = self.frozen.subscribe();
        let mut copying = pin!(copy_bidirectional(client, server));
        loop {
            let is_frozen = *frozen.borrow_and_update();
            tokio::select! {
                _ = &mut copying, if !is_frozen => return,
                changed = frozen.changed() => changed.expect("the line holds the sender"),
            }
        }
    }

    fn token(&self) -> CancellationToken {
        self.cut.lock().expect("no holder panics").clone()
    }
}

/// Makes closing send a reset, so that the other side sees a broken line and not a goodbye.
fn reset(socket: &TcpStream) {
    socket
        .set_zero_linger()
        .expect("an open socket takes options");
}
