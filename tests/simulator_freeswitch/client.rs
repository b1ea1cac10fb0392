//! A client of the event socket that does one thing after another, and keeps the events that come in between.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::freeswitch_simulator::Simulator;

/// How long what must come is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// All that a test may want to hear of.
pub(super) const EVENTS: &str = "event json BACKGROUND_JOB CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_PROGRESS \
    CHANNEL_PROGRESS_MEDIA CHANNEL_PARK CHANNEL_UNPARK CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_EXECUTE \
    CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY CHANNEL_ORIGINATE CALL_SECURE DTMF \
    RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP MEDIA_BUG_START MEDIA_BUG_STOP CUSTOM conference::maintenance";

#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    pub(super) events: VecDeque<Value>,
}

impl Client {
    /// Connected, and nothing else.
    pub(super) async fn connect(simulator: &Simulator) -> Client {
        let stream = TcpStream::connect(simulator.esl())
            .await
            .expect("it takes connections");
        Client {
            stream,
            buffer: Vec::new(),
            events: VecDeque::new(),
        }
    }

    /// Known, and hearing all.
    pub(super) async fn ready(simulator: &Simulator) -> Client {
        let mut client = Client::connect(simulator).await;
        assert_eq!(client.frame().await, "Content-Type: auth/request\n\n");
        let auth = format!("auth {}", simulator.password());
        assert_eq!(client.command(&auth).await, "+OK accepted");
        let told = client.command(EVENTS).await;
        assert_eq!(told, "+OK event listener enabled json");
        client
    }

    pub(super) async fn send(&mut self, text: &str) {
        let sent = self.stream.write_all(text.as_bytes()).await;
        sent.expect("the connection lasts");
    }

    /// The next frame as it came; nothing if the connection ends instead.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await;
            let read = read.expect("something comes, or the connection ends");
            if !matches!(read, Ok(1..)) {
                return None;
            }
        }
    }

    pub(super) async fn frame(&mut self) -> String {
        self.next().await.expect("the connection lasts")
    }

    fn take(&mut self) -> Option<String> {
        let end = self.buffer.windows(2).position(|two| two == b"\n\n")? + 2;
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let length = header(&head, "Content-Length").and_then(|length| length.parse().ok());
        let end = end + length.unwrap_or(0);
        if self.buffer.len() < end {
            return None;
        }
        let frame = self.buffer.drain(..end).collect();
        Some(String::from_utf8(frame).expect("it speaks UTF-8"))
    }

    /// The next frame that is no event.
    pub(super) async fn reply(&mut self) -> String {
        loop {
            let frame = self.frame().await;
            match event(&frame) {
                Some(event) => self.events.push_back(event),
                None => return frame,
            }
        }
    }

    /// Sends a command, and gives its `Reply-Text`.
    pub(super) async fn command(&mut self, command: &str) -> String {
        self.send(&format!("{command}\n\n")).await;
        let reply = self.reply().await;
        header(&reply, "Reply-Text").expect("it replies").to_owned()
    }

    /// The result of an `api`.
    pub(super) async fn api(&mut self, command: &str) -> String {
        self.send(&format!("api {command}\n\n")).await;
        let reply = self.reply().await;
        assert!(reply.starts_with("Content-Type: api/response\n"), "{reply}");
        body(&reply).to_owned()
    }

    /// The result of a `bgapi`.
    pub(super) async fn job(&mut self, command: &str) -> String {
        let uuid = uuid::Uuid::new_v4().to_string();
        self.command(&format!("bgapi {command}\nJob-UUID: {uuid}"))
            .await;
        let own = [("Job-UUID", uuid.as_str())];
        let done = self.event_with("BACKGROUND_JOB", &own).await;
        done["_body"]
            .as_str()
            .expect("a result is a text")
            .to_owned()
    }

    /// The next event of any kind.
    pub(super) async fn any_event(&mut self) -> Value {
        if let Some(event) = self.events.pop_front() {
            return event;
        }
        let frame = self.frame().await;
        event(&frame).expect("nothing else is awaited")
    }

    /// Waits for an event with these values; what came before it is dropped.
    pub(super) async fn event_with(&mut self, name: &str, values: &[(&str, &str)]) -> Value {
        let awaited = async {
            loop {
                let event = self.any_event().await;
                let fits = values.iter().all(|(name, value)| event[*name] == *value);
                if event["Event-Name"] == name && fits {
                    return event;
                }
            }
        };
        let found = timeout(PATIENCE, awaited).await;
        found.unwrap_or_else(|_| panic!("{name} with {values:?} does not come"))
    }

    /// Waits for an event of a leg.
    pub(super) async fn event(&mut self, name: &str, uuid: &str) -> Value {
        self.event_with(name, &[("Unique-ID", uuid)]).await
    }
}

/// A header of a frame.
pub(super) fn header<'a>(frame: &'a str, name: &str) -> Option<&'a str> {
    let head = frame.split("\n\n").next()?;
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    let found = headers.find(|(header, _)| *header == name);
    found.map(|(_, value)| value)
}

/// What is behind the head of a frame.
pub(super) fn body(frame: &str) -> &str {
    frame.split_once("\n\n").map_or("", |(_, body)| body)
}

fn event(frame: &str) -> Option<Value> {
    let is_event = header(frame, "Content-Type") == Some("text/event-json");
    is_event.then(|| serde_json::from_str(body(frame)).expect("an event is JSON"))
}
