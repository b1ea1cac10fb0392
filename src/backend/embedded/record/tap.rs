//! Where packets come into a recording: a bounded queue that never makes the media plane wait.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{
    backend::embedded::packet::{Packet, SenderTime},
    media::MediaKind,
};

/// What is taken out of the queue.
#[derive(Debug)]
pub(super) enum Input {
    /// A packet, and how long the pauses before it were in all.
    Packet(Packet, Duration),
    SenderTime(MediaKind, SenderTime),
}

/// Hands packets of one client to its recording. Clones are cheap and hand to the same one.
///
/// When the queue is full, packets are dropped and counted; a recording that has ended takes none.
#[derive(Clone, Debug)]
pub struct Tap {
    queue: SyncSender<Input>,
    gate: Arc<Gate>,
}

/// Whether packets come in, shared by all who hand them and by who takes them.
#[derive(Debug, Default)]
pub(super) struct Gate {
    is_shut: AtomicBool,
    is_stopped: AtomicBool,
    is_paused: AtomicBool,
    paused_at: Mutex<Option<Instant>>,
    /// Pauses in all, in microseconds.
    left_out: AtomicU64,
    dropped: AtomicU64,
}

impl Tap {
    /// A queue of `limit` and its reading end.
    pub(super) fn new(limit: usize) -> (Self, Receiver<Input>) {
        let (queue, inputs) = sync_channel(limit);
        let gate = Arc::default();
        (Self { queue, gate }, inputs)
    }

    pub(super) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// Hands a packet over, with an empty payload too: padding keeps the sequence whole. Never waits.
    pub fn packet(&self, packet: &Packet) {
        if self.gate.is_open() {
            let left_out = self.gate.left_out();
            self.hand(Input::Packet(packet.clone(), left_out));
        }
    }

    /// Hands over what a sender report says of the stream of `kind`. Never waits.
    pub fn sender_time(&self, kind: MediaKind, time: SenderTime) {
        if !self.gate.is_shut() {
            self.hand(Input::SenderTime(kind, time));
        }
    }

    fn hand(&self, input: Input) {
        if self.queue.try_send(input).is_err() && !self.gate.is_shut() {
            self.gate.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Gate {
    fn is_open(&self) -> bool {
        !self.is_paused.load(Ordering::Acquire) && !self.is_shut()
    }

    pub(super) fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::Acquire)
    }

    /// Nothing more comes in.
    pub(super) fn shut(&self) {
        self.is_shut.store(true, Ordering::Release);
    }

    /// The recording is asked to end: nothing more comes in.
    pub(super) fn stop(&self) {
        if !self.is_shut() {
            self.is_stopped.store(true, Ordering::Release);
        }
        self.shut();
    }

    /// Whether it ended because it was asked to.
    pub(super) fn was_asked_to_stop(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    /// What comes from now on is left out. Nothing changes if it is already.
    pub(super) fn pause(&self, now: Instant) {
        self.paused_at.lock().get_or_insert(now);
        self.is_paused.store(true, Ordering::Release);
    }

    /// What comes from now on is recorded again; whether it was not.
    pub(super) fn resume(&self, now: Instant) -> bool {
        let Some(since) = self.paused_at.lock().take() else {
            return false;
        };
        let span = now.saturating_duration_since(since).as_micros();
        // One microsecond at least: a change of the sum is how the recording knows of the pause.
        let span = u64::try_from(span).unwrap_or(u64::MAX).max(1);
        self.left_out.fetch_add(span, Ordering::AcqRel);
        self.is_paused.store(false, Ordering::Release);
        true
    }

    pub(super) fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::Acquire)
    }

    pub(super) fn left_out(&self) -> Duration {
        Duration::from_micros(self.left_out.load(Ordering::Acquire))
    }

    /// Packets that found the queue full.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Codec;

    fn packet() -> Packet {
        Packet {
            codec: Codec::Opus,
            sequence: 0,
            timestamp: 0,
            marker: false,
            payload: [1].as_slice().into(),
            arrived: Instant::now(),
        }
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let (tap, inputs) = Tap::new(2);
        for _ in 0..5 {
            tap.packet(&packet());
        }
        assert_eq!(tap.gate().dropped(), 3);
        assert_eq!(inputs.try_iter().count(), 2);
        tap.gate().shut();
        tap.packet(&packet());
        assert_eq!((inputs.try_iter().count(), tap.gate().dropped()), (0, 3));
    }

    #[test]
    fn a_pause_lets_nothing_in_and_adds_up() {
        let (tap, inputs) = Tap::new(8);
        let begin = Instant::now();
        let gate = tap.gate();
        assert!(!gate.resume(begin), "it does not pause");
        for pause in 1..=2 {
            gate.pause(begin);
            tap.packet(&packet());
            assert!(gate.resume(begin + Duration::from_secs(1)));
            tap.packet(&packet());
            let came: Vec<_> = inputs.try_iter().collect();
            let [Input::Packet(_, left_out)] = came.as_slice() else {
                panic!("{came:?}");
            };
            assert_eq!(*left_out, Duration::from_secs(pause));
        }
    }
}
