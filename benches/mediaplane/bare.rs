//! The bare service: the same generated trait and transport, and nothing behind it but replies made in advance.

use std::{env, io::Read, net::SocketAddr, pin::Pin};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use mediaplane::proto::{
    CreateSessionRequest, CreateSessionResponse, DestroySessionRequest, DestroySessionResponse,
    GetAnswerRequest, GetAnswerResponse, GetOfferRequest, GetOfferResponse, GetSessionRequest,
    GetSessionResponse, GetStatsRequest, GetStatsResponse, ListSessionsRequest,
    ListSessionsResponse, PlayerActionRequest, PlayerActionResponse, RecorderActionRequest,
    RecorderActionResponse, RoomActionRequest, RoomActionResponse, SendDtmfRequest,
    SendDtmfResponse, SendInfoRequest, SendInfoResponse, SetAnswerRequest, SetAnswerResponse,
    SetCandidateEndRequest, SetCandidateEndResponse, SetCandidateRequest, SetCandidateResponse,
    SetTypeRequest, SetTypeResponse, UpdateMediaRequest, UpdateMediaResponse, WatchEventsRequest,
    WatchEventsResponse,
    session_service_server::{SessionService, SessionServiceServer},
};
use prost::Message;
use tokio::{net::TcpListener, sync::broadcast};
use tokio_stream::wrappers::{BroadcastStream, TcpListenerStream};
use tonic::{Request, Response, Status, transport};

use crate::{
    events,
    process::{ROLE, Server},
    requests,
};

/// Events that a bare watcher may be behind; the loops never have as many in flight.
const EVENTS: usize = 1024;

/// What the bare service answers: recorded from the real one, so that the bytes are the same.
#[derive(Clone, Debug)]
pub(crate) struct Canned {
    created: CreateSessionResponse,
    event: WatchEventsResponse,
}

impl Canned {
    /// Records what `server` answers.
    pub(crate) async fn record(server: &Server) -> Self {
        let mut client = server.client().await;
        let created = client.create_session(requests::create("")).await;
        let created = created.expect("created").into_inner();
        let event = events::record(&mut client, &created.session_id).await;
        let destroyed = client
            .destroy_session(requests::destroy(&created.session_id))
            .await;
        destroyed.expect("destroyed");
        Self { created, event }
    }

    /// The size of an event on the wire.
    pub(crate) fn event_len(&self) -> usize {
        self.event.encoded_len()
    }

    /// For [`Canned::from_bytes`] in another process.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.created.encode_length_delimited_to_vec();
        bytes.extend(self.event.encode_length_delimited_to_vec());
        bytes
    }

    fn from_bytes(bytes: Vec<u8>) -> Self {
        let mut bytes = Bytes::from(bytes);
        Self {
            created: Message::decode_length_delimited(&mut bytes).expect("a reply comes first"),
            event: Message::decode_length_delimited(&mut bytes).expect("an event follows"),
        }
    }
}

/// Serves until killed; what to answer comes on the standard input.
pub(crate) fn serve() {
    let mut input = Vec::new();
    std::io::stdin()
        .read_to_end(&mut input)
        .expect("the input can be read");
    let canned = Canned::from_bytes(input);
    let address = env::var(ROLE).expect("the role has an address");
    let address: SocketAddr = address.parse().expect("the address is one");
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
        .block_on(answer(address, canned));
}

async fn answer(address: SocketAddr, canned: Canned) {
    let listener = TcpListener::bind(address).await.expect("the port is free");
    let connections = TcpListenerStream::new(listener).inspect(|connection| {
        let connection = connection.as_ref().expect("connections are accepted");
        connection
            .set_nodelay(true)
            .expect("a connection takes the option");
    });
    let (events, _) = broadcast::channel(EVENTS);
    let service = SessionServiceServer::new(Bare { canned, events });
    transport::Server::builder()
        .max_concurrent_streams(Some(4096))
        .add_service(service)
        .serve_with_incoming(connections)
        .await
        .expect("the transport works");
}

#[derive(Debug)]
struct Bare {
    canned: Canned,
    events: broadcast::Sender<WatchEventsResponse>,
}

/// RPCs that no part measures.
macro_rules! unmeasured {
    ($($name:ident: $request:ty => $response:ty),+ $(,)?) => {
        $(fn $name<'s: 'f, 'f>(
            &'s self,
            _: Request<$request>,
        ) -> Pin<Box<dyn Future<Output = Result<Response<$response>, Status>> + Send + 'f>>
        where
            Self: 'f,
        {
            Box::pin(std::future::ready(Err(Status::unimplemented("not measured"))))
        })+
    };
}

#[tonic::async_trait]
impl SessionService for Bare {
    type WatchEventsStream =
        Pin<Box<dyn Stream<Item = Result<WatchEventsResponse, Status>> + Send>>;

    async fn create_session(
        &self,
        _: Request<CreateSessionRequest>,
    ) -> Result<Response<CreateSessionResponse>, Status> {
        Ok(Response::new(self.canned.created.clone()))
    }

    async fn set_answer(
        &self,
        _: Request<SetAnswerRequest>,
    ) -> Result<Response<SetAnswerResponse>, Status> {
        Ok(Response::new(SetAnswerResponse {}))
    }

    async fn destroy_session(
        &self,
        _: Request<DestroySessionRequest>,
    ) -> Result<Response<DestroySessionResponse>, Status> {
        Ok(Response::new(DestroySessionResponse {}))
    }

    async fn send_info(
        &self,
        request: Request<SendInfoRequest>,
    ) -> Result<Response<SendInfoResponse>, Status> {
        let event = events::named(&self.canned.event, request.into_inner().info);
        // Without watchers there is nobody to tell.
        let _ = self.events.send(event);
        Ok(Response::new(SendInfoResponse {}))
    }

    async fn watch_events(
        &self,
        _: Request<WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let events = BroadcastStream::new(self.events.subscribe());
        let events = events.map(|event| event.map_err(|lost| Status::data_loss(lost.to_string())));
        Ok(Response::new(Box::pin(events)))
    }

    unmeasured! {
        get_session: GetSessionRequest => GetSessionResponse,
        list_sessions: ListSessionsRequest => ListSessionsResponse,
        get_offer: GetOfferRequest => GetOfferResponse,
        get_answer: GetAnswerRequest => GetAnswerResponse,
        update_media: UpdateMediaRequest => UpdateMediaResponse,
        set_type: SetTypeRequest => SetTypeResponse,
        recorder_action: RecorderActionRequest => RecorderActionResponse,
        player_action: PlayerActionRequest => PlayerActionResponse,
        room_action: RoomActionRequest => RoomActionResponse,
        set_candidate: SetCandidateRequest => SetCandidateResponse,
        set_candidate_end: SetCandidateEndRequest => SetCandidateEndResponse,
        send_dtmf: SendDtmfRequest => SendDtmfResponse,
        get_stats: GetStatsRequest => GetStatsResponse,
    }
}
