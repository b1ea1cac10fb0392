//! What flows, counted by the server.

use mediaplane::media::{MediaStats, Outcome, Update};

use crate::case::cases;
use crate::need::{BRIDGE, Change, ECHO, LISTEN, PUBLISH};
use crate::scenes::{self, Call};
use crate::session::Session;
use crate::subjects::Subject;

cases! {
    of_an_echo: ECHO.to(Change::Stats);
    of_a_call: BRIDGE.to(Change::Stats);
    of_a_publisher: PUBLISH.to(Change::Stats);
    of_a_listener: LISTEN.to(Change::Stats);
}

async fn stats(session: &Session<'_>) -> Vec<MediaStats> {
    match session.outcome(Update::Stats).await {
        Outcome::Stats(stats) => stats,
        other => panic!("statistics were asked for: {other:?}"),
    }
}

fn flows(subject: &Subject, stats: &[MediaStats], inbound: bool) {
    let counted = stats.iter().filter(|one| one.inbound == inbound);
    let packets: u64 = counted.filter_map(|one| one.packets).sum();
    assert!(packets > 0 || !subject.has_media(), "{stats:#?}");
}

async fn of_an_echo(subject: &Subject) {
    let (session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    let stats = stats(&session).await;
    flows(subject, &stats, true);
    flows(subject, &stats, false);
}

async fn of_a_call(subject: &Subject) {
    let Call {
        caller: _caller,
        bridge,
        callee,
        ..
    } = scenes::call(subject).await;
    callee.receives_both(1).await;
    flows(subject, &stats(&bridge).await, false);
}

async fn of_a_publisher(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (_listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    peer.receives_both(1).await;
    flows(subject, &stats(&publisher).await, true);
}

async fn of_a_listener(subject: &Subject) {
    let (publisher, _client) = scenes::publish(subject, 1, None).await;
    let (listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    peer.receives_both(1).await;
    flows(subject, &stats(&listener).await, false);
}
