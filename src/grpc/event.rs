//! `WatchEvents`: a stream that is pulled, so that nothing waits for a slow watcher but the hub's own bounded queue.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, stream};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::convert::event::{Teller, gap};
use crate::{
    error::Result,
    event::{Hub, Item, Log, Subject, Watch, WatchRequest},
    proto::{self, snapshot::State, watch_events_response::Item as Wire},
    session::{Caller, Sessions},
};

/// The stream of one watcher.
pub(super) type WatchStream =
    Pin<Box<dyn Stream<Item = Result<proto::WatchEventsResponse, Status>> + Send>>;

/// Where watchers get their events.
#[derive(Clone)]
pub(super) struct Events {
    pub(super) hub: Hub,
    pub(super) sessions: Arc<dyn Sessions>,
    pub(super) teller: Teller,
    /// Ends all streams, once everything that has happened is told.
    pub(super) shutdown: CancellationToken,
}

/// One open stream.
struct Watcher {
    events: Events,
    caller: Caller,
    watch: Watch,
}

impl Events {
    /// Begins to watch.
    ///
    /// # Errors
    /// Those of [`Hub::watch`].
    pub(super) fn watch(&self, caller: &Caller, request: WatchRequest) -> Result<WatchStream> {
        let watcher = Watcher {
            events: self.clone(),
            caller: caller.clone(),
            watch: self.hub.watch(request)?,
        };
        Ok(Box::pin(stream::unfold(watcher, |mut watcher| async {
            let item = watcher.next().await?;
            let response = proto::WatchEventsResponse { item: Some(item) };
            Some((Ok(response), watcher))
        })))
    }
}

impl Watcher {
    async fn next(&mut self) -> Option<Wire> {
        loop {
            let item = tokio::select! {
                biased;
                item = self.watch.next() => item?,
                () = self.events.shutdown.cancelled() => return None,
            };
            let wire = match item {
                Item::Event(event) => Some(Wire::Event(self.events.teller.event(&event))),
                Item::Gap {
                    subject,
                    first_missed,
                    last_missed,
                } => Some(Wire::Gap(gap(&subject, first_missed, last_missed))),
                Item::Snapshot { log, sequence } => self.snapshot(&log, sequence),
            };
            // What is gone already has no snapshot: its last event tells of it.
            if wire.is_some() {
                return wire;
            }
        }
    }

    fn snapshot(&self, log: &Log, sequence: u64) -> Option<Wire> {
        let state = match log.subject() {
            Subject::Session(id) => {
                let session = self.events.sessions.get(&self.caller, id).ok()?;
                State::Session(Box::new(session.into()))
            }
            Subject::Room(id) => {
                let room = self.events.teller.rooms.get(id).ok()?;
                State::Room(Box::new(room.into()))
            }
        };
        let state = Some(state);
        Some(Wire::Snapshot(proto::Snapshot { sequence, state }))
    }
}
