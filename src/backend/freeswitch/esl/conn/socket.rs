//! The TCP socket of a connection as the task that owns it sees it: not there, on its way, or open.

use std::{future::Future, io, pin::Pin, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time,
};

use crate::backend::freeswitch::esl::frame::Frames;

/// How much is read at once, in bytes.
const READ: usize = 64 << 10;

/// A socket.
pub(super) enum Socket {
    /// There is none.
    Idle,
    /// It is being connected.
    Connecting(Pin<Box<dyn Future<Output = Result<TcpStream, Broken>> + Send>>),
    /// It stands.
    Open(Box<Open>),
}

/// A socket that stands.
#[derive(Debug)]
pub(super) struct Open {
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    /// What came.
    pub(super) frames: Frames,
    /// What is to be sent.
    pub(super) output: BytesMut,
}

/// What happened to a socket.
#[derive(Debug)]
pub(super) enum Happened {
    /// It stands now.
    Connected,
    /// Something came.
    Read,
    /// Something was sent.
    Written,
    /// It could not be connected, or does not stand any more.
    Broken(Broken),
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) why: String,
    /// Nobody listens there.
    pub(super) refused: bool,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        let refused = error.kind() == io::ErrorKind::ConnectionRefused;
        let why = if refused {
            "connection refused".to_owned()
        } else {
            error.to_string()
        };
        Self { why, refused }
    }
}

impl Socket {
    /// Begins to connect to `host:port`; what comes of it happens [next](Self::next).
    pub(super) fn connecting(address: String, within: Duration) -> Self {
        Self::Connecting(Box::pin(async move {
            let connected = time::timeout(within, TcpStream::connect(address)).await;
            let stream = connected.map_err(|_| Broken {
                why: format!("no connection within {within:?}"),
                refused: false,
            })??;
            stream.set_nodelay(true)?;
            Ok(stream)
        }))
    }

    /// Waits for the next thing to happen; nothing ever does to a socket that is not there.
    ///
    /// *Cancel safety*: dropped, nothing is lost.
    pub(super) async fn next(&mut self) -> Happened {
        match self {
            Self::Idle => std::future::pending().await,
            Self::Connecting(connecting) => match connecting.await {
                Ok(stream) => {
                    *self = Self::Open(Box::new(Open::new(stream)));
                    Happened::Connected
                }
                Err(broken) => Happened::Broken(broken),
            },
            Self::Open(open) => open
                .next()
                .await
                .unwrap_or_else(|e| Happened::Broken(e.into())),
        }
    }
}

impl Open {
    fn new(stream: TcpStream) -> Self {
        let (read, write) = stream.into_split();
        Self {
            read,
            write,
            frames: Frames::default(),
            output: BytesMut::new(),
        }
    }

    async fn next(&mut self) -> io::Result<Happened> {
        let buffer = self.frames.buffer();
        buffer.reserve(READ);
        tokio::select! {
            read = self.read.read_buf(buffer) => match read? {
                0 => Ok(Happened::Broken(Broken {
                    why: "it closed the connection".to_owned(),
                    refused: false,
                })),
                _ => Ok(Happened::Read),
            },
            written = self.write.write_buf(&mut self.output), if !self.output.is_empty() => {
                written?;
                Ok(Happened::Written)
            }
        }
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Connecting(_) => "Connecting",
            Self::Open(_) => "Open",
        })
    }
}
