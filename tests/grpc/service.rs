//! One running service and its clients.

use std::{collections::HashMap, time::Duration};

use mediaplane::{
    app::{App, Drivers},
    config::{Config, Grpc, Http, Service as Process},
    proto::{
        self, CreateSessionRequest, Event, SessionDescription, WatchEventsRequest,
        backend_service_client::BackendServiceClient, event::Kind,
        room_service_client::RoomServiceClient, session_service_client::SessionServiceClient,
        session_type, watch_events_request as watch, watch_events_response::Item,
    },
    telemetry::Metrics,
};
use tonic::{Code, Status, Streaming, transport::Channel};
use tonic_types::StatusExt;

/// Nothing that is waited for takes this long, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) channel: Channel,
}

/// Every default, on free ports, and no patience with live sessions at the end.
pub(crate) fn config() -> Config {
    let free = "127.0.0.1:0".parse().expect("an address");
    Config {
        grpc: Grpc {
            listen: free,
            ..Grpc::default()
        },
        http: Http {
            listen: free,
            ..Http::default()
        },
        service: Process {
            shutdown_deadline: Duration::ZERO,
            ..Process::default()
        },
        ..Config::default()
    }
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::of(config(), Drivers::default()).await
    }

    pub(crate) async fn of(config: Config, drivers: Drivers) -> Self {
        let app = App::start_with(config, drivers, Metrics::new())
            .await
            .expect("it starts");
        let channel = Channel::from_shared(format!("http://{}", app.grpc_addr))
            .expect("an address")
            .connect()
            .await
            .expect("it listens");
        Self { app, channel }
    }

    pub(crate) fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn rooms(&self) -> RoomServiceClient<Channel> {
        RoomServiceClient::new(self.channel.clone())
    }

    pub(crate) fn backends(&self) -> BackendServiceClient<Channel> {
        BackendServiceClient::new(self.channel.clone())
    }

    /// Creates a session; yields its id.
    pub(crate) async fn create(&self, request: CreateSessionRequest) -> String {
        let reply = self.sessions().create_session(request).await;
        reply.expect("created").into_inner().session_id
    }

    pub(crate) async fn get(&self, session_id: &str) -> proto::Session {
        let session_id = session_id.to_owned();
        let request = proto::GetSessionRequest { session_id };
        let reply = self.sessions().get_session(request).await;
        reply.expect("known").into_inner().session.expect("set")
    }

    pub(crate) async fn destroy(&self, session_id: &str) {
        let request = proto::DestroySessionRequest {
            session_id: session_id.to_owned(),
            ..Default::default()
        };
        let reply = self.sessions().destroy_session(request).await;
        reply.expect("destroyed");
    }

    pub(crate) async fn watch(&self, request: WatchEventsRequest) -> Items {
        let reply = self.sessions().watch_events(request).await;
        Items(reply.expect("watched").into_inner())
    }

    /// Ends the service, which must hold nothing any more.
    pub(crate) async fn stop(self) {
        drop(self.channel);
        assert_eq!(self.app.shutdown().await, 0, "something was not released");
    }
}

/// What one watcher gets.
pub(crate) struct Items(Streaming<proto::WatchEventsResponse>);

impl Items {
    /// The next item; none when the stream has ended with OK.
    pub(crate) async fn item(&mut self) -> Option<Item> {
        let next = tokio::time::timeout(PATIENCE, self.0.message()).await;
        let response = next.expect("an item in time").expect("no error")?;
        Some(response.item.expect("set"))
    }

    pub(crate) async fn event(&mut self) -> Event {
        match self.item().await {
            Some(Item::Event(event)) => event,
            other => panic!("no event but {other:?}"),
        }
    }

    /// The next event of a kind that `pick` takes.
    pub(crate) async fn until<T>(&mut self, pick: impl Fn(Kind) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.event().await.kind.expect("set")) {
                return found;
            }
        }
    }

    /// The names of all events until the stream ends.
    pub(crate) async fn names(mut self) -> Vec<&'static str> {
        let mut names = Vec::new();
        while let Some(item) = self.item().await {
            let Item::Event(event) = item else {
                panic!("no event but {item:?}");
            };
            names.push(name(&event.kind.expect("set")));
        }
        names
    }
}

pub(crate) fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Created(_) => "created",
        Kind::Offer(_) => "offer",
        Kind::Answer(_) => "answer",
        Kind::Type(_) => "type",
        Kind::Candidate(_) => "candidate",
        Kind::CandidateEnd(_) => "candidate_end",
        Kind::Status(_) => "status",
        Kind::Info(_) => "info",
        Kind::MediaFlow(_) => "media_flow",
        Kind::Recorder(_) => "recorder",
        Kind::Player(_) => "player",
        Kind::Dtmf(_) => "dtmf",
        Kind::BackendLost(_) => "backend_lost",
        Kind::Destroyed(_) => "destroyed",
        Kind::RoomCreated(_) => "room_created",
        Kind::MemberStarted(_) => "member_started",
        Kind::MemberStopped(_) => "member_stopped",
        Kind::RoomUpdated(_) => "room_updated",
        Kind::RoomDestroyed(_) => "room_destroyed",
    }
}

