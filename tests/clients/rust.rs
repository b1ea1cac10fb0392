//! The Rust client: it plays the scenarios in this process.

mod recorded;
mod secured;
mod values;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use mediaplane_client::{
    Client, Error,
    proto::{
        CreateRoomRequest, ErrorReason, WatchEventsRequest,
        backend_service_client::BackendServiceClient,
        room_service_client::RoomServiceClient,
        session_service_client::SessionServiceClient,
        watch_events_request::{All, Scope, SessionIds},
    },
    tonic::{Code, Request, Status},
};
use recorded::Recorded;
use serde::Deserialize;
use serde_json::Value;
use values::{filled, matches, message, picked, plain};

use crate::{Stage, clients};

/// Far beyond what any call takes.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenarios {
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    #[serde(rename = "doc")]
    _doc: String,
    steps: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Call(Call),
    Watch(Watch),
    Events(Events),
    Cut(Cut),
    Close(Close),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    call: String,
    request: Value,
    #[serde(default)]
    expect: Value,
    #[serde(default)]
    save: HashMap<String, String>,
    error: Option<Refusal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    code: String,
    reason: String,
    field: Option<String>,
    #[serde(default)]
    retry: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Watch {
    watch: String,
    request: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    events: String,
    expect: Vec<Value>,
    #[serde(default = "within", with = "humantime_serde")]
    within: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cut {
    cut: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    close: String,
}

const fn within() -> Duration {
    Duration::from_secs(10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust() {
    let stage = Stage::set().await;
    let text = std::fs::read(clients().join("scenario.json")).expect("it is there");
    let all: Scenarios = serde_json::from_slice(&text).expect("scenarios");
    assert!(!all.scenarios.is_empty());
    for scenario in all.scenarios {
        let mut run = Run::new(&stage);
        for (index, step) in scenario.steps.into_iter().enumerate() {
            let told = format!("step {index} of {}: {step}", scenario.name);
            let step = serde_json::from_value(filled(step, &run.names)).expect(&told);
            run.step(step)
                .await
                .unwrap_or_else(|wrong| panic!("{told}: {wrong}"));
        }
    }
    stage.end().await;
}

struct Run<'a> {
    stage: &'a Stage,
    client: Client,
    names: HashMap<String, String>,
    watches: HashMap<String, Recorded>,
}

impl<'a> Run<'a> {
    fn new(stage: &'a Stage) -> Self {
        let run = uuid::Uuid::new_v4().simple().to_string();
        Self {
            stage,
            client: Client::connect(stage.url()).expect("a URL"),
            names: [("run".to_owned(), run[..8].to_owned())].into(),
            watches: HashMap::new(),
        }
    }

    async fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Call(step) => self.call(step).await,
            Step::Watch(step) => {
                let request: WatchEventsRequest = message(&step.request);
                let watch = Recorded::new(&self.client, request);
                assert!(self.watches.insert(step.watch, watch).is_none());
                Ok(())
            }
            Step::Events(step) => {
                let watch = self.watches.get_mut(&step.events).ok_or("no such watch")?;
                let all = async {
                    for expected in &step.expect {
                        watch.next(expected).await?;
                    }
                    Ok(())
                };
                let all = tokio::time::timeout(step.within, all).await;
                all.map_err(|_| format!("not in time; the last: {}", watch.last))?
            }
            Step::Cut(step) => {
                assert!(step.cut);
                self.stage.cut().await;
                Ok(())
            }
            Step::Close(step) => {
                let watch = self.watches.remove(&step.close).ok_or("no such watch")?;
                watch.close().await
            }
        }
    }

    async fn call(&mut self, step: Call) -> Result<(), String> {
        let sent = ask(&self.client, &step.call, &step.request);
        let sent = tokio::time::timeout(PATIENCE, sent).await;
        let reply = match (sent.map_err(|_| "no reply in time")?, step.error) {
            (Ok(reply), None) => reply,
            (Err(status), Some(refusal)) => return refusal.matches(&status.into()),
            (other, refusal) => return Err(format!("{other:?}, not {refusal:?}")),
        };
        for (name, path) in step.save {
            self.names.insert(name, picked(&reply, &path)?);
        }
        match step.expect {
            Value::Null => Ok(()),
            expected => matches(&reply, &expected, "reply"),
        }
    }
}

