//! An echo on a real Janus, created through Mediaplane and directly on Janus' WebSocket.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use mediaplane::proto::{
    CreateSessionRequest, Echo, SessionDescription, SessionType,
    create_session_response::Description, session_type::Kind,
};
use serde_json::json;
use tokio::sync::Mutex;

use crate::{
    load::{self, Measured},
    process::{Client, Server},
    report::{Report, Target, millis, quantile},
    requests,
    support::janus::{self, Handle, Janus, Options},
};

/// Exchanges of each kind that the median is taken of.
const SAMPLES: usize = 300;
const IN_FLIGHT: usize = 10;
/// Turns of the two, for throughput.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

/// An offer that Janus and Kurento answer, with a candidate that leads nowhere (RFC 5737).
pub(crate) const OFFER: &str = "v=0\r\n\
    o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n\
    s=-\r\n\
    t=0 0\r\n\
    a=group:BUNDLE 0 1\r\n\
    a=ice-ufrag:4ZcD\r\n\
    a=ice-pwd:2/1muCWoOi3uLifh0NuRHlqk\r\n\
    a=fingerprint:sha-256 \
    4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1\r\n\
    a=setup:actpass\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=mid:0\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:111 opus/48000/2\r\n\
    a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r\n\
    a=end-of-candidates\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=mid:1\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:96 VP8/90000\r\n\
    a=rtcp-fb:96 nack pli\r\n";

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    let janus = Janus::start(Options::default()).await;
    let url = janus.url();
    let backend = [
        ("MEDIAPLANE_BACKEND_0_NAME", "janus"),
        ("MEDIAPLANE_BACKEND_0_KIND", "janus"),
        ("MEDIAPLANE_BACKEND_0_URL", url.as_str()),
    ];
    let server = Server::mediaplane(&backend).await;
    let client = server.client().await;
    connected(&client).await;
    latency(report, &janus, &client).await;
    throughput(report, &janus, &server, client).await;
}

async fn latency(report: &mut Report, janus: &Janus, client: &Client) {
    let direct = Direct::begin(janus).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let began = Instant::now();
        let id = open(&mut client.clone()).await;
        ours.push(began.elapsed());
        close(&mut client.clone(), &id).await;

        let began = Instant::now();
        let handle = direct.open().await;
        theirs.push(began.elapsed());
        direct.close(handle).await;
    }
    report.note(format!(
        "{SAMPLES} exchanges each, in turns, one at a time, until the answer is there"
    ));
    for (name, times) in [("mediaplane", &mut ours), ("direct", &mut theirs)] {
        let (p50, p99) = (millis(quantile(times, 0.5)), millis(quantile(times, 0.99)));
        report.note(format!("{name:12} p50 {p50:.3} ms  p99 {p99:.3} ms"));
    }
    let added = millis(quantile(&mut ours, 0.5)) - millis(quantile(&mut theirs, 0.5));
    report.judge("added at the median", added, " ms", Target::AtMost(1.0));
}

async fn throughput(report: &mut Report, janus: &Janus, server: &Server, client: Client) {
    let clients = vec![client; IN_FLIGHT];
    let mut direct = Vec::new();
    for _ in 0..IN_FLIGHT {
        direct.push(Direct::begin(janus).await);
    }
    let (mut ours, mut theirs) = (Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        ours.add(load::run(server, &clients, ROUND, ours_once).await);
        theirs.add(load::run(server, &direct, ROUND, Direct::once).await);
    }
    report.note(format!(
        "{IN_FLIGHT} exchanges in flight, each with its end; directly on as many sockets"
    ));
    ours.tell(report, "mediaplane", 1, "sessions");
    theirs.tell(report, "direct", 1, "sessions");
    let ratio = ours.rate() / theirs.rate();
    report.judge("ratio", ratio, "", Target::AtLeast(0.95));
}

/// Waits until the service has reached its media server.
pub(crate) async fn connected(client: &Client) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Err(status) = client.clone().create_session(echo()).await {
        assert!(Instant::now() < deadline, "it is not reached: {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn echo() -> CreateSessionRequest {
    CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(Kind::Echo(Echo {})),
        }),
        offer: Some(SessionDescription {
            sdp: OFFER.to_owned(),
            ..SessionDescription::default()
        }),
        wait_reply: true,
        ..CreateSessionRequest::default()
    }
}

async fn ours_once(mut client: Client) {
    let id = open(&mut client).await;
    close(&mut client, &id).await;
}

pub(crate) async fn open(client: &mut Client) -> String {
    let created = client
        .create_session(echo())
        .await
        .expect("created")
        .into_inner();
    assert!(matches!(created.description, Some(Description::Answer(_))));
    created.session_id
}

pub(crate) async fn close(client: &mut Client, id: &str) {
    let destroyed = client.destroy_session(requests::destroy(id)).await;
    destroyed.expect("destroyed");
}

/// A WebSocket to Janus; its requests go one after the other.
#[derive(Clone)]
struct Direct(Arc<Mutex<janus::Client>>);

impl Direct {
    async fn begin(janus: &Janus) -> Self {
        Self(Arc::new(Mutex::new(janus.client().await)))
    }

    async fn once(self) {
        let handle = self.open().await;
        self.close(handle).await;
    }

    async fn open(&self) -> Handle {
        let mut client = self.0.lock().await;
        let handle = client.attach("janus.plugin.echotest", "bench").await;
        let answer = client
            .message(handle, json!({}), Some(("offer", OFFER)))
            .await;
        assert_eq!(answer["jsep"]["type"], "answer", "{answer}");
        handle
    }

    async fn close(&self, handle: Handle) {
        let request = json!({"janus": "destroy", "session_id": handle.session});
        let destroyed = self.0.lock().await.request(request).await;
        assert_eq!(destroyed["janus"], "success", "{destroyed}");
    }
}
