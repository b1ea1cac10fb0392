//! Publishers and listeners over WebRTC: what a forwarded packet costs the embedded media server, and what Janus.
//!
//! Both are driven through Mediaplane and fed by the same clients at the same fixed rate, in turns; only the processor
//! time of the process that forwards counts. The rate is below what either can carry on two cores: nothing may be lost.

mod media;
mod peer;
mod stage;

use std::time::Duration;

use crate::{
    process::processor_time,
    report::{Report, Target, micros},
};
use stage::{Media, Shape, Stage};

const SHAPES: [Shape; 2] = [
    Shape {
        publishers: 1,
        listeners: 50,
        pictures: 28,
    },
    Shape {
        publishers: 50,
        listeners: 5,
        pictures: 10,
    },
];
/// How often the two take turns.
const ROUNDS: usize = 4;
/// For packets to flow again after a pause.
const WARM: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(5);

/// What was counted in all rounds of one server.
#[derive(Debug, Default)]
struct Measured {
    elapsed: Duration,
    expected: u64,
    delivered: u64,
    server: Duration,
    clients: Duration,
}

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    report.note(media::DESCRIPTION);
    for shape in SHAPES {
        let embedded = Stage::begin(Media::Embedded, shape).await;
        let janus = Stage::begin(Media::Janus, shape).await;
        let (mut ours, mut theirs) = (Measured::default(), Measured::default());
        for _ in 0..ROUNDS {
            ours.round(&embedded).await;
            theirs.round(&janus).await;
        }
        ours.tell(report, &format!("embedded {shape}"));
        theirs.tell(report, &format!("janus    {shape}"));
        let lost = ours.lost().max(theirs.lost());
        report.judge(&format!("lost {shape}"), lost, " %", Target::AtMost(1.0));
        let ratio = ours.each().as_secs_f64() / theirs.each().as_secs_f64();
        let name = format!("CPU per packet to Janus' {shape}");
        report.judge(&name, ratio, "", Target::AtMost(0.8));
    }
}

impl Measured {
    async fn round(&mut self, stage: &Stage) {
        stage.play(true);
        tokio::time::sleep(WARM).await;
        let before = Self::read(stage);
        tokio::time::sleep(ROUND).await;
        let after = Self::read(stage);
        stage.play(false);
        self.elapsed += ROUND;
        self.expected += after.expected - before.expected;
        self.delivered += after.delivered - before.delivered;
        self.server += after.server - before.server;
        self.clients += after.clients - before.clients;
    }

    /// All counters as they stand.
    fn read(stage: &Stage) -> Self {
        Self {
            elapsed: Duration::ZERO,
            expected: stage.expected(),
            delivered: stage.delivered(),
            server: processor_time(stage.process()),
            clients: processor_time(std::process::id()),
        }
    }

    /// Processor time of the server for one packet that a listener got.
    fn each(&self) -> Duration {
        self.server.div_f64(self.delivered as f64)
    }

    /// What did not arrive, in percent; packets on their way at both ends of a round are within it.
    fn lost(&self) -> f64 {
        100.0 * (1.0 - self.delivered as f64 / self.expected as f64)
    }

    fn tell(&self, report: &Report, name: &str) {
        report.note(format!(
            "{name:44} {:6.0} packets/s, {:.2} % of them lost   CPU each: server {:.2} µs ({:.0} packets/s/core), client {:.2} µs",
            self.delivered as f64 / self.elapsed.as_secs_f64(),
            self.lost(),
            micros(self.each()),
            1.0 / self.each().as_secs_f64(),
            micros(self.clients.div_f64(self.delivered as f64)),
        ));
    }
}
