//! Calls: how they come to be, what they do, and how they end.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::agent::{Agent, RTP, WEBRTC};
use super::client::Client;
use crate::freeswitch_simulator::{Message, Options, Simulator};

async fn start() -> (Simulator, Client, Agent) {
    let simulator = Simulator::start(Options::default()).await;
    let client = Client::ready(&simulator).await;
    let agent = Agent::new(&simulator).await;
    (simulator, client, agent)
}

#[tokio::test]
async fn the_events_of_a_webrtc_leg_come_in_order() {
    let (simulator, mut client, mut agent) = start().await;
    let response = agent.call("mediaplane", "leg", WEBRTC).await;
    assert_eq!(response.status(), Some(200));
    assert_eq!(response.body.matches("m=").count(), 2, "{}", response.body);
    assert!(!response.body.contains("a=mid") && !response.body.contains("BUNDLE"));
    let order = [
        "CHANNEL_CREATE",
        "CHANNEL_EXECUTE",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_EXECUTE",
        "CHANNEL_PROGRESS_MEDIA",
        "CALL_SECURE",
        "CALL_SECURE",
        "CHANNEL_ANSWER",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_EXECUTE",
        "CHANNEL_PARK",
    ];
    for name in order {
        let event = client.any_event().await;
        assert_eq!(event["Event-Name"], name);
        if name == "CHANNEL_PARK" {
            assert_eq!(event["variable_sip_call_id"], "leg");
            assert_eq!(event["variable_sip_h_X-Mediaplane-Session"], "leg");
        }
    }
    assert_eq!(simulator.channels()["leg"].app, "park");

    let bye = agent.request("BYE", "mediaplane", "leg", 2);
    agent.send(&bye).await;
    assert_eq!(agent.awaited("BYE").await.status(), Some(200));
    let end = client.event("CHANNEL_HANGUP_COMPLETE", "leg").await;
    assert_eq!(end["Hangup-Cause"], "NORMAL_CLEARING");
    assert!(simulator.held().is_empty() && !simulator.injected());
}

