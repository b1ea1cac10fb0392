//! Which packets of a source were passed on, and under which numbers.

/// How far behind the newest packet a late one may be.
const SPAN: u64 = 1024;
const WORDS: usize = (SPAN / 64) as usize;

/// The packets of one source since the first that was passed on.
///
/// Numbers those that are passed on from 0 without the ones left out, so that nobody misses these.
#[derive(Clone, Debug)]
pub(super) struct Window {
    first: u64,
    /// The one after the highest so far.
    next: u64,
    seen: Bits,
    left_out: Bits,
    /// How many were left out, ever.
    gone: u64,
    /// The number after the highest given.
    numbers: u64,
}

/// A packet's place among those passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Counted from 0.
    pub(super) number: u64,
    /// Whether no later packet was passed on before it.
    pub(super) newest: bool,
}

impl Window {
    /// Begins with the packet of this sequence number, which is to be number 0.
    pub(super) fn new(first: u64) -> Self {
        Self {
            first,
            next: first,
            seen: Bits::default(),
            left_out: Bits::default(),
            gone: 0,
            numbers: 0,
        }
    }

    /// The sequence number after the highest so far.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// Where the packet goes; `None` if it is a copy, or older than the first or than the window.
    pub(super) fn pass(&mut self, sequence: u64) -> Option<Place> {
        self.enter(sequence)?;
        let before = self.gone - self.left_out_after(sequence);
        let number = sequence - self.first - before;
        let newest = number >= self.numbers;
        self.numbers = self.numbers.max(number + 1);
        Some(Place { number, newest })
    }

    /// The packet is not passed on, and the numbers close up over it. A late one leaves its gap:
    /// the numbers around it are in use.
    pub(super) fn leave_out(&mut self, sequence: u64) {
        if self.enter(sequence) == Some(true) {
            self.left_out.set(sequence, true);
            self.gone += 1;
        }
    }

    /// Marks the packet as seen; whether it is the newest, `None` if it is of no use.
    fn enter(&mut self, sequence: u64) -> Option<bool> {
        let newest = sequence >= self.next;
        if newest {
            let from = self.next.max(sequence.saturating_sub(SPAN - 1));
            for skipped in from..=sequence {
                self.seen.set(skipped, false);
                self.left_out.set(skipped, false);
            }
            self.next = sequence.saturating_add(1);
        } else if sequence < self.first || self.next - sequence > SPAN || self.seen.get(sequence) {
            return None;
        }
        self.seen.set(sequence, true);
        Some(newest)
    }

    fn left_out_after(&self, sequence: u64) -> u64 {
        if self.gone == 0 {
            return 0;
        }
        let after = sequence + 1..self.next;
        after.filter(|&it| self.left_out.get(it)).count() as u64
    }
}

/// One bit for each of the last [`SPAN`] sequence numbers.
#[derive(Clone, Debug, Default)]
struct Bits([u64; WORDS]);

impl Bits {
    fn get(&self, sequence: u64) -> bool {
        let (word, mask) = place(sequence);
        self.0[word] & mask != 0
    }

    fn set(&mut self, sequence: u64, on: bool) {
        let (word, mask) = place(sequence);
        if on {
            self.0[word] |= mask;
        } else {
            self.0[word] &= !mask;
        }
    }
}

const fn place(sequence: u64) -> (usize, u64) {
    let bit = sequence % SPAN;
    ((bit / 64) as usize, 1 << (bit % 64))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn place_of(number: u64, newest: bool) -> Option<Place> {
        Some(Place { number, newest })
    }

    #[test]
    fn numbers_close_up_over_what_is_left_out() {
        let mut window = Window::new(100);
        assert_eq!(window.pass(99), None, "older than the first");
        assert_eq!(window.pass(100), place_of(0, true));
        assert_eq!(window.pass(100), None, "a copy");
        assert_eq!(window.pass(101), place_of(1, true));
        window.leave_out(102);
        window.leave_out(102);
        assert_eq!(window.pass(105), place_of(4, true));
        assert_eq!(window.pass(102), None);
        window.leave_out(106);
        assert_eq!(window.pass(103), place_of(2, false));
        assert_eq!(window.pass(107), place_of(5, true));
        window.leave_out(104);
        assert_eq!(window.pass(104), None);
        assert_eq!(window.pass(107 + SPAN), place_of(5 + SPAN, true));
        assert_eq!(window.pass(107), None, "too old");
        assert_eq!(window.pass(108), place_of(6, false));
        let reused = 101 + SPAN;
        assert_eq!(window.pass(reused), place_of(SPAN - 1, false));
        assert_eq!(window.pass(107 + 9 * SPAN), place_of(5 + 9 * SPAN, true));
        assert_eq!(window.pass(110), None, "too old, if never seen");
    }

    proptest! {
        /// The order of numbers is that of sequence numbers, none is given twice, and packets in
        /// order get numbers without gaps.
        #[test]
        fn order_is_kept_and_nothing_is_doubled(
            steps in prop::collection::vec((0..40_i64, any::<bool>(), 0..10_u8), 1..500),
        ) {
            let mut window = Window::new(1000);
            let mut numbers = BTreeMap::new();
            let mut next = 1000_u64;
            for (back, late, kind) in steps {
                let sequence = if late { next.saturating_add_signed(-back) } else { next };
                next = next.max(sequence + 1);
                if kind == 0 {
                    window.leave_out(sequence);
                } else if let Some(place) = window.pass(sequence) {
                    prop_assert_eq!(numbers.insert(sequence, place.number), None);
                }
            }
            let all: Vec<_> = numbers.values().copied().collect();
            prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
