//! The program as people run it: served as a process, asked by its own client and by Python.

mod support;

use std::{
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use support::{
    janus::{self, Janus},
    media::Kind,
    peer::{Options, Peer},
    received::Receives as _,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
};

const PATIENCE: Duration = Duration::from_secs(30);
const SECRET: &str = "a-secret-of-the-test";

/// A running `mediaplane serve`, and the lines that it logs.
struct Service {
    process: Child,
    address: String,
    lines: mpsc::Receiver<String>,
    seen: Vec<String>,
    _folder: TempDir,
}

impl Service {
    async fn start(janus: &Janus) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("mediaplane.toml");
        std::fs::write(&config, configuration(janus)).expect("written");
        let mut process = Command::new(env!("CARGO_BIN_EXE_mediaplane"))
            .args(["serve", "--config"])
            .arg(&config)
            .env("MEDIAPLANE_GRPC_LISTEN", "127.0.0.1:0")
            .env("MEDIAPLANE_HTTP_LISTEN", "127.0.0.1:0")
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut output = BufReader::new(process.stderr.take().expect("piped")).lines();
        let (sender, lines) = mpsc::channel(10_000);
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
            lines,
            seen: Vec::new(),
            _folder: folder,
        };
        let serving = service.logs("serving").await;
        service.address = serving["grpc"].as_str().expect("an address").to_owned();
        service.logs("connected to Janus").await;
        service
    }

    /// The next line with this message.
    async fn logs(&mut self, message: &str) -> Value {
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
        tokio::time::timeout(PATIENCE, found)
            .await
            .expect("logged in time")
    }

    /// Runs the client; yields what it did and said.
    async fn client(&self, arguments: &[&str]) -> Output {
        let run = Command::new(env!("CARGO_BIN_EXE_mediaplane"))
            .args(arguments)
            .env("MEDIAPLANE_ADDRESS", format!("http://{}", self.address))
            .output();
        tokio::time::timeout(PATIENCE, run)
            .await
            .expect("in time")
            .expect("the client runs")
    }

    async fn asks(&self, arguments: &[&str]) -> String {
        let output = self.client(arguments).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Ends the service as a supervisor does; yields its exit code and all that it logged.
    async fn terminate(mut self) -> (Option<i32>, Vec<String>) {
        let id = self
            .process
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .expect("it runs");
        kill(Pid::from_raw(id), Signal::SIGTERM).expect("told to end");
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        let status = ended.expect("it ends in time").expect("its status");
        while let Some(line) = self.lines.recv().await {
            self.seen.push(line);
        }
        (status.code(), self.seen)
    }
}

fn configuration(janus: &Janus) -> String {
    format!(
        r#"
[service]
shutdown_deadline = "1s"
[[backend]]
name = "janus-1"
kind = "janus"
url = "{}"
api_secret = "{SECRET}"
admin_url = "{}"
admin_secret = "{}"
"#,
        janus.url(),
        janus.admin_url(),
        janus.admin_secret(),
    )
}

async fn start_janus() -> Janus {
    let api_secret = Some(SECRET.to_owned());
    Janus::start(janus::Options {
        api_secret,
        ..janus::Options::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_brings_a_browser_like_peer_and_a_real_janus_together() {
    let janus = start_janus().await;
    let service = Service::start(&janus).await;
    let peer = Peer::offer(Options::new(janus.media_ip(), 7).audio().video()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let offer = folder.path().join("x.sdp");
    std::fs::write(&offer, peer.description()).expect("written");
    let create = [
        "session",
        "create",
        "--type",
        "echo",
        "--backend",
        "janus",
        "--session-id",
        "e",
    ];
    let rest = [
        "--offer-file",
        offer.to_str().expect("text"),
        "--wait-reply",
    ];
    let answer = service.asks(&[&create[..], &rest[..]].concat()).await;
    assert!(answer.starts_with("v=0"), "{answer}");
    peer.accept_answer(&answer).await;
    peer.connected().await;
    peer.receives(Kind::Audio, 7, 20).await;
    peer.receives(Kind::Video, 7, 20).await;

    let session = service
        .asks(&["session", "get", "e", "--output", "json"])
        .await;
    let session: Value = serde_json::from_str(&session).expect("JSON");
    assert_eq!(
        session["session"]["status"], "SESSION_STATUS_READY",
        "{session}"
    );
    let unknown = service.client(&["session", "get", "nobody"]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("SESSION_NOT_FOUND"));

    let (code, lines) = service.terminate().await;
    assert_eq!(code, Some(0), "an end in order");
    janus.leaves_nothing(PATIENCE, |_| false).await;
    nothing_private(&lines, &janus, &[peer.description(), &answer]);
}

/// What is logged at info level has no description, no address of a candidate and no secret.
fn nothing_private(lines: &[String], janus: &Janus, descriptions: &[&str]) {
    let fingerprints = descriptions
        .iter()
        .flat_map(|sdp| sdp.lines())
        .filter(|line| {
            ["a=fingerprint", "a=ice-", "a=candidate"]
                .iter()
                .any(|a| line.starts_with(a))
        })
        .map(str::to_owned);
    let own = [SECRET, janus.admin_secret()].map(str::to_owned);
    let address = [janus.media_ip().to_string(), "v=0".to_owned()];
    for private in fingerprints.chain(own).chain(address) {
        let found = lines.iter().find(|line| line.contains(&private));
        assert!(found.is_none(), "{private} was logged: {found:?}");
    }
    assert!(
        lines.iter().any(|line| line.contains("session ended")),
        "something was logged"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_finds_the_api_by_reflection_and_hears_and_sees_itself() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/echo.py");
    let probe = Command::new("python3")
        .args(["-c", "import aiortc, grpc_reflection"])
        .output();
    if !probe.await.is_ok_and(|output| output.status.success()) {
        assert!(
            std::env::var_os("CI").is_none(),
            "python3 with aiortc is missing: run `make test`"
        );
        println!("skipped: python3 has no aiortc and grpcio-reflection; `make test` installs them");
        return;
    }
    let janus = start_janus().await;
    let service = Service::start(&janus).await;
    let run = Command::new("python3")
        .arg(script)
        .args(["--address", &service.address, "--backend", "janus"])
        .output();
    let output = tokio::time::timeout(2 * PATIENCE, run)
        .await
        .expect("in time")
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(service.terminate().await.0, Some(0));
    janus.leaves_nothing(PATIENCE, |_| false).await;
}