#[tokio::test]
async fn what_cannot_be_answered() {
    let (simulator, mut client, mut agent) = start().await;
    let no_codec = RTP.replace("PCMU", "nosuch");
    let unreachable = WEBRTC.replace("127.0.0.1 9 typ", "abc.local 9 typ");
    let cases = [
        ("nosuch", RTP, 404, "NO_ROUTE_DESTINATION"),
        ("mediaplane", &no_codec, 488, "INCOMPATIBLE_DESTINATION"),
        ("mediaplane", &unreachable, 488, "INCOMPATIBLE_DESTINATION"),
    ];
    for (user, sdp, status, cause) in cases {
        let id = format!("bad-{status}-{}", sdp.len());
        assert_eq!(agent.call(user, &id, sdp).await.status(), Some(status));
        let end = client.event("CHANNEL_HANGUP_COMPLETE", &id).await;
        assert_eq!(end["Hangup-Cause"], cause);
    }
    let garbage = agent.call("mediaplane", "garbage", "garbage").await;
    assert_eq!(garbage.status(), Some(400));
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn a_leg_that_never_connects_does_not_park() {
    let (simulator, mut client, mut agent) = start().await;
    simulator.never_connects(true);
    agent.call("mediaplane", "leg", WEBRTC).await;
    client.event("CHANNEL_PROGRESS_MEDIA", "leg").await;
    let leg = &simulator.channels()["leg"];
    assert_eq!(leg.app, "answer");
    let dump = client.api("uuid_dump leg json").await;
    let dump: Value = serde_json::from_str(&dump).expect("it is JSON");
    assert_eq!(dump["Channel-Call-State"], "EARLY");
    assert_eq!(client.api("uuid_transfer leg echo inline").await, "+OK\n");
    client.event("CHANNEL_ANSWER", "leg").await;
    let echo = [("Unique-ID", "leg"), ("Application", "echo")];
    client.event_with("CHANNEL_EXECUTE", &echo).await;
    assert_eq!(client.api("uuid_kill leg").await, "+OK\n");
    assert_eq!(agent.awaited("BYE").await.value("Call-ID"), "leg");
    client.event("CHANNEL_DESTROY", "leg").await;
    assert_eq!(client.api("uuid_kill leg").await, "-ERR No such channel!\n");
}

#[tokio::test]
async fn calls_out_that_fail() {
    let (simulator, mut client, agent) = start().await;
    let to = |uuid: &str, vars: &str, port: u16| {
        format!(
            "originate {{origination_uuid={uuid}{vars}}}sofia/mediaplane/{uuid}@127.0.0.1:{port} &park"
        )
    };
    let port = agent.address().port();
    let answering = async |status: u16, sdp: &str| {
        let invite = agent.awaited("INVITE").await;
        agent.answer(&invite, status, sdp).await;
        agent.awaited("ACK").await
    };
    let busy = to("busy", "", port);
    let (result, ack) = tokio::join!(client.job(&busy), answering(486, ""));
    assert_eq!(
        (result.as_str(), ack.value("Call-ID")),
        ("-ERR USER_BUSY\n", "busy")
    );

    let no_codec = RTP.replace("PCMU", "nosuch");
    let odd = to("odd", "", port);
    let (result, _) = tokio::join!(client.job(&odd), answering(200, &no_codec));
    assert_eq!(result, "-ERR INCOMPATIBLE_DESTINATION\n");
    let bye = agent.awaited("BYE").await;
    agent.answer(&bye, 200, "").await;

    let late = to("late", ",originate_timeout=1", port);
    let ringing = async {
        let invite = agent.awaited("INVITE").await;
        agent.answer(&invite, 180, "").await;
        let cancel = agent.awaited("CANCEL").await;
        agent.answer(&cancel, 200, "").await;
        agent.answer(&invite, 487, "").await;
        agent.awaited("ACK").await
    };
    let (result, ack) = tokio::join!(client.job(&late), ringing);
    assert_eq!(
        (result.as_str(), ack.value("Call-ID")),
        ("-ERR NO_ANSWER\n", "late")
    );

    let nobody = {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port can be bound");
        socket.local_addr().expect("it has an address").port()
    };
    for transport in ["", ";transport=tcp"] {
        let command = to("lost", "", nobody).replace(" &park", &format!("{transport} &park"));
        let result = client.job(&command).await;
        assert_eq!(result, "-ERR NORMAL_TEMPORARY_FAILURE\n");
    }
    assert!(simulator.held().is_empty() && !simulator.injected());
}

#[tokio::test]
async fn messages_are_sent_again_until_something_comes_back() {
    let options = Options {
        t1: Duration::from_millis(30),
        ..Options::default()
    };
    let simulator = Simulator::start(options).await;
    let mut client = Client::ready(&simulator).await;
    let mut agent = Agent::new(&simulator).await;
    let invite = agent.request("INVITE", "mediaplane", "leg", 1);
    let invite = invite.with_sdp(RTP.to_owned());
    agent.send(&invite).await;
    let first = agent.awaited("INVITE").await;
    assert_eq!(
        agent.awaited("INVITE").await,
        first,
        "it is not acknowledged"
    );
    agent.send(&invite).await;
    assert_eq!(agent.awaited("INVITE").await, first, "it is the same call");
    assert_eq!(simulator.channels().len(), 1);

    let to = agent.address();
    let command =
        format!("bgapi originate {{origination_uuid=out}}sofia/mediaplane/out@{to} &park\n\n");
    let ack = agent.request("ACK", "mediaplane", "leg", 1);
    agent.send(&ack).await;
    client.send(&command).await;
    let is_out = |message: &Message| message.value("Call-ID") == "out";
    let mut invites = 0;
    while invites < 2 {
        invites += usize::from(is_out(&agent.awaited("INVITE").await));
    }
}

#[tokio::test]
async fn calls_over_tcp_outlive_their_connection() {
    let (simulator, mut client, mut agent) = start().await;
    let mut stream = TcpStream::connect(simulator.sip())
        .await
        .expect("it takes connections");
    let invite = agent.request("INVITE", "mediaplane", "leg", 1);
    let text = invite.with_sdp(WEBRTC.to_owned()).text();
    let (first, second) = text.split_at(700);
    for part in [first, second] {
        let sent = stream.write_all(part.as_bytes()).await;
        sent.expect("the connection lasts");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut buffer = Vec::new();
    let mut seen = Vec::new();
    while seen.last() != Some(&Some(200)) {
        stream
            .read_buf(&mut buffer)
            .await
            .expect("the connection lasts");
        while let Some(message) = Message::take(&mut buffer) {
            seen.push(message.status());
        }
    }
    assert_eq!(seen, [Some(100), Some(200)]);
    drop(stream);
    client.event("CHANNEL_PARK", "leg").await;
    let taken = "originate {origination_uuid=leg}sofia/mediaplane/x@127.0.0.1:9 &park";
    let result = client.job(taken).await;
    assert_eq!(result, "-ERR DESTINATION_OUT_OF_ORDER\n");
    assert_eq!(client.api("uuid_kill leg").await, "+OK\n");
    client.event("CHANNEL_DESTROY", "leg").await;
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn a_bridge_and_a_room_end() {
    let (simulator, mut client, mut agent) = start().await;
    for id in ["a", "b"] {
        agent.call("mediaplane", id, RTP).await;
        client.event("CHANNEL_PARK", id).await;
    }
    client
        .api("uuid_setvar_multi b park_after_bridge=true;nk_type=bridge")
        .await;
    assert_eq!(client.api("uuid_bridge a b").await, "+OK b\n");
    client.event("CHANNEL_BRIDGE", "a").await;
    assert_eq!(simulator.channels()["a"].peer.as_deref(), Some("b"));
    agent
        .send(&agent_bye(&mut Agent::new(&simulator).await, "a"))
        .await;
    let parked = client.event("CHANNEL_PARK", "b").await;
    assert_eq!(parked["variable_nk_type"], "bridge");

    let join = "uuid_transfer b 'conference:r@mediaplane,park' inline";
    assert_eq!(client.api(join).await, "+OK\n");
    let action = |action| [("Unique-ID", "b"), ("Action", action)];
    client.event_with("CUSTOM", &action("add-member")).await;
    assert_eq!(simulator.held().rooms["r"], ["b"]);
    assert_eq!(client.api("conference r kick last").await, "+OK kicked 1\n");
    client.event("CHANNEL_PARK", "b").await;
    let rooms = client.api("conference json_list").await;
    assert_eq!(rooms, "[]");
    simulator.media_timeout("b");
    let end = client.event("CHANNEL_HANGUP_COMPLETE", "b").await;
    assert_eq!(end["Hangup-Cause"], "MEDIA_TIMEOUT");
    assert!(simulator.held().is_empty());
}

fn agent_bye(agent: &mut Agent, id: &str) -> Message {
    agent.request("BYE", "mediaplane", id, 2)
}
