//! The program, asked over its API.

// Each test binary compiles all of this and uses a part of it.
#![allow(dead_code, reason = "each test binary uses a part of the instruments")]

use mediaplane::proto::{
    CreateSessionRequest, Echo, SdpType, SessionDescription, SessionType,
    create_session_response::Description, session_service_client::SessionServiceClient,
    session_type::Kind as Type,
};
use tonic::{Status, transport::Channel};
use tonic_types::StatusExt as _;

use crate::support::{
    media::Codec,
    network::media_address,
    peer::{Options, Peer},
    rtp::RtpPeer,
    service::Service,
};

/// A client of the API.
pub(crate) type Client = SessionServiceClient<Channel>;

/// A client of `service`.
pub(crate) async fn client(service: &Service) -> Client {
    let client = Client::connect(format!("http://{}", service.address)).await;
    client.expect("it accepts connections")
}

/// Asks for an echo of what `peer` sends, and for the answer with it.
pub(crate) fn echo(peer: &Peer) -> CreateSessionRequest {
    created(Type::Echo(Echo {}), peer)
}

/// Asks for a session of this type for `peer`, and for the answer with it.
pub(crate) fn created(kind: Type, peer: &Peer) -> CreateSessionRequest {
    CreateSessionRequest {
        r#type: Some(SessionType { kind: Some(kind) }),
        offer: Some(SessionDescription {
            sdp: peer.description().to_owned(),
            ..SessionDescription::default()
        }),
        wait_reply: true,
        ..CreateSessionRequest::default()
    }
}

/// Creates a session and gives its answer to `peer`; yields the session's id.
pub(crate) async fn create(
    client: &mut Client,
    request: CreateSessionRequest,
    peer: &Peer,
) -> String {
    let (session_id, answer) = answered(client, request).await;
    peer.accept_answer(&answer).await;
    session_id
}

/// Creates a session; yields its id and its answer.
pub(crate) async fn answered(
    client: &mut Client,
    request: CreateSessionRequest,
) -> (String, String) {
    let created = client.create_session(request).await;
    let created = created.expect("a session").into_inner();
    let Some(Description::Answer(answer)) = created.description else {
        panic!("an answer was asked for");
    };
    (created.session_id, answer.sdp)
}

/// A telephone whose audio is echoed, and the session's id.
pub(crate) async fn telephone(client: &mut Client, tag: u8) -> (String, RtpPeer) {
    let mut peer = RtpPeer::bind(media_address(), tag, &[Codec::Pcmu]).await;
    let request = CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(Type::Echo(Echo {})),
        }),
        offer: Some(SessionDescription {
            sdp: peer.offer(),
            sdp_type: SdpType::Rtp.into(),
            ..SessionDescription::default()
        }),
        wait_reply: true,
        ..CreateSessionRequest::default()
    };
    let (session_id, answer) = answered(client, request).await;
    peer.accept_answer(&answer);
    (session_id, peer)
}

/// A client that offers audio.
pub(crate) async fn audio(tag: u8) -> Peer {
    Peer::offer(Options::new(media_address(), tag).audio()).await
}

/// The documented reason of a refusal.
pub(crate) fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info();
    let info = info.unwrap_or_else(|| panic!("no reason in {status:?}"));
    info.reason.clone()
}
