//! The count of what a peer receives, and waiting for it to change.

mod continuity;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::deadline;
use super::media::{self, Codec, Kind, Mark};
pub(crate) use continuity::Continuity;

/// A stream counts as stopped after this long without a packet: ten frames of video, twenty of audio.
const SILENCE: Duration = Duration::from_millis(400);

/// The tags that tests mark what they send with. Silence and blank pictures end with others.
const TAGS: std::ops::RangeInclusive<u8> = 1..=99;

/// One RTP packet that came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived<'p> {
    pub(crate) ssrc: u32,
    /// Extended over its rollovers.
    pub(crate) sequence: u64,
    pub(crate) timestamp: u32,
    pub(crate) payload: &'p [u8],
}

/// What came on one m-line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inbound {
    pub(crate) kind: Kind,
    pub(crate) packets: u64,
    /// Payload bytes.
    pub(crate) bytes: u64,
    pub(crate) keyframes: u64,
    /// The mark of the last packet that had one.
    pub(crate) last: Option<Mark>,
    /// Packets by the tag in them.
    pub(crate) by_tag: BTreeMap<u8, u64>,
    /// Packets by the simulcast layer in them.
    pub(crate) by_layer: BTreeMap<u8, u64>,
    /// Whether it goes on as one stream.
    pub(crate) continuity: Continuity,
}

impl Inbound {
    fn new(kind: Kind) -> Inbound {
        Inbound {
            kind,
            packets: 0,
            bytes: 0,
            keyframes: 0,
            last: None,
            by_tag: BTreeMap::new(),
            by_layer: BTreeMap::new(),
            continuity: Continuity::default(),
        }
    }

    fn count(&mut self, codec: Codec, arrived: Arrived<'_>) {
        let payload = arrived.payload;
        self.packets += 1;
        self.bytes += payload.len() as u64;
        if media::is_keyframe(codec, payload) {
            self.keyframes += 1;
        }
        self.continuity.follow(codec, arrived);
        if let Some(mark) = media::mark(codec, payload) {
            self.last = Some(mark);
            *self.by_tag.entry(mark.tag).or_default() += 1;
            *self.by_layer.entry(mark.layer).or_default() += 1;
        }
    }
}

/// What came on all m-lines, by mid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) BTreeMap<String, Inbound>);

impl Counts {
    /// Counts one RTP packet.
    pub(crate) fn count(&mut self, mid: &str, codec: Codec, arrived: Arrived<'_>) {
        if !self.0.contains_key(mid) {
            self.0.insert(mid.to_owned(), Inbound::new(codec.kind()));
        }
        let inbound = self.0.get_mut(mid).expect("it was just put there");
        inbound.count(codec, arrived);
    }

    /// Notes a packet of the stream that is none of its media.
    pub(crate) fn pass(&mut self, mid: &str, sequence: u64) {
        if let Some(inbound) = self.0.get_mut(mid) {
            inbound.continuity.pass(sequence);
        }
    }

    /// Packets of this kind, from one sender if a tag is given.
    pub(crate) fn packets(&self, kind: Kind, tag: Option<u8>) -> u64 {
        let counts = self.0.values().filter(|inbound| inbound.kind == kind);
        counts
            .map(|inbound| match tag {
                Some(tag) => inbound.by_tag.get(&tag).copied().unwrap_or_default(),
                None => inbound.packets,
            })
            .sum()
    }

    /// The tags of all who have sent something of this kind.
    fn senders(&self, kind: Kind) -> BTreeSet<u8> {
        let inbound = self.0.values().filter(|inbound| inbound.kind == kind);
        let tags = inbound.flat_map(|inbound| inbound.by_tag.keys().copied());
        tags.filter(|tag| TAGS.contains(tag)).collect()
    }

    /// Packets of this kind that have somebody's tag.
    pub(crate) fn packets_of_somebody(&self, kind: Kind) -> u64 {
        let senders = self.senders(kind).into_iter();
        senders.map(|tag| self.packets(kind, Some(tag))).sum()
    }

    /// Video packets of this simulcast layer.
    pub(crate) fn layer_packets(&self, layer: u8) -> u64 {
        let video = self
            .0
            .values()
            .filter(|inbound| inbound.kind == Kind::Video);
        video
            .filter_map(|inbound| inbound.by_layer.get(&layer))
            .sum()
    }

    /// Keyframes on all m-lines.
    pub(crate) fn keyframes(&self) -> u64 {
        self.0.values().map(|inbound| inbound.keyframes).sum()
    }
}

/// Something that counts the media it gets. Every wait ends with a panic that has the counts when it takes too long.
pub(crate) trait Receives {
    /// The live counts.
    fn counted(&self) -> &watch::Receiver<Counts>;

