//! Closed loops: so many workers, each begins its next operation when the last one is done.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use crate::{
    process::{Server, processor_time},
    report::{Report, micros, millis, quantile},
};

/// How many connections, and how many operations in flight on each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) connections: usize,
    pub(crate) in_flight: usize,
}

/// The shapes that throughput is measured in.
pub(crate) const SHAPES: [Shape; 3] = [Shape::new(1, 1), Shape::new(1, 32), Shape::new(8, 4)];

impl Shape {
    const fn new(connections: usize, in_flight: usize) -> Self {
        Self {
            connections,
            in_flight,
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shape = format!("{} × {}", self.connections, self.in_flight);
        f.pad(&shape)
    }
}

/// What a loop did.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// How long each operation took.
    pub(crate) times: Vec<Duration>,
    /// How long the loop ran.
    pub(crate) elapsed: Duration,
    /// Processor time that the server took meanwhile.
    pub(crate) server: Duration,
    /// Processor time that the client took meanwhile.
    pub(crate) client: Duration,
}

impl Measured {
    /// Operations per second.
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Tells it, where one operation counts as `each` of `unit`.
    pub(crate) fn tell(&mut self, report: &Report, name: &str, each: usize, unit: &str) {
        let count = (self.times.len() * each) as f64;
        report.note(format!(
            "{name:26} {:9.0} {unit}/s   p50 {:6.3} ms  p99 {:6.3} ms   CPU each: server {:.1} µs, client {:.1} µs",
            self.rate() * each as f64,
            millis(quantile(&mut self.times, 0.5)),
            millis(quantile(&mut self.times, 0.99)),
            micros(self.server.div_f64(count)),
            micros(self.client.div_f64(count)),
        ));
    }

    /// Adds another loop of the same kind.
    pub(crate) fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.elapsed += other.elapsed;
        self.server += other.server;
        self.client += other.client;
    }
}

/// Runs `operation` for `time`, each of `workers` in a loop.
pub(crate) async fn run<W, O>(
    server: &Server,
    workers: &[W],
    time: Duration,
    operation: impl Fn(W) -> O + Clone + Send + 'static,
) -> Measured
where
    W: Clone + Send + 'static,
    O: Future<Output = ()> + Send,
{
    let (began, own) = (Instant::now(), std::process::id());
    let (server_before, client_before) = (server.processor_time(), processor_time(own));
    let end = began + time;
    let loops = workers.iter().cloned().map(|worker| {
        let operation = operation.clone();
        tokio::spawn(async move {
            let mut times = Vec::new();
            let mut now = Instant::now();
            while now < end {
                operation(worker.clone()).await;
                let done = Instant::now();
                times.push(done - now);
                now = done;
            }
            times
        })
    });
    let times = join_all(loops).await;
    Measured {
        times: times
            .into_iter()
            .flat_map(|times| times.expect("a worker does not panic"))
            .collect(),
        elapsed: began.elapsed(),
        server: server.processor_time() - server_before,
        client: processor_time(own) - client_before,
    }
}

/// How often two servers take turns, so that what else the machine does meets both.
const ROUNDS: u32 = 6;
const ROUND: Duration = Duration::from_secs(1);

/// Runs `operation` on both servers in turns, each with its own workers, after warming them up.
pub(crate) async fn side_by_side<W, O>(
    ours: (&Server, &[W]),
    theirs: (&Server, &[W]),
    operation: impl Fn(W) -> O + Clone + Send + 'static,
) -> (Measured, Measured)
where
    W: Clone + Send + 'static,
    O: Future<Output = ()> + Send,
{
    for (server, workers) in [ours, theirs] {
        run(server, workers, ROUND / 2, operation.clone()).await;
    }
    let mut measured = (Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        measured
            .0
            .add(run(ours.0, ours.1, ROUND, operation.clone()).await);
        measured
            .1
            .add(run(theirs.0, theirs.1, ROUND, operation.clone()).await);
    }
    measured
}
