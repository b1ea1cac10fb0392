//! Recorded frames and messages, and the simulator's own beside them.

use serde_json::Value;
use tokio::time::{Duration, timeout};

use super::agent::{Agent, WEBRTC};
use super::client::Client;
use crate::freeswitch_simulator::{Message, Options, Simulator, recordings};

/// The server as it was configured when it was recorded.
pub(super) fn as_recorded() -> Options {
    Options {
        password: "nkpass".to_owned(),
        extension: "nk_park",
        sets: Vec::new(),
        video_profiles: vec!["video-mcu-stereo"],
        audio_profiles: vec!["nk_audio"],
        layouts: vec!["1x1", "2x1", "2x2", "1up_top_left+5", "2up_middle+8"],
        files: vec!["/media/two.wav".to_owned()],
        ..Options::default()
    }
}

/// The lines of a recording.
pub(super) fn recorded(name: &str) -> Vec<Vec<Value>> {
    let path = recordings().join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(path).expect("the recording is part of the repository");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a recorded line is JSON"))
        .collect()
}

/// The messages of a recording of SIP that went in a direction.
fn messages(name: &str, direction: &str) -> Vec<Message> {
    let lines = recorded(name);
    let lines = lines.iter().filter(|line| line[0] == direction);
    let texts = lines.filter_map(|line| line[1].as_str());
    texts
        .filter_map(|text| Message::parse(text.as_bytes()))
        .collect()
}

/// A description as lines, without what any two descriptions differ in.
fn lines(sdp: &str) -> Vec<String> {
    const CHANCE: [&str; 8] = [
        "o=",
        "a=msid-semantic",
        "a=ssrc:",
        "a=ice-ufrag:",
        "a=ice-pwd:",
        "a=candidate:",
        "a=rtcp:",
        "a=fingerprint:",
    ];
    let lines = sdp.lines().map(|line| {
        let chance = CHANCE.iter().find(|chance| line.starts_with(**chance));
        let mut words = line.split(' ');
        match (chance, line.starts_with("m=")) {
            (Some(chance), _) => (*chance).to_owned(),
            (None, true) => {
                let kind = words.next().unwrap_or_default();
                format!("{kind} {}", words.skip(1).collect::<Vec<_>>().join(" "))
            }
            (None, false) => line.to_owned(),
        }
    });
    lines.collect()
}

/// The names of the headers, in order, without one that identifies a party to nobody here.
fn header_names(message: &Message) -> Vec<&str> {
    let names = message.headers.iter().map(|(name, _)| name.as_str());
    let names = names.filter(|name| *name != "Remote-Party-ID" && *name != "Content-Length");
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names
}

/// Sends the recorded requests as they are, and compares the final responses.
async fn answers_alike(name: &str) {
    let simulator = Simulator::start(as_recorded()).await;
    let agent = Agent::new(&simulator).await;
    let responses = messages(name, "recv");
    let mut tag = String::new();
    for mut request in messages(name, "send") {
        if request.tag("To").is_some() {
            let to = request.value("To").split(';').next().unwrap_or_default();
            request.set("To", format!("{to};tag={tag}"));
        }
        agent.send(&request).await;
        if request.method() == "ACK" {
            continue;
        }
        let theirs = responses.iter().find(|response| {
            response.status().is_some_and(|status| status >= 200)
                && response.value("Call-ID") == request.value("Call-ID")
                && response.value("CSeq") == request.value("CSeq")
        });
        let theirs = theirs.expect("it was answered");
        let ours = agent.awaited(request.method()).await;
        assert_eq!(ours.start, theirs.start);
        assert_eq!(ours.get("Reason"), theirs.get("Reason"));
        assert_eq!(lines(&ours.body), lines(&theirs.body));
        let is_plain = |name: &&str| !["Max-Forwards", "Allow-Events", "Accept"].contains(name);
        let names = header_names(&ours).into_iter().filter(is_plain);
        let recorded = header_names(theirs).into_iter().filter(is_plain);
        assert_eq!(names.collect::<Vec<_>>(), recorded.collect::<Vec<_>>());
        tag = ours.tag("To").unwrap_or_default().to_owned();
    }
}

