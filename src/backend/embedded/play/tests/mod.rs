//! Files made by ffmpeg, played in halted time; and files made by nobody sensible.

mod files;
mod hostile;
mod joined;
mod playing;
mod web;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::{sync::mpsc, time::Instant};

use super::{Player, Refused, Settings, Sink, Source, open};
use crate::{
    backend::{LegEvents, embedded::packet::Packet},
    error::Result,
    media::{Codec, LegEvent, MediaKind, PlayerState},
};

/// A folder that files are made in and may be played from.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a file with ffmpeg: `arguments` describe what goes in and how it is encoded.
    fn make(&self, name: &str, arguments: &str) -> PathBuf {
        let path = self.path(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-y", "-nostdin"]);
        let output = command
            .args(arguments.split_whitespace())
            .arg(&path)
            .output();
        let output = output.expect("these tests need ffmpeg (apt-get install ffmpeg)");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ffmpeg {arguments}: {words}");
        path
    }

    fn settings(&self) -> Settings {
        Settings {
            folders: vec![self.0.path().to_owned()],
            ..Settings::default()
        }
    }

    async fn open(&self, path: &Path, loops: u32, accepts: &[Codec]) -> Result<Source> {
        open(&self.settings(), &uri(path), loops, accepts).await
    }
}

fn uri(path: &Path) -> String {
    url::Url::from_file_path(path)
        .expect("an absolute path")
        .to_string()
}

/// What ffmpeg makes of nothing: a moving picture, a tone.
const PICTURE: &str = "-f lavfi -i testsrc=size=320x240:rate=15:duration=2";
const TONE: &str = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2";
const VP8: &str = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 600k -g 15 -keyint_min 15";
const OPUS: &str = "-c:a libopus -b:a 32k";

/// A WebM file of two seconds, a keyframe each second.
fn webm(folder: &Folder) -> PathBuf {
    folder.make("a.webm", &format!("{PICTURE} {TONE} {VP8} {OPUS}"))
}

/// Packets, and when they came.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<Vec<(Instant, Packet)>>>);

impl Received {
    fn sink(&self) -> Sink {
        let received = Arc::clone(&self.0);
        Box::new(move |packet| {
            received.lock().push((Instant::now(), packet));
            Ok(())
        })
    }

    fn all(&self) -> Vec<(Instant, Packet)> {
        self.0.lock().clone()
    }

    fn of(&self, kind: MediaKind) -> Vec<(Instant, Packet)> {
        let mut all = self.all();
        all.retain(|(_, packet)| packet.codec.kind() == kind);
        all
    }

    fn count(&self) -> usize {
        self.0.lock().len()
    }

    /// Checks what holds for every stream, whatever is done to its player.
    fn check(&self) {
        for kind in [MediaKind::Audio, MediaKind::Video] {
            let packets = self.of(kind);
            for (before, after) in packets.iter().zip(packets.iter().skip(1)) {
                let ((then, before), (now, after)) = (before, after);
                assert_eq!(before.sequence + 1, after.sequence, "{kind}");
                assert!(now >= then);
                let step = after.timestamp.wrapping_sub(before.timestamp).cast_signed();
                let is_picture = kind == MediaKind::Video && !before.marker;
                assert_eq!(step == 0, is_picture, "{kind}: {step}");
                assert!(step >= 0, "{kind}: {step}");
            }
            assert!(
                packets
                    .iter()
                    .all(|(_, packet)| packet.payload.len() <= 1_200)
            );
        }
    }
}

/// A player, what it sends and what it tells.
struct Scene {
    player: Player,
    received: Received,
    events: mpsc::Receiver<LegEvent>,
    begun: Instant,
}

impl Scene {
    fn new(source: Source) -> Self {
        let received = Received::default();
        let (events, heard) = LegEvents::new(8);
        Self {
            player: Player::start(source, received.sink(), events),
            received,
            events: heard,
            begun: Instant::now(),
        }
    }

    /// One that plays `path`.
    async fn play(folder: &Folder, path: &Path, loops: u32) -> Self {
        let source = folder
            .open(path, loops, Codec::ALL)
            .await
            .expect("can be played");
        let scene = Self::new(source);
        scene.player.go();
        scene
    }

    /// What it tells at its end, and when.
    async fn end(&mut self) -> (Duration, PlayerState) {
        let event = self.events.recv().await.expect("it tells its end");
        let LegEvent::Player(state) = event else {
            panic!("{event:?}");
        };
        (self.begun.elapsed(), state)
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Whether two times are the same, but for `ms` milliseconds.
fn near(one: Duration, other: Duration, ms: u64) -> bool {
    one.abs_diff(other) <= Duration::from_millis(ms)
}
