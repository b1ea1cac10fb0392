//! What goes wrong when a test orders it, and only then.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;

use super::client::Client;
use crate::kurento_simulator::{Fault, Options, Simulator};

const BRIEFLY: Duration = Duration::from_millis(200);

fn refusal() -> Fault {
    Fault::Refuse {
        code: 40009,
        message: "Too many",
        kind: "NOT_ENOUGH_RESOURCES",
    }
}

async fn start() -> (Simulator, Client) {
    let simulator = Simulator::start(Options::default()).await;
    let client = Client::connect(&simulator).await;
    (simulator, client)
}

#[tokio::test]
async fn a_request_is_refused() {
    let (simulator, mut client) = start().await;
    simulator.order_next(1, "create.MediaPipeline", refusal());
    let make = json!({"type": "MediaPipeline"});
    let refused = client
        .ask("create", make.clone())
        .await
        .expect("it answers");
    let error =
        json!({"code": 40009, "data": {"type": "NOT_ENOUGH_RESOURCES"}, "message": "Too many"});
    assert_eq!(refused["error"], error);
    assert!(simulator.held().is_empty());
    client.value("create", make).await;
    assert_eq!(
        simulator.held().pipelines.len(),
        1,
        "the order was for one request"
    );
}

#[tokio::test]
async fn a_transaction_stops_where_it_is_refused_and_keeps_what_was_done() {
    let (simulator, mut client) = start().await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    simulator.order("create.WebRtcEndpoint", refusal());
    let make = |id: u32, kind: &str| json!({"id": id, "jsonrpc": "2.0", "method": "create", "params": {"type": kind, "constructorParams": {"mediaPipeline": pipeline}}});
    let operations = [
        make(0, "PassThrough"),
        make(1, "WebRtcEndpoint"),
        make(2, "PassThrough"),
    ];
    let replies = client
        .value("transaction", json!({"operations": operations}))
        .await;
    let replies = replies.as_array().expect("there is a list of replies");
    assert_eq!(replies.len(), 2);
    assert_eq!(replies[1]["error"]["code"], 40009);
    assert_eq!(simulator.held().objects().count(), 1);
}

#[tokio::test]
async fn a_silent_call_blocks_its_socket_until_the_simulator_obeys() {
    let (simulator, mut client) = start().await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    client
        .listen("manager_ServerManager", &["ObjectCreated"])
        .await;
    simulator.order("create", Fault::Silent);
    let made = client.ask(
        "create",
        json!({"type": "PassThrough", "constructorParams": {"mediaPipeline": pipeline}}),
    );
    assert!(timeout(BRIEFLY, made).await.is_err());
    assert_eq!(
        simulator.held().objects().count(),
        1,
        "it was done all the same"
    );
    assert!(
        timeout(BRIEFLY, client.ask("ping", json!({})))
            .await
            .is_err()
    );

    let mut other = Client::connect(&simulator).await;
    assert_eq!(other.value("ping", json!({})).await, "pong");

    simulator.obey();
    let reply = client.next().await.expect("the call ends");
    assert!(reply["result"]["value"].is_string(), "{reply}");
    client.event("ObjectCreated").await;
    let pong = client.next().await.expect("what waited is answered");
    assert_eq!(pong["result"]["value"], "pong");
}

