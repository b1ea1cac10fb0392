//! The watched cycle that the original system was measured with: create, set the answer, destroy, with both events seen.

use std::{collections::HashMap, sync::Arc, time::Duration};

use mediaplane::proto::{
    Event, EventType, WatchEventsRequest, WatchEventsResponse,
    event::{Kind, Subject},
    watch_events_request::Scope,
    watch_events_response::Item,
};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tonic::Streaming;

use crate::{
    load::{self, SHAPES},
    process::{Client, Server},
    report::{Report, Target},
    requests,
};

/// What the original system reached on two cores, its client included, in the order of [`SHAPES`].
const ORIGINAL: [f64; 3] = [1_667.0, 3_464.0, 3_512.0];
const TIME: Duration = Duration::from_secs(6);

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    let server = Server::mediaplane(&[]).await;
    report.note(format!(
        "a cycle is create + set_answer + destroy with its `answer` and `destroyed` events seen, {} bytes of SDP; \
         connections × cycles in flight",
        requests::SDP.len()
    ));
    for (shape, original) in SHAPES.into_iter().zip(ORIGINAL) {
        let mut workers = Vec::new();
        for connection in 0..shape.connections {
            let subscriber = format!("{}x{}-{connection}", shape.connections, shape.in_flight);
            let worker = Worker::begin(&server, subscriber).await;
            workers.extend(vec![worker; shape.in_flight]);
        }
        load::run(&server, &workers, TIME / 6, cycle).await;
        let mut measured = load::run(&server, &workers, TIME, cycle).await;
        measured.tell(report, &format!("mediaplane {shape}"), 1, "cycles");
        report.note(format!(
            "original   {shape}              {original:.0} cycles/s"
        ));
        let ratio = measured.rate() / original;
        report.judge(
            &format!("times the original {shape}"),
            ratio,
            "",
            Target::AtLeast(3.0),
        );
    }
}

/// The cycles of one connection, with the stream of their events.
#[derive(Clone)]
struct Worker {
    client: Client,
    subscriber: Arc<str>,
    ends: Ends,
}

/// Who waits for the end of which session, and whether its answer was seen.
type Ends = Arc<Mutex<HashMap<String, (bool, oneshot::Sender<()>)>>>;

impl Worker {
    async fn begin(server: &Server, subscriber: String) -> Self {
        let mut client = server.client().await;
        let request = WatchEventsRequest {
            scope: Some(Scope::Subscriber(subscriber.clone())),
            types: vec![EventType::Answer.into(), EventType::Destroyed.into()],
            from_now: true,
            ..WatchEventsRequest::default()
        };
        let events = client.watch_events(request).await.expect("watched");
        let ends = Ends::default();
        tokio::spawn(watch(events.into_inner(), ends.clone()));
        Self {
            client,
            subscriber: subscriber.into(),
            ends,
        }
    }
}

async fn watch(mut events: Streaming<WatchEventsResponse>, ends: Ends) {
    while let Ok(Some(response)) = events.message().await {
        match response.item {
            Some(Item::Event(event)) => seen(&event, &ends),
            other => panic!("a watcher that keeps up gets events only: {other:?}"),
        }
    }
}

fn seen(event: &Event, ends: &Ends) {
    let Some(Subject::SessionId(id)) = &event.subject else {
        panic!("an event of a session has its id");
    };
    let mut ends = ends.lock();
    match &event.kind {
        Some(Kind::Answer(_)) => {
            ends.get_mut(id).expect("a cycle waits").0 = true;
        }
        Some(Kind::Destroyed(_)) => {
            let (answered, waiter) = ends.remove(id).expect("a cycle waits");
            assert!(answered, "the answer comes before the end");
            waiter.send(()).expect("a cycle waits");
        }
        other => panic!("not asked for: {other:?}"),
    }
}

async fn cycle(mut worker: Worker) {
    let client = &mut worker.client;
    let created = client
        .create_session(requests::create(&worker.subscriber))
        .await;
    let id = created.expect("created").into_inner().session_id;
    let (sender, end) = oneshot::channel();
    worker.ends.lock().insert(id.clone(), (false, sender));
    let answered = client.set_answer(requests::answer(&id)).await;
    answered.expect("answered");
    let destroyed = client.destroy_session(requests::destroy(&id)).await;
    destroyed.expect("destroyed");
    end.await.expect("the stream goes on");
}
