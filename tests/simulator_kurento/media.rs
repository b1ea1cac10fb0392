//! Peers, recorders and players: what they tell, and when.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, OFFER};
use crate::kurento_simulator::{Gone, Options, Simulator};

const BRIEFLY: Duration = Duration::from_millis(100);

async fn start() -> (Simulator, Client) {
    let simulator = Simulator::start(Options::default()).await;
    let client = Client::connect(&simulator).await;
    (simulator, client)
}

#[tokio::test]
async fn a_peer_connects_when_a_candidate_comes() {
    let (_simulator, mut client) = start().await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    let endpoint = client
        .create("WebRtcEndpoint", json!({"mediaPipeline": pipeline}))
        .await;
    client
        .listen(&endpoint, &["ConnectionStateChanged", "IceGatheringDone"])
        .await;
    let silent: Vec<&str> = OFFER
        .split_inclusive("\r\n")
        .filter(|line| !line.starts_with("a=candidate"))
        .collect();
    client
        .invoke(&endpoint, "processOffer", json!({"offer": silent.concat()}))
        .await;
    client
        .invoke(&endpoint, "gatherCandidates", json!({}))
        .await;
    assert_eq!(client.heard(BRIEFLY).await, ["IceGatheringDone"]);

    let candidate = |text: &str, index: u32| json!({"candidate": {"candidate": text, "sdpMid": "", "sdpMLineIndex": index}});
    let usable = "candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host";
    assert_eq!(
        client
            .refused(&endpoint, "addIceCandidate", candidate(usable, 2))
            .await,
        40401
    );
    for ignored in [
        "",
        "garbage",
        "a=candidate:1 1 udp 1 127.0.0.1 5000 typ host",
        "candidate:1 1 udp 1 abc.local 5000 typ host",
    ] {
        client
            .invoke(&endpoint, "addIceCandidate", candidate(ignored, 0))
            .await;
    }
    assert!(client.heard(BRIEFLY).await.is_empty());
    client
        .invoke(&endpoint, "addIceCandidate", candidate(usable, 0))
        .await;
    assert_eq!(
        client.event("ConnectionStateChanged").await["newState"],
        "CONNECTED"
    );
}

#[tokio::test]
async fn offers_are_as_the_endpoint_is_made_and_asked() {
    let (_simulator, mut client) = start().await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    let made = json!({"mediaPipeline": pipeline, "sendonly": true, "useDataChannels": true});
    let endpoint = client.create("WebRtcEndpoint", made).await;
    client
        .invoke(
            &endpoint,
            "setMaxVideoRecvBandwidth",
            json!({"maxVideoRecvBandwidth": 400}),
        )
        .await;
    let offer = client.invoke(&endpoint, "generateOffer", json!({})).await;
    let offer = offer.as_str().expect("a description is a text");
    assert_eq!(offer.matches("a=sendonly").count(), 2, "{offer}");
    assert_eq!(offer.matches("b=AS:400").count(), 1, "{offer}");
    assert!(
        offer.contains("a=group:BUNDLE audio0 video0 application0\r\n"),
        "{offer}"
    );

    let endpoint = client
        .create("WebRtcEndpoint", json!({"mediaPipeline": pipeline}))
        .await;
    let options = json!({"options": {"offerToReceiveAudio": true, "offerToReceiveVideo": false}});
    let offer = client.invoke(&endpoint, "generateOffer", options).await;
    let offer = offer.as_str().expect("a description is a text");
    assert!(
        offer.contains("a=group:BUNDLE audio0\r\n") && !offer.contains("m=video"),
        "{offer}"
    );
}

#[tokio::test]
async fn peers_go_away_as_the_test_says() {
    let (simulator, mut client) = start().await;
    let [.., endpoint] = client.session().await;
    let events = [
        "DtlsConnectionStateChange",
        "MediaStateChanged",
        "IceComponentStateChanged",
    ];
    client.listen(&endpoint, &events).await;
    while client.invoke(&endpoint, "getMediaState", json!({})).await != "CONNECTED" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    client.heard(Duration::ZERO).await;

    simulator.media("s", false);
    assert_eq!(
        client.event("MediaFlowOutStateChanged").await["state"],
        "NOT_FLOWING"
    );
    simulator.media_disconnected("s");
    assert_eq!(
        client.event("MediaStateChanged").await["newState"],
        "DISCONNECTED"
    );
    assert_eq!(
        client.invoke(&endpoint, "getMediaState", json!({})).await,
        "DISCONNECTED"
    );
    simulator.ice_failed("s");
    assert_eq!(
        client.event("IceComponentStateChanged").await["state"],
        "CONNECTING"
    );
    assert_eq!(
        client.event("IceComponentStateChanged").await["state"],
        "FAILED"
    );
    simulator.hang_up("s", Gone::Closed);
    for _ in 0..2 {
        assert_eq!(
            client.event("DtlsConnectionStateChange").await["state"],
            "CLOSED"
        );
    }
    let states = client
        .invoke(&endpoint, "getDtlsConnectionState", json!({}))
        .await;
    assert_eq!(states[0]["state"], "CLOSED");
}

