//! Sessions of the embedded backend come, change, record, play and go at random, with real clients: nothing of them is left.
//!
//! In rounds: after each of them no session, socket, open file or task may be left, and memory may not grow with them.
//! That takes five minutes, with 24 sessions at a time. `MEDIAPLANE_CHURN=1h` (any span, 1 min or more) is the long
//! form: 200 sessions, for so long; give it a release build (`MEDIAPLANE_CHURN=1h cargo test --release --test churn`).
//!
//! What is random comes from a seed, which is printed and may be given: `MEDIAPLANE_TEST_SEED=7`.

mod seat;
mod service;

#[path = "../support/mod.rs"]
mod support;

use std::{
    collections::BTreeMap,
    env, fs,
    time::{Duration, Instant},
};

use mediaplane::app::App;
use rand::{SeedableRng, rngs::StdRng};
use tokio::{runtime::Handle, task::JoinSet};

use seat::{Done, Seat};
use service::{Folders, connect};

/// For what ends by itself, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long sessions come and go before anything is measured.
const WARM: Duration = Duration::from_secs(4);
/// What a round may leave behind, in bytes, by the line through the sizes after the later rounds. Each of the 24 seats
/// is taken by some ten sessions in a round: that is 4 KiB for each of them.
const LEFT: f64 = 1024.0 * 1024.0;

/// How it is run.
struct Form {
    seats: u16,
    round: Duration,
    rounds: u32,
}

impl Form {
    fn wanted() -> Self {
        let Ok(span) = env::var("MEDIAPLANE_CHURN") else {
            return Self {
                seats: 24,
                round: Duration::from_secs(16),
                rounds: 18,
            };
        };
        let span = humantime::parse_duration(&span).expect("MEDIAPLANE_CHURN is a span, as 1h");
        Self {
            seats: 200,
            round: span / 18,
            rounds: 18,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sessions_that_come_change_and_go_nothing_is_left() {
    let form = Form::wanted();
    let seed: u64 = env::var("MEDIAPLANE_TEST_SEED").map_or_else(
        |_| rand::random(),
        |seed| seed.parse().expect("a seed is a number"),
    );
    println!("MEDIAPLANE_TEST_SEED={seed}");
    let threads = threads();
    let folders = Folders::new();
    let app = App::start(folders.config())
        .await
        .expect("the service starts");
    let mut done = Done::default();
    let mut sizes = Vec::new();
    // The first sessions find threads that are about to start, and fill what is kept for good.
    let warm = Form {
        round: WARM,
        ..form
    };
    round(&app, &warm, &folders, !seed, None).await;
    let idle = Idle::now();
    for number in 0..form.rounds {
        let seed = seed.wrapping_add(u64::from(number) * u64::from(form.seats));
        done.add(round(&app, &form, &folders, seed, Some(&idle)).await);
        sizes.push(resident());
        println!(
            "round {number}: {} bytes resident, done so far: {done}",
            resident()
        );
    }
    // Until then, what is kept for good is still being filled.
    let later = &sizes[sizes.len() / 3..];
    let growth = growth(later);
    println!("{growth:.0} bytes more after each of the later rounds");
    assert!(
        growth <= LEFT,
        "resident memory grew by {growth:.0} bytes in each round: {sizes:?} bytes"
    );
    done.all_kinds();
    assert_eq!(app.shutdown().await, 0);
    let left = || {
        let mut left = self::threads();
        left.retain(|name, count| *count > threads.get(name).copied().unwrap_or_default());
        // The runtime's own, for work that blocks, end when they have been idle for a while.
        left.remove("tokio-rt-worker");
        left
    };
    assert_eq!(left(), BTreeMap::default(), "threads of the service");
}

/// By how much each size is more than the one before, in the sense of least squares.
fn growth(sizes: &[f64]) -> f64 {
    let count = sizes.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = sizes.iter().sum::<f64>() / count;
    let around = sizes.iter().enumerate();
    let around = around.map(|(at, size)| (at as f64 - middle, size - mean));
    let (product, square) = around.fold((0.0, 0.0), |(product, square), (x, y)| {
        (product + x * y, square + x * x)
    });
    product / square
}

/// What there is while no session lives.
struct Idle {
    tasks: usize,
    open: Vec<String>,
}

impl Idle {
    fn now() -> Self {
        Self {
            tasks: tasks(),
            open: open(),
        }
    }
}

/// All seats are taken, for a while, and left.
async fn round(app: &App, form: &Form, folders: &Folders, seed: u64, idle: Option<&Idle>) -> Done {
    let client = connect(app.grpc_addr).await;
    let until = Instant::now() + form.round;
    let publishers = seat::Publishers::default();
    let mut seats = JoinSet::new();
    for number in 0..form.seats {
        let random = StdRng::seed_from_u64(seed.wrapping_add(number.into()));
        let seat = Seat::new(number, random, client.clone(), folders, publishers.clone());
        seats.spawn(seat.run(until));
    }
    let mut done = Done::default();
    while let Some(seat) = seats.join_next().await {
        done.add(seat.expect("a seat does not panic"));
    }
    drop(client);
    eventually("no session lives", async || app.live_sessions() == 0).await;
    if let Some(idle) = idle {
        eventually("tasks have ended", async || tasks() <= idle.tasks).await;
        eventually("files and sockets are closed", async || {
            open().len() <= idle.open.len()
        })
        .await;
    }
    folders.clear();
    done
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(
            Instant::now() < deadline,
            "never: {what}; {} tasks, open: {:#?}",
            tasks(),
            open()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// What this process has open.
fn open() -> Vec<String> {
    let files = fs::read_dir("/proc/self/fd").expect("Linux tells of a process");
    let files = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let files = files.map(|target| target.display().to_string());
    // The folder that is being read is none that was left open.
    files.filter(|target| !target.ends_with("/fd")).collect()
}

/// The threads of this process, by their names.
fn threads() -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for thread in fs::read_dir("/proc/self/task").expect("Linux tells of a process") {
        // One that has just ended has no name any more.
        if let Ok(thread) = thread
            && let Ok(name) = fs::read_to_string(thread.path().join("comm"))
        {
            *names.entry(name.trim().to_owned()).or_default() += 1;
        }
    }
    names
}

/// Bytes.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next());
    let kilobytes: f64 = kilobytes.and_then(|n| n.parse().ok()).expect("a number");
    kilobytes * 1024.0
}
