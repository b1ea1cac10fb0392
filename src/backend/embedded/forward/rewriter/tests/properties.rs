//! Random sources, losses, delays and switches: what must hold whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    Lost,
    /// After this many others.
    Late(usize),
    Twice,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Packet {
        sender: usize,
        keyframe: bool,
        fate: Fate,
    },
    /// More of the same picture.
    Part {
        sender: usize,
        fate: Fate,
    },
    Padding {
        sender: usize,
        fate: Fate,
    },
    Select(Option<usize>),
    Cut,
    Codec(usize),
}

fn fates(perfect: bool) -> BoxedStrategy<Fate> {
    if perfect {
        return Just(Fate::Arrives).boxed();
    }
    prop_oneof![
        8 => Just(Fate::Arrives),
        1 => Just(Fate::Lost),
        1 => (1..8_usize).prop_map(Fate::Late),
        1 => Just(Fate::Twice),
    ]
    .boxed()
}

fn steps(perfect: bool) -> impl Strategy<Value = Vec<Step>> {
    let sender = 0..3_usize;
    let packet = (sender.clone(), prop::bool::weighted(0.2), fates(perfect)).prop_map(
        |(sender, keyframe, fate)| Step::Packet {
            sender,
            keyframe,
            fate,
        },
    );
    let padding =
        (sender.clone(), fates(perfect)).prop_map(|(sender, fate)| Step::Padding { sender, fate });
    let part =
        (sender.clone(), fates(perfect)).prop_map(|(sender, fate)| Step::Part { sender, fate });
    let step = prop_oneof![
        30 => packet,
        20 => part,
        4 => padding,
        3 => prop::option::weighted(0.9, sender.clone()).prop_map(Step::Select),
        1 => Just(Step::Cut),
        1 => sender.prop_map(Step::Codec),
    ];
    prop::collection::vec(step, 1..400)
}

/// A track and what it carried.
struct Track {
    rewriter: Rewriter,
    /// All that was passed on since the last break, by the source's sequence number.
    stay: BTreeMap<u64, u64>,
    /// Whose they are, and of which codec; `None` after a break.
    of: Option<(Source, Codec)>,
    sequences: BTreeSet<u64>,
    last: Option<(Out, Packet, Option<u16>)>,
    perfect: bool,
}

impl Track {
    fn give(&mut self, source: Source, packet: &Packet) -> Result<(), TestCaseError> {
        let out = self.rewriter.rewrite(source, packet);
        if self.rewriter.current().is_none() {
            self.of = None;
        }
        let Some(out) = out else {
            return Ok(());
        };
        prop_assert!(!packet.payload.is_empty());
        prop_assert_eq!(self.rewriter.current(), Some(source));
        let highest = self.sequences.last().copied();
        prop_assert!(
            self.sequences.insert(out.sequence),
            "twice {}",
            out.sequence
        );
        let picture = numbers(&out, packet).picture_id();
        let newest = highest.is_none_or(|it| out.sequence > it);
        if self.of == Some((source, packet.codec)) {
            self.check_order(packet, out)?;
            prop_assert!(!self.perfect || out.sequence == highest.unwrap() + 1);
        } else {
            prop_assert!(keyframe::begins(packet.codec, &packet.payload));
            prop_assert!(highest.is_none_or(|it| out.sequence == it + 1));
            self.check_switch(packet, out, picture)?;
            self.stay.clear();
            self.of = Some((source, packet.codec));
        }
        self.stay.insert(packet.sequence, out.sequence);
        if newest {
            let mut packet = packet.clone();
            if let Some((last, theirs, _)) = &self.last
                && last.timestamp == out.timestamp
            {
                packet.arrived = theirs.arrived;
            }
            self.last = Some((out, packet, picture));
        }
        Ok(())
    }

    /// Within a source: the same order, and the same distances in time and pictures.
    fn check_order(&self, packet: &Packet, out: Out) -> Result<(), TestCaseError> {
        let before = self.stay.range(..packet.sequence).next_back();
        let after = self.stay.range(packet.sequence..).next();
        prop_assert!(before.is_none_or(|(_, &it)| it < out.sequence));
        prop_assert!(after.is_none_or(|(_, &it)| it > out.sequence));
        let (last, theirs, last_picture) = self.last.as_ref().unwrap();
        prop_assert_eq!(
            out.timestamp.wrapping_sub(last.timestamp),
            packet.timestamp.wrapping_sub(theirs.timestamp)
        );
        if let Some(last_picture) = last_picture {
            let read = |it: &Packet| Numbers::read(it.codec, &it.payload).unwrap().picture_id();
            let theirs = read(packet).unwrap().wrapping_sub(read(theirs).unwrap());
            let ours = numbers(&out, packet).picture_id().unwrap();
            prop_assert_eq!((ours.wrapping_sub(*last_picture) ^ theirs) & 0x7fff, 0);
        }
        Ok(())
    }

