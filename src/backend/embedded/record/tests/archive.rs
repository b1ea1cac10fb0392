//! Recordings with their threads, names and events.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, time::timeout};

use super::{
    super::{Archive, Recorder, Settings, Start, config::Upload},
    media::{audio, mixed, video},
    probe::probe,
};
use crate::{
    backend::{LegEvents, embedded::packet::Packet},
    error::{Reason, Result},
    id::SessionId,
    media::{Codec, LegEvent, Recording, RecordingState},
    telemetry::Metrics,
};

const PATIENCE: Duration = Duration::from_secs(10);

struct Stage {
    archive: Archive,
    metrics: Metrics,
    events: LegEvents,
    told: mpsc::Receiver<LegEvent>,
    asked: Arc<AtomicUsize>,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::new(folder.path().to_owned());
        change(&mut settings);
        let metrics = Metrics::new();
        let (events, told) = LegEvents::new(8);
        Self {
            archive: Archive::open(settings, metrics.clone()).expect("a folder"),
            metrics,
            events,
            told,
            asked: Arc::default(),
            folder,
        }
    }

    fn start(&self, uri: Option<&str>, format: Option<&str>) -> Result<Recorder> {
        let asked = Arc::clone(&self.asked);
        self.archive.start(Start {
            session_id: &SessionId::random(),
            uri,
            format,
            events: self.events.clone(),
            ask_keyframe: Arc::new(move || {
                asked.fetch_add(1, Ordering::Relaxed);
            }),
        })
    }

    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).expect("the folder");
        let mut names: Vec<_> = names
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }

    async fn told(&mut self) -> Recording {
        match self.told.recv().await {
            Some(LegEvent::Recorder(recording)) => recording,
            other => panic!("{other:?}"),
        }
    }
}

fn send(recorder: &Recorder, packets: &[Packet]) {
    let tap = recorder.tap();
    for packet in packets {
        tap.packet(packet);
    }
}

fn path(uri: &str) -> PathBuf {
    let url: url::Url = uri.parse().expect("a URI");
    url.to_file_path().expect("a file")
}

#[tokio::test]
async fn a_recording_has_its_file_when_it_has_stopped() {
    let stage = Stage::new(|_| {});
    let recorder = stage.start(Some("call"), None).expect("it starts");
    assert_eq!(recorder.recording().state, RecordingState::Recording);
    assert!(stage.metrics.encode().contains("mediaplane_recordings 1"));
    let begin = Instant::now();
    send(
        &recorder,
        &mixed(&[&audio(Codec::Opus, 2, begin), &video(Codec::Vp8, 2, begin)]),
    );
    let recording = recorder.stop().await;
    assert_eq!(
        (recording.state, &recording.error),
        (RecordingState::Stopped, &None)
    );
    let [file] = recording.files.as_slice() else {
        panic!("{recording:?}");
    };
    assert_eq!(file.format, "webm");
    let duration = file.duration.expect("a length").as_secs_f64();
    assert!((duration - 2.0).abs() < 0.1, "{duration}");
    let path = path(&file.uri);
    assert_eq!(
        file.bytes,
        Some(std::fs::metadata(&path).expect("a file").len())
    );
    assert!(probe(&path).is_some());
    assert_eq!(stage.files(), ["call.webm"]);
    let page = stage.metrics.encode();
    assert!(page.contains("mediaplane_recordings 0"));
    assert!(!page.contains("mediaplane_recorded_bytes_total 0"));
    assert!(stage.asked.load(Ordering::Relaxed) >= 1);
}

