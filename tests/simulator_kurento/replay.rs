//! Whole recorded exchanges, frame by frame.
//!
//! A line is one frame, shortened: `["send", id, method, params]` or one of `["create", id, type, params]`,
//! `["invoke", id, object, operation, params]`, `["subscribe", id, object, type]`; `["raw", text]`; `["reply", id, result]`,
//! `["refused", id, error]`, `["event", type, data]`. Ids are named (`<PassThrough 1>`), the session is left out where it
//! is the one that the socket is bound to, and `null` where there is none. What happened beside is a line as well.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::client::{Client, PATIENCE};
use super::compare::{comparable, lines};
use crate::kurento_simulator::{Gone, Options, Simulator, recordings};

/// A recording that is being played to a simulator.
struct Replay {
    simulator: Simulator,
    client: Option<Client>,
    /// The recording's names, by our ids.
    names: BTreeMap<String, String>,
    /// The session that the recorded socket is bound to.
    bound: Option<String>,
    /// What was asked, by request id.
    asked: BTreeMap<String, String>,
    /// What came and was not expected yet.
    pool: Vec<Value>,
}

impl Replay {
    async fn play(name: &str, media_duration: Duration) {
        let options = Options {
            media_duration,
            ..Options::default()
        };
        let mut replay = Replay {
            simulator: Simulator::start(options).await,
            client: None,
            names: BTreeMap::new(),
            bound: None,
            asked: BTreeMap::new(),
            pool: Vec::new(),
        };
        let lines = recorded(name);
        let mut lines = lines.iter().map(Vec::as_slice).peekable();
        while let Some(line) = lines.next() {
            match line[0].as_str().expect("a line says what it is") {
                "drop" | "absence" | "collected" | "restart" => {
                    replay.happens(line, media_duration).await;
                }
                "reply" | "refused" | "event" => {
                    let is_heard = |line: &&[Value]| {
                        matches!(line[0].as_str(), Some("reply" | "refused" | "event"))
                    };
                    let mut group = vec![line];
                    while let Some(next) = lines.next_if(is_heard) {
                        group.push(next);
                    }
                    replay.expect_group(&group).await;
                }
                _ => replay.send(line).await,
            }
        }
        replay.end().await;
    }

    async fn happens(&mut self, line: &[Value], media_duration: Duration) {
        let what = line[0].as_str();
        self.client = None;
        match what {
            Some("restart") => self.simulator.restart(),
            Some("absence") => sleep(media_duration + Duration::from_millis(100)).await,
            _ => {}
        }
        // Only the server knows when it has noticed.
        sleep(Duration::from_millis(20)).await;
        match what {
            Some("collected") => self.simulator.collect_garbage(),
            _ => self.bound = None,
        }
    }

    async fn send(&mut self, line: &[Value]) {
        let text = match line[0].as_str() {
            Some("raw") => line[1].as_str().expect("it is a text").to_owned(),
            _ => self.ours(&self.request(line).to_string()),
        };
        if self.client.is_none() {
            self.client = Some(Client::connect(&self.simulator).await);
        }
        let client = self.client.as_mut().expect("it was just made");
        client.send(&text).await.expect("the simulator reads");
        self.asked.insert(
            line[1].to_string(),
            line[line.len() - 1].to_string() + &line[line.len() - 2].to_string(),
        );
    }

    /// The frame that a line stands for.
    fn request(&self, line: &[Value]) -> Value {
        let rest = |at: usize| line.get(at).cloned().unwrap_or_else(|| json!({}));
        let kind = line[0].as_str().expect("a line says what it is");
        let (method, mut params) = match kind {
            "create" => (kind, json!({"type": line[2], "constructorParams": line[3]})),
            "invoke" => (
                kind,
                json!({"object": line[2], "operation": line[3], "operationParams": rest(4)}),
            ),
            "subscribe" => (kind, json!({"object": line[2], "type": line[3]})),
            _ => (
                line[2].as_str().expect("a method is a text"),
                line.get(3).cloned().unwrap_or(Value::Null),
            ),
        };
        let mut frame = json!({"id": line[1], "jsonrpc": "2.0", "method": method});
        if let Some(params) = params.as_object_mut() {
            match params.get("sessionId") {
                Some(Value::Null) => drop(params.remove("sessionId")),
                Some(_) => {}
                None => params.extend(self.bound_field()),
            }
        }
        if !params.is_null() {
            frame["params"] = params;
        }
        frame
    }

