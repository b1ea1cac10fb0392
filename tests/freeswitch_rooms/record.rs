//! Recordings of a whole conference.

use std::{path::PathBuf, time::Duration};

use mediaplane::{
    Reason,
    event::Kind,
    media::{Recording, RecordingState, RoomAction, RoomOutcome},
};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::{
    party::{Party, dials, in_profile, joins, mcu, room},
    subjects::Subject,
    support::{aiortc::Aiortc, ffprobe, freeswitch::Look},
};

/// How far the length of a file may be from what was recorded.
const TOLERANCE: Duration = Duration::from_millis(300);

fn record(on: bool, uri: Option<&str>) -> RoomAction {
    RoomAction::Record {
        on,
        uri: uri.map(Into::into),
    }
}

async fn asks(party: &Party<'_>, action: RoomAction) -> Recording {
    match party.acts(action).await {
        Ok(RoomOutcome::Recording(recording)) => recording,
        other => panic!("a recording was asked for: {other:?}"),
    }
}

fn path(recording: &Recording) -> PathBuf {
    let [file] = &recording.files[..] else {
        panic!("one file is written: {recording:?}");
    };
    let url = Url::parse(&file.uri).expect("a URL");
    url.to_file_path().expect("of a file")
}

#[tokio::test]
async fn a_conference_is_recorded() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    one.hears(&[2]).await;
    let refused = one
        .acts(record(false, None))
        .await
        .expect_err("nothing is recorded");
    assert_eq!(refused.reason(), Reason::NoActiveRecorder);
    for bad in ["../x", "/tmp/x", ".x", "a b"] {
        let refused = one.acts(record(true, Some(bad))).await.expect_err(bad);
        assert_eq!(refused.reason(), Reason::InvalidUri, "{bad}");
    }
    // One with a name, and one without.
    for name in [Some("meeting"), None] {
        let began = Instant::now();
        let begun = asks(&one, record(true, name)).await;
        assert_eq!(begun.state, RecordingState::Recording);
        let refused = two
            .acts(record(true, Some("other")))
            .await
            .expect_err("it is recorded");
        assert_eq!(refused.reason(), Reason::IncompatibleSession);
        sleep(Duration::from_secs(4)).await;
        let ended = asks(&two, record(false, None)).await;
        let expected = began.elapsed();
        assert_eq!(ended.state, RecordingState::Stopped, "{ended:?}");
        let path = path(&ended);
        assert_eq!(path.parent(), Some(&*subject.server.recordings));
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        match name {
            Some(name) => assert_eq!(stem, name),
            None => assert!(stem.starts_with(room.as_str()), "{stem}"),
        }
        let told = ended.files[0].duration.expect("its length is told");
        assert!(ended.files[0].bytes > Some(1000), "{ended:?}");
        let Some(probed) = ffprobe::probe(path.to_str().expect("UTF-8")).await else {
            return;
        };
        assert_eq!(probed.codecs(), ["aac", "h264"]);
        for length in [told, probed.duration] {
            assert!(
                length.abs_diff(expected) < TOLERANCE,
                "{length:?}, not {expected:?}"
            );
        }
    }
    // There is a file of that name.
    let refused = one
        .acts(record(true, Some("meeting")))
        .await
        .expect_err("it is there");
    assert_eq!(refused.reason(), Reason::InvalidUri);
    drop((one, two));
    subject.end().await;
}

#[tokio::test]
async fn a_recording_ends_with_its_conference() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let mut one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    one.sees_all(&[1], &[(0.5, 0.5)]).await;
    let begun = asks(&one, record(true, Some("last"))).await;
    sleep(Duration::from_secs(2)).await;
    one.session.destroy().await;
    subject.conference_ends(&room).await;
    let path = path(&begun);
    let probed = ffprobe::probe(path.to_str().expect("UTF-8")).await;
    assert!(probed.is_none_or(|probed| probed.duration > Duration::from_secs(1)));
    // Whoever comes next is not recorded, and can be.
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let refused = one
        .acts(record(false, None))
        .await
        .expect_err("nothing is recorded");
    assert_eq!(refused.reason(), Reason::NoActiveRecorder);
    asks(&one, record(true, Some("next"))).await;
    sleep(Duration::from_secs(1)).await;
    let ended = asks(&one, record(false, None)).await;
    assert_eq!(ended.state, RecordingState::Stopped);
    drop(one);
    subject.end().await;
}

#[tokio::test]
async fn a_conference_of_sound_alone_is_recorded() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let kind = || in_profile(&room, Some("mediaplane-audio"));
    let one = joins(&subject, &aiortc, 1, kind()).await;
    let phone = dials(&subject, &aiortc, 2, kind()).await;
    one.hears(&[2]).await;
    asks(&phone, record(true, None)).await;
    sleep(Duration::from_secs(2)).await;
    let ended = asks(&one, record(false, None)).await;
    assert_eq!(ended.state, RecordingState::Stopped, "{ended:?}");
    let path = path(&ended);
    if let Some(probed) = ffprobe::probe(path.to_str().expect("UTF-8")).await {
        assert_eq!(probed.codecs(), ["aac"]);
        assert!(
            probed.duration.abs_diff(Duration::from_secs(2)) < TOLERANCE,
            "{probed:?}"
        );
    }
    drop((one, phone));
    subject.end().await;
}

#[tokio::test]
async fn one_of_two_who_ask_at_once_records() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let two = joins(&subject, &aiortc, 2, mcu(&room)).await;
    let (first, second) = tokio::join!(
        one.acts(record(true, Some("one"))),
        two.acts(record(true, Some("two")))
    );
    let refused: Vec<_> = [first, second]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].reason(), Reason::IncompatibleSession);
    sleep(Duration::from_secs(1)).await;
    let ended = asks(&one, record(false, None)).await;
    assert_eq!(ended.state, RecordingState::Stopped, "{ended:?}");
    drop((one, two));
    subject.end().await;
}

#[tokio::test]
async fn an_end_that_was_missed_is_told() {
    let (Some(subject), Some(aiortc)) = (Subject::start().await, Aiortc::lenient().await) else {
        return;
    };
    let room = room();
    let mut one = joins(&subject, &aiortc, 1, mcu(&room)).await;
    let begun = asks(&one, record(true, None)).await;
    let recorded = |kind: &Kind| match kind {
        Kind::Status(notice) if notice.class == "room_recording" => {
            notice.body["recording"].as_bool()
        }
        _ => None,
    };
    let is_recorded = one.session.tells("that it is recorded", recorded).await;
    assert!(is_recorded);
    let conference = subject.conference(&room).await.expect("it runs");
    let name = conference["conference_name"].as_str().expect("its name");
    let mut look = Look::at(&subject.server.address).await;
    subject.server.line.cut();
    look.api(&format!("conference {name} norecord all")).await;
    subject.server.line.restore();
    one.session.notices("backend_connection").await;
    let is_recorded = one.session.tells("the end of it", recorded).await;
    assert!(!is_recorded);
    // It can be recorded again.
    let again = asks(&one, record(true, None)).await;
    assert_ne!(path(&again), path(&begun));
    drop(one);
    subject.end().await;
}
