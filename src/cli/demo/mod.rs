//! `mediaplane demo`: the service, a media server and clients in one process, and what they make of each other.
//!
//! [`stage`] starts the service, [`scenes`] are what is shown, [`peer`] is a client with [`media`] to send, [`api`] how it
//! asks the service, over gRPC as any other client does, and [`report`] how it is told.

mod api;
mod media;
mod peer;
mod report;
mod scenes;
mod stage;

use std::{io, net::SocketAddr, process::ExitCode, time::Duration};

use clap::Args;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{
    client::{Client, Connection, Format},
    console::Console,
    error::Error,
};
use api::Api;
use report::Report;
use stage::Stage;

/// The exit codes, for the help text.
const EXIT_CODES: &str = "Exit codes:
  0  everything worked
  1  something did not; it is told what, and why";

/// Longest wait for a reply of the service, which takes milliseconds.
const REPLY: Duration = Duration::from_secs(10);

/// The service in this process, shown by built-in clients.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Demo {
    /// Where the API listens while it lasts, to look on with `mediaplane session watch --all`; port 0 is a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    grpc_listen: SocketAddr,
    /// How to tell what happened: for people as it goes, or at the end as JSON for programs
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    output: Format,
}

/// Why a part of the demo did not work, in words for people.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failure(String);

impl Failure {
    fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        match status.get_details_error_info() {
            Some(info) => Self(format!("{} ({})", status.message(), info.reason)),
            None => Self(format!("{} ({})", status.message(), status.code())),
        }
    }
}

impl Demo {
    /// Shows everything on standard output; the code is 0 if all of it worked, 1 otherwise.
    ///
    /// Requires a Tokio runtime with timers and I/O.
    pub async fn run(&self) -> ExitCode {
        let mut console = Console::standard(self.output);
        match self.show(&mut console).await {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(Error::Print(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                ExitCode::SUCCESS
            }
            Err(error) => {
                console.error(&format!("error: the demo cannot be shown: {error:?}"));
                ExitCode::FAILURE
            }
        }
    }

    async fn show(&self, console: &mut Console) -> Result<bool, Error> {
        let stage = match Stage::start(self.grpc_listen).await {
            Ok(stage) => stage,
            Err(failure) => {
                console.error(&format!("error: the service does not start: {failure}"));
                return Ok(false);
            }
        };
        let address = format!("http://{}", stage.api());
        console.say(&format!(
            "the service runs in this process: API at {address}, media by its embedded backend at 127.0.0.1"
        ))?;
        let client = Client::new(&Connection {
            address,
            output: self.output,
            timeout: REPLY,
        })?;
        let mut report = Report::new(console);
        let shown = perform(&client, &mut report).await;
        report.begin("end", "everything that was taken is given back")?;
        let left = stage.leave().await;
        report.end(left)?;
        shown?;
        report.finish()
    }
}

/// Shows all scenes against the service of `client`, which can record to a folder of this machine and play from there.
async fn perform(client: &Client, report: &mut Report<'_>) -> Result<(), Error> {
    let api = Api::new(client);
    report.begin("echo", "a client's own media comes back to it")?;
    let echo = scenes::echo(&api, report).await;
    report.end(api.clear(echo).await)?;
    report.begin("bridge", "two clients are joined through the server")?;
    let bridge = scenes::bridge(&api, report).await;
    report.end(api.clear(bridge).await)?;
    report.begin(
        "publish, listen",
        "two publishers and two listeners in a room; one listener moves to the other publisher",
    )?;
    let room = scenes::room(&api, report).await;
    report.end(api.clear(room).await)?;
    report.begin("record", "what a client sends is written to a file")?;
    let record = scenes::record(&api, report).await;
    let file = report.end(api.clear(record).await)?;
    report.begin("play", "the file is played to another client")?;
    let play = match file {
        Some(file) => scenes::play(&api, report, &file).await,
        None => Err(Failure::new("there is no recording to play")),
    };
    report.end(api.clear(play).await).map(drop)
}

/// Shows all scenes and sums up; whether everything worked.
#[cfg(test)]
pub(super) async fn show_with(client: &Client, console: &mut Console) -> bool {
    let mut report = Report::new(console);
    perform(client, &mut report).await.expect("printed");
    report.finish().expect("printed")
}
