//! Every format: what ffmpeg reads from a file is what the packets hold, at the same times.

use std::{path::Path, process::Command};

use serde_json::Value;

use super::{
    super::payload::g711, Codec, Duration, Folder, MediaKind, OPUS, PICTURE, Scene, TONE, VP8,
    joined::joined, near, seconds, webm,
};
use crate::error::Reason;

/// A frame as ffprobe reads it: when it is shown, and the MD5 of its data.
#[derive(Debug, PartialEq)]
struct Frame {
    time: Duration,
    hash: String,
}

fn probed(path: &Path, stream: &str) -> Vec<Frame> {
    let output = Command::new("ffprobe")
        .args([
            "-loglevel",
            "error",
            "-show_packets",
            "-show_data_hash",
            "md5",
            "-of",
            "json",
        ])
        .args(["-select_streams", stream])
        .arg(path)
        .output()
        .expect("ffprobe comes with ffmpeg");
    let read: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let frame = |packet: &Value| Frame {
        time: seconds(
            packet["pts_time"]
                .as_str()
                .expect("a time")
                .parse::<f64>()
                .expect("one")
                .max(0.0),
        ),
        hash: packet["data_hash"].as_str().expect("a hash").to_owned(),
    };
    read["packets"]
        .as_array()
        .expect("a list")
        .iter()
        .map(frame)
        .collect()
}

/// The MD5 of frames, as ffprobe writes it.
fn hashes(folder: &Folder, frames: &[Vec<u8>]) -> Vec<String> {
    for (at, frame) in frames.iter().enumerate() {
        std::fs::write(folder.path(&format!("{at}.frame")), frame).expect("written");
    }
    let names = (0..frames.len()).map(|at| format!("{at}.frame"));
    let output = Command::new("md5sum")
        .args(names)
        .current_dir(folder.0.path())
        .output();
    let output = output.expect("md5sum is everywhere").stdout;
    let lines = String::from_utf8(output).expect("text");
    lines
        .lines()
        .map(|line| format!("MD5:{}", &line[..32]))
        .collect()
}

/// Plays `path` and compares with what ffprobe reads.
async fn compare(folder: &Folder, path: &Path, kinds: &[(MediaKind, Codec, &str)]) {
    let mut scene = Scene::play(folder, path, 1).await;
    let (_, state) = scene.end().await;
    assert_eq!(state.error, None);
    scene.received.check();
    let first = kinds
        .iter()
        .filter_map(|(_, _, stream)| Some(probed(path, stream).first()?.time));
    let first = first.min().expect("frames");
    for (kind, codec, stream) in kinds {
        let wanted = probed(path, stream);
        let packets = scene.received.of(*kind);
        assert!(packets.iter().all(|(_, packet)| packet.codec == *codec));
        let (begin, own_first) = (packets[0].1.timestamp, wanted[0].time);
        let frames: Vec<_> = packets
            .chunk_by(|a, b| a.1.timestamp == b.1.timestamp)
            .collect();
        assert_eq!(frames.len(), wanted.len(), "{path:?}: {codec}");
        for (frame, wanted) in frames.iter().zip(&wanted) {
            let at = frame[0].0.duration_since(scene.begun);
            assert!(
                near(at, wanted.time - first, 10),
                "{codec}: {at:?} for {wanted:?}"
            );
            let ticks = frame[0].1.timestamp.wrapping_sub(begin);
            let since = Duration::from_secs(ticks.into()) / codec.clock_rate();
            assert!(
                near(since, wanted.time - own_first, 10),
                "{codec}: {since:?} for {wanted:?}"
            );
        }
        let data: Vec<_> = frames
            .iter()
            .map(|frame| {
                let payloads: Vec<&[u8]> = frame
                    .iter()
                    .map(|(_, packet)| &packet.payload[..])
                    .collect();
                joined(*codec, &payloads)
            })
            .collect();
        let wanted: Vec<_> = wanted.into_iter().map(|frame| frame.hash).collect();
        assert_eq!(hashes(folder, &data), wanted, "{path:?}: {codec}");
    }
}

