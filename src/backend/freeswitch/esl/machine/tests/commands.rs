//! What becomes of commands.

use super::*;

#[test]
fn replies_come_in_the_order_of_the_commands() {
    let now = Instant::now();
    let mut machine = stands(Role::Reads, now);
    for waiter in 1..=3 {
        let asked = machine.submit(read(&format!("show {waiter}")), waiter, now);
        asked.expect("there is room");
    }
    assert_eq!(
        machine.submit(read("show 4"), 4, now),
        Err(Error::Overloaded)
    );
    assert_eq!(
        sent(&mut machine),
        "api show 1\n\napi show 2\n\napi show 3\n\n"
    );
    machine.frame(api("+OK one\n"), now);
    machine.frame(command("-ERR permission denied"), now);
    machine.frame(api("three"), now);
    let (command, message) = ("status", "permission denied".into());
    let refused = Err(Error::Refused { command, message });
    assert_eq!(
        drain(&mut machine),
        [
            replied(1, "one"),
            Action::Reply(2, refused),
            replied(3, "three")
        ]
    );
    assert!(machine.is_idle());
}

#[test]
fn what_is_late_or_given_up_keeps_its_place() {
    let start = Instant::now();
    let mut machine = stands(Role::Reads, start);
    machine.submit(read("a"), 1, start).expect("there is room");
    let given_up = machine.submit(read("b"), 2, start).expect("there is room");
    machine.forget(given_up);
    let later = start + seconds(1);
    machine.submit(read("c"), 3, later).expect("there is room");
    assert_eq!(machine.submit(read("d"), 4, later), Err(Error::Overloaded));
    machine.heard(start + seconds(10));
    machine.tick(start + seconds(10));
    assert_eq!(drain(&mut machine), [late(1)]);
    for text in ["a", "b", "c"] {
        machine.frame(api(text), start + seconds(10));
    }
    assert_eq!(drain(&mut machine), [replied(3, "c")]);
    machine.frame(api("d"), start + seconds(10));
    assert_eq!(
        drain(&mut machine),
        [cut("it answered what nobody has asked")]
    );
}

#[test]
fn a_job_has_its_result_by_its_name() {
    let now = Instant::now();
    let [one, two, three] = [(); 3].map(|()| Uuid::new_v4());
    let mut machine = stands(Role::Events, now);
    machine.submit(job(one), 1, now).expect("there is room");
    assert_eq!(
        sent(&mut machine),
        format!("bgapi status\nJob-UUID: {one}\n\n")
    );
    machine.submit(job(two), 2, now).expect("there is room");
    machine.submit(job(three), 3, now).expect("there is room");
    machine.event(done(two, "+OK before the reply\n"));
    machine.event(done(Uuid::new_v4(), "+OK somebody else's"));
    machine.frame(command("+OK Job-UUID: 1"), now);
    machine.frame(command("+OK Job-UUID: 2"), now);
    machine.frame(command("-ERR permission denied"), now);
    machine.event(done(one, "-ERR NO_ANSWER\n"));
    machine.event(done(one, "+OK again"));
    let refused = |message: &str| Error::Refused {
        command: "status",
        message: message.to_owned(),
    };
    assert_eq!(
        drain(&mut machine),
        [
            replied(2, "before the reply"),
            Action::Reply(3, Err(refused("permission denied"))),
            Action::Reply(1, Err(refused("NO_ANSWER"))),
        ]
    );
    assert!(machine.is_idle());
}

#[test]
fn each_command_has_its_own_time() {
    let start = Instant::now();
    let mut machine = stands(Role::Events, start);
    let long = Ask {
        within: seconds(30),
        ..job(Uuid::new_v4())
    };
    machine.submit(long, 1, start).expect("there is room");
    let short = job(Uuid::new_v4());
    machine.submit(short, 2, start).expect("there is room");
    for _ in 0..2 {
        machine.frame(command("+OK Job-UUID"), start);
    }
    for (second, expected) in [(9, vec![]), (10, vec![late(2)]), (29, vec![])] {
        machine.heard(start + seconds(second));
        machine.tick(start + seconds(second));
        assert_eq!(drain(&mut machine), expected, "{second}");
    }
    machine.tick(start + seconds(30));
    let (command, after) = ("status", seconds(30));
    let late = Action::Reply(1, Err(Error::Timeout { command, after }));
    assert_eq!(drain(&mut machine), [late]);
}

#[test]
fn nothing_is_left_of_a_job_that_was_given_up() {
    let now = Instant::now();
    let id = Uuid::new_v4();
    let mut machine = stands(Role::Events, now);
    let key = machine.submit(job(id), 1, now).expect("there is room");
    machine.forget(key);
    assert!(machine.is_idle());
    machine.frame(command("+OK Job-UUID"), now);
    machine.event(done(id, "+OK"));
    assert_eq!(drain(&mut machine), []);
    assert!(machine.table.turn().is_none() && machine.table.take_job(id).is_none());
}

#[test]
fn commands_wait_for_a_connection() {
    let start = Instant::now();
    let mut machine = new(Role::Reads, start);
    machine.submit(read("a"), 1, start).expect("there is room");
    let later = start + seconds(9);
    let given_up = machine.submit(read("b"), 2, later).expect("there is room");
    machine.submit(read("c"), 3, later).expect("there is room");
    machine.tick(start);
    machine.disconnected("no route".into(), false, 0.0, start);
    machine.tick(start + seconds(10));
    let unreachable = Action::Reply(1, Err(Error::Unreachable("no route".into())));
    assert_eq!(
        drain(&mut machine),
        [
            Action::Connect,
            down("no route", false),
            unreachable,
            Action::Connect
        ]
    );
    machine.forget(given_up);
    machine.disconnected("no route".into(), false, 0.0, start);
    drain(&mut machine);
    up(&mut machine, start + seconds(12));
    assert_eq!(sent(&mut machine), "api c\n\n");
    machine.tick(start + seconds(21));
    assert_eq!(drain(&mut machine), [], "its time begins when it is sent");
}

#[test]
fn what_was_sent_is_lost_with_the_connection() {
    let now = Instant::now();
    let id = Uuid::new_v4();
    let mut machine = stands(Role::Events, now);
    machine.submit(job(id), 1, now).expect("there is room");
    machine.disconnected("reset".into(), false, 0.0, now);
    machine.submit(job(id), 2, now).expect("there is room");
    let error = Error::Disconnected { command: "status" };
    assert_eq!(
        drain(&mut machine),
        [Action::Reply(1, Err(error)), down("reset", false)]
    );
    assert_eq!(sent(&mut machine), "");
    up(&mut machine, now + seconds(1));
    assert_eq!(
        sent(&mut machine),
        format!("bgapi status\nJob-UUID: {id}\n\n")
    );
}
