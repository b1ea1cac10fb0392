//! A server that is played by hand.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Longer than anything here takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A server.
pub(super) struct Server(pub(super) TcpListener);

/// One of its connections.
pub(super) struct Peer(pub(super) BufReader<TcpStream>);

impl Server {
    pub(super) async fn start() -> Self {
        Self(
            TcpListener::bind("127.0.0.1:0")
                .await
                .expect("there is a port"),
        )
    }

    pub(super) async fn accept(&self) -> Peer {
        let (stream, _) = timeout(PATIENCE, self.0.accept())
            .await
            .expect("it comes")
            .expect("it can be taken");
        let mut peer = Peer(BufReader::new(stream));
        peer.write("Content-Type: auth/request\n\n").await;
        assert_eq!(peer.command().await, "auth secret");
        peer
    }

    /// Takes both connections, in their order: events, reads.
    pub(super) async fn stand(&self, core: &str) -> (Peer, Peer) {
        let mut peers = [self.accept().await, self.accept().await];
        let mut is_events = [false; 2];
        for (peer, is_events) in peers.iter_mut().zip(&mut is_events) {
            *is_events = peer.introduce(core).await;
        }
        let [one, other] = peers;
        assert_ne!(is_events[0], is_events[1]);
        if is_events[0] {
            (one, other)
        } else {
            (other, one)
        }
    }
}

impl Peer {
    pub(super) async fn write(&mut self, text: &str) {
        let written = self.0.get_mut().write_all(text.as_bytes()).await;
        written.expect("it can be written");
    }

    /// The next command, without its end.
    pub(super) async fn command(&mut self) -> String {
        let mut command = String::new();
        while !command.ends_with("\n\n") {
            let read = timeout(PATIENCE, self.0.read_line(&mut command)).await;
            let read = read.expect("a command comes").expect("it can be read");
            assert_ne!(read, 0, "the connection ended");
        }
        command.trim_end().to_owned()
    }

    pub(super) async fn reply(&mut self, text: &str) {
        self.write(&format!(
            "Content-Type: command/reply\nReply-Text: {text}\n\n"
        ))
        .await;
    }

    pub(super) async fn api(&mut self, text: &str) {
        let length = text.len();
        self.write(&format!(
            "Content-Type: api/response\nContent-Length: {length}\n\n{text}"
        ))
        .await;
    }

    pub(super) async fn event(&mut self, json: &str) {
        let length = json.len();
        self.write(&format!(
            "Content-Length: {length}\nContent-Type: text/event-json\n\n{json}"
        ))
        .await;
    }

    /// Answers all up to the version; whether it is the one for events.
    pub(super) async fn introduce(&mut self, core: &str) -> bool {
        self.reply("+OK accepted").await;
        let mut command = self.command().await;
        let is_events = command.starts_with("filter ");
        if is_events {
            while command.starts_with("filter ") {
                self.reply("+OK filter added.").await;
                command = self.command().await;
            }
            assert!(
                command.starts_with("event json BACKGROUND_JOB "),
                "{command}"
            );
            self.reply("+OK event listener enabled json").await;
            command = self.command().await;
        }
        assert_eq!(command, "api global_getvar core_uuid");
        self.api(core).await;
        assert_eq!(self.command().await, "api version");
        self.api("version 1\n").await;
        is_events
    }

    /// Takes a job; its name.
    pub(super) async fn job(&mut self) -> String {
        let command = self.command().await;
        let (line, job) = command.split_once("\nJob-UUID: ").expect("it is a job");
        assert_eq!(line, "bgapi show channels as json");
        job.to_owned()
    }

    pub(super) async fn done(&mut self, job: &str, body: &str) {
        let json =
            format!(r#"{{"Event-Name":"BACKGROUND_JOB","Job-UUID":"{job}","_body":"{body}"}}"#);
        self.event(&json).await;
    }
}
