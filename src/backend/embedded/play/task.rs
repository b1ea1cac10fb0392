//! The task of a player: reads ahead, waits until a frame is due, and hands its packets over.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until},
};

use super::{
    Source,
    clock::Clock,
    container::Fault,
    player::{Refused, Shared, Sink},
    reader::{Batch, Reader, Unit},
    stream::Stream,
};
use crate::{
    backend::{LegEvents, embedded::packet::Packet},
    media::{LegEvent, PlayerState, PlayerStatus},
};

/// More is read when fewer frames than this are ready, and they are smaller than this in all.
const LOW: usize = 32;
const LOW_BYTES: usize = 1 << 20;
/// A frame that is later than this moves what follows, instead of being followed by a burst.
const LATE: Duration = Duration::from_millis(500);
/// How long a full sink is offered the packets of a frame, and how often.
const PATIENCE: Duration = Duration::from_millis(500);
const OFFER_EVERY: Duration = Duration::from_millis(5);
/// The least time between two repetitions of what came since a keyframe.
const REFRESH_EVERY: Duration = Duration::from_secs(1);

/// What the handle asks for.
#[derive(Debug)]
pub(super) enum Order {
    Pause(oneshot::Sender<PlayerState>),
    Resume(oneshot::Sender<PlayerState>),
    Seek(Duration, oneshot::Sender<PlayerState>),
    Stop(oneshot::Sender<PlayerState>),
}

/// How playing ends.
enum End {
    Played,
    Asked(oneshot::Sender<PlayerState>),
    Failed(String),
    /// Nobody wants the packets any more.
    Unwanted,
}

/// What there is to do.
enum News {
    Order(Order),
    /// The gate.
    Open,
    /// The handle.
    Gone,
    Read(Option<Result<Batch, Fault>>),
    Refresh,
    Due,
}

/// What reads, and whether it does.
enum Reading {
    Idle(Box<Reader>),
    Busy(JoinHandle<(Box<Reader>, Result<Batch, Fault>)>),
    /// It fell with its thread.
    Lost,
}

/// A player at work.
pub(super) struct Task {
    reading: Reading,
    ready: VecDeque<Unit>,
    /// The last unit that was sent is of this pass.
    pass: u32,
    /// Where everything ends, once it has been read so far.
    end: Option<Duration>,
    streams: Vec<Stream>,
    shared: Arc<Mutex<Shared>>,
    sink: Sink,
    events: LegEvents,
    orders: mpsc::Receiver<Order>,
    gate: watch::Receiver<bool>,
    refresh: Arc<Notify>,
    refreshed: Option<Instant>,
}

impl Task {
    pub(super) fn new(
        source: Source,
        sink: Sink,
        events: LegEvents,
        orders: mpsc::Receiver<Order>,
        gate: watch::Receiver<bool>,
        refresh: Arc<Notify>,
    ) -> Self {
        let tracks = source.tracks.iter().zip(source.payloaders);
        let streams: Vec<_> = tracks
            .map(|(track, made)| Stream::new(track.codec, made))
            .collect();
        let shared = Shared {
            uri: source.uri,
            duration: source.reader.duration(),
            status: PlayerStatus::Playing,
            error: None,
            clock: Clock::new(),
            origin: Duration::ZERO,
            begun: None,
            origins: streams.iter().map(Stream::origin).collect(),
        };
        Self {
            reading: Reading::Idle(Box::new(source.reader)),
            ready: VecDeque::new(),
            pass: 0,
            end: None,
            streams,
            shared: Arc::new(Mutex::new(shared)),
            sink,
            events,
            orders,
            gate,
            refresh,
            refreshed: None,
        }
    }

    pub(super) fn shared(&self) -> Arc<Mutex<Shared>> {
        Arc::clone(&self.shared)
    }

    pub(super) async fn run(mut self) {
        let end = self.play().await;
        let state = {
            let mut shared = self.shared.lock();
            shared.clock.halt(Instant::now());
            shared.status = PlayerStatus::Stopped;
            if let End::Failed(words) = &end {
                shared.status = PlayerStatus::Failed;
                shared.error = Some(words.clone());
            }
            shared.state()
        };
        match end {
            End::Played | End::Failed(_) => self.events.emit(LegEvent::Player(state)),
            // Whoever asked may have gone.
            End::Asked(reply) => drop(reply.send(state)),
            End::Unwanted => {}
        }
    }

