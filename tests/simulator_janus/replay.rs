//! Whole recorded exchanges, frame by frame.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::task::AbortOnDropHandle;

use crate::janus_simulator::{Options, Simulator, recordings};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One connection of the recording, made anew.
struct Connection {
    sending: SplitSink<Socket, Message>,
    _reading: AbortOnDropHandle<()>,
}

/// A recording that is being played to a simulator.
struct Replay {
    simulator: Simulator,
    is_admin: bool,
    connections: HashMap<String, Connection>,
    heard: (mpsc::Sender<Value>, mpsc::Receiver<Value>),
    /// Ids of the recording, by ours.
    ids: HashMap<u64, u64>,
    /// What came and was not expected yet.
    pool: Vec<Value>,
}

impl Replay {
    async fn start(options: Options, is_admin: bool) -> Replay {
        Replay {
            simulator: Simulator::start(options).await,
            is_admin,
            connections: HashMap::new(),
            heard: mpsc::channel(1024),
            ids: HashMap::new(),
            pool: Vec::new(),
        }
    }

    async fn connect(&mut self, name: &str) {
        let (url, subprotocol) = match self.is_admin {
            true => (self.simulator.admin_url(), "janus-admin-protocol"),
            false => (self.simulator.url(), "janus-protocol"),
        };
        let mut request = url
            .into_client_request()
            .expect("the simulator's URL is one");
        let header = HeaderValue::from_static(subprotocol);
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", header);
        let (socket, _) = connect_async(request)
            .await
            .expect("the simulator takes connections");
        let (sending, mut receiving) = socket.split();
        let heard = self.heard.0.clone();
        let reading = tokio::spawn(async move {
            while let Some(Ok(Message::Text(text))) = receiving.next().await {
                let frame = serde_json::from_str(&text).expect("the simulator speaks JSON");
                heard
                    .send(frame)
                    .await
                    .expect("the replay outlives its connections");
            }
        });
        let connection = Connection {
            sending,
            _reading: AbortOnDropHandle::new(reading),
        };
        self.connections.insert(name.to_owned(), connection);
    }

    async fn send(&mut self, connection: &str, mut frame: Value) {
        if !self.connections.contains_key(connection) {
            self.connect(connection).await;
        }
        for field in ["session_id", "handle_id"] {
            if let Some(recorded) = frame[field].as_u64() {
                frame[field] = json!(self.ours(recorded));
            }
        }
        let connection = self
            .connections
            .get_mut(connection)
            .expect("it was just made");
        let message = Message::text(frame.to_string());
        connection
            .sending
            .send(message)
            .await
            .expect("the simulator reads");
    }

    fn ours(&self, recorded: u64) -> u64 {
        let found = self.ids.iter().find(|(_, theirs)| **theirs == recorded);
        found.map_or(recorded, |(ours, _)| *ours)
    }

    /// Waits until the frame, or one that differs only where two servers must, has come.
    async fn expect(&mut self, recorded: &Value) {
        let wanted = comparable(recorded, &HashMap::new());
        let found = timeout(Duration::from_secs(5), async {
            loop {
                self.learn(recorded);
                let same = |frame: &Value| comparable(frame, &self.ids) == wanted;
                if let Some(at) = self.pool.iter().position(same) {
                    self.pool.remove(at);
                    return;
                }
                let frame = self
                    .heard
                    .1
                    .recv()
                    .await
                    .expect("the replay holds a sender");
                self.pool.push(frame);
            }
        });
        if found.await.is_err() {
            let pool: Vec<Value> = self
                .pool
                .iter()
                .map(|frame| comparable(frame, &self.ids))
                .collect();
            panic!("expected {wanted:#}\nthere is {pool:#?}");
        }
    }

    /// Notes the id that the simulator gave to what has another one in the recording.
    fn learn(&mut self, recorded: &Value) {
        let Some(theirs) = recorded["data"]["id"].as_u64() else {
            return;
        };
        let is_reply = |frame: &&Value| frame["transaction"] == recorded["transaction"];
        let ours = self
            .pool
            .iter()
            .find(is_reply)
            .and_then(|frame| frame["data"]["id"].as_u64());
        if let Some(ours) = ours {
            self.ids.insert(ours, theirs);
        }
    }

    /// Lets happen what the client's side did in the recording.
    fn act(&self, frame: &Value, group: &[Value]) {
        if frame["janus"] == "hangup" && frame["reason"] == "DTLS alert" {
            let handle = frame["sender"].as_u64().expect("a hangup has a sender");
            self.simulator
                .hang_up(&self.ours(handle).to_string(), "DTLS alert");
        }
        if frame["janus"] == "timeout" {
            let mut senders = group.iter().filter_map(|frame| frame["sender"].as_u64());
            let handle = senders
                .next()
                .expect("a session that timed out had a handle");
            self.simulator.time_out(&self.ours(handle).to_string());
        }
    }

    /// Waits for what followed from one request, and from what the client's side did then.
    async fn expect_group(&mut self, group: &[Value]) {
        let is_reply = |frame: &&Value| frame["transaction"].is_string();
        for frame in group.iter().filter(is_reply) {
            self.expect(frame).await;
        }
        for frame in group {
            self.act(frame, group);
        }
        let unasked = group.iter().filter(|frame| !is_reply(frame));
        for frame in unasked.filter(|frame| !is_chance(frame)) {
            self.expect(frame).await;
        }
    }

