//! A real Kurento, which runs already: the tests find it by `MEDIAPLANE_TEST_KURENTO=ws://host:8888/kurento`.
//!
//! Those that must kill one, or need a second one, start their own: `MEDIAPLANE_TEST_KURENTO_RUN` names a program that
//! is given a port of 127.0.0.1 and runs a Kurento there in the foreground, with the `garbageCollectorPeriod` that the
//! variable `KMS_GC` has.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use url::Url;

use super::ports::PortBlock;

/// How long a server may take to start, and what is asked of it to come true.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where it is, if there is one.
pub(crate) fn url() -> Option<Url> {
    let url = std::env::var("MEDIAPLANE_TEST_KURENTO").ok()?;
    Some(url.parse().expect("MEDIAPLANE_TEST_KURENTO is a URL"))
}

/// The address of the server at `url`.
pub(crate) async fn address(url: &Url) -> SocketAddr {
    let host = url.host_str().expect("the URL has a host");
    let port = url.port_or_known_default().expect("the URL has a port");
    let mut found = tokio::net::lookup_host((host, port))
        .await
        .expect("the host is known");
    found.next().expect("the host has an address")
}

/// A look at the server, past the driver.
#[derive(Debug)]
pub(crate) struct Look {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
}

impl Look {
    /// Opens a session of its own.
    pub(crate) async fn at(url: &Url) -> Look {
        let (socket, _) = connect_async(url.as_str())
            .await
            .expect("Kurento can be reached");
        let mut look = Look { socket, last: 0 };
        look.ask("connect", json!({})).await;
        look
    }

    /// What a request yields.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let frame = json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params});
        let sent = self.socket.send(Message::Text(frame.to_string().into()));
        sent.await.expect("it takes a request");
        loop {
            let frame = self.socket.next().await.expect("it answers");
            let Message::Text(text) = frame.expect("the connection stands") else {
                continue;
            };
            let mut frame: Value = serde_json::from_str(&text).expect("it sends JSON");
            if frame["id"] == self.last {
                return frame["result"]["value"].take();
            }
        }
    }

    async fn invoke(&mut self, object: &str, operation: &str) -> Value {
        let params = json!({"object": object, "operation": operation, "operationParams": {}});
        self.ask("invoke", params).await
    }

    /// Makes a pipeline that is tagged as that of a service.
    pub(crate) async fn make_pipeline(&mut self, service: &str) -> String {
        let made = json!({"type": "MediaPipeline", "constructorParams": {}});
        let made = self.ask("create", made).await;
        let pipeline = made.as_str().expect("an id").to_owned();
        let tag = json!({"key": "mp.service", "value": service});
        let tag = json!({"object": pipeline, "operation": "addTag", "operationParams": tag});
        self.ask("invoke", tag).await;
        pipeline
    }

    /// Whether there is an object of this id.
    pub(crate) async fn is_there(&mut self, object: &str) -> bool {
        !self.invoke(object, "getTags").await.is_null()
    }

    /// The memory that the server uses, in kB.
    pub(crate) async fn used_memory(&mut self) -> i64 {
        let used = self.invoke("manager_ServerManager", "getUsedMemory").await;
        used.as_i64().expect("a number")
    }

    /// The pipelines of a service, each with how much is in it.
    pub(crate) async fn pipelines_of(&mut self, service: &str) -> Vec<(String, Vec<String>)> {
        let mut own = Vec::new();
        for pipeline in texts(&self.invoke("manager_ServerManager", "getPipelines").await) {
            let tags = self.invoke(&pipeline, "getTags").await;
            // Each of its backends has one of its own.
            let is_mark = |tag: &Value| {
                let mark = tag["value"].as_str().unwrap_or_default();
                tag["key"] == "mp.service" && mark.split('/').next() == Some(service)
            };
            if tags.as_array().is_some_and(|tags| tags.iter().any(is_mark)) {
                let children = texts(&self.invoke(&pipeline, "getChildren").await);
                own.push((pipeline, children));
            }
        }
        own
    }

    /// Leaves, and lets go of all that was looked at: whatever a session has asked for lives as long as the session.
    pub(crate) async fn leave(mut self) {
        self.ask("closeSession", json!({})).await;
    }
}

/// The pipelines that the service has on the server at `url`, each with what is in it.
pub(crate) async fn held(url: &Url, service: &str) -> Vec<(String, Vec<String>)> {
    let mut look = Look::at(url).await;
    let held = look.pipelines_of(service).await;
    look.leave().await;
    held
}

/// Waits until `wanted` holds for the pipelines of the service.
///
/// # Panics
/// If it does not in time; the message lists them.
pub(crate) async fn until_held(
    url: &Url,
    service: &str,
    wanted: impl Fn(&[(String, Vec<String>)]) -> bool,
) -> Vec<(String, Vec<String>)> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let held = held(url, service).await;
        if wanted(&held) {
            return held;
        }
        assert!(Instant::now() < deadline, "on the server: {held:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A Kurento of the test's own; killed when dropped.
#[derive(Debug)]
pub(crate) struct Own {
    program: String,
    period: Duration,
    process: Child,
    ports: PortBlock,
}

impl Own {
    /// Starts one that collects what nobody uses every `period`; none where nobody says how.
    pub(crate) async fn start(period: Duration) -> Option<Own> {
        let program = std::env::var("MEDIAPLANE_TEST_KURENTO_RUN").ok()?;
        let ports = PortBlock::claim();
        let own = Own {
            process: run(&program, period, &ports),
            program,
            period,
            ports,
        };
        own.listens().await;
        Some(own)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> Url {
        let url = format!("ws://127.0.0.1:{}/kurento", self.ports.tcp(0));
        url.parse().expect("a URL")
    }

    /// Its process; none once it was killed.
    pub(crate) fn process(&self) -> Option<u32> {
        self.process.id()
    }

    /// Kills it, as a crash does.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.expect("it runs");
    }

    /// Starts it anew on the same port.
    pub(crate) async fn restart(&mut self) {
        self.process = run(&self.program, self.period, &self.ports);
        self.listens().await;
    }

    async fn listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        let address = (Ipv4Addr::LOCALHOST, self.ports.tcp(0));
        while TcpStream::connect(address).await.is_err() {
            assert!(Instant::now() < deadline, "{} does not listen", self.url());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn run(program: &str, period: Duration, ports: &PortBlock) -> Child {
    Command::new(program)
        .arg(ports.tcp(0).to_string())
        .env("KMS_GC", period.as_secs().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program} does not start: {error}"))
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
