//! What each command line asks of the service.

use std::fs;

use serde_json::{Value, json};

use super::{super::json::fields_of, run, service::Service, words};

/// The one request that `line` makes.
async fn asked(line: &str) -> (String, Value) {
    let service = Service::start([]).await;
    let outcome = run(&service.address, &words(line)).await;
    assert_eq!(outcome.code, 0, "{line}: {}", outcome.err);
    let mut requests = service.requests();
    assert_eq!(requests.len(), 1, "{line}");
    requests.remove(0)
}

#[tokio::test]
async fn every_command_makes_its_request() {
    let cases = [
        ("session get s1", "GetSession", json!({"sessionId": "s1"})),
        ("session offer s1", "GetOffer", json!({"sessionId": "s1"})),
        ("session answer s1", "GetAnswer", json!({"sessionId": "s1"})),
        ("session stats s1", "GetStats", json!({"sessionId": "s1"})),
        (
            "session destroy s1 --message done",
            "DestroySession",
            json!({"sessionId": "s1", "message": "done"}),
        ),
        (
            "session candidate s1 --mid 0 --index 1 --candidate candidate:1",
            "SetCandidate",
            json!({"sessionId": "s1", "sdpMid": "0", "sdpMLineIndex": 1, "candidate": "candidate:1"}),
        ),
        (
            "session candidate s1 --end",
            "SetCandidateEnd",
            json!({"sessionId": "s1"}),
        ),
        (
            "session update s1 --mute-audio --mute-video=false --bitrate-kbps 0 --max-layer 1",
            "UpdateMedia",
            json!({"sessionId": "s1", "media":
                {"muteAudio": true, "muteVideo": false, "bitrateKbps": 0, "maxLayer": 1}}),
        ),
        (
            "session dtmf s1 12# --duration 200ms",
            "SendDtmf",
            json!({"sessionId": "s1", "digits": "12#", "duration": "0.200s"}),
        ),
        (
            r#"session info s1 mood --body {"ok":true}"#,
            "SendInfo",
            json!({"sessionId": "s1", "info": "mood", "body": {"ok": true}}),
        ),
        (
            "session watch s1 s2 --type offer --type destroyed --after-sequence 7",
            "WatchEvents",
            json!({"sessionIds": {"ids": ["s1", "s2"]}, "afterSequence": "7",
                "types": ["EVENT_TYPE_OFFER", "EVENT_TYPE_DESTROYED"]}),
        ),
        (
            "session watch --subscriber --snapshot --from-now --label a=b",
            "WatchEvents",
            json!({"subscriber": "", "snapshot": true, "fromNow": true, "labels": {"a": "b"}}),
        ),
        (
            "session watch --room r1",
            "WatchEvents",
            json!({"roomIds": {"ids": ["r1"]}}),
        ),
        ("session watch --all", "WatchEvents", json!({"all": {}})),
        (
            "session list --type echo --status ready --backend janus --user u --room r --label k=v --limit 7",
            "ListSessions",
            json!({"pageSize": 7, "filter": {"types": ["SESSION_KIND_ECHO"], "backends": ["janus"],
                "statuses": ["SESSION_STATUS_READY"], "userId": "u", "roomId": "r", "labels": {"k": "v"}}}),
        ),
        ("backend list", "ListBackends", json!({})),
        ("backend drain j1", "DrainBackend", json!({"name": "j1"})),
        (
            "backend undrain j1",
            "UndrainBackend",
            json!({"name": "j1"}),
        ),
        (
            "room create r1 --kind mcu --backend j1 --audio-codec opus --bitrate-kbps 500 --empty-timeout 5m --label k=v",
            "CreateRoom",
            json!({"roomId": "r1", "kind": "ROOM_KIND_MCU", "backend": "j1", "labels": {"k": "v"},
                "options": {"audioCodec": "opus", "bitrateKbps": 500, "timeout": "300s"}}),
        ),
        ("room get r1", "GetRoom", json!({"roomId": "r1"})),
        (
            "room list --kind sfu",
            "ListRooms",
            json!({"pageSize": 100, "filter": {"kinds": ["ROOM_KIND_SFU"]}}),
        ),
        ("room destroy r1", "DestroyRoom", json!({"roomId": "r1"})),
    ];
    for (line, method, request) in cases {
        assert_eq!(asked(line).await, (method.to_owned(), request), "{line}");
    }
}

