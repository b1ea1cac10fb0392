//! Frames of the plugins with rooms and players, as recorded from Janus 1.1.2.

use serde_json::{Value, json};

use super::{
    Plugin, Record, audiobridge,
    incoming::{self, Answer, HandleEvent, Incoming, Reply},
    recordplay,
    rooms::{self, Create, Refusal, VideoOptions},
    stats::Webrtc,
    streaming,
    videoroom::{self, Body, Published, Receive, Said, Source, Subscribed},
};
use crate::media::{MediaKind, MediaUpdate};

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../tests/fixtures/janus-1.1.2/",
            $name,
            ".jsonl"
        ))
    };
}

/// What the plugins said, in order.
fn answers(frames: &str) -> Vec<Answer> {
    let answer = |line| match incoming::read(line) {
        Ok(Incoming::Reply {
            reply: Reply::Plugin(answer),
            ..
        }) => answer,
        Ok(Incoming::Event {
            event: HandleEvent::Plugin(answer),
            ..
        }) => answer,
        other => panic!("{other:?}"),
    };
    frames.lines().map(answer).collect()
}

fn json(body: &impl serde::Serialize) -> Value {
    serde_json::to_value(body).expect("JSON")
}

fn media(mute: bool, kbps: u32) -> MediaUpdate {
    MediaUpdate {
        mute_audio: Some(mute),
        bitrate_kbps: Some(kbps),
        ..MediaUpdate::default()
    }
}

#[test]
fn rooms_are_made_as_they_are_asked_for() {
    let options = VideoOptions {
        bitrate: 500_000,
        audio_codec: "opus".into(),
        video_codec: "vp8".into(),
        folder: Some("/srv/rec".into()),
    };
    let video = rooms::Body::Create(Create::video("r1", "mark".into(), options));
    assert_eq!(
        json(&video),
        json!({"request": "create", "room": "r1", "description": "mark", "publishers": 1000,
               "bitrate": 500_000, "audiocodec": "opus", "videocodec": "vp8", "is_private": false,
               "permanent": false, "notify_joining": false, "rec_dir": "/srv/rec"})
    );
    let audio = rooms::Body::Create(Create::audio("r2", "mark".into()));
    assert_eq!(
        json(&audio),
        json!({"request": "create", "room": "r2", "description": "mark", "is_private": false,
               "permanent": false, "sampling_rate": 48000, "audiolevel_event": false})
    );
    let locks = [rooms::Body::lock("r1"), rooms::Body::unlock("r1")];
    assert_eq!(
        locks.map(|body| json(&body)),
        [
            json!({"request": "allowed", "room": "r1", "action": "enable", "allowed": []}),
            json!({"request": "allowed", "room": "r1", "action": "disable"}),
        ]
    );
    let record = rooms::Body::EnableRecording {
        room: "r2".into(),
        record: true,
        record_file: Some("/srv/rec/mix.wav".into()),
    };
    assert_eq!(
        json(&record),
        json!({"request": "enable_recording", "room": "r2", "record": true,
               "record_file": "/srv/rec/mix.wav"})
    );
}

#[test]
fn rooms_are_listed_and_refused() {
    let mut found = Vec::new();
    let mut refused = Vec::new();
    for answer in answers(recorded!("rooms")) {
        let plugin = match answer.data.get("audiobridge") {
            Some(_) => Plugin::Audiobridge,
            None => Plugin::Videoroom,
        };
        match answer.refusal(plugin) {
            Some(error) => refused.push((plugin, rooms::refusal(&error))),
            None => found.extend(rooms::listed(&answer).expect("a list")),
        }
    }
    assert_eq!(
        refused,
        [
            (Plugin::Videoroom, Some(Refusal::Exists)),
            (Plugin::Videoroom, Some(Refusal::NoRoom)),
            (Plugin::Audiobridge, Some(Refusal::Exists)),
            (Plugin::Audiobridge, Some(Refusal::NoRoom)),
        ]
    );
    let mix = found.iter().find(|listed| listed.room == "mcu-1");
    let mix = mix.expect("it is listed");
    assert_eq!((mix.description.as_str(), mix.num_participants), ("mix", 0));
}

