//! A real FreeSWITCH, which runs already with the configuration of `deploy/freeswitch`: the tests find its event socket
//! by `MEDIAPLANE_TEST_FREESWITCH=host:8021`, the password by `MEDIAPLANE_TEST_FREESWITCH_PASSWORD`, and its SIP profile
//! by `MEDIAPLANE_TEST_FREESWITCH_SIP=host:5080`.
//!
//! Those that must kill one, or need a second one, start their own: `MEDIAPLANE_TEST_FREESWITCH_RUN` names a program that
//! becomes (`exec`) a FreeSWITCH in the foreground, with the configuration of `deploy/freeswitch` and what these variables
//! of its environment say: `EVENT_SOCKET_PORT`, `EVENT_SOCKET_PASSWORD`, `SIP_PORT`, `RTP_IP`, `RTP_START`, `RTP_END`,
//! `SESSIONS_PER_SECOND`, `STATE` (a folder that is its alone) and `RECORDINGS`. Its event socket and SIP are on 127.0.0.1.
//! Where FreeSWITCH is installed as usual that is `deploy/freeswitch/start.sh` itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::network::media_address;
use super::ports::PortBlock;

/// How long a server may take to start, and what is asked of it to come true.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs already has its media from here on, where it was told nothing else.
const RTP_START: u16 = 20_000;

/// Where it is.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) event_socket: String,
    pub(crate) password: String,
    pub(crate) sip: String,
}

/// Where it is, if there is one.
pub(crate) fn address() -> Option<Address> {
    let named = |name: &str| {
        std::env::var(name)
            .unwrap_or_else(|_| panic!("{name} goes with MEDIAPLANE_TEST_FREESWITCH"))
    };
    let event_socket = std::env::var("MEDIAPLANE_TEST_FREESWITCH").ok()?;
    Some(Address {
        event_socket,
        password: named("MEDIAPLANE_TEST_FREESWITCH_PASSWORD"),
        sip: named("MEDIAPLANE_TEST_FREESWITCH_SIP"),
    })
}

impl Address {
    /// The address of its event socket.
    pub(crate) async fn socket(&self) -> SocketAddr {
        let found = tokio::net::lookup_host(&self.event_socket).await;
        let first = found.expect("the host is known").next();
        first.expect("the host has an address")
    }

