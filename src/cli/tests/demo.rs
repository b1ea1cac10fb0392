//! The demo where things go wrong.

use std::time::Duration;

use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{
    super::{
        client::{Client, Connection, Format},
        console::Console,
        demo,
    },
    Buffer,
    service::Service,
};

async fn shown(service: &Service, output: Format) -> (bool, String) {
    let client = Client::new(&Connection {
        address: service.address.clone(),
        output,
        timeout: Duration::from_secs(5),
    });
    let (out, err) = (Buffer::default(), Buffer::default());
    let mut console = Console::new(output, Box::new(out.clone()), Box::new(err.clone()));
    let worked = demo::show_with(&client.expect("an address"), &mut console).await;
    assert_eq!(err.text(), "");
    (worked, out.text())
}

#[tokio::test]
async fn a_backend_that_refuses_is_told_in_its_words() {
    let details = ErrorDetails::with_error_info("NO_MEDIASERVER", "mediaplane", []);
    let words = "no media server can do this now";
    let refusal = Status::with_error_details(Code::Unavailable, words, details);
    let service = Service::start([("CreateSession", Err(refusal))]).await;
    let (worked, text) = shown(&service, Format::Table).await;
    assert!(!worked);
    assert!(
        text.contains("FAILED: no media server can do this now (NO_MEDIASERVER)"),
        "{text}"
    );
    assert!(text.contains("there is no recording to play"), "{text}");
    let verdict = "what did not work: echo; bridge; publish, listen; record; play";
    assert!(text.contains(verdict), "{text}");

    let (worked, text) = shown(&service, Format::Json).await;
    assert!(!worked);
    let summary: Value = serde_json::from_str(&text).expect("JSON and nothing else");
    assert_eq!(summary["worked"], false);
    assert_eq!(summary["parts"][0]["part"], "echo");
}

#[tokio::test]
async fn an_answer_that_is_none_is_told() {
    let reply = json!({"sessionId": "s1", "answer": {"sdp": "v=0"}});
    let service = Service::start([("CreateSession", Ok(vec![reply]))]).await;
    let (worked, text) = shown(&service, Format::Table).await;
    assert!(!worked);
    assert!(text.contains("Alice cannot read the answer"), "{text}");
}
