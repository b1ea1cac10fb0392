//! What flows, counted by the server.

use std::time::Duration;

use mediaplane::media::{MediaStats, Outcome, SessionType, Update};

use crate::case::cases;
use crate::need::{BRIDGE, Change, ECHO, ECHO_RTP, LISTEN, PUBLISH};
use crate::party::{Way, live};
use crate::scenes::{self, Call};
use crate::session::Session;
use crate::subjects::{PATIENCE, Subject};
use crate::support::media::Kind;
use crate::support::received::Receives;
use tokio::time::timeout;

cases! {
    of_an_echo: ECHO.to(Change::Stats);
    of_a_call: BRIDGE.to(Change::Stats);
    of_a_publisher: PUBLISH.to(Change::Stats);
    of_a_listener: LISTEN.to(Change::Stats);
    nothing_is_left_out: ECHO.to(Change::Stats), on [p2p, embedded];
    of_a_telephone: ECHO_RTP.to(Change::Stats), on [p2p, embedded];
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

/// Both kinds both ways, each with all that can be counted.
fn are_complete(stats: &[MediaStats], of: [&str; 2]) {
    for inbound in [true, false] {
        for codec in of {
            let found = stats
                .iter()
                .find(|one| one.inbound == inbound && one.codec.as_deref() == Some(codec));
            let one = found.unwrap_or_else(|| panic!("{codec}, inbound {inbound}: {stats:#?}"));
            let counted = [one.packets, one.bytes].map(|count| count.is_some_and(|some| some > 0));
            assert_eq!(counted, [true, true], "{one:#?}");
            assert!(one.kind.is_some(), "{one:#?}");
            assert!(one.bitrate_kbps.is_some_and(|some| some > 0), "{one:#?}");
            let known = [one.lost.is_some(), one.jitter.is_some()];
            assert!(!inbound || known == [true, true], "{one:#?}");
        }
    }
}

/// The round trip, once a report of the client has told it: it takes one of ours to refer to.
async fn round_trip(session: &Session<'_>) -> Duration {
    loop {
        if let Some(rtt) = stats(session).await.iter().find_map(|one| one.rtt) {
            return rtt;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn nothing_is_left_out(subject: &Subject) {
    let (session, client) = scenes::echo(subject, 7).await;
    // A rate takes some time.
    client.peer.receives(Kind::Video, 7, 60).await;
    let stats = stats(&session).await;
    are_complete(&stats, ["opus", "vp8"]);
    assert!(stats.iter().all(|one| one.mid.is_some()), "{stats:#?}");
    let rtt = timeout(PATIENCE, round_trip(&session)).await;
    let rtt = rtt.expect("the client's reports tell it");
    assert!(rtt.as_millis() < 500, "{rtt:?}");
}

async fn of_a_telephone(subject: &Subject) {
    let echo = live(subject, Way::RTP, 7, SessionType::Echo).await;
    for _ in 0..6 {
        echo.party.receives_both(7).await;
    }
    are_complete(&stats(&echo.session).await, ["opus", "vp8"]);
}
