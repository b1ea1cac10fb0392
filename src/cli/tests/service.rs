//! A service that writes down what it is asked and answers as the test says.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    response::Response,
};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use parking_lot::Mutex;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Status, service::Routes, transport::Server};

use crate::proto::FILE_DESCRIPTOR_SET;

/// A running service.
pub(super) struct Service {
    pub(super) address: String,
    script: Arc<Script>,
}

struct Script {
    pool: DescriptorPool,
    replies: HashMap<&'static str, Result<Vec<Value>, Status>>,
    requests: Mutex<Vec<(String, Value)>>,
}

impl Service {
    /// Answers each method named in `replies` with these messages, and every other with an empty one.
    pub(super) async fn start(
        replies: impl IntoIterator<Item = (&'static str, Result<Vec<Value>, Status>)>,
    ) -> Self {
        let script = Arc::new(Script {
            pool: DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("descriptors"),
            replies: replies.into_iter().collect(),
            requests: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let incoming = TcpListenerStream::new(listener);
        tokio::spawn(
            Server::builder()
                .add_routes(Routes::from(router))
                .serve_with_incoming(incoming),
        );
        Self { address, script }
    }

    /// The methods that were called, each with its request.
    pub(super) fn requests(&self) -> Vec<(String, Value)> {
        self.script.requests.lock().clone()
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let method = script.method(head.uri.path());
    let body = to_bytes(body, usize::MAX).await.expect("a whole request");
    let request = DynamicMessage::decode(method.input(), &body[5..]).expect("a valid request");
    let json = serde_json::to_value(&request).expect("JSON");
    script
        .requests
        .lock()
        .push((method.name().to_owned(), json));
    match script.replies.get(method.name()) {
        None => frames(&[DynamicMessage::new(method.output())]),
        Some(Ok(replies)) => {
            let message = |reply: &Value| DynamicMessage::deserialize(method.output(), reply);
            let messages: Result<Vec<_>, _> = replies.iter().map(message).collect();
            frames(&messages.expect("replies of the right type"))
        }
        Some(Err(status)) => status.clone().into_http(),
    }
}

impl Script {
    fn method(&self, path: &str) -> MethodDescriptor {
        let (service, name) = path[1..].split_once('/').expect("/service/method");
        let service = self.pool.get_service_by_name(service).expect("a service");
        let method = service.methods().find(|method| method.name() == name);
        method.expect("a method")
    }
}

fn frames(messages: &[DynamicMessage]) -> Response {
    let mut bytes = BytesMut::new();
    for message in messages {
        bytes.put_u8(0);
        bytes.put_u32(u32::try_from(message.encoded_len()).expect("small"));
        message.encode(&mut bytes).expect("room");
    }
    let trailers = HeaderMap::from_iter([(
        http::HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    )]);
    let body = Full::new(Bytes::from(bytes)).with_trailers(async { Some(Ok(trailers)) });
    Response::builder()
        .header("content-type", "application/grpc")
        .body(Body::new(body))
        .expect("a valid response")
}