/// The address that stands in every description and candidate here.
pub(crate) const ADDRESS: &str = "203.0.113.77";
/// The ICE password that stands in every description here.
pub(crate) const PASSWORD: &str = "x9Y2kq0PzTeKfV3wBn6rLmHs";

/// A description of one party, with audio and video.
pub(crate) fn description(party: &str) -> SessionDescription {
    let sdp = format!(
        "v=0\r\no={party} 1 1 IN IP4 {ADDRESS}\r\ns=-\r\nt=0 0\r\na=ice-pwd:{PASSWORD}\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"
    );
    SessionDescription {
        sdp,
        ..Default::default()
    }
}

/// The same, whose candidates come later.
pub(crate) fn trickling(party: &str) -> SessionDescription {
    SessionDescription {
        trickle_ice: true,
        ..description(party)
    }
}

pub(crate) fn candidate(session_id: &str, port: u16) -> proto::SetCandidateRequest {
    proto::SetCandidateRequest {
        session_id: session_id.to_owned(),
        sdp_mid: Some("0".to_owned()),
        sdp_m_line_index: None,
        candidate: format!("candidate:1 1 udp 2122260223 {ADDRESS} {port} typ host"),
    }
}

pub(crate) fn session_type(kind: session_type::Kind) -> Option<proto::SessionType> {
    Some(proto::SessionType { kind: Some(kind) })
}

/// A session of this type, without anything else.
pub(crate) fn of_type(kind: session_type::Kind) -> CreateSessionRequest {
    CreateSessionRequest {
        r#type: session_type(kind),
        ..Default::default()
    }
}

/// The first party of a call.
pub(crate) fn caller() -> CreateSessionRequest {
    CreateSessionRequest {
        offer: Some(description("caller")),
        ..of_type(session_type::Kind::P2p(proto::P2p::default()))
    }
}

/// The second party of the call that `peer` began.
pub(crate) fn callee(peer: &str) -> CreateSessionRequest {
    let peer_id = peer.to_owned();
    CreateSessionRequest {
        master_id: peer_id.clone(),
        set_master_answer: true,
        ..of_type(session_type::Kind::P2p(proto::P2p { peer_id }))
    }
}

pub(crate) fn answer(session_id: &str) -> proto::SetAnswerRequest {
    proto::SetAnswerRequest {
        session_id: session_id.to_owned(),
        answer: Some(description("callee")),
    }
}

/// All that is known of these sessions, from their beginning on.
pub(crate) fn watching(ids: &[&str]) -> WatchEventsRequest {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    let scope = watch::Scope::SessionIds(watch::SessionIds { ids });
    WatchEventsRequest {
        scope: Some(scope),
        ..Default::default()
    }
}

pub(crate) fn labels(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

/// An object with one text in it.
pub(crate) fn object(name: &str, text: &str) -> prost_types::Struct {
    let kind = Some(prost_types::value::Kind::StringValue(text.to_owned()));
    prost_types::Struct {
        fields: [(name.to_owned(), prost_types::Value { kind })].into(),
    }
}

/// The documented reason of a refusal, whose code is checked, and the paths of the wrong fields.
pub(crate) fn reason(status: &Status) -> (String, Vec<String>) {
    let details = status.get_error_details();
    let info = details
        .error_info()
        .unwrap_or_else(|| panic!("no reason in {status:?}"));
    assert_eq!(info.domain, "mediaplane");
    assert_eq!(status.code(), code(&info.reason), "{status:?}");
    assert!(!status.message().is_empty());
    let bad = details.bad_request();
    let fields = bad.map(|bad| bad.field_violations.iter().map(|v| v.field.clone()));
    (info.reason.clone(), fields.into_iter().flatten().collect())
}

/// The code that the contract gives to a reason.
fn code(reason: &str) -> Code {
    match reason {
        "SESSION_NOT_FOUND" | "ROOM_NOT_FOUND" | "PEER_SESSION_NOT_FOUND" => Code::NotFound,
        "INVALID_FIELD" | "MISSING_FIELD" | "MISSING_SDP" | "INVALID_SDP" | "INVALID_PUBLISHER"
        | "INVALID_URI" | "UNKNOWN_BACKEND" => Code::InvalidArgument,
        "NO_MEDIASERVER" | "BACKEND_LOST" | "SERVER_SHUTDOWN" => Code::Unavailable,
        "DIFFERENT_MEDIASERVER"
        | "INCOMPATIBLE_SESSION"
        | "OFFER_NOT_SET"
        | "OFFER_ALREADY_SET"
        | "ANSWER_NOT_SET"
        | "ANSWER_ALREADY_SET"
        | "NO_ICE_CANDIDATES"
        | "NO_ACTIVE_RECORDER"
        | "NO_ACTIVE_PLAYER"
        | "NO_ACTIVE_ROOM"
        | "BACKEND_REJECTED" => Code::FailedPrecondition,
        "NOT_SUPPORTED" => Code::Unimplemented,
        "SESSION_ALREADY_EXISTS" | "ROOM_ALREADY_EXISTS" => Code::AlreadyExists,
        "LIMIT_REACHED" => Code::ResourceExhausted,
        "BACKEND_TIMEOUT" | "SESSION_TIMEOUT" => Code::DeadlineExceeded,
        "BRIDGE_STOP" | "PEER_STOPPED" | "USER_STOP" => Code::Aborted,
        other => panic!("the contract has no reason {other}"),
    }
}
