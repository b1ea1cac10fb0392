//! The faults of the system whose session API this one carries on, each shown to be absent.
//!
//! Its behaviour was observed over its own wire; here the same steps are taken on the session core.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use mediaplane::{
    Reason, backend,
    event::{Hub, Item, Kind, Labels, Limits, Scope, Type, Watch, WatchRequest},
    id::{SessionId, Subscriber},
    media::{Candidate, Description, RemoteCandidate, Sdp, SdpType, SessionType},
    room,
    session::{
        Caller, Command, Create, Created, Filter, Page, Parts, Registry, Reply, Sessions, Settings,
        Side,
    },
    telemetry::Metrics,
};
use tokio_util::sync::CancellationToken;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";

struct Service {
    sessions: Registry,
    hub: Hub,
    caller: Caller,
}

impl Service {
    fn start() -> Self {
        let metrics = Metrics::new();
        let limits = Limits {
            history: 256,
            history_time: Duration::from_secs(300),
            history_sessions: 10_000,
            watchers: 100,
        };
        let hub = Hub::new(limits, metrics.clone());
        let backends = backend::Registry::new(Vec::new(), &metrics);
        let rooms = room::Registry::new(room::Settings::default(), backends.clone(), hub.clone());
        let sessions = Registry::new(Parts {
            settings: Settings::default(),
            history_time: limits.history_time,
            history_sessions: limits.history_sessions,
            hub: hub.clone(),
            backends,
            rooms,
            metrics,
        });
        tokio::spawn(sessions.clone().keep_house(CancellationToken::new()));
        Self {
            sessions,
            hub,
            caller: Caller::anonymous(None),
        }
    }

    async fn create(&self, create: Create) -> Result<Created, Reason> {
        self.sessions
            .create(&self.caller, create)
            .await
            .map_err(|error| error.reason())
    }

    async fn begun(&self, create: Create) -> SessionId {
        self.create(create).await.expect("created").info.session_id
    }

    async fn command(&self, id: &SessionId, command: Command) -> Result<Reply, Reason> {
        self.sessions
            .command(&self.caller, id, command)
            .await
            .map_err(|error| error.reason())
    }

    async fn set_answer(&self, id: &SessionId) -> Result<Reply, Reason> {
        self.command(id, Command::SetAnswer(description(false)))
            .await
    }

    async fn destroy(&self, id: &SessionId) -> Result<Reply, Reason> {
        let message = String::new();
        self.command(
            id,
            Command::Destroy {
                reason: Reason::UserStop,
                message,
            },
        )
        .await
    }

    fn watch(&self, scope: Scope) -> Watch {
        let request = WatchRequest {
            scope,
            types: HashSet::new(),
            labels: Labels::default(),
            after_sequence: 0,
            snapshot: false,
            from_now: false,
        };
        self.hub.watch(request).expect("room for a watcher")
    }

    fn watch_one(&self, id: &SessionId) -> Watch {
        self.watch(Scope::Sessions(vec![id.clone()]))
    }
}

fn description(trickle_ice: bool) -> Description {
    let sdp = Sdp::parse(SDP).expect("valid");
    Description {
        sdp,
        sdp_type: SdpType::Webrtc,
        trickle_ice,
    }
}

fn p2p(trickle_ice: bool) -> Create {
    let session_type = SessionType::P2p { peer_id: None };
    Create {
        offer: Some(description(trickle_ice)),
        ..Create::new(session_type)
    }
}

fn slave_of(master: &SessionId) -> Create {
    let session_type = SessionType::P2p {
        peer_id: Some(master.clone()),
    };
    Create {
        master_id: Some(master.clone()),
        set_master_answer: true,
        ..Create::new(session_type)
    }
}

fn candidate(index: u32) -> Command {
    let line = "candidate:1 1 udp 1 192.0.2.1 9 typ host";
    let candidate = Candidate::new(None, Some(index), line).expect("valid");
    Command::Candidate(RemoteCandidate::One(candidate))
}

fn id(text: &str) -> SessionId {
    text.parse().expect("valid")
}

async fn next(watch: &mut Watch) -> Kind {
    match watch.next().await {
        Some(Item::Event(event)) => event.kind.clone(),
        other => panic!("{other:?} instead of an event"),
    }
}

async fn types(watch: &mut Watch, count: usize) -> Vec<Type> {
    let mut types = Vec::new();
    while types.len() < count {
        types.push(next(watch).await.event_type());
    }
    types
}

#[tokio::test]
async fn the_creator_sees_its_own_session_begin() {
    let service = Service::start();
    let session = service.begun(p2p(false)).await;
    service.set_answer(&session).await.expect("set");
    service.destroy(&session).await.expect("destroyed");
    let mut watch = service.watch_one(&session);
    assert_eq!(
        types(&mut watch, 3).await,
        [Type::Created, Type::Answer, Type::Destroyed]
    );
    assert!(watch.next().await.is_none());
}