#[tokio::test(start_paused = true)]
async fn webm_and_matroska_are_played_as_they_are() {
    use Codec::{Av1, H264, Opus, Vp8, Vp9};
    let folder = Folder::new();
    let x264 = "-c:v libx264 -preset ultrafast -bf 0 -b:v 2M -g 15";
    for (name, encoder, codec) in [
        ("a.webm", VP8, Vp8),
        (
            "b.webm",
            "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 600k -g 15",
            Vp9,
        ),
        (
            "c.webm",
            "-c:v libaom-av1 -cpu-used 8 -usage realtime -b:v 600k -g 15",
            Av1,
        ),
        ("d.mkv", x264, H264),
        (
            "e.mkv",
            "-c:v libsvtav1 -preset 12 -b:v 2M -svtav1-params pred-struct=1",
            Av1,
        ),
    ] {
        let path = folder.make(name, &format!("{PICTURE} {TONE} {encoder} {OPUS}"));
        let tracks = [
            (MediaKind::Video, codec, "v"),
            (MediaKind::Audio, Opus, "a"),
        ];
        compare(&folder, &path, &tracks).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_needs_neither_both_kinds_nor_an_index_nor_an_end() {
    let folder = Folder::new();
    let video = [(MediaKind::Video, Codec::Vp8, "v")];
    let audio = [(MediaKind::Audio, Codec::Opus, "a")];
    let live = "-f webm -live 1 -cluster_time_limit 500";
    for (name, arguments, tracks) in [
        ("a.webm", format!("{PICTURE} {VP8}"), &video[..]),
        ("b.webm", format!("{TONE} {OPUS}"), &audio),
        ("c.ogg", format!("{TONE} {OPUS} -frame_duration 60"), &audio),
        (
            "d.ogg",
            format!("{TONE} {OPUS} -frame_duration 2.5 -page_duration 20000"),
            &audio,
        ),
        ("e.webm", format!("{PICTURE} {VP8} {live}"), &video),
    ] {
        let path = folder.make(name, &arguments);
        compare(&folder, &path, tracks).await;
    }
    let whole = std::fs::read(webm(&folder)).expect("a file");
    let path = folder.path("cut.webm");
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    let tracks = [
        (MediaKind::Video, Codec::Vp8, "v"),
        (MediaKind::Audio, Codec::Opus, "a"),
    ];
    compare(&folder, &path, &tracks).await;
}

/// How loud `hz` is among samples at 8 kHz, from 0 to 1.
fn loudness(samples: &[f64], hz: f64) -> f64 {
    let angle = |at: usize| 2.0 * std::f64::consts::PI * hz * at as f64 / 8_000.0;
    let part = |wave: fn(f64) -> f64| -> f64 {
        samples
            .iter()
            .enumerate()
            .map(|(at, sample)| sample * wave(angle(at)))
            .sum()
    };
    part(f64::sin).hypot(part(f64::cos)) * 2.0 / samples.len() as f64
}

#[tokio::test(start_paused = true)]
async fn wav_files_of_all_kinds_become_g711() {
    let folder = Folder::new();
    // ffmpeg's sine is an eighth of full scale; in stereo each side has the root of a half of it, of six channels one all.
    let (mono, stereo, one_of_six) = (0.125, 0.0884, 0.125 / 6.0);
    let kinds = [
        ("-ar 8000 -c:a pcm_s16le", mono),
        ("-ar 8000 -c:a pcm_u8", mono),
        ("-ar 44100 -ac 2 -c:a pcm_s16le", stereo),
        ("-ar 48000 -c:a pcm_s24le", mono),
        ("-ar 16000 -ac 6 -c:a pcm_s32le", one_of_six),
        ("-ar 22050 -c:a pcm_f32le", mono),
        ("-ar 8000 -c:a pcm_mulaw", mono),
        ("-ar 8000 -c:a pcm_alaw", mono),
        ("-ar 6000 -c:a pcm_s16le", mono),
        ("-ar 192000 -ac 2 -c:a pcm_s32le", stereo),
    ];
    for (at, (arguments, full)) in kinds.into_iter().enumerate() {
        let path = folder.make(&format!("{at}.wav"), &format!("{TONE} {arguments}"));
        for accepts in [[Codec::Pcmu, Codec::Pcma], [Codec::Pcma, Codec::Pcmu]] {
            let source = folder.open(&path, 1, &accepts).await.expect(arguments);
            assert!(near(source.duration().expect("known"), seconds(2.0), 1));
            let mut scene = Scene::new(source);
            scene.player.go();
            scene.end().await;
            scene.received.check();
            let packets = scene.received.of(MediaKind::Audio);
            assert_eq!(packets.len(), 100, "{arguments}");
            let decode = match accepts[0] {
                Codec::Pcmu => g711::from_mu_law,
                _ => g711::from_a_law,
            };
            let bytes = packets.iter().flat_map(|(_, packet)| packet.payload.iter());
            let samples: Vec<_> = bytes
                .map(|byte| f64::from(decode(*byte)) / 32_768.0)
                .collect();
            assert_eq!(samples.len(), 16_000);
            let (tone, other) = (loudness(&samples, 440.0), loudness(&samples, 1_000.0));
            assert!(
                (full * 0.95..full * 1.05).contains(&tone) && other < 0.002,
                "{arguments}: {tone} {other}"
            );
        }
    }
}

#[tokio::test]
async fn what_the_client_cannot_take_is_named() {
    let folder = Folder::new();
    let all = Codec::ALL;
    for (name, arguments, accepts, reason, word) in [
        (
            "a.webm",
            format!("{PICTURE} {VP8}"),
            &[Codec::H264, Codec::Opus][..],
            Reason::NotSupported,
            "vp8",
        ),
        (
            "b.ogg",
            format!("{TONE} {OPUS}"),
            &[Codec::Pcmu],
            Reason::NotSupported,
            "opus",
        ),
        (
            "c.wav",
            TONE.to_owned(),
            &[Codec::Opus],
            Reason::NotSupported,
            "pcmu or pcma",
        ),
        (
            "d.mkv",
            format!("{TONE} -c:a libvorbis"),
            all,
            Reason::NotSupported,
            "A_VORBIS",
        ),
        (
            "e.ogg",
            format!("{TONE} -c:a libvorbis"),
            all,
            Reason::NotSupported,
            "no Opus",
        ),
        (
            "f.mkv",
            format!("{PICTURE} -c:v libx264 -bf 2"),
            all,
            Reason::NotSupported,
            "B-frames",
        ),
        (
            "g.wav",
            format!("{TONE} -c:a adpcm_ms"),
            all,
            Reason::NotSupported,
            "format 2",
        ),
        (
            "h.ogg",
            format!("{TONE} -ac 6 {OPUS} -b:a 128k"),
            all,
            Reason::NotSupported,
            "two channels",
        ),
        (
            "i.mp4",
            format!("{PICTURE} -c:v libx264"),
            all,
            Reason::InvalidUri,
            "is no WebM",
        ),
        (
            "j.mkv",
            format!("{TONE} -ac 6 {OPUS} -b:a 128k"),
            all,
            Reason::NotSupported,
            "two channels",
        ),
    ] {
        let path = folder.make(name, &arguments);
        let error = folder.open(&path, 1, accepts).await.expect_err(name);
        assert_eq!(error.reason(), reason, "{name}: {error}");
        assert!(error.message().contains(word), "{name}: {error}");
    }
    let both = webm(&folder);
    let source = folder
        .open(&both, 1, &[Codec::Opus])
        .await
        .expect("its audio can be played");
    assert_eq!(
        source.tracks(),
        [super::super::Track { codec: Codec::Opus }]
    );
}
