//! What a connection does, as tables in a time of their own.

use super::*;
use crate::backend::kurento::wire::Refusal;

const TIMING: Timing = Timing {
    request: Duration::from_secs(10),
    liveness: Duration::from_secs(5),
    lost_after: Duration::from_secs(8),
    kept: Duration::from_secs(240),
    reconnect_min: Duration::from_millis(100),
    reconnect_max: Duration::from_secs(2),
};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn drain(machine: &mut Machine) -> Vec<Action> {
    std::iter::from_fn(|| machine.poll()).collect()
}

fn done(session: &str) -> Reply {
    Reply::Done {
        session: Some(session.into()),
        value: serde_json::Value::Null,
    }
}

fn refused(code: i64) -> Reply {
    Reply::Refused(Refusal {
        code,
        message: "words".into(),
    })
}

/// Connects and sends the greeting; its id.
fn greeted(machine: &mut Machine, now: Instant) -> Own {
    machine.tick(now);
    assert_eq!(drain(machine), [Action::Connect]);
    machine.connected(now);
    match drain(machine).as_slice() {
        [Action::Send(own)] => own.clone(),
        other => panic!("a greeting was expected: {other:?}"),
    }
}

fn up(start: Instant) -> Machine {
    let mut machine = Machine::new(TIMING, start);
    let greeting = greeted(&mut machine, start);
    machine.replied(&greeting.id(), done("s"));
    let session: Arc<str> = "s".into();
    let again = false;
    assert_eq!(drain(&mut machine), [Action::Up { session, again }]);
    machine
}

#[test]
fn a_session_is_taken_over_by_the_next_socket() {
    let start = Instant::now();
    let mut machine = up(start);
    machine.disconnected("cut".into(), false, 1.0, start);
    assert_eq!(drain(&mut machine), [Action::Down("cut".into())]);
    let later = start + seconds(30);
    let greeting = greeted(&mut machine, later);
    assert_eq!(greeting, Own::Connect(2, Some("s".into())));
    machine.replied(&greeting.id(), done("s"));
    let session: Arc<str> = "s".into();
    let again = true;
    assert_eq!(drain(&mut machine), [Action::Up { session, again }]);
}

#[test]
fn what_the_server_forgot_is_lost_and_another_socket_is_opened() {
    let start = Instant::now();
    let mut machine = up(start);
    machine.disconnected("cut".into(), false, 1.0, start);
    drain(&mut machine);
    let greeting = greeted(&mut machine, start + seconds(30));
    machine.replied(&greeting.id(), refused(NO_SESSION));
    let told = drain(&mut machine);
    assert!(
        matches!(told.as_slice(), [Action::Lost(_), Action::Disconnect(_)]),
        "{told:?}"
    );
    machine.disconnected(
        "its session is gone".into(),
        false,
        1.0,
        start + seconds(30),
    );
    drain(&mut machine);
    let greeting = greeted(&mut machine, start + seconds(31));
    assert_eq!(greeting, Own::Connect(3, None), "no id comes twice");
}

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    let start = Instant::now();
    let mut machine = up(start);
    machine.tick(start + seconds(5));
    assert_eq!(
        drain(&mut machine),
        [Action::Send(Own::Ping(2, "s".into()))]
    );
    machine.heard(start + seconds(6));
    machine.tick(start + seconds(10));
    assert_eq!(drain(&mut machine), []);
    machine.tick(start + seconds(11));
    machine.tick(start + seconds(16));
    assert_eq!(
        drain(&mut machine).last(),
        Some(&Action::Disconnect("it is silent"))
    );
}

#[test]
fn what_lives_is_lost_in_time() {
    for (refused, at) in [(true, 8), (false, 240)] {
        let start = Instant::now();
        let mut machine = up(start);
        machine.disconnected("gone".into(), refused, 1.0, start);
        drain(&mut machine);
        machine.tick(start + seconds(at - 1));
        let told = drain(&mut machine);
        assert!(
            !told.iter().any(|a| matches!(a, Action::Lost(_))),
            "{told:?}"
        );
        machine.disconnected("gone".into(), refused, 1.0, start + seconds(at - 1));
        machine.tick(start + seconds(at));
        let told = drain(&mut machine);
        assert!(
            told.iter().any(|a| matches!(a, Action::Lost(_))),
            "{told:?}"
        );
        machine.tick(start + seconds(at + 1));
        let told = drain(&mut machine);
        assert!(
            !told.iter().any(|a| matches!(a, Action::Lost(_))),
            "only once"
        );
    }
}

#[test]
fn a_greeting_must_be_answered() {
    let start = Instant::now();
    let mut machine = Machine::new(TIMING, start);
    let greeting = greeted(&mut machine, start);
    assert_eq!(machine.wake_at(), Some(start + TIMING.request));
    machine.replied("1", done("s"));
    assert_eq!(drain(&mut machine), [], "the reply to another request");
    machine.tick(start + TIMING.request);
    let why = "it does not answer the greeting";
    assert_eq!(drain(&mut machine), [Action::Disconnect(why)]);
    machine.replied(&greeting.id(), refused(-32_600));
    assert_eq!(
        drain(&mut machine),
        [Action::Disconnect("it refuses a session")]
    );
}
