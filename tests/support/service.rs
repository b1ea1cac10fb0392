//! The program as people run it: a process of its own.

use std::{
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
    time::timeout,
};

/// How long it may take to say what is expected, or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lines that may wait for the test.
const LINES: usize = 10_000;

/// A running `mediaplane serve`, and the lines that it logs. Killed when dropped.
pub(crate) struct Service {
    pub(crate) process: Child,
    /// Where its API is.
    pub(crate) address: String,
    /// Where its probes and figures are.
    pub(crate) http: String,
    lines: mpsc::Receiver<String>,
    /// What it has said so far.
    seen: Vec<String>,
    _folder: TempDir,
}

impl Service {
    /// Starts it with these arguments and variables. `configure` yields its file, and is given a folder that is its
    /// alone: the one for temporary files, too.
    pub(crate) async fn start(
        arguments: &[&str],
        variables: &[(&str, &str)],
        configure: impl FnOnce(&Path) -> String,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("mediaplane.toml");
        std::fs::write(&config, configure(folder.path())).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediaplane"));
        command
            .args(["serve", "--config"])
            .arg(&config)
            .args(arguments)
            .env("TMPDIR", folder.path())
            .envs(variables.iter().copied());
        Self::run(command, folder).await
    }

    /// Starts it with a command that becomes it, at free ports; the folder is removed with it.
    pub(crate) async fn run(mut command: Command, folder: TempDir) -> Self {
        let mut process = command
            .env("MEDIAPLANE_GRPC_LISTEN", "127.0.0.1:0")
            .env("MEDIAPLANE_HTTP_LISTEN", "127.0.0.1:0")
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut output = BufReader::new(process.stderr.take().expect("piped")).lines();
        let (sender, lines) = mpsc::channel(LINES);
        tokio::spawn(async move {
            while let Ok(Some(line)) = output.next_line().await {
                if sender.send(line).await.is_err() {
                    break;
                }
            }
        });
        let mut service = Self {
            process,
            address: String::new(),
            http: String::new(),
            lines,
            seen: Vec::new(),
            _folder: folder,
        };
        let serving = service.logs("serving").await;
        service.address = serving["grpc"].as_str().expect("an address").to_owned();
        service.http = serving["http"].as_str().expect("an address").to_owned();
        service
    }

    /// The next line with this message.
    pub(crate) async fn logs(&mut self, message: &str) -> Value {
        let found = async {
            loop {
                let line = self.lines.recv().await.expect("the program goes on");
                let value: Value = serde_json::from_str(&line).expect("one JSON object a line");
                self.seen.push(line);
                if value["message"] == message {
                    return value;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("logged in time")
    }

    /// Ends it as a supervisor does; yields its exit code and all that it has said.
    pub(crate) async fn terminate(mut self) -> (ExitStatus, Vec<String>) {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok());
        let id = Pid::from_raw(id.expect("it runs"));
        kill(id, Signal::SIGTERM).expect("told to end");
        let ended = timeout(PATIENCE, self.process.wait()).await;
        let status = ended.expect("it ends in time").expect("its status");
        while let Some(line) = self.lines.recv().await {
            self.seen.push(line);
        }
        (status, self.seen)
    }
}
