//! What carries the messages: a UDP socket, or TCP connections that either side opens.
//!
//! Sockets are made here, not by the SIP library, which would hide that a port is taken, and that a server cannot be reached.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use rsipstack::{
    EndpointBuilder,
    sip::{Request, Transport},
    transaction::{
        Endpoint, Transaction, TransactionReceiver,
        key::{TransactionKey, TransactionRole},
    },
    transport::{
        SipAddr, SipConnection, TransportLayer,
        tcp::TcpConnection,
        udp::{UdpConnection, UdpInner},
    },
};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::{
    net::{TcpListener, TcpStream, UdpSocket, lookup_host},
    sync::Mutex,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::super::{
    config::{Config, SipTransport},
    error::Error,
};

/// How many TCP connections there may be.
const MAX_CONNECTIONS: usize = 256;

/// How much may come at once by UDP, before it is read.
const RECEIVE_BUFFER: usize = 4 << 20;

/// The way to FreeSWITCH.
pub(super) struct Wire {
    endpoint: Endpoint,
    server: String,
    connect_timeout: Duration,
    carrier: Carrier,
}

enum Carrier {
    Udp {
        socket: SipConnection,
        is_ipv4: bool,
    },
    /// The connection that this side has opened last.
    Tcp(Mutex<Option<Way>>),
}

/// Why there is no connection, in words.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// A connection, and who is at its other end.
pub(super) type Way = (SipConnection, SocketAddr);

impl Wire {
    /// Opens the port. Whatever runs for it is one of `tasks`, and ends with `shutdown`.
    pub(super) async fn open(
        config: &Config,
        shutdown: &CancellationToken,
        tasks: &TaskTracker,
    ) -> io::Result<(Arc<Self>, TransactionReceiver)> {
        let listen = config.sip_listen.unwrap_or(config.sip_contact);
        let layer = TransportLayer::new(shutdown.child_token());
        // A call may ring for long without a word: dead connections are found by the probes of TCP.
        layer.set_stream_idle_timeout(Duration::ZERO);
        let (carrier, listener) = match config.sip_transport {
            SipTransport::Udp => {
                let socket = udp(listen, shutdown).await?;
                layer.add_transport(socket.clone());
                let is_ipv4 = listen.is_ipv4();
                (Carrier::Udp { socket, is_ipv4 }, None)
            }
            SipTransport::Tcp => {
                let listener = TcpListener::bind(listen).await?;
                (Carrier::Tcp(Mutex::default()), Some(listener))
            }
        };
        let endpoint = EndpointBuilder::new()
            .with_cancel_token(shutdown.child_token())
            .with_transport_layer(layer)
            .with_user_agent(concat!("mediaplane/", env!("CARGO_PKG_VERSION")))
            .build();
        let incoming = endpoint.incoming_transactions().map_err(io::Error::other)?;
        let inner = Arc::clone(&endpoint.inner);
        tasks.spawn(async move { inner.serve().await });
        let wire = Arc::new(Self {
            endpoint,
            server: config.sip.clone(),
            connect_timeout: config.connect_timeout,
            carrier,
        });
        if let Some(listener) = listener {
            let (wire, shutdown) = (Arc::clone(&wire), shutdown.clone());
            tasks.spawn(async move {
                shutdown.run_until_cancelled(wire.accept(listener)).await;
            });
        }
        Ok((wire, incoming))
    }

    /// A way to the server; by TCP the one that stands, or a new one.
    pub(super) async fn reach(&self) -> Result<Way, Error> {
        let reached = timeout(self.connect_timeout, self.find()).await;
        let reached = reached.unwrap_or_else(|_| Err("no connection in time".into()));
        reached.map_err(|error| Error::Unreachable(format!("{}: {error}", self.server)))
    }

    async fn find(&self) -> Result<Way, Trouble> {
        match &self.carrier {
            Carrier::Udp { socket, is_ipv4 } => {
                let fits = |address: &SocketAddr| address.is_ipv4() == *is_ipv4;
                let mut found = lookup_host(&self.server).await?;
                let server = found.find(fits).ok_or("it has no fitting address")?;
                Ok((socket.clone(), server))
            }
            Carrier::Tcp(current) => {
                let mut current = current.lock().await;
                if let Some(way) = current.as_ref().filter(|way| !lost(&way.0).is_cancelled()) {
                    return Ok(way.clone());
                }
                let stream = TcpStream::connect(&self.server).await?;
                let server = stream.peer_addr()?;
                let connection = self.adopt(stream)?;
                Ok(current.insert((connection, server)).clone())
            }
        }
    }

    /// A request that is to be sent that way.
    pub(super) fn client(&self, request: Request, way: &Way) -> Result<Transaction, Error> {
        let key = TransactionKey::from_request(&request, TransactionRole::Client);
        let key = key.map_err(|error| Error::Malformed(error.to_string()))?;
        let (connection, server) = way.clone();
        let endpoint = Arc::clone(&self.endpoint.inner);
        let mut transaction = Transaction::new_client(key, request, endpoint, Some(connection));
        transaction.destination = Some(address(self.transport(), server));
        Ok(transaction)
    }

    fn transport(&self) -> Transport {
        match self.carrier {
            Carrier::Udp { .. } => Transport::Udp,
            Carrier::Tcp(_) => Transport::Tcp,
        }
    }

    async fn accept(&self, listener: TcpListener) {
        loop {
            let adopted = match listener.accept().await {
                Ok((stream, peer)) => self.adopt(stream).map_err(|error| (Some(peer), error)),
                Err(error) => Err((None, error.into())),
            };
            if let Err((peer, error)) = adopted {
                tracing::warn!(?peer, error, "a SIP connection is not accepted");
                // Without file descriptors it would fail again at once.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// Lets the SIP library read a connection.
    fn adopt(&self, stream: TcpStream) -> Result<SipConnection, Trouble> {
        let layer = &self.endpoint.inner.transport_layer;
        if layer.connections_count() >= MAX_CONNECTIONS {
            return Err("there are too many connections".into());
        }
        let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(30));
        let keepalive = keepalive.with_interval(Duration::from_secs(10));
        let tuned = SockRef::from(&stream).set_tcp_keepalive(&keepalive.with_retries(3));
        let tuned = tuned.and_then(|()| stream.set_nodelay(true));
        let local = tuned.and_then(|()| stream.local_addr());
        let local = local?;
        let token = CancellationToken::new();
        let connection =
            TcpConnection::from_stream(stream, address(Transport::Tcp, local), Some(token));
        let connection = SipConnection::Tcp(connection?);
        layer.add_connection(connection.clone());
        Ok(connection)
    }

    #[cfg(test)]
    pub(super) fn transactions(&self) -> usize {
        self.endpoint.inner.get_stats().running_transactions
    }

    /// What is kept for messages that come late, and of timers.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        let stats = self.endpoint.inner.get_stats();
        let kept = stats.finished_transactions + stats.waiting_ack;
        kept + self.endpoint.inner.timers.len()
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let carrier = match self.carrier {
            Carrier::Udp { .. } => "UDP",
            Carrier::Tcp(_) => "TCP",
        };
        write!(f, "{carrier} to {}", self.server)
    }
}

/// Cancelled as soon as a connection has ended.
pub(super) fn lost(connection: &SipConnection) -> CancellationToken {
    connection.cancel_token().unwrap_or_default()
}

fn address(transport: Transport, address: SocketAddr) -> SipAddr {
    SipAddr::new(transport, address.into())
}

async fn udp(listen: SocketAddr, shutdown: &CancellationToken) -> io::Result<SipConnection> {
    let socket = Socket::new(
        Domain::for_address(listen),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.set_nonblocking(true)?;
    socket.bind(&listen.into())?;
    let socket = UdpSocket::from_std(socket.into())?;
    let inner = UdpInner {
        addr: address(Transport::Udp, socket.local_addr()?),
        conn: Arc::new(socket),
    };
    let connection = UdpConnection::attach(inner, None, Some(shutdown.child_token())).await;
    Ok(SipConnection::Udp(connection))
}