    /// Waits until `wanted` holds for the calls of the service.
    ///
    /// # Panics
    /// If it does not in time; the message lists them.
    pub(crate) async fn until_calls(&self, instance: &str, wanted: impl Fn(&[String]) -> bool) {
        let mut look = Look::at(self).await;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let calls = look.calls_of(instance).await;
            if wanted(&calls) {
                return;
            }
            assert!(Instant::now() < deadline, "on the server: {calls:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A look at the server, past the driver.
#[derive(Debug)]
pub(crate) struct Look(BufStream<TcpStream>);

impl Look {
    /// Opens an event socket of its own.
    pub(crate) async fn at(address: &Address) -> Look {
        let socket = TcpStream::connect(&address.event_socket)
            .await
            .expect("FreeSWITCH can be reached");
        let mut look = Look(BufStream::new(socket));
        look.frame().await;
        let auth = format!("auth {}", address.password);
        look.send(&auth).await;
        let (reply, _) = look.frame().await;
        assert!(reply.contains("+OK"), "{reply}");
        look
    }

    async fn send(&mut self, line: &str) {
        let line = format!("{line}\n\n");
        let sent = self.0.write_all(line.as_bytes()).await;
        sent.expect("it takes a command");
        self.0.flush().await.expect("it takes a command");
    }

    /// The head and the body of the next frame.
    async fn frame(&mut self) -> (String, String) {
        let mut head = String::new();
        while !head.ends_with("\n\n") {
            let read = self.0.read_line(&mut head).await;
            assert_ne!(read.expect("it answers"), 0, "it closed the connection");
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "));
        let length = length.map_or(0, |length| length.parse().expect("a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("the body comes");
        (head, String::from_utf8(body).expect("it writes UTF-8"))
    }

    /// What a command yields.
    pub(crate) async fn api(&mut self, command: &str) -> String {
        self.send(&format!("api {command}")).await;
        self.frame().await.1
    }

    /// Lets it be told of these kinds of events.
    pub(crate) async fn hears(&mut self, kinds: &str) {
        self.send(&format!("event json {kinds}")).await;
        let (reply, _) = self.frame().await;
        assert!(reply.contains("+OK"), "{reply}");
    }

    /// The next event, as JSON.
    pub(crate) async fn event(&mut self) -> String {
        self.frame().await.1
    }

    /// The uuids of all calls.
    pub(crate) async fn calls(&mut self) -> Vec<String> {
        let listed = self.api("show channels as json").await;
        let listed: Value = serde_json::from_str(&listed).expect("JSON");
        let rows = listed["rows"].as_array().cloned().unwrap_or_default();
        let uuid = |row: &Value| row["uuid"].as_str().expect("a uuid").to_owned();
        rows.iter().map(uuid).collect()
    }

    /// Waits until it lists no call at all: its list is written a little after calls begin and end.
    ///
    /// # Panics
    /// If it does not in time; the message has them.
    pub(crate) async fn until_no_calls(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let calls = self.calls().await;
            if calls.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "on the server: {calls:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// All that is known of a call; nothing if it has ended.
    pub(crate) async fn dump(&mut self, call: &str) -> Value {
        let dump = self.api(&format!("uuid_dump {call} json")).await;
        serde_json::from_str(&dump).unwrap_or_default()
    }

    /// The calls of a service, by its instance.
    pub(crate) async fn calls_of(&mut self, instance: &str) -> Vec<String> {
        let of = |mark: &str| mark.split(':').nth(1) == Some(instance);
        let made = "variable_sip_h_X-Mediaplane-Service";
        self.calls_with([made, "variable_mediaplane_service"], of)
            .await
    }

    /// The call of a session.
    pub(crate) async fn call_of(&mut self, session_id: &str) -> String {
        let made = "variable_sip_h_X-Mediaplane-Session";
        let names = [made, "variable_mediaplane_session"];
        let mut calls = self.calls_with(names, |id| id == session_id).await;
        assert_eq!(calls.len(), 1, "one call has {session_id}: {calls:?}");
        calls.remove(0)
    }

    /// The calls that have one of these variables as wanted.
    async fn calls_with(&mut self, names: [&str; 2], wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        for call in self.calls().await {
            let dump = self.dump(&call).await;
            if names
                .iter()
                .any(|name| dump[*name].as_str().is_some_and(&wanted))
            {
                found.push(call);
            }
        }
        found
    }

    /// The conferences that there are.
    pub(crate) async fn conferences(&mut self) -> Vec<Value> {
        let listed = self.api("conference json_list").await;
        serde_json::from_str(&listed).unwrap_or_else(|_| panic!("a list: {listed}"))
    }
}

/// A FreeSWITCH of the test's own; killed when dropped.
#[derive(Debug)]
pub(crate) struct Own {
    program: String,
    process: Child,
    ports: PortBlock,
    folder: TempDir,
}

impl Own {
    /// Starts one; none where nobody says how.
    pub(crate) async fn start() -> Option<Own> {
        let program = std::env::var("MEDIAPLANE_TEST_FREESWITCH_RUN").ok()?;
        let ports = PortBlock::claim_below(RTP_START);
        let folder = tempfile::Builder::new().prefix("mediaplane-").tempdir();
        let folder = folder.expect("a temporary folder can be made");
        let own = Own {
            process: run(&program, &ports, &folder),
            program,
            ports,
            folder,
        };
        own.listens().await;
        Some(own)
    }

    /// Where it is.
    pub(crate) fn address(&self) -> Address {
        let at = |port: u16| format!("127.0.0.1:{port}");
        Address {
            event_socket: at(self.ports.tcp(0)),
            password: PASSWORD.to_owned(),
            sip: at(self.ports.tcp(1)),
        }
    }

    /// Its process; none once it was killed.
    pub(crate) fn process(&self) -> Option<u32> {
        self.process.id()
    }

    /// Kills it, as a crash does.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.expect("it runs");
    }

    /// Ends it as a supervisor does.
    pub(crate) async fn stop(&mut self) {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok());
        let id = nix::unistd::Pid::from_raw(id.expect("it runs"));
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).expect("told to end");
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        ended.expect("it ends in time").expect("its status");
    }

    /// Starts it anew on the same ports, and does not wait for it.
    pub(crate) fn restart(&mut self) {
        self.process = run(&self.program, &self.ports, &self.folder);
    }

    /// Waits until it has begun: its SIP listens after its event socket.
    async fn listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        for port in [0, 1].map(|n| self.ports.tcp(n)) {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .is_err()
            {
                assert!(Instant::now() < deadline, "nobody listens at {port}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// The password of an own server.
const PASSWORD: &str = "of-a-test-alone-0";

fn run(program: &str, ports: &PortBlock, folder: &TempDir) -> Child {
    let media = ports.udp(0, 1);
    Command::new(program)
        .env("EVENT_SOCKET_PORT", ports.tcp(0).to_string())
        .env("EVENT_SOCKET_PASSWORD", PASSWORD)
        .env("SIP_PORT", ports.tcp(1).to_string())
        .env("RTP_IP", media_address().to_string())
        .env("RTP_START", media.start().to_string())
        .env("RTP_END", (media.end() - 1).to_string())
        .env("SESSIONS_PER_SECOND", "1000")
        .env("STATE", folder.path().join("state"))
        .env("RECORDINGS", folder.path().join("recordings"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program} does not start: {error}"))
}
