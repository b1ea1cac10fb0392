//! An echo on a real FreeSWITCH, created through Mediaplane and directly: an INVITE, and its end on the event socket.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, oneshot},
};

use crate::{
    echo::{self, Direct as _},
    load::{self, Measured},
    process::{Client, Server},
    report::Report,
    support::freeswitch::{self, Address},
};

/// Exchanges of each kind that the median is taken of.
const SAMPLES: usize = 200;
/// Calls that may wait to be sent.
const QUEUE: usize = 1024;

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    let Some(address) = freeswitch::address() else {
        report.note("skipped: MEDIAPLANE_TEST_FREESWITCH names no FreeSWITCH");
        return;
    };
    let contact = free().await.to_string();
    let backend = [
        ("MEDIAPLANE_BACKEND_0_NAME", "freeswitch"),
        ("MEDIAPLANE_BACKEND_0_KIND", "freeswitch"),
        ("MEDIAPLANE_BACKEND_0_EVENT_SOCKET", &address.event_socket),
        ("MEDIAPLANE_BACKEND_0_PASSWORD", &address.password),
        ("MEDIAPLANE_BACKEND_0_SIP", &address.sip),
        ("MEDIAPLANE_BACKEND_0_SIP_CONTACT", &contact),
        ("MEDIAPLANE_SERVICE_INSTANCE", "mediaplane-bench"),
    ];
    let server = Server::mediaplane(&backend).await;
    let client = server.client().await;
    echo::connected(&client).await;
    let direct = Direct::begin(&address).await;
    echo::latency(report, &client, &direct, SAMPLES).await;
    for in_flight in [1, 50] {
        throughput(report, &direct, &server, &client, in_flight).await;
    }
}

/// An address that nobody listens at.
async fn free() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.expect("an address is free");
    listener.local_addr().expect("it has one")
}

async fn throughput(
    report: &mut Report,
    direct: &Direct,
    server: &Server,
    client: &Client,
    in_flight: usize,
) {
    let clients = vec![client.clone(); in_flight];
    let callers = vec![direct.clone(); in_flight];
    let (mut ours, mut theirs) = (Measured::default(), Measured::default());
    for _ in 0..echo::ROUNDS {
        ours.add(load::run(server, &clients, echo::ROUND, echo::once).await);
        theirs.add(load::run(server, &callers, echo::ROUND, Direct::once).await);
    }
    report.note(format!(
        "{in_flight} in flight, each with its end; directly on one SIP connection and two event sockets, one of which \
         hears of each call that it is there and has ended, without looking at it"
    ));
    echo::tell(report, ours, theirs);
}

/// A SIP connection and an event socket, on which many calls may wait; clones share them.
#[derive(Clone, Debug)]
struct Direct {
    sip: mpsc::Sender<String>,
    kills: mpsc::Sender<(String, oneshot::Sender<()>)>,
    calls: Calls,
    /// Our own end of the SIP connection, and the server's.
    own: SocketAddr,
    server: Arc<str>,
}

/// The calls that wait for their answer, by Call-ID.
type Calls = Arc<Mutex<HashMap<String, oneshot::Sender<()>>>>;

impl Direct {
    async fn begin(address: &Address) -> Self {
        let stream = TcpStream::connect(&address.sip).await.expect("it listens");
        stream.set_nodelay(true).expect("a TCP socket");
        let own = stream.local_addr().expect("it has one");
        let (reading, writing) = stream.into_split();
        let (sip, queue) = mpsc::channel(QUEUE);
        let calls = Calls::default();
        tokio::spawn(write(writing, queue));
        tokio::spawn(read(BufReader::new(reading), calls.clone(), sip.clone()));
        let (kills, orders) = mpsc::channel(QUEUE);
        tokio::spawn(kill(freeswitch::Look::at(address).await, orders));
        let mut ends = freeswitch::Look::at(address).await;
        ends.hears("CHANNEL_PARK CHANNEL_HANGUP_COMPLETE").await;
        tokio::spawn(async move {
            loop {
                ends.event().await;
            }
        });
        Self {
            sip,
            kills,
            calls,
            own,
            server: address.sip.as_str().into(),
        }
    }

    async fn once(self) {
        let call = self.open().await;
        self.close(call).await;
    }
}

impl echo::Direct for Direct {
    type Open = String;

