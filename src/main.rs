//! The program: the service, its configuration, and a client for people.

use std::{io, process::ExitCode};

use clap::{Parser, Subcommand};
use mediaplane::{app, cli, config};

/// A session and each of its RPCs are many small values, often made on one thread and dropped on another: with the
/// system's allocator they cost an eighth more processor time (docs/benchmarks.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One typed API over WebRTC and SIP media servers
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service until SIGTERM or SIGINT
    Serve(config::Flags),
    /// Print or check the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// See it all work: no browser, media server or running service needed
    ///
    /// Starts the service with its embedded media server in this process, on loopback and free ports, and runs an echo, a
    /// call, a room with a switch of publisher, a recording and its playback with built-in WebRTC clients. It takes some
    /// seconds and leaves nothing behind.
    Demo(cli::Demo),
    #[command(flatten)]
    Client(cli::Command),
}

fn main() -> io::Result<ExitCode> {
    Ok(match Program::parse().command {
        Command::Serve(flags) => app::serve(&flags),
        Command::Config(question) => {
            let sound = question.run(config::environment(), app::check, &mut io::stdout())?;
            ExitCode::from(u8::from(!sound))
        }
        Command::Demo(demo) => runtime()?.block_on(demo.run()),
        Command::Client(command) => runtime()?.block_on(cli::run(command)),
    })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
