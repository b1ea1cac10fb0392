//! Picks the simulcast layer that a receiver gets.

use std::time::{Duration, Instant};

use super::Meter;

/// How long the estimate must cover a higher layer before it is picked.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest patience, after higher layers were picked in vain.
const LONGEST: Duration = Duration::from_secs(48);
/// A layer that does not hold for this long was picked in vain.
const TRIAL: Duration = Duration::from_secs(10);
/// The estimate must cover this much of a higher layer's bitrate, in percent.
const MARGIN: u64 = 120;

/// One layer of a publisher's video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Measured, in bit/s.
    pub bitrate: u64,
    /// Whether it arrives.
    pub alive: bool,
}

impl Layer {
    /// How long nothing arrives until a layer counts as dead: a still picture shared from a screen
    /// comes about once a second.
    pub const SILENCE: Duration = Duration::from_millis(1500);

    /// As measured.
    #[must_use]
    pub fn measured(meter: &Meter, now: Instant) -> Self {
        Self {
            bitrate: meter.bitrate(now),
            alive: meter.alive(now, Self::SILENCE),
        }
    }
}

/// The choice among the layers of one publisher's video for one receiver.
///
/// Down it goes at once, up only when the receiver's estimate has covered the next layer with some
/// margin for a while; that while doubles each time when a higher layer had to be left soon. A wish
/// is followed at once, as far as the estimate allows. A dead layer is left.
#[derive(Clone, Debug)]
pub struct Layers {
    picked: Option<usize>,
    /// The highest layer wished for at the last choice.
    wish: usize,
    /// Since when the estimate covers a higher layer.
    covered: Option<Instant>,
    /// When it last went up.
    raised: Option<Instant>,
    patience: Duration,
}

impl Default for Layers {
    fn default() -> Self {
        Self {
            picked: None,
            wish: usize::MAX,
            covered: None,
            raised: None,
            patience: PATIENCE,
        }
    }
}

impl Layers {
    /// The layer that the receiver should get, an index into `layers`; `None` if none is alive.
    ///
    /// `layers` go from low to high, the same ones at each call. `estimate` is what the receiver
    /// can get of this track, in bit/s; without one all of them can be had. `wish` is the highest
    /// layer that it wants; if none of those arrives it gets the lowest that does.
    ///
    /// To be called whenever one of these changes, and at [`Layers::poll_at`].
    pub fn pick(
        &mut self,
        now: Instant,
        layers: &[Layer],
        estimate: Option<u64>,
        wish: Option<usize>,
    ) -> Option<usize> {
        let wish = wish.unwrap_or(usize::MAX);
        let wished_up = wish > std::mem::replace(&mut self.wish, wish);
        let choice = Choice {
            layers,
            estimate: estimate.unwrap_or(u64::MAX),
            wish,
        };
        let Some(lowest) = choice.lowest() else {
            self.picked = None;
            self.covered = None;
            return None;
        };
        let held = self.picked.filter(|&it| choice.allows(it) || it == lowest);
        self.picked = Some(match held {
            None => self.move_to(choice.highest(100).unwrap_or(lowest)),
            Some(held) if !choice.covers(held, 100) && held > lowest => {
                self.lower(now);
                self.move_to(choice.highest(100).unwrap_or(lowest))
            }
            Some(held) if wished_up => {
                self.move_to(choice.highest(MARGIN).unwrap_or(held).max(held))
            }
            Some(held) => self.raise(now, held, choice.above(held)),
        });
        self.picked
    }

    /// When a higher layer may be picked if nothing changes.
    #[must_use]
    pub fn poll_at(&self) -> Option<Instant> {
        Some(self.covered? + self.patience)
    }

    /// What the receiver could use, in bit/s: what its bandwidth is to be probed for.
    #[must_use]
    pub fn useful(layers: &[Layer], wish: Option<usize>) -> u64 {
        let choice = Choice {
            layers,
            estimate: u64::MAX,
            wish: wish.unwrap_or(usize::MAX),
        };
        let highest = choice.highest(100).or_else(|| choice.lowest());
        highest.map_or(0, |it| layers[it].bitrate.saturating_mul(MARGIN) / 100)
    }

