//! Recordings of the embedded backend, read by another program.

use std::time::{Duration, Instant};

use mediaplane::Reason;
use mediaplane::media::action::RecorderVerb;
use mediaplane::media::{
    Outcome, RecorderAction, Recording, Role, SdpType, SessionType, TypeKind, Update,
};

use crate::case::cases;
use crate::client::Client;
use crate::need::{Change, ECHO, PUBLISH, need};
use crate::party::{Live, Way, live, named};
use crate::scenes;
use crate::session::Session;
use crate::subjects::Subject;
use crate::support::ffprobe::{self, Probed};
use crate::support::media::Codec;

cases! {
    a_recording_is_as_long_as_it_took: ECHO.to(Change::Recorder(RecorderVerb::Start)), on [p2p, embedded, kurento];
    what_was_left_out_is_not_in_it: ECHO.to(Change::Recorder(RecorderVerb::Pause)), on [p2p, embedded, kurento];
    it_is_complete_when_its_session_ends: ECHO.to(Change::Recorder(RecorderVerb::Start)), on [p2p, embedded, kurento];
    every_codec_is_recorded: PUBLISH.to(Change::Recorder(RecorderVerb::Start)), on [p2p, embedded];
    every_type_is_recorded: need(TypeKind::Park, Role::Offeree, SdpType::Rtp).to(Change::Recorder(RecorderVerb::Start)), on [p2p, embedded, kurento];
    no_name_leaves_the_folder: ECHO.to(Change::Recorder(RecorderVerb::Start)), on [p2p, embedded, kurento, freeswitch_simulator, freeswitch];
}

/// The shortest span between two keyframe requests to one client, as the embedded server has it by default.
const KEYFRAME_INTERVAL: Duration = Duration::from_millis(500);

pub(super) async fn asked(session: &Session<'_>, action: RecorderAction) -> Recording {
    match session.outcome(Update::Recorder(action)).await {
        Outcome::Recorder(recording) => recording,
        other => panic!("a recording was asked for: {other:?}"),
    }
}

fn start() -> RecorderAction {
    RecorderAction::Start {
        uri: None,
        format: None,
    }
}

/// What another program finds in the one file of a recording; none where that program is not installed.
pub(super) async fn probed(subject: &Subject, recording: &Recording) -> Option<Probed> {
    let [file] = &recording.files[..] else {
        panic!("one file was expected: {recording:#?}");
    };
    let path = file.uri.strip_prefix("file://").unwrap_or(&file.uri);
    let folder = subject.recordings_folder().expect("it records to one");
    assert!(std::path::Path::new(path).starts_with(folder), "{path}");
    ffprobe::probe(path).await
}

pub(super) fn is_close(one: Duration, other: Duration, tolerance: u64) {
    assert!(
        one.abs_diff(other) <= Duration::from_millis(tolerance),
        "{one:?} is not {other:?}"
    );
}

/// How far the length of a file may be from that of its recording, in milliseconds. Kurento begins a file with the
/// first keyframe that comes after it has said that it records, and ends it some time after it was told to.
fn tolerance(subject: &Subject, usual: u64) -> u64 {
    if subject.remakes_times() { 1000 } else { usual }
}