/// Calls by the generated client of the service.
async fn ask(client: &Client, call: &str, request: &Value) -> Result<Value, Status> {
    macro_rules! calls {
        ($($service:literal $stub:ident $type:ident { $($name:literal $rpc:ident)* })*) => {
            match call {
                $($(concat!($service, ".", $name) => {
                    let request = Request::new(message(request));
                    let reply = $type::$rpc(&mut client.$stub(), request).await?;
                    Ok(plain(&reply.into_inner()))
                })*)*
                unknown => panic!("there is no call {unknown}"),
            }
        };
    }
    calls! {
        "SessionService" sessions SessionServiceClient {
            "CreateSession" create_session "DestroySession" destroy_session
            "SetAnswer" set_answer "GetSession" get_session "ListSessions" list_sessions
            "GetOffer" get_offer "GetAnswer" get_answer "UpdateMedia" update_media
            "SetType" set_type "RecorderAction" recorder_action "PlayerAction" player_action
            "RoomAction" room_action "SetCandidate" set_candidate
            "SetCandidateEnd" set_candidate_end "SendDtmf" send_dtmf "SendInfo" send_info
            "GetStats" get_stats
        }
        "RoomService" rooms RoomServiceClient {
            "CreateRoom" create_room "DestroyRoom" destroy_room "GetRoom" get_room
            "ListRooms" list_rooms
        }
        "BackendService" backends BackendServiceClient {
            "ListBackends" list_backends "DrainBackend" drain_backend
            "UndrainBackend" undrain_backend
        }
    }
}

impl Refusal {
    fn matches(&self, error: &Error) -> Result<(), String> {
        let code = format!("{:?}", error.code()).to_uppercase();
        let mut violations = error.violations().iter();
        let named = |field| violations.any(|one| one.field == field && !one.description.is_empty());
        let fits = code == self.code.replace('_', "")
            && error.reason() == Some(&self.reason)
            && !error.message().is_empty()
            && self.field.clone().is_none_or(named)
            && (!self.retry || error.retry_after().is_some() && error.is_transient());
        fits.then_some(())
            .ok_or_else(|| format!("{error:?}, not {self:?}"))
    }
}

#[tokio::test]
async fn a_watch_ends_with_what_does_not_pass() {
    let stage = Stage::set().await;
    let client = Client::connect(stage.url()).expect("a URL");
    let unknown = SessionIds {
        ids: vec!["nobody".to_owned()],
    };
    let mut watch = client.watch(WatchEventsRequest {
        scope: Some(Scope::SessionIds(unknown)),
        ..WatchEventsRequest::default()
    });
    for _ in 0..2 {
        let error = watch.next().await.expect_err("nothing to tell");
        assert!(
            error.is(ErrorReason::SessionNotFound) && !error.is_transient(),
            "{error:?}"
        );
    }

    let mut watch = client
        .watch(WatchEventsRequest {
            scope: Some(Scope::All(All {})),
            snapshot: true,
            ..WatchEventsRequest::default()
        })
        .backoff(Duration::from_millis(1), Duration::from_millis(10))
        .give_up_after(Duration::from_millis(200));
    stage.line.cut();
    let error = watch.next().await.expect_err("nobody is there");
    assert!(
        error.reason().is_none() && error.is_transient(),
        "{error:?}"
    );
    assert_ne!(error.code(), Code::Ok);
    stage.line.restore();
    stage.end().await;
}

#[tokio::test]
async fn a_watch_of_everything_does_not_end_with_the_service() {
    let stage = Stage::set().await;
    let client = Client::connect(stage.url()).expect("a URL");
    let everything = WatchEventsRequest {
        scope: Some(Scope::All(All {})),
        ..WatchEventsRequest::default()
    };
    let retried = Arc::new(Mutex::new(Vec::new()));
    let retries = retried.clone();
    let mut watch = client
        .watch(everything)
        .backoff(Duration::from_millis(1), Duration::from_millis(10))
        .give_up_after(Duration::from_millis(100))
        .on_retry(move |error, _| {
            let mut retries = retries.lock().expect("no panic");
            retries.push(error.message().to_owned());
        });
    let room = CreateRoomRequest::default();
    client.rooms().create_room(room).await.expect("a room");
    watch.next().await.expect("a room").expect("an event");
    let failed = async {
        loop {
            if let Err(error) = watch.next().await {
                return error;
            }
        }
    };
    let ((), error) = tokio::join!(stage.end(), failed);
    assert!(error.is_transient(), "{error:?}");
    let retried = retried.lock().expect("no panic");
    assert!(retried[0].contains("ended the stream"), "{retried:?}");
}

#[test]
fn a_token_is_never_sent_in_plain_text() {
    let builder = Client::builder("http://localhost:1").token("a-secret");
    assert!(!format!("{builder:?}").contains("a-secret"));
    assert!(builder.build().is_err());
}
