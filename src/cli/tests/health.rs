//! The health check, against gRPC's own health service.

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic_health::ServingStatus;

use super::{run, words};

#[tokio::test]
async fn the_exit_code_tells_whether_sessions_are_taken() {
    let (reporter, health) = tonic_health::server::health_reporter();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let incoming = TcpListenerStream::new(listener);
    tokio::spawn(
        Server::builder()
            .add_service(health)
            .serve_with_incoming(incoming),
    );

    let all = |status| reporter.set_service_status("", status);
    all(ServingStatus::Serving).await;
    let outcome = run(&address, &words("health")).await;
    assert_eq!((outcome.code, outcome.out.as_str()), (0, "SERVING\n"));

    all(ServingStatus::NotServing).await;
    let outcome = run(&address, &words("health --output json")).await;
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.out.contains("NOT_SERVING"), "{outcome:?}");
    assert!(outcome.err.contains("takes no new sessions"), "{outcome:?}");

    let outcome = run(&address, &words("health --service nobody")).await;
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let outcome = run("127.0.0.1:1", &words("health")).await;
    assert_eq!(outcome.code, 3, "{outcome:?}");
}