async fn a_recording_is_as_long_as_it_took(subject: &Subject) {
    let (session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    // The client has just been asked for a keyframe. Until it may be asked again a recording has no pictures.
    tokio::time::sleep(KEYFRAME_INTERVAL).await;
    asked(&session, start()).await;
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let took = begun.elapsed();
    let recording = asked(&session, RecorderAction::Stop).await;
    let Some(probed) = probed(subject, &recording).await else {
        return;
    };
    assert_eq!(probed.codecs(), ["opus", "vp8"]);
    is_close(probed.duration, took, tolerance(subject, 200));
    let told = recording.files[0].duration.expect("it tells its length");
    is_close(told, probed.duration, tolerance(subject, 100));
    is_close(probed.streams[0].start, probed.streams[1].start, 50);
}

async fn what_was_left_out_is_not_in_it(subject: &Subject) {
    let (session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    asked(&session, start()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    asked(&session, RecorderAction::Pause).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    asked(&session, RecorderAction::Resume).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let recording = asked(&session, RecorderAction::Stop).await;
    let Some(probed) = probed(subject, &recording).await else {
        return;
    };
    for stream in &probed.streams {
        let each_second = if stream.codec == "opus" { 50 } else { 25 };
        let seconds = stream.packets / (each_second / 5);
        assert!((5..=11).contains(&seconds), "{seconds}/5 s: {stream:?}");
    }
}

async fn it_is_complete_when_its_session_ends(subject: &Subject) {
    let (mut session, client) = scenes::echo(subject, 7).await;
    client.receives_both(7).await;
    let begun = asked(&session, start()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    session.destroy().await;
    subject.leaves_nothing().await;
    if let Some(probed) = probed(subject, &begun).await {
        is_close(
            probed.duration,
            Duration::from_secs(1),
            tolerance(subject, 300),
        );
    }
}

async fn every_codec_is_recorded(subject: &Subject) {
    let codecs = [
        (Codec::Vp9, "vp9", "webm"),
        (Codec::Av1, "av1", "webm"),
        (Codec::H264, "h264", "mkv"),
        (Codec::Vp8, "vp8", "webm"),
    ];
    let all = (1u8..).zip(codecs).map(|(tag, (codec, name, end))| {
        named(codec, async move {
            let adjust = |options: crate::support::peer::Options| options.audio().codec(codec);
            let client = Client::offers(subject, tag, adjust).await;
            let create = client.create(SessionType::Echo);
            let (mut session, answer) = subject.create(create).await.expect("an echo");
            client.accepts(&answer).await;
            session.connected().await;
            client.receives_both(tag).await;
            asked(&session, start()).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            let recording = asked(&session, RecorderAction::Stop).await;
            assert!(recording.files[0].uri.ends_with(end), "{recording:#?}");
            if let Some(probed) = probed(subject, &recording).await {
                assert_eq!(probed.codecs(), ["opus", name]);
            }
        })
    });
    futures_util::future::join_all(all).await;
}

/// Records a session for a while; its client's sound and pictures are in the file.
async fn is_recorded(subject: &Subject, session: &Live<'_>) {
    asked(&session.session, start()).await;
    // A keyframe may come as late as half a second after the last one.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let recording = asked(&session.session, RecorderAction::Stop).await;
    if let Some(probed) = probed(subject, &recording).await {
        assert_eq!(probed.codecs(), ["opus", "vp8"]);
        assert!(
            probed.streams.iter().all(|stream| stream.packets > 10),
            "{probed:#?}"
        );
    }
}

async fn every_type_is_recorded(subject: &Subject) {
    let parked = live(subject, Way::WEBRTC, 1, SessionType::Park).await;
    let peer_id = parked.session.id.clone();
    let bridge = live(subject, Way::RTP, 2, SessionType::Bridge { peer_id }).await;
    let publisher = live(subject, Way::WEBRTC, 3, scenes::publishing(None)).await;
    let waiting = live(subject, Way::RTP, 4, SessionType::Park).await;
    let echo = live(subject, Way::WEBRTC_OFFERER, 5, SessionType::Echo).await;
    let all = [&parked, &bridge, &publisher, &waiting, &echo];
    let recorded = all.map(|session| named(session.tag, is_recorded(subject, session)));
    futures_util::future::join_all(recorded).await;
}

async fn no_name_leaves_the_folder(subject: &Subject) {
    let (session, client) = scenes::echo(subject, 7).await;
    let long = "x".repeat(5000);
    for uri in [
        "../taken",
        "a/../../taken",
        "/etc/taken",
        "file:///etc/taken",
        "..",
        "",
        "a\0b",
        "http://192.0.2.1/taken",
        &long,
    ] {
        let start = RecorderAction::Start {
            uri: Some(uri.into()),
            format: None,
        };
        let refused = session.update(Update::Recorder(start)).await;
        let refused = refused
            .err()
            .unwrap_or_else(|| panic!("{uri:?} is recorded to"));
        let reason = refused.reason();
        assert!(
            matches!(reason, Reason::InvalidUri | Reason::InvalidField),
            "{uri:?}: {refused:?}"
        );
    }
    let start = RecorderAction::Start {
        uri: None,
        format: Some("exe".into()),
    };
    let refused = session.update(Update::Recorder(start)).await;
    let refused = refused.expect_err("there is no such container");
    assert_eq!(refused.reason(), Reason::InvalidField, "{refused:?}");
    client.receives_both(7).await;
    let uri = Some("take-1".into());
    let recording = asked(&session, RecorderAction::Start { uri, format: None }).await;
    assert!(recording.files[0].uri.contains("take-1"), "{recording:#?}");
    asked(&session, RecorderAction::Stop).await;
}