    async fn open(&self) -> String {
        let call = uuid::Uuid::new_v4().to_string();
        let (answered, answer) = oneshot::channel();
        self.calls.lock().insert(call.clone(), answered);
        let Self { own, server, .. } = self;
        let length = OFFER.len();
        let invite = format!(
            "INVITE sip:mediaplane@{server};transport=tcp SIP/2.0\r\n\
             Via: SIP/2.0/TCP {own};branch=z9hG4bK{call}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:bench@{own}>;tag={call}\r\n\
             To: <sip:mediaplane@{server}>\r\n\
             Call-ID: {call}\r\n\
             CSeq: 1 INVITE\r\n\
             Contact: <sip:bench@{own};transport=tcp>\r\n\
             X-Mediaplane-Media-Timeout: 15000\r\n\
             Content-Type: application/sdp\r\n\
             Content-Length: {length}\r\n\r\n{OFFER}"
        );
        self.sip.send(invite).await.expect("the connection stands");
        answer.await.expect("it answers");
        call
    }

    async fn close(&self, call: String) {
        let (done, ended) = oneshot::channel();
        let order = self.kills.send((call, done)).await;
        order.expect("the event socket stands");
        ended.await.expect("it answers");
    }
}

async fn write(mut sip: OwnedWriteHalf, mut queue: mpsc::Receiver<String>) {
    while let Some(message) = queue.recv().await {
        let written = sip.write_all(message.as_bytes()).await;
        written.expect("the connection stands");
    }
}

/// Takes answers, and agrees to the ends of calls.
async fn read(mut sip: BufReader<OwnedReadHalf>, calls: Calls, out: mpsc::Sender<String>) {
    while let Some(head) = head(&mut sip).await {
        let header = |name: &str| {
            let named = |line: &&str| {
                let (own, _) = line.split_once(':')?;
                own.eq_ignore_ascii_case(name).then_some(())
            };
            let line = head.lines().find(|line| named(line).is_some());
            line.and_then(|line| Some(line.split_once(':')?.1.trim()))
                .unwrap_or_default()
        };
        let length = header("Content-Length").parse().unwrap_or(0);
        let mut body = vec![0; length];
        if sip.read_exact(&mut body).await.is_err() {
            return;
        }
        let call = header("Call-ID").to_owned();
        let (from, to) = (header("From"), header("To"));
        let reply = if head.starts_with("SIP/2.0 200") && header("CSeq").ends_with("INVITE") {
            let contact = header("Contact").trim_start_matches('<');
            let target = contact.split('>').next().unwrap_or_default();
            if let Some(waits) = calls.lock().remove(&call) {
                // Whoever asked may have gone.
                let _ = waits.send(());
            }
            let via = header("Via");
            format!(
                "ACK {target} SIP/2.0\r\nVia: {via}a\r\nMax-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\n\
                 Call-ID: {call}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n"
            )
        } else if head.starts_with("BYE ") {
            let (via, sequence) = (header("Via"), header("CSeq"));
            format!(
                "SIP/2.0 200 OK\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call}\r\n\
                 CSeq: {sequence}\r\nContent-Length: 0\r\n\r\n"
            )
        } else {
            assert!(
                !head.starts_with("SIP/2.0 4") && !head.starts_with("SIP/2.0 5"),
                "{head}"
            );
            continue;
        };
        if out.send(reply).await.is_err() {
            return;
        }
    }
}

/// The next head; none if the connection has ended.
async fn head(sip: &mut BufReader<OwnedReadHalf>) -> Option<String> {
    let mut head = String::new();
    loop {
        let from = head.len();
        if sip.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
        match &head[from..] {
            "\r\n" if from > 0 => return Some(head),
            // Keeps the connection alive.
            "\r\n" => head.clear(),
            _ => {}
        }
    }
}

async fn kill(
    mut socket: freeswitch::Look,
    mut orders: mpsc::Receiver<(String, oneshot::Sender<()>)>,
) {
    while let Some((call, done)) = orders.recv().await {
        let killed = socket.api(&format!("uuid_kill {call}")).await;
        assert!(killed.starts_with("+OK"), "{killed}");
        // Whoever asked may have gone.
        let _ = done.send(());
    }
}

/// What the driver makes of the offer: without the video, which has no transport of its own.
const OFFER: &str = "v=0\r\n\
    o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n\
    s=-\r\n\
    t=0 0\r\n\
    m=audio 40000 UDP/TLS/RTP/SAVPF 111\r\n\
    c=IN IP4 192.0.2.1\r\n\
    a=mid:0\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:111 opus/48000/2\r\n\
    a=ice-ufrag:4ZcD\r\n\
    a=ice-pwd:2/1muCWoOi3uLifh0NuRHlqk\r\n\
    a=fingerprint:sha-256 \
    4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1\r\n\
    a=setup:actpass\r\n\
    a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r\n\
    a=end-of-candidates\r\n";
