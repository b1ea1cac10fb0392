//! How a connection comes to be, and how it ends.

use super::*;

#[test]
fn who_does_not_want_us_is_not_asked_fast() {
    let cases = [
        (command("-ERR invalid"), "it refuses the password: invalid"),
        (
            Frame::Rejection("Access Denied, go away.\n".into()),
            "it refuses this address: Access Denied, go away.",
        ),
    ];
    for (frame, why) in cases {
        let start = Instant::now();
        let mut machine = new(Role::Reads, start);
        greeted(&mut machine, start);
        machine.frame(frame, start);
        machine.frame(Frame::Disconnect("goodbye".into()), start);
        assert_eq!(drain(&mut machine), [cut(why)]);
        machine.disconnected(why.into(), false, 0.0, start);
        assert_eq!(drain(&mut machine), [down(why, false)]);
        assert_eq!(machine.wake_at(), Some(start + TIMING.reconnect_max));
        greeted(&mut machine, start + TIMING.reconnect_max);
    }
}

#[test]
fn who_is_there_must_be_said() {
    let cases = [
        (vec![], "it does not greet"),
        (vec![command("+OK")], "it does not greet"),
        (
            vec![command("+OK"), command("-ERR permission denied")],
            "it refuses to tell of events: permission denied",
        ),
        (
            vec![command("+OK"), command("+OK"), api("-ERR no reply\n")],
            "it refuses to say who it is: no reply",
        ),
        (
            vec![command("+OK"), command("+OK"), api(""), api("1")],
            "it does not say who it is",
        ),
        (
            vec![Frame::Disconnect(String::new())],
            "it ended the connection",
        ),
    ];
    for (frames, why) in cases {
        let start = Instant::now();
        let mut machine = new(Role::Events, start);
        greeted(&mut machine, start);
        for (place, frame) in frames.into_iter().enumerate() {
            machine.frame(frame, start);
            if place == 0 {
                filtered(&mut machine, start);
            }
        }
        machine.event(done(Uuid::new_v4(), ""));
        machine.tick(start + TIMING.request);
        assert_eq!(drain(&mut machine), [cut(why)]);
    }
}

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    for (role, question) in [(Role::Events, NOTHING), (Role::Reads, VERSION)] {
        let start = Instant::now();
        let mut machine = stands(role, start);
        assert_eq!(machine.wake_at(), Some(start + seconds(5)));
        machine.tick(start + seconds(5));
        assert_eq!(sent(&mut machine), question);
        machine.heard(start + seconds(6));
        machine.frame(api("+OK"), start + seconds(6));
        machine.tick(start + seconds(10));
        assert_eq!(sent(&mut machine), "");
        machine.tick(start + seconds(11));
        assert_eq!(sent(&mut machine), question);
        machine.tick(start + seconds(15));
        assert_eq!(drain(&mut machine), []);
        machine.tick(start + seconds(16));
        assert_eq!(drain(&mut machine), [cut("it is silent")]);
    }
}

/// Events alone are no life for commands.
#[test]
fn a_server_that_answers_nothing_is_given_up() {
    let start = Instant::now();
    let mut machine = stands(Role::Events, start);
    machine
        .submit(job(Uuid::new_v4()), 1, start)
        .expect("there is room");
    for second in 1..20 {
        machine.heard(start + seconds(second));
        machine.tick(start + seconds(second));
    }
    assert_eq!(drain(&mut machine), [late(1)]);
    machine.tick(start + seconds(20));
    assert_eq!(drain(&mut machine), [cut("it does not answer")]);
}

#[test]
fn a_server_is_gone_when_nobody_listens_for_long() {
    let start = Instant::now();
    let mut machine = stands(Role::Events, start);
    machine.disconnected("reset".into(), false, 1.0, start);
    assert_eq!(drain(&mut machine), [down("reset", false)]);
    for (second, refused, expected) in [
        (1, true, false),
        (8, true, false),
        (9, true, true),
        (10, true, true),
        (11, false, false),
        (12, true, false),
    ] {
        machine.disconnected("refused".into(), refused, 1.0, start + seconds(second));
        assert_eq!(drain(&mut machine), [down("refused", expected)], "{second}");
    }
    assert_eq!(machine.gone_at(), Some(start + seconds(20)));
    machine.tick(start + seconds(20));
    assert_eq!(
        drain(&mut machine),
        [Action::Connect, down("refused", true)]
    );
    machine.tick(start + seconds(21));
    assert_eq!(drain(&mut machine), [], "only once");
}

#[test]
fn nothing_goes_on_after_the_end() {
    let now = Instant::now();
    let mut machine = stands(Role::Reads, now);
    machine.submit(read("a"), 1, now).expect("there is room");
    machine.stop("the end");
    let error = Error::Disconnected { command: "status" };
    assert_eq!(
        drain(&mut machine),
        [Action::Reply(1, Err(error)), down("the end", false)]
    );
    let refused = machine.submit(read("b"), 2, now);
    assert_eq!(refused, Err(Error::Unreachable("the end".into())));
    assert_eq!(machine.wake_at(), None);
}

#[test]
fn the_password_is_not_shown() {
    let now = Instant::now();
    let mut machine = new(Role::Reads, now);
    machine.tick(now);
    machine.connected(now);
    machine.frame(Frame::AuthRequest, now);
    assert!(!format!("{machine:?}").contains("secret"));
}
