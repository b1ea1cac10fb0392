//! Proof that the instruments work, against a real Janus and without the service: what the other tests stand on.

mod support;
#[path = "support_selftest/unbundled.rs"]
mod unbundled;

use std::time::Duration;

use serde_json::{Value, json};
use support::janus::{Api, Client, Handle, Janus, Options};
use support::media::{Codec, Kind};
use support::network::media_address;
use support::peer::{self, Peer};
use support::proxy::Proxy;
use support::received::Receives;
use support::rtp::RtpPeer;
use support::sdp::{media_lines, without_candidates};
use support::{ffprobe, files};

const VIDEOROOM: &str = "janus.plugin.videoroom";
const NOSIP: &str = "janus.plugin.nosip";

/// The description in a plugin's reply.
fn sdp(reply: &Value) -> &str {
    reply["jsep"]["sdp"]
        .as_str()
        .unwrap_or_else(|| panic!("a reply with a description was expected: {reply:#}"))
}

async fn echo(client: &mut Client, peer: &Peer) -> Handle {
    let handle = client.attach("janus.plugin.echotest", "selftest").await;
    let offer = Some(("offer", peer.description()));
    let reply = client
        .message(handle, json!({"audio": true, "video": true}), offer)
        .await;
    peer.accept_answer(sdp(&reply)).await;
    handle
}

#[tokio::test]
async fn echo_returns_audio_video_and_data_until_muted() {
    let janus = Janus::start(Options::default()).await;
    let mut client = janus.client().await;
    let peer = Peer::offer(
        peer::Options::new(janus.media_ip(), 7)
            .audio()
            .video()
            .data(),
    )
    .await;
    let handle = echo(&mut client, &peer).await;

    peer.connected().await;
    tokio::join!(
        peer.receives(Kind::Audio, 7, 25),
        peer.receives(Kind::Video, 7, 10)
    );
    assert!(peer.counts().keyframes() > 0, "{:#?}", peer.counts());
    peer.send_text("hello").await;
    peer.receives_text(|text| text.ends_with("hello")).await;

    client.message(handle, json!({"audio": false}), None).await;
    peer.stops_receiving(Kind::Audio).await;
    peer.receives(Kind::Video, 7, 5).await;

    client
        .message(handle, json!({"bitrate": 256_000}), None)
        .await;
    peer.remb(|bitrate| bitrate == 256_000).await;

    peer.close().await;
    let hangup = client.event(|event| event["janus"] == "hangup").await;
    assert_eq!(hangup["reason"], "DTLS alert");
    client
        .request(json!({"janus": "destroy", "session_id": handle.session}))
        .await;
    janus
        .leaves_nothing(Duration::from_secs(5), |_| false)
        .await;
}

async fn publish(client: &mut Client, peer: &Peer, feed: &str) -> Handle {
    let handle = client.attach(VIDEOROOM, feed).await;
    let join =
        json!({"request": "joinandconfigure", "room": "r", "ptype": "publisher", "id": feed});
    let joined = client
        .message(handle, join, Some(("offer", peer.description())))
        .await;
    peer.accept_answer(sdp(&joined)).await;
    for candidate in peer.candidates() {
        let mut trickle = handle.request("trickle");
        trickle["candidate"] = json!({
            "candidate": candidate.candidate,
            "sdpMid": candidate.sdp_mid,
            "sdpMLineIndex": candidate.sdp_m_line_index,
        });
        client.request(trickle).await;
    }
    let up = |event: &Value| event["janus"] == "webrtcup" && event["sender"] == handle.handle;
    client.event(up).await;
    handle
}

async fn listen(client: &mut Client, feed: &str, options: peer::Options) -> (Handle, Peer) {
    let handle = client.attach(VIDEOROOM, "listener").await;
    let join =
        json!({"request": "join", "room": "r", "ptype": "subscriber", "streams": [{"feed": feed}]});
    let attached = client.message(handle, join, None).await;
    let (offer, candidates) = without_candidates(sdp(&attached));
    let peer = Peer::answer(options, &offer).await;
    let answer = Some(("answer", peer.description()));
    client
        .message(handle, json!({"request": "start"}), answer)
        .await;
    for candidate in candidates {
        peer.add_candidate(&candidate.candidate).await;
    }
    peer.connected().await;
    (handle, peer)
}

