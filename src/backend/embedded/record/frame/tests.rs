use std::time::Instant;

use proptest::prelude::*;
use rtc_rtp::{
    codec::{av1::Av1Payloader, h264::H264Payloader, vp8::Vp8Payloader, vp9::Vp9Payloader},
    packetizer::Payloader,
};

use super::*;
use crate::backend::embedded::packet::Packet;

/// A keyframe of 160x120 pixels.
const VP8_KEY: [u8; 12] = [0x50, 6, 0, 0x9d, 1, 0x2a, 0xa0, 0, 0x78, 0, 1, 2];
/// A keyframe of 320x240 pixels, profile 0.
const VP9_KEY: [u8; 12] = [
    0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xf0, 0x0e, 0xf6, 0, 0, 0,
];
/// 320x240 pixels, Baseline.
const H264_SPS: [u8; 9] = [0x67, 0x42, 0xc0, 0x0d, 0xda, 0x05, 0x07, 0xe8, 0x40];
const H264_PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];

fn packet(codec: Codec, sequence: u64, payload: &[u8], marker: bool) -> Packet {
    Packet {
        codec,
        sequence,
        timestamp: 0,
        marker,
        payload: payload.into(),
        arrived: Instant::now(),
    }
}

/// The frames that come of payloads of one timestamp.
fn frames(codec: Codec, payloads: &[&[u8]]) -> Vec<Frame> {
    let (mut assembler, mut out) = (Assembler::new(codec), Vec::new());
    for (index, payload) in payloads.iter().enumerate() {
        let is_last = index + 1 == payloads.len();
        assembler.take(&packet(codec, index as u64, payload, is_last), &mut out);
    }
    out.into_iter().map(|assembled| assembled.frame).collect()
}

/// What another implementation packs is unpacked, in pieces of any size.
fn returns(codec: Codec, packer: &mut dyn Payloader, frame: &[u8], unpacked: &[u8], mtu: usize) {
    let payloads = packer
        .payload(mtu, &frame.to_vec().into())
        .expect("it packs");
    let payloads: Vec<_> = payloads.iter().map(AsRef::as_ref).collect();
    let frames = frames(codec, &payloads);
    let [frame] = frames.as_slice() else {
        panic!("{codec} in pieces of {mtu}: {frames:?} of {payloads:x?}");
    };
    assert_eq!(frame.data, unpacked, "{codec} in pieces of {mtu}");
    assert!(frame.is_keyframe);
}

fn with_length(unit: &[u8]) -> Vec<u8> {
    let length = u32::try_from(unit.len()).expect("short");
    [&length.to_be_bytes(), unit].concat()
}

#[test]
fn pieces_of_any_size_are_joined() {
    let slice = [&[0x65, 0x88], [7; 900].as_slice()].concat();
    let start = [0, 0, 0, 1];
    let annex_b = [&start[..], &H264_SPS, &start, &H264_PPS, &start, &slice].concat();
    let avc = [
        with_length(&H264_SPS),
        with_length(&H264_PPS),
        with_length(&slice),
    ]
    .concat();
    let vp8 = [&VP8_KEY[..], &[9; 700]].concat();
    let vp9 = [&VP9_KEY[..], &[9; 700]].concat();
    for mtu in [20, 21, 100, 333, 1200] {
        returns(Codec::Vp8, &mut Vp8Payloader::default(), &vp8, &vp8, mtu);
        returns(Codec::Vp9, &mut Vp9Payloader::default(), &vp9, &vp9, mtu);
        returns(
            Codec::H264,
            &mut H264Payloader::default(),
            &annex_b,
            &avc,
            mtu,
        );
    }
}

#[test]
fn units_of_av1_keep_their_sizes_and_lose_their_delimiter() {
    // A sequence header of libaom for 320x240 pixels, and a made-up keyframe.
    let sequence = [
        0x0a, 0x0b, 0, 0, 0, 0x04, 0x3c, 0xff, 0xbc, 0xff, 0xf9, 0x80, 0x40,
    ];
    let frame = [&[0x32, 0xbc, 0x05][..], &[0x10], &[5; 699]].concat();
    let stored = [&sequence[..], &frame].concat();
    let unit = [&[0x12, 0x00][..], &stored].concat();
    for mtu in [20, 100, 333, 1200] {
        returns(
            Codec::Av1,
            &mut Av1Payloader::default(),
            &unit,
            &stored,
            mtu,
        );
    }
}

