use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::*;

mod properties;

/// A sender of one picture or sound per `frame`, one packet each unless told otherwise.
struct Sender {
    source: Source,
    codec: Codec,
    start: Instant,
    sequence: u64,
    timestamp: u32,
    picture: u16,
}

impl Sender {
    fn new(source: Source, codec: Codec, start: Instant) -> Self {
        Self {
            source,
            codec,
            start,
            sequence: 70_000 * source + 7,
            timestamp: 0xffff_ff00_u32.wrapping_mul(source as u32),
            picture: 0x7ffd_u16.wrapping_mul(source as u16) & 0x7fff,
        }
    }

    /// The next packet, of a new picture.
    fn packet(&mut self, ms: u64, keyframe: bool) -> Packet {
        self.timestamp = self.timestamp.wrapping_add(self.codec.clock_rate() / 50);
        self.picture = (self.picture + 1) & 0x7fff;
        self.more(ms, payload(self.codec, self.picture, keyframe))
    }

    /// More of the same picture; for audio it is a new sound.
    fn part(&mut self, ms: u64) -> Packet {
        let mut payload = payload(self.codec, self.picture, true);
        match self.codec {
            Codec::Vp8 => payload[0] &= !0x10,
            Codec::Vp9 => payload[0] &= !0x08,
            Codec::H264 => payload = vec![0x7c, 0x05, 0x88],
            Codec::Av1 => payload = vec![0x90, 0x32, 1],
            Codec::Opus | Codec::Pcmu | Codec::Pcma => return self.packet(ms, false),
        }
        self.more(ms, payload)
    }

    fn padding(&mut self, ms: u64) -> Packet {
        self.more(ms, Vec::new())
    }

    fn more(&mut self, ms: u64, payload: Vec<u8>) -> Packet {
        self.sequence += 1;
        Packet {
            codec: self.codec,
            sequence: self.sequence,
            timestamp: self.timestamp,
            marker: true,
            payload: payload.into(),
            arrived: self.start + Duration::from_millis(ms),
        }
    }
}

/// As Chrome makes them: VP8 with one temporal layer's numbers, VP9 in non-flexible mode with one
/// layer.
fn payload(codec: Codec, picture: u16, keyframe: bool) -> Vec<u8> {
    let [high, low] = (picture | 0x8000).to_be_bytes();
    let inter = u8::from(!keyframe);
    match codec {
        Codec::Opus | Codec::Pcmu | Codec::Pcma => vec![0xfc; 20],
        Codec::Vp8 => vec![0x90, 0xf0, high, low, low, low & 0x1f, inter, 0, 0, 0x9d],
        Codec::Vp9 => vec![0xac | inter << 6, high, low, 0x00, low, 0x82],
        Codec::H264 if keyframe => vec![0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce],
        Codec::H264 => vec![0x41, 0x9a],
        Codec::Av1 => vec![0x10 | u8::from(keyframe) << 3, 0x32, 1],
    }
}

fn numbers(out: &Out, packet: &Packet) -> Numbers {
    let mut sent = Vec::new();
    out.append_payload(packet, &mut sent);
    Numbers::read(packet.codec, &sent).unwrap()
}

fn pair(codecs: [Codec; 2]) -> (Rewriter, Sender, Sender) {
    let start = Instant::now();
    let [one, two] = codecs;
    let rewriter = Rewriter::new(u64::MAX);
    (
        rewriter,
        Sender::new(1, one, start),
        Sender::new(2, two, start),
    )
}

fn sequence(out: Option<Out>) -> Option<u64> {
    out.map(|it| it.sequence)
}

const FIRST: u64 = (1 << 15) - 1;

#[test]
fn audio_of_another_source_goes_on_at_once() {
    let (mut rewriter, mut one, mut two) = pair([Codec::Opus; 2]);
    assert_eq!(
        rewriter.rewrite(1, &one.packet(0, false)),
        None,
        "not wanted"
    );
    rewriter.select(Some(1));
    assert_eq!(rewriter.waiting(), Some(1));
    let first = rewriter.rewrite(1, &one.packet(20, false)).unwrap();
    assert_eq!((first.sequence, first.timestamp), (FIRST, one.timestamp));
    assert_eq!((rewriter.waiting(), rewriter.current()), (None, Some(1)));
    let late = one.packet(40, false);
    let second = rewriter.rewrite(1, &one.packet(60, false)).unwrap();
    assert_eq!(
        (second.sequence, second.timestamp),
        (FIRST + 2, one.timestamp)
    );

    rewriter.select(Some(2));
    let before = two.packet(90, false);
    let third = rewriter.rewrite(2, &two.packet(100, false)).unwrap();
    assert_eq!(third.sequence, FIRST + 3);
    assert_eq!(third.timestamp, second.timestamp.wrapping_add(48 * 40));
    assert_eq!(
        rewriter.rewrite(1, &late),
        None,
        "of a source that was left"
    );
    assert_eq!(rewriter.rewrite(1, &one.packet(80, false)), None);
    assert_eq!(rewriter.rewrite(2, &before), None, "from before the switch");

    rewriter.select(Some(1));
    let fourth = rewriter.rewrite(1, &one.packet(101, false)).unwrap();
    assert_eq!(fourth.sequence, FIRST + 4);
    assert_eq!(
        fourth.timestamp,
        third.timestamp.wrapping_add(960),
        "a frame at least"
    );
    rewriter.select(None);
    assert_eq!(rewriter.rewrite(1, &one.packet(120, false)), None);
    assert_eq!((rewriter.waiting(), rewriter.current()), (None, None));
}

