//! Hundreds of sessions leave nothing on the server.

use std::{fs, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::{
    legs::{Opening, echo},
    support::kurento::{Look, Own},
    world::{World, given},
};

const SESSIONS: usize = 300;
/// So often until the server has filled its pools, and then once more.
const WARM_UP: usize = 2;
/// How many are created or destroyed at a time.
const IN_FLIGHT: usize = 8;
/// What the server may use more after that than before, in kB: 200 for each session, where one that is kept takes 500.
/// Kurento 7.3.1 itself takes 50 to 200 more for each that ever was, asked the same without this service.
const GROWTH: i64 = 60_000;
/// Destruction is asynchronous: threads and descriptors go within seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// An offer with a candidate that leads nowhere (RFC 5737).
const OFFER: &str = "v=0\r\n\
    o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n\
    s=-\r\n\
    t=0 0\r\n\
    a=group:BUNDLE 0 1\r\n\
    a=ice-ufrag:4ZcD\r\n\
    a=ice-pwd:2/1muCWoOi3uLifh0NuRHlqk\r\n\
    a=fingerprint:sha-256 \
    4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1\r\n\
    a=setup:actpass\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=mid:0\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:111 opus/48000/2\r\n\
    a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=mid:1\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:96 VP8/90000\r\n\
    a=rtcp-fb:96 nack pli\r\n";

/// What the kernel says of a process.
#[derive(Clone, Copy, Debug)]
struct Process {
    threads: usize,
    descriptors: usize,
}

impl Process {
    fn of(server: &Own) -> Process {
        let id = server.process().expect("it runs");
        let count = |folder| {
            let entries = fs::read_dir(format!("/proc/{id}/{folder}"));
            entries.expect("the server runs").count()
        };
        Process {
            threads: count("task"),
            descriptors: count("fd"),
        }
    }

    /// A few come and go by themselves; a session takes 16.
    fn is_near(self, before: Process) -> bool {
        self.threads <= before.threads + 8 && self.descriptors <= before.descriptors + 16
    }
}

/// Creates and destroys sessions, and leaves the server.
///
/// Nothing is measured before that: Kurento 7.3.1 keeps threads and sockets of many endpoints that are released within
/// a second or so of their making until their pipeline goes, whoever it is that uses it so.
async fn round(url: &Url) {
    let world = World::at(url.clone(), |_| {}).await;
    stream::iter(0..SESSIONS)
        .for_each_concurrent(IN_FLIGHT, async |_| {
            let leg = Opening::of(&*world.driver, echo(OFFER)).await;
            leg.expect("an echo").leg.close().await;
        })
        .await;
    world.end().await;
}

/// Waits until the server has destroyed what was released.
async fn is_back(server: &Own, before: Process) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let now = Process::of(server);
        if now.is_near(before) {
            return;
        }
        assert!(Instant::now() < deadline, "{before:?} before, {now:?} now");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn used_memory(url: &Url) -> i64 {
    let mut look = Look::at(url).await;
    let used = look.used_memory().await;
    look.leave().await;
    used
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_sessions_leave_nothing() {
    let Some(own) = Own::start(Duration::from_secs(60)).await else {
        let Some(url) = given() else { return };
        round(&url).await;
        println!("SKIPPED: memory, threads and descriptors of a server that others use, too");
        return;
    };
    let url = own.url();
    let fresh = Process::of(&own);
    for _ in 0..WARM_UP {
        round(&url).await;
        is_back(&own, fresh).await;
    }
    let before = used_memory(&url).await;
    round(&url).await;
    is_back(&own, fresh).await;
    let after = used_memory(&url).await;
    println!("{before} kB before, {after} kB after {SESSIONS} sessions");
    assert!(
        after - before <= GROWTH,
        "{before} kB before, {after} kB after"
    );
}
