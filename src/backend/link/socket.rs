//! A WebSocket as the task that owns it sees it: not there, on its way, or open.

use std::{future::Future, pin::Pin};

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::websocket::{self, Error, Options, Receiver, Sender};

type Connected = Result<(Sender, Receiver), Error>;

/// The socket of one connection.
#[derive(Default)]
pub enum Socket {
    /// There is none.
    #[default]
    Idle,
    /// It is being connected.
    Connecting(Pin<Box<dyn Future<Output = Connected> + Send>>),
    /// It stands.
    Open(Sender, Receiver),
}

/// What happened to a socket.
#[derive(Debug)]
pub enum Happened {
    /// It stands now, or could not be connected.
    Connected(Connected),
    /// A text message came.
    Frame(Utf8Bytes),
    /// It stood, and does not any more.
    Broken(Error),
}

impl Socket {
    /// Begins to connect; what comes of it happens [next](Self::next).
    #[must_use]
    pub fn connecting(options: Options) -> Self {
        Self::Connecting(Box::pin(async move { websocket::connect(&options).await }))
    }

    /// Waits for the next thing to happen; nothing ever does to a socket that is not there.
    ///
    /// *Cancel safety*: dropped, nothing is lost.
    pub async fn next(&mut self) -> Happened {
        match self {
            Self::Idle => std::future::pending().await,
            Self::Connecting(connecting) => Happened::Connected(connecting.await),
            Self::Open(_, receiver) => match receiver.next().await {
                Ok(text) => Happened::Frame(text),
                Err(error) => Happened::Broken(error),
            },
        }
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Connecting(_) => "Connecting",
            Self::Open(..) => "Open",
        })
    }
}
