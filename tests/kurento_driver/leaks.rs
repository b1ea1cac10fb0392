//! Hundreds of sessions leave nothing on the server.

use std::{fs, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::{
    legs::{Opening, echo},
    support::{
        kurento::{Look, Own},
        sdp::OFFER_OF_NOBODY,
    },
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
            let leg = Opening::of(&*world.driver, echo(OFFER_OF_NOBODY)).await;
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