#[tokio::test]
async fn a_listener_tells_whose_media_it_gets() {
    let janus = Janus::start(Options::default()).await;
    let ip = janus.media_ip();
    let mut client = janus.client().await;
    janus
        .plugin(VIDEOROOM, json!({"request": "create", "room": "r"}))
        .await;
    let one = Peer::offer(peer::Options::new(ip, 1).audio().video().trickle()).await;
    assert!(
        !one.description().contains("a=candidate"),
        "{}",
        one.description()
    );
    publish(&mut client, &one, "one").await;
    let two = Peer::offer(peer::Options::new(ip, 2).audio().video()).await;
    publish(&mut client, &two, "two").await;

    let (handle, listener) = listen(&mut client, "one", peer::Options::new(ip, 3)).await;
    tokio::join!(
        listener.receives(Kind::Audio, 1, 10),
        listener.receives(Kind::Video, 1, 5)
    );
    assert_eq!(listener.counts().packets(Kind::Video, Some(2)), 0);

    let lines = media_lines(two.description());
    let streams = json!([{"feed": "two", "mid": lines[1].mid(), "sub_mid": "1"}]);
    let switch = json!({"request": "switch", "streams": streams});
    let switched = client.message(handle, switch, None).await;
    assert_eq!(switched["plugindata"]["data"]["changes"], 1, "{switched:#}");
    listener.receives_keyframe().await;
    listener.receives(Kind::Video, 2, 5).await;
    listener.stops_receiving_from(Kind::Video, 1).await;
    listener.receives(Kind::Audio, 1, 5).await;

    let left = janus
        .leaks(|session| session.opaque_ids == ["listener"])
        .await;
    assert_eq!(left.sessions.len(), 2, "{left:#?}");
    assert_eq!(left.rooms, [(VIDEOROOM.to_owned(), "r".to_owned())]);
    client.request(handle.request("hangup")).await;
    listener.closed().await;
}

#[tokio::test]
async fn simulcast_layers_are_told_apart() {
    let janus = Janus::start(Options::default()).await;
    let ip = janus.media_ip();
    let mut client = janus.client().await;
    janus
        .plugin(VIDEOROOM, json!({"request": "create", "room": "r"}))
        .await;
    let publisher = Peer::offer(peer::Options::new(ip, 1).simulcast()).await;
    publish(&mut client, &publisher, "one").await;
    let (handle, listener) = listen(&mut client, "one", peer::Options::new(ip, 2)).await;
    listener.receives_layer(2, 5).await;
    for layer in [0, 1] {
        let streams = json!([{"mid": "0", "substream": layer}]);
        client
            .message(
                handle,
                json!({"request": "configure", "streams": streams}),
                None,
            )
            .await;
        listener.receives_layer(layer, 10).await;
    }
}

#[tokio::test]
async fn a_gateway_carries_media_both_ways() {
    let janus = Janus::start(Options::default()).await;
    let ip = janus.media_ip();
    let mut client = janus.client().await;

    let caller = Peer::offer(peer::Options::new(ip, 1).pcmu().video()).await;
    let mut phone = RtpPeer::bind(ip, 2, &[Codec::Pcmu]).await;
    let handle = client.attach(NOSIP, "to-rtp").await;
    let offer = Some(("offer", caller.description()));
    let generated = client
        .message(handle, json!({"request": "generate"}), offer)
        .await;
    let answer = phone.answer(plain_sdp(&generated));
    let process = json!({"request": "process", "type": "answer", "sdp": answer});
    let processed = client.message(handle, process, None).await;
    caller.accept_answer(sdp(&processed)).await;
    tokio::join!(
        phone.receives(Kind::Audio, 1, 10),
        caller.receives(Kind::Audio, 2, 10)
    );

    let mut phone = RtpPeer::bind(ip, 3, &[Codec::Opus, Codec::Vp8]).await;
    let handle = client.attach(NOSIP, "from-rtp").await;
    let process = json!({"request": "process", "type": "offer", "sdp": phone.offer()});
    let processed = client.message(handle, process, None).await;
    let callee = Peer::answer(peer::Options::new(ip, 4), sdp(&processed)).await;
    let answer = Some(("answer", callee.description()));
    let generated = client
        .message(handle, json!({"request": "generate"}), answer)
        .await;
    phone.accept_answer(plain_sdp(&generated));
    tokio::join!(
        phone.receives(Kind::Audio, 4, 10),
        callee.receives(Kind::Audio, 3, 10)
    );
    tokio::join!(
        phone.receives(Kind::Video, 4, 5),
        callee.receives(Kind::Video, 3, 5)
    );
}

/// The plain RTP description in a nosip reply.
fn plain_sdp(reply: &Value) -> &str {
    reply["plugindata"]["data"]["result"]["sdp"]
        .as_str()
        .unwrap_or_else(|| panic!("a plain description was expected: {reply:#}"))
}

#[tokio::test]
async fn a_server_can_die_hang_and_come_back() {
    let mut janus = Janus::start(Options {
        api_secret: Some("s".to_owned()),
        ..Options::default()
    })
    .await;
    let mut client = janus.client().await;
    client.attach(VIDEOROOM, "lost").await;
    assert_eq!(janus.sessions().await.len(), 1);

    janus.kill();
    client
        .try_request(json!({"janus": "info"}))
        .await
        .expect_err("a dead server does not answer");
    janus.restart().await;
    assert!(janus.leaks(|_| false).await.is_empty());

    let mut client = janus.client().await;
    janus.pause();
    let request = client.try_request(json!({"janus": "create"}));
    tokio::time::timeout(Duration::from_millis(300), request)
        .await
        .expect_err("a stopped server does not answer");
    janus.resume();
    let created = client.event(|event| event["janus"] == "success").await;
    assert!(created["data"]["id"].is_u64(), "{created}");
}

