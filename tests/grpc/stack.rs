//! What stands around the services: reflection, health, gRPC-Web, CORS, compression, bounds, figures.

use std::net::SocketAddr;

use mediaplane::{
    app::Drivers,
    config::{Config, Grpc},
    proto,
};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_stream::once;
use tonic::{Code, codec::CompressionEncoding};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::{v1, v1alpha};

use crate::service::{Service, caller, config};

const SERVICES: [&str; 3] = [
    "mediaplane.v1.BackendService",
    "mediaplane.v1.RoomService",
    "mediaplane.v1.SessionService",
];

#[tokio::test]
async fn reflection_tells_of_every_service() {
    use v1::{
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let service = Service::start().await;
    let mut client =
        v1::server_reflection_client::ServerReflectionClient::new(service.channel.clone());
    let ask = |request| v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(request),
    };
    let list = ask(MessageRequest::ListServices(String::new()));
    let mut replies = client
        .server_reflection_info(once(list))
        .await
        .expect("served")
        .into_inner();
    let reply = replies.message().await.expect("no error").expect("a reply");
    let Some(MessageResponse::ListServicesResponse(list)) = reply.message_response else {
        panic!("{reply:?}")
    };
    for name in SERVICES {
        assert!(
            list.service.iter().any(|service| service.name == name),
            "{list:?}"
        );
    }
    let symbol = ask(MessageRequest::FileContainingSymbol(SERVICES[2].to_owned()));
    let mut replies = client
        .server_reflection_info(once(symbol))
        .await
        .expect("served")
        .into_inner();
    let reply = replies.message().await.expect("no error").expect("a reply");
    assert!(matches!(
        reply.message_response,
        Some(MessageResponse::FileDescriptorResponse(_))
    ));
    service.stop().await;
}

#[tokio::test]
async fn older_clients_find_the_older_reflection() {
    use v1alpha::server_reflection_request::MessageRequest;
    let service = Service::start().await;
    let mut client =
        v1alpha::server_reflection_client::ServerReflectionClient::new(service.channel.clone());
    let list = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut replies = client
        .server_reflection_info(once(list))
        .await
        .expect("served")
        .into_inner();
    let reply = replies.message().await.expect("no error").expect("a reply");
    let text = format!("{reply:?}");
    assert!(SERVICES.iter().all(|name| text.contains(name)), "{text}");
    service.stop().await;
}

#[tokio::test]
async fn every_service_is_healthy() {
    let service = Service::start().await;
    let mut health = HealthClient::new(service.channel.clone());
    for name in ["", SERVICES[0], SERVICES[1], SERVICES[2]] {
        let request = HealthCheckRequest {
            service: name.to_owned(),
        };
        let reply = health.check(request).await.expect("known").into_inner();
        assert_eq!(reply.status(), ServingStatus::Serving, "{name}");
    }
    let unknown = HealthCheckRequest {
        service: "unknown".to_owned(),
    };
    assert_eq!(
        health.check(unknown).await.unwrap_err().code(),
        Code::NotFound
    );
    service.stop().await;
}

#[tokio::test]
async fn replies_are_compressed_for_those_who_ask() {
    let service = Service::start().await;
    let gzip = CompressionEncoding::Gzip;
    let mut sessions = service
        .sessions()
        .send_compressed(gzip)
        .accept_compressed(gzip);
    let reply = sessions.create_session(caller()).await.expect("created");
    assert_eq!(
        reply.metadata().get("grpc-encoding").expect("compressed"),
        "gzip"
    );
    let plain = service
        .sessions()
        .list_sessions(proto::ListSessionsRequest::default())
        .await;
    let plain = plain.expect("listed");
    assert!(plain.metadata().get("grpc-encoding").is_none());
    assert_eq!(plain.into_inner().sessions.len(), 1);
    service.stop().await;
}

#[tokio::test]
async fn messages_are_bounded() {
    let small = Config {
        grpc: Grpc {
            max_message_bytes: 1024,
            ..config().grpc
        },
        ..config()
    };
    let service = Service::of(small, Drivers::default()).await;
    let mut request = caller();
    request.user_id = "x".repeat(1024);
    let refused = service
        .sessions()
        .create_session(request)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange);
    assert_eq!(service.app.live_sessions(), 0);
    service.stop().await;
}

#[tokio::test]
async fn rpcs_are_counted_by_code() {
    let service = Service::start().await;
    service.create(caller()).await;
    let unknown = proto::GetSessionRequest {
        session_id: "unknown".to_owned(),
    };
    service.sessions().get_session(unknown).await.unwrap_err();
    let page = exchange(
        service.app.http_addr,
        "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        &[],
    )
    .await;
    for line in [
        r#"mediaplane_rpc_requests_total{service="SessionService",method="CreateSession",code="OK"} 1"#,
        r#"mediaplane_rpc_requests_total{service="SessionService",method="GetSession",code="NOT_FOUND"} 1"#,
        r#"mediaplane_sessions_created_total{type="p2p",backend="none"} 1"#,
    ] {
        assert!(page.contains(line), "{line} is not in:\n{page}");
    }
    service.stop().await;
}

const ORIGIN: &str = "https://app.example.org";

async fn for_browsers() -> Service {
    let browsers = Config {
        grpc: Grpc {
            cors_allowed_origins: vec![ORIGIN.to_owned()],
            ..config().grpc
        },
        ..config()
    };
    Service::of(browsers, Drivers::default()).await
}

#[tokio::test]
async fn a_browser_speaks_grpc_web() {
    let service = for_browsers().await;
    let message = caller().encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).expect("small").to_be_bytes());
    body.extend(message);
    let head = format!(
        "POST /mediaplane.v1.SessionService/CreateSession HTTP/1.1\r\nhost: x\r\norigin: {ORIGIN}\r\n\
         content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    let reply = exchange(service.app.grpc_addr, &head, &body).await;
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
    assert!(reply.contains("grpc-status:0"), "{reply}");
    assert!(
        reply.contains(&format!("access-control-allow-origin: {ORIGIN}")),
        "{reply}"
    );
    assert_eq!(service.app.live_sessions(), 1);
    let page = exchange(
        service.app.http_addr,
        "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        &[],
    )
    .await;
    assert!(
        page.contains(r#"method="CreateSession",code="OK"} 1"#),
        "{page}"
    );
    service.stop().await;
}

#[tokio::test]
async fn only_configured_origins_may_call() {
    let service = for_browsers().await;
    let preflight = async |origin: &str| {
        let head = format!(
            "OPTIONS /mediaplane.v1.SessionService/CreateSession HTTP/1.1\r\nhost: x\r\n\
             origin: {origin}\r\naccess-control-request-method: POST\r\n\
             access-control-request-headers: content-type,x-grpc-web\r\nconnection: close\r\n\r\n"
        );
        exchange(service.app.grpc_addr, &head, &[]).await
    };
    let allowed = preflight(ORIGIN).await;
    assert!(
        allowed.contains(&format!("access-control-allow-origin: {ORIGIN}")),
        "{allowed}"
    );
    assert!(
        allowed.contains("access-control-allow-headers: content-type,x-grpc-web"),
        "{allowed}"
    );
    let stranger = preflight("https://evil.example").await;
    assert!(
        !stranger.contains("access-control-allow-origin"),
        "{stranger}"
    );
    service.stop().await;
}

/// One HTTP/1.1 exchange, as raw as it gets.
async fn exchange(address: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(body).await.expect("sent");
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.expect("answered");
    String::from_utf8_lossy(&reply).into_owned()
}
