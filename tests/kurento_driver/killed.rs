//! What a service leaves that is killed, and what it must not touch when it starts again.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::{
    program::{client, create, echo},
    support::{
        kurento::{Look, Own, held, until_held},
        media::Kind,
        network::media_address,
        peer::{Options, Peer},
        received::Receives as _,
        service::Service,
    },
    world::{World, given, unique},
};

const SESSIONS: u8 = 20;
/// The elements of an echo.
const ELEMENTS: usize = 2;
/// Twenty clients and a server share a machine.
const PATIENCE: Duration = Duration::from_secs(60);

async fn start(url: &Url, instance: &str) -> Service {
    let configuration = format!(
        "[service]\ninstance = '{instance}'\nshutdown_deadline = '1s'\n\
         [[backend]]\nkind = 'kurento'\nurl = '{url}'\nreconcile_every = '1s'\n"
    );
    let mut service = Service::start(&[], &[], |_| configuration).await;
    service.logs("connected to Kurento").await;
    service
}

/// Every fifth client sends video, too.
async fn peer(tag: u8) -> Peer {
    let options = Options::new(media_address(), tag).patience(PATIENCE);
    let options = options.audio();
    Peer::offer(match tag % 5 {
        0 => options.video(),
        _ => options,
    })
    .await
}

async fn media_flows(peers: &[Peer]) {
    let flows = (1..).zip(peers).map(|(tag, peer)| async move {
        peer.receives(Kind::Audio, tag, 25).await;
        if tag % 5 == 0 {
            peer.receives(Kind::Video, tag, 10).await;
        }
    });
    join_all(flows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_service_left_is_released_when_it_starts_again() {
    let Some(url) = given() else { return };
    let (instance, other) = (unique("killed"), unique("other"));
    let mut owner = Look::at(&url).await;
    let foreign = owner.make_pipeline(&other).await;
    let is_foreign = |held: &[(String, Vec<String>)]| held == [(foreign.clone(), Vec::new())];

    let mut service = start(&url, &instance).await;
    let mut client = client(&service).await;
    let mut peers = Vec::new();
    for tag in 1..=SESSIONS {
        let peer = peer(tag).await;
        create(&mut client, echo(&peer), &peer).await;
        peers.push(peer);
    }
    media_flows(&peers).await;
    let left = held(&url, &instance).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].1.len(), usize::from(SESSIONS) * ELEMENTS);
    service.process.kill().await.expect("it runs");
    media_flows(&peers).await;

    let mut service = start(&url, &instance).await;
    let released = service.logs("released orphaned objects").await;
    assert_eq!(released["count"], 1, "the pipeline: {released}");
    until_held(&url, &instance, |held| match held {
        [(pipeline, children)] => *pipeline != left[0].0 && children.is_empty(),
        _ => false,
    })
    .await;
    // Kurento says no goodbye to clients whose pipeline goes.
    join_all(peers.iter().map(|peer| peer.stops_receiving(Kind::Audio))).await;

    assert!(is_foreign(&held(&url, &other).await), "it is another's");
    let (status, _) = service.terminate().await;
    assert!(status.success(), "{status}");
    until_held(&url, &instance, <[_]>::is_empty).await;
    owner.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_service_leaves_is_collected_although_it_is_looked_at() {
    let Some(server) = Own::start(Duration::from_secs(2)).await else {
        println!("SKIPPED: MEDIAPLANE_TEST_KURENTO_RUN names no program that runs a Kurento");
        return;
    };
    let mut owner = Look::at(&server.url()).await;
    let foreign = owner.make_pipeline("other").await;
    let world = World::at(server.url(), |config| {
        config.reconcile_every = Duration::from_millis(500);
    })
    .await;
    owner.leave().await;
    let deadline = Instant::now() + PATIENCE;
    // Not by the list of all pipelines: whoever asks for that holds what is on it.
    while is_there(&server.url(), &foreign).await {
        assert!(Instant::now() < deadline, "the driver keeps it alive");
        sleep(Duration::from_millis(500)).await;
    }
    world.end().await;
}

async fn is_there(url: &Url, pipeline: &str) -> bool {
    let mut look = Look::at(url).await;
    let is_there = look.is_there(pipeline).await;
    look.leave().await;
    is_there
}
