//! Peers of another implementation: aiortc, in a Python process that a test leads. They decode what they get.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;

use super::media::Kind;

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// The process.
#[derive(Debug)]
pub(crate) struct Aiortc {
    orders: tokio::sync::Mutex<ChildStdin>,
    waiting: Waiting,
    last: AtomicU64,
    _process: Child,
}

impl Aiortc {
    /// Starts it; none, and a line that says so, where Python has no aiortc outside of CI.
    pub(crate) async fn start() -> Option<Aiortc> {
        Aiortc::with(&[]).await
    }

    /// As [`Aiortc::start`], with peers that take RTCP as FreeSWITCH writes it.
    pub(crate) async fn lenient() -> Option<Aiortc> {
        Aiortc::with(&["--lenient"]).await
    }

    async fn with(arguments: &[&str]) -> Option<Aiortc> {
        let probe = Command::new("python3")
            .args(["-c", "import aiortc"])
            .output();
        if !probe.await.is_ok_and(|output| output.status.success()) {
            assert!(
                std::env::var_os("CI").is_none(),
                "python3 with aiortc is missing: run `make test`"
            );
            eprintln!("SKIPPED: python3 has no aiortc; `make test` installs it");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/peer.py");
        let mut process = Command::new("python3")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python starts");
        let waiting = Waiting::default();
        let replies = BufReader::new(process.stdout.take().expect("piped")).lines();
        tokio::spawn(hand_out(replies, waiting.clone()));
        Some(Aiortc {
            orders: tokio::sync::Mutex::new(process.stdin.take().expect("piped")),
            waiting,
            last: AtomicU64::new(0),
            _process: process,
        })
    }

    /// A peer that does not exist yet.
    pub(crate) fn peer(&self, name: &'static str) -> Far<'_> {
        Far { aiortc: self, name }
    }

    async fn ask(&self, mut order: Value) -> Value {
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        order["id"] = json!(id);
        let (reply, answer) = oneshot::channel();
        self.waiting
            .lock()
            .expect("nobody panics with it")
            .insert(id, reply);
        let line = format!("{order}\n");
        let mut orders = self.orders.lock().await;
        let written = orders.write_all(line.as_bytes()).await;
        written.expect("Python reads");
        drop(orders);
        let answer = answer.await.expect("Python answers each order");
        assert_eq!(answer["error"], Value::Null);
        answer
    }
}

async fn hand_out(mut replies: Lines<BufReader<ChildStdout>>, waiting: Waiting) {
    while let Ok(Some(line)) = replies.next_line().await {
        let reply: Value = serde_json::from_str(&line).expect("Python writes JSON");
        let id = reply["id"].as_u64().expect("each reply has the order's id");
        let waiter = waiting.lock().expect("nobody panics with it").remove(&id);
        // A test that waits no more has ended.
        let _ = waiter.map(|waiter| waiter.send(reply));
    }
    // Those that still wait are told by their senders' end.
    waiting.lock().expect("nobody panics with it").clear();
}

/// One peer. What it sends has the tag that it was made with, from 1 to 4.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Far<'a> {
    aiortc: &'a Aiortc,
    name: &'static str,
}

impl Far<'_> {
    async fn ask(&self, order: Value) -> Value {
        let mut order = order;
        order["peer"] = json!(self.name);
        self.aiortc.ask(order).await
    }

    /// Its offer of these: `audio`, `pcmu`, `video`, `data`.
    pub(crate) async fn offer(&self, tag: u8, media: &[&str]) -> String {
        described(
            &self
                .ask(json!({"do": "offer", "tag": tag, "media": media}))
                .await,
        )
    }

    /// Its answer; it sends if it has a tag.
    pub(crate) async fn answer(&self, offer: &str, tag: Option<u8>) -> String {
        described(
            &self
                .ask(json!({"do": "answer", "tag": tag, "sdp": offer}))
                .await,
        )
    }

    /// Takes the answer to its offer.
    pub(crate) async fn accept(&self, answer: &str) {
        self.ask(json!({"do": "accept", "sdp": answer})).await;
    }

    /// Waits until it has decoded so many more frames; those of one sender if a tag is given.
    pub(crate) async fn decodes(&self, kind: Kind, tag: Option<u8>, frames: u32) {
        let order = json!({"do": "decodes", "kind": named(kind), "tag": tag, "frames": frames});
        self.ask(order).await;
    }

    /// Waits until it decodes nothing any more.
    pub(crate) async fn falls_silent(&self, kind: Kind) {
        self.ask(json!({"do": "silent", "kind": named(kind)})).await;
    }

    /// Whose colours its latest picture has at these places, which are parts of its width and height.
    pub(crate) async fn looks(&self, places: &[(f64, f64)]) -> Vec<Option<u8>> {
        let reply = self.ask(json!({"do": "looks", "places": places})).await;
        serde_json::from_value(reply["tags"].clone()).expect("tags")
    }

    /// Whose tones are to be heard now.
    pub(crate) async fn hears(&self) -> Vec<u8> {
        let reply = self.ask(json!({"do": "hears"})).await;
        serde_json::from_value(reply["tags"].clone()).expect("tags")
    }

    /// The offer of a telephone at this address: plain RTP with PCMU.
    pub(crate) async fn dial(&self, tag: u8, ip: Ipv4Addr) -> String {
        described(&self.ask(json!({"do": "dial", "tag": tag, "ip": ip})).await)
    }

    /// Sends a text as soon as its data channel is open.
    pub(crate) async fn text(&self, text: &str) {
        self.ask(json!({"do": "text", "text": text})).await;
    }

    /// Waits for a text with this end, also one that came before.
    pub(crate) async fn texted(&self, text: &str) {
        self.ask(json!({"do": "texted", "text": text})).await;
    }

    /// Says goodbye.
    pub(crate) async fn close(&self) {
        self.ask(json!({"do": "close"})).await;
    }
}

fn described(reply: &Value) -> String {
    reply["sdp"].as_str().expect("a description").to_owned()
}

const fn named(kind: Kind) -> &'static str {
    match kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
    }
}