#[test]
fn late_packets_keep_their_place_and_copies_are_dropped() {
    let (mut rewriter, mut one, _) = pair([Codec::Opus; 2]);
    rewriter.select(Some(1));
    let all: Vec<_> = (0..4).map(|it| one.packet(it * 20, false)).collect();
    let got = [0, 3, 1, 3, 1, 2].map(|it| sequence(rewriter.rewrite(1, &all[it])));
    let expected = [Some(0), Some(3), Some(1), None, None, Some(2)];
    assert_eq!(got, expected.map(|it| it.map(|it: u64| it + FIRST)));
}

#[test]
fn video_of_another_source_waits_for_a_keyframe() {
    for codec in [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
        let (mut rewriter, mut one, mut two) = pair([codec; 2]);
        rewriter.select(Some(1));
        assert_eq!(rewriter.rewrite(1, &one.packet(0, false)), None);
        assert_eq!(
            sequence(rewriter.rewrite(1, &one.packet(20, true))),
            Some(FIRST)
        );
        rewriter.select(Some(2));
        assert_eq!(rewriter.rewrite(2, &two.packet(30, false)), None);
        let out = rewriter.rewrite(1, &one.packet(40, false));
        assert_eq!(
            sequence(out),
            Some(FIRST + 1),
            "until then the other goes on"
        );
        assert_eq!(rewriter.waiting(), Some(2));
        let packet = two.packet(90, true);
        let out = rewriter.rewrite(2, &packet).unwrap();
        assert_eq!(out.sequence, FIRST + 2, "{codec:?}");
        assert_eq!(out.timestamp, one.timestamp.wrapping_add(90 * 50));
        assert_eq!(rewriter.rewrite(1, &one.packet(91, true)), None);
        assert_eq!(
            sequence(rewriter.rewrite(2, &two.packet(110, false))),
            Some(FIRST + 3)
        );
    }
}

#[test]
fn what_is_cut_goes_on_without_a_gap() {
    let (mut rewriter, mut one, _) = pair([Codec::Vp8; 2]);
    rewriter.select(Some(1));
    rewriter.rewrite(1, &one.packet(0, true)).unwrap();
    let late = one.packet(20, true);
    let before = rewriter.rewrite(1, &one.packet(40, false)).unwrap();
    rewriter.cut();
    assert_eq!((rewriter.waiting(), rewriter.current()), (Some(1), None));
    one.sequence += 1_000_000;
    assert_eq!(rewriter.rewrite(1, &late), None);
    assert_eq!(rewriter.rewrite(1, &one.packet(60, false)), None);
    let packet = one.packet(1040, true);
    let after = rewriter.rewrite(1, &packet).unwrap();
    assert_eq!(after.sequence, before.sequence + 1);
    assert_eq!(after.timestamp, before.timestamp.wrapping_add(90_000));
    assert_eq!(numbers(&after, &packet).picture_id(), Some(1));
}

#[test]
fn a_keyframe_that_comes_late_is_not_begun_with() {
    let (mut rewriter, mut one, _) = pair([Codec::Vp8; 2]);
    rewriter.select(Some(1));
    let late = one.packet(0, true);
    assert_eq!(rewriter.rewrite(1, &one.packet(1, false)), None);
    assert_eq!(rewriter.rewrite(1, &late), None, "a part of it is gone");
    assert!(rewriter.rewrite(1, &one.packet(2, true)).is_some());
}

