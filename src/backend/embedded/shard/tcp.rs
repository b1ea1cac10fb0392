//! Media over TCP, for clients whose networks let no UDP through (RFC 6544): the client connects, and each datagram has
//! its length before it (RFC 4571).
//!
//! A connection is accepted beside the media threads. Its first frame is a connectivity check, whose name tells the shard
//! that the connection is handed to.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::ice::StunMessage;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{Shard, Worker, run::Arrived};
use crate::backend::embedded::plane::{Transmit, shard_of};

/// Connections at a time; the next one is accepted when another closes.
const MAX_CONNECTIONS: usize = 4096;

/// How long a client may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(5);

/// Datagrams that may wait for one client; more are lost, as on any network.
const QUEUE: usize = 256;

/// The longest frame that is read, in bytes.
const FRAME: usize = 2048;

/// A connection that has said who it is.
pub(super) struct Accepted {
    stream: std::net::TcpStream,
    /// The index of the address that it was made to, for [`Worker`].
    pub(super) socket: usize,
    pub(super) peer: SocketAddr,
    first: Vec<u8>,
    permit: OwnedSemaphorePermit,
}

/// Accepts connections until `shutdown`.
pub(super) async fn accept(
    listener: TcpListener,
    socket: usize,
    shards: Vec<Shard>,
    shutdown: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let shards = Arc::new(shards);
    let accepting = async {
        loop {
            let permit = places.clone().acquire_owned().await;
            let permit = permit.expect("the semaphore is never closed");
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let handed = hand_over(stream, socket, peer, permit, shards.clone());
                    tokio::spawn(timeout(PATIENCE, handed));
                }
                Err(error) => {
                    tracing::warn!(%error, "a TCP connection for media could not be accepted");
                    // The usual cause is that there are too many open files: it does not pass at once.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = shutdown.cancelled() => {}
    }
}

/// Gives a connection to the shard that it is for; one that is for none is closed.
async fn hand_over(
    mut stream: TcpStream,
    socket: usize,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    shards: Arc<Vec<Shard>>,
) {
    let Ok(first) = read_frame(&mut stream).await else {
        return;
    };
    let parsed = StunMessage::parse(&first).ok();
    let name = parsed.as_ref().and_then(StunMessage::split_username);
    let Some(shard) = name.and_then(|(name, _)| shard_of(name)) else {
        return;
    };
    let (Some(shard), Ok(stream)) = (shards.get(usize::from(shard)), stream.into_std()) else {
        return;
    };
    let accepted = Accepted {
        stream,
        socket,
        peer,
        first,
        permit,
    };
    // A shard that has stopped takes none, and the connection closes.
    let _ = shard.call(move |worker| worker.adopt(accepted)).await;
}

async fn read_frame(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let length = usize::from(stream.read_u16().await?);
    if length > FRAME {
        let words = "a frame is longer than any datagram of media";
        return Err(io::Error::new(io::ErrorKind::InvalidData, words));
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame).await?;
    Ok(frame)
}

/// The connections of a shard, by the index of their address and the client's address.
#[derive(Default)]
pub(super) struct Connections(HashMap<(usize, SocketAddr), Connection>);

struct Connection {
    queue: mpsc::Sender<Vec<u8>>,
    tasks: [JoinHandle<()>; 2],
    _permit: OwnedSemaphorePermit,
}

impl Drop for Connection {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Connections {
    /// Queues a datagram for a client; whether it was taken.
    pub(super) fn send(&self, transmit: &Transmit) -> bool {
        let to = (transmit.socket, transmit.destination);
        let Some(connection) = self.0.get(&to) else {
            return false;
        };
        let Ok(length) = u16::try_from(transmit.contents.len()) else {
            return false;
        };
        let frame = [&length.to_be_bytes()[..], &transmit.contents].concat();
        connection.queue.try_send(frame).is_ok()
    }

    pub(super) fn close(&mut self, socket: usize, peer: SocketAddr) {
        self.0.remove(&(socket, peer));
    }
}

impl Worker {
    /// Takes a connection.
    fn adopt(&mut self, accepted: Accepted) {
        let Accepted {
            stream,
            socket,
            peer,
            first,
            permit,
        } = accepted;
        let Ok(stream) = TcpStream::from_std(stream) else {
            return;
        };
        // Media is of no use when it is late.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        let (queue, waiting) = mpsc::channel(QUEUE);
        let tasks = [
            tokio::task::spawn_local(read(reader, socket, peer, self.arrivals.clone())),
            tokio::task::spawn_local(write(writer, waiting)),
        ];
        let connection = Connection {
            queue,
            tasks,
            _permit: permit,
        };
        self.tcp.0.insert((socket, peer), connection);
        self.plane.receive(Instant::now(), socket, peer, &first);
    }
}

async fn read(
    mut reader: OwnedReadHalf,
    socket: usize,
    source: SocketAddr,
    arrivals: mpsc::Sender<Arrived>,
) {
    while let Ok(bytes) = read_frame(&mut reader).await {
        let arrived = Arrived::Frame {
            socket,
            source,
            bytes,
        };
        if arrivals.send(arrived).await.is_err() {
            return;
        }
    }
    // A thread that has ended has closed all connections.
    let _ = arrivals.send(Arrived::Closed { socket, source }).await;
}

async fn write(mut writer: OwnedWriteHalf, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(frame) = waiting.recv().await {
        if writer.write_all(&frame).await.is_err() {
            return;
        }
    }
}
