//! The end of a subject: nothing is left, and all was told.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mediaplane::event::{Event, Item, Kind, Subject as About};
use mediaplane::{Reason, room};
use tokio::time::{Instant, sleep, timeout};

use super::server::Server;
use super::{PATIENCE, Subject, kurento};

/// The handles by which the driver manages rooms are its own as long as it runs.
const MANAGEMENT: &str = "mediaplane/conformance/rooms";

impl Subject {
    /// Waits until the server holds nothing that belongs to a session or room.
    pub(crate) async fn leaves_nothing(&self) {
        self.holds_nothing(|opaque_ids| opaque_ids.iter().all(|id| id == MANAGEMENT))
            .await;
    }

    async fn holds_nothing(&self, excused: impl Fn(&[String]) -> bool) {
        match &self.server {
            Server::None => {}
            Server::Embedded(_) => self.holds_no_place().await,
            Server::KurentoSimulator(simulator, _) => {
                let pipeline_is_kept = excused(&[MANAGEMENT.to_owned()]);
                kurento::holds_nothing(simulator, pipeline_is_kept).await;
            }
            Server::Kurento(real) => real.holds_nothing(excused(&[MANAGEMENT.to_owned()])).await,
            Server::FreeSwitchSimulator(simulated) => simulated.holds_nothing().await,
            Server::FreeSwitch(real) => real.holds_nothing().await,
            Server::Janus(real) => {
                let janus = real.janus.lock().await;
                janus
                    .leaves_nothing(PATIENCE, |session| excused(&session.opaque_ids))
                    .await;
            }
            Server::Simulator(simulator, _) => {
                let deadline = Instant::now() + PATIENCE;
                loop {
                    let mut held = simulator.held();
                    held.sessions.retain(|_, opaque_ids| !excused(opaque_ids));
                    if held.is_empty() {
                        return;
                    }
                    assert!(Instant::now() < deadline, "left on the server: {held:#?}");
                    sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    /// A leg that is released gives its place back.
    async fn holds_no_place(&self) {
        let deadline = Instant::now() + PATIENCE;
        while let Some(listing) = self.backends.list().find(|listing| listing.sessions > 0) {
            assert!(Instant::now() < deadline, "{} still held", listing.sessions);
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends all sessions and rooms, and checks that they ended well and that nothing is left of them.
    pub(crate) async fn end(self) {
        assert_eq!(
            self.sessions.shutdown(Instant::now() + PATIENCE).await,
            0,
            "sessions do not end"
        );
        let (rooms, _) = self.rooms.list(&room::Filter::default(), 1000, None);
        for room in rooms {
            self.rooms
                .destroy(&room.room_id, Reason::RoomDestroyed, "the test ends")
                .await
                .expect("a room can be destroyed");
        }
        self.leaves_nothing().await;
        self.told_well().await;
        self.shutdown.cancel();
        timeout(PATIENCE, self.server.stopped())
            .await
            .expect("the driver leaves in time");
        self.holds_nothing(|_| false).await;
    }

    /// Checks that each session told its events without a gap and its end exactly once, last.
    async fn told_well(&self) {
        let mut told: HashMap<String, Vec<Arc<Event>>> = HashMap::new();
        let mut everything = self.everything.lock().await;
        while let Ok(Some(item)) = timeout(Duration::from_millis(20), everything.next()).await {
            match item {
                Item::Event(event) if matches!(event.subject, About::Session(_)) => {
                    told.entry(event.subject.to_string())
                        .or_default()
                        .push(event);
                }
                Item::Event(_) => {}
                other => panic!("nothing is lost and no state was asked for: {other:?}"),
            }
        }
        for (id, events) in told {
            let numbered = (1..).zip(&events).all(|(at, event)| event.sequence == at);
            let ends = events
                .iter()
                .filter(|event| matches!(event.kind, Kind::Destroyed { .. }))
                .count();
            let is_last = events.last().is_some_and(|event| event.kind.is_last());
            assert!(
                numbered && ends == 1 && is_last,
                "session {id} told {events:#?}"
            );
        }
    }
}
