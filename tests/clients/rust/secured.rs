//! The Rust client by TLS and with a token.

use std::time::Duration;

use mediaplane_client::{
    Client, Error,
    proto::{
        ErrorReason, ListBackendsRequest, ListBackendsResponse, WatchEventsRequest,
        watch_events_request::{All, Scope, SessionIds},
    },
    tonic::{
        Code,
        transport::{Certificate, ClientTlsConfig},
    },
};
use tokio::time::timeout;

use crate::Stage;

/// Far beyond what a call takes, and short of how long a watch tries.
const PATIENCE: Duration = Duration::from_secs(20);

fn client(stage: &Stage, token: Option<&str>) -> Client {
    let authority = std::fs::read(stage.front.authority()).expect("it is there");
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
    let mut builder = Client::builder(format!("https://{}", stage.front.target())).tls(tls);
    if let Some(token) = token {
        builder = builder.token(token);
    }
    builder.build().expect("it can be reached like that")
}

async fn backends(client: &Client) -> Result<ListBackendsResponse, Error> {
    let request = ListBackendsRequest::default();
    let sent = timeout(PATIENCE, async {
        client.backends().list_backends(request).await
    });
    Ok(sent.await.expect("in time")?.into_inner())
}

async fn watched(client: &Client, scope: Scope) -> Error {
    let mut watch = client.watch(WatchEventsRequest {
        scope: Some(scope),
        ..WatchEventsRequest::default()
    });
    let ended = timeout(PATIENCE, watch.next()).await.expect("in time");
    ended.expect_err("nothing to tell")
}

#[tokio::test]
async fn rust_by_tls_and_with_a_token() {
    let stage = Stage::set().await;
    let known = client(&stage, Some(stage.front.token()));
    let reply = backends(&known).await.expect("it is let through");
    assert!(!reply.backends.is_empty());
    let ids = vec!["nobody".to_owned()];
    let error = watched(&known, Scope::SessionIds(SessionIds { ids })).await;
    assert!(error.is(ErrorReason::SessionNotFound), "{error:?}");

    for (token, words) in [(None, ""), (Some("wrong"), "get a new one")] {
        let unknown = client(&stage, token);
        let called = backends(&unknown).await.expect_err("it is refused");
        for error in [called, watched(&unknown, Scope::All(All {})).await] {
            let told = (error.code(), error.reason(), error.is_transient());
            assert_eq!(told, (Code::Unauthenticated, None, false), "{error:?}");
            assert!(error.message().contains(words), "{error:?}");
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn a_service_of_an_unknown_authority_is_refused() {
    let stage = Stage::set().await;
    let url = format!("https://{}", stage.front.target());
    let builder = Client::builder(url).token(stage.front.token());
    let error = backends(&builder.build().expect("a URL")).await;
    let error = error.expect_err("nobody has signed that");
    let told = (error.code(), error.reason());
    assert_eq!(told, (Code::Unavailable, None), "{error:?}");
    assert!(format!("{error:?}").contains("certificate"), "{error:?}");
    stage.end().await;
}
