//! The service as a process: logging, signals, the exit code.

use std::{io, process::ExitCode};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::App;
use crate::{
    config::{self, Config, Flags, Loaded},
    telemetry::log,
};

/// The exit code of a process that was told twice to end.
const INTERRUPTED: i32 = 130;
/// The exit code for a wrong configuration.
const WRONG: u8 = 2;

/// Runs the service that `flags` and the environment ask for, as [`run`] does.
///
/// The code is 2 if the configuration is wrong; then all that is wrong is told on standard error.
#[must_use]
pub fn serve(flags: &Flags) -> ExitCode {
    match Config::load(flags, config::environment()) {
        Ok(loaded) => run(loaded),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(WRONG)
        }
    }
}

/// Runs the service until SIGTERM or SIGINT, and ends it in order; a second signal ends the process at once.
///
/// The code is 0 after an end in order, 1 if the service could not start or failed.
#[must_use]
pub fn run(loaded: Loaded) -> ExitCode {
    let Loaded { config, warnings } = loaded;
    if let Err(error) = log::init(&config.log.level, config.log.format) {
        tracing::warn!(%error, "logging goes on as it was");
    }
    for warning in warnings {
        tracing::warn!(%warning, "the configuration has something that was ignored");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(until_told(config)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the service ends");
            ExitCode::FAILURE
        }
    }
}

async fn until_told(config: Config) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut signals = Signals::new()?;
    let mut app = App::start(config).await?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        grpc = %app.grpc_addr,
        http = %app.http_addr,
        console = app.console,
        backends = app.backends,
        "serving"
    );
    tokio::select! {
        () = signals.next() => {}
        error = app.failed() => return Err(error),
    }
    tracing::info!(
        sessions = app.live_sessions(),
        "stopping; a second signal ends at once"
    );
    tokio::spawn(async move {
        signals.next().await;
        std::process::exit(INTERRUPTED);
    });
    let held = app.shutdown().await;
    tracing::info!(held, "stopped");
    Ok(())
}

/// What tells the process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
