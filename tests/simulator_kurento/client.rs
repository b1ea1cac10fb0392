//! A client that asks one thing after another, and keeps the events that come in between.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::kurento_simulator::Simulator;

/// How long what must come is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// An offer of audio and video by a peer that can be reached.
pub(super) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=sendrecv\r\na=mid:0\r\na=rtcp-mux\r\na=rtpmap:96 opus/48000/2\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 00\r\na=setup:actpass\r\n\
    a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 97\r\na=sendrecv\r\na=mid:1\r\na=rtcp-mux\r\na=rtpmap:97 VP8/90000\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 00\r\na=setup:actpass\r\n";

#[derive(Debug)]
pub(super) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
    events: VecDeque<Value>,
}

impl Client {
    pub(super) async fn connect(simulator: &Simulator) -> Client {
        let (socket, _) = connect_async(simulator.url())
            .await
            .expect("it takes connections");
        Client {
            socket,
            last: 1_000,
            events: VecDeque::new(),
        }
    }

    /// Asks, and gives the whole reply; nothing if the connection ends instead.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Option<Value> {
        self.last += 1;
        let request =
            json!({"id": self.last, "jsonrpc": "2.0", "method": method, "params": params});
        self.send(&request.to_string()).await?;
        loop {
            let frame = self.next().await?;
            if frame["id"] == self.last {
                return Some(frame);
            }
            self.events.push_back(frame);
        }
    }

    pub(super) async fn send(&mut self, text: &str) -> Option<()> {
        self.socket.send(Message::text(text)).await.ok()
    }

    /// The next frame; nothing if the connection ends instead.
    pub(super) async fn next(&mut self) -> Option<Value> {
        match self.socket.next().await? {
            Ok(Message::Text(text)) => {
                // What is no JSON is told as a text.
                Some(serde_json::from_str(&text).unwrap_or_else(|_| json!(text.as_str())))
            }
            _ => None,
        }
    }

    /// Asks what is answered well; gives `result.value`.
    pub(super) async fn value(&mut self, method: &str, params: Value) -> Value {
        let reply = timeout(PATIENCE, self.ask(method, params)).await;
        let reply = reply.expect("it answers in time").expect("it answers");
        assert!(reply["error"].is_null(), "{reply}");
        reply["result"]["value"].clone()
    }

    pub(super) async fn create(&mut self, kind: &str, params: Value) -> String {
        let made = self
            .value("create", json!({"type": kind, "constructorParams": params}))
            .await;
        made.as_str().expect("an id is a text").to_owned()
    }

    pub(super) async fn invoke(&mut self, object: &str, operation: &str, params: Value) -> Value {
        let call = json!({"object": object, "operation": operation, "operationParams": params});
        self.value("invoke", call).await
    }

    /// The code with which a call is refused.
    pub(super) async fn refused(&mut self, object: &str, operation: &str, params: Value) -> i64 {
        let call = json!({"object": object, "operation": operation, "operationParams": params});
        let reply = self.ask("invoke", call).await.expect("it answers");
        reply["error"]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("it is not refused: {reply}"))
    }

    pub(super) async fn listen(&mut self, object: &str, events: &[&str]) {
        for event in events {
            self.value("subscribe", json!({"object": object, "type": event}))
                .await;
        }
    }

    /// The data of the next event of this type.
    pub(super) async fn event(&mut self, kind: &str) -> Value {
        let is_it = |event: &Value| event["params"]["value"]["type"] == kind;
        let found = timeout(PATIENCE, async {
            loop {
                if let Some(at) = self.events.iter().position(is_it) {
                    return self.events.remove(at);
                }
                let event = self.next().await.expect("the connection lasts");
                self.events.push_back(event);
            }
        });
        let found = found.await.unwrap_or_else(|_| panic!("there is no {kind}"));
        found.expect("it was just found")["params"]["value"]["data"].clone()
    }

    /// The types of the events that have come, and come within a while.
    pub(super) async fn heard(&mut self, within: Duration) -> Vec<String> {
        let wait = sleep(within);
        tokio::pin!(wait);
        loop {
            tokio::select! {
                () = &mut wait => break,
                Some(event) = self.next() => self.events.push_back(event),
            }
        }
        let kinds = self
            .events
            .drain(..)
            .map(|event| event["params"]["value"]["type"].clone());
        kinds
            .map(|kind| kind.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// A pipeline, a pass-through and an endpoint that is tagged `s` and has connected.
    pub(super) async fn session(&mut self) -> [String; 3] {
        let pipeline = self.create("MediaPipeline", json!({})).await;
        let through = self
            .create("PassThrough", json!({"mediaPipeline": pipeline}))
            .await;
        let endpoint = self
            .create("WebRtcEndpoint", json!({"mediaPipeline": pipeline}))
            .await;
        self.invoke(
            &endpoint,
            "addTag",
            json!({"key": "mp.session", "value": "s"}),
        )
        .await;
        self.listen(&endpoint, &["MediaFlowOutStateChanged"]).await;
        self.invoke(&endpoint, "processOffer", json!({"offer": OFFER}))
            .await;
        self.invoke(&endpoint, "gatherCandidates", json!({})).await;
        for _ in 0..2 {
            assert_eq!(
                self.event("MediaFlowOutStateChanged").await["state"],
                "FLOWING"
            );
        }
        [pipeline, through, endpoint]
    }
}
