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
    env, fmt, fs,
    time::{Duration, Instant},
};

use cap::Cap;
use mediaplane::app::App;
use mimalloc::MiMalloc;
use rand::{SeedableRng, rngs::StdRng};
use tokio::{runtime::Handle, task::JoinSet};

use seat::{Done, Seat};
use service::{FORGOTTEN, Folders, connect};

/// The program's own allocator, and a count of what is in use.
#[global_allocator]
static ALLOCATOR: Cap<MiMalloc> = Cap::new(MiMalloc, usize::MAX);

/// For what ends by itself, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long sessions come and go before anything is measured.
const WARM: Duration = Duration::from_secs(4);
/// What a session may leave behind in memory that is in use, in bytes. What is bounded and not full yet comes to less.
const LEFT: f64 = 512.0;
/// The same for memory that the process has, where the allocator's own scatter comes on top.
const RESIDENT: f64 = 4096.0;

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
                rounds: 16,
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
        let size = Size::now(done.sessions());
        println!("round {number}: {size}, done so far: {done}");
        sizes.push(size);
    }
    // Until then, what is kept for good is still being filled.
    let later = &sizes[sizes.len() / 3..];
    for (what, of, most) in [
        ("in use", Size::in_use as fn(&Size) -> f64, LEFT),
        ("resident", Size::resident, RESIDENT),
    ] {
        let growth = growth(later, of);
        println!("{growth:.0} bytes more {what} for each session of the later rounds");
        assert!(
            growth <= most,
            "memory {what} grew by {growth:.0} bytes for each session: {sizes:#?}"
        );
    }
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

/// The memory of this process after so many sessions.
#[derive(Debug)]
struct Size {
    sessions: f64,
    in_use: f64,
    resident: f64,
}

impl Size {
    fn now(sessions: u64) -> Self {
        Self {
            sessions: sessions as f64,
            in_use: ALLOCATOR.allocated() as f64,
            resident: resident(),
        }
    }

    fn in_use(&self) -> f64 {
        self.in_use
    }

    fn resident(&self) -> f64 {
        self.resident
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sessions,
            in_use,
            resident,
        } = self;
        write!(
            f,
            "{in_use} bytes in use, {resident} resident after {sessions} sessions"
        )
    }
}

/// By how much a size grows with each session, in the sense of least squares.
fn growth(sizes: &[Size], of: impl Fn(&Size) -> f64) -> f64 {
    let mean = |of: &dyn Fn(&Size) -> f64| sizes.iter().map(of).sum::<f64>() / sizes.len() as f64;
    let (middle, mean) = (mean(&|size| size.sessions), mean(&of));
    let around = sizes.iter();
    let around = around.map(|size| (size.sessions - middle, of(size) - mean));
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
    tokio::time::sleep(FORGOTTEN).await;
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
