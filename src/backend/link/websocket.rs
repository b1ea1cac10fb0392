//! A WebSocket client (RFC 6455) whose reading end never waits for its writing end.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::{SinkExt, StreamExt, stream::SplitSink, stream::SplitStream};
use http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{self, Message, Utf8Bytes, client::IntoClientRequest, protocol::WebSocketConfig},
};
use tokio_util::task::AbortOnDropHandle;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How to connect.
#[derive(Clone, Debug)]
pub struct Options {
    /// `ws://host:port/path` or `wss://…` (TLS).
    pub url: url::Url,
    /// The subprotocol to ask for (RFC 6455, section 1.9), if the server has one.
    pub subprotocol: Option<&'static str>,
    /// A file with certificates (PEM) that the server's may be signed by, beside those of the web's authorities.
    pub tls_ca: Option<PathBuf>,
    /// Until the server has agreed.
    pub connect_timeout: Duration,
    /// The longest message taken, in bytes.
    pub max_message: usize,
    /// How many messages may wait to be sent.
    pub queue: usize,
}

/// Why a connection could not be made or has ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody listens there.
    #[error("connection refused")]
    Refused,
    /// The server did not agree in time.
    #[error("no connection within {0:?}")]
    Timeout(Duration),
    /// The server ended the connection.
    #[error("the server closed the connection")]
    Closed,
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(rustls::Error),
    /// The certificates of `tls_ca` cannot be read.
    #[error("the certificates in {file} cannot be read: {source}")]
    Certificates {
        /// The file.
        file: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// Network, TLS or protocol.
    #[error(transparent)]
    Broken(Box<tungstenite::Error>),
}

impl From<tungstenite::Error> for Error {
    fn from(error: tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                Self::Refused
            }
            tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
                Self::Closed
            }
            other => Self::Broken(Box::new(other)),
        }
    }
}

/// The writing end: a bounded queue; clones share it.
#[derive(Clone, Debug)]
pub struct Sender(mpsc::Sender<Utf8Bytes>);

/// The reading end, and with it the connection: dropping it closes the socket.
#[derive(Debug)]
pub struct Receiver {
    stream: SplitStream<Stream>,
    // Ends with the connection.
    _writer: AbortOnDropHandle<()>,
}

/// Connects.
///
/// *Cancel safety*: dropped, the socket is closed.
///
/// # Errors
/// Why it failed.
pub async fn connect(options: &Options) -> Result<(Sender, Receiver), Error> {
    let mut request = options.url.as_str().into_client_request()?;
    if let Some(subprotocol) = options.subprotocol {
        let subprotocol = HeaderValue::from_static(subprotocol);
        let headers = request.headers_mut();
        headers.insert(SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(options.max_message))
        .max_frame_size(Some(options.max_message));
    let tls = (options.url.scheme() == "wss")
        .then(|| tls(options.tls_ca.as_deref()))
        .transpose()?;
    let connecting = connect_async_tls_with_config(request, Some(config), true, tls);
    let (stream, _) = timeout(options.connect_timeout, connecting)
        .await
        .map_err(|_| Error::Timeout(options.connect_timeout))??;
    let (sink, stream) = stream.split();
    let (sender, queue) = mpsc::channel(options.queue);
    let receiver = Receiver {
        stream,
        _writer: AbortOnDropHandle::new(tokio::spawn(write(sink, queue))),
    };
    Ok((Sender(sender), receiver))
}

// The provider is named, because another crate may have brought a second one.
fn tls(ca: Option<&Path>) -> Result<Connector, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(file) = ca {
        let unreadable = |source| Error::Certificates {
            file: file.to_owned(),
            source,
        };
        for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
            let certificate = certificate.map_err(unreadable)?;
            roots.add(certificate).map_err(Error::Tls)?;
        }
    }
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Connector::Rustls(Arc::new(config)))
}

async fn write(mut sink: SplitSink<Stream, Message>, mut queue: mpsc::Receiver<Utf8Bytes>) {
    while let Some(text) = queue.recv().await {
        // The reading end sees the same fault and tells it.
        if sink.feed(Message::Text(text)).await.is_err() {
            return;
        }
        // One system call for all that waits.
        if queue.is_empty() && sink.flush().await.is_err() {
            return;
        }
    }
}

impl Sender {
    /// Sends `text`, waiting for room in the queue.
    ///
    /// # Errors
    /// [`Error::Closed`] if the connection has ended.
    pub async fn send(&self, text: String) -> Result<(), Error> {
        self.0.send(text.into()).await.map_err(|_| Error::Closed)
    }

    /// Sends `text` if there is room in the queue; `false` if not.
    pub fn try_send(&self, text: String) -> bool {
        self.0.try_send(text.into()).is_ok()
    }
}

impl Receiver {
    /// The next text message.
    ///
    /// *Cancel safety*: dropped, no message is lost.
    ///
    /// # Errors
    /// Why the connection ended.
    pub async fn next(&mut self) -> Result<Utf8Bytes, Error> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(_))) | None => return Err(Error::Closed),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }
}