#[tokio::test]
async fn a_dropped_recorder_completes_its_file() {
    let stage = Stage::new(|_| {});
    let recorder = stage.start(Some("a.mkv"), None).expect("it starts");
    send(&recorder, &audio(Codec::Opus, 1, Instant::now()));
    drop(recorder);
    let path = stage.folder.path().join("a.mkv");
    let complete = async {
        while !stage.metrics.encode().contains("mediaplane_recordings 0") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, complete).await.expect("it ends");
    assert!(probe(&path).expect("ffprobe reads it").duration.is_some());
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_before_anything_is_made() {
    let stage = Stage::new(|_| {});
    let first = stage.start(Some("a"), None).expect("it starts");
    for (uri, format, reason) in [
        (Some("a"), None, Reason::InvalidUri),
        (Some("../a"), None, Reason::InvalidUri),
        (Some("b"), Some("mp4"), Reason::InvalidField),
    ] {
        let refused = stage.start(uri, format).expect_err("it is refused");
        assert_eq!(refused.reason(), reason);
    }
    assert_eq!(stage.files(), ["a.webm"]);
    let recording = first.stop().await;
    assert_eq!(recording.state, RecordingState::Stopped, "nothing came");
    assert!(recording.error.is_some());
    assert!(stage.files().is_empty());
    let nowhere = Settings::new(Path::new("/nowhere").to_owned());
    assert!(Archive::open(nowhere, Metrics::new()).is_err());
}

#[tokio::test]
async fn a_codec_that_does_not_fit_fails_it() {
    let mut stage = Stage::new(|_| {});
    let recorder = stage.start(None, Some("webm")).expect("it starts");
    send(&recorder, &audio(Codec::Pcma, 1, Instant::now()));
    let told = stage.told().await;
    assert_eq!(told.state, RecordingState::Failed);
    assert!(
        told.error
            .as_ref()
            .is_some_and(|error| error.contains("pcma")),
        "{told:?}"
    );
    assert_eq!(recorder.stop().await, told);
}

#[tokio::test]
async fn another_codec_goes_to_another_file() {
    let stage = Stage::new(|_| {});
    let recorder = stage.start(Some("a"), None).expect("it starts");
    let begin = Instant::now();
    send(&recorder, &video(Codec::Vp8, 1, begin));
    let mut second = video(Codec::H264, 1, begin + Duration::from_secs(1));
    for packet in &mut second {
        packet.sequence += 1000;
    }
    send(&recorder, &second);
    let recording = recorder.stop().await;
    assert_eq!(recording.state, RecordingState::Stopped);
    assert_eq!(stage.files(), ["a-2.mkv", "a.webm"]);
    for (file, codec) in recording.files.iter().zip(["vp8", "h264"]) {
        let probe = probe(&path(&file.uri)).expect("ffprobe reads it");
        assert_eq!(probe.video().codec, codec);
        assert_eq!(probe.video().times.len(), 25);
    }
}

#[tokio::test]
async fn a_limit_stops_it() {
    let mut stage = Stage::new(|settings| settings.max_bytes = 20_000);
    let recorder = stage.start(Some("a"), None).expect("it starts");
    send(&recorder, &video(Codec::Vp8, 4, Instant::now()));
    let told = stage.told().await;
    assert_eq!(told.state, RecordingState::Stopped);
    assert!(told.error.is_some_and(|error| error.contains("max_bytes")));
    assert!(probe(&stage.folder.path().join("a.webm")).is_some());
    drop(recorder);
}

#[tokio::test]
async fn a_pause_is_told_and_ends_with_a_keyframe() {
    let stage = Stage::new(|_| {});
    let recorder = stage.start(Some("a"), None).expect("it starts");
    send(&recorder, &audio(Codec::Opus, 1, Instant::now()));
    recorder.pause();
    assert_eq!(recorder.recording().state, RecordingState::Paused);
    send(&recorder, &audio(Codec::Opus, 1, Instant::now()));
    let asked = stage.asked.load(Ordering::Relaxed);
    recorder.resume();
    assert_eq!(recorder.recording().state, RecordingState::Recording);
    assert_eq!(stage.asked.load(Ordering::Relaxed), asked + 1);
    let recording = recorder.stop().await;
    assert!(
        recording.files[0]
            .duration
            .is_some_and(|span| span < Duration::from_millis(1100))
    );
}

#[tokio::test]
async fn what_has_stopped_is_uploaded() {
    let store = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}/in", store.path().display());
    let mut stage = Stage::new(|settings| {
        let mut upload = Upload::new(url.parse().expect("a URL"));
        upload.keep = false;
        settings.upload = Some(upload);
    });
    let recorder = stage.start(Some("a"), None).expect("it starts");
    send(&recorder, &audio(Codec::Opus, 1, Instant::now()));
    let stopped = recorder.stop().await;
    assert_eq!(stopped.state, RecordingState::Uploading);
    let available = stage.told().await;
    assert_eq!(available.state, RecordingState::Available);
    assert_eq!(available.files[0].uri, format!("{url}/a.webm"));
    assert_eq!(available.files[0].bytes, stopped.files[0].bytes);
    assert_eq!(
        available.files[0].sha256.as_ref().map(String::len),
        Some(64)
    );
    assert!(probe(&store.path().join("in/a.webm")).is_some());
    assert!(stage.files().is_empty());
}

#[tokio::test]
async fn what_could_not_be_uploaded_is_taken_up_by_the_next() {
    let store = tempfile::tempdir().expect("a folder");
    let place = |name: &str| {
        let url = format!("file://{}", store.path().join(name).display());
        let mut upload = Upload::new(url.parse().expect("a URL"));
        upload.keep = false;
        upload.give_up_after = Duration::from_millis(1);
        upload
    };
    std::fs::write(store.path().join("no-folder"), b"").expect("a file");
    let mut stage = Stage::new(|settings| settings.upload = Some(place("no-folder")));
    let recorder = stage.start(Some("a"), None).expect("it starts");
    let begin = Instant::now();
    send(&recorder, &video(Codec::Vp8, 1, begin));
    let mut second = video(Codec::H264, 1, begin + Duration::from_secs(1));
    for packet in &mut second {
        packet.sequence += 1000;
    }
    send(&recorder, &second);
    recorder.stop().await;
    let told = async { while stage.told().await.state != RecordingState::Failed {} };
    timeout(PATIENCE, told).await.expect("it is given up");
    assert_eq!(stage.files(), ["a-2.mkv", "a.webm"]);
    assert!(
        stage
            .metrics
            .encode()
            .contains("mediaplane_uploads_total{result=\"error\"} 1")
    );

    let mut settings = Settings::new(stage.folder.path().to_owned());
    settings.upload = Some(place("in"));
    let metrics = Metrics::new();
    let archive = Archive::open(settings, metrics.clone()).expect("a folder");
    let taken = async {
        while !stage.files().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, taken).await.expect("it is uploaded");
    for name in ["in/a.webm", "in/a-2.mkv"] {
        assert!(probe(&store.path().join(name)).is_some(), "{name}");
    }
    let page = metrics.encode();
    assert!(
        page.contains("mediaplane_uploads_total{result=\"ok\"} 1"),
        "{page}"
    );
    drop(archive);
}
