//! Hundreds of sessions leave nothing, neither on the server nor in the service.

use std::{fs, time::Duration};

use futures_util::{StreamExt as _, stream};
use mediaplane::{
    backend::{Backend as _, RoomRequest},
    id::RoomId,
    media::{RoomKind, RoomOptions, SdpType, SessionType},
    proto::DestroySessionRequest,
};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    legs::{Opening, echo, request, rtp},
    program::{Client, client, telephone},
    support::{
        freeswitch::{Address, Look, Own},
        ports::PortBlock,
        sdp::{OFFER_OF_NOBODY, RTP_OF_NOBODY},
        service::Service,
    },
    world::{World, backend, given, service, unique},
};

const SESSIONS: u64 = 300;
/// So often until the server has filled its pools, and then once more.
const WARM_UP: usize = 2;
/// How many are created or destroyed at a time.
const IN_FLIGHT: usize = 8;
/// What the server may use more after a round than before, in kB: 100 for each session.
const GROWTH: u64 = 30_000;
/// Until a command must be answered: the server has much to do.
const BUSY: Duration = Duration::from_secs(10);
/// Destruction is asynchronous.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the kernel says of a process.
#[derive(Clone, Copy, Debug)]
struct Process {
    threads: usize,
    descriptors: usize,
    /// Its memory, in kB.
    memory: u64,
}

impl Process {
    fn of(id: u32) -> Process {
        let count = |folder| {
            let entries = fs::read_dir(format!("/proc/{id}/{folder}"));
            entries.expect("it runs").count()
        };
        let status = fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
        let memory = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
        Process {
            threads: count("task"),
            descriptors: count("fd"),
            memory: memory.expect("it has some").parse().expect("a number"),
        }
    }

    /// A few come and go by themselves; a call takes more.
    fn is_near(self, before: Process) -> bool {
        self.threads <= before.threads + 8 && self.descriptors <= before.descriptors + 16
    }

    /// Waits until it has given back what it took.
    async fn is_back(id: u32, before: Process) -> Process {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = Process::of(id);
            if now.is_near(before) {
                return now;
            }
            assert!(Instant::now() < deadline, "{before:?} before, {now:?} now");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// One session of each kind in turn, closed at once; every seventh is given up while it is being opened.
async fn session(world: &World, n: u64, room: &RoomId) {
    let request = match n % 5 {
        0 => echo(OFFER_OF_NOBODY),
        1 => request(SessionType::Echo, Some(rtp(RTP_OF_NOBODY))),
        2 => request(SessionType::Park, Some(rtp(RTP_OF_NOBODY))),
        3 => {
            let mut request = request(SessionType::Echo, None);
            if n.is_multiple_of(2) {
                request.sdp_type = SdpType::Rtp;
            }
            request
        }
        _ => {
            let member = SessionType::Mcu {
                room_id: Some(room.clone()),
                profile: None,
                layout: None,
            };
            request(member, Some(rtp(RTP_OF_NOBODY)))
        }
    };
    let opening = Opening::of(&*world.driver, request);
    if n.is_multiple_of(7) {
        // Whether it is open by then does not matter.
        let _ = timeout(Duration::from_millis(n % 40), opening).await;
        return;
    }
    opening.await.expect("a session").leg.close().await;
}

/// Creates and destroys sessions, and leaves the server.
async fn round(address: &Address) {
    let world = World::at(address.clone(), |config| {
        config.request_timeout = BUSY;
    })
    .await;
    let room: RoomId = "room".parse().expect("an id");
    let made = world.driver.room(RoomRequest::Create {
        room_id: room.clone(),
        kind: RoomKind::Mcu,
        options: RoomOptions::default(),
    });
    made.await.expect("a room");
    stream::iter(0..SESSIONS)
        .for_each_concurrent(IN_FLIGHT, |n| session(&world, n, &room))
        .await;
    world.is_empty().await;
    let destroyed = world.driver.room(RoomRequest::Destroy {
        room_id: room,
        kind: RoomKind::Mcu,
    });
    destroyed.await.expect("no room");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_sessions_leave_nothing_on_the_server() {
    let Some(own) = Own::start().await else {
        let Some(address) = given() else { return };
        round(&address).await;
        println!("SKIPPED: memory, threads and descriptors of a server that others use, too");
        return;
    };
    let id = own.process().expect("it runs");
    let fresh = Process::of(id);
    let mut after = fresh;
    for number in 0..=WARM_UP {
        let before = after;
        round(&own.address()).await;
        let mut look = Look::at(&own.address()).await;
        look.until_no_calls().await;
        assert_eq!(
            look.conferences().await,
            [(); 0].map(|()| serde_json::Value::Null)
        );
        drop(look);
        after = Process::is_back(id, fresh).await;
        println!("round {number}: {before:?}, then {after:?}");
        assert!(
            number < WARM_UP || after.memory <= before.memory + GROWTH,
            "{before:?} before, {after:?} after"
        );
    }
}

async fn served(client: &Client) {
    stream::iter(0..SESSIONS)
        .for_each_concurrent(IN_FLIGHT, async |n| {
            let mut client = client.clone();
            let tag = u8::try_from(n % 200).expect("a tag");
            let (session_id, _peer) = telephone(&mut client, tag).await;
            let destroyed = client.destroy_session(DestroySessionRequest {
                session_id,
                ..DestroySessionRequest::default()
            });
            destroyed.await.expect("it lives");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_sessions_leave_nothing_in_the_service() {
    let Some(address) = given() else { return };
    let (instance, ports) = (unique("leaks"), PortBlock::claim());
    let timeout = format!("'{}s'", BUSY.as_secs());
    let backend = backend("fs", &address, ports.tcp(0)).replace("'2s'", &timeout);
    let configuration = service(&instance, &[backend]);
    let mut service = Service::start(&[], &[], |_| configuration).await;
    service.logs("connected to FreeSWITCH").await;
    let client = client(&service).await;
    let id = service.process.id().expect("it runs");
    served(&client).await;
    address.until_calls(&instance, <[_]>::is_empty).await;
    let before = Process::of(id);
    served(&client).await;
    address.until_calls(&instance, <[_]>::is_empty).await;
    let after = Process::is_back(id, before).await;
    println!("{before:?}, then {after:?}");
    assert!(
        after.descriptors <= before.descriptors + 4,
        "{before:?}, then {after:?}"
    );
    assert!(service.terminate().await.0.success());
}
