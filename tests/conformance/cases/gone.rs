//! Clients that stop to send, or are gone without a word.

use std::time::{Duration, Instant};

use mediaplane::Reason;
use mediaplane::event::Kind as Event;
use mediaplane::media::SessionType;

use crate::case::cases;
use crate::need::{ECHO, ECHO_RTP, LISTEN};
use crate::party::{Party, Way, live};
use crate::scenes;
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::media::Kind;

cases! {
    media_that_stops_and_begins_is_told: ECHO;
    a_browser_is_missed_in_time: ECHO, on [p2p, embedded, freeswitch_simulator, freeswitch];
    a_telephone_is_missed_in_time: ECHO_RTP, on [p2p, embedded, freeswitch];
    listeners_end_with_a_publisher_that_vanishes: LISTEN, on [p2p, embedded];
}

async fn flows(session: &mut Session<'_>, wanted: bool) {
    let what = if wanted {
        "media begins"
    } else {
        "media stops"
    };
    session
        .tells(what, |kind| match kind {
            Event::MediaFlow { receiving, .. } => (*receiving == wanted).then_some(()),
            _ => None,
        })
        .await;
}

async fn media_that_stops_and_begins_is_told(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    flows(&mut session, true).await;
    for on in [false, true] {
        match subject.simulated() {
            Some(simulator) => simulator.media(session.id.as_str(), on),
            None => client.peer.set_sending(Kind::Video, on).await,
        }
        flows(&mut session, on).await;
    }
    client.receives_both(7).await;
}

async fn a_browser_is_missed_in_time(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    let begun = Instant::now();
    client.vanishes(&session).await;
    session.ends_with(Reason::BackendHangup).await;
    assert!(begun.elapsed() < Duration::from_secs(15));
}

async fn a_telephone_is_missed_in_time(subject: &Subject) {
    let mut echo = live(subject, Way::RTP, 7, SessionType::Echo).await;
    echo.party.receives_both(7).await;
    let Party::Phone(phone, _) = echo.party else {
        panic!("a telephone was asked for");
    };
    let begun = Instant::now();
    phone.falls_silent();
    flows(&mut echo.session, false).await;
    echo.session.ends_with(Reason::BackendHangup).await;
    assert!(begun.elapsed() < Duration::from_secs(15));
}

async fn listeners_end_with_a_publisher_that_vanishes(subject: &Subject) {
    let (mut publisher, client) = scenes::publish(subject, 1, None).await;
    let (mut listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    peer.receives_both(1).await;
    client.vanishes(&publisher).await;
    publisher.ends_with(Reason::BackendHangup).await;
    listener.ends_with(Reason::PeerStopped).await;
}
