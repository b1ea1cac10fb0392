//! What goes wrong when the test wants it to.

use std::time::Duration;

use tokio::time::timeout;

use super::agent::{Agent, RTP};
use super::client::Client;
use crate::freeswitch_simulator::{Fault, Options, Simulator};

const BRIEFLY: Duration = Duration::from_millis(150);

async fn start() -> (Simulator, Client) {
    let simulator = Simulator::start(Options::default()).await;
    let client = Client::ready(&simulator).await;
    (simulator, client)
}

#[tokio::test]
async fn commands_are_refused_as_ordered() {
    let (simulator, mut client) = start().await;
    simulator.order_next(1, "uuid_exists", Fault::Refuse("-ERR no\n"));
    assert_eq!(client.api("uuid_exists x").await, "-ERR no\n");
    assert_eq!(client.api("uuid_exists x").await, "false");
    simulator.order("conference.kick", Fault::Refuse("-ERR kept\n"));
    assert_eq!(client.job("conference r kick 1").await, "-ERR kept\n");
    simulator.obey();
    let told = client.job("conference r kick 1").await;
    assert_eq!(told, "-ERR Conference r not found\n");
    assert_eq!(
        client.api("uuid_record x start /a.wav").await,
        "-ERR Cannot locate session!\n"
    );
    let commands = simulator.commands();
    assert!(commands.contains(&"auth".to_owned()), "{commands:?}");
    assert!(commands.contains(&"api uuid_exists x".to_owned()));
}

#[tokio::test]
async fn silence_ends_when_the_server_obeys() {
    let (simulator, mut client) = start().await;
    simulator.order("status", Fault::Silent);
    {
        let asked = timeout(BRIEFLY, client.api("status")).await;
        assert!(asked.is_err(), "nothing is said");
    }
    simulator.obey();
    assert!(client.reply().await.contains("ready"));
    simulator.order_next(1, "status", Fault::Silent);
    assert!(timeout(BRIEFLY, client.job("status")).await.is_err());
    assert!(client.job("status").await.contains("ready"));
}

#[tokio::test]
async fn sockets_are_cut_and_calls_stay() {
    let (simulator, mut client) = start().await;
    let mut agent = Agent::new(&simulator).await;
    agent.call("mediaplane", "leg", RTP).await;
    client.event("CHANNEL_PARK", "leg").await;
    simulator.order_next(1, "uuid_transfer", Fault::Drop);
    client.send("api uuid_transfer leg echo inline\n\n").await;
    assert_eq!(client.next().await, None);
    simulator.cut();
    tokio::time::sleep(BRIEFLY).await;
    let mut client = Client::ready(&simulator).await;
    let rows = client.api("show channels as json").await;
    assert!(
        rows.contains("\"uuid\":\"leg\"") && rows.contains("\"application\":\"echo\""),
        "{rows}"
    );

    let before = simulator.core_uuid();
    simulator.restart();
    assert_eq!(client.next().await, None);
    assert!(simulator.held().is_empty());
    let mut client = Client::ready(&simulator).await;
    assert_eq!(
        client.api("show channels as json").await,
        "{\"row_count\":0}"
    );
    assert_ne!(client.api("global_getvar core_uuid").await, before);
    simulator.refuse_connections(true);
    assert_eq!(Client::connect(&simulator).await.next().await, None);
}

#[tokio::test]
async fn requests_of_sip_are_refused_or_not_heard() {
    let (simulator, _client) = start().await;
    let mut agent = Agent::new(&simulator).await;
    simulator.order_next(1, "INVITE", Fault::Reject(503));
    assert_eq!(agent.call("mediaplane", "a", RTP).await.status(), Some(503));
    simulator.order_next(1, "INVITE", Fault::Silent);
    let silent = timeout(BRIEFLY, agent.call("mediaplane", "b", RTP)).await;
    assert!(silent.is_err());
    simulator.order_next(1, "INVITE", Fault::Delay(Duration::from_secs(60)));
    let invite = agent.request("INVITE", "mediaplane", "c", 1);
    agent.send(&invite.with_sdp(RTP.to_owned())).await;
    tokio::time::sleep(BRIEFLY).await;
    let cancel = agent.request("CANCEL", "mediaplane", "c", 1);
    agent.send(&cancel).await;
    assert_eq!(agent.awaited("CANCEL").await.status(), Some(200));
    assert_eq!(agent.awaited("INVITE").await.status(), Some(487));
    assert!(simulator.held().is_empty());
}

#[tokio::test]
async fn what_does_not_belong_into_a_command_is_seen() {
    let fine = [
        "api global_getvar core_uuid",
        "api version",
        "api xml_locate configuration configuration name conference.conf",
        "api show channels as json",
        "api file_exists /a.wav",
        "api uuid_dump x json",
        "api uuid_set_media_stats x",
        "api uuid_setvar x media_timeout 5000",
        "api uuid_transfer x 'm:^:playback:/a.wav^park' inline",
        "api uuid_transfer x m:^:conference:r@mediaplane^park inline",
        "bgapi uuid_bridge x y",
        "bgapi uuid_audio x start read mute -1\nJob-UUID: x",
        "bgapi uuid_audio x stop",
        "bgapi uuid_record x pause /a.wav",
        "bgapi uuid_broadcast x /a.wav aleg",
        "bgapi uuid_break x all",
        "bgapi uuid_fileman x seek:1500",
        "bgapi uuid_send_dtmf x 12#@100",
        "api conference r vid-layout group:grid",
        "api uuid_kill x",
        "bgapi originate {absolute_codec_string=PCMU\\,PCMA}sofia/mediaplane/x@127.0.0.1:9;transport=tcp &park\nJob-UUID: x",
    ];
    let foul = [
        "sendmsg x",
        "api uuid_send_info x",
        "api uuid_fileman x seek:0 y",
        "api uuid_transfer x 7000",
        "api uuid_audio x start write mute -1",
        "api conference r hup all",
        "api originate {}sofia/mediaplane/x@127.0.0.1:9 &system(id)",
        "api uuid_exists x\napi hupall",
        "api uuid_exists x y",
        "api uuid_setvar x name it's",
        "api uuid_setvar x name ${system(id)}",
        "api hupall",
    ];
    for (commands, is_foul) in [(&fine[..], false), (&foul[..], true)] {
        for command in commands {
            let (simulator, mut client) = start().await;
            client.send(&format!("{command}\n\n")).await;
            client.reply().await;
            assert_eq!(simulator.injected(), is_foul, "{command}");
        }
    }
}
