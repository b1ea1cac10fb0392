//! What a connection does, as tables in a time of their own.

mod commands;
mod life;

use uuid::Uuid;

use super::{
    incoming::{CORE, FILTERS, SUBSCRIPTION},
    *,
};
use crate::backend::freeswitch::esl::frame::Frame;

const TIMING: Timing = Timing {
    request: Duration::from_secs(10),
    liveness: Duration::from_secs(5),
    lost_after: Duration::from_secs(8),
    reconnect_min: Duration::from_millis(100),
    reconnect_max: Duration::from_secs(2),
    max_pending: 3,
};

type Tried = Machine<u32>;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn new(role: Role, start: Instant) -> Tried {
    Machine::new(role, Redacted::new("secret".into()), TIMING, start)
}

fn drain(machine: &mut Tried) -> Vec<Action<u32>> {
    std::iter::from_fn(|| machine.poll()).collect()
}

/// What is to be sent.
fn sent(machine: &mut Tried) -> String {
    let bytes = machine.output().split();
    String::from_utf8(bytes.to_vec()).expect("commands are text")
}

fn command(text: &str) -> Frame {
    Frame::CommandReply(text.to_owned())
}

fn api(text: &str) -> Frame {
    Frame::ApiResponse(text.to_owned())
}

fn greeted(machine: &mut Tried, now: Instant) {
    machine.tick(now);
    assert_eq!(drain(machine), [Action::Connect]);
    machine.connected(now);
    machine.frame(Frame::AuthRequest, now);
    assert_eq!(sent(machine), "auth secret\n\n");
}

fn up(machine: &mut Tried, now: Instant) {
    greeted(machine, now);
    machine.frame(command("+OK accepted"), now);
    let introduction = sent(machine);
    if machine.role == Role::Events {
        let filters = FILTERS.concat();
        let expected = format!("{filters}{SUBSCRIPTION}{CORE}{VERSION}");
        assert_eq!(introduction, expected);
        filtered(machine, now);
        machine.frame(command("+OK event listener enabled json"), now);
    } else {
        assert_eq!(introduction, format!("{CORE}{VERSION}"));
    }
    machine.frame(api("core"), now);
    machine.frame(api("version 1\n"), now);
    let (core, version) = ("core".into(), "version 1".into());
    assert_eq!(machine.poll(), Some(Action::Up { core, version }));
}

/// The server takes the filters.
fn filtered(machine: &mut Tried, now: Instant) {
    for _ in FILTERS {
        machine.frame(command("+OK filter added."), now);
    }
}

fn stands(role: Role, start: Instant) -> Tried {
    let mut machine = new(role, start);
    up(&mut machine, start);
    assert_eq!(drain(&mut machine), []);
    machine
}

fn read(line: &str) -> Ask {
    Ask {
        name: "status",
        line: line.to_owned(),
        job: None,
        within: TIMING.request,
    }
}

fn job(id: Uuid) -> Ask {
    Ask {
        job: Some(id),
        ..read("status")
    }
}

fn done(id: Uuid, body: &str) -> Box<Event> {
    let body = serde_json::to_string(body).expect("text is JSON");
    let text = format!(r#"{{"Event-Name":"BACKGROUND_JOB","Job-UUID":"{id}","_body":{body}}}"#);
    Box::new(Event::parse(text.as_bytes()).expect("it is one"))
}

fn replied(waiter: u32, text: &str) -> Action<u32> {
    Action::Reply(waiter, Ok(text.to_owned()))
}

fn late(waiter: u32) -> Action<u32> {
    let (command, after) = ("status", TIMING.request);
    Action::Reply(waiter, Err(Error::Timeout { command, after }))
}

fn cut(why: &str) -> Action<u32> {
    Action::Disconnect(why.to_owned())
}

fn down(why: &str, gone: bool) -> Action<u32> {
    let why = why.to_owned();
    Action::Down { why, gone }
}