#[test]
fn packets_without_media_leave_no_gap() {
    let (mut rewriter, mut one, _) = pair([Codec::Vp8; 2]);
    rewriter.select(Some(1));
    assert_eq!(rewriter.rewrite(1, &one.padding(0)), None);
    assert_eq!(
        sequence(rewriter.rewrite(1, &one.packet(1, true))),
        Some(FIRST)
    );
    let late = one.packet(2, false);
    assert_eq!(rewriter.rewrite(1, &one.padding(3)), None);
    assert_eq!(
        rewriter.rewrite(1, &one.more(3, vec![0x90, 0x80])),
        None,
        "cut short"
    );
    assert_eq!(
        sequence(rewriter.rewrite(1, &one.packet(4, false))),
        Some(FIRST + 2)
    );
    assert_eq!(sequence(rewriter.rewrite(1, &late)), Some(FIRST + 1));

    let late = one.packet(5, false);
    assert_eq!(rewriter.rewrite(1, &one.padding(6)), None);
    assert_eq!(sequence(rewriter.rewrite(1, &late)), Some(FIRST + 3));
    rewriter.cut();
    assert_eq!(
        sequence(rewriter.rewrite(1, &one.packet(7, true))),
        Some(FIRST + 4)
    );
}

#[test]
fn numbers_in_payloads_go_on_by_a_patch_or_a_copy() {
    for codec in [Codec::Vp8, Codec::Vp9] {
        let (mut rewriter, mut one, mut two) = pair([codec; 2]);
        rewriter.select(Some(1));
        let packet = one.packet(0, true);
        let out = rewriter.rewrite(1, &packet).unwrap();
        assert_eq!(out.numbers, None, "the first source stays as it is");
        let (picture, base) = (one.picture, one.picture as u8);
        rewriter.select(Some(2));
        for step in 1..5_u8 {
            let packet = two.packet(20, step == 1);
            let shared = Arc::clone(&packet.payload);
            let out = rewriter.rewrite(2, &packet).unwrap();
            let now = numbers(&out, &packet);
            assert_eq!(now.picture_id(), Some((picture + u16::from(step)) & 0x7fff));
            assert_eq!(now.tl0_pic_idx(), Some(base.wrapping_add(step)));
            let write = format!("{:?}", out.write(96.into(), &packet));
            assert_eq!(write.contains("vp8_patch: Some"), codec == Codec::Vp8);
            assert_eq!(shared, packet.payload);
        }
    }
}

#[test]
fn another_codec_begins_with_a_keyframe_of_it() {
    let (mut rewriter, mut one, _) = pair([Codec::Vp8; 2]);
    rewriter.select(Some(1));
    let first = rewriter.rewrite(1, &one.packet(0, true)).unwrap();
    let late = one.packet(10, true);
    one.codec = Codec::H264;
    assert_eq!(rewriter.rewrite(1, &one.packet(20, false)), None);
    assert_eq!(rewriter.waiting(), Some(1));
    let second = rewriter.rewrite(1, &one.packet(60, true)).unwrap();
    assert_eq!(second.sequence, first.sequence + 1);
    assert_eq!(second.timestamp, first.timestamp.wrapping_add(90 * 60));
    assert_eq!(rewriter.rewrite(1, &late), None);
    one.codec = Codec::Vp8;
    let third = rewriter.rewrite(1, &one.packet(80, true)).unwrap();
    assert_eq!(
        third.numbers, None,
        "the receiver's decoder begins anew too"
    );
}

#[test]
fn far_ahead_is_begun_anew() {
    let (mut rewriter, mut one, _) = pair([Codec::Pcmu; 2]);
    rewriter.select(Some(1));
    rewriter.rewrite(1, &one.packet(0, false)).unwrap();
    one.sequence += JUMP;
    let out = rewriter.rewrite(1, &one.packet(20, false));
    assert_eq!(sequence(out), Some(FIRST + 1 + JUMP));
    one.sequence += JUMP + 1;
    let out = rewriter.rewrite(1, &one.packet(40, false));
    assert_eq!(sequence(out), Some(FIRST + 2 + JUMP));
}

#[test]
fn pictures_out_of_order_in_time_do_not_turn_it_back() {
    let (mut rewriter, mut one, mut two) = pair([Codec::H264; 2]);
    rewriter.select(Some(1));
    rewriter.rewrite(1, &one.packet(0, true)).unwrap();
    one.timestamp += 3 * 1800;
    let ahead = rewriter.rewrite(1, &one.packet(20, false)).unwrap();
    one.timestamp -= 3 * 1800;
    let back = rewriter.rewrite(1, &one.packet(40, false)).unwrap();
    assert_eq!(ahead.timestamp.wrapping_sub(back.timestamp), 2 * 1800);
    rewriter.select(Some(2));
    let next = rewriter.rewrite(2, &two.packet(41, true)).unwrap();
    assert_eq!(next.timestamp.wrapping_sub(ahead.timestamp), 3000);
}
