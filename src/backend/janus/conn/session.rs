//! A Janus session of ours, which ends with the value that stands for it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    sync::{mpsc, oneshot},
    time,
};

use super::{Conn, Link, SESSION_QUEUE, Signal, now};

/// A Janus session. Dropped, it is destroyed on the server as soon as that can be reached.
#[derive(Debug)]
pub(in super::super) struct Session {
    conn: Arc<Conn>,
    id: u64,
    owned: AtomicBool,
}

impl Session {
    /// A new id (53 bits, so that JSON keeps it), known to the connection and routed to the queue.
    ///
    /// The caller sends `create`.
    pub(in super::super) fn new(conn: &Arc<Conn>) -> (Self, mpsc::Receiver<Signal>) {
        // 0 would let Janus choose.
        let id = (rand::random::<u64>() >> 11).max(1);
        let (session, signals) = Self::known(conn, id);
        session.own();
        (session, signals)
    }

    /// A session that is on the server already. It is left there until it is [owned](Self::own).
    pub(in super::super) fn known(conn: &Arc<Conn>, id: u64) -> (Self, mpsc::Receiver<Signal>) {
        let (sender, signals) = mpsc::channel(SESSION_QUEUE);
        let mut table = conn.table.lock();
        table.routes.insert(id, sender);
        table.machine.opened(id, now());
        drop(table);
        conn.wake.notify_one();
        let session = Self {
            conn: Arc::clone(conn),
            id,
            owned: AtomicBool::new(false),
        };
        (session, signals)
    }

    /// From now on the session ends with this value.
    pub(in super::super) fn own(&self) {
        self.owned.store(true, Ordering::Release);
    }

    /// The session is somebody else's: it is left alone.
    pub(in super::super) fn disown(&self) {
        self.owned.store(false, Ordering::Release);
    }

    pub(in super::super) fn id(&self) -> u64 {
        self.id
    }

    pub(in super::super) fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }

    /// Tells the leg something beside the server's events.
    pub(in super::super) fn signal(&self, signal: Signal) {
        self.conn.signal(self.id, signal);
    }

    /// Destroys the session and waits until the server confirms it, if it can be reached.
    /// Idempotent.
    ///
    /// *Cancel safety*: dropped, it is destroyed all the same.
    pub(in super::super) async fn close(&self) {
        if !self.owned.swap(false, Ordering::AcqRel) {
            return;
        }
        let (sender, confirmed) = oneshot::channel();
        let up = matches!(&*self.conn.link.borrow(), Link::Up(_));
        self.conn.release(self.id, up.then_some(sender));
        if up {
            // Not confirmed in time: it stays in the machine's care.
            let _ = time::timeout(self.conn.config.request_timeout, confirmed).await;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.owned.swap(false, Ordering::AcqRel) {
            self.conn.release(self.id, None);
        } else {
            self.conn.forget(self.id);
        }
    }
}

impl Conn {
    fn release(&self, session: u64, confirmed: Option<oneshot::Sender<()>>) {
        let mut table = self.table.lock();
        table.routes.remove(&session);
        table.machine.released(session);
        if let Some(confirmed) = confirmed {
            table.closing.insert(session, confirmed);
        }
        drop(table);
        self.wake.notify_one();
    }

    fn forget(&self, session: u64) {
        let mut table = self.table.lock();
        table.routes.remove(&session);
        table.machine.forgotten(session);
    }

    /// Queues a signal for the leg of a session, and never waits.
    ///
    /// When the queue is full a notice is dropped; what the leg cannot do without waits for room
    /// beside the caller.
    pub(super) fn signal(&self, session: u64, signal: Signal) {
        let table = self.table.lock();
        let Some(route) = table.routes.get(&session) else {
            return;
        };
        let Err(mpsc::error::TrySendError::Full(signal)) = route.try_send(signal) else {
            return;
        };
        tracing::warn!(backend = %self.name, session, "a leg does not keep up with its events");
        if signal.is_vital() {
            let route = route.clone();
            // The reading end goes with the leg: then nobody needs the signal.
            tokio::spawn(async move { route.send(signal).await.ok() });
        }
    }
}

impl Signal {
    fn is_vital(&self) -> bool {
        use super::HandleEvent::{Media, Other, SlowLink};
        !matches!(
            self,
            Self::Event {
                event: Media { .. } | SlowLink { .. } | Other,
                ..
            }
        )
    }
}
