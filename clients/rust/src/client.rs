//! The services over one connection.

use std::{fmt, time::Duration};

use tonic::transport::{ClientTlsConfig, Endpoint};

use crate::{
    connection::{Connection, TokenSource},
    proto::{
        WatchEventsRequest, backend_service_client::BackendServiceClient,
        room_service_client::RoomServiceClient, session_service_client::SessionServiceClient,
    },
    watch::Watch,
};

/// After how long a silent connection with open calls is asked for a sign of life.
const PING_AFTER: Duration = Duration::from_secs(30);
/// How long that may take.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The three services of Mediaplane over one connection, which is opened when it is needed, and again when it breaks. A
/// clone is cheap, and shares the connection.
#[derive(Debug, Clone)]
pub struct Client {
    connection: Connection,
}

impl Client {
    /// A client of the service at this URL: `http://` in plain text, `https://` with TLS and the authorities of the
    /// system. Nothing is sent before the first call.
    ///
    /// # Errors
    /// A URL that cannot be used.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn connect(url: impl Into<String>) -> Result<Self, InvalidOptions> {
        Self::builder(url).build()
    }

    /// A client of the service at this URL, with options.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder {
            url: url.into(),
            tls: None,
            token: None,
        }
    }

    /// Creates and controls sessions.
    #[must_use]
    pub fn sessions(&self) -> SessionServiceClient<Connection> {
        SessionServiceClient::new(self.connection.clone())
    }

    /// Makes, shows and destroys rooms.
    #[must_use]
    pub fn rooms(&self) -> RoomServiceClient<Connection> {
        RoomServiceClient::new(self.connection.clone())
    }

    /// Shows the media servers, and takes them out of service and back.
    #[must_use]
    pub fn backends(&self) -> BackendServiceClient<Connection> {
        BackendServiceClient::new(self.connection.clone())
    }

    /// Watches what happens, over broken connections too.
    ///
    /// ```no_run
    /// # async fn example(client: mediaplane_client::Client) -> Result<(), mediaplane_client::Error> {
    /// use mediaplane_client::{Item, proto::{WatchEventsRequest, watch_events_request::{All, Scope}}};
    ///
    /// let mut watch = client.watch(WatchEventsRequest {
    ///     scope: Some(Scope::All(All {})),
    ///     ..WatchEventsRequest::default()
    /// });
    /// while let Some(item) = watch.next().await? {
    ///     if let Item::Event(event) = item {
    ///         println!("{event:?}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn watch(&self, request: WatchEventsRequest) -> Watch {
        Watch::new(self.sessions(), request)
    }
}

/// How to reach the service.
#[derive(Clone)]
pub struct Builder {
    url: String,
    tls: Option<ClientTlsConfig>,
    token: Option<TokenSource>,
}

impl Builder {
    /// What TLS trusts and shows. Default for `https://`: the authorities of the system, and no certificate.
    #[must_use]
    pub fn tls(mut self, config: ClientTlsConfig) -> Self {
        self.tls = Some(config);
        self
    }

    /// Sends `authorization: Bearer …` with each call, to whoever checks tokens before the service. It needs `https://`.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.token_from(move || token.clone())
    }

    /// Asks for the token with each call. It must not block.
    #[must_use]
    pub fn token_from(mut self, source: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.token = Some(TokenSource::new(source));
        self
    }

    /// The client. Nothing is sent before the first call.
    ///
    /// # Errors
    /// A URL or certificates that cannot be used, and a token that would be sent in plain text.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn build(self) -> Result<Client, InvalidOptions> {
        let endpoint = Endpoint::from_shared(self.url)?;
        let is_encrypted = endpoint.uri().scheme_str() == Some("https");
        if !is_encrypted && (self.token.is_some() || self.tls.is_some()) {
            return Err(InvalidOptions::Plaintext);
        }
        let mut endpoint = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(PING_AFTER)
            .keep_alive_timeout(PING_TIMEOUT);
        if is_encrypted {
            let tls = self.tls;
            endpoint = endpoint
                .tls_config(tls.unwrap_or_else(|| ClientTlsConfig::new().with_enabled_roots()))?;
        }
        Ok(Client {
            connection: Connection::new(endpoint.connect_lazy(), self.token),
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Options that no client can be made with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOptions {
    /// A token or TLS, and a URL without it.
    #[error("a token and TLS need a URL that begins with https://")]
    Plaintext,
    /// A URL or certificates that cannot be used.
    #[error("the service cannot be reached like that")]
    Endpoint(#[from] tonic::transport::Error),
}
