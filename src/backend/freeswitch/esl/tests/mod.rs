//! Both connections, against a server that is played by hand.

mod server;

use tokio::{io::AsyncBufReadExt as _, time::timeout};
use uuid::Uuid;

use super::*;
use server::{PATIENCE, Server};

struct Client {
    socket: Arc<EventSocket>,
    told: mpsc::Receiver<Told>,
    shutdown: CancellationToken,
}

impl Client {
    fn of(server: &Server, change: impl FnOnce(&mut Config)) -> Self {
        let address = server.0.local_addr().expect("it is bound").to_string();
        let contact = "127.0.0.1:5099".parse().expect("an address");
        let mut config = Config::new(address, "secret".into(), "127.0.0.1:5080".into(), contact);
        config.reconnect_min = Duration::from_millis(10);
        change(&mut config);
        let name = "fs-1".parse().expect("a name");
        let shutdown = CancellationToken::new();
        let (socket, told) =
            EventSocket::start(&name, &Arc::new(config), Metrics::default(), &shutdown);
        Self {
            socket,
            told,
            shutdown,
        }
    }

    async fn told(&mut self) -> Told {
        let told = timeout(PATIENCE, self.told.recv()).await;
        told.expect("something is told").expect("there are actors")
    }

    async fn up(&mut self) -> String {
        loop {
            match self.told().await {
                Told::Up { core, version } => {
                    assert_eq!(version, "version 1");
                    return core;
                }
                Told::Down { .. } => {}
                Told::Event(event) => panic!("an event before it stands: {event:?}"),
            }
        }
    }

    async fn down(&mut self) -> (String, bool) {
        match self.told().await {
            Told::Down { why, gone } => (why, gone),
            other => panic!("it was to be down: {other:?}"),
        }
    }

    async fn event(&mut self) -> String {
        match self.told().await {
            Told::Event(event) => event.name().to_owned(),
            other => panic!("an event was to come: {other:?}"),
        }
    }

    /// A command that goes on by itself.
    fn job(&self) -> tokio::task::JoinHandle<Result<String, Error>> {
        let socket = self.socket.clone();
        tokio::spawn(async move { socket.job(&Command::Channels).await })
    }

    fn read(&self) -> tokio::task::JoinHandle<Result<String, Error>> {
        let socket = self.socket.clone();
        tokio::spawn(async move { socket.read(&Command::Channels).await })
    }
}

#[tokio::test]
async fn a_wrong_password_is_said_and_tried_again() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |config| {
        config.reconnect_max = Duration::from_millis(50);
    });
    for _ in 0..4 {
        let mut peer = server.accept().await;
        peer.reply("-ERR invalid").await;
        peer.write("Content-Type: text/disconnect-notice\nContent-Length: 3\n\nBye")
            .await;
    }
    let why = "it refuses the password: invalid".to_owned();
    assert_eq!(client.down().await, (why, false));
    let (_events, _reads) = server.stand("a").await;
    assert_eq!(client.up().await, "a");
}

#[tokio::test]
async fn a_job_may_be_done_before_it_is_begun() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (mut events, _reads) = server.stand("a").await;
    client.up().await;
    let (one, other) = (client.job(), client.job());
    let first = events.job().await;
    let second = events.job().await;
    events.done(&Uuid::new_v4().to_string(), "+OK else").await;
    events.done(&second, "-ERR second").await;
    events.done(&first, "+OK first").await;
    events.reply("+OK Job-UUID").await;
    events.reply("+OK Job-UUID").await;
    let results = [one.await.expect("it ends"), other.await.expect("it ends")];
    assert!(results.contains(&Ok("first".into())), "{results:?}");
    let (command, message) = ("show channels", "second".to_owned());
    assert!(results.contains(&Err(Error::Refused { command, message })));
    events.event(r#"{"Event-Name":"HEARTBEAT"}"#).await;
    assert_eq!(client.event().await, "HEARTBEAT");
}

#[tokio::test]
async fn a_slow_command_holds_back_no_event() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (mut events, mut reads) = server.stand("a").await;
    client.up().await;
    let slow = client.read();
    assert_eq!(reads.command().await, "api show channels as json");
    events.event(r#"{"Event-Name":"DTMF"}"#).await;
    assert_eq!(client.event().await, "DTMF");
    assert!(!slow.is_finished());
    reads.api("+OK at last\n").await;
    assert_eq!(slow.await.expect("it ends"), Ok("at last".into()));
}

#[tokio::test]
async fn a_thousand_replies_find_their_commands() {
    const COUNT: usize = 1000;
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (_events, mut reads) = server.stand("a").await;
    client.up().await;
    let calls: Vec<Uuid> = (0..COUNT).map(|_| Uuid::new_v4()).collect();
    let all = calls.iter().map(|call| {
        let socket = client.socket.clone();
        let command = Command::Dump(*call);
        async move { socket.read(&command).await }
    });
    let serving = async {
        let mut commands = Vec::new();
        for _ in 0..COUNT {
            commands.push(reads.command().await);
        }
        for command in commands {
            let call = command.split(' ').nth(2).expect("it names a call");
            reads.api(call).await;
        }
    };
    let (results, ()) = tokio::join!(futures_util::future::join_all(all), serving);
    for (call, result) in calls.iter().zip(results) {
        assert_eq!(result, Ok(call.to_string()));
    }
}