#[test]
fn the_file_is_told_size_and_parameters() {
    let format = |codec, payloads: &[&[u8]]| {
        let (mut assembler, mut out) = (Assembler::new(codec), Vec::new());
        for payload in payloads {
            assembler.take(&packet(codec, 0, payload, false), &mut out);
        }
        assembler.take(
            &Packet {
                timestamp: 1,
                ..packet(codec, 0, payloads[0], false)
            },
            &mut out,
        );
        assert_eq!(out.len(), 1);
        assembler.format().expect("a keyframe came")
    };
    let vp8 = format(Codec::Vp8, &[&[&[0x10], &VP8_KEY[..]].concat()]);
    assert_eq!((vp8.width, vp8.height), (160, 120));
    let vp9 = format(Codec::Vp9, &[&[&[0x0c], &VP9_KEY[..]].concat()]);
    assert_eq!((vp9.width, vp9.height), (320, 240));
    let h264 = format(Codec::H264, &[&H264_SPS, &H264_PPS, &[0x65, 0x88, 1]]);
    assert_eq!((h264.width, h264.height), (320, 240));
    let record = [
        &[1, 0x42, 0xc0, 0x0d, 0xff, 0xe1, 0, 9][..],
        &H264_SPS,
        &[1, 0, 4],
        &H264_PPS,
    ];
    assert_eq!(h264.private, record.concat());
}

#[test]
fn what_has_no_beginning_or_end_is_left_out() {
    let cases: [(Codec, &[&[u8]]); 12] = [
        (Codec::Vp8, &[&[0x00, 1, 2, 3]]),
        (Codec::Vp8, &[&[0x90, 0x80]]),
        (Codec::Vp8, &[&[0x10, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0]]),
        (Codec::Vp9, &[&[0x00, 0x82]]),
        (Codec::Vp9, &[&[0x0a, 0x18, 0xff]]),
        (Codec::H264, &[&[24, 0, 9, 1]]),
        (Codec::H264, &[&[24, 0]]),
        (Codec::H264, &[&[28, 0x05, 1, 2]]),
        (Codec::H264, &[&[0x65, 0x88, 1]]),
        (Codec::Av1, &[&[0x10]]),
        (Codec::Av1, &[&[0x10, 0x36]]),
        (Codec::Av1, &[&[0x90, 0x30, 1]]),
    ];
    for (codec, payloads) in cases {
        assert_eq!(frames(codec, payloads), [], "{codec} {payloads:x?}");
    }
}

#[test]
fn layers_of_vp9_become_a_superframe() {
    let base = [&[0x28, 0x00, 0x00][..], &VP9_KEY].concat();
    let upper = [0x2c, 0x02, 0x00, 0x86, 1, 2];
    let frames = frames(Codec::Vp9, &[&base, &upper]);
    let index = [0xd9, 12, 0, 0, 0, 3, 0, 0, 0, 0xd9];
    let expected = [&VP9_KEY[..], &[0x86, 1, 2], &index].concat();
    assert_eq!(frames[0].data, expected);
}

#[test]
fn after_a_loss_pictures_go_on_at_a_keyframe_and_sound_at_once() {
    let key = [&[0x10], &VP8_KEY[..]].concat();
    let other = [0x10, 0x51, 1, 2];
    let (mut assembler, mut out) = (Assembler::new(Codec::Vp8), Vec::new());
    let send = |assembler: &mut Assembler, payload: &[u8], timestamp, out: &mut Vec<_>| {
        let packet = packet(Codec::Vp8, 0, payload, true);
        assembler.take(
            &Packet {
                timestamp,
                ..packet
            },
            out,
        );
    };
    send(&mut assembler, &other, 0, &mut out);
    assert!(out.is_empty() && assembler.awaits_keyframe());
    send(&mut assembler, &key, 1, &mut out);
    send(&mut assembler, &other, 2, &mut out);
    assert_eq!(out.len(), 2);
    assembler.lost();
    send(&mut assembler, &other, 3, &mut out);
    assert!(out.len() == 2 && assembler.awaits_keyframe());
    send(&mut assembler, &key, 4, &mut out);
    assert_eq!(out.len(), 3);
    let mut audio = Assembler::new(Codec::Opus);
    audio.lost();
    assert!(!audio.awaits_keyframe());
}

proptest! {
    #[test]
    fn nothing_that_comes_breaks_a_depacketizer(
        codec in prop::sample::select(Codec::ALL),
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..12),
    ) {
        let mut depacketizer = depacketizer(codec);
        for payload in &payloads {
            if depacketizer.push(payload).is_err() {
                depacketizer.clear();
            }
        }
        let _ = depacketizer.finish();
        let _ = depacketizer.format();
    }

    #[test]
    fn nothing_that_comes_breaks_a_parser(data in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = h264_sps::Sps::read(&data);
        let _ = av1_sequence::Sequence::read(&data);
    }
}
