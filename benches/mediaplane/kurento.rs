//! An echo on a real Kurento, created through Mediaplane and directly on Kurento's WebSocket.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::{connect_async_with_config, tungstenite::Message};
use url::Url;

use crate::{
    echo::{self, Direct as _},
    load::{self, Measured},
    process::{Client, Server},
    report::{Report, Target},
    support::{kurento, sdp::OFFER_OF_NOBODY},
};

/// Exchanges of each kind that the median is taken of.
const SAMPLES: usize = 100;
/// Tells what the service has on Kurento from what others have.
const SERVICE: &str = "mediaplane-bench";

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    let Some(url) = kurento::url() else {
        report.note("skipped: MEDIAPLANE_TEST_KURENTO names no Kurento");
        return;
    };
    let backend = [
        ("MEDIAPLANE_BACKEND_0_NAME", "kurento"),
        ("MEDIAPLANE_BACKEND_0_KIND", "kurento"),
        ("MEDIAPLANE_BACKEND_0_URL", url.as_str()),
        ("MEDIAPLANE_SERVICE_INSTANCE", SERVICE),
    ];
    let server = Server::mediaplane(&backend).await;
    let client = server.client().await;
    echo::connected(&client).await;
    round_trips(report, &server, &client).await;
    let direct = Direct::begin(&url).await;
    echo::latency(report, &client, &direct, SAMPLES).await;
    direct.end().await;
    for in_flight in [1, 50] {
        throughput(report, &url, &server, &client, in_flight).await;
    }
}

/// How many requests the driver makes of Kurento for one echo.
async fn round_trips(report: &mut Report, server: &Server, client: &Client) {
    let before = requests(&server.metrics().await);
    let id = echo::open(&mut client.clone()).await;
    let opened = requests(&server.metrics().await);
    let made = opened - before;
    report.judge("requests to open", made, "", Target::AtMost(1.0));
    echo::close(&mut client.clone(), &id).await;
}

/// The requests that were made of the media server, but for those of the keeper, who looks for orphans now and then.
fn requests(metrics: &str) -> f64 {
    let counts = metrics.lines().filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        let is_count = name.starts_with("mediaplane_backend_commands_total{")
            && !name.contains("command=\"getChildren\"");
        is_count.then(|| value.trim().parse::<f64>().ok())?
    });
    counts.sum()
}

async fn throughput(
    report: &mut Report,
    url: &Url,
    server: &Server,
    client: &Client,
    in_flight: usize,
) {
    let clients = vec![client.clone(); in_flight];
    let (mut ours, mut theirs) = (Measured::default(), Measured::default());
    for _ in 0..echo::ROUNDS {
        ours.add(load::run(server, &clients, echo::ROUND, echo::once).await);
        // A pipeline that many sessions came and went in is slower than a new one.
        let direct = Direct::begin(url).await;
        let sockets = vec![direct.clone(); in_flight];
        theirs.add(load::run(server, &sockets, echo::ROUND, Direct::once).await);
        direct.end().await;
    }
    report.note(format!(
        "{in_flight} in flight, each with its end; directly on one socket"
    ));
    echo::tell(report, ours, theirs);
}

/// A WebSocket to Kurento, on which many requests may wait; clones share it and its pipeline.
#[derive(Clone, Debug)]
struct Direct {
    waiting: Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>,
    requests: mpsc::Sender<String>,
    last: Arc<AtomicU64>,
    pipeline: Arc<str>,
}

impl Direct {
    async fn begin(url: &Url) -> Self {
        // Without Nagle's algorithm, as the driver's.
        let connecting = connect_async_with_config(url.as_str(), None, true);
        let (socket, _) = connecting.await.expect("it listens");
        let (mut sink, mut stream) = socket.split();
        let (requests, mut queue) = mpsc::channel::<String>(1024);
        let waiting: Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>> = Arc::default();
        tokio::spawn(async move {
            while let Some(frame) = queue.recv().await {
                let sent = sink.send(Message::Text(frame.into())).await;
                sent.expect("the connection stands");
            }
        });
        let answered = waiting.clone();
        tokio::spawn(async move {
            while let Some(Ok(Message::Text(text))) = stream.next().await {
                let mut frame: Value = serde_json::from_str(&text).expect("JSON");
                let id = frame["id"].as_u64();
                if let Some(waits) = id.and_then(|id| answered.lock().remove(&id)) {
                    // Whoever asked may have gone.
                    let _ = waits.send(frame["result"].take());
                }
            }
        });
        let mut direct = Self {
            waiting,
            requests,
            last: Arc::default(),
            pipeline: "".into(),
        };
        direct.ask("connect", json!({})).await;
        let made = json!({"type": "MediaPipeline", "constructorParams": {}});
        let made = direct.ask("create", made).await;
        direct.pipeline = made["value"].as_str().expect("an id").into();
        direct
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (waits, result) = oneshot::channel();
        self.waiting.lock().insert(id, waits);
        let frame = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let sent = self.requests.send(frame.to_string()).await;
        sent.expect("the socket is there");
        result.await.expect("it answers")
    }