#[tokio::test]
async fn a_webrtc_call_that_comes_in() {
    answers_alike("webrtc-in").await;
}

#[tokio::test]
async fn rtp_calls_that_come_in() {
    answers_alike("rtp-in").await;
}

/// Lets a call be made with the recorded variables, and compares the requests that come for it.
async fn calls_alike(name: &str, vars: &str, sdp: &str) {
    let simulator = Simulator::start(as_recorded()).await;
    let mut client = Client::ready(&simulator).await;
    let agent = Agent::new(&simulator).await;
    let recorded = messages(name, "recv");
    let command = format!(
        "originate {{origination_uuid=x,{vars}}}sofia/mediaplane/x@{} &park",
        agent.address()
    );
    client.command(&format!("bgapi {command}")).await;
    let invite = agent.awaited("INVITE").await;
    let theirs = recorded.iter().find(|message| message.method() == "INVITE");
    let theirs = theirs.expect("it was recorded");
    assert_eq!(header_names(&invite), header_names(theirs));
    assert_eq!(lines(&invite.body), lines(&theirs.body));
    assert_eq!(invite.get("X-NK-Session"), theirs.get("X-NK-Session"));
    assert_eq!(invite.value("Call-ID"), "x");
    agent.answer(&invite, 180, "").await;
    agent.answer(&invite, 200, sdp).await;
    agent.awaited("ACK").await;
    client.event("CHANNEL_PARK", "x").await;
    assert_eq!(client.api("uuid_kill x").await, "+OK\n");
    let bye = agent.awaited("BYE").await;
    let theirs = recorded.iter().find(|message| message.method() == "BYE");
    let theirs = theirs.expect("it was recorded");
    assert_eq!(header_names(&bye), header_names(theirs));
    assert_eq!(bye.get("Reason"), theirs.get("Reason"));
    agent.answer(&bye, 200, "").await;
    client.event("CHANNEL_DESTROY", "x").await;
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn a_webrtc_call_that_goes_out() {
    let vars = "media_webrtc=true,sip_h_X-NK-Session=sess-10,originate_timeout=30";
    calls_alike("webrtc-out", vars, WEBRTC).await;
}

#[tokio::test]
async fn an_rtp_call_that_goes_out() {
    let vars = "sip_h_X-NK-Session=sess-9,originate_timeout=30,absolute_codec_string='PCMU\\,PCMA'";
    calls_alike("rtp-out", vars, super::agent::RTP).await;
}

/// A frame without numbers and ids that no two servers have alike.
fn comparable(frame: &str) -> String {
    let is_status = frame.contains("FreeSWITCH (Version");
    let lines = frame.lines().filter(|line| {
        let is_chance = line.contains("Job-UUID:") || (is_status && !line.contains("ready"));
        !is_chance
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_event_socket_frame_by_frame() {
    let simulator = Simulator::start(as_recorded()).await;
    let mut client = None;
    for line in recorded("esl") {
        let text = line[1].as_str().expect("a frame is a text");
        let is_sent = line[0] == "send";
        if text == "Content-Type: auth/request\n\n" {
            client = Some(Client::connect(&simulator).await);
        }
        let client = client.as_mut().expect("it begins with a greeting");
        if is_sent {
            client.send(text).await;
            continue;
        }
        let mut frame = client.frame().await;
        // These were cut from the recording.
        while frame.contains("HEARTBEAT\",") || frame.contains("CHANNEL_CREATE\",") {
            frame = client.frame().await;
        }
        if text.contains("text/event") {
            let kind = |frame: &str| {
                let name = super::client::header(frame, "Content-Type").map(str::to_owned);
                (name, frame.contains("BACKGROUND_JOB"))
            };
            assert_eq!(kind(&frame), kind(text));
        } else {
            assert_eq!(comparable(&frame), comparable(text));
        }
    }
    let end = timeout(Duration::from_secs(1), client.expect("it spoke").next()).await;
    assert_eq!(end.expect("the connection ends"), None);
}
