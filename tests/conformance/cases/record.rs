//! What a client sends, written to files.

use std::time::Duration;

use mediaplane::Reason;
use mediaplane::event::{Kind as Event, Type};
use mediaplane::media::action::RecorderVerb;
use mediaplane::media::{Outcome, RecorderAction, Recording, RecordingState, Update};

use crate::case::cases;
use crate::client::Client;
use crate::need::{BRIDGE, Change, ECHO, PUBLISH};
use crate::scenes::{self, Call};
use crate::session::Session;
use crate::subjects::Subject;

cases! {
    an_echo_is_recorded: ECHO.to(Change::Recorder(RecorderVerb::Start)), on [p2p, janus_simulator, janus, embedded, kurento_simulator, kurento, freeswitch_simulator];
    each_side_of_a_call_is_recorded: BRIDGE.to(Change::Recorder(RecorderVerb::Start)), on [p2p, janus_simulator, janus, embedded, kurento_simulator, kurento, freeswitch_simulator];
    a_publisher_is_recorded: PUBLISH.to(Change::Recorder(RecorderVerb::Start));
    there_is_one_recording_at_a_time: ECHO.to(Change::Recorder(RecorderVerb::Start));
    a_recording_can_be_halted: ECHO.to(Change::Recorder(RecorderVerb::Pause)), on [p2p, janus_simulator, janus, embedded, kurento_simulator, kurento, freeswitch_simulator];
}
fn start() -> Update {
    Update::Recorder(RecorderAction::Start {
        uri: None,
        format: None,
    })
}

/// Records for a while and checks what there is of it.
async fn records(subject: &Subject, session: &mut Session<'_>, client: &Client<'_>, tag: u8) {
    client.receives_both(tag).await;
    let Outcome::Recorder(begun) = session.outcome(start()).await else {
        panic!("a recording was asked for");
    };
    assert_eq!(begun.state, RecordingState::Recording);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let Outcome::Recorder(recording) = session
        .outcome(Update::Recorder(RecorderAction::Stop))
        .await
    else {
        panic!("a recording was asked for");
    };
    assert_eq!(recording.state, RecordingState::Stopped, "{recording:#?}");
    let mut kinds: Vec<_> = recording.files.iter().map(|file| file.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(
        kinds.len() >= 2 || kinds == [None],
        "a file for each of audio and video, or one for both: {recording:#?}"
    );
    if subject.has_media() {
        assert!(
            recording
                .files
                .iter()
                .all(|file| file.bytes.is_some_and(|bytes| bytes > 1000)),
            "{recording:#?}"
        );
    }
    for state in [RecordingState::Recording, RecordingState::Stopped] {
        let told = session.tells("the recorder", recorder_event).await;
        assert_eq!(told.state, state);
    }
    assert_eq!(session.info().recording, Some(recording));
}

fn recorder_event(kind: &Event) -> Option<Recording> {
    match kind {
        Event::Recorder(recording) => Some((**recording).clone()),
        _ => None,
    }
}

async fn an_echo_is_recorded(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    records(subject, &mut session, &client, 7).await;
    records(subject, &mut session, &client, 7).await;
}

async fn each_side_of_a_call_is_recorded(subject: &Subject) {
    let Call {
        mut proxy,
        caller,
        mut bridge,
        callee,
    } = scenes::call(subject).await;
    records(subject, &mut proxy, &caller, 2).await;
    records(subject, &mut bridge, &callee, 1).await;
}

async fn a_publisher_is_recorded(subject: &Subject) {
    let (mut publisher, _client) = scenes::publish(subject, 1, None).await;
    let (_listener, peer) = scenes::listen(subject, 2, &publisher.id).await;
    records(subject, &mut publisher, &peer, 1).await;
}

async fn there_is_one_recording_at_a_time(subject: &Subject) {
    let (mut session, _client) = scenes::echo(subject, 7).await;
    let stop = || Update::Recorder(RecorderAction::Stop);
    let refused = session
        .update(stop())
        .await
        .expect_err("nothing is recorded");
    assert_eq!(refused.reason(), Reason::NoActiveRecorder);
    session.outcome(start()).await;
    let refused = session
        .update(start())
        .await
        .expect_err("it is recorded already");
    assert_eq!(refused.reason(), Reason::IncompatibleSession);
    session.destroy().await;
    assert_eq!(
        session
            .history()
            .iter()
            .filter(|told| **told == Type::Recorder)
            .count(),
        1
    );
}

async fn a_recording_can_be_halted(subject: &Subject) {
    let (session, client) = scenes::echo(subject, 7).await;
    session.outcome(start()).await;
    client.receives_both(7).await;
    for (action, state) in [
        (RecorderAction::Pause, RecordingState::Paused),
        (RecorderAction::Resume, RecordingState::Recording),
        (RecorderAction::Stop, RecordingState::Stopped),
    ] {
        let Outcome::Recorder(recording) = session.outcome(Update::Recorder(action)).await else {
            panic!("a recording was asked for");
        };
        assert_eq!(recording.state, state, "{recording:#?}");
        client.receives_both(7).await;
    }
}