    fn bound_field(&self) -> Option<(String, Value)> {
        let id = self.bound.as_ref()?;
        Some(("sessionId".to_owned(), json!(id)))
    }

    /// A recorded text with our ids.
    fn ours(&self, text: &str) -> String {
        self.names
            .iter()
            .fold(text.to_owned(), |text, (ours, name)| {
                text.replace(name, ours)
            })
    }

    /// One of our frames with the recording's names. What is in an object is named before the object.
    fn named(&self, frame: &Value) -> Value {
        let names = self.names.iter().rev();
        let text = names.fold(frame.to_string(), |text, (ours, name)| {
            text.replace(ours, name)
        });
        serde_json::from_str(&text).expect("names are no syntax")
    }

    /// The frame that a line stands for, as far as it is compared.
    fn wanted(&mut self, line: &[Value]) -> Value {
        match line[0].as_str() {
            Some("event") => {
                let mut data = line[2].clone();
                // The manager's events do not say again what they are.
                match line[2].get("type") {
                    Some(Value::Null) => drop(data.as_object_mut().map(|data| data.remove("type"))),
                    Some(_) => {}
                    None => data["type"] = line[1].clone(),
                }
                if data["tags"].is_null() {
                    data["tags"] = json!([]);
                }
                json!({"jsonrpc": "2.0", "method": "onEvent", "params": {"value": {"data": data, "object": data["source"], "type": line[1]}}})
            }
            Some("refused") => json!({"id": line[1], "jsonrpc": "2.0", "error": line[2]}),
            _ => {
                let mut result = line
                    .get(2)
                    .cloned()
                    .unwrap_or_else(|| json!({"value": null}));
                if let Some(fields) = result.as_object_mut() {
                    match fields.get("sessionId") {
                        Some(Value::Null) => drop(fields.remove("sessionId")),
                        Some(id) => self.bound = id.as_str().map(str::to_owned),
                        None => fields.extend(self.bound_field()),
                    }
                }
                json!({"id": line[1], "jsonrpc": "2.0", "result": result})
            }
        }
    }

    /// Waits for what followed from one request, and from what the client's side did then.
    async fn expect_group(&mut self, group: &[&[Value]]) {
        let is_event = |line: &&&[Value]| line[0] == "event";
        for line in group.iter().filter(|line| !is_event(line)) {
            self.expect(line).await;
        }
        if let Some(closed) = group
            .iter()
            .find(|line| line.get(2).is_some_and(|data| data["state"] == "CLOSED"))
        {
            let endpoint = self.ours(closed[2]["source"].as_str().expect("an event has a source"));
            self.simulator.hang_up(&endpoint, Gone::Closed);
        }
        for line in group.iter().filter(is_event) {
            self.expect(line).await;
        }
    }

    /// Waits until the frame, or one that differs only where two servers must, has come.
    async fn expect(&mut self, line: &[Value]) {
        let wanted = self.wanted(line);
        let asked = self
            .asked
            .get(&wanted["id"].to_string())
            .cloned()
            .unwrap_or_default();
        let goal = comparable(&wanted, &asked);
        let found = timeout(PATIENCE, async {
            loop {
                let reply = self
                    .pool
                    .iter()
                    .find(|frame| frame["id"] == wanted["id"] && frame["method"].is_null());
                if let Some(reply) = reply.cloned() {
                    self.learn(&wanted, &reply);
                }
                let same = |frame: &Value| comparable(&self.named(frame), &asked) == goal;
                if let Some(at) = self.pool.iter().position(same) {
                    self.pool.remove(at);
                    return;
                }
                let client = self
                    .client
                    .as_mut()
                    .expect("only what was asked is expected");
                let frame = client.next().await.expect("the connection lasts");
                self.pool.push(frame);
            }
        });
        if found.await.is_err() {
            let pool: Vec<Value> = self
                .pool
                .iter()
                .map(|frame| comparable(&self.named(frame), &asked))
                .collect();
            panic!("expected {goal:#}\nthere is {pool:#?}");
        }
    }