    /// How long a wait may take.
    fn patience(&self) -> Duration;

    /// The counts now.
    fn counts(&self) -> Counts {
        self.counted().borrow().clone()
    }

    /// Waits for `packets` more packets of this kind that have this tag.
    async fn receives(&self, kind: Kind, tag: u8, packets: u64) {
        more(self, kind, Some(tag), packets).await;
    }

    /// Waits for `packets` more packets of this kind, whoever sent them.
    async fn receives_any(&self, kind: Kind, packets: u64) {
        more(self, kind, None, packets).await;
    }

    /// Waits for `packets` more video packets of this simulcast layer.
    async fn receives_layer(&self, layer: u8, packets: u64) {
        let goal = self.counts().layer_packets(layer) + packets;
        let what = format!("{packets} more packets of layer {layer}");
        deadline::until(self.counted(), self.patience(), &what, |counts| {
            counts.layer_packets(layer) >= goal
        })
        .await;
    }

    /// Waits for one more keyframe.
    async fn receives_keyframe(&self) {
        let before = self.counts().keyframes();
        deadline::until(self.counted(), self.patience(), "a keyframe", |counts| {
            counts.keyframes() > before
        })
        .await;
    }

    /// Waits until nothing is missing of what came so far, and checks that each m-line brought one stream that a
    /// decoder can follow: one SSRC, timestamps that go on, after each change of sender a keyframe first.
    async fn is_continuous(&self) {
        deadline::until(
            self.counted(),
            self.patience(),
            "no packet missing",
            |counts| {
                counts
                    .0
                    .values()
                    .all(|inbound| inbound.continuity.is_complete())
            },
        )
        .await;
        for (mid, inbound) in self.counts().0 {
            let flaws = inbound.continuity.flaws();
            assert!(flaws.is_empty(), "m-line {mid}: {flaws:?}: {inbound:#?}");
        }
    }

    /// Checks that each m-line brought one stream: one SSRC, and numbers that go on, whatever the times are.
    fn is_one_stream(&self) {
        for (mid, inbound) in self.counts().0 {
            let flaws = inbound.continuity.breaks();
            assert!(flaws.is_empty(), "m-line {mid}: {flaws:?}: {inbound:#?}");
        }
    }

    /// Waits until no packet of this kind has come for 400 ms.
    async fn stops_receiving(&self, kind: Kind) {
        falls_silent(self, kind, None).await;
    }

    /// Waits until no packet of this kind has come for 400 ms from those senders that some came from; what a server
    /// fills pauses with may go on.
    async fn stops_receiving_what_came(&self, kind: Kind) {
        for tag in self.counts().senders(kind) {
            falls_silent(self, kind, Some(tag)).await;
        }
    }

    /// Waits until no packet of this kind and tag has come for 400 ms; others may go on.
    async fn stops_receiving_from(&self, kind: Kind, tag: u8) {
        falls_silent(self, kind, Some(tag)).await;
    }

    /// Checks that no packet of this kind comes during `span`.
    async fn receives_nothing(&self, kind: Kind, span: Duration) {
        let before = self.counts().packets(kind, None);
        let mut counted = self.counted().clone();
        let came = counted.wait_for(|counts| counts.packets(kind, None) > before);
        if let Ok(Ok(counts)) = timeout(span, came).await {
            panic!(
                "{kind:?} came although there should be none: {:#?}",
                *counts
            );
        }
    }
}

async fn more<R: Receives + ?Sized>(of: &R, kind: Kind, tag: Option<u8>, packets: u64) {
    let goal = of.counts().packets(kind, tag) + packets;
    let what = format!("{packets} more packets of {}", named(kind, tag));
    deadline::until(of.counted(), of.patience(), &what, |counts| {
        counts.packets(kind, tag) >= goal
    })
    .await;
}

async fn falls_silent<R: Receives + ?Sized>(of: &R, kind: Kind, tag: Option<u8>) {
    let silence = async {
        loop {
            let before = of.counts().packets(kind, tag);
            let mut counted = of.counted().clone();
            let next = counted.wait_for(|counts| counts.packets(kind, tag) > before);
            if !matches!(timeout(SILENCE, next).await, Ok(Ok(_))) {
                return;
            }
        }
    };
    if timeout(of.patience(), silence).await.is_err() {
        panic!("{} never stopped: {:#?}", named(kind, tag), of.counts());
    }
}

fn named(kind: Kind, tag: Option<u8>) -> String {
    let mut name = format!("{kind:?}");
    if let Some(tag) = tag {
        write!(name, " with tag {tag}").expect("a string takes everything");
    }
    name
}
