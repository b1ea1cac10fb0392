//! The handle of a player.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    time::Instant,
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    Source,
    clock::Clock,
    task::{Order, Task},
};
use crate::{
    backend::{
        LegEvents,
        embedded::packet::{Packet, SenderTime, ntp},
    },
    error::{Error, Reason, Result},
    media::{MediaKind, PlayerState, PlayerStatus},
};

/// Where packets go. It must not block.
pub type Sink = Box<dyn FnMut(Packet) -> Result<(), Refused> + Send>;

/// Why a sink takes no packet.
#[derive(Debug)]
pub enum Refused {
    /// It is full: the packet comes back, and is offered again.
    Full(Packet),
    /// It is gone: the player ends.
    Gone,
}

/// Orders that may wait.
const ORDERS: usize = 8;

/// A source that is played. Dropping it ends that.
///
/// - It waits for [`Player::go`], so that nothing is lost on a client that is not connected yet.
/// - Packets come in real time. Sequence numbers and timestamps of each kind go on over loops, halts and jumps.
/// - At the end of the last pass it tells [`LegEvent::Player`](crate::media::LegEvent::Player) with `stopped`; if the
///   file turns out to be damaged, or a disk fails, with `failed` and the error. What it was asked to do it does not
///   tell.
/// - A sink that is full halts it, up to half a second for each frame; then the rest of the frame is lost.
#[derive(Debug)]
pub struct Player {
    orders: mpsc::Sender<Order>,
    gate: watch::Sender<bool>,
    refresh: Arc<Notify>,
    shared: Arc<Mutex<Shared>>,
    _task: AbortOnDropHandle<()>,
}

/// What the task tells the handle.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) uri: Arc<str>,
    pub(super) duration: Option<Duration>,
    pub(super) status: PlayerStatus,
    pub(super) error: Option<String>,
    pub(super) clock: Clock,
    /// Where on the clock's line the pass that is played began.
    pub(super) origin: Duration,
    /// When the first packet was due, and for each kind what its timestamp was.
    pub(super) begun: Option<Instant>,
    pub(super) origins: Vec<(MediaKind, u32, u32)>,
}

impl Shared {
    pub(super) fn state(&self) -> PlayerState {
        let at = self.clock.at(Instant::now()).saturating_sub(self.origin);
        let position = match (self.status, self.duration) {
            // A pass may be longer than its container says.
            (_, Some(duration)) => at.min(duration),
            (_, None) => at,
        };
        PlayerState {
            status: self.status,
            uri: Some(Arc::clone(&self.uri)),
            position: Some(position),
            duration: self.duration,
            error: self.error.clone(),
        }
    }
}

impl Player {
    /// Prepares to play `source` into `sink`, and waits for [`Player::go`].
    ///
    /// *Requires* a tokio runtime.
    #[must_use]
    pub fn start(source: Source, sink: Sink, events: LegEvents) -> Self {
        let (orders, received) = mpsc::channel(ORDERS);
        let (gate, opened) = watch::channel(false);
        let refresh = Arc::new(Notify::new());
        let task = Task::new(source, sink, events, received, opened, Arc::clone(&refresh));
        Self {
            orders,
            gate,
            refresh,
            shared: task.shared(),
            _task: AbortOnDropHandle::new(tokio::spawn(task.run())),
        }
    }

    /// Opens the gate: from now on packets flow. Idempotent; never blocks.
    pub fn go(&self) {
        self.gate.send_replace(true);
    }

    /// Says that the client cannot go on without a keyframe. Never blocks.
    ///
    /// A file cannot make one. What came since its last keyframe is sent again at once, in new packets whose
    /// timestamps lie between the last picture and the next, so that a decoder catches up; at most once a second, and
    /// only if that is 512 KiB or less. Otherwise the client waits for the file's next keyframe.
    pub fn refresh(&self) {
        self.refresh.notify_one();
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> PlayerState {
        self.shared.lock().state()
    }

    /// What an RTCP sender report of the stream of `kind` would say now; none before the first packet is due.
    #[must_use]
    pub fn sender_time(&self, kind: MediaKind) -> Option<SenderTime> {
        let shared = self.shared.lock();
        let begun = shared.begun?;
        let (_, origin, rate) = shared.origins.iter().find(|stream| stream.0 == kind)?;
        let ticks = begun.elapsed().as_nanos() * u128::from(*rate) / 1_000_000_000;
        let timestamp = origin.wrapping_add(ticks as u32);
        let ntp = ntp(SystemTime::now());
        Some(SenderTime { ntp, timestamp })
    }

    /// Halts at the position. Idempotent.
    ///
    /// # Errors
    /// `NO_ACTIVE_PLAYER` if it has come to its end.
    pub async fn pause(&self) -> Result<PlayerState> {
        self.order(Order::Pause).await
    }

    /// Goes on after [`Player::pause`]. Idempotent.
    ///
    /// # Errors
    /// As [`Player::pause`].
    pub async fn resume(&self) -> Result<PlayerState> {
        self.order(Order::Resume).await
    }

    /// Goes to `position` of the pass that is played; with video to the keyframe at or before it. A player that halts
    /// stays halted.
    ///
    /// # Errors
    /// `INVALID_FIELD` beyond the end, where that is known; as [`Player::pause`].
    pub async fn seek(&self, position: Duration) -> Result<PlayerState> {
        let duration = self.shared.lock().duration;
        if let Some(duration) = duration.filter(|duration| position > *duration) {
            let words = format!("lies beyond the end: must be {duration:?} or less");
            return Err(Error::field(Reason::InvalidField, "position", words));
        }
        self.order(|reply| Order::Seek(position, reply)).await
    }

    /// Ends it.
    ///
    /// # Errors
    /// As [`Player::pause`].
    pub async fn stop(&self) -> Result<PlayerState> {
        self.order(Order::Stop).await
    }

    async fn order(
        &self,
        order: impl FnOnce(oneshot::Sender<PlayerState>) -> Order,
    ) -> Result<PlayerState> {
        let ended = || {
            Error::new(
                Reason::NoActivePlayer,
                "the player has come to its end: start it again",
            )
        };
        let (reply, replied) = oneshot::channel();
        self.orders.send(order(reply)).await.map_err(|_| ended())?;
        replied.await.map_err(|_| ended())
    }
}
