//! An echo on a media server, through Mediaplane and directly.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use mediaplane::proto::{
    CreateSessionRequest, Echo, SessionDescription, SessionType,
    create_session_response::Description, session_type::Kind,
};

use crate::{
    load::Measured,
    process::Client,
    report::{Report, Target, millis, quantile},
    requests,
    support::sdp::OFFER_OF_NOBODY,
};

/// Turns of the two, for throughput.
pub(crate) const ROUNDS: usize = 5;
/// How long each of them takes.
pub(crate) const ROUND: Duration = Duration::from_secs(2);

/// Who asks a media server for an echo without Mediaplane.
pub(crate) trait Direct {
    /// What must be closed.
    type Open;

    /// Returns when the answer is there.
    fn open(&self) -> impl Future<Output = Self::Open>;

    fn close(&self, open: Self::Open) -> impl Future<Output = ()>;
}

/// Measures, in turns, how long it takes until the answer is there.
pub(crate) async fn latency(
    report: &mut Report,
    client: &Client,
    direct: &impl Direct,
    samples: usize,
) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..samples {
        let began = Instant::now();
        let id = open(&mut client.clone()).await;
        ours.push(began.elapsed());
        close(&mut client.clone(), &id).await;

        let began = Instant::now();
        let echo = direct.open().await;
        theirs.push(began.elapsed());
        direct.close(echo).await;
    }
    report.note(format!(
        "{samples} exchanges each, in turns, one at a time, until the answer is there"
    ));
    for (name, times) in [("mediaplane", &mut ours), ("direct", &mut theirs)] {
        let (p50, p99) = (millis(quantile(times, 0.5)), millis(quantile(times, 0.99)));
        report.note(format!("{name:12} p50 {p50:.3} ms  p99 {p99:.3} ms"));
    }
    let added = millis(quantile(&mut ours, 0.5)) - millis(quantile(&mut theirs, 0.5));
    report.judge("added at the median", added, " ms", Target::AtMost(1.0));
}

/// Tells what both did of what was measured in turns.
pub(crate) fn tell(report: &mut Report, mut ours: Measured, mut theirs: Measured) {
    ours.tell(report, "mediaplane", 1, "sessions");
    theirs.tell(report, "direct", 1, "sessions");
    let ratio = ours.rate() / theirs.rate();
    report.judge("ratio", ratio, "", Target::AtLeast(0.95));
}

/// Waits until the service has reached its media server.
pub(crate) async fn connected(client: &Client) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Err(status) = client.clone().create_session(echo()).await {
        assert!(Instant::now() < deadline, "it is not reached: {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn echo() -> CreateSessionRequest {
    CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(Kind::Echo(Echo {})),
        }),
        offer: Some(SessionDescription {
            sdp: OFFER_OF_NOBODY.to_owned(),
            ..SessionDescription::default()
        }),
        wait_reply: true,
        ..CreateSessionRequest::default()
    }
}

/// One from its beginning to its end.
pub(crate) async fn once(mut client: Client) {
    let id = open(&mut client).await;
    close(&mut client, &id).await;
}

/// Returns the session's id when its answer is there.
pub(crate) async fn open(client: &mut Client) -> String {
    let created = client
        .create_session(echo())
        .await
        .expect("created")
        .into_inner();
    assert!(matches!(created.description, Some(Description::Answer(_))));
    created.session_id
}

/// Ends it.
pub(crate) async fn close(client: &mut Client, id: &str) {
    let destroyed = client.destroy_session(requests::destroy(id)).await;
    destroyed.expect("destroyed");
}