#[tokio::test]
async fn a_slow_call_holds_back_what_is_behind_it() {
    let (simulator, mut client) = start().await;
    simulator.order_next(1, "ping", Fault::Delay(BRIEFLY));
    let begun = Instant::now();
    client
        .send(r#"{"id":1,"jsonrpc":"2.0","method":"ping"}"#)
        .await
        .expect("it reads");
    client
        .send(r#"{"id":2,"jsonrpc":"2.0","method":"ping"}"#)
        .await
        .expect("it reads");
    assert_eq!(client.next().await.expect("it answers")["id"], 1);
    assert!(begun.elapsed() >= BRIEFLY);
    assert_eq!(client.next().await.expect("it answers")["id"], 2);
}

#[tokio::test]
async fn a_call_whose_reply_was_lost_can_be_repeated() {
    let (simulator, mut client) = start().await;
    client.ask("connect", json!({})).await.expect("it answers");
    let session =
        client.ask("connect", json!({})).await.expect("it answers")["result"]["sessionId"].clone();
    simulator.order_next(1, "create", Fault::Drop);
    let create = json!({"id": 7, "jsonrpc": "2.0", "method": "create", "params": {"type": "MediaPipeline", "sessionId": session}});
    client.send(&create.to_string()).await.expect("it reads");
    assert!(client.next().await.is_none(), "the socket is reset");

    let mut client = Client::connect(&simulator).await;
    client.send(&create.to_string()).await.expect("it reads");
    let made = client.next().await.expect("it answers")["result"]["value"].clone();
    let held = simulator.held();
    let pipelines: Vec<&String> = held.pipelines.keys().collect();
    assert_eq!(pipelines, [made.as_str().expect("an id is a text")]);
}

#[tokio::test]
async fn something_else_comes_instead_of_a_reply() {
    let (simulator, mut client) = start().await;
    simulator.order_next(1, "ping", Fault::Garbage("{nonsense"));
    client
        .send(r#"{"id":1,"jsonrpc":"2.0","method":"ping"}"#)
        .await
        .expect("it reads");
    assert_eq!(client.next().await, Some(json!("{nonsense")));
    assert_eq!(client.value("ping", json!({})).await, "pong");
}

#[tokio::test]
async fn what_is_no_json_costs_the_socket() {
    let (_simulator, mut client) = start().await;
    client.send("{bad json").await.expect("it reads");
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn there_is_one_path() {
    let (simulator, _client) = start().await;
    let elsewhere = simulator.url().replace("/kurento", "/other");
    connect_async(elsewhere)
        .await
        .expect_err("nothing is there");
}

#[tokio::test]
async fn sockets_are_cut_and_refused() {
    let (simulator, mut client) = start().await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    simulator.refuse_connections(true);
    simulator.cut();
    assert!(client.ask("ping", json!({})).await.is_none());
    connect_async(simulator.url())
        .await
        .expect_err("it takes no connections");
    assert!(
        simulator.held().pipelines.contains_key(&pipeline),
        "nobody has collected it"
    );

    simulator.refuse_connections(false);
    let mut client = Client::connect(&simulator).await;
    client.value("ping", json!({})).await;
    simulator.collect_garbage();
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn a_restart_forgets_everything() {
    let (simulator, mut client) = start().await;
    let before = client.ask("connect", json!({})).await.expect("it answers");
    client.create("MediaPipeline", json!({})).await;
    simulator.restart();
    assert!(client.ask("ping", json!({})).await.is_none());
    assert!(simulator.held().is_empty());
    let mut client = Client::connect(&simulator).await;
    let after = client.ask("connect", json!({})).await.expect("it answers");
    assert_ne!(after["result"]["serverId"], before["result"]["serverId"]);
}

#[tokio::test]
async fn a_sink_that_is_no_element_kills_the_server() {
    let (simulator, mut client) = start().await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    let hub = client
        .create("Composite", json!({"mediaPipeline": pipeline}))
        .await;
    let through = client
        .create("PassThrough", json!({"mediaPipeline": pipeline}))
        .await;
    assert!(!simulator.crashed());
    let call = json!({"object": through, "operation": "connect", "operationParams": {"sink": hub}});
    assert!(client.ask("invoke", call).await.is_none());
    assert!(simulator.crashed());
    connect_async(simulator.url())
        .await
        .expect_err("it is down");

    simulator.restart();
    let mut client = Client::connect(&simulator).await;
    assert_eq!(client.value("ping", json!({})).await, "pong");
    assert!(simulator.crashed(), "that is not forgotten");
}

#[tokio::test]
async fn any_method_can_be_refused() {
    let (simulator, mut client) = start().await;
    let transaction = json!({"operations": []});
    for (method, params) in [
        ("connect", json!({})),
        ("ping", json!({})),
        ("transaction", transaction),
    ] {
        simulator.order_next(1, "*", refusal());
        let refused = client
            .ask(method, params.clone())
            .await
            .expect("it answers");
        assert_eq!(refused["error"]["code"], 40009, "{method}");
        let done = client.ask(method, params).await.expect("it answers");
        assert!(done["error"].is_null(), "{done}");
    }
}
