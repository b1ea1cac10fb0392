//! From the start of the process to its first session.

use std::time::Instant;

use crate::{
    process::Server,
    report::{Report, Target},
    requests,
};

const STARTS: usize = 10;

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    let mut seconds = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = Server::mediaplane(&[]).await;
        let mut client = server.client().await;
        let created = client.create_session(requests::create("")).await;
        created.expect("created");
        seconds.push(began.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let (median, slowest) = (seconds[STARTS / 2], seconds[STARTS - 1]);
    report.note(format!("{STARTS} starts: median {median:.3} s"));
    report.judge("slowest start", slowest, " s", Target::AtMost(0.3));
}