#[tokio::test]
async fn a_line_can_be_cut_and_frozen() {
    let janus = Janus::start(Options::default()).await;
    let proxy = Proxy::start(janus.address()).await;
    let info = || json!({"janus": "info"});
    let mut client = Client::connect(&proxy.url(), Api::Janus)
        .await
        .expect("the line is open");
    client.request(info()).await;

    proxy.freeze();
    tokio::time::timeout(Duration::from_millis(300), client.try_request(info()))
        .await
        .expect_err("nothing passes a frozen line");
    proxy.thaw();
    client.event(|event| event["janus"] == "server_info").await;
    assert_eq!(proxy.connections(), 1);

    proxy.cut();
    client
        .try_request(info())
        .await
        .expect_err("a cut line ends the connection");
    Client::connect(&proxy.url(), Api::Janus)
        .await
        .expect_err("a cut line takes no new connection");
    proxy.restore();
    let mut client = Client::connect(&proxy.url(), Api::Janus)
        .await
        .expect("the line is open again");
    client.request(info()).await;
}

#[tokio::test]
async fn two_peers_talk_directly_until_one_leaves() {
    let ip = media_address();
    let one = Peer::offer(peer::Options::new(ip, 1).audio().video().data().trickle()).await;
    let two = Peer::answer(peer::Options::new(ip, 2).trickle(), one.description()).await;
    one.accept_answer(two.description()).await;
    one.add_candidate(&two.candidates()[0].candidate).await;
    two.add_candidate(&one.candidates()[0].candidate).await;

    tokio::join!(
        one.receives(Kind::Audio, 2, 5),
        two.receives(Kind::Video, 1, 5)
    );
    two.send_text("from two").await;
    one.receives_text(|text| text == "from two").await;
    two.set_sending(Kind::Audio, false).await;
    one.stops_receiving(Kind::Audio).await;
    one.receives_nothing(Kind::Audio, Duration::from_millis(200))
        .await;
    two.close().await;
    one.closed().await;

    let one = Peer::offer(peer::Options::new(ip, 1).audio()).await;
    let two = Peer::answer(peer::Options::new(ip, 2), one.description()).await;
    one.accept_answer(two.description()).await;
    one.receives_any(Kind::Audio, 5).await;
    two.vanish().await;
    one.stops_receiving(Kind::Audio).await;
    assert!(
        !one.state().closed,
        "nobody said goodbye: {:#?}",
        one.state()
    );
}

#[tokio::test]
async fn every_codec_goes_on_as_one_stream() {
    for codec in Codec::ALL {
        let ip = media_address();
        let alice = Peer::offer(peer::Options::new(ip, 1).codec(codec)).await;
        let options = peer::Options::new(ip, 2).codec(codec);
        let bob = Peer::answer(options, alice.description()).await;
        alice.accept_answer(bob.description()).await;
        tokio::join!(
            alice.receives(codec.kind(), 2, 8),
            bob.receives(codec.kind(), 1, 8)
        );
        if codec.kind() == Kind::Video {
            let before = bob.counts().keyframes();
            assert!(before > 0, "{codec:?}: {:#?}", bob.counts());
            bob.request_keyframe().await;
            bob.receives_keyframe().await;
        }
        alice.is_continuous().await;
        bob.is_continuous().await;
    }
}

#[tokio::test]
async fn telephones_hear_each_others_keys() {
    let bind = |tag| RtpPeer::bind(media_address(), tag, &[Codec::Pcmu, Codec::Vp8]);
    let (mut one, mut two) = (bind(1).await.tones(), bind(2).await.tones());
    let answer = two.answer(&one.offer());
    one.accept_answer(&answer);
    tokio::join!(
        one.receives(Kind::Audio, 2, 5),
        two.receives(Kind::Audio, 1, 5),
        two.receives(Kind::Video, 1, 5)
    );
    for digit in ['4', '#'] {
        one.press(digit).await;
    }
    two.hears_tones("4#").await;
    two.receives(Kind::Audio, 1, 5).await;
    two.is_continuous().await;
    one.falls_silent();
    two.stops_receiving(Kind::Audio).await;
}

#[tokio::test]
async fn what_is_played_can_be_read_by_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.webm");
    std::fs::write(&path, files::webm(7, 3)).expect("written");
    let path = path.to_str().expect("text");
    if let Some(probed) = ffprobe::probe(path).await {
        assert_eq!(probed.codecs(), ["opus", "vp8"]);
        assert_eq!(probed.duration, Duration::from_secs(3));
        let packets: Vec<_> = probed.streams.iter().map(|stream| stream.packets).collect();
        assert_eq!(packets, [150, 75]);
    }
}
