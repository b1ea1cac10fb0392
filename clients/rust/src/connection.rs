//! What goes out with each call, and the second try of those that only read.

use std::{
    error::Error as _,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::AUTHORIZATION};
use http_body_util::{BodyExt as _, Full};
use tonic::{Code, Status, TimeoutExpired, body::Body, transport::Channel};
use tower_service::Service;

use crate::trials::Backoff;

/// How often a call that only reads is tried.
const TRIES: u32 = 4;
const BACKOFF: Backoff = Backoff {
    shortest: Duration::from_millis(100),
    longest: Duration::from_secs(1),
};

/// What yields the token to send with a call.
#[derive(Clone)]
pub(crate) struct TokenSource(Arc<dyn Fn() -> String + Send + Sync>);

impl TokenSource {
    pub(crate) fn new(source: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    fn header(&self) -> Result<HeaderValue, Status> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", (self.0)()))
            .map_err(|_| Status::unauthenticated("the token has characters that none may have"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// The connection to the service, as the generated clients use it.
#[derive(Clone)]
pub struct Connection {
    channel: Channel,
    token: Option<TokenSource>,
}

impl Connection {
    pub(crate) const fn new(channel: Channel, token: Option<TokenSource>) -> Self {
        Self { channel, token }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Service<Request<Body>> for Connection {
    type Response = Response<Body>;
    type Error = Status;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Status>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Status>> {
        self.channel.poll_ready(cx).map_err(failed)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The channel that is ready is the one to use, and the clone that stays has to become so.
        let next = self.channel.clone();
        let channel = std::mem::replace(&mut self.channel, next);
        match self.token.as_ref().map(TokenSource::header) {
            Some(Ok(token)) => {
                request.headers_mut().insert(AUTHORIZATION, token);
            }
            Some(Err(status)) => return Box::pin(async { Err(status) }),
            None => {}
        }
        if only_reads(request.uri().path()) {
            Box::pin(read(channel, request))
        } else {
            let mut channel = channel;
            let sent = channel.call(request);
            Box::pin(async { spoken(sent.await.map_err(failed)?) })
        }
    }
}

/// Whether a call changes nothing, however often it is done.
fn only_reads(path: &str) -> bool {
    let method = path.rsplit('/').next().unwrap_or_default();
    method.starts_with("Get") || method.starts_with("List")
}

/// Tries again when the connection breaks before there is a reply.
async fn read(mut channel: Channel, request: Request<Body>) -> Result<Response<Body>, Status> {
    let (parts, body) = request.into_parts();
    let body: Bytes = body.collect().await?.to_bytes();
    for failures in 0.. {
        let again = Request::from_parts(parts.clone(), Body::new(Full::new(body.clone())));
        std::future::poll_fn(|cx| channel.poll_ready(cx))
            .await
            .map_err(failed)?;
        match channel.call(again).await {
            Err(error) if failures + 1 < TRIES && !is_timeout(&error) => {
                tokio::time::sleep(BACKOFF.wait(failures)).await;
            }
            other => return spoken(other.map_err(failed)?),
        }
    }
    unreachable!("the last try returns")
}

/// Whether the caller's own deadline is over.
fn is_timeout(error: &tonic::transport::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<TimeoutExpired>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// The reply, if it is one of gRPC. A proxy that answers as web servers do says why by the HTTP status, and tonic would take its
/// page for a broken message. The codes are those of gRPC's document `http-grpc-status-mapping`.
fn spoken(reply: Response<Body>) -> Result<Response<Body>, Status> {
    let status = reply.status();
    if status == StatusCode::OK || reply.headers().contains_key(Status::GRPC_STATUS) {
        return Ok(reply);
    }
    let code = match status {
        StatusCode::BAD_REQUEST => Code::Internal,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::PermissionDenied,
        StatusCode::NOT_FOUND => Code::Unimplemented,
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Code::Unavailable,
        _ => Code::Unknown,
    };
    let words = format!("HTTP status {status}, from something before the service");
    Err(Status::new(code, words))
}

fn failed(error: tonic::transport::Error) -> Status {
    Status::from_error(error.into())
}
