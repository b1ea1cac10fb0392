//! The command-line client: every RPC of the service, for people and for scripts.
//!
//! [`Command`] is embedded in the program's command line next to those that run the service, and [`run`] carries it
//! out. A group's module holds its arguments, the requests made of them, and how the replies look as tables.
//! [`Demo`] shows what the service does, without one that runs.

mod client;
mod console;
mod error;
mod json;
mod table;
mod value;

mod backend;
mod demo;
mod health;
mod room;
mod session;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use client::{Client, Connection};
use console::Console;
pub use demo::Demo;
use error::Error;
use health::Health;

/// The commands that talk to a running service.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create, watch and control sessions
    ///
    /// A session is one client's call: one offer, one answer, and a type that says what happens to the media.
    Session(Group<session::Command>),
    /// Make, show and destroy rooms
    ///
    /// Rooms are where sessions of the types publish, listen and mcu meet.
    Room(Group<room::Command>),
    /// Show media servers, take them out of service and back
    Backend(Group<backend::Command>),
    /// Ask whether the service takes new sessions: exit code 0 if it does
    ///
    /// This is the health check of a container, in which there is no shell.
    Health(Health),
}

/// A group of commands, with what all of them need to reach the service.
#[derive(Debug, Args)]
#[command(after_help = error::EXIT_CODES)]
pub struct Group<C: Subcommand> {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: C,
}

/// Carries out `command`, with the reply on stdout and errors on stderr.
///
/// The code is 0 if it worked, 1 if the service answered with an error, 2 if the arguments were wrong, and 3 if the service could not
/// be reached. A reader of stdout that goes away early (`| head`) is no error.
///
/// Requires a Tokio runtime with timers and I/O.
pub async fn run(command: Command) -> ExitCode {
    let mut console = Console::standard(command.connection().output);
    ExitCode::from(command.carry_out(&mut console).await)
}

impl Command {
    fn connection(&self) -> &Connection {
        match self {
            Self::Session(group) => &group.connection,
            Self::Room(group) => &group.connection,
            Self::Backend(group) => &group.connection,
            Self::Health(health) => &health.connection,
        }
    }

    async fn carry_out(self, console: &mut Console) -> u8 {
        let connection = self.connection().clone();
        match self.execute(&connection, console).await {
            Ok(()) => 0,
            Err(error) => error.report(&connection, console),
        }
    }

    async fn execute(self, connection: &Connection, console: &mut Console) -> Result<(), Error> {
        let client = Client::new(connection)?;
        match self {
            Self::Session(group) => group.command.execute(&client, console).await,
            Self::Room(group) => group.command.execute(&client, console).await,
            Self::Backend(group) => group.command.execute(&client, console).await,
            Self::Health(health) => health.execute(&client, console).await,
        }
    }
}
