//! Servers that are slow, silent, cut off, killed or started anew.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mediaplane::Reason;
use mediaplane::event::Type;
use mediaplane::media::{SessionType, TypeKind, Update};
use mediaplane::session::{Caller, Create};

use crate::case::cases;
use crate::client::Client;
use crate::janus_simulator::Fault;
use crate::need::{Change, ECHO, LISTEN, PROXY};
use crate::scenes;
use crate::session::media;
use crate::subjects::{Setup, Subject};
use crate::support::media::Kind;
use crate::support::peer::Options;

cases! {
    an_answer_that_does_not_come: ECHO.with(Setup::HASTY), on [janus_simulator];
    a_change_that_is_not_answered: ECHO.with(Setup::HASTY), on [janus_simulator, janus, kurento_simulator, freeswitch_simulator];
    a_refusal_keeps_its_number: ECHO, on [janus_simulator];
    answers_in_any_order: ECHO, on [janus_simulator];
    a_session_that_the_server_gave_up: ECHO, on [janus_simulator];
    a_cut_line_is_mended: ECHO, on [janus_simulator, janus, kurento_simulator, kurento, freeswitch_simulator, freeswitch];
    a_cut_line_without_a_way_back: ECHO, on [janus_simulator];
    a_server_that_is_away_takes_no_sessions: ECHO, on [janus_simulator, kurento_simulator, freeswitch_simulator];
    a_restarted_server_has_lost_its_sessions: ECHO, on [janus_simulator, kurento_simulator, freeswitch_simulator];
    rooms_survive_a_restart: LISTEN, on [janus_simulator, kurento_simulator];
    a_killed_server_is_noticed: ECHO.with(Setup::DIRECT), on [janus];
    fifty_at_once_leave_nothing: ECHO;
    a_creator_that_gives_up_leaves_nothing: ECHO, on [janus_simulator];
    an_id_that_is_taken_is_left_alone: ECHO, on [janus_simulator];
    a_draining_backend_takes_no_sessions: PROXY;
    a_shutdown_releases_everything: LISTEN;
    a_cut_line_leaves_a_room_as_it_was: LISTEN.to(Change::SetType(TypeKind::Listen)), on [janus_simulator, janus, kurento_simulator, kurento];
    a_mute_is_kept_over_an_outage: ECHO.to(Change::MuteAudio), on [janus, kurento, freeswitch_simulator, freeswitch];
}

async fn an_answer_that_does_not_come(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    for (step, fault) in [
        ("create", Fault::Silent),
        ("attach", Fault::Silent),
        ("echotest.message", Fault::Silent),
        ("echotest.message", Fault::AckOnly),
        ("echotest.message", Fault::Slow(Duration::from_secs(2))),
    ] {
        subject.simulator().order_next(1, step, fault.clone());
        let refused = subject.create(client.create(SessionType::Echo)).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{step} with {fault:?} succeeded"));
        assert_eq!(
            refused.reason(),
            Reason::BackendTimeout,
            "{step} with {fault:?}: {refused:?}"
        );
        subject.leaves_nothing().await;
    }
    subject
        .create(client.create(SessionType::Echo))
        .await
        .expect("all is well again");
}

async fn a_change_that_is_not_answered(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    match subject.simulated() {
        Some(simulator) => simulator.keeps_a_mute_waiting(),
        None => subject.janus().await.pause(),
    }
    let refused = session
        .update(media(|update| update.mute_audio = Some(true)))
        .await;
    assert_eq!(
        refused.expect_err("nobody answers").reason(),
        Reason::BackendTimeout
    );
    let begun = Instant::now();
    session.destroy().await;
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "its end waits for nobody"
    );
    match subject.simulated() {
        Some(simulator) => simulator.obey(),
        None => subject.janus().await.resume(),
    }
    subject.leaves_nothing().await;
}

async fn a_refusal_keeps_its_number(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    subject.simulator().order_next(
        1,
        "echotest.message",
        Fault::Refuse(490, "Error setting ICE locally"),
    );
    let refused = subject
        .create(client.create(SessionType::Echo))
        .await
        .err()
        .expect("it is refused");
    assert_eq!(refused.reason(), Reason::BackendRejected);
    let told: Vec<_> = refused
        .metadata()
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    assert!(told.contains(&("backend_code", "core/490")), "{told:?}");
    assert!(
        told.contains(&("backend_message", "Error setting ICE locally")),
        "{told:?}"
    );
    subject.leaves_nothing().await;
}

