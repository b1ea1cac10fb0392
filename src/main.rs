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
        Command::Client(command) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(cli::run(command))
        }
    })
}
