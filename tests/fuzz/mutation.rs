//! Bytes made from other bytes, in a way that looks at random and is the same each time.

use rand::{RngExt as _, SeedableRng, rngs::StdRng, seq::IndexedRandom as _};

/// Steps from an element of the corpus to what is tried.
const STEPS: usize = 6;
/// Nothing that is tried is longer, in bytes.
const LONGEST: usize = 64 * 1024;
/// Numbers at which something often ends.
const EDGES: [u64; 8] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, u64::MAX];

/// Makes one after the other.
pub(crate) struct Mutator {
    corpus: Vec<Vec<u8>>,
    random: StdRng,
}

impl Mutator {
    /// # Panics
    /// If the corpus is empty.
    pub(crate) fn new(corpus: Vec<Vec<u8>>) -> Self {
        assert!(!corpus.is_empty(), "there is something to begin with");
        Self {
            corpus,
            random: StdRng::seed_from_u64(1),
        }
    }

    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut bytes = self.pick().to_vec();
        for _ in 0..self.random.random_range(1..=STEPS) {
            self.step(&mut bytes);
        }
        bytes.truncate(LONGEST);
        bytes
    }

    fn pick(&mut self) -> &[u8] {
        self.corpus
            .choose(&mut self.random)
            .expect("there is something to begin with")
    }

    fn step(&mut self, bytes: &mut Vec<u8>) {
        let at = self.random.random_range(0..=bytes.len());
        let length = self.random.random_range(0..=(bytes.len() - at).min(64));
        match self.random.random_range(0..7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..at + length)),
            2 => {
                let again = bytes[at..at + length].to_vec();
                bytes.splice(at..at, again);
            }
            3 => {
                let other = self.pick();
                let from = at.min(other.len());
                let other = other[from..].to_vec();
                bytes.splice(at.., other);
            }
            4 => {
                let edge = *EDGES.choose(&mut self.random).expect("there are some");
                let width = [1, 2, 4, 8][self.random.random_range(0..4)];
                let edge = edge.to_be_bytes();
                for (byte, edge) in bytes[at..].iter_mut().zip(&edge[8 - width..]) {
                    *byte = *edge;
                }
            }
            5 => {
                let bit = self.random.random_range(0..8);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            _ => {
                let value = self.random.random();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
        }
    }
}