    /// Over a switch: the next picture, after the time that passed.
    fn check_switch(
        &self,
        packet: &Packet,
        out: Out,
        picture: Option<u16>,
    ) -> Result<(), TestCaseError> {
        let Some((last, theirs, last_picture)) = &self.last else {
            prop_assert!(out.sequence < 1 << 15);
            return Ok(());
        };
        let clock = packet.codec.clock_rate();
        let passed = packet.arrived.duration_since(theirs.arrived).as_millis() as u32;
        let units = out.timestamp.wrapping_sub(last.timestamp);
        prop_assert!(units >= clock / 50, "{units}");
        prop_assert!(
            units <= passed * (clock / 1000) + clock / 30,
            "{units} {passed}"
        );
        if let (Some(picture), Some(last)) = (picture, last_picture)
            && packet.codec == theirs.codec
        {
            prop_assert_eq!(picture, (last + 1) & 0x7fff);
        }
        Ok(())
    }
}

fn run(
    codecs: [Codec; 2],
    perfect: bool,
    seed: u64,
    steps: Vec<Step>,
) -> Result<(), TestCaseError> {
    let start = Instant::now();
    let mut senders = [1, 2, 3].map(|source| Sender::new(source, codecs[0], start));
    let mut track = Track {
        rewriter: Rewriter::new(seed),
        stay: BTreeMap::new(),
        of: None,
        sequences: BTreeSet::new(),
        last: None,
        perfect,
    };
    let mut delayed: Vec<(usize, Source, Packet)> = Vec::new();
    for (ms, step) in steps.into_iter().enumerate() {
        let ms = ms as u64 * 7;
        let (sender, packet, fate) = match step {
            Step::Packet {
                sender,
                keyframe,
                fate,
            } => (sender, senders[sender].packet(ms, keyframe), fate),
            Step::Part { sender, fate } => (sender, senders[sender].part(ms), fate),
            Step::Padding { sender, fate } => (sender, senders[sender].padding(ms), fate),
            Step::Select(sender) => {
                track.rewriter.select(sender.map(|it| senders[it].source));
                if sender.is_none() {
                    track.of = None;
                }
                continue;
            }
            Step::Cut => {
                track.rewriter.cut();
                track.of = None;
                continue;
            }
            Step::Codec(sender) => {
                let codec = &mut senders[sender].codec;
                *codec = codecs[usize::from(*codec == codecs[0])];
                continue;
            }
        };
        let source = senders[sender].source;
        match fate {
            Fate::Lost => {}
            Fate::Late(after) => delayed.push((after, source, packet)),
            Fate::Arrives => track.give(source, &packet)?,
            Fate::Twice => {
                track.give(source, &packet)?;
                track.give(source, &packet)?;
            }
        }
        for (after, source, packet) in &mut delayed {
            *after -= 1;
            if *after == 0 {
                packet.arrived = start + Duration::from_millis(ms);
                track.give(*source, packet)?;
            }
        }
        delayed.retain(|it| it.0 > 0);
    }
    Ok(())
}

fn codecs() -> impl Strategy<Value = [Codec; 2]> {
    prop_oneof![
        3 => Just([Codec::Vp8; 2]),
        3 => Just([Codec::Vp9; 2]),
        1 => Just([Codec::H264, Codec::Vp8]),
        1 => Just([Codec::Av1, Codec::Vp9]),
        1 => Just([Codec::Opus, Codec::Pcmu]),
    ]
}

proptest! {
    #[test]
    fn the_track_is_seamless(
        codecs in codecs(),
        seed in any::<u64>(),
        steps in steps(false),
    ) {
        run(codecs, false, seed, steps)?;
    }

    #[test]
    fn it_has_no_gap_where_nothing_is_lost(
        codecs in codecs(),
        seed in any::<u64>(),
        steps in steps(true),
    ) {
        run(codecs, true, seed, steps)?;
    }
}