#[test]
fn publishers_say_what_was_recorded() {
    assert_eq!(
        json(&Body::publish("r", "p", media(true, 0), 0)),
        json!({"request": "joinandconfigure", "room": "r", "ptype": "publisher", "id": "p",
               "audio": false, "bitrate": 10_000_000}),
        "0 would be sent to the client as it is"
    );
    for (kbps, room_cap, expected) in [
        (300, 0, 300_000),
        (300, 200_000, 200_000),
        (100, 200_000, 100_000),
        (0, 200_000, 200_000),
        (300, 1000, 64_000),
        (u32::MAX, 0, u32::MAX),
    ] {
        let said = json(&Body::media(media(false, kbps), room_cap));
        assert_eq!(
            said,
            json!({"request": "configure", "audio": true, "bitrate": expected})
        );
    }
    let start = Body::record(Record::start("/srv/rec/take-1".into()));
    assert_eq!(
        json(&start),
        json!({"request": "configure", "record": true, "filename": "take-1"})
    );
    assert_eq!(
        json(&Body::record(Record::stop())),
        json!({"request": "configure", "record": false})
    );
}

#[test]
fn subscribers_say_what_was_recorded() {
    assert_eq!(
        json(&Body::subscribe("r", "p")),
        json!({"request": "join", "room": "r", "ptype": "subscriber", "streams": [{"feed": "p"}]})
    );
    assert_eq!(json(&Body::Start), json!({"request": "start"}));
    let source = Source {
        feed: "p2".into(),
        mid: "a".into(),
        sub_mid: "0".into(),
    };
    let switch = Body::Switch {
        streams: vec![source],
    };
    assert_eq!(
        json(&switch),
        json!({"request": "switch", "streams": [{"feed": "p2", "mid": "a", "sub_mid": "0"}]})
    );
    let receive = Receive {
        mid: "1".into(),
        send: true,
        substream: Some(2),
    };
    assert_eq!(
        json(&Body::receive(vec![receive])),
        json!({"request": "configure", "streams": [{"mid": "1", "send": true, "substream": 2}]})
    );
}

#[test]
fn streams_are_told_with_their_sources() {
    let answers = answers(recorded!("videoroom"));
    let is = |answer: &&Answer, word: &str| answer.data["videoroom"] == word;
    let joined = answers.iter().find(|answer| is(answer, "joined"));
    let published: Vec<Published> =
        videoroom::streams(joined.expect("joined")).expect("its streams");
    let kinds: Vec<_> = published.iter().map(Published::kind).collect();
    assert_eq!(
        kinds,
        [MediaKind::Audio, MediaKind::Video, MediaKind::Data].map(Some)
    );
    let disabled = json!({"type": "video", "mindex": 1, "mid": "1", "disabled": true});
    let disabled: Published = serde_json::from_value(disabled).expect("a stream");
    assert_eq!(disabled.kind(), None);

    let mut switched = answers
        .iter()
        .filter(|answer| answer.data.get("switched").is_some());
    let streams: Vec<Subscribed> =
        videoroom::streams(switched.next().expect("switched")).expect("its streams");
    let source = |feed: &str, mid: &str| Source {
        feed: feed.into(),
        mid: mid.into(),
        sub_mid: mid.into(),
    };
    for (stream, mid) in streams.iter().zip(["0", "1", "2"]) {
        assert!(stream.receives(&source("pub-2", mid)), "{stream:?}");
        assert!(!stream.receives(&source("pub-1", mid)), "{stream:?}");
    }
    assert_eq!(streams[0].source(), Some(source("pub-2", "0")));
    assert_eq!(streams[2].source(), None, "data has many sources");
}

