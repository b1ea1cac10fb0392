//! Real media, encoded by ffmpeg and packed by `rtc-rtp`.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use rtc_rtp::{
    codec::{av1::Av1Payloader, h264::H264Payloader, vp8::Vp8Payloader, vp9::Vp9Payloader},
    packetizer::Payloader,
};

use crate::{backend::embedded::packet::Packet, media::Codec};

/// Pictures a second.
pub(super) const RATE: u32 = 25;

/// Packets of `seconds` of 320x240 pixels, a keyframe each second, sent from `begin` on; each frame in many packets.
pub(super) fn video(codec: Codec, seconds: u32, begin: Instant) -> Vec<Packet> {
    let mut packer: Box<dyn Payloader> = match codec {
        Codec::Vp8 => Box::new(Vp8Payloader::default()),
        Codec::Vp9 => Box::new(Vp9Payloader::default()),
        Codec::Av1 => Box::new(Av1Payloader::default()),
        _ => Box::new(H264Payloader::default()),
    };
    let mut packets = Vec::new();
    for (index, frame) in (0..).zip(pictures(codec, seconds)) {
        let payloads = packer.payload(400, &frame).expect("it packs");
        let count = payloads.len();
        for (piece, payload) in payloads.into_iter().enumerate() {
            packets.push(Packet {
                codec,
                sequence: 60_000 + packets.len() as u64,
                timestamp: 4_294_900_000_u32.wrapping_add(index * 90_000 / RATE),
                marker: piece + 1 == count,
                payload: payload.as_ref().into(),
                arrived: begin + Duration::from_secs(1) / RATE * index,
            });
        }
    }
    packets
}

/// Packets of 20 ms of silence each, sent from `begin` on.
pub(super) fn audio(codec: Codec, seconds: u32, begin: Instant) -> Vec<Packet> {
    let payload: Vec<u8> = match codec {
        Codec::Opus => vec![0xf8, 0xff, 0xfe],
        _ => vec![0xff; 160],
    };
    let packet = |index: u32| Packet {
        codec,
        sequence: 7 + u64::from(index),
        timestamp: 1_000_u32.wrapping_add(index * (codec.clock_rate() / 50)),
        marker: false,
        payload: payload.as_slice().into(),
        arrived: begin + Duration::from_millis(20) * index,
    };
    (0..seconds * 50).map(packet).collect()
}

/// All packets in the order of their arrival.
pub(super) fn mixed(streams: &[&[Packet]]) -> Vec<Packet> {
    let mut packets = streams.concat();
    packets.sort_by_key(|packet| packet.arrived);
    packets
}

fn pictures(codec: Codec, seconds: u32) -> Vec<Bytes> {
    let encoder: &[&str] = match codec {
        Codec::Vp8 => &["libvpx", "-deadline", "realtime", "-f", "ivf"],
        Codec::Vp9 => &[
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-lag-in-frames",
            "0",
            "-f",
            "ivf",
        ],
        Codec::Av1 => &[
            "libaom-av1",
            "-usage",
            "realtime",
            "-cpu-used",
            "8",
            "-lag-in-frames",
            "0",
            "-f",
            "ivf",
        ],
        _ => &[
            "libx264",
            "-tune",
            "zerolatency",
            "-bsf:v",
            "h264_metadata=aud=insert",
            "-f",
            "h264",
        ],
    };
    let source = format!("testsrc=size=320x240:rate={RATE}:duration={seconds}");
    let mut command = Command::new("ffmpeg");
    command.args([
        "-v", "error", "-f", "lavfi", "-i", &source, "-pix_fmt", "yuv420p", "-g", "25", "-c:v",
    ]);
    let output = command.args(encoder).arg("-").stdin(Stdio::null()).output();
    let output = output.expect("ffmpeg runs: see .config/tools.sh");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let pictures = match codec {
        Codec::H264 => access_units(&output.stdout),
        _ => ivf(&output.stdout),
    };
    assert_eq!(pictures.len() as u32, seconds * RATE, "{codec}");
    pictures
}

/// The frames of an IVF file.
fn ivf(file: &[u8]) -> Vec<Bytes> {
    let mut rest = &file[32..];
    let mut frames = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<12>() {
        let size = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        frames.push(Bytes::copy_from_slice(&after[..size]));
        rest = &after[size..];
    }
    frames
}

/// What is between the delimiters of a byte stream.
fn access_units(stream: &[u8]) -> Vec<Bytes> {
    const DELIMITER: [u8; 5] = [0, 0, 0, 1, 9];
    let mut begins: Vec<_> = stream
        .windows(5)
        .enumerate()
        .filter_map(|(at, window)| (window == DELIMITER).then_some(at))
        .collect();
    begins.push(stream.len());
    let units = begins.windows(2);
    // A delimiter of 2 bytes after its start code.
    units
        .map(|pair| Bytes::copy_from_slice(&stream[pair[0] + 6..pair[1]]))
        .collect()
}
