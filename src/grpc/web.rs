//! Lets browsers in: CORS and gRPC-Web, for their requests only. What other clients send passes by untouched.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::{BoxFuture, Either, FutureExt};
use http::{
    HeaderName, HeaderValue, Method, Request, Response, Version,
    header::{CONTENT_TYPE, ORIGIN},
};
use tonic::body::Body;
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config;

/// How long a browser may remember what it may call.
const PREFLIGHT_AGE: Duration = Duration::from_secs(24 * 3600);
/// What a gRPC-Web client reads of a reply.
const EXPOSED: [&str; 4] = [
    "grpc-status",
    "grpc-message",
    "grpc-status-details-bin",
    "grpc-encoding",
];
/// How the content types of gRPC-Web begin.
const GRPC_WEB: &[u8] = b"application/grpc-web";

/// Wraps services so that browsers can call them.
#[derive(Clone, Debug)]
pub(super) struct Web(Arc<CorsLayer>);

impl Web {
    /// For pages of the configured origins.
    pub(super) fn new(config: &config::Grpc) -> Self {
        Self(Arc::new(cors(config)))
    }
}

impl<S> Layer<S> for Web {
    type Service = WebService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WebService {
            inner,
            cors: self.0.clone(),
        }
    }
}

/// A service that browsers can call.
#[derive(Clone, Debug)]
pub(super) struct WebService<S> {
    inner: S,
    cors: Arc<CorsLayer>,
}

type Answer = Result<Response<Body>, Infallible>;

impl<S> Service<Request<Body>> for WebService<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, BoxFuture<'static, Answer>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if is_plain(&request) {
            return Either::Left(self.inner.call(request));
        }
        let grpc = GrpcWebLayer::new().layer(self.inner.clone());
        Either::Right(self.cors.layer(grpc).oneshot(request).boxed())
    }
}

/// Whether a request is neither a page's nor gRPC-Web: then this layer has nothing to do.
fn is_plain<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let is_web = |kind: &HeaderValue| kind.as_bytes().starts_with(GRPC_WEB);
    request.version() == Version::HTTP_2
        && !headers.contains_key(ORIGIN)
        && !headers.get(CONTENT_TYPE).is_some_and(is_web)
}

fn cors(config: &config::Grpc) -> CorsLayer {
    let origins = &config.cors_allowed_origins;
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(
            origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        )
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(PREFLIGHT_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_neither_a_pages_nor_grpc_web_passes_by() {
        let request = |version, kind: &str, origin: Option<&str>| {
            let mut builder = Request::post("/")
                .version(version)
                .header(CONTENT_TYPE, kind);
            if let Some(origin) = origin {
                builder = builder.header(ORIGIN, origin);
            }
            builder.body(()).expect("a request")
        };
        let page = Some("https://app.example.org");
        for (version, kind, origin, plain) in [
            (Version::HTTP_2, "application/grpc", None, true),
            (Version::HTTP_2, "application/grpc+proto", None, true),
            (Version::HTTP_2, "application/grpc", page, false),
            (Version::HTTP_2, "application/grpc-web+proto", None, false),
            (Version::HTTP_11, "application/grpc-web-text", None, false),
            (Version::HTTP_11, "application/grpc", None, false),
        ] {
            let request = request(version, kind, origin);
            assert_eq!(is_plain(&request), plain, "{request:?}");
        }
    }
}
