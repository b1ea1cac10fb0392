//! The requests that wait for a reply: a table from transaction to waiter.

use std::{collections::HashMap, fmt, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// As many requests as allowed are waiting already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} requests are waiting for a reply already")]
pub struct Full(pub usize);

/// No reply can come any more: the connection that the request was for is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection ended before the reply")]
pub struct Gone;

/// A bounded table of waiting requests; clones share it.
pub struct Pending<V>(Arc<Mutex<Table<V>>>);

struct Table<V> {
    limit: usize,
    last: u64,
    waiters: HashMap<u64, Waiter<V>>,
}

struct Waiter<V> {
    wants: fn(&V) -> bool,
    reply: oneshot::Sender<V>,
}

/// One waiting request. Dropping it takes it out of the table.
pub struct Ticket<V> {
    key: u64,
    reply: oneshot::Receiver<V>,
    table: Pending<V>,
}

impl<V> Pending<V> {
    /// A table for at most `limit` requests at a time.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(Table {
            limit,
            last: 0,
            waiters: HashMap::new(),
        })))
    }

    /// Enters a request that waits for the first reply that it `wants`.
    ///
    /// # Errors
    /// [`Full`] if too many wait.
    pub fn register(&self, wants: fn(&V) -> bool) -> Result<Ticket<V>, Full> {
        let (sender, receiver) = oneshot::channel();
        let mut table = self.0.lock();
        if table.waiters.len() >= table.limit {
            return Err(Full(table.limit));
        }
        table.last += 1;
        let key = table.last;
        let waiter = Waiter {
            wants,
            reply: sender,
        };
        table.waiters.insert(key, waiter);
        drop(table);
        Ok(Ticket {
            key,
            reply: receiver,
            table: self.clone(),
        })
    }

    /// Hands `reply` to the request of that key; `false` if none waits for it (any more).
    pub fn resolve(&self, key: u64, reply: V) -> bool {
        let mut table = self.0.lock();
        let Some(waiter) = table.waiters.get(&key) else {
            return false;
        };
        if (waiter.wants)(&reply)
            && let Some(waiter) = table.waiters.remove(&key)
        {
            drop(table);
            return waiter.reply.send(reply).is_ok();
        }
        true
    }

    /// Lets every waiting request fail with [`Gone`].
    pub fn clear(&self) {
        let waiters = std::mem::take(&mut self.0.lock().waiters);
        drop(waiters);
    }

    /// How many requests wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().waiters.len()
    }

    /// Whether no request waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<V> Clone for Pending<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> fmt::Debug for Pending<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("waiting", &self.len())
            .finish_non_exhaustive()
    }
}

impl<V> Ticket<V> {
    /// The key of the request: unique for the life of the table.
    #[must_use]
    pub fn key(&self) -> u64 {
        self.key
    }

    /// Waits for the reply.
    ///
    /// *Cancel safety*: dropped, nothing waits any more.
    ///
    /// # Errors
    /// [`Gone`] after [`Pending::clear`].
    pub async fn reply(mut self) -> Result<V, Gone> {
        (&mut self.reply).await.map_err(|_| Gone)
    }
}

impl<V> Drop for Ticket<V> {
    fn drop(&mut self) {
        self.table.0.lock().waiters.remove(&self.key);
    }
}

impl<V> fmt::Debug for Ticket<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any(_: &u32) -> bool {
        true
    }

    #[tokio::test]
    async fn each_reply_finds_its_request() {
        let table = Pending::new(8);
        let (a, b) = (
            table.register(any).expect("room"),
            table.register(any).expect("room"),
        );
        assert!(table.resolve(b.key(), 2));
        assert!(table.resolve(a.key(), 1));
        assert_eq!((a.reply().await, b.reply().await), (Ok(1), Ok(2)));
        assert!(table.is_empty());
    }

    #[tokio::test]
    async fn an_unwanted_reply_leaves_it_waiting() {
        let table = Pending::new(8);
        let ticket = table.register(|reply: &u32| *reply > 1).expect("room");
        assert!(table.resolve(ticket.key(), 1));
        assert!(table.resolve(ticket.key(), 2));
        assert_eq!(ticket.reply().await, Ok(2));
    }

    #[tokio::test]
    async fn a_lost_connection_fails_all() {
        let table = Pending::new(8);
        let ticket = table.register(any).expect("room");
        table.clear();
        assert_eq!(ticket.reply().await, Err(Gone));
    }

    proptest! {
        /// Whatever order of entering, replying and giving up: only living tickets are in the
        /// table, and never more than its limit.
        #[test]
        fn the_table_holds_what_waits(steps in prop::collection::vec((0..3_u8, 0..16_usize), 1..200)) {
            let table = Pending::new(4);
            let mut tickets = Vec::new();
            for (step, at) in steps {
                match step {
                    0 => match table.register(any) {
                        Ok(ticket) => tickets.push(ticket),
                        Err(full) => prop_assert_eq!((full, tickets.len()), (Full(4), 4)),
                    },
                    1 if at < tickets.len() => drop(tickets.swap_remove(at)),
                    2 if at < tickets.len() => {
                        let ticket = tickets.swap_remove(at);
                        prop_assert!(table.resolve(ticket.key(), 7));
                        prop_assert!(!table.resolve(ticket.key(), 8));
                    }
                    _ => prop_assert!(!table.resolve(u64::MAX, 0)),
                }
                prop_assert_eq!(table.len(), tickets.len());
            }
        }
    }
}
