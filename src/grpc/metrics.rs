//! Counts every RPC by service, method and code, and tells of it at debug level.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};

use super::{methods::Method, status};
use crate::telemetry::Metrics;

/// The header or trailer with the code of a reply (gRPC over HTTP/2, "Status").
const STATUS: &str = "grpc-status";

/// Wraps services so that their RPCs are counted.
#[derive(Clone, Debug)]
pub(super) struct Metered(pub(super) Metrics);

impl<S> Layer<S> for Metered {
    type Service = MeteredService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        MeteredService {
            inner,
            metrics: self.0.clone(),
        }
    }
}

/// A service whose RPCs are counted.
#[derive(Clone, Debug)]
pub struct MeteredService<S> {
    inner: S,
    metrics: Metrics,
}

impl<S> Service<Request<Body>> for MeteredService<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let call = Call {
            metrics: self.metrics.clone(),
            method: Method::of(request.uri().path()),
            began: Instant::now(),
            code: None,
        };
        Answering {
            inner: self.inner.call(request),
            call: Some(call),
        }
    }
}

/// One RPC; counted when dropped, so also when its caller goes away.
#[derive(Debug)]
struct Call {
    metrics: Metrics,
    method: Method,
    began: Instant,
    code: Option<Code>,
}

impl Call {
    fn read(&mut self, headers: &HeaderMap) {
        if let Some(code) = headers.get(STATUS) {
            self.code = Some(Code::from_bytes(code.as_bytes()));
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let code = status::name(self.code.unwrap_or(Code::Cancelled));
        let took = self.began.elapsed();
        let Method { service, name } = self.method;
        self.metrics.rpc(service, name, code, took);
        tracing::debug!(service, method = name, code, ?took, "RPC");
    }
}

pin_project_lite::pin_project! {
    /// An RPC whose reply has not begun.
    #[derive(Debug)]
    pub struct Answering<F> {
        #[pin]
        inner: F,
        call: Option<Call>,
    }
}

impl<F> Future for Answering<F>
where
    F: Future<Output = Result<Response<Body>, Infallible>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = match ready!(this.inner.poll(cx)) {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let Some(mut call) = this.call.take() else {
            return Poll::Ready(Ok(response));
        };
        call.read(response.headers());
        Poll::Ready(Ok(if call.code.is_some() {
            // The status came with the headers: nothing follows that matters.
            response
        } else {
            response.map(|inner| Body::new(Reply { inner, call }))
        }))
    }
}

/// The body of a reply, whose trailers tell the code.
struct Reply {
    inner: Body,
    call: Call,
}

impl http_body::Body for Reply {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.call.read(trailers);
                }
            }
            Some(Err(status)) => self.call.code = Some(status.code()),
            None => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn counted(response: Option<Response<Body>>) -> String {
        let metrics = Metrics::new();
        let mut service = Metered(metrics.clone()).layer(tower::service_fn(move |_| {
            let response = response.as_ref().map(|_| ());
            async move {
                match response {
                    Some(()) => Ok::<_, Infallible>(Status::not_found("no").into_http()),
                    None => std::future::pending().await,
                }
            }
        }));
        let request = Request::post("/mediaplane.v1.SessionService/GetSession")
            .body(Body::empty())
            .expect("a request");
        let call = service.call(request);
        let _ = tokio::time::timeout(std::time::Duration::ZERO, call).await;
        metrics.encode()
    }

    #[tokio::test(start_paused = true)]
    async fn the_code_of_a_refusal_is_counted() {
        let page = counted(Some(Response::default())).await;
        let line = r#"{service="SessionService",method="GetSession",code="NOT_FOUND"} 1"#;
        assert!(page.contains(line), "{page}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_goes_away_is_counted() {
        let page = counted(None).await;
        let line = r#"{service="SessionService",method="GetSession",code="CANCELLED"} 1"#;
        assert!(page.contains(line), "{page}");
    }
}
