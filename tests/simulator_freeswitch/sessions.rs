//! Legs as tests know them, by their session; what the extension sets; and how media is counted.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::agent::{Agent, RTP, WEBRTC};
use super::client::Client;
use crate::freeswitch_simulator::{Options, Simulator};

/// Long enough for some packets of any kind.
const A_WHILE: Duration = Duration::from_millis(150);

async fn start() -> (Simulator, Client, Agent) {
    let simulator = Simulator::start(Options::default()).await;
    let client = Client::ready(&simulator).await;
    let agent = Agent::new(&simulator).await;
    (simulator, client, agent)
}

async fn dump(client: &mut Client, uuid: &str) -> Value {
    let dump = client.api(&format!("uuid_dump {uuid} json")).await;
    serde_json::from_str(&dump).expect("it is JSON")
}

/// Packets of audio and of video that came from the peer, and that went to it.
async fn counted(client: &mut Client, uuid: &str) -> [Option<u64>; 4] {
    let told = client.api(&format!("uuid_set_media_stats {uuid}")).await;
    assert_eq!(told, "+OK:\n");
    let dump = dump(client, uuid).await;
    let names = ["audio_in", "video_in", "audio_out", "video_out"];
    names.map(|name| {
        let count = &dump[format!("variable_rtp_{name}_packet_count")];
        count.as_str().map(|count| count.parse().expect("a count"))
    })
}

#[tokio::test]
async fn media_is_counted_while_it_flows() {
    let (simulator, mut client, mut agent) = start().await;
    simulator.never_connects(true);
    agent.call("mediaplane", "leg", WEBRTC).await;
    assert_eq!(counted(&mut client, "leg").await, [None; 4]);
    simulator.connect("leg");
    client.event("CHANNEL_PARK", "leg").await;
    let codecs = dump(&mut client, "leg").await;
    assert_eq!(codecs["variable_rtp_use_codec_name"], "opus");
    assert_eq!(codecs["variable_rtp_use_video_codec_name"], "VP8");
    assert_eq!(codecs["variable_rtp_audio_in_packet_count"], Value::Null);

    let mut before = counted(&mut client, "leg").await;
    let mut grown = async |client: &mut Client| {
        tokio::time::sleep(A_WHILE).await;
        let now = counted(client, "leg").await;
        let grown = [0, 1, 2, 3].map(|at| now[at] > before[at]);
        before = now;
        grown
    };
    let in_park = [true, true, false, true];
    assert_eq!(grown(&mut client).await, in_park);
    simulator.media("leg", false);
    grown(&mut client).await;
    assert_eq!(grown(&mut client).await, [false, false, false, true]);
    client.api("uuid_transfer leg m:^:echo^park inline").await;
    let echo = [("Unique-ID", "leg"), ("Application", "echo")];
    client.event_with("CHANNEL_EXECUTE", &echo).await;
    simulator.media("leg", true);
    assert_eq!(grown(&mut client).await, [true; 4]);

    let lost = dump(&mut client, "leg").await;
    let lost = lost["variable_rtp_audio_in_skip_packet_count"].as_str();
    assert_ne!(lost, Some("0"), "what did not come is missed");
    client.api("uuid_kill leg").await;
    let end = client.event("CHANNEL_HANGUP_COMPLETE", "leg").await;
    assert_eq!(end["variable_sip_h_X-Mediaplane-Session"], "leg");
    assert!(end["variable_rtp_video_in_media_bytes"].is_string());
}

#[tokio::test]
async fn who_only_receives_sends_nothing() {
    let (_simulator, mut client, mut agent) = start().await;
    for (id, way, flows) in [
        ("a", "recvonly", [false, true]),
        ("b", "sendonly", [true, false]),
        ("c", "inactive", [false, false]),
    ] {
        let sdp = RTP.replace("sendrecv", way);
        agent.call("mediaplane", id, &sdp).await;
        client.event("CHANNEL_PARK", id).await;
        let echo = format!("uuid_transfer {id} m:^:echo^park inline");
        client.api(&echo).await;
        let running = [("Unique-ID", id), ("Application", "echo")];
        client.event_with("CHANNEL_EXECUTE", &running).await;
        tokio::time::sleep(A_WHILE).await;
        let [audio_in, video_in, audio_out, _] = counted(&mut client, id).await;
        assert_eq!([audio_in > Some(0), audio_out > Some(0)], flows, "{way}");
        assert_eq!(video_in, None, "it was not offered");
    }
}

