//! Bridges of which one side ends at the same moment.

use std::time::Duration;

use mediaplane::media::{SessionType, Update};
use tokio::time::{sleep, timeout};

use crate::{
    support::{freeswitch::Look, media::Kind, received::Receives as _},
    world::{World, given},
};

/// How much later than the order to bridge one of the two is ended, in milliseconds.
const DELAYS: [u64; 6] = [0, 1, 2, 4, 8, 16];
/// Half of what a command may take.
const SOON: Duration = Duration::from_secs(5);

/// One of two ends while they are being bridged; soon the other one can become an echo, or has ended as well.
async fn one_ends(world: &World, look: &mut Look, first_ends: bool, delay: Duration) {
    let (first, first_peer) = world.telephone(SessionType::Park, 1).await;
    let (second, second_peer) = world.telephone(SessionType::Park, 2).await;
    let are_listed = |calls: &[String]| calls.len() == 2;
    world.address.until_calls(&world.instance, are_listed).await;
    let one = first.leg.clone();
    let peer_id = second.session_id.clone();
    let (ends, mut stays, tag, peer) = match first_ends {
        true => (first, second, 2, second_peer),
        false => (second, first, 1, first_peer),
    };
    let call = look.call_of(ends.session_id.as_str()).await;
    let kill = async {
        sleep(delay).await;
        look.api(&format!("uuid_kill {call}")).await
    };
    let goes_on = async {
        let bridge = one.update(Update::Type(SessionType::Bridge { peer_id }));
        let (bridged, _) = tokio::join!(bridge, kill);
        ends.leg.close().await;
        let echo = stays.leg.update(Update::Type(SessionType::Echo)).await;
        println!("{delay:?}: {bridged:?}, {echo:?}");
        match echo {
            Ok(_) => peer.receives(Kind::Audio, tag, 25).await,
            // FreeSWITCH ends the other one at times.
            Err(_) => drop(stays.ends().await),
        }
    };
    let went_on = timeout(SOON, goes_on).await;
    went_on.unwrap_or_else(|_| panic!("it waits for a bridge; after {delay:?}"));
    stays.leg.close().await;
    world.is_empty().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_left_before_a_bridge_goes_on() {
    let Some(address) = given() else { return };
    let world = World::at(address, |config| {
        config.request_timeout = Duration::from_secs(10);
    })
    .await;
    let mut look = Look::at(&world.address).await;
    for first_ends in [false, true] {
        for delay in DELAYS.map(Duration::from_millis) {
            one_ends(&world, &mut look, first_ends, delay).await;
        }
    }
    world.end().await;
}
