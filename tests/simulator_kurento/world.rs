//! Objects, who holds them, who hears of them and how they are linked.

use std::time::Duration;

use serde_json::json;

use super::client::Client;
use crate::kurento_simulator::{Link, Media, Options, Simulator};

const BRIEFLY: Duration = Duration::from_millis(100);

async fn start() -> (Simulator, Client) {
    let simulator = Simulator::start(Options::default()).await;
    let client = Client::connect(&simulator).await;
    (simulator, client)
}

#[tokio::test]
async fn ids_say_what_an_object_is_in() {
    let (simulator, mut client) = start().await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    let hub = client
        .create("Composite", json!({"mediaPipeline": pipeline}))
        .await;
    let port = client.create("HubPort", json!({"hub": hub})).await;
    assert!(pipeline.ends_with("_kurento.MediaPipeline"), "{pipeline}");
    assert!(
        hub.starts_with(&format!("{pipeline}/")) && hub.ends_with("_kurento.Composite"),
        "{hub}"
    );
    assert!(
        port.starts_with(&format!("{hub}/")) && port.ends_with("_kurento.HubPort"),
        "{port}"
    );
    assert_eq!(
        client.invoke(&hub, "getChildren", json!({})).await,
        json!([port])
    );

    client.value("release", json!({"object": hub})).await;
    let held = simulator.held();
    assert!(held.pipelines[&pipeline].objects.is_empty() && !held.is_empty());
    client.value("release", json!({"object": pipeline})).await;
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn an_object_lives_while_a_session_holds_it() {
    let (simulator, mut first) = start().await;
    let pipeline = first.create("MediaPipeline", json!({})).await;
    let [touched, untouched] = [
        first
            .create("PassThrough", json!({"mediaPipeline": pipeline}))
            .await,
        first
            .create("PassThrough", json!({"mediaPipeline": pipeline}))
            .await,
    ];
    let mut second = Client::connect(&simulator).await;
    second.invoke(&touched, "getTags", json!({})).await;
    let later = first
        .create("PassThrough", json!({"mediaPipeline": pipeline}))
        .await;
    drop(first);
    tokio::time::sleep(BRIEFLY).await;
    simulator.collect_garbage();
    let held = simulator.held();
    let ids: Vec<&String> = held.objects().map(|(id, _)| id).collect();
    let mut expected = [&touched, &later];
    expected.sort();
    assert_eq!(ids, expected, "{untouched} was held by nobody else");

    second.value("unref", json!({"object": touched})).await;
    assert_eq!(simulator.held().objects().count(), 1);
    second
        .ask("closeSession", json!({}))
        .await
        .expect("it answers");
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn each_session_hears_what_it_listens_to_and_once() {
    let (simulator, mut first) = start().await;
    let [pipeline, ..] = first.session().await;
    let mut second = Client::connect(&simulator).await;
    let event = json!({"object": "manager_ServerManager", "type": "ObjectCreated"});
    first.value("subscribe", event.clone()).await;
    first.value("subscribe", event.clone()).await;
    let subscription = second.value("subscribe", event).await;
    second
        .value(
            "unsubscribe",
            json!({"object": "manager_ServerManager", "subscription": subscription}),
        )
        .await;
    first
        .create("PassThrough", json!({"mediaPipeline": pipeline}))
        .await;
    assert_eq!(first.heard(BRIEFLY).await, ["ObjectCreated"]);
    assert!(second.heard(BRIEFLY).await.is_empty());
}

#[tokio::test]
async fn links_are_listed_and_replaced() {
    let (simulator, mut client) = start().await;
    let [pipeline, through, endpoint] = client.session().await;
    let other = client
        .create("PassThrough", json!({"mediaPipeline": pipeline}))
        .await;
    client
        .invoke(
            &through,
            "connect",
            json!({"sink": endpoint, "mediaType": "AUDIO"}),
        )
        .await;
    client
        .invoke(
            &other,
            "connect",
            json!({"sink": endpoint, "mediaType": "AUDIO"}),
        )
        .await;
    let link = Link {
        source: other.clone(),
        sink: endpoint.clone(),
        media: Media::Audio,
    };
    assert_eq!(simulator.links(), [link]);
    client
        .invoke(&other, "disconnect", json!({"sink": endpoint}))
        .await;
    client
        .invoke(&other, "disconnect", json!({"sink": endpoint}))
        .await;
    assert!(simulator.links().is_empty());
    assert!(!simulator.misused(), "nothing else fed the sink");
    let done = simulator.operations();
    assert_eq!(done.last(), Some(&("invoke.disconnect".to_owned(), other)));
}

#[tokio::test]
async fn a_stale_disconnect_kills_the_sink_for_good() {
    let (simulator, mut client) = start().await;
    let [pipeline, through, endpoint] = client.session().await;
    let stale = client
        .create("PassThrough", json!({"mediaPipeline": pipeline}))
        .await;
    client.listen(&endpoint, &["MediaFlowInStateChanged"]).await;
    client
        .invoke(&endpoint, "connect", json!({"sink": through}))
        .await;
    client
        .invoke(&through, "connect", json!({"sink": endpoint}))
        .await;
    assert_eq!(
        client.event("MediaFlowInStateChanged").await["state"],
        "FLOWING"
    );

    client
        .invoke(&stale, "disconnect", json!({"sink": endpoint}))
        .await;
    assert!(simulator.misused());
    assert_eq!(
        client
            .invoke(&endpoint, "getSourceConnections", json!({}))
            .await,
        json!([])
    );
    let still = client
        .invoke(&through, "getSinkConnections", json!({}))
        .await;
    assert_eq!(
        still.as_array().map(Vec::len),
        Some(3),
        "its source does not know it"
    );

    client
        .invoke(&through, "connect", json!({"sink": endpoint}))
        .await;
    let flows = client
        .invoke(&endpoint, "isMediaFlowingIn", json!({"mediaType": "AUDIO"}))
        .await;
    assert_eq!(flows, false, "nothing revives it");
    assert!(simulator.links().iter().all(|link| link.sink != endpoint));
}
