//! One connection: who gives commands shares a [`Lane`], and one [actor] owns the socket.

mod actor;
mod socket;

use std::time::Instant;

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, oneshot},
    time,
};
use tokio_util::sync::CancellationToken;

use super::{
    Role,
    machine::{Ask, Machine, Timing},
};
use crate::backend::freeswitch::{config::Config, error::Error};
pub(super) use actor::run;

/// Where the result of a command goes.
type Waiter = oneshot::Sender<Result<String, Error>>;

/// A connection.
#[derive(Debug)]
pub(super) struct Lane {
    machine: Mutex<Machine<Waiter>>,
    /// The machine has changed without its actor.
    changed: Notify,
    stopped: CancellationToken,
}

/// One command that waits. Dropped, nobody waits any more.
struct Ticket<'a> {
    lane: &'a Lane,
    key: u64,
    result: oneshot::Receiver<Result<String, Error>>,
}

impl Lane {
    pub(super) fn new(role: Role, config: &Config) -> Self {
        let timing = Timing {
            request: config.request_timeout,
            liveness: config.liveness,
            lost_after: config.lost_after,
            reconnect_min: config.reconnect_min,
            reconnect_max: config.reconnect_max,
            max_pending: config.max_pending,
        };
        let machine = Machine::new(role, config.password.clone(), timing, now());
        Self {
            machine: Mutex::new(machine),
            changed: Notify::new(),
            stopped: CancellationToken::new(),
        }
    }

    /// Gives a command and waits for its result.
    ///
    /// *Cancel safety*: dropped, it may or may not be done.
    pub(super) async fn ask(&self, ask: Ask) -> Result<String, Error> {
        let command = ask.name;
        let (waiter, result) = oneshot::channel();
        let key = self.machine.lock().submit(ask, waiter, now())?;
        self.changed.notify_one();
        let mut ticket = Ticket {
            lane: self,
            key,
            result,
        };
        let ended = |_| Err(Error::Disconnected { command });
        (&mut ticket.result).await.unwrap_or_else(ended)
    }

    /// Gives the connection up, so that another one is made.
    fn cut(&self, why: &str) {
        self.machine.lock().cut(why);
        self.changed.notify_one();
    }

    /// Waits until the actor has ended.
    pub(super) async fn stopped(&self) {
        self.stopped.cancelled().await;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.lane.machine.lock().forget(self.key);
    }
}

/// The time of the runtime: tests may have paused it.
fn now() -> Instant {
    time::Instant::now().into_std()
}