#[tokio::test]
async fn every_action_makes_its_request() {
    let cases = [
        (
            "recorder s1 start --uri /x --format mjr",
            json!({"start": {"uri": "/x", "format": "mjr"}}),
        ),
        ("recorder s1 stop", json!({"stop": {}})),
        ("recorder s1 pause", json!({"pause": {}})),
        ("recorder s1 resume", json!({"resume": {}})),
        ("recorder s1 actions", json!({"getActions": {}})),
        (
            "player s1 start --uri /x --loops 0",
            json!({"start": {"uri": "/x", "loops": 0}}),
        ),
        ("player s1 stop", json!({"stop": {}})),
        ("player s1 pause", json!({"pause": {}})),
        ("player s1 resume", json!({"resume": {}})),
        ("player s1 info", json!({"getInfo": {}})),
        ("player s1 position", json!({"getPosition": {}})),
        (
            "player s1 seek 90s",
            json!({"setPosition": {"position": "90s"}}),
        ),
        ("player s1 actions", json!({"getActions": {}})),
        (
            "room s1 set-layout grid",
            json!({"setLayout": {"layout": "grid"}}),
        ),
        ("room s1 members", json!({"listMembers": {}})),
        (
            "room s1 mute s2 --audio true --video false",
            json!({"muteMember": {"memberId": "s2", "muteAudio": true, "muteVideo": false}}),
        ),
        ("room s1 kick s2", json!({"kickMember": {"memberId": "s2"}})),
        ("room s1 lock", json!({"lock": {}})),
        ("room s1 unlock", json!({"unlock": {}})),
        ("room s1 play /x", json!({"play": {"uri": "/x"}})),
        ("room s1 play --stop", json!({"play": {"stop": true}})),
        ("room s1 record --uri /x", json!({"record": {"uri": "/x"}})),
        ("room s1 record --stop", json!({"record": {"stop": true}})),
        ("room s1 actions", json!({"getActions": {}})),
    ];
    for (line, action) in cases {
        let (method, mut request) = asked(&format!("session {line}")).await;
        let id = request.as_object_mut().expect("object").remove("sessionId");
        assert_eq!(id, Some(json!("s1")));
        assert_eq!(request, action, "{line}");
        let group = line.split(' ').next().expect("a word");
        assert_eq!(method.to_lowercase(), format!("{group}action"));
    }
}

#[tokio::test]
async fn every_type_takes_its_own_options() {
    let cases = [
        ("p2p --peer a", json!({"p2p": {"peerId": "a"}})),
        ("echo", json!({"echo": {}})),
        ("proxy", json!({"proxy": {}})),
        ("publish", json!({"publish": {}})),
        (
            "publish --room r --create-room --room-video-codec vp8 --room-bitrate-kbps 64 --room-timeout 1s",
            json!({"publish": {"roomId": "r", "createRoom": true,
                "roomOptions": {"videoCodec": "vp8", "bitrateKbps": 64, "timeout": "1s"}}}),
        ),
        (
            "listen --publisher p",
            json!({"listen": {"publisherId": "p"}}),
        ),
        ("park", json!({"park": {}})),
        (
            "mcu --room r --profile big --layout grid",
            json!({"mcu": {"roomId": "r", "profile": "big", "layout": "grid"}}),
        ),
        ("bridge --peer a", json!({"bridge": {"peerId": "a"}})),
        (
            "play --uri u --loops 0",
            json!({"play": {"uri": "u", "loops": 0}}),
        ),
        ("play --uri u", json!({"play": {"uri": "u"}})),
    ];
    for (options, kind) in cases {
        let (_, request) = asked(&format!("session set-type s1 --type {options}")).await;
        assert_eq!(request, json!({"sessionId": "s1", "type": kind}));
    }
    let foreign = words("session create --type echo --room r");
    let outcome = run("127.0.0.1:1", &foreign).await;
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.err,
        "error: --room belongs to --type publish and mcu, not to echo\n"
    );
}

#[tokio::test]
async fn create_passes_every_option_on() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), "v=0\r\n").expect("written");
    let line = format!(
        "session create --type echo --wait-reply --session-id s1 --backend janus --label a=1 --label b=2 --user u \
         --backend-options {{\"x\":1}} --offer-file {} --offer-sdp-type rtp --trickle --sdp-type rtp \
         --no-offer-trickle-ice --no-answer-trickle-ice --trickle-ice-timeout 2s --master m --set-master-answer \
         --stop-after-peer false --wait-timeout 3s --ready-timeout 4s --destroy-when-unwatched 5s --subscribe false \
         --subscriber desk --event-body {{\"y\":2}} --mute-audio --bitrate-kbps 300",
        file.path().display()
    );
    let (method, request) = asked(&line).await;
    assert_eq!(method, "CreateSession");
    let expected = json!({
        "sessionId": "s1", "type": {"echo": {}}, "waitReply": true,
        "offer": {"sdp": "v=0\r\n", "sdpType": "SDP_TYPE_RTP", "trickleIce": true},
        "noOfferTrickleIce": true, "noAnswerTrickleIce": true, "trickleIceTimeout": "2s",
        "sdpType": "SDP_TYPE_RTP", "backend": "janus", "masterId": "m", "setMasterAnswer": true,
        "stopAfterPeer": false, "waitTimeout": "3s", "readyTimeout": "4s", "subscribe": false,
        "subscriber": "desk", "eventBody": {"y": 2.0}, "destroyWhenUnwatched": "5s",
        "media": {"muteAudio": true, "bitrateKbps": 300}, "userId": "u",
        "labels": {"a": "1", "b": "2"}, "backendOptions": {"x": 1.0},
    });
    assert_eq!(request, expected);
    let filled = request.as_object().expect("object").len();
    let fields = fields_of("mediaplane.v1.CreateSessionRequest");
    assert_eq!(filled, fields, "an option of the API has no flag");
}

#[tokio::test]
async fn an_answer_is_set_from_a_file() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), "v=0\n").expect("written");
    let (method, request) = asked(&format!(
        "session answer s1 --set-file {} --trickle",
        file.path().display()
    ))
    .await;
    assert_eq!(method, "SetAnswer");
    let answer = json!({"sdp": "v=0\n", "sdpType": "SDP_TYPE_WEBRTC", "trickleIce": true});
    assert_eq!(request, json!({"sessionId": "s1", "answer": answer}));
}
