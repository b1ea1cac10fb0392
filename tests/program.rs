//! The program as people run it: served as a process, asked by its own client and by Python.

mod support;

use std::{path::Path, process::Output, time::Duration};

use serde_json::Value;
use support::{
    janus::{self, Janus},
    media::Kind,
    peer::{Options, Peer},
    received::Receives as _,
    service::Service,
};
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(30);
const SECRET: &str = "a-secret-of-the-test";

async fn start(janus: &Janus) -> Service {
    let mut service = Service::start(&[], &[], |_| configuration(janus)).await;
    service.logs("connected to Janus").await;
    service
}

/// Runs the client; yields what it did and said.
async fn client(service: &Service, arguments: &[&str]) -> Output {
    let run = Command::new(env!("CARGO_BIN_EXE_mediaplane"))
        .args(arguments)
        .env("MEDIAPLANE_ADDRESS", format!("http://{}", service.address))
        .output();
    tokio::time::timeout(PATIENCE, run)
        .await
        .expect("in time")
        .expect("the client runs")
}

async fn asks(service: &Service, arguments: &[&str]) -> String {
    let output = client(service, arguments).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
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
    let service = start(&janus).await;
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
    let answer = asks(&service, &[&create[..], &rest[..]].concat()).await;
    assert!(answer.starts_with("v=0"), "{answer}");
    peer.accept_answer(&answer).await;
    peer.connected().await;
    peer.receives(Kind::Audio, 7, 20).await;
    peer.receives(Kind::Video, 7, 20).await;

    let session = asks(&service, &["session", "get", "e", "--output", "json"]).await;
    let session: Value = serde_json::from_str(&session).expect("JSON");
    assert_eq!(
        session["session"]["status"], "SESSION_STATUS_READY",
        "{session}"
    );
    let unknown = client(&service, &["session", "get", "nobody"]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("SESSION_NOT_FOUND"));

    let (status, lines) = service.terminate().await;
    assert!(status.success(), "an end in order: {status}");
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
    let service = start(&janus).await;
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
    assert!(service.terminate().await.0.success());
    janus.leaves_nothing(PATIENCE, |_| false).await;
}
