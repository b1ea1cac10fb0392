//! The console in headless Chromium: what people click there, see, and are refused.

mod support;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use mediaplane_client::{
    Client,
    proto::{
        CreateSessionRequest, DrainBackendRequest, P2p, SendInfoRequest, SessionDescription,
        SessionType, UndrainBackendRequest, session_type::Kind,
    },
};
use serde_json::Value;
use support::{
    browser::{Tools, root},
    janus::{self, Janus},
    service::Service,
};
use tokio::{process::Command, time::timeout};

/// All scenes take under a minute on a machine that does little else.
const PATIENCE: Duration = Duration::from_secs(240);

/// Sessions that live on the read-only service, and events of the first of them: more than any page shows.
const CROWD: usize = 1000;
const TALK: usize = 300;

/// Fills a service by its gRPC port, which its console's being read-only does not touch.
async fn fill(service: &Service) {
    let client = Client::connect(format!("http://{}", service.address)).expect("a URL");
    let name = || "embedded".to_owned();
    let drain = DrainBackendRequest { name: name() };
    client
        .backends()
        .drain_backend(drain)
        .await
        .expect("drained");
    let undrain = UndrainBackendRequest { name: name() };
    let undrained = client.backends().undrain_backend(undrain).await;
    undrained.expect("undrained");
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n";
    let mut sessions = client.sessions();
    for number in 0..CROWD {
        let request = CreateSessionRequest {
            session_id: format!("caller-{number}"),
            r#type: Some(SessionType {
                kind: Some(Kind::P2p(P2p::default())),
            }),
            offer: Some(SessionDescription {
                sdp: sdp.to_owned(),
                ..SessionDescription::default()
            }),
            wait_timeout: Some(prost_types::Duration {
                seconds: 600,
                nanos: 0,
            }),
            ..CreateSessionRequest::default()
        };
        sessions.create_session(request).await.expect("created");
    }
    for number in 0..TALK {
        let request = SendInfoRequest {
            session_id: "caller-0".to_owned(),
            info: format!("word-{number}"),
            ..SendInfoRequest::default()
        };
        sessions.send_info(request).await.expect("told");
    }
}

/// Runs the scenes at these two services; what each yielded.
async fn play(tools: &Tools, console: &Service, read_only: &Service) -> Vec<Value> {
    let run = Command::new(&tools.node)
        .arg(root().join("tests/console/run.mjs"))
        .env("CONSOLE", format!("http://{}", console.http))
        .env("READ_ONLY", format!("http://{}", read_only.http))
        .env("MODULES", &tools.modules)
        .env("CHROMIUM", &tools.chromium)
        .env("SHOTS", shots())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, run).await.expect("in time");
    let output = output.expect("node starts");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    said.lines()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect()
}

/// Where the pictures of the pages are kept: `target/console`.
fn shots() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("target").join("console")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_work_with_the_console() {
    let Some(tools) = Tools::wanted() else { return };
    let janus = Janus::start(janus::Options::default()).await;
    let configure = |folder: &Path| {
        let folder = folder.display();
        format!(
            "[[backend]]\nkind = \"embedded\"\nname = \"embedded\"\nlisten = [\"0.0.0.0:0\"]\ntcp = false\n\
             record.folder = \"{folder}\"\nplay.folders = [\"{folder}\"]\n\
             [[backend]]\nkind = \"janus\"\nname = \"janus\"\npriority = 1\nurl = \"{}\"\nrecordings = \"{}\"\n",
            janus.url(),
            janus.recordplay().display()
        )
    };
    // Pages that are closed leave sessions behind for a while, and nobody ends those of the crowd.
    let soon = ("MEDIAPLANE_SERVICE_SHUTDOWN_DEADLINE", "100ms");
    let service = Service::start(&[], &[soon], configure).await;
    let variables = [("MEDIAPLANE_HTTP_CONSOLE_READ_ONLY", "true"), soon];
    let read_only = Service::start(&[], &variables, |_| String::new()).await;
    fill(&read_only).await;
    let scenes = play(&tools, &service, &read_only).await;
    for scene in &scenes {
        let decoded = scene["decoded"].as_u64();
        assert!(decoded.is_none_or(|pictures| pictures >= 20), "{scene}");
    }
    for service in [service, read_only] {
        let (status, _) = service.terminate().await;
        assert!(status.success(), "{status}");
    }
}