#[tokio::test]
async fn the_extension_sets_what_a_call_asks_for() {
    let (_simulator, mut client, mut agent) = start().await;
    for (id, limit, set) in [
        ("a", Some("30000"), Some("30000")),
        ("b", None, None),
        ("c", Some("999"), None),
        ("d", Some("30000x"), None),
    ] {
        let asked = limit.map(|limit| ("X-Mediaplane-Media-Timeout", limit));
        agent
            .call_with("mediaplane", id, asked.as_slice(), RTP)
            .await;
        client.event("CHANNEL_PARK", id).await;
        let dump = dump(&mut client, id).await;
        for name in ["media_timeout", "media_hold_timeout"] {
            let value = dump[format!("variable_{name}")].as_str();
            assert_eq!(value, set, "{name} of {id}");
        }
        assert_eq!(dump["variable_park_after_bridge"], "true");
    }
}

#[tokio::test]
async fn a_leg_is_found_by_its_session() {
    let (simulator, mut client, mut agent) = start().await;
    let came = [("X-Mediaplane-Session", "came")];
    agent.call_with("mediaplane", "call", &came, RTP).await;
    client.event("CHANNEL_PARK", "call").await;
    let made = format!(
        "originate {{origination_uuid=made-call,mediaplane_session=made}}sofia/mediaplane/x@{} &park",
        agent.address()
    );
    client.command(&format!("bgapi {made}")).await;
    let invite = agent.awaited("INVITE").await;
    assert_eq!(simulator.find("came").as_deref(), Some("call"));
    assert_eq!(simulator.find("made").as_deref(), Some("made-call"));
    assert_eq!(simulator.find("call").as_deref(), Some("call"));
    assert_eq!(simulator.find("nosuch"), None);

    assert!(!simulator.is_muted("came"));
    client.api("uuid_audio call start read mute -1").await;
    assert!(simulator.is_muted("came"));
    client.api("uuid_audio call stop").await;
    assert!(!simulator.is_muted("came"));
    simulator.digit("came", '5');
    let digit = client.event("DTMF", "call").await;
    assert_eq!(digit["DTMF-Digit"], "5");

    agent.answer(&invite, 200, RTP).await;
    client.event("CHANNEL_PARK", "made-call").await;
    let dump = dump(&mut client, "made-call").await;
    assert_eq!(dump["variable_mediaplane_session"], "made");
    assert_eq!(dump["variable_rtp_use_codec_name"], "PCMU");
    simulator.media_timeout("came");
    let end = client.event("CHANNEL_HANGUP_COMPLETE", "call").await;
    assert_eq!(end["Hangup-Cause"], "MEDIA_TIMEOUT");
    simulator.hang_up("made", "NORMAL_UNSPECIFIED");
    client.event("CHANNEL_DESTROY", "made-call").await;
    assert_eq!(simulator.find("made"), None);
    assert!(simulator.held().is_empty() && !simulator.injected());
}

#[tokio::test]
async fn a_recording_leaves_out_what_it_was_paused_for() {
    let (_simulator, mut client, mut agent) = start().await;
    agent.call("mediaplane", "leg", RTP).await;
    client.event("CHANNEL_PARK", "leg").await;
    let began = Instant::now();
    for (action, then) in [
        ("start", A_WHILE),
        ("pause", A_WHILE * 4),
        ("resume", A_WHILE),
        ("stop", Duration::ZERO),
    ] {
        let command = format!("uuid_record leg {action} /a.wav");
        assert_eq!(client.api(&command).await, "+OK Success\n");
        tokio::time::sleep(then).await;
    }
    let stop = client.event("RECORD_STOP", "leg").await;
    let length = stop["variable_record_ms"].as_str().expect("it is told");
    let length = Duration::from_millis(length.parse().expect("milliseconds"));
    let longest = began.elapsed() - A_WHILE * 4;
    assert!(
        (A_WHILE * 2..=longest).contains(&length),
        "{length:?} of {longest:?}"
    );
}

#[tokio::test]
async fn what_was_often_said_is_a_list() {
    let (_simulator, mut client, mut agent) = start().await;
    agent.call("mediaplane", "leg", RTP).await;
    client.event("CHANNEL_PARK", "leg").await;
    for length in [1, 2, 3] {
        client.api("uuid_transfer leg m:^:echo^park inline").await;
        let echo = [("Unique-ID", "leg"), ("Application", "echo")];
        let event = client.event_with("CHANNEL_EXECUTE", &echo).await;
        let history = &event["variable_transfer_history"];
        let count = history.as_array().map_or(1, Vec::len);
        assert_eq!(count, length, "{history}");
        let last = history.as_array().and_then(|ways| ways.last());
        let last = last.unwrap_or(history).as_str().expect("a way is a text");
        assert!(last.ends_with(":bl_xfer:m:^:echo^park/mediaplane/inline"));
    }
}