    /// Plays the lines of a recording.
    async fn play(&mut self, lines: &[Value]) {
        let mut lines = lines.iter().peekable();
        while let Some(line) = lines.next() {
            let connection = line["conn"].as_str().unwrap_or("only");
            match line["dir"].as_str() {
                Some("drop") => {
                    self.connections.remove(connection);
                    // Only the server knows when it has noticed.
                    sleep(Duration::from_millis(50)).await;
                }
                Some("send") => self.send(connection, line["msg"].clone()).await,
                _ => {
                    let mut group = vec![line["msg"].clone()];
                    while let Some(next) = lines.next_if(|line| line["dir"] == "recv") {
                        group.push(next["msg"].clone());
                    }
                    self.expect_group(&group).await;
                }
            }
        }
    }

    /// Checks that nothing came beside what was expected.
    async fn end(mut self) {
        sleep(Duration::from_millis(50)).await;
        while let Ok(frame) = self.heard.1.try_recv() {
            self.pool.push(frame);
        }
        self.pool.retain(|frame| !is_chance(frame));
        assert!(self.pool.is_empty(), "nobody expected {:#?}", self.pool);
    }
}

/// Whether a real Janus sends this frame sometimes only: the hangup of a handle that is being detached.
fn is_chance(frame: &Value) -> bool {
    frame["janus"] == "hangup" && frame["reason"] == "Detach"
}

/// A frame without what differs between any two servers: its ids as in the recording, descriptions by their m-lines.
fn comparable(frame: &Value, ids: &HashMap<u64, u64>) -> Value {
    match frame {
        Value::Number(number) => match number.as_u64().and_then(|ours| ids.get(&ours)) {
            Some(theirs) => json!(theirs),
            None => frame.clone(),
        },
        Value::Array(items) => items.iter().map(|item| comparable(item, ids)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| *name != "private_id");
            let comparable = fields.map(|(name, value)| match (name.as_str(), value) {
                ("participants", Value::Array(_)) => {
                    (name.clone(), sorted(&comparable(value, ids)))
                }
                ("sdp", Value::String(sdp)) => (name.clone(), outline(sdp)),
                _ => (name.clone(), comparable(value, ids)),
            });
            Value::Object(comparable.collect())
        }
        Value::String(text) => {
            let mut text = text.clone();
            for (ours, theirs) in ids {
                text = text.replace(&ours.to_string(), &theirs.to_string());
            }
            json!(text)
        }
        other => other.clone(),
    }
}

/// Janus tells who is in a room in the order of a hash table.
fn sorted(list: &Value) -> Value {
    let mut items = list.as_array().cloned().unwrap_or_default();
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}

/// What a description says of each m-section that decides how it is understood.
fn outline(sdp: &str) -> Value {
    let sections = sdp.split("\nm=").skip(1).map(|section| {
        let attributes = [
            "mid:", "setup:", "sendrecv", "sendonly", "recvonly", "inactive",
        ];
        let lines = section.lines().filter_map(|line| line.strip_prefix("a="));
        let told: BTreeSet<&str> = lines
            .filter(|line| attributes.iter().any(|a| line.starts_with(a)))
            .collect();
        let mut words = section.split_whitespace();
        let (media, port, protocol) = (words.next(), words.next(), words.next());
        json!([media, port == Some("0"), protocol, told])
    });
    sections.collect()
}

fn recorded(name: &str) -> Vec<Value> {
    let path = recordings().join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(path).expect("the recording is part of the repository");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a recorded frame is JSON"))
        .collect()
}

async fn replay(name: &str, options: Options) {
    let mut replay = Replay::start(options, false).await;
    replay.play(&recorded(name)).await;
    replay.end().await;
}

/// As the recorded server was configured.
fn options() -> Options {
    Options {
        reclaim_session_timeout: 30,
        ..Options::default()
    }
}

macro_rules! replays {
    ($($name:ident = $file:literal),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                replay($file, options()).await;
            }
        )+
    };
}

replays! {
    core_and_echo = "core",
    trickle = "trickle",
    claim = "claim",
    core_and_echo_refusals = "errors",
    a_call = "videocall",
    a_conference = "conference",
    refused_calls = "videocall-refused",
    a_gateway_to_rtp = "nosip-to-rtp",
    a_gateway_from_rtp = "nosip-from-rtp",
    a_gateway_that_hangs_up = "nosip-hangup",
    refused_gateways = "nosip-refused",
    rooms = "rooms",
    publish_and_listen = "videoroom",
    switch_moderate_kick = "switch",
    what_listeners_hear = "listener-left-behind",
}

#[tokio::test]
async fn secrets_and_timeouts() {
    let api_secret = Some("s3cret".to_owned());
    // That server was configured otherwise; what it told of it was recorded elsewhere.
    let lines = recorded("secret").into_iter().filter(|line| {
        let message = &line["msg"];
        message["janus"] != "info" && message["janus"] != "server_info"
    });
    let mut replay = Replay::start(
        Options {
            api_secret,
            ..options()
        },
        false,
    )
    .await;
    replay.play(&lines.collect::<Vec<_>>()).await;
    replay.end().await;
}

#[tokio::test]
async fn the_admin_api() {
    let mut replay = Replay::start(options(), true).await;
    let mut client = crate::support::janus::Client::connect(
        &replay.simulator.url(),
        crate::support::janus::Api::Janus,
    )
    .await
    .expect("the simulator takes connections");
    let handle = client.attach("janus.plugin.echotest", "mp-42").await;
    let offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n\
                 a=fingerprint:sha-256 00\r\na=rtpmap:96 opus/48000/2\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
    client
        .message(handle, json!({}), Some(("offer", offer)))
        .await;
    client.event(|event| event["janus"] == "webrtcup").await;
    replay.ids.insert(handle.session, 878_118_467_624_615);
    replay.ids.insert(handle.handle, 2_591_275_709_414_996);
    replay.play(&recorded("admin")).await;
    replay.end().await;
}