    async fn play(&mut self) -> End {
        loop {
            self.read_ahead();
            let news = self.news().await;
            let done = match news {
                News::Order(order) => self.obey(order).await,
                News::Open => self.begin(),
                News::Gone => Err(End::Unwanted),
                News::Read(read) => self.take(read),
                News::Refresh => self.repeat().await,
                News::Due => self.send_next().await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// Waits for the next thing to do.
    async fn news(&mut self) -> News {
        let due = self.due();
        let is_open = self.shared.lock().begun.is_some();
        tokio::select! {
            biased;
            order = self.orders.recv() => order.map_or(News::Gone, News::Order),
            opened = self.gate.wait_for(|open| *open), if !is_open => match opened {
                Ok(_) => News::Open,
                Err(_) => News::Gone,
            },
            read = finish(&mut self.reading), if self.reading.is_busy() => News::Read(read),
            () = self.refresh.notified(), if is_open => News::Refresh,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => News::Due,
        }
    }

    /// When there is something to do: a frame to send, or to end.
    fn due(&self) -> Option<Instant> {
        let at = match (self.ready.front(), self.end) {
            (Some(unit), _) => unit.at,
            (None, Some(end)) => end,
            (None, None) => return None,
        };
        self.shared.lock().clock.due(at)
    }

    fn begin(&self) -> Result<(), End> {
        let now = Instant::now();
        let mut shared = self.shared.lock();
        shared.begun = Some(now);
        if shared.status == PlayerStatus::Playing {
            shared.clock.run(now);
        }
        Ok(())
    }

    fn read_ahead(&mut self) {
        let held = || {
            self.ready
                .iter()
                .map(|unit| unit.frame.data.len())
                .sum::<usize>()
        };
        if self.end.is_some() || self.ready.len() >= LOW || held() >= LOW_BYTES {
            return;
        }
        self.reading = match std::mem::replace(&mut self.reading, Reading::Lost) {
            Reading::Idle(mut reader) => Reading::Busy(tokio::task::spawn_blocking(move || {
                let batch = reader.read();
                (reader, batch)
            })),
            other => other,
        };
    }

    fn take(&mut self, read: Option<Result<Batch, Fault>>) -> Result<(), End> {
        let batch = match read {
            Some(Ok(batch)) => batch,
            Some(Err(fault)) => return Err(End::Failed(format!("the file {fault}"))),
            None => return Err(End::Failed("the file cannot be read on".to_owned())),
        };
        self.ready.extend(batch.units);
        self.end = batch.end;
        Ok(())
    }

    async fn obey(&mut self, order: Order) -> Result<(), End> {
        let now = Instant::now();
        let reply = match order {
            Order::Stop(reply) => return Err(End::Asked(reply)),
            Order::Pause(reply) => {
                let mut shared = self.shared.lock();
                shared.status = PlayerStatus::Paused;
                shared.clock.halt(now);
                reply
            }
            Order::Resume(reply) => {
                self.resume(now);
                reply
            }
            Order::Seek(position, reply) => {
                self.seek(position).await?;
                reply
            }
        };
        let state = self.shared.lock().state();
        // Whoever asked may have gone.
        let _ = reply.send(state);
        Ok(())
    }

    fn resume(&mut self, now: Instant) {
        let mut shared = self.shared.lock();
        if shared.status != PlayerStatus::Paused {
            return;
        }
        shared.status = PlayerStatus::Playing;
        if shared.begun.is_some() {
            shared.clock.run(now);
        }
        self.streams.iter_mut().for_each(Stream::begin_spurt);
    }

    async fn seek(&mut self, position: Duration) -> Result<(), End> {
        if self.reading.is_busy() {
            // What it reads is of no use any more, but the reader is.
            finish(&mut self.reading).await;
        }
        let Reading::Idle(mut reader) = std::mem::replace(&mut self.reading, Reading::Lost) else {
            return Err(End::Failed("the file cannot be read on".to_owned()));
        };
        let pass = self.pass;
        let gone = tokio::task::spawn_blocking(move || {
            let reached = reader.seek(position, pass);
            (reader, reached)
        });
        let (reader, reached) = gone
            .await
            .map_err(|_| End::Failed("the file cannot be read on".to_owned()))?;
        let at = reached.map_err(|fault| End::Failed(format!("the file {fault}")))?;
        self.ready.clear();
        self.end = None;
        self.streams.iter_mut().for_each(Stream::begin_spurt);
        let mut shared = self.shared.lock();
        shared.origin = reader.origin();
        shared.clock.jump(at, Instant::now());
        self.reading = Reading::Idle(reader);
        Ok(())
    }

    /// Sends the frame that is due, or ends.
    async fn send_next(&mut self) -> Result<(), End> {
        let Some(unit) = self.ready.pop_front() else {
            return Err(End::Played);
        };
        let now = Instant::now();
        let since = {
            let mut shared = self.shared.lock();
            let mut due = shared.clock.due(unit.at).unwrap_or(now);
            if now.saturating_duration_since(due) > LATE {
                shared.clock.jump(unit.at, now);
                due = now;
            }
            shared.origin = unit.origin;
            due.saturating_duration_since(shared.begun.unwrap_or(due))
        };
        self.pass = unit.pass;
        let stream = self
            .streams
            .iter_mut()
            .find(|stream| stream.kind() == unit.kind);
        let packets = stream.map(|stream| stream.packets(unit.frame, since));
        self.send(packets.unwrap_or_default()).await
    }

    async fn repeat(&mut self) -> Result<(), End> {
        let now = Instant::now();
        let is_soon = |then: Instant| now.saturating_duration_since(then) < REFRESH_EVERY;
        if self.refreshed.is_some_and(is_soon) {
            return Ok(());
        }
        let packets: Vec<_> = self.streams.iter_mut().flat_map(Stream::repeat).collect();
        if !packets.is_empty() {
            self.refreshed = Some(now);
        }
        self.send(packets).await
    }

    /// Hands packets over. Those that the sink has no room for in time are lost.
    async fn send(&mut self, packets: Vec<Packet>) -> Result<(), End> {
        let patience = Instant::now() + PATIENCE;
        for packet in packets {
            let mut offer = (self.sink)(packet);
            while let Err(refused) = offer {
                let Refused::Full(packet) = refused else {
                    return Err(End::Unwanted);
                };
                if Instant::now() > patience {
                    tracing::debug!("a full sink made a player lose packets");
                    return Ok(());
                }
                sleep(OFFER_EVERY).await;
                offer = (self.sink)(packet);
            }
        }
        Ok(())
    }
}

impl Reading {
    const fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

/// Waits for what is being read; none if reading fell.
///
/// *Cancel safety*: nothing is lost.
async fn finish(reading: &mut Reading) -> Option<Result<Batch, Fault>> {
    let Reading::Busy(reader) = reading else {
        return None;
    };
    let read = reader.await;
    *reading = Reading::Lost;
    let (reader, batch) = read.ok()?;
    *reading = Reading::Idle(reader);
    Some(batch)
}