#[tokio::test]
async fn p2p_without_an_offer_or_a_peer_is_refused() {
    let service = Service::start();
    let nothing = Create::new(SessionType::P2p { peer_id: None });
    assert_eq!(
        service.create(nothing).await.unwrap_err(),
        Reason::MissingSdp
    );
    assert_eq!(service.sessions.count(), 0);
}

#[tokio::test]
async fn an_unknown_master_is_refused_at_once() {
    let service = Service::start();
    let orphan = Create {
        master_id: Some(id("nobody")),
        ..p2p(false)
    };
    assert_eq!(
        service.create(orphan).await.unwrap_err(),
        Reason::PeerSessionNotFound
    );
    assert_eq!(service.sessions.count(), 0);
}

#[tokio::test]
async fn an_id_in_use_harms_nobody() {
    let service = Service::start();
    let named = || Create {
        session_id: Some(id("call-1")),
        ..p2p(false)
    };
    service.begun(named()).await;
    service.begun(named()).await;
    assert_eq!(
        service.sessions.count(),
        1,
        "a retry finds the same session"
    );
    let other = Create {
        user_id: Some("bob".into()),
        ..named()
    };
    assert_eq!(
        service.create(other).await.unwrap_err(),
        Reason::SessionAlreadyExists
    );
    service
        .set_answer(&id("call-1"))
        .await
        .expect("it lives on");
}

#[tokio::test]
async fn the_same_request_many_times_at_once_makes_one_session() {
    let service = Arc::new(Service::start());
    let retries = (0..50).map(|_| {
        let service = service.clone();
        tokio::spawn(async move {
            let named = Create {
                session_id: Some(id("call-1")),
                ..p2p(false)
            };
            service.begun(named).await
        })
    });
    futures_util::future::join_all(retries).await;
    assert_eq!(service.sessions.count(), 1);
    service.destroy(&id("call-1")).await.expect("destroyed");
    let mut watch = service.watch_one(&id("call-1"));
    assert_eq!(types(&mut watch, 2).await, [Type::Created, Type::Destroyed]);
}