#[test]
fn video_rooms_tell_what_happens() {
    let told: Vec<Said> = answers(recorded!("videoroom"))
        .iter()
        .map(Said::read)
        .filter(|said| *said != Said::Other)
        .collect();
    let moderated = |muted| Said::Moderated {
        id: "pub-1".into(),
        mid: "0".into(),
        muted,
    };
    let layer = |substream| Said::Layer {
        mid: "0".into(),
        substream,
    };
    assert_eq!(
        told,
        [
            moderated(true),
            moderated(false),
            Said::Updated,
            Said::Destroyed,
            Said::Destroyed,
            Said::Kicked,
            layer(0),
            layer(1),
            layer(2),
        ]
    );
}

#[test]
fn participants_say_and_hear_what_was_recorded() {
    use audiobridge::{Body, Said};
    assert_eq!(
        json(&Body::join("r", "p", media(true, 0))),
        json!({"request": "join", "room": "r", "id": "p", "muted": true})
    );
    assert_eq!(
        json(&Body::media(media(false, 0))),
        json!({"request": "configure", "muted": false})
    );
    let told: Vec<Said> = answers(recorded!("audiobridge"))
        .iter()
        .map(Said::read)
        .filter(|said| *said != Said::Other)
        .collect();
    assert_eq!(
        told,
        [
            Said::Announcement { playing: true },
            Said::Announcement { playing: false },
            Said::Kicked { id: "b".into() },
            Said::Destroyed,
            Said::Destroyed,
        ]
    );
}

#[test]
fn players_say_and_hear_what_was_recorded() {
    assert_eq!(
        json(&recordplay::Body::Play { id: 1001 }),
        json!({"request": "play", "id": 1001})
    );
    assert_eq!(
        json(&streaming::Body::file(
            "m".into(),
            "/srv/a.opus".into(),
            "opus"
        )),
        json!({"request": "create", "type": "ondemand", "id": "m", "name": "m",
               "filename": "/srv/a.opus", "is_private": false, "audio": true, "video": false,
               "audiocodec": "opus", "audiopt": 111, "audiortpmap": "opus/48000/2"})
    );
    let (recordings, sources): (Vec<Answer>, _) = answers(recorded!("players"))
        .into_iter()
        .partition(|answer| answer.data.get("recordplay").is_some());
    let over = |answers: &[Answer], is_over: fn(&Answer) -> bool| {
        let over = answers.iter().filter(|answer| is_over(answer));
        over.map(|answer| answer.data["result"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(over(&recordings, recordplay::is_over), [json!("done")]);
    assert_eq!(
        over(&sources, streaming::is_over),
        [json!({"status": "stopped"})]
    );
}

#[test]
fn counters_are_read_by_direction() {
    let medium = json!({"media": {
        "1": {"type": "video", "mindex": 1, "mid": "v", "direction": {"send": false, "recv": true},
              "codecs": {"pt": 96, "codec": "vp8"},
              "rtcp": {"main": {"base": 90000, "rtt": 12, "lost": -1, "lost-by-remote": 0,
                                "jitter-local": 3, "jitter-remote": 0}},
              "stats": {"in": {"packets": 51, "bytes": 16728, "bytes_lastsec": 8000,
                               "video-simulcast-1": {"packets": 51, "bytes": 32028,
                                                     "bytes_lastsec": 16000}},
                        "out": {"packets": 0, "bytes": 0, "bytes_lastsec": 0}}},
        "0": {"type": "data", "mindex": 0, "mid": "d",
              "stats": {"in": {"packets": 6, "bytes": 1109}, "out": {"packets": 5, "bytes": 1015}}},
    }});
    let webrtc: Webrtc = serde_json::from_value(medium).expect("counters");
    let stats = webrtc.stats();
    let seen: Vec<_> = stats
        .iter()
        .map(|one| (one.kind, one.inbound, one.packets))
        .collect();
    assert_eq!(
        seen,
        [
            (Some(MediaKind::Data), true, Some(6)),
            (Some(MediaKind::Data), false, Some(5)),
            (Some(MediaKind::Video), true, Some(102)),
        ]
    );
    let video = &stats[2];
    assert_eq!((video.bitrate_kbps, video.lost), (Some(192), Some(0)));
    assert_eq!(video.rtt, Some(std::time::Duration::from_millis(12)));
    assert_eq!(stats[0].jitter, None, "not reported");
}
