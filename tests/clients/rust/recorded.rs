//! A watch that is read all the time, and checked.

use std::collections::HashMap;

use mediaplane_client::{
    Client, Item, Watch,
    proto::{Event, WatchEventsRequest, event::Subject, watch_events_request::Scope},
};
use serde_json::Value;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::values::{matches, plain};

/// Events that may wait for the runner.
const WAITING: usize = 1000;

pub(super) struct Recorded {
    events: mpsc::Receiver<Event>,
    closed: CancellationToken,
    reading: JoinHandle<Result<(), String>>,
    /// Why the last event was not the one that was waited for.
    pub(super) last: String,
}

impl Recorded {
    pub(super) fn new(client: &Client, request: WatchEventsRequest) -> Self {
        let (sender, events) = mpsc::channel(WAITING);
        let closed = CancellationToken::new();
        let order = Order {
            after: request.after_sequence,
            in_rooms: matches!(request.scope, Some(Scope::RoomIds(_))),
            told: HashMap::new(),
        };
        let reading = read(client.watch(request), order, sender);
        let reading = closed.clone().run_until_cancelled_owned(reading);
        Self {
            events,
            closed,
            reading: tokio::spawn(async { reading.await.unwrap_or(Ok(())) }),
            last: "no event came".to_owned(),
        }
    }

    /// Waits for the next event that matches.
    pub(super) async fn next(&mut self, expected: &Value) -> Result<(), String> {
        while let Some(event) = self.events.recv().await {
            match matches(&plain(&event), expected, "event") {
                Ok(()) => return Ok(()),
                Err(wrong) => self.last = wrong,
            }
        }
        let ended = (&mut self.reading).await.expect("no panic");
        Err(format!(
            "the watch ended: {ended:?}; the last: {}",
            self.last
        ))
    }

    /// Ends the watch; it must not have failed.
    pub(super) async fn close(self) -> Result<(), String> {
        self.closed.cancel();
        self.reading.await.expect("no panic")
    }
}

async fn read(
    mut watch: Watch,
    mut order: Order,
    events: mpsc::Sender<Event>,
) -> Result<(), String> {
    while let Some(item) = watch.next().await.map_err(|error| format!("{error:?}"))? {
        match item {
            Item::Event(event) => {
                order.check(&event)?;
                events.send(event).await.map_err(|_| "nobody waits")?;
            }
            Item::Gap(gap) => return Err(format!("events are missing: {gap:?}")),
            Item::Snapshot(_) => {}
        }
    }
    Ok(())
}

/// Fails if an event is missing or told again.
struct Order {
    after: u64,
    /// Sessions are told from when they enter a room.
    in_rooms: bool,
    told: HashMap<String, u64>,
}

impl Order {
    fn check(&mut self, event: &Event) -> Result<(), String> {
        let subject = event.subject.as_ref().ok_or("an event of nothing")?;
        let entered = self.in_rooms && matches!(subject, Subject::SessionId(_));
        let subject = format!("{subject:?}");
        let told = self.told.get(&subject).copied();
        let last = told.unwrap_or(self.after);
        if event.sequence != last + 1 && (told.is_some() || !entered) {
            return Err(format!(
                "{subject} was told {} after {last}",
                event.sequence
            ));
        }
        self.told.insert(subject, event.sequence);
        Ok(())
    }
}
