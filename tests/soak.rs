//! Ten thousand sessions come, are watched by ten streams, and go: nothing of them is left.

use std::{
    collections::HashMap,
    fs,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::join_all, stream};
use mediaplane::{
    app::App,
    config::Config,
    proto::{
        CreateSessionRequest, DestroySessionRequest, P2p, SessionDescription, SessionType,
        SetAnswerRequest, WatchEventsRequest, WatchEventsResponse,
        event::{Kind, Subject},
        session_service_client::SessionServiceClient,
        session_type,
        watch_events_request::{All, Scope},
        watch_events_response::Item,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
};
use tonic::{Streaming, transport::Channel};

type Client = SessionServiceClient<Channel>;

const SESSIONS: usize = 10_000;
const WATCHERS: usize = 10;
const IN_FLIGHT: usize = 64;
/// How long ended sessions are remembered here.
const HISTORY: Duration = Duration::from_secs(1);
/// For what ends by itself, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a round may leave behind, in bytes: less than one word for each allocation of its sessions. The allocator's
/// own scatter is within it; the sessions of a round take ten times as much while they live.
const LEFT: u64 = 4 << 20;

/// Rounds at most until one leaves nothing behind.
const ROUNDS: usize = 5;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_thousand_watched_sessions_nothing_is_left() {
    let app = App::start(config()).await.expect("the service starts");
    // The first rounds fill what is kept for good: pools, tables, the allocator's own stock. What
    // leaks grows in every round.
    let mut sizes = Vec::new();
    for _ in 0..ROUNDS {
        round(&app).await;
        sizes.push(resident());
        if steady(&sizes) {
            break;
        }
    }
    assert!(
        steady(&sizes),
        "resident memory grew in each round: {sizes:?} bytes"
    );
    assert_eq!(app.shutdown().await, 0);
}

fn steady(sizes: &[u64]) -> bool {
    matches!(sizes, [.., before, after] if *after <= before + LEFT)
}

fn config() -> Config {
    let mut config = Config::default();
    let any_port: SocketAddr = ([127, 0, 0, 1], 0).into();
    config.grpc.listen = any_port;
    config.http.listen = any_port;
    config.events.history_time = HISTORY;
    config
}

/// All sessions come and go, and all that watched them as well.
async fn round(app: &App) {
    let idle = tasks();
    let client = connect(app.grpc_addr).await;
    let mut watchers = Vec::new();
    for _ in 0..WATCHERS {
        let events = connect(app.grpc_addr)
            .await
            .watch_events(everything())
            .await;
        watchers.push(tokio::spawn(watch(events.expect("watched").into_inner())));
    }
    assert_eq!(figure(app, "mediaplane_watchers").await, WATCHERS as f64);

    let ids = each(0..SESSIONS, |_| begin(client.clone())).await;
    assert_eq!(app.live_sessions(), SESSIONS);
    assert_eq!(figure(app, "mediaplane_sessions").await, SESSIONS as f64);
    each(&ids, |id| end(client.clone(), id.clone())).await;
    for watcher in join_all(watchers).await {
        assert_eq!(watcher.expect("a watcher does not panic"), SESSIONS);
    }

    assert_eq!(app.live_sessions(), 0);
    assert_eq!(figure(app, "mediaplane_sessions").await, 0.0);
    eventually("forgotten", async || forgotten(&client, &ids).await).await;
    drop(client);
    for gauge in ["mediaplane_watchers", "mediaplane_events_pending"] {
        eventually(gauge, async || figure(app, gauge).await == 0.0).await;
    }
    eventually("tasks ended", async || tasks() <= idle).await;
}

async fn connect(address: SocketAddr) -> Client {
    let client = Client::connect(format!("http://{address}")).await;
    client.expect("the service accepts connections")
}

/// Does it for all, some at a time.
async fn each<T, F: Future>(
    items: impl IntoIterator<Item = T>,
    work: impl FnMut(T) -> F,
) -> Vec<F::Output> {
    let work = stream::iter(items).map(work);
    work.buffer_unordered(IN_FLIGHT).collect().await
}

fn description() -> SessionDescription {
    SessionDescription {
        sdp: SDP.to_owned(),
        ..SessionDescription::default()
    }
}

async fn begin(mut client: Client) -> String {
    let request = CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(session_type::Kind::P2p(P2p::default())),
        }),
        offer: Some(description()),
        ..CreateSessionRequest::default()
    };
    let created = client.create_session(request).await;
    let session_id = created.expect("created").into_inner().session_id;
    let answer = SetAnswerRequest {
        session_id: session_id.clone(),
        answer: Some(description()),
    };
    client.set_answer(answer).await.expect("answered");
    session_id
}

async fn end(mut client: Client, session_id: String) {
    let request = DestroySessionRequest {
        session_id,
        message: String::new(),
    };
    client.destroy_session(request).await.expect("destroyed");
}

async fn forgotten(client: &Client, ids: &[String]) -> bool {
    // They are forgotten in the order in which they ended, which is not quite this one.
    let probes = ids.iter().rev().take(IN_FLIGHT);
    let gone = each(probes, |id| {
        let mut client = client.clone();
        let request = mediaplane::proto::GetSessionRequest {
            session_id: id.clone(),
        };
        async move { client.get_session(request).await.is_err() }
    });
    gone.await.into_iter().all(|gone| gone)
}

fn everything() -> WatchEventsRequest {
    WatchEventsRequest {
        scope: Some(Scope::All(All {})),
        from_now: true,
        ..WatchEventsRequest::default()
    }
}

/// Reads until as many sessions as there are have ended, each event in its order; returns how many there were.
async fn watch(mut events: Streaming<WatchEventsResponse>) -> usize {
    let mut last: HashMap<String, u64> = HashMap::new();
    let mut ended = 0;
    while ended < SESSIONS {
        let response = events.message().await.expect("the stream goes on");
        let event = match response.and_then(|response| response.item) {
            Some(Item::Event(event)) => event,
            other => panic!("only events are expected: {other:?}"),
        };
        let Some(Subject::SessionId(id)) = event.subject else {
            panic!("only events of sessions are expected");
        };
        let last = last.entry(id).or_default();
        assert_eq!(event.sequence, *last + 1, "no event is lost or comes twice");
        *last = event.sequence;
        ended += usize::from(matches!(event.kind, Some(Kind::Destroyed(_))));
    }
    last.len()
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// The sum of a metric over its labels.
async fn figure(app: &App, name: &str) -> f64 {
    let mut stream = TcpStream::connect(app.http_addr).await.expect("accepted");
    let request = b"GET /metrics HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut page = String::new();
    stream.read_to_string(&mut page).await.expect("read");
    let values = page.lines().filter_map(|line| {
        let (metric, value) = line.rsplit_once(' ')?;
        let metric = metric.split_once('{').map_or(metric, |(metric, _)| metric);
        (metric == name).then(|| value.parse::<f64>().expect("a number"))
    });
    values.sum()
}

fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next());
    let kilobytes: u64 = kilobytes.and_then(|n| n.parse().ok()).expect("a number");
    kilobytes * 1024
}
