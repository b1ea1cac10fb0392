//! Command lines against a service on a socket: what it is asked, what is printed, and the exit code.

mod demo;
mod health;
mod requests;
mod service;

use std::{
    io::{self, Write},
    sync::Arc,
};

use clap::{CommandFactory, Parser, error::ErrorKind};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{Command, Console};
use service::Service;

#[derive(Debug, Parser)]
#[command(name = "mediaplane")]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).expect("text")
    }
}

/// What a command line came to.
#[derive(Debug, PartialEq)]
struct Outcome {
    code: u8,
    out: String,
    err: String,
}

async fn run(address: &str, arguments: &[&str]) -> Outcome {
    let line = ["mediaplane"].iter().chain(arguments);
    let program =
        Program::try_parse_from(line.chain(&["--address", address])).expect("valid arguments");
    let (out, err) = (Buffer::default(), Buffer::default());
    let mut console = Console::new(
        program.command.connection().output,
        Box::new(out.clone()),
        Box::new(err.clone()),
    );
    let code = program.command.carry_out(&mut console).await;
    Outcome {
        code,
        out: out.text(),
        err: err.text(),
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn refused(line: &str) -> ErrorKind {
    let line = format!("mediaplane {line}");
    Program::try_parse_from(words(&line))
        .expect_err("refused")
        .kind()
}

#[test]
fn the_command_line_is_consistent() {
    Program::command().debug_assert();
}

#[tokio::test]
async fn create_prints_what_a_script_can_use() {
    let reply = json!({"sessionId": "s1", "answer": {"sdp": "v=0\r\ns=-\r\n"}});
    let service = Service::start([("CreateSession", Ok(vec![reply]))]).await;
    let line = words("session create --type echo --wait-reply");
    let outcome = run(&service.address, &line).await;
    assert_eq!(outcome.out, "v=0\r\ns=-\r\n");
    assert_eq!(outcome.err, "session s1\n");
    let outcome = run(
        &service.address,
        &[&line[..], &["--output", "json"]].concat(),
    )
    .await;
    let json: Value = serde_json::from_str(&outcome.out).expect("JSON");
    assert_eq!(json["answer"]["sdp"], "v=0\r\ns=-\r\n");
    assert_eq!(outcome.err, "");

    let service = Service::start([("CreateSession", Ok(vec![json!({"sessionId": "s2"})]))]).await;
    let outcome = run(&service.address, &words("session create --type park")).await;
    assert_eq!((outcome.out.as_str(), outcome.err.as_str()), ("s2\n", ""));
}

#[tokio::test]
async fn a_list_is_shown_as_columns_or_as_json() {
    let session = json!({"sessionId": "s1", "type": "SESSION_KIND_LISTEN", "status": "SESSION_STATUS_READY",
        "typeExt": {"roomId": "r1", "publisherId": "p1"}, "backend": {"name": "j1"}});
    let service =
        Service::start([("ListSessions", Ok(vec![json!({"sessions": [session]})]))]).await;
    let outcome = run(&service.address, &words("session list")).await;
    let rows: Vec<_> = outcome.out.lines().map(words).collect();
    assert_eq!(
        rows[1],
        ["s1", "listen", "ready", "j1", "r1", "p1", "-", "-"]
    );
    assert_eq!(rows[0].len(), rows[1].len());
    let outcome = run(&service.address, &words("session list -o json")).await;
    let json: Value = serde_json::from_str(&outcome.out).expect("JSON");
    assert_eq!(json["sessions"][0]["status"], "SESSION_STATUS_READY");
}

#[tokio::test]
async fn a_watch_prints_a_line_for_each_item() {
    let items = vec![
        json!({"event": {"sequence": "1", "sessionId": "s1", "created": {"session": {"type": "SESSION_KIND_P2P"}}}}),
        json!({"event": {"sequence": "2", "sessionId": "s1", "answer": {"sdp": "1234", "trickleIce": true}}}),
        json!({"gap": {"sessionId": "s1", "firstMissed": "3", "lastMissed": "4"}}),
    ];
    let service = Service::start([("WatchEvents", Ok(items))]).await;
    let outcome = run(&service.address, &words("session watch s1")).await;
    assert_eq!(outcome.code, 0);
    assert_eq!(
        outcome.out,
        "- s1 #1 created p2p\n\
         - s1 #2 answer 4 bytes, candidates come later\n\
         - s1 - gap 3 to 4 are missing\n"
    );
    let outcome = run(&service.address, &words("session watch s1 -o json")).await;
    let items: Vec<Value> = outcome
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(items.len(), 3);
    assert_eq!(items[2]["gap"]["lastMissed"], "4");
}

#[tokio::test]
async fn an_error_of_the_service_is_told_with_code_1() {
    let details = ErrorDetails::with_error_info("SESSION_NOT_FOUND", "mediaplane", []);
    let status = Status::with_error_details(Code::NotFound, "there is no session s1", details);
    let service = Service::start([("GetSession", Err(status))]).await;
    let outcome = run(&service.address, &words("session get s1")).await;
    let expected = Outcome {
        code: 1,
        out: String::new(),
        err: "error: there is no session s1\n  \
              reason: SESSION_NOT_FOUND\n  \
              try:    `mediaplane session list` shows the sessions there are\n"
            .to_owned(),
    };
    assert_eq!(outcome, expected);
}

#[tokio::test]
async fn an_absent_service_is_told_with_code_3() {
    let outcome = run("127.0.0.1:1", &words("backend list")).await;
    assert_eq!(outcome.code, 3, "{}", outcome.err);
    assert!(outcome.err.contains("127.0.0.1:1 cannot be reached"));
    assert!(outcome.err.contains("mediaplane serve"));
}

#[tokio::test]
async fn a_silent_service_is_told_with_code_1() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = silent.local_addr().expect("bound").to_string();
    let outcome = run(&address, &words("backend list --timeout 50ms")).await;
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    assert!(
        outcome.err.starts_with("error: no reply within 50ms"),
        "{}",
        outcome.err
    );
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_error() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let service = Service::start([]).await;
    let address = service.address.as_str();
    let line = ["mediaplane", "backend", "list", "--address", address];
    let command = Program::parse_from(line).command;
    let err = Buffer::default();
    let format = command.connection().output;
    let mut console = Console::new(format, Box::new(Closed), Box::new(err.clone()));
    assert_eq!(command.carry_out(&mut console).await, 0);
    assert_eq!(err.text(), "");
}

#[test]
fn wrong_arguments_are_refused_before_any_call() {
    use ErrorKind::{ArgumentConflict, InvalidValue, MissingRequiredArgument, ValueValidation};
    let cases = [
        ("session create", MissingRequiredArgument),
        ("session create --type nonsense", InvalidValue),
        (
            "session create --type echo --trickle",
            MissingRequiredArgument,
        ),
        (
            "session create --type echo --set-master-answer",
            MissingRequiredArgument,
        ),
        ("session create --type echo --label x", ValueValidation),
        (
            "session create --type echo --wait-timeout 5",
            ValueValidation,
        ),
        (
            "session create --type echo --event-body [1]",
            ValueValidation,
        ),
        ("session candidate s1", MissingRequiredArgument),
        (
            "session candidate s1 --candidate c",
            MissingRequiredArgument,
        ),
        ("session candidate s1 --end --mid 0", ArgumentConflict),
        ("session watch", MissingRequiredArgument),
        ("session watch s1 --all", ArgumentConflict),
        (
            "session watch s1 --from-now --after-sequence 3",
            ArgumentConflict,
        ),
        ("session room s1 mute s2", MissingRequiredArgument),
        ("session list --status unspecified", InvalidValue),
    ];
    for (line, kind) in cases {
        assert_eq!(refused(line), kind, "{line}");
    }
}
