//! An echo on a real Janus, created through Mediaplane and directly on Janus' WebSocket.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Mutex;

use crate::{
    echo::{self, Direct as _},
    load::{self, Measured},
    process::{Client, Server},
    report::Report,
    support::{
        janus::{self, Handle, Janus, Options},
        sdp::OFFER_OF_NOBODY,
    },
};

/// Exchanges of each kind that the median is taken of.
const SAMPLES: usize = 300;
const IN_FLIGHT: usize = 10;

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
    echo::connected(&client).await;
    let direct = Direct::begin(&janus).await;
    echo::latency(report, &client, &direct, SAMPLES).await;
    throughput(report, &janus, &server, client).await;
}

async fn throughput(report: &mut Report, janus: &Janus, server: &Server, client: Client) {
    let clients = vec![client; IN_FLIGHT];
    let mut direct = Vec::new();
    for _ in 0..IN_FLIGHT {
        direct.push(Direct::begin(janus).await);
    }
    let (mut ours, mut theirs) = (Measured::default(), Measured::default());
    for _ in 0..echo::ROUNDS {
        ours.add(load::run(server, &clients, echo::ROUND, echo::once).await);
        theirs.add(load::run(server, &direct, echo::ROUND, Direct::once).await);
    }
    report.note(format!(
        "{IN_FLIGHT} exchanges in flight, each with its end; directly on as many sockets"
    ));
    echo::tell(report, ours, theirs);
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
}

impl echo::Direct for Direct {
    type Open = Handle;

    async fn open(&self) -> Handle {
        let mut client = self.0.lock().await;
        let handle = client.attach("janus.plugin.echotest", "bench").await;
        let answer = client
            .message(handle, json!({}), Some(("offer", OFFER_OF_NOBODY)))
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
