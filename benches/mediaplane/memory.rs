//! What a ready session costs in memory, and what many of them cost a new one in time.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use crate::{
    process::{Client, Server},
    report::{Report, Target, millis, quantile},
    requests,
};

const FEW: usize = 1_000;
const MANY: usize = 100_000;
/// Sessions made at a time.
const IN_FLIGHT: usize = 32;
/// Creates that one latency is the quantile of.
const SAMPLES: usize = 5_000;

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    // Only the living are weighed: what is kept of the dead has its own limits.
    let server = Server::mediaplane(&[("MEDIAPLANE_EVENTS_HISTORY_SESSIONS", "0")]).await;
    let client = server.client().await;
    fill(&client, FEW).await;
    let mut few = creates(&client).await;
    let base = server.resident();
    fill(&client, MANY - FEW).await;
    let grown = server.resident() - base;
    let mut many = creates(&client).await;

    let descriptions = 2 * requests::SDP.len();
    let each = grown as f64 / (MANY - FEW) as f64;
    report.note(format!(
        "resident memory grew by {:.1} MB from {FEW} to {MANY} ready sessions: {each:.0} bytes each, \
         {descriptions} of them descriptions",
        grown as f64 / 1e6
    ));
    let beyond = (each - descriptions as f64) / 1024.0;
    report.judge(
        "beyond the descriptions",
        beyond,
        " KiB",
        Target::AtMost(4.0),
    );

    let at = |times: &mut Vec<Duration>, share| millis(quantile(times, share));
    for (count, times) in [(FEW, &mut few), (MANY, &mut many)] {
        let (p50, p99) = (at(times, 0.5), at(times, 0.99));
        report.note(format!(
            "create at {count:6} sessions: p50 {p50:.3} ms  p99 {p99:.3} ms"
        ));
    }
    let ratio = at(&mut many, 0.99) / at(&mut few, 0.99);
    report.judge("p99 of create, many to few", ratio, "", Target::AtMost(1.5));
}

/// Makes `count` ready sessions that stay.
async fn fill(client: &Client, count: usize) {
    let make = |_| {
        let mut client = client.clone();
        async move {
            let created = client.create_session(requests::create("")).await;
            let id = created.expect("created").into_inner().session_id;
            let answered = client.set_answer(requests::answer(&id)).await;
            answered.expect("answered");
        }
    };
    stream::iter(0..count)
        .map(make)
        .buffer_unordered(IN_FLIGHT)
        .collect::<()>()
        .await;
}

/// How long creates take one at a time; each session is destroyed, so that their number stays.
async fn creates(client: &Client) -> Vec<Duration> {
    let mut client = client.clone();
    let mut times = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let began = Instant::now();
        let created = client.create_session(requests::create("")).await;
        times.push(began.elapsed());
        let id = created.expect("created").into_inner().session_id;
        let destroyed = client.destroy_session(requests::destroy(&id)).await;
        destroyed.expect("destroyed");
    }
    times
}