    const fn move_to(&mut self, layer: usize) -> usize {
        self.covered = None;
        layer
    }

    /// The estimate fell below what is picked.
    fn lower(&mut self, now: Instant) {
        let in_vain = self.raised.take().is_some_and(|at| now < at + TRIAL);
        self.patience = if in_vain {
            (self.patience * 2).min(LONGEST)
        } else {
            PATIENCE
        };
    }

    /// The next layer, if the estimate has covered it for long enough.
    fn raise(&mut self, now: Instant, held: usize, next: Option<usize>) -> usize {
        let Some(next) = next else {
            return self.move_to(held);
        };
        let since = *self.covered.get_or_insert(now);
        if now < since + self.patience {
            return held;
        }
        self.raised = Some(now);
        self.move_to(next)
    }
}

#[derive(Clone, Copy)]
struct Choice<'a> {
    layers: &'a [Layer],
    estimate: u64,
    wish: usize,
}

impl Choice<'_> {
    fn alive(&self) -> impl DoubleEndedIterator<Item = usize> {
        let layers = self.layers;
        (0..layers.len()).filter(move |&it| layers[it].alive)
    }

    fn allows(&self, layer: usize) -> bool {
        layer <= self.wish && self.layers.get(layer).is_some_and(|it| it.alive)
    }

    fn covers(&self, layer: usize, percent: u64) -> bool {
        let bitrate = self.layers[layer].bitrate;
        bitrate.saturating_mul(percent) / 100 <= self.estimate
    }

    fn lowest(&self) -> Option<usize> {
        self.alive().next()
    }

    /// The highest one that is wished for and covered.
    fn highest(&self, percent: u64) -> Option<usize> {
        let mut from_above = self.alive().rev();
        from_above.find(|&it| it <= self.wish && self.covers(it, percent))
    }

    /// The next higher one, if it is wished for and covered with a margin.
    fn above(&self, layer: usize) -> Option<usize> {
        let next = self.alive().find(|&it| it > layer)?;
        (next <= self.wish && self.covers(next, MARGIN)).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATES: [u64; 3] = [150_000, 500_000, 1_500_000];

    fn layers(alive: [bool; 3]) -> [Layer; 3] {
        [0, 1, 2].map(|it| Layer {
            bitrate: if alive[it] { RATES[it] } else { 0 },
            alive: alive[it],
        })
    }

    struct Rig {
        start: Instant,
        machine: Layers,
        alive: [bool; 3],
    }

    impl Rig {
        fn new() -> Self {
            Self {
                start: Instant::now(),
                machine: Layers::default(),
                alive: [true; 3],
            }
        }

        fn pick(&mut self, ms: u64, kbps: u64, wish: Option<usize>) -> Option<usize> {
            let now = self.start + Duration::from_millis(ms);
            let all = layers(self.alive);
            self.machine.pick(now, &all, Some(kbps * 1000), wish)
        }
    }

    #[test]
    fn it_goes_down_at_once_and_up_after_a_while_with_a_margin() {
        let mut rig = Rig::new();
        assert_eq!(rig.pick(0, 2000, None), Some(2));
        assert_eq!(rig.pick(10, 1400, None), Some(1));
        assert_eq!(rig.pick(20, 100, None), Some(0), "the lowest there is");
        assert_eq!(rig.pick(30, 550, None), Some(0), "no margin");
        assert_eq!(rig.machine.poll_at(), None);
        assert_eq!(rig.pick(1000, 2000, None), Some(0));
        let at = rig.start + Duration::from_millis(4000);
        assert_eq!(rig.machine.poll_at(), Some(at));
        assert_eq!(rig.pick(3999, 2000, None), Some(0));
        assert_eq!(rig.pick(4000, 2000, None), Some(1), "step by step");
        assert_eq!(rig.pick(4100, 2000, None), Some(1));
        assert_eq!(rig.pick(5000, 1600, None), Some(1), "the while begins anew");
        assert_eq!(rig.pick(5100, 2000, None), Some(1));
        assert_eq!(rig.pick(7200, 2000, None), Some(1));
        assert_eq!(rig.pick(8100, 2000, None), Some(2));
    }

    #[test]
    fn it_is_more_patient_after_it_went_up_in_vain() {
        let mut rig = Rig::new();
        assert_eq!(rig.pick(0, 600, None), Some(1));
        rig.pick(1000, 2000, None);
        assert_eq!(rig.pick(4000, 2000, None), Some(2));
        assert_eq!(rig.pick(6000, 600, None), Some(1), "in vain");
        rig.pick(7000, 2000, None);
        assert_eq!(rig.pick(12_999, 2000, None), Some(1));
        assert_eq!(rig.pick(13_000, 2000, None), Some(2));
        assert_eq!(rig.pick(60_000, 600, None), Some(1), "it was worth it");
        rig.pick(61_000, 2000, None);
        assert_eq!(rig.pick(64_000, 2000, None), Some(2));
    }

    #[test]
    fn a_wish_is_followed_at_once_as_far_as_the_estimate_allows() {
        let mut rig = Rig::new();
        assert_eq!(rig.pick(0, 9000, Some(0)), Some(0));
        assert_eq!(rig.pick(10_000, 9000, Some(0)), Some(0));
        assert_eq!(rig.pick(10_001, 1000, Some(2)), Some(1));
        assert_eq!(
            rig.pick(10_002, 550, Some(2)),
            Some(1),
            "covered, if without margin"
        );
        assert_eq!(rig.pick(10_002, 550, Some(3)), Some(1));
        assert_eq!(rig.pick(10_002, 1000, Some(0)), Some(0));
        assert_eq!(rig.pick(10_003, 9000, None), Some(2));
        rig.alive = [false, true, true];
        assert_eq!(
            rig.pick(10_004, 9000, Some(0)),
            Some(1),
            "none of those wished for"
        );
        assert_eq!(rig.pick(20_004, 9000, Some(0)), Some(1));
    }

    #[test]
    fn a_dead_layer_is_left_and_needs_no_estimate() {
        let mut rig = Rig::new();
        assert_eq!(rig.pick(0, 9000, None), Some(2));
        rig.alive = [true, true, false];
        assert_eq!(rig.pick(1, 9000, None), Some(1));
        rig.alive = [false; 3];
        assert_eq!(rig.pick(2, 9000, None), None);
        let mut machine = Layers::default();
        let all = layers([true, true, false]);
        assert_eq!(machine.pick(rig.start, &all, None, None), Some(1));
        assert_eq!(machine.pick(rig.start, &[], None, None), None);
        assert_eq!(Layers::useful(&all, None), 600_000);
        assert_eq!(Layers::useful(&all, Some(0)), 180_000);
        assert_eq!(Layers::useful(&[], None), 0);
    }

    proptest! {
        #[test]
        fn what_is_picked_is_alive_wished_for_and_covered_if_anything_is(
            steps in prop::collection::vec(
                (0..5000_u64, any::<[bool; 3]>(), 0..3000_u64, prop::option::of(0..4_usize)),
                1..100,
            ),
        ) {
            let mut rig = Rig::new();
            let mut at = 0;
            for (gap, alive, kbps, wish) in steps {
                at += gap;
                rig.alive = alive;
                let picked = rig.pick(at, kbps, wish);
                let good = |it: usize| {
                    alive[it] && wish.is_none_or(|wish| it <= wish) && RATES[it] <= kbps * 1000
                };
                match picked {
                    None => prop_assert_eq!(alive, [false; 3]),
                    Some(it) if (0..3).any(good) => prop_assert!(good(it)),
                    Some(it) => prop_assert_eq!(Some(it), alive.iter().position(|&it| it)),
                }
                let now = rig.start + Duration::from_millis(at);
                prop_assert!(rig.machine.poll_at().is_none_or(|at| at > now));
            }
        }
    }
}
