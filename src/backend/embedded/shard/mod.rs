//! The threads that carry media: each owns its legs and shares nothing with the others on the way of a packet.
//!
//! A leg lives on one shard for its whole life. The shard's number is part of the leg's id, and of the name that it
//! has in connectivity checks, so a datagram finds its shard without a table that all share.

mod net;
mod rtp;
mod run;
mod send;
mod tcp;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    config::Config,
    plane::{Across, LegId, Plane},
};
use crate::{
    backend,
    error::{Error, Reason, Result},
    telemetry::Metrics,
};
pub(super) use net::Listening;
pub(super) use run::Worker;

/// Something to do on a shard's thread.
type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// Jobs that may wait for a shard; callers wait for room.
const JOBS: usize = 256;

/// One thread. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    jobs: mpsc::Sender<Job>,
    across: mpsc::Sender<Across>,
    legs: Arc<AtomicUsize>,
    load: Arc<Load>,
}

/// What a shard carries, told by its thread about once a second.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// What it receives and sends, in kbit/s.
    bitrate_kbps: AtomicU32,
    /// Processor time, in percent of one processor.
    cpu_percent: AtomicU32,
}

/// All threads.
#[derive(Debug)]
pub(super) struct Shards {
    shards: Vec<Shard>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Shard {
    /// Does `job` on the thread and waits for what it yields.
    ///
    /// *Cancel safety*: the job may be done although nobody waits for it any more.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Worker) -> T + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |worker| {
            // A caller that has gone needs no answer.
            let _ = reply.send(job(worker));
        });
        self.jobs.send(job).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())
    }

    /// A place for packets that are made elsewhere.
    pub(super) fn across(&self) -> mpsc::Sender<Across> {
        self.across.clone()
    }

    /// A leg is about to live here.
    pub(super) fn joined(&self) {
        self.legs.fetch_add(1, Ordering::Relaxed);
    }

    /// A leg does not live here any more.
    pub(super) fn left(&self) {
        self.legs.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shards {
    /// Starts the threads. Must be called within a tokio runtime, which accepts TCP connections.
    ///
    /// # Errors
    /// An address cannot be listened on, or the system gives no thread.
    pub(super) fn start(
        config: &Arc<Config>,
        metrics: &Metrics,
        shutdown: &CancellationToken,
    ) -> io::Result<(Self, Arc<[SocketAddr]>)> {
        let count = match config.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let count = u8::try_from(count).unwrap_or(u8::MAX);
        let listening = Listening::bind(config, usize::from(count))?;
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..count)
            .map(|_| mpsc::channel::<Across>(config.queue))
            .unzip();
        let mut shards = Vec::with_capacity(count.into());
        let mut threads = Vec::with_capacity(count.into());
        for ((number, across), sockets) in (0..).zip(receivers).zip(listening.sockets) {
            let (jobs, inbox) = mpsc::channel(JOBS);
            shards.push(Shard {
                jobs,
                across: senders[usize::from(number)].clone(),
                legs: Arc::default(),
                load: Arc::default(),
            });
            let plane = Plane::new(number, count, config.clone());
            let begin = run::Begin {
                plane,
                sockets,
                config: config.clone(),
                others: senders.clone(),
                load: shards[usize::from(number)].load.clone(),
                inbox,
                across,
                metrics: metrics.clone(),
                shutdown: shutdown.clone(),
            };
            let name = format!("media-{number}");
            threads.push(
                std::thread::Builder::new()
                    .name(name)
                    .spawn(move || begin.run())?,
            );
        }
        for (socket, listener) in (listening.addresses.len()..).zip(listening.listeners) {
            let Some(listener) = listener else { continue };
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let accepting = tcp::accept(listener, socket, shards.clone(), shutdown.clone());
            tokio::spawn(accepting);
        }
        let shards = Self {
            shards,
            threads: Mutex::new(threads),
        };
        Ok((shards, listening.addresses))
    }

    /// The shard of this number.
    pub(super) fn at(&self, number: u8) -> &Shard {
        &self.shards[usize::from(number)]
    }

    /// The shard of a leg.
    pub(super) fn of(&self, leg: LegId) -> &Shard {
        self.at(leg.shard())
    }

    /// The shard with the fewest legs, and its number.
    pub(super) fn least_loaded(&self) -> (u8, &Shard) {
        (0..)
            .zip(&self.shards)
            .min_by_key(|(_, shard)| shard.legs.load(Ordering::Relaxed))
            .expect("there is at least one shard")
    }

    /// What all shards carry.
    pub(super) fn load(&self) -> backend::Load {
        let sum = |of: fn(&Load) -> &AtomicU32| {
            let loads = self.shards.iter().map(|shard| of(&shard.load));
            Some(loads.map(|load| load.load(Ordering::Relaxed)).sum())
        };
        backend::Load {
            full: false,
            bitrate_kbps: sum(|load| &load.bitrate_kbps),
            cpu_percent: sum(|load| &load.cpu_percent),
        }
    }

    /// Waits, after the shutdown, until all threads have ended.
    pub(super) async fn stopped(&self) {
        let threads = std::mem::take(&mut *self.threads.lock());
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("a media thread has panicked");
                }
            }
        });
        // The task does not panic, and is cancelled only when the runtime ends.
        let _ = joined.await;
    }
}

fn stopped() -> Error {
    Error::new(Reason::BackendLost, "the embedded media server has stopped")
}