    /// Notes the ids that the simulator gave to what has names in the recording.
    fn learn(&mut self, recorded: &Value, ours: &Value) {
        match (recorded, ours) {
            (Value::String(name), Value::String(ours)) if self.is_unknown(name, ours) => {
                self.names.insert(ours.clone(), name.clone());
            }
            (Value::Array(recorded), Value::Array(ours)) => {
                for (recorded, ours) in recorded.iter().zip(ours) {
                    self.learn(recorded, ours);
                }
            }
            (Value::Object(recorded), Value::Object(ours)) => {
                for (field, recorded) in recorded {
                    self.learn(recorded, ours.get(field).unwrap_or(&Value::Null));
                }
            }
            _ => {}
        }
    }

    fn is_unknown(&self, name: &str, ours: &str) -> bool {
        let is_name = name.starts_with('<') && name.ends_with('>');
        is_name && !self.names.contains_key(ours) && !self.names.values().any(|known| known == name)
    }

    /// Checks that nothing came beside what was expected.
    async fn end(mut self) {
        if let Some(client) = &mut self.client {
            while let Ok(Some(frame)) = timeout(Duration::from_millis(50), client.next()).await {
                self.pool.push(frame);
            }
        }
        assert!(self.pool.is_empty(), "nobody expected {:#?}", self.pool);
        assert!(!self.simulator.crashed() && !self.simulator.misused());
    }
}

fn recorded(name: &str) -> Vec<Vec<Value>> {
    let path = recordings().join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(path).expect("the recording is part of the repository");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a recorded frame is JSON"))
        .collect()
}

macro_rules! replays {
    ($($name:ident = $file:literal during $duration:literal),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                Replay::play($file, Duration::from_millis($duration)).await;
            }
        )+
    };
}

replays! {
    what_every_object_can = "basic" during 4000,
    refusals = "errors" during 4000,
    sessions_outlive_sockets = "session" during 800,
    transactions = "transaction" during 4000,
    a_session_in_one_transaction = "transaction-session" during 4000,
    the_same_request_twice = "request-cache" during 4000,
    a_session_that_was_collected = "collected" during 4000,
    a_server_that_was_restarted = "restart" during 4000,
    rewiring = "set-type" during 4000,
    a_player = "player" during 10_026,
    players_with_nothing_to_play = "player-errors" during 4000,
    recorders_wait_for_their_media = "recorder" during 4000,
    a_composite = "composite" during 4000,
    another_process_takes_over = "reattach" during 800,
    plain_rtp = "rtp" during 4000,
    what_cannot_be_negotiated_or_connected = "misuse" during 4000,
    what_the_manager_knows = "manager" during 4000,
    a_peer_comes_and_goes = "peer" during 4000,
}

#[tokio::test]
async fn descriptions_are_the_real_ones_line_by_line() {
    let simulator = Simulator::start(Options::default()).await;
    let mut client = Client::connect(&simulator).await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    let session = recorded("transaction-session");
    let operations = session
        .iter()
        .find(|line| line[1] == 6 && line[0] == "send")
        .expect("it was recorded")[3]
        .clone();
    let replies = session
        .iter()
        .find(|line| line[1] == 6 && line[0] == "reply")
        .expect("it was recorded")[2]
        .clone();
    let offer = &operations["operations"][8]["params"]["operationParams"];
    let endpoint = client
        .create("WebRtcEndpoint", json!({"mediaPipeline": pipeline}))
        .await;
    let answer = client
        .invoke(&endpoint, "processOffer", offer.clone())
        .await;
    let real = replies["value"][8]["result"]["value"]
        .as_str()
        .expect("it was recorded");
    assert_eq!(
        lines(answer.as_str().expect("a description is a text")),
        lines(real)
    );

    let basic = recorded("basic");
    let real = basic
        .iter()
        .find(|line| line[1] == 23 && line[0] == "reply")
        .expect("it was recorded");
    let endpoint = client
        .create("WebRtcEndpoint", json!({"mediaPipeline": pipeline}))
        .await;
    let offer = client.invoke(&endpoint, "generateOffer", json!({})).await;
    let real = real[2]["value"].as_str().expect("it was recorded");
    assert_eq!(
        lines(offer.as_str().expect("a description is a text")),
        lines(real)
    );
}
