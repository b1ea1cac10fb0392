//! `session dtmf` and `session info`.

use clap::Args;
use prost_types::{Duration, Struct};

use super::super::{client::Client, console::Console, error::Error, json, value::duration};
use crate::proto::{SendDtmfRequest, SendInfoRequest};

/// The arguments of `session dtmf`.
#[derive(Debug, Args)]
pub struct Dtmf {
    /// The session's id
    session_id: String,
    /// The tones: 0-9 A-D * #
    digits: String,
    /// How long each tone is, 40ms to 6s [default: 100ms]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    duration: Option<Duration>,
}

impl Dtmf {
    /// Sends the tones.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let request = client.request(SendDtmfRequest {
            session_id: self.session_id,
            digits: self.digits,
            duration: self.duration,
        });
        let reply = client.sessions().send_dtmf(request).await?.into_inner();
        console.done(&reply)
    }
}

/// The arguments of `session info`.
#[derive(Debug, Args)]
pub struct Info {
    /// The session's id
    session_id: String,
    /// Your name for the event
    #[arg(value_name = "NAME")]
    info: String,
    /// What to send with it
    #[arg(long, value_name = "JSON", value_parser = json::parse_object)]
    body: Option<Struct>,
}

impl Info {
    /// Sends the event.
    pub(super) async fn execute(self, client: &Client, console: &mut Console) -> Result<(), Error> {
        let request = client.request(SendInfoRequest {
            session_id: self.session_id,
            info: self.info,
            body: self.body,
        });
        let reply = client.sessions().send_info(request).await?.into_inner();
        console.done(&reply)
    }
}
