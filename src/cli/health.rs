//! `mediaplane health`: a health check that needs no shell and no other program.

use clap::Args;
use serde_json::json;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};

use super::{
    client::{Client, Connection},
    console::Console,
    error::{self, Error},
};

/// The arguments of `mediaplane health`.
#[derive(Debug, Args)]
#[command(after_help = error::EXIT_CODES)]
pub struct Health {
    #[command(flatten)]
    pub(super) connection: Connection,
    /// Ask about this gRPC service alone, as mediaplane.v1.SessionService; without it about all of them
    #[arg(long, value_name = "SERVICE", default_value = "")]
    service: String,
}

impl Health {
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let service = self.service;
        let request = client.request(HealthCheckRequest { service });
        let status = client.health().check(request).await?.into_inner().status();
        let word = status.as_str_name();
        console.value(&json!({ "status": word }), word)?;
        match status {
            ServingStatus::Serving => Ok(()),
            _ => Err(Error::NotServing),
        }
    }
}
