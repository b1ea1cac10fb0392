//! A real Janus of our own for one test: generated configuration, own ports, gone at the end.

mod client;
mod config;
mod leaks;

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use client::{Api, Client, Handle};
pub(crate) use config::Options;
pub(crate) use leaks::{Leaks, Session};

use super::network;
use super::ports::PortBlock;

const START_PATIENCE: Duration = Duration::from_secs(20);
const ADMIN_SECRET: &str = "test-admin-secret";

/// A running Janus; dropping it kills it and removes its files.
#[derive(Debug)]
pub(crate) struct Janus {
    options: Options,
    folder: TempDir,
    ports: PortBlock,
    media_ip: Ipv4Addr,
    child: Option<Child>,
}

impl Janus {
    /// Starts a Janus and waits until it answers `info` over its WebSocket.
    ///
    /// # Panics
    /// If Janus is not installed, the machine has only loopback, or it does not answer within 20 s; the message
    /// has the end of its log.
    pub(crate) async fn start(options: Options) -> Janus {
        let mut janus = Janus {
            options,
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            ports: PortBlock::claim(),
            media_ip: network::media_address(),
            child: None,
        };
        config::write(&janus);
        janus.launch().await;
        janus
    }

    /// Whether there is a Janus on this machine to start.
    pub(crate) fn is_installed() -> bool {
        config::find().is_some()
    }

    /// Where the Janus API is: `ws://127.0.0.1:port`, subprotocol `janus-protocol`.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address())
    }

    /// Where the admin API is, subprotocol `janus-admin-protocol`.
    pub(crate) fn admin_url(&self) -> String {
        format!("ws://{}", self.admin_address())
    }

    /// The Janus API's TCP address, for a proxy in between.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports.tcp(0)).into()
    }

    /// The admin API's TCP address, for a proxy in between.
    pub(crate) fn admin_address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports.tcp(1)).into()
    }

    /// The `admin_secret` that each admin request must carry.
    pub(crate) fn admin_secret(&self) -> &'static str {
        ADMIN_SECRET
    }

    /// What it was started with.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().expect("Janus runs").id()
    }

    /// A folder that Janus may write recordings to.
    pub(crate) fn recordings(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    /// The folder that the recordplay plugin plays from and records to.
    pub(crate) fn recordplay(&self) -> PathBuf {
        self.folder.path().join("recordplay")
    }

    /// The only address that this Janus uses for media; peers take it as well.
    pub(crate) fn media_ip(&self) -> Ipv4Addr {
        self.media_ip
    }

    /// Kills it (SIGKILL): sockets end without a word, all sessions are lost.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("our own child can be killed");
            child.wait().expect("our own child can be waited for");
        }
    }

    /// Starts it anew on the same ports with the same files, after killing it if it still runs.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        self.launch().await;
    }

    /// Stops it in its tracks (SIGSTOP): connections stay open, nothing is answered, no media flows.
    pub(crate) fn pause(&self) {
        let pid = self.signal(Signal::SIGSTOP);
        // The signal takes a moment to reach all threads.
        let status =
            waitpid(pid, Some(WaitPidFlag::WUNTRACED)).expect("our own child can be waited for");
        assert_eq!(status, WaitStatus::Stopped(pid, Signal::SIGSTOP));
    }

    /// Lets it go on after [`Janus::pause`].
    pub(crate) fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Sends one admin request and returns the whole reply; `admin_secret` and `transaction` are filled in.
    pub(crate) async fn admin(&self, request: Value) -> Value {
        let mut client = Client::connect(&self.admin_url(), Api::Admin)
            .await
            .expect("the admin API accepts connections")
            .with("admin_secret", ADMIN_SECRET);
        client.request(request).await
    }

    /// A connection to the Janus API that carries the `apisecret`, if there is one.
    pub(crate) async fn client(&self) -> Client {
        let client = Client::connect(&self.url(), Api::Janus)
            .await
            .expect("the Janus API accepts connections");
        match &self.options.api_secret {
            Some(secret) => client.with("apisecret", secret),
            None => client,
        }
    }

    /// The last lines of its log.
    pub(crate) fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("janus.log")
    }

    fn config_folder(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    fn signal(&self, signal: Signal) -> Pid {
        let child = self.child.as_ref().expect("Janus runs");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id fits"));
        kill(pid, signal).expect("our own child can be signalled");
        pid
    }

    async fn launch(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .expect("the log can be written");
        let child = Command::new(config::binary())
            .arg("-F")
            .arg(self.config_folder())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file handle can be cloned"))
            .stderr(log)
            .spawn()
            .expect("Janus starts");
        self.child = Some(child);
        self.answers().await;
    }

    async fn answers(&mut self) {
        let deadline = Instant::now() + START_PATIENCE;
        loop {
            let Err(error) = self.greet().await else {
                return;
            };
            let child = self.child.as_mut().expect("Janus was started");
            let ended = child.try_wait().expect("our own child can be asked");
            let late = Instant::now() > deadline;
            if ended.is_some() || late {
                panic!(
                    "Janus does not answer ({error}); exit status: {ended:?}; its log ends:\n{}",
                    self.log_tail()
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn greet(&self) -> Result<(), client::Error> {
        let mut client = Client::connect(&self.url(), Api::Janus).await?;
        let reply = client.try_request(json!({"janus": "info"})).await?;
        match reply["janus"].as_str() {
            Some("server_info") => Ok(()),
            _ => Err(format!("unexpected answer to info: {reply}").into()),
        }
    }
}

impl Drop for Janus {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Makes a folder below `parent` and returns its path.
fn subfolder(parent: &Path, name: &str) -> PathBuf {
    let path = parent.join(name);
    fs::create_dir_all(&path).expect("a folder can be made in the temporary folder");
    path
}
