//! What goes wrong when a test orders it, and only then.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::janus_simulator::{Fault, Options, Simulator};
use crate::support::janus::{Api, Client, Handle};

const ECHO: &str = "janus.plugin.echotest";
const BRIEFLY: Duration = Duration::from_millis(200);

async fn connect(simulator: &Simulator) -> Client {
    let client = Client::connect(&simulator.url(), Api::Janus).await;
    client.expect("the simulator takes connections")
}

/// Whether a request is left unanswered for a while.
async fn is_silent(client: &mut Client, request: Value) -> bool {
    tokio::time::timeout(BRIEFLY, client.try_request(request))
        .await
        .is_err()
}

fn message(handle: Handle, body: Value) -> Value {
    let mut request = handle.request("message");
    request["body"] = body;
    request
}

#[tokio::test]
async fn a_request_is_answered_late_never_or_with_a_refusal() {
    let simulator = Simulator::start(Options::default()).await;
    let mut client = connect(&simulator).await;

    simulator.order_next(1, "create", Fault::Slow(BRIEFLY));
    let begun = Instant::now();
    client.request(json!({"janus": "create"})).await;
    assert!(begun.elapsed() >= BRIEFLY);

    simulator.order_next(1, "create", Fault::Silent);
    assert!(is_silent(&mut client, json!({"janus": "create"})).await);
    assert_eq!(
        simulator.held().sessions.len(),
        2,
        "it was done all the same"
    );

    simulator.order_next(
        1,
        "create",
        Fault::Refuse(472, "Currently not accepting new sessions"),
    );
    let refused = client.request(json!({"janus": "create"})).await;
    assert_eq!(refused["error"]["code"], 472);
    assert_eq!(simulator.held().sessions.len(), 2);

    let created = client.request(json!({"janus": "create"})).await;
    assert_eq!(
        created["janus"], "success",
        "each order was for one request"
    );
    assert_eq!(simulator.asked("create"), 4);
}

#[tokio::test]
async fn a_plugin_takes_a_message_and_says_nothing() {
    let simulator = Simulator::start(Options::default()).await;
    let mut client = connect(&simulator).await;
    let handle = client.attach(ECHO, "a").await;
    simulator.order("echotest.message", Fault::AckOnly);
    assert!(is_silent(&mut client, message(handle, json!({"audio": true}))).await);
    assert_eq!(simulator.asked("echotest.message"), 1);
    simulator.obey();
    client.message(handle, json!({"audio": true}), None).await;
}

#[tokio::test]
async fn answers_come_in_another_order() {
    let simulator = Simulator::start(Options::default()).await;
    let mut client = connect(&simulator).await;
    let handle = client.attach(ECHO, "a").await;
    simulator.order_next(1, "echotest", Fault::AnswerFirst);
    client.message(handle, json!({"audio": true}), None).await;
    client.event(|event| event["janus"] == "ack").await;

    let mut other = connect(&simulator).await;
    let second = other.attach(ECHO, "b").await;
    simulator.order("echotest", Fault::Permuted);
    let begun = Instant::now();
    tokio::join!(
        client.message(handle, json!({"audio": true}), None),
        async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            other.message(second, json!({"audio": true}), None).await;
            assert!(
                begun.elapsed() < Duration::from_millis(50),
                "the second was answered first"
            );
        }
    );
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn sessions_outlive_their_connection_if_they_can_be_reclaimed() {
    let simulator = Simulator::start(Options::default()).await;
    let mut client = connect(&simulator).await;
    let handle = client.attach(ECHO, "a").await;
    simulator.drop_connections();
    client
        .try_request(json!({"janus": "info"}))
        .await
        .expect_err("the line is cut");

    let mut client = connect(&simulator).await;
    let claimed = client
        .request(json!({"janus": "claim", "session_id": handle.session}))
        .await;
    assert_eq!(claimed["janus"], "success");
    client.message(handle, json!({"audio": false}), None).await;

    simulator.set_reclaim_session_timeout(0);
    simulator.drop_connections();
    let mut client = connect(&simulator).await;
    let claimed = client
        .request(json!({"janus": "claim", "session_id": handle.session}))
        .await;
    assert_eq!(claimed["error"]["code"], 458);
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn a_restart_forgets_everything() {
    let simulator = Simulator::start(Options::default()).await;
    let mut client = connect(&simulator).await;
    let handle = client.attach("janus.plugin.videoroom", "a").await;
    client
        .message(handle, json!({"request": "create", "room": "r"}), None)
        .await;
    let held = simulator.held();
    assert_eq!(held.sessions[&handle.session], ["a"]);
    assert_eq!(held.rooms, ["r"]);
    simulator.restart();
    assert!(simulator.held().is_empty());

    simulator.refuse_connections(true);
    Client::connect(&simulator.url(), Api::Janus)
        .await
        .expect_err("it takes no connections");
    simulator.refuse_connections(false);
    let mut client = connect(&simulator).await;
    let claimed = client
        .request(json!({"janus": "claim", "session_id": handle.session}))
        .await;
    assert_eq!(claimed["error"]["code"], 458);
}

#[tokio::test]
async fn only_those_who_speak_its_protocol_are_let_in() {
    let simulator = Simulator::start(Options::default()).await;
    Client::connect(&simulator.url(), Api::Admin)
        .await
        .expect_err("another subprotocol");
    Client::connect(&simulator.admin_url(), Api::Janus)
        .await
        .expect_err("another subprotocol");
}
