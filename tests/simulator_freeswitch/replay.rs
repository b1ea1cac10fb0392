//! Recorded commands are sent again; replies must be the same, and events of each leg the same in the same order.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::agent::{Agent, RTP, WEBRTC};
use super::client::{Client, PATIENCE};
use super::recorded::{as_recorded, recorded};
use crate::freeswitch_simulator::Simulator;

/// Replies that no two servers give alike, or that the simulator gives only roughly.
const ROUGH: [&str; 8] = [
    " kick ",
    "json_list",
    " list",
    "get uuid",
    "chkrecord",
    "vid-bandwidth",
    " floor ",
    "show ",
];

struct Replay {
    simulator: Simulator,
    client: Client,
    /// The events of each leg, or of the room, as recorded and as they came.
    wanted: BTreeMap<String, Vec<Value>>,
    seen: BTreeMap<String, Vec<Value>>,
}

impl Replay {
    async fn play(name: &str) {
        let simulator = Simulator::start(as_recorded()).await;
        let client = Client::ready(&simulator).await;
        let mut agent = Agent::new(&simulator).await;
        let mut replay = Replay {
            simulator,
            client,
            wanted: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        let lines = recorded(name);
        for (at, line) in lines.iter().enumerate() {
            let text = line[1].as_str().expect("the second is a text");
            match line[0].as_str() {
                Some("leg") => {
                    let sdp = if line[2] == "webrtc" { WEBRTC } else { RTP };
                    assert_eq!(agent.call("nk_park", text, sdp).await.status(), Some(200));
                    replay.client.event("CHANNEL_PARK", text).await;
                }
                Some("send") => {
                    replay.catch_up().await;
                    let reply = lines[at..].iter().find(|line| line[0] == "reply");
                    let reply = reply.and_then(|line| line[1].as_str());
                    replay.send(text, reply.expect("it was answered")).await;
                }
                Some("dump") => {
                    replay.catch_up().await;
                    replay.look(text, &line[2]).await;
                }
                Some("event") => {
                    if line[2]["DTMF-Source"] == "RTP" {
                        replay.catch_up().await;
                        replay.press(&line[2]);
                    }
                    replay.want(text, &line[2]);
                }
                _ => {}
            }
        }
        replay.catch_up().await;
    }

    async fn send(&mut self, command: &str, reply: &str) {
        let command = command.strip_prefix("api ").expect("it is an api");
        let ours = self.client.api(command).await;
        if !ROUGH.iter().any(|rough| command.contains(rough)) {
            assert_eq!(ours, reply, "to {command}");
        }
    }

    /// Compares what is known of a leg; null is what is not.
    async fn look(&mut self, uuid: &str, wanted: &Value) {
        let dump = self.client.api(&format!("uuid_dump {uuid} json")).await;
        let dump: Value = serde_json::from_str(&dump).expect("it is JSON");
        assert_eq!(&fields_of(&dump, wanted), wanted, "of {uuid}");
    }

    /// The peer of a leg presses the key that its peer in the recording did.
    fn press(&self, event: &Value) {
        let uuid = event["Unique-ID"].as_str().expect("a digit has a leg");
        let digit = event["DTMF-Digit"].as_str();
        let digit = digit.and_then(|digit| digit.chars().next());
        self.simulator.digit(uuid, digit.expect("a digit is there"));
    }

    fn want(&mut self, name: &str, values: &Value) {
        let mut event = values.clone();
        event["Event-Name"] = json!(name);
        self.wanted.entry(about(&event)).or_default().push(event);
    }

    /// Waits until all that was recorded so far has come.
    async fn catch_up(&mut self) {
        loop {
            self.compare();
            if self.missing().is_empty() {
                return;
            }
            let event = timeout(PATIENCE / 2, self.client.any_event()).await;
            let event = event.unwrap_or_else(|_| panic!("missing {:#?}", self.missing()));
            if is_compared(&event) {
                self.seen.entry(about(&event)).or_default().push(event);
            }
        }
    }

    fn missing(&self) -> Vec<&Value> {
        let missing = self.wanted.iter().flat_map(|(about, wanted)| {
            let seen = self.seen.get(about).map_or(0, Vec::len);
            wanted.iter().skip(seen)
        });
        missing.collect()
    }

    fn compare(&self) {
        for (about, wanted) in &self.wanted {
            let seen = self.seen.get(about).into_iter().flatten();
            for (wanted, seen) in wanted.iter().zip(seen) {
                assert_eq!(&fields_of(seen, wanted), wanted, "of {about}");
            }
        }
    }
}

/// What of ours was recorded of theirs.
fn fields_of(ours: &Value, theirs: &Value) -> Value {
    let fields = theirs.as_object().expect("headers are an object");
    let ours = fields.keys().map(|name| (name.clone(), ours[name].clone()));
    Value::Object(ours.collect())
}

/// The leg, or else the room.
fn about(event: &Value) -> String {
    let named = event["Unique-ID"].as_str();
    let named = named.or_else(|| event["Conference-Name"].as_str());
    named.unwrap_or_default().to_owned()
}

fn is_compared(event: &Value) -> bool {
    const CHANCE: [&str; 4] = [
        "floor-change",
        "video-floor-change",
        "start-talking",
        "stop-talking",
    ];
    const OTHERS: [&str; 5] = [
        "CALL_SECURE",
        "CHANNEL_CREATE",
        "CHANNEL_PROGRESS_MEDIA",
        "CHANNEL_ANSWER",
        "BACKGROUND_JOB",
    ];
    let is = |name: &str, values: &[&str]| {
        let value = event[name].as_str();
        value.is_some_and(|value| values.contains(&value))
    };
    !is("Action", &CHANCE)
        && !is("Event-Name", &OTHERS)
        && event["Media-Bug-Function"] != "session_record"
}

macro_rules! replays {
    ($($name:ident = $file:literal),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                Replay::play($file).await;
            }
        )+
    };
}

replays! {
    from_type_to_type = "types-switch",
    what_is_played_and_recorded = "play-record",
    digits_and_mutes = "digits-mute",
    a_room = "room",
    what_is_refused = "commands",
    what_plays_over_what_runs = "player",
}