#[tokio::test]
async fn silence_is_told_after_two_seconds() {
    let (simulator, mut client) = start().await;
    let [_, through, endpoint] = client.session().await;
    client.listen(&endpoint, &["MediaFlowInStateChanged"]).await;
    client
        .invoke(&endpoint, "connect", json!({"sink": through}))
        .await;
    client
        .invoke(
            &through,
            "connect",
            json!({"sink": endpoint, "mediaType": "AUDIO"}),
        )
        .await;
    assert_eq!(
        client.event("MediaFlowInStateChanged").await["state"],
        "FLOWING"
    );
    simulator.media("s", false);
    simulator.media("s", true);
    let begun = Instant::now();
    simulator.media("s", false);
    assert_eq!(
        client.event("MediaFlowInStateChanged").await["state"],
        "NOT_FLOWING"
    );
    assert!(
        begun.elapsed() >= Duration::from_millis(1_900),
        "a moment's silence is not told"
    );
}

async fn recorder(client: &mut Client, uri: &str) -> String {
    let [pipeline, through, endpoint] = client.session().await;
    client
        .invoke(&endpoint, "connect", json!({"sink": through}))
        .await;
    let made = json!({"mediaPipeline": pipeline, "uri": uri, "mediaProfile": "WEBM"});
    let recorder = client.create("RecorderEndpoint", made).await;
    client
        .listen(&recorder, &["Recording", "Paused", "Stopped", "Error"])
        .await;
    client
        .invoke(&through, "connect", json!({"sink": recorder}))
        .await;
    recorder
}

#[tokio::test]
async fn a_recorder_begins_pauses_and_stops() {
    let (_simulator, mut client) = start().await;
    let recorder = recorder(&mut client, "file:///recordings/a.webm").await;
    let call = |id: u32, operation: &str| json!({"id": id, "jsonrpc": "2.0", "method": "invoke", "params": {"object": recorder, "operation": operation}});
    let hasty = [call(0, "record"), call(1, "stop")];
    client
        .value("transaction", json!({"operations": hasty}))
        .await;
    client.event("Recording").await;
    assert_eq!(
        client.invoke(&recorder, "getState", json!({})).await,
        "START",
        "that was too early to stop"
    );
    client.invoke(&recorder, "pause", json!({})).await;
    client.event("Paused").await;
    client.invoke(&recorder, "record", json!({})).await;
    client.event("Recording").await;
    client.invoke(&recorder, "stop", json!({})).await;
    client.event("Stopped").await;
    assert_eq!(
        client.invoke(&recorder, "getState", json!({})).await,
        "STOP"
    );
}

#[tokio::test]
async fn a_recorder_that_cannot_write_says_so_twice() {
    let (_simulator, mut client) = start().await;
    let recorder = recorder(&mut client, "file:///unwritable/a.webm").await;
    client.invoke(&recorder, "record", json!({})).await;
    for code in [6, 4] {
        assert_eq!(client.event("Error").await["errorCode"], code);
    }
    assert!(
        client
            .heard(BRIEFLY)
            .await
            .iter()
            .all(|event| event != "Recording")
    );
    assert_eq!(
        client.invoke(&recorder, "getState", json!({})).await,
        "STOP"
    );
}

#[tokio::test]
async fn a_player_plays_to_its_end() {
    let options = Options {
        media_duration: Duration::from_millis(600),
        ..Options::default()
    };
    let simulator = Simulator::start(options).await;
    let mut client = Client::connect(&simulator).await;
    let pipeline = client.create("MediaPipeline", json!({})).await;
    let good = client
        .create(
            "PlayerEndpoint",
            json!({"mediaPipeline": pipeline, "uri": "file:///media/a.webm"}),
        )
        .await;
    let bad = client
        .create(
            "PlayerEndpoint",
            json!({"mediaPipeline": pipeline, "uri": "file:///media/missing.webm"}),
        )
        .await;
    for player in [&good, &bad] {
        client
            .listen(player, &["EndOfStream", "Error", "UriEndpointStateChanged"])
            .await;
        client.invoke(player, "play", json!({})).await;
    }
    for _ in 0..2 {
        let error = client.event("Error").await;
        assert_eq!(
            (&error["description"], &error["source"]),
            (&json!("Invalid URI"), &json!(bad))
        );
    }
    assert_eq!(client.invoke(&bad, "getState", json!({})).await, "START");
    assert_eq!(
        client.invoke(&good, "getVideoInfo", json!({})).await["duration"],
        600
    );
    assert_eq!(client.event("EndOfStream").await["source"], json!(good));
    assert_eq!(client.invoke(&good, "getState", json!({})).await, "STOP");
    assert_eq!(client.invoke(&good, "getPosition", json!({})).await, 0);
}

#[tokio::test]
async fn statistics_grow_while_media_flow() {
    let (_simulator, mut client) = start().await;
    let [_, _, endpoint] = client.session().await;
    let packets = |stats: Value| {
        let entries = stats
            .as_object()
            .expect("there are entries")
            .values()
            .cloned()
            .collect::<Vec<_>>();
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries[0]["packetsReceived"]
            .as_u64()
            .expect("it is a count")
    };
    let before = packets(
        client
            .invoke(&endpoint, "getStats", json!({"mediaType": "AUDIO"}))
            .await,
    );
    tokio::time::sleep(BRIEFLY).await;
    let after = packets(
        client
            .invoke(&endpoint, "getStats", json!({"mediaType": "AUDIO"}))
            .await,
    );
    assert!(after > before);
}
