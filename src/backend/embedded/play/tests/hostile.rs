//! Bytes that mean harm: they may be refused or played, but neither crash nor hold the player.

use proptest::{collection::vec, prelude::*};

use super::{Folder, OPUS, PICTURE, TONE, VP8, webm};
use crate::backend::embedded::play::probe;

fn small() -> &'static [Vec<u8>] {
    static FILES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    FILES.get_or_init(|| {
        let folder = Folder::new();
        let short = "-t 0.4";
        let x264 = "-c:v libx264 -preset ultrafast -bf 0";
        let files = [
            webm(&folder),
            folder.make(
                "b.webm",
                &format!("{PICTURE} {TONE} {VP8} {OPUS} {short} -live 1"),
            ),
            folder.make("c.mkv", &format!("{PICTURE} {x264} {short}")),
            folder.make("d.ogg", &format!("{TONE} {OPUS} {short}")),
            folder.make("e.wav", &format!("{TONE} -ar 44100 -ac 2 {short}")),
            folder.make(
                "f.mkv",
                &format!("{PICTURE} -c:v libaom-av1 -cpu-used 8 -usage realtime {short}"),
            ),
        ];
        files
            .iter()
            .map(|path| std::fs::read(path).expect("a file"))
            .collect()
    })
}

#[test]
fn whole_files_make_packets_and_their_beginnings_at_least_no_harm() {
    for bytes in small() {
        assert!(probe(bytes).expect("can be played") > 0);
        for length in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            let _ = probe(&bytes[..length]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn noise_is_no_harm(magic in 0..4_usize, noise in vec(any::<u8>(), 0..2_000)) {
        let magic: &[u8] = [&[0x1a, 0x45, 0xdf, 0xa3][..], b"OggS\0", b"RIFF\0\0\0\0WAVE", b""][magic];
        let _ = probe(&[magic, &noise].concat());
    }

    #[test]
    fn damaged_files_are_no_harm(
        file in 0..6_usize,
        changes in vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..20),
    ) {
        let mut bytes = small()[file].clone();
        for (place, value, in_head) in changes {
            let limit = if in_head { bytes.len().min(600) } else { bytes.len() };
            bytes[place.index(limit)] = value;
        }
        let _ = probe(&bytes);
    }
}

/// An EBML element.
fn element(id: &[u8], data: &[u8]) -> Vec<u8> {
    let size = (1_u64 << 56 | data.len() as u64).to_be_bytes();
    [id, &size, data].concat()
}

#[test]
fn an_index_that_names_itself_and_lengths_beyond_all_bounds_are_no_harm() {
    let head = element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm"));
    let seek = |id: &[u8], at: u8| {
        element(
            &[0x4d, 0xbb],
            &[element(&[0x53, 0xab], id), element(&[0x53, 0xac], &[at])].concat(),
        )
    };
    let seek_head = element(
        &[0x11, 0x4d, 0x9b, 0x74],
        &[
            seek(&[0x11, 0x4d, 0x9b, 0x74], 0),
            seek(&[0x1c, 0x53, 0xbb, 0x6b], 0),
        ]
        .concat(),
    );
    let track = [element(&[0xd7], &[1]), element(&[0x86], b"A_OPUS")].concat();
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track));
    let cluster = |size: &[u8]| {
        let block = element(&[0xa3], &[0x81, 0, 0, 0x80, 0xfc, 0]);
        [
            &[0x1f, 0x43, 0xb6, 0x75],
            size,
            &element(&[0xe7], &[255; 8]),
            &block,
        ]
        .concat()
    };
    let whole = |size: &[u8]| {
        let segment = [
            &[0x18, 0x53, 0x80, 0x67, 0xff],
            &seek_head[..],
            &tracks,
            &cluster(size),
        ]
        .concat();
        [&head[..], &segment].concat()
    };
    assert!(probe(&whole(&[0xff])).expect("can be played") > 0);
    assert!(
        probe(&whole(&[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe])).expect("can be played")
            > 0
    );
    // A private part of 2^56 bytes.
    let huge = [
        &[0x63, 0xa2, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe][..],
        &track,
    ]
    .concat();
    let tracks = [&[0x16, 0x54, 0xae, 0x6b, 0xff, 0xae, 0xff], &huge[..]].concat();
    assert_eq!(
        probe(&[&head[..], &[0x18, 0x53, 0x80, 0x67, 0xff], &tracks].concat()),
        None
    );
}
