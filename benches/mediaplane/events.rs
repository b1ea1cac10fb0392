//! Events to many watchers, against a bare stream that sends the same bytes to as many.
//!
//! On both servers `SendInfo` makes an event for all watchers, and the next one of the same worker is made when every
//! watcher has it: so none is ever so far behind that it would get a gap.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use mediaplane::proto::{
    SendInfoRequest, WatchEventsRequest, WatchEventsResponse,
    event::Kind,
    watch_events_request::{All, Scope},
    watch_events_response::Item,
};
use tokio::sync::Notify;
use tonic::Streaming;

use crate::{
    bare::Canned,
    load,
    process::{Client, Server},
    report::{Report, Target},
    requests,
};

/// How many watch.
const WATCHERS: [usize; 2] = [10, 1_000];
/// Connections that the watchers share.
const CONNECTIONS: usize = 8;
/// Events on their way at a time.
const IN_FLIGHT: usize = 32;

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    for watchers in WATCHERS {
        let ours = Server::mediaplane(&[]).await;
        let canned = Canned::record(&ours).await;
        let bare = Server::bare(&canned).await;
        report.note(format!(
            "{IN_FLIGHT} events of {} bytes on their way at a time, {watchers} watchers on {CONNECTIONS} connections",
            canned.event_len()
        ));
        let our = Worker::begin(&ours, watchers).await;
        let their = Worker::begin(&bare, watchers).await;
        let (mut our, mut their) =
            load::side_by_side((&ours, &our), (&bare, &their), Worker::publish).await;
        our.tell(
            report,
            &format!("mediaplane  to {watchers}"),
            watchers,
            "events",
        );
        their.tell(
            report,
            &format!("bare stream to {watchers}"),
            watchers,
            "events",
        );
        let ratio = our.rate() / their.rate();
        let name = format!("ratio to {watchers} watchers");
        report.judge(&name, ratio, "", Target::AtLeast(0.7));
    }
}

/// Makes one event of `session_id` and returns it as a watcher gets it.
pub(crate) async fn record(client: &mut Client, session_id: &str) -> WatchEventsResponse {
    let events = client.watch_events(everything()).await.expect("watched");
    let sent = client.send_info(info(session_id, 0)).await;
    sent.expect("sent");
    let event = events.into_inner().message().await;
    event.expect("the stream goes on").expect("an event comes")
}

/// The same event with another name.
pub(crate) fn named(event: &WatchEventsResponse, name: String) -> WatchEventsResponse {
    let mut event = event.clone();
    if let Some(Item::Event(event)) = &mut event.item
        && let Some(Kind::Info(info)) = &mut event.kind
    {
        info.info = name;
    }
    event
}

fn everything() -> WatchEventsRequest {
    WatchEventsRequest {
        scope: Some(Scope::All(All {})),
        from_now: true,
        ..WatchEventsRequest::default()
    }
}

fn info(session_id: &str, number: usize) -> SendInfoRequest {
    SendInfoRequest {
        session_id: session_id.to_owned(),
        info: format!("worker-{number:03}"),
        body: None,
    }
}

/// One event on its way at a time.
#[derive(Clone)]
struct Worker {
    client: Client,
    session_id: Arc<str>,
    number: usize,
    board: Arc<Board>,
}

/// How many watchers each worker's event has still to reach.
#[derive(Debug)]
struct Board {
    watchers: usize,
    missing: Vec<(AtomicUsize, Notify)>,
}

impl Worker {
    /// The workers, each with a session, once all watch.
    async fn begin(server: &Server, watchers: usize) -> Vec<Self> {
        let board = Arc::new(Board {
            watchers,
            missing: (0..IN_FLIGHT).map(|_| Default::default()).collect(),
        });
        let mut client = server.client().await;
        let mut workers = Vec::new();
        for number in 0..IN_FLIGHT {
            let created = client.create_session(requests::create("")).await;
            workers.push(Self {
                client: client.clone(),
                session_id: created.expect("created").into_inner().session_id.into(),
                number,
                board: board.clone(),
            });
        }
        for connection in 0..CONNECTIONS {
            let mut client = server.client().await;
            for _ in (connection..watchers).step_by(CONNECTIONS) {
                let events = client.watch_events(everything()).await.expect("watched");
                tokio::spawn(board.clone().watch(events.into_inner()));
            }
        }
        workers
    }

    async fn publish(mut self) {
        let (missing, reached) = &self.board.missing[self.number];
        missing.store(self.board.watchers, Ordering::Release);
        let sent = self.client.send_info(info(&self.session_id, self.number));
        sent.await.expect("sent");
        reached.notified().await;
    }
}

impl Board {
    async fn watch(self: Arc<Self>, mut events: Streaming<WatchEventsResponse>) {
        // It fails when the server is killed.
        while let Ok(Some(response)) = events.message().await {
            let number = number(&response);
            let (missing, reached) = &self.missing[number];
            if missing.fetch_sub(1, Ordering::AcqRel) == 1 {
                reached.notify_one();
            }
        }
    }
}

/// Whose event it is.
fn number(response: &WatchEventsResponse) -> usize {
    let kind = match &response.item {
        Some(Item::Event(event)) => event.kind.as_ref(),
        other => panic!("a watcher that keeps up gets events only: {other:?}"),
    };
    let Some(Kind::Info(info)) = kind else {
        panic!("only workers make events now: {kind:?}");
    };
    let digits = info
        .info
        .rsplit('-')
        .next()
        .expect("a split has a last part");
    digits.parse().expect("a worker has a number")
}