#[test]
fn an_empty_or_garbled_description_is_refused() {
    for text in ["", "hello", "v=0", "v=0\r\n\r\n"] {
        assert!(Sdp::parse(text).is_err(), "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_session_cannot_be_destroyed_but_an_ended_one_can() {
    let service = Service::start();
    assert_eq!(
        service.destroy(&id("never")).await.unwrap_err(),
        Reason::SessionNotFound
    );
    let session = service.begun(p2p(false)).await;
    for _ in 0..2 {
        service.destroy(&session).await.expect("idempotent");
    }
    tokio::time::sleep(Duration::from_secs(302)).await;
    assert_eq!(
        service.destroy(&session).await.unwrap_err(),
        Reason::SessionNotFound
    );
}

#[tokio::test]
async fn a_master_that_is_answered_refuses_its_slaves_answer_and_both_live() {
    let service = Service::start();
    let master = service.begun(p2p(false)).await;
    let slave = service.begun(slave_of(&master)).await;
    service.set_answer(&master).await.expect("the first answer");
    let offer = service.command(&slave, Command::Get(Side::Offer)).await;
    assert!(matches!(offer, Ok(Reply::Description(_))));
    assert_eq!(
        service.set_answer(&slave).await.unwrap_err(),
        Reason::AnswerAlreadySet
    );
    assert_eq!(service.sessions.count(), 2);
}

#[tokio::test]
async fn a_second_slave_is_refused() {
    let service = Service::start();
    let master = service.begun(p2p(false)).await;
    let slave = service.begun(slave_of(&master)).await;
    let second = service.create(slave_of(&master)).await;
    assert_eq!(second.unwrap_err(), Reason::IncompatibleSession);
    let info = service
        .sessions
        .get(&service.caller, &master)
        .expect("it lives");
    assert_eq!(info.slave_id, Some(slave));
    assert_eq!(service.sessions.count(), 2);
}

#[tokio::test]
async fn candidates_wait_for_the_peer_that_they_are_for() {
    let service = Service::start();
    let master = service.begun(p2p(true)).await;
    service.command(&master, candidate(0)).await.expect("kept");
    let end = Command::Candidate(RemoteCandidate::End);
    service.command(&master, end).await.expect("kept");
    let slave = service.begun(slave_of(&master)).await;
    let mut watch = service.watch_one(&slave);
    assert_eq!(
        types(&mut watch, 4).await,
        [
            Type::Created,
            Type::Offer,
            Type::Candidate,
            Type::CandidateEnd
        ]
    );
}

#[tokio::test]
async fn an_m_line_index_out_of_range_is_refused() {
    let service = Service::start();
    let whole = Create {
        no_offer_trickle_ice: true,
        ..p2p(true)
    };
    let session = service.begun(whole).await;
    let refused = service.command(&session, candidate(7)).await;
    assert_eq!(refused.unwrap_err(), Reason::InvalidField);
    service
        .command(&session, candidate(0))
        .await
        .expect("taken");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_consolidated_in_a_plain_p2p_session() {
    let service = Service::start();
    let whole = Create {
        no_answer_trickle_ice: true,
        ..p2p(false)
    };
    let session = service.begun(whole).await;
    let trickling = Command::SetAnswer(description(true));
    service
        .command(&session, trickling)
        .await
        .expect("held back");
    service
        .command(&session, candidate(0))
        .await
        .expect("taken");
    let Ok(Reply::Description(answer)) =
        service.command(&session, Command::Get(Side::Answer)).await
    else {
        panic!("no answer")
    };
    assert!(answer.sdp.has_candidates() && !answer.trickle_ice);
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_watcher_goes_ends_if_its_creator_wants_that() {
    let service = Service::start();
    let lease = Some(Duration::from_secs(10));
    let leased = service
        .begun(Create {
            destroy_when_unwatched: lease,
            ..p2p(false)
        })
        .await;
    let plain = service.begun(p2p(false)).await;
    let watch = service.watch_one(&leased);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(service.sessions.count(), 2);
    drop(watch);
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(service.sessions.count(), 2);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(service.sessions.count(), 1);
    assert!(service.command(&plain, Command::Capability).await.is_ok());
    let mut replay = service.watch_one(&leased);
    assert_eq!(next(&mut replay).await.event_type(), Type::Created);
    let Kind::Destroyed { reason, .. } = next(&mut replay).await else {
        panic!("not ended")
    };
    assert_eq!(reason, Reason::Unwatched);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_is_lost_and_none_comes_twice() {
    const SESSIONS: usize = 2_000;
    let service = Arc::new(Service::start());
    let stream: Subscriber = "all-calls".parse().expect("valid");
    let mut watch = service.watch(Scope::Subscriber(stream.clone()));
    for _ in 0..SESSIONS {
        let (service, subscriber) = (service.clone(), Some(stream.clone()));
        tokio::spawn(async move {
            let session = service
                .begun(Create {
                    subscriber,
                    ..p2p(false)
                })
                .await;
            service.set_answer(&session).await.expect("set");
            service.destroy(&session).await.expect("destroyed");
        });
    }
    let mut last: HashMap<String, (u64, Type)> = HashMap::new();
    for _ in 0..SESSIONS * 3 {
        let Some(Item::Event(event)) = watch.next().await else {
            panic!("no event")
        };
        let now = (event.sequence, event.kind.event_type());
        let before = last.insert(event.subject.to_string(), now);
        assert_eq!(
            before.map_or(0, |(sequence, _)| sequence) + 1,
            event.sequence
        );
    }
    assert!(last.values().all(|last| *last == (3, Type::Destroyed)));
    assert_eq!(last.len(), SESSIONS);
    let more = tokio::time::timeout(Duration::from_millis(50), watch.next()).await;
    assert!(more.is_err(), "an event too many: {more:?}");
}

#[tokio::test]
async fn one_who_waits_holds_nobody_up() {
    let service = Arc::new(Service::start());
    let session = service.begun(p2p(false)).await;
    let waiter = {
        let (service, session) = (service.clone(), session.clone());
        tokio::spawn(async move { service.command(&session, Command::Get(Side::Answer)).await })
    };
    service
        .set_answer(&session)
        .await
        .expect("another command goes through");
    assert!(matches!(waiter.await, Ok(Ok(Reply::Description(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_reads_nothing_for_long_loses_nothing() {
    let service = Service::start();
    let session = service.begun(p2p(false)).await;
    let mut watch = service.watch_one(&session);
    service.set_answer(&session).await.expect("set");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(types(&mut watch, 2).await, [Type::Created, Type::Answer]);
}

#[tokio::test(start_paused = true)]
async fn a_creator_that_waits_in_vain_leaves_no_session() {
    let service = Service::start();
    let waiting = Create {
        wait_reply: true,
        ..p2p(false)
    };
    assert_eq!(
        service.create(waiting).await.unwrap_err(),
        Reason::AnswerNotSet
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    let page = Page {
        size: 10,
        after: None,
    };
    let (left, _) = service
        .sessions
        .list(&service.caller, &Filter::default(), &page);
    assert!(left.is_empty(), "{left:?}");
}
