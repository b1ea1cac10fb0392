//! What each path answers.

use axum::extract::State as Extract;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::sync::watch;

use super::console::{self, Console};
use super::readiness::{Blocker, Readiness};
use crate::telemetry::Metrics;

const NO_CONSOLE: &str = concat!(
    "mediaplane ",
    env!("CARGO_PKG_VERSION"),
    "\n\n\
     There is no console here: http.console is false, or \"auto\" where http.listen is no loopback address.\n\
     With http.console = true there is one. What there is:\n\n\
     /livez    200 while the process runs\n\
     /readyz   200 while it takes work, else 503 and why\n\
     /metrics  figures for Prometheus\n"
);

/// What the answers are made of.
#[derive(Clone, Debug)]
pub struct State {
    /// The figures of `/metrics`.
    pub metrics: Metrics,
    /// The truth behind `/readyz`. When its sender is gone, the last value stands.
    pub readiness: watch::Receiver<Readiness>,
    /// The console, where there is one.
    pub console: Option<Console>,
}

/// The paths of the operators' port.
///
/// - `/livez` is 200 `ok` and looks at nothing: it fails only with the process.
/// - `/readyz` is 200 or 503 with `{"ready":bool,"not_ready":[{"component","reason"}]}`.
/// - `/metrics` is OpenMetrics text.
/// - `/` is the console. Without one, all that is not above is 404, with words that name the paths and the key.
pub fn router(state: State) -> Router {
    let console = match &state.console {
        Some(console) => console::router(console),
        None => Router::new().fallback((StatusCode::NOT_FOUND, NO_CONSOLE)),
    };
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(state)
        .merge(console)
}

#[derive(Serialize)]
struct Ready<'a> {
    ready: bool,
    not_ready: &'a [Blocker],
}

async fn readyz(Extract(state): Extract<State>) -> impl IntoResponse {
    let readiness = state.readiness.borrow();
    let ready = readiness.is_ready();
    let code = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        code,
        Json(Ready {
            ready,
            not_ready: &readiness.not_ready,
        }),
    )
        .into_response()
}

async fn metrics(Extract(state): Extract<State>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)],
        state.metrics.encode(),
    )
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, Response};
    use tower::ServiceExt;

    use super::*;

    struct Service {
        state: State,
        readiness: watch::Sender<Readiness>,
    }

    impl Service {
        fn new() -> Self {
            let (sender, readiness) = watch::channel(Readiness::blocked("grpc", "starting"));
            let state = State {
                metrics: Metrics::new(),
                readiness,
                console: None,
            };
            Self {
                state,
                readiness: sender,
            }
        }

        async fn get(&self, path: &str) -> (StatusCode, String) {
            let response = self.respond(path).await;
            let code = response.status();
            let body = to_bytes(response.into_body(), 1 << 20)
                .await
                .expect("a body");
            (code, String::from_utf8(body.to_vec()).expect("UTF-8"))
        }

        async fn respond(&self, path: &str) -> Response<Body> {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            router(self.state.clone())
                .oneshot(request)
                .await
                .expect("infallible")
        }
    }

    #[tokio::test]
    async fn livez_does_not_depend_on_readiness() {
        let service = Service::new();
        assert_eq!(
            service.get("/livez").await,
            (StatusCode::OK, "ok\n".to_owned())
        );
    }

    #[tokio::test]
    async fn readyz_follows_the_truth_and_names_what_is_missing() {
        let service = Service::new();
        let (code, body) = service.get("/readyz").await;
        assert_eq!(code, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            body,
            r#"{"ready":false,"not_ready":[{"component":"grpc","reason":"starting"}]}"#
        );

        service.readiness.send_replace(Readiness::ready());
        let (code, body) = service.get("/readyz").await;
        assert_eq!(code, StatusCode::OK);
        assert_eq!(body, r#"{"ready":true,"not_ready":[]}"#);
    }

    #[tokio::test]
    async fn readyz_keeps_the_last_word_of_a_sender_that_is_gone() {
        let Service { state, readiness } = Service::new();
        let service = Service {
            state,
            readiness: watch::channel(Readiness::ready()).0,
        };
        drop(readiness);
        assert_eq!(
            service.get("/readyz").await.0,
            StatusCode::SERVICE_UNAVAILABLE
        );
    }

    #[tokio::test]
    async fn metrics_are_openmetrics_text() {
        let service = Service::new();
        service.state.metrics.watcher_opened();
        let response = service.respond("/metrics").await;
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            Metrics::CONTENT_TYPE
        );
        let (code, body) = service.get("/metrics").await;
        assert_eq!(code, StatusCode::OK);
        assert!(body.contains("mediaplane_watchers 1"), "{body}");
        assert!(body.ends_with("# EOF\n"), "{body}");
    }

    #[tokio::test]
    async fn where_no_console_is_words_name_its_key_and_every_path() {
        let service = Service::new();
        for path in [
            "/",
            "/console.json",
            "/assets/index.js",
            "/mediaplane.v1.SessionService/ListSessions",
        ] {
            let (code, body) = service.get(path).await;
            assert_eq!(code, StatusCode::NOT_FOUND, "{path}");
            assert!(body.contains("http.console = true"), "{path}: {body}");
        }
        let (_, body) = service.get("/").await;
        for path in ["/livez", "/readyz", "/metrics"] {
            assert!(body.contains(path), "{body}");
            assert_ne!(service.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
