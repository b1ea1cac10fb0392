//! The connection to the service.

use std::time::Duration;

use clap::{Args, ValueEnum};
use tonic::{
    Request,
    transport::{Channel, Endpoint},
};
use tonic_health::pb::health_client::HealthClient;

use super::error::Error;
use crate::proto::{
    backend_service_client::BackendServiceClient, room_service_client::RoomServiceClient,
    session_service_client::SessionServiceClient,
};

/// Longest wait for a connection, however long the call itself may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often an idle stream asks whether the service is still there.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// How to reach the service and show what it says.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Connection options")]
pub(crate) struct Connection {
    /// Where the service listens for gRPC: http://HOST:PORT or HOST:PORT
    #[arg(
        long,
        global = true,
        value_name = "ADDRESS",
        env = "MEDIAPLANE_ADDRESS",
        default_value = "http://127.0.0.1:50051"
    )]
    pub(crate) address: String,
    /// How to print the reply: for people, or as protobuf JSON for programs
    #[arg(
        long,
        short,
        global = true,
        value_name = "FORMAT",
        default_value = "table"
    )]
    pub(crate) output: Format,
    /// How long to wait for each reply, for example 10s, 2m (watch has no limit)
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        default_value = "30s",
        value_parser = humantime::parse_duration
    )]
    pub(crate) timeout: Duration,
}

/// How replies are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns and plain text.
    Table,
    /// The reply message in the canonical JSON form of protobuf.
    Json,
}

/// Clients of the three services over one connection, which is opened by the first call.
pub(crate) struct Client {
    channel: Channel,
    timeout: Duration,
}

impl Client {
    /// A client of the service at the address of `connection`.
    pub(crate) fn new(connection: &Connection) -> Result<Self, Error> {
        let endpoint = endpoint(&connection.address)?
            .connect_timeout(connection.timeout.min(CONNECT_TIMEOUT))
            .http2_keep_alive_interval(KEEPALIVE)
            .tcp_nodelay(true)
            .user_agent(concat!("mediaplane/", env!("CARGO_PKG_VERSION")))
            .expect("name and version of the package are a valid header value");
        Ok(Self {
            channel: endpoint.connect_lazy(),
            timeout: connection.timeout,
        })
    }

    /// The client of `SessionService`.
    pub(crate) fn sessions(&self) -> SessionServiceClient<Channel> {
        // A page of sessions with large descriptions exceeds the default of 4 MiB.
        SessionServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The client of `RoomService`.
    pub(crate) fn rooms(&self) -> RoomServiceClient<Channel> {
        RoomServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The client of `BackendService`.
    pub(crate) fn backends(&self) -> BackendServiceClient<Channel> {
        BackendServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The client of gRPC's own health service.
    pub(crate) fn health(&self) -> HealthClient<Channel> {
        HealthClient::new(self.channel.clone())
    }

    /// `message` as a request with a deadline, which also the service knows.
    pub(crate) fn request<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        request.set_timeout(self.timeout);
        request
    }
}

fn endpoint(address: &str) -> Result<Endpoint, Error> {
    let url = if address.contains("://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    };
    if !url.starts_with("http://") {
        return Err(Error::Usage(format!(
            "--address {address}: only http:// is spoken; for TLS put a proxy in between"
        )));
    }
    Endpoint::from_shared(url).map_err(|_| {
        Error::Usage(format!(
            "--address {address}: not an address; give http://HOST:PORT"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_may_be_left_out_but_not_be_another() {
        let plain = endpoint("localhost:50051").expect("valid");
        assert_eq!(plain.uri().to_string(), "http://localhost:50051/");
        assert!(endpoint("http://[::1]:1").is_ok());
        for wrong in ["https://localhost:1", "ftp://x", "http://", "a b"] {
            assert!(
                matches!(endpoint(wrong), Err(Error::Usage(_))),
                "{wrong} was taken"
            );
        }
    }
}
