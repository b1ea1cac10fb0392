//! Files to be played, with the marks of [`super::media`] in them. The mark's layer is the second of the file.

use std::time::Duration;

use super::media::{self, Codec, Mark};

/// Opus and VP8 in WebM (RFC 9559), a keyframe and an index entry each second.
pub(crate) fn webm(tag: u8, seconds: u8) -> Vec<u8> {
    let clusters: Vec<Vec<u8>> = (0..seconds).map(|second| cluster(tag, second)).collect();
    let head = [info(seconds), tracks()].concat();
    // The seek head's own length does not depend on the position in it.
    let seek_head_length = seek_head(0).len();
    let mut at = seek_head_length + head.len();
    let mut cues = Vec::new();
    for (second, cluster) in (0u64..).zip(&clusters) {
        cues.push(cue(second * 1000, at));
        at += cluster.len();
    }
    let cues = element(&[0x1c, 0x53, 0xbb, 0x6b], &cues.concat());
    let segment = [seek_head(at), head, clusters.concat(), cues].concat();
    let header = element(
        &[0x1a, 0x45, 0xdf, 0xa3],
        &[
            element(&[0x42, 0x82], b"webm"),
            element(&[0x42, 0x87], &[4]),
            element(&[0x42, 0x85], &[2]),
        ]
        .concat(),
    );
    [header, element(&[0x18, 0x53, 0x80, 0x67], &segment)].concat()
}

/// An EBML element; its length always takes eight bytes.
fn element(id: &[u8], data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64 | 1 << 56).to_be_bytes();
    [id, &length, data].concat()
}

fn seek_head(cues: usize) -> Vec<u8> {
    let seek = [
        element(&[0x53, 0xab], &[0x1c, 0x53, 0xbb, 0x6b]),
        element(&[0x53, 0xac], &(cues as u64).to_be_bytes()),
    ];
    let seek = element(&[0x4d, 0xbb], &seek.concat());
    element(&[0x11, 0x4d, 0x9b, 0x74], &seek)
}

fn info(seconds: u8) -> Vec<u8> {
    let parts = [
        element(&[0x2a, 0xd7, 0xb1], &1_000_000u32.to_be_bytes()),
        element(&[0x44, 0x89], &(f64::from(seconds) * 1000.0).to_be_bytes()),
        element(&[0x4d, 0x80], b"test"),
        element(&[0x57, 0x41], b"test"),
    ];
    element(&[0x15, 0x49, 0xa9, 0x66], &parts.concat())
}

fn tracks() -> Vec<u8> {
    let picture = [
        element(&[0xb0], &160u16.to_be_bytes()),
        element(&[0xba], &120u16.to_be_bytes()),
    ];
    let video = [track(1, 1, "V_VP8"), element(&[0xe0], &picture.concat())];
    let sound = [
        element(&[0xb5], &48_000f64.to_be_bytes()),
        element(&[0x9f], &[2]),
    ];
    // RFC 7845, section 5.1: version 1, two channels, no pre-skip, 48 kHz, no gain, mapping 0.
    let opus_head = b"OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00";
    let audio = [
        track(2, 2, "A_OPUS"),
        element(&[0x63, 0xa2], opus_head),
        element(&[0xe1], &sound.concat()),
    ];
    let entries = [
        element(&[0xae], &video.concat()),
        element(&[0xae], &audio.concat()),
    ];
    element(&[0x16, 0x54, 0xae, 0x6b], &entries.concat())
}

fn track(number: u8, kind: u8, codec: &str) -> Vec<u8> {
    [
        element(&[0xd7], &[number]),
        element(&[0x73, 0xc5], &[number]),
        element(&[0x83], &[kind]),
        element(&[0x9c], &[0]),
        element(&[0x86], codec.as_bytes()),
    ]
    .concat()
}

/// One second of sound and pictures.
fn cluster(tag: u8, second: u8) -> Vec<u8> {
    let mark = Mark { tag, layer: second };
    let start = u64::from(second) * 1000;
    let mut blocks = element(&[0xe7], &start.to_be_bytes());
    for at in (0..1000u16).step_by(20) {
        if at % 40 == 0 {
            let frame = media::stored_frame(Codec::Vp8, mark, at == 0);
            blocks.extend(block(1, at, at == 0, &frame));
        }
        let frame = media::stored_frame(Codec::Opus, mark, true);
        blocks.extend(block(2, at, true, &frame));
    }
    element(&[0x1f, 0x43, 0xb6, 0x75], &blocks)
}

fn block(track: u8, at: u16, is_key: bool, frame: &[u8]) -> Vec<u8> {
    let [high, low] = at.to_be_bytes();
    let head = [0x80 | track, high, low, u8::from(is_key) << 7];
    element(&[0xa3], &[&head, frame].concat())
}

fn cue(time: u64, cluster: usize) -> Vec<u8> {
    let position = [
        element(&[0xf7], &[1]),
        element(&[0xf1], &(cluster as u64).to_be_bytes()),
    ];
    let parts = [
        element(&[0xb3], &time.to_be_bytes()),
        element(&[0xb7], &position.concat()),
    ];
    element(&[0xbb], &parts.concat())
}

/// Sound of 8 kHz in a WAV file: in PCMU, each of its samples is `tag`.
pub(crate) fn wav(tag: u8, length: Duration) -> Vec<u8> {
    let samples = usize::try_from(length.as_millis() * 8).expect("a file is short");
    let data = linear(tag).to_le_bytes().repeat(samples);
    let size = u32::try_from(data.len()).expect("a file is short");
    let mut file = b"RIFF".to_vec();
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00");
    file.extend(8_000u32.to_le_bytes());
    file.extend(16_000u32.to_le_bytes());
    file.extend(b"\x02\x00\x10\x00data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}

/// What a µ-law byte stands for (ITU-T G.711).
fn linear(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((i16::from(byte & 0x0f) << 3) + 0x84) << ((byte & 0x70) >> 4);
    if byte & 0x80 != 0 {
        0x84 - magnitude
    } else {
        magnitude - 0x84
    }
}