    async fn transaction(&self, calls: Vec<(&str, Value)>) -> Vec<Value> {
        let step = |(id, (method, params))| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let operations: Vec<Value> = (0..).zip(calls).map(step).collect::<Vec<_>>();
        let mut done = self
            .ask("transaction", json!({"operations": operations}))
            .await;
        let steps = done["value"].as_array_mut().expect("a list");
        let value = |step: &mut Value| {
            assert!(step["error"].is_null(), "{step}");
            step["result"]["value"].take()
        };
        steps.iter_mut().map(value).collect()
    }

    async fn once(self) {
        let elements = self.open().await;
        // The service answers before Kurento has, too.
        tokio::spawn(async move { self.close(elements).await });
    }

    /// Releases the pipeline, with all that the server still keeps of it.
    async fn end(self) {
        self.ask("release", json!({"object": &*self.pipeline}))
            .await;
    }
}

impl echo::Direct for Direct {
    type Open = [Value; 2];

    /// What the driver asks for an echo, call by call.
    async fn open(&self) -> [Value; 2] {
        let pipeline = &*self.pipeline;
        let create = |kind: &str, params: Value| {
            ("create", json!({"type": kind, "constructorParams": params}))
        };
        let invoke = |object: &str, operation: &str, params: Value| {
            let params =
                json!({"object": object, "operation": operation, "operationParams": params});
            ("invoke", params)
        };
        let [pass, endpoint] = ["newref:0", "newref:1"];
        let tag = || json!({"key": "mp.session", "value": "0c7b2f8e-4f4e-4f7b-9d53-4f2f0a3f7a10"});
        let subscribe =
            |object: &str, event: &str| ("subscribe", json!({"object": object, "type": event}));
        let mut calls = vec![
            create("PassThrough", json!({"mediaPipeline": pipeline})),
            create(
                "WebRtcEndpoint",
                json!({"mediaPipeline": pipeline, "certificateKeyType": "ECDSA", "useDataChannels": false}),
            ),
            invoke(
                endpoint,
                "setMaxVideoSendBandwidth",
                json!({"maxVideoSendBandwidth": 0}),
            ),
            invoke(endpoint, "addTag", tag()),
        ];
        calls.extend(OF_ENDPOINT.map(|event| subscribe(endpoint, event)));
        calls.push(invoke(pass, "addTag", tag()));
        calls.extend(OF_PASS_THROUGH.map(|event| subscribe(pass, event)));
        for (source, sink) in [(endpoint, pass), (pass, endpoint)] {
            for kind in ["AUDIO", "VIDEO"] {
                calls.push(invoke(
                    source,
                    "connect",
                    json!({"sink": sink, "mediaType": kind}),
                ));
            }
        }
        calls.push(invoke(
            endpoint,
            "processOffer",
            json!({"offer": OFFER_OF_NOBODY}),
        ));
        calls.push(invoke(endpoint, "gatherCandidates", json!({})));
        let answer = calls.len() - 2;
        let mut made = self.transaction(calls).await;
        assert!(made[answer].is_string(), "{}", made[answer]);
        [made[1].take(), made[0].take()]
    }

    async fn close(&self, elements: [Value; 2]) {
        let release = |object: Value| ("release", json!({"object": object}));
        self.transaction(elements.map(release).into()).await;
    }
}

/// What the driver listens to.
const OF_ENDPOINT: [&str; 9] = [
    "IceCandidateFound",
    "IceGatheringDone",
    "IceComponentStateChanged",
    "DtlsConnectionStateChange",
    "MediaFlowOutStateChanged",
    "MediaStateChanged",
    "DataChannelOpened",
    "DataChannelClosed",
    "Error",
];
const OF_PASS_THROUGH: [&str; 2] = ["MediaTranscodingStateChanged", "Error"];
