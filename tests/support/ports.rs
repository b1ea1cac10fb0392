//! Ports for servers under test, so that many can run at once on one machine.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Below the ports that Linux hands out by itself (32768 and up), so that nobody is given one of ours in between.
const FIRST: u16 = 10_240;
const SIZE: u16 = 512;
const BLOCKS: u16 = 43;
/// Ports at the start of a block that are kept for TCP: the lock and the servers' listeners.
const TCP_PORTS: u16 = 16;
const PATIENCE: Duration = Duration::from_secs(60);

/// A block of ports that no other test of this machine uses while this value lives.
///
/// The claim is a listening socket on the block's first port, so the kernel gives it back however a test ends.
#[derive(Debug)]
pub(crate) struct PortBlock {
    _lock: TcpListener,
    base: u16,
}

impl PortBlock {
    /// Claims a free block, and waits for one while all are taken.
    ///
    /// # Panics
    /// If none becomes free within a minute.
    pub(crate) fn claim() -> PortBlock {
        PortBlock::claim_of(BLOCKS)
    }

    /// Claims a block all of whose ports are below `limit`, as [`PortBlock::claim`] does.
    pub(crate) fn claim_below(limit: u16) -> PortBlock {
        PortBlock::claim_of((limit - FIRST) / SIZE)
    }

    fn claim_of(blocks: u16) -> PortBlock {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Processes start at different blocks, to seldom try one that is taken.
        let start =
            (std::process::id() % u32::from(blocks)) as u16 + NEXT.fetch_add(1, Ordering::Relaxed);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let free =
                (0..blocks).find_map(|step| Self::try_claim((start.wrapping_add(step)) % blocks));
            if let Some(block) = free {
                return block;
            }
            assert!(
                Instant::now() < deadline,
                "all {blocks} port blocks from {FIRST} on are in use"
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn try_claim(index: u16) -> Option<PortBlock> {
        let base = FIRST + index * SIZE;
        let lock = listen(base)?;
        let free = (1..TCP_PORTS).all(|offset| listen(base + offset).is_some());
        free.then_some(PortBlock { _lock: lock, base })
    }

    /// The n-th TCP port of the block, from 0 on.
    pub(crate) fn tcp(&self, n: u16) -> u16 {
        assert!(n + 1 < TCP_PORTS, "a block has {} TCP ports", TCP_PORTS - 1);
        self.base + 1 + n
    }

    /// The n-th of `parts` equal, disjoint ranges of UDP ports; each starts at an even port.
    pub(crate) fn udp(&self, n: u16, parts: u16) -> RangeInclusive<u16> {
        assert!(n < parts, "part {n} of {parts}");
        let each = ((SIZE - TCP_PORTS) / parts) & !1;
        let first = self.base + TCP_PORTS + n * each;
        first..=first + each - 1
    }
}

fn listen(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
}