#[tokio::test]
async fn a_reply_that_is_cut_is_none_and_the_rest_goes_on() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (mut events, mut reads) = server.stand("a").await;
    client.up().await;
    let read = client.read();
    reads.command().await;
    reads
        .write("Content-Type: api/response\nContent-Length: 99\n\n+OK hal")
        .await;
    drop(reads);
    let command = "show channels";
    assert_eq!(
        read.await.expect("it ends"),
        Err(Error::Disconnected { command })
    );
    let why = "it closed the connection".to_owned();
    assert_eq!(client.down().await, (why, false));
    events.event(r#"{"Event-Name":"DTMF"}"#).await;
    assert_eq!(client.event().await, "DTMF", "the other one stands");
    let waiting = client.read();
    let mut reads = server.accept().await;
    assert!(!reads.introduce("a").await);
    assert_eq!(client.up().await, "a");
    reads.command().await;
    reads.api("true").await;
    assert_eq!(waiting.await.expect("it ends"), Ok("true".into()));
}

#[tokio::test]
async fn a_server_that_was_started_anew_is_another_one() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (mut events, reads) = server.stand("a").await;
    assert_eq!(client.up().await, "a");
    events.event(r#"{"Event-Name":"SHUTDOWN"}"#).await;
    drop((events, reads));
    let (mut events, _reads) = server.stand("b").await;
    events.event(r#"{"Event-Name":"HEARTBEAT"}"#).await;
    assert_eq!(client.event().await, "SHUTDOWN");
    assert_eq!(client.up().await, "b");
}

/// The connection that was there first leads to a server that is no more.
#[tokio::test]
async fn both_connections_lead_to_the_same_server() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (mut events, reads) = server.stand("a").await;
    client.up().await;
    drop(reads);
    let mut reads = server.accept().await;
    reads.introduce("b").await;
    let mut rest = String::new();
    let ended = timeout(PATIENCE, events.0.read_line(&mut rest)).await;
    assert!(matches!(ended, Ok(Ok(0))), "{ended:?}");
    let mut events = server.accept().await;
    assert!(events.introduce("b").await);
    assert_eq!(client.up().await, "b");
}

#[tokio::test]
async fn a_server_that_nobody_listens_for_is_gone() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |config| {
        config.lost_after = Duration::from_millis(300);
    });
    let (events, reads) = server.stand("a").await;
    client.up().await;
    let job = client.job();
    let begun = time::Instant::now();
    drop((server, events, reads));
    let mut gone = false;
    while !gone {
        (_, gone) = client.down().await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(250));
    let ended = job.await.expect("it ends");
    assert!(ended.is_err(), "{ended:?}");
}

#[tokio::test]
async fn at_the_end_what_was_asked_is_awaited() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (mut events, _reads) = server.stand("a").await;
    client.up().await;
    let job = client.job();
    let name = events.job().await;
    client.shutdown.cancel();
    events.reply("+OK Job-UUID").await;
    events.done(&name, "+OK done").await;
    assert_eq!(job.await.expect("it ends"), Ok("done".into()));
    let stopped = timeout(PATIENCE, client.socket.stopped()).await;
    assert_eq!(stopped, Ok(()));
    let after = client.socket.read(&Command::Channels).await;
    let why = "the service is stopping".to_owned();
    assert_eq!(after, Err(Error::Unreachable(why)));
}

#[tokio::test]
async fn a_reply_that_nobody_waits_for_is_nobody_elses() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (_events, mut reads) = server.stand("a").await;
    client.up().await;
    let given_up = client.read();
    reads.command().await;
    given_up.abort();
    let _ = given_up.await;
    let read = client.read();
    reads.command().await;
    reads.api("+OK one").await;
    reads.api("+OK other").await;
    assert_eq!(read.await.expect("it ends"), Ok("other".into()));
}

/// What nobody takes is cut off, and begins anew when there is room.
#[tokio::test]
async fn events_that_are_not_taken_are_bounded() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (mut events, _reads) = server.stand("a").await;
    // What comes before that is told is no part of it.
    while client.told.is_empty() {
        tokio::task::yield_now().await;
    }
    for _ in 0..QUEUE {
        events.event(r#"{"Event-Name":"DTMF"}"#).await;
    }
    let mut rest = String::new();
    let ended = timeout(PATIENCE, events.0.read_line(&mut rest)).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
    let mut events = server.accept().await;
    assert!(events.introduce("a").await);
    client.up().await;
    for _ in 1..QUEUE {
        assert_eq!(client.event().await, "DTMF");
    }
    client.up().await;
    events.event(r#"{"Event-Name":"HEARTBEAT"}"#).await;
    assert_eq!(client.event().await, "HEARTBEAT");
}

#[tokio::test]
async fn the_commands_are_counted() {
    let server = Server::start().await;
    let mut client = Client::of(&server, |_| {});
    let (_events, mut reads) = server.stand("a").await;
    client.up().await;
    let read = client.read();
    reads.command().await;
    reads.api("+OK").await;
    assert_eq!(read.await.expect("it ends"), Ok(String::new()));
    let text = client.socket.metrics.encode();
    let line = r#"backend_commands_total{backend="fs-1",command="show channels",result="ok"} 1"#;
    assert!(text.contains(line), "{text}");
}
