//! Headless Chromium at `examples/browser`: what people see, counted in the page.

mod support;

use std::{process::Stdio, time::Duration};

use serde_json::Value;
use support::{
    browser::{Tools, root},
    ffprobe, freeswitch,
    janus::{self, Janus},
    ports::PortBlock,
    service::Service,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// All scenes take under a minute on a machine that does little else.
const PATIENCE: Duration = Duration::from_secs(240);
/// What is recorded of three seconds at least: the page counts pictures four times a second.
const RECORDED: Duration = Duration::from_millis(2500);

/// The driver of the browser, tests/browser/run.mjs.
struct Driver {
    process: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    fn start(tools: &Tools, scenes: Option<&str>) -> Self {
        let mut command = Command::new(&tools.node);
        if let Some(scenes) = scenes {
            command.env("SCENES", scenes);
        }
        let mut process = command
            .arg(root().join("tests/browser/run.mjs"))
            .env("MODULES", &tools.modules)
            .env("CHROMIUM", &tools.chromium)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node starts");
        Self {
            input: process.stdin.take().expect("piped"),
            lines: BufReader::new(process.stdout.take().expect("piped")).lines(),
            process,
        }
    }

    async fn line(&mut self) -> Option<String> {
        self.lines.next_line().await.expect("text")
    }

    /// Runs the scenes against the service at this address; what each yielded.
    async fn run(mut self, address: &str) -> Vec<Value> {
        let line = format!("{address}\n");
        self.input.write_all(line.as_bytes()).await.expect("taken");
        let mut scenes = Vec::new();
        while let Some(line) = self.line().await {
            println!("{line}");
            scenes.push(serde_json::from_str(&line).expect("one JSON object a line"));
        }
        let mut said = String::new();
        let mut errors = self.process.stderr.take().expect("piped");
        errors.read_to_string(&mut said).await.expect("text");
        let status = self.process.wait().await.expect("its status");
        assert!(status.success(), "after {scenes:#?}: {said}");
        scenes
    }
}

/// Ends the service, with no session left; what it has said.
async fn terminate(service: Service) -> Vec<Value> {
    let (status, lines) = service.terminate().await;
    assert!(status.success(), "{status}");
    let said: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect();
    let stopping = said.iter().find(|line| {
        let message = line["message"].as_str();
        message.is_some_and(|message| message.starts_with("stopping"))
    });
    let left = stopping.and_then(|line| line["sessions"].as_u64());
    assert_eq!(left, Some(0), "sessions that nobody has ended");
    said
}

/// Runs scenes against a service that is started for them, and ends it; what each yielded, and where it recorded to.
async fn play(
    tools: Tools,
    scenes: Option<&str>,
    arguments: &[&str],
    config: String,
) -> (Service, Vec<Value>) {
    let run = async {
        let mut driver = Driver::start(&tools, scenes);
        let origin = driver.line().await.expect("the page is served");
        let variables = [("MEDIAPLANE_GRPC_CORS_ALLOWED_ORIGINS", origin.as_str())];
        let service = Service::start(arguments, &variables, |_| config).await;
        let scenes = driver.run(&format!("http://{}", service.address)).await;
        (service, scenes)
    };
    timeout(PATIENCE, run).await.expect("in time")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_sees_all_that_there_is() {
    let Some(tools) = Tools::wanted() else { return };
    let (service, scenes) = play(tools, None, &[], String::new()).await;
    let record = scenes.iter().find(|scene| scene["scene"] == "record");
    let record = record.expect("it was played");
    let uri = record["uri"].as_str().expect("what was recorded");
    let path = uri.strip_prefix("file://").expect("a file");
    let took = Duration::from_secs_f64(record["took"].as_f64().expect("seconds"));
    if let Some(probed) = ffprobe::probe(path).await {
        assert_eq!(probed.codecs(), ["opus", "vp8"]);
        let sane = RECORDED..took + Duration::from_millis(200);
        assert!(sane.contains(&probed.duration), "{took:?}: {probed:#?}");
        assert!(probed.streams[1].packets >= 50, "{probed:#?}");
    }
    let mut said = terminate(service).await.into_iter();
    let complaint = said.find(|line| line["level"] != "INFO");
    assert_eq!(complaint, None);
}

/// The same page, with one line of the configuration changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_sees_itself_by_janus_as_well() {
    let Some(tools) = Tools::wanted() else { return };
    let janus = Janus::start(janus::Options::default()).await;
    let backend = format!("janus={}", janus.url());
    let arguments = ["--backend", &backend];
    let (service, scenes) = play(tools, Some("echo"), &arguments, String::new()).await;
    assert!(scenes[0]["decoded"].as_u64() >= Some(20), "{scenes:?}");
    terminate(service).await;
}

/// A real FreeSWITCH, which environment variables name: people see and hear themselves and each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_meets_others_on_freeswitch() {
    let Some(tools) = Tools::wanted() else { return };
    let Some(address) = freeswitch::address() else {
        println!("SKIPPED: MEDIAPLANE_TEST_FREESWITCH names no FreeSWITCH");
        return;
    };
    let ports = PortBlock::claim();
    let freeswitch::Address {
        event_socket,
        password,
        sip,
    } = address;
    let port = ports.tcp(0);
    let config = format!(
        "[[backend]]\nname = 'freeswitch-1'\nkind = 'freeswitch'\nevent_socket = '{event_socket}'\n\
         password = '{password}'\nsip = '{sip}'\nsip_contact = '127.0.0.1:{port}'\n"
    );
    let scenes = Some("echo,bridge,offerer,vp8AndH264,mirror,talk,conference");
    let (service, scenes) = play(tools, scenes, &[], config).await;
    assert_eq!(scenes.len(), 7, "{scenes:?}");
    terminate(service).await;
}