async fn answers_in_any_order(subject: &Subject) {
    for fault in [Fault::AnswerFirst, Fault::Permuted] {
        subject.simulator().order("*", fault);
        let echoes = (1..9).map(|tag| async move {
            let (mut session, _client) = scenes::echo(subject, tag).await;
            session.media(|update| update.mute_audio = Some(true)).await;
            session.destroy().await;
        });
        join_all(echoes).await;
        subject.simulator().obey();
    }
    subject.leaves_nothing().await;
}

async fn a_session_that_the_server_gave_up(subject: &Subject) {
    let (mut session, _client) = scenes::echo(subject, 7).await;
    subject.simulator().time_out(session.id.as_str());
    session.told(Type::BackendLost).await;
    session.ends_with(Reason::BackendLost).await;
}

/// Cuts the line to the server for a moment; on a real one the media go on meanwhile.
async fn outage(subject: &Subject, media_goes_on: impl Future<Output = ()>) {
    if let Some(simulator) = subject.simulated() {
        return simulator.cut();
    }
    subject.line().cut();
    subject.down().await;
    media_goes_on.await;
    subject.line().restore();
}

async fn a_cut_line_is_mended(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    outage(subject, client.receives_both(7)).await;
    session.notices("backend_connection").await;
    subject.up().await;
    session.media(|update| update.mute_audio = Some(true)).await;
    client.falls_silent(Kind::Audio).await;
    client.receives(Kind::Video, 7).await;
    session.destroy().await;
}

async fn a_cut_line_without_a_way_back(subject: &Subject) {
    let (mut session, _client) = scenes::echo(subject, 7).await;
    subject.simulator().set_reclaim_session_timeout(0);
    subject.simulator().drop_connections();
    session.told(Type::BackendLost).await;
    session.ends_with(Reason::BackendLost).await;
    subject.up().await;
    scenes::echo(subject, 8).await;
}

async fn a_server_that_is_away_takes_no_sessions(subject: &Subject) {
    let simulator = subject.simulated().expect("a simulator");
    simulator.refuse_connections(true);
    simulator.cut();
    subject.down().await;
    let client = Client::offers(subject, 7, Options::audio).await;
    let refused = subject
        .create(client.create(SessionType::Echo))
        .await
        .err()
        .expect("nobody is there");
    assert_eq!(refused.reason(), Reason::NoMediaserver);
    assert!(refused.retry_delay().is_some(), "it may come back");
    simulator.refuse_connections(false);
    subject.up().await;
    scenes::echo(subject, 7).await;
}

async fn a_restarted_server_has_lost_its_sessions(subject: &Subject) {
    let (mut one, _first) = scenes::echo(subject, 1).await;
    let (mut two, _second) = scenes::echo(subject, 2).await;
    subject.simulated().expect("a simulator").restart();
    for session in [&mut one, &mut two] {
        session.told(Type::BackendLost).await;
        session.ends_with(Reason::BackendLost).await;
    }
    subject.up().await;
    scenes::echo(subject, 3).await;
}

async fn rooms_survive_a_restart(subject: &Subject) {
    let (mut publisher, _client) = scenes::publish(subject, 1, None).await;
    let room = publisher.info().session_type.room_id().cloned();
    subject.simulated().expect("a simulator").restart();
    publisher.ends_with(Reason::BackendLost).await;
    subject.up().await;
    let (again, _client) = scenes::publish(subject, 2, room.as_ref()).await;
    scenes::listen(subject, 3, &again.id).await;
}

async fn a_killed_server_is_noticed(subject: &Subject) {
    let (mut one, _first) = scenes::echo(subject, 1).await;
    let (mut two, _second) = scenes::echo(subject, 2).await;
    subject.janus().await.kill();
    let begun = Instant::now();
    for session in [&mut one, &mut two] {
        session.told(Type::BackendLost).await;
        session.ends_with(Reason::BackendLost).await;
    }
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    subject.janus().await.restart().await;
    subject.up().await;
    let (_session, client) = scenes::echo(subject, 3).await;
    client.receives_both(3).await;
}

