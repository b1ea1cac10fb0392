//! Puts packets in order, and says where some are missing.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::backend::embedded::packet::Packet;

/// How long a missing packet is waited for: a retransmission takes a round trip or two.
const HOLD: Duration = Duration::from_millis(300);
/// As many packets wait at most.
const MAX_PACKETS: usize = 1024;
/// As many bytes wait at most.
const MAX_BYTES: usize = 4 << 20;
/// A step of more packets is no loss but another stream (RFC 3550, A.1).
const MAX_STEP: u64 = 3000;

/// What comes out, in order.
#[derive(Debug)]
pub(super) enum Ordered {
    /// The next packet.
    Packet(Packet),
    /// One packet or more are missing here.
    Lost,
    /// Another stream begins here: its sequence and its timestamps are its own.
    Restarted,
}

/// The order of one stream's packets; holds those that came before their time.
#[derive(Debug, Default)]
pub(super) struct Reorder {
    next: Option<u64>,
    held: BTreeMap<u64, Packet>,
    bytes: usize,
}

impl Reorder {
    /// Whether a packet of this number would be dropped, its turn being over.
    pub(super) fn is_late(&self, sequence: u64) -> bool {
        self.next
            .is_some_and(|next| sequence < next && next - sequence <= MAX_STEP)
    }

    /// Takes a packet; what is in order now goes to `out`.
    pub(super) fn push(&mut self, packet: Packet, out: &mut Vec<Ordered>) {
        let sequence = packet.sequence;
        if self.is_late(sequence) || self.held.contains_key(&sequence) {
            return;
        }
        let next = *self.next.get_or_insert(sequence);
        if sequence.abs_diff(next) > MAX_STEP {
            self.flush(out);
            self.next = Some(sequence);
            out.push(Ordered::Restarted);
        }
        let arrived = packet.arrived;
        self.bytes += packet.payload.len();
        self.held.insert(sequence, packet);
        self.release(out);
        self.expire(arrived, out);
    }

    /// Gives up what has been waited for too long.
    pub(super) fn expire(&mut self, now: Instant, out: &mut Vec<Ordered>) {
        let is_due = |packet: &Packet| now.saturating_duration_since(packet.arrived) > HOLD;
        while self.held.len() > MAX_PACKETS
            || self.bytes > MAX_BYTES
            || self.held.values().any(is_due)
        {
            self.skip(out);
        }
    }

    /// Lets out all that is held.
    pub(super) fn flush(&mut self, out: &mut Vec<Ordered>) {
        while !self.held.is_empty() {
            self.skip(out);
        }
    }

    /// Gives up what is missing before the first packet that is held.
    fn skip(&mut self, out: &mut Vec<Ordered>) {
        if let Some(&first) = self.held.keys().next() {
            out.push(Ordered::Lost);
            self.next = Some(first);
            self.release(out);
        }
    }

    fn release(&mut self, out: &mut Vec<Ordered>) {
        while let Some(next) = self.next
            && let Some(packet) = self.held.remove(&next)
        {
            self.bytes -= packet.payload.len();
            self.next = next.checked_add(1);
            out.push(Ordered::Packet(packet));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::Codec;

    fn packet(sequence: u64, arrived: Instant) -> Packet {
        Packet {
            codec: Codec::Opus,
            sequence,
            timestamp: 0,
            marker: false,
            payload: [1, 2].as_slice().into(),
            arrived,
        }
    }

    /// What came out: the numbers, `L` for a loss, `R` for a restart.
    fn words(out: &[Ordered]) -> String {
        let word = |ordered: &Ordered| match ordered {
            Ordered::Packet(packet) => packet.sequence.to_string(),
            Ordered::Lost => "L".to_owned(),
            Ordered::Restarted => "R".to_owned(),
        };
        out.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    fn run(sequences: &[(u64, u64)]) -> String {
        let (mut reorder, mut out, begin) = (Reorder::default(), Vec::new(), Instant::now());
        for (sequence, millis) in sequences {
            let arrived = begin + Duration::from_millis(*millis);
            reorder.push(packet(*sequence, arrived), &mut out);
        }
        words(&out)
    }

    #[test]
    fn what_comes_in_another_order_is_put_right() {
        assert_eq!(run(&[(7, 0), (9, 1), (8, 2), (8, 3), (10, 4)]), "7 8 9 10");
    }

    #[test]
    fn a_missing_packet_is_waited_for_and_then_given_up() {
        assert_eq!(run(&[(7, 0), (9, 1), (10, 300)]), "7");
        assert_eq!(run(&[(7, 0), (9, 1), (10, 302)]), "7 L 9 10");
        assert_eq!(run(&[(7, 0), (9, 1), (10, 302), (8, 303)]), "7 L 9 10");
    }

    #[test]
    fn time_alone_gives_up_too() {
        let (mut reorder, mut out, begin) = (Reorder::default(), Vec::new(), Instant::now());
        reorder.push(packet(1, begin), &mut out);
        reorder.push(packet(3, begin), &mut out);
        reorder.expire(begin + HOLD, &mut out);
        assert_eq!(words(&out), "1");
        reorder.expire(begin + HOLD + Duration::from_millis(1), &mut out);
        assert_eq!(words(&out), "1 L 3");
    }

    #[test]
    fn a_great_step_is_another_stream() {
        assert_eq!(
            run(&[(7, 0), (8, 1), (90_000, 2), (90_001, 3)]),
            "7 8 R 90000 90001"
        );
        assert_eq!(
            run(&[(90_000, 0), (90_002, 1), (5, 2)]),
            "90000 L 90002 R 5"
        );
        assert_eq!(run(&[(u64::MAX, 0), (3, 1)]), "18446744073709551615 3");
    }

    proptest! {
        #[test]
        fn it_stays_small_and_in_order(steps in prop::collection::vec((0_u64..3000, 0_u64..5), 1..3000)) {
            let (mut reorder, begin, mut at) = (Reorder::default(), Instant::now(), 0);
            let mut out = Vec::new();
            for (sequence, wait) in steps {
                at += wait;
                reorder.push(packet(sequence, begin + Duration::from_millis(at)), &mut out);
                prop_assert!(reorder.held.len() <= MAX_PACKETS);
                prop_assert_eq!(reorder.bytes, reorder.held.len() * 2);
            }
            let mut last = None;
            for ordered in out {
                if let Ordered::Packet(packet) = ordered {
                    prop_assert!(last < Some(packet.sequence));
                    last = Some(packet.sequence);
                }
            }
        }
    }
}
