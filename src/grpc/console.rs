//! The API for the console: gRPC-Web, on the operators' port.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::{BoxFuture, FutureExt};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Status, body::Body};
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, Service};

use super::{
    methods::Method,
    metrics::{Metered, MeteredService},
    router::Router,
};
use crate::{
    error::{Error, Reason},
    telemetry::Metrics,
};

/// Calls at a time, streams included: half of what the operators' port takes, so that probes always get through.
const MAX_CALLS: usize = 128;

/// The services as pages of the service's own origin call them.
pub type Console = GrpcWebService<MeteredService<Gate<Router>>>;

/// Wraps the services for the console.
pub(super) fn console(router: Router, metrics: Metrics, read_only: bool) -> Console {
    let gate = Gate {
        inner: router,
        read_only,
        slots: Arc::new(Semaphore::new(MAX_CALLS)),
    };
    GrpcWebLayer::new().layer(Metered(metrics).layer(gate))
}

/// Lets a bounded number of calls through, and where it is read-only none that would change anything.
#[derive(Clone, Debug)]
pub struct Gate<S> {
    inner: S,
    read_only: bool,
    slots: Arc<Semaphore>,
}

impl<S> Gate<S> {
    fn admit(&self, path: &str) -> Result<OwnedSemaphorePermit, Error> {
        let method = Method::of(path);
        if self.read_only && !method.reads() {
            let words = format!(
                "{} changes something and this console is read-only: call the API's own port, or set \
                 http.console_read_only = false",
                method.name
            );
            return Err(Error::new(Reason::ReadOnly, words));
        }
        self.slots.clone().try_acquire_owned().map_err(|_| {
            let words = format!(
                "consoles have {MAX_CALLS} calls open, as many as they may: close pages that nobody looks at"
            );
            Error::new(Reason::LimitReached, words)
        })
    }
}

impl<S> Service<Request<Body>> for Gate<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let slot = match self.admit(request.uri().path()) {
            Ok(slot) => slot,
            Err(error) => {
                let refusal = Status::from(error).into_http();
                return std::future::ready(Ok(refusal)).boxed();
            }
        };
        let call = self.inner.call(request);
        async move {
            let response = call.await?;
            // Room for another call is made when the reply has been sent, or its reader is gone.
            let held = move |frame| {
                let _held = &slot;
                frame
            };
            Ok(response.map(|body| Body::new(body.map_frame(held))))
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tower::ServiceExt;

    use super::*;

    fn gate(read_only: bool) -> Gate<()> {
        Gate {
            inner: (),
            read_only,
            slots: Arc::new(Semaphore::new(9)),
        }
    }

    #[test]
    fn a_read_only_console_reads() {
        let (open, read_only) = (gate(false), gate(true));
        let list = "/mediaplane.v1.SessionService/ListSessions";
        let drain = "/mediaplane.v1.BackendService/DrainBackend";
        assert!(open.admit(list).is_ok() && open.admit(drain).is_ok());
        assert!(read_only.admit(list).is_ok());
        let refused = read_only.admit(drain).expect_err("it changes a backend");
        assert_eq!(refused.reason(), Reason::ReadOnly);
        assert!(read_only.admit("/elsewhere").is_err());
    }

    #[tokio::test]
    async fn a_call_holds_its_place_until_its_reply_is_read() {
        let text = || Body::new(http_body_util::Full::new(Bytes::from_static(b"text")));
        let answer = move |_| std::future::ready(Ok::<_, Infallible>(Response::new(text())));
        let gate = Gate {
            inner: tower::service_fn(answer),
            read_only: false,
            slots: Arc::new(Semaphore::new(1)),
        };
        let request = || Request::post("/").body(Body::empty()).expect("a request");
        let call = async || gate.clone().oneshot(request()).await.expect("infallible");
        let first = call().await;
        assert!(!first.headers().contains_key("grpc-status"));
        let second = call().await;
        assert_eq!(second.headers()["grpc-status"], "8", "RESOURCE_EXHAUSTED");
        drop(first);
        assert!(!call().await.headers().contains_key("grpc-status"));
    }
}