async fn fifty_at_once_leave_nothing(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    let echoes = (0..50).map(|number| {
        let client = &client;
        async move {
            let (mut session, _) = subject
                .create(client.create(SessionType::Echo))
                .await
                .expect("an echo");
            if number % 2 == 0 {
                session.media(|update| update.mute_audio = Some(true)).await;
            }
            session.destroy().await;
        }
    });
    join_all(echoes).await;
    subject.leaves_nothing().await;
    assert_eq!(subject.sessions.count(), 0);
}

async fn a_mute_is_kept_over_an_outage(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    session.media(|update| update.mute_audio = Some(true)).await;
    client.falls_silent(Kind::Audio).await;
    outage(subject, std::future::ready(())).await;
    session.notices("backend_connection").await;
    client.falls_silent(Kind::Audio).await;
    client.receives(Kind::Video, 7).await;
}

async fn a_creator_that_gives_up_leaves_nothing(subject: &Subject) {
    let client = Client::offers(subject, 7, Options::audio).await;
    for step in ["create", "attach", "echotest.message"] {
        subject
            .simulator()
            .order_next(1, step, Fault::Slow(Duration::from_millis(400)));
        let create = Create {
            wait_reply: true,
            ..client.create(SessionType::Echo)
        };
        let soon = tokio::time::Instant::now() + Duration::from_millis(100);
        let caller = Caller::anonymous(Some(soon));
        let refused = subject.service().create(&caller, create).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{step} was too slow for its caller"));
        assert!(
            matches!(
                refused.reason(),
                Reason::BackendTimeout | Reason::AnswerNotSet
            ),
            "{refused:?}"
        );
        subject.leaves_nothing().await;
    }
}

async fn an_id_that_is_taken_is_left_alone(subject: &Subject) {
    let taken = Fault::Refuse(468, "Session ID already in use");
    subject.simulator().order_next(2, "create", taken);
    let (mut session, _client) = scenes::echo(subject, 7).await;
    assert_eq!(subject.simulator().asked("create"), 3);
    session.destroy().await;
    subject.leaves_nothing().await;
}

async fn a_draining_backend_takes_no_sessions(subject: &Subject) {
    let caller = Client::offers(subject, 1, |options| options.audio().video()).await;
    let proxy = subject
        .begin(caller.create(SessionType::Proxy))
        .await
        .expect("a proxy");
    subject.drain(true);
    let other = Client::offers(subject, 2, Options::audio).await;
    let refused = subject
        .begin(other.create(SessionType::Proxy))
        .await
        .err()
        .expect("it drains");
    assert_eq!(refused.reason(), Reason::NoMediaserver, "{refused:?}");
    // Who is tied to a session that is there already is let in.
    let peer_id = proxy.id.clone();
    subject
        .create(Create::new(SessionType::Bridge { peer_id }))
        .await
        .expect("a bridge");
    subject.drain(false);
    subject
        .begin(other.create(SessionType::Proxy))
        .await
        .expect("a proxy");
}

async fn a_shutdown_releases_everything(subject: &Subject) {
    let (mut publisher, client) = scenes::publish(subject, 1, None).await;
    let (mut listener, _peer) = scenes::listen(subject, 2, &publisher.id).await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    assert_eq!(subject.sessions.shutdown(deadline).await, 0);
    publisher.ends_with(Reason::ServerShutdown).await;
    let (reason, _) = listener.ends().await;
    // Its own end and that of its publisher are under way at the same time.
    assert!(
        matches!(reason, Reason::ServerShutdown | Reason::PeerStopped),
        "{reason}"
    );
    let refused = subject
        .begin(client.create(SessionType::Proxy))
        .await
        .err()
        .expect("it stops");
    assert_eq!(refused.reason(), Reason::ServerShutdown);
}

async fn a_cut_line_leaves_a_room_as_it_was(subject: &Subject) {
    let (one, _first) = scenes::publish(subject, 1, None).await;
    let room = one.info().session_type.room_id().cloned();
    let (two, _second) = scenes::publish(subject, 2, room.as_ref()).await;
    let (mut listener, peer) = scenes::listen(subject, 3, &one.id).await;
    peer.receives_both(1).await;
    outage(subject, peer.receives_both(1)).await;
    listener.notices("backend_connection").await;
    listener
        .update(Update::Type(scenes::listening(&two.id)))
        .await
        .expect("a switch");
    peer.receives_both(2).await;
    let (_another, late) = scenes::listen(subject, 4, &one.id).await;
    late.receives_both(1).await;
}
