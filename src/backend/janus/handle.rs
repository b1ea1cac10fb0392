//! A plugin handle in a Janus session of its own: what every leg speaks through.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::{Mutex, mpsc};

use super::{
    conn::{Conn, Session, Signal},
    error::Error,
    wire::{
        Address, Answer, Jsep, Plugin, Reply, Request,
        incoming::{NO_SESSION, SESSION_IN_USE},
        request::Trickle,
    },
};
use crate::media::RemoteCandidate;

/// A handle; clones share it. With the last one its session ends on the server.
///
/// One Janus session holds one handle, so that each fails, times out and is claimed on its own.
#[derive(Clone, Debug)]
pub(super) struct Handle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    session: Session,
    id: u64,
    plugin: Plugin,
    /// Janus works on the messages of a handle in any order, so there is one at a time.
    turn: Mutex<()>,
}

impl Handle {
    /// Makes a session with a handle of `plugin`, marked as `owner`'s.
    ///
    /// *Cancel safety*: dropped, nothing is left on the server.
    pub(super) async fn open(
        conn: &Arc<Conn>,
        plugin: Plugin,
        owner: &str,
    ) -> Result<(Self, mpsc::Receiver<Signal>), Error> {
        loop {
            let (session, signals) = Session::new(conn);
            let attach = Request::Attach {
                plugin,
                opaque_id: conn.opaque_id(owner),
            };
            // Janus works on these two in order, so the second need not wait for the first.
            let (created, attached) = tokio::join!(
                conn.request(Request::Create { id: session.id() }, Address::SERVER),
                conn.request(attach, Address::session(session.id())),
            );
            if let Err(Error::Core {
                code: SESSION_IN_USE,
                ..
            }) = created
            {
                give_back(&session, attached).await;
                continue;
            }
            created?;
            let Reply::Done { id: Some(id) } = attached? else {
                return Err(Error::Malformed("an `attach` reply without an id".into()));
            };
            return Ok((Self::new(session, id, plugin), signals));
        }
    }

    /// Takes over a handle of an earlier life of this service.
    ///
    /// *Cancel safety*: dropped, it stays on the server as it was, and so it does on error.
    pub(super) async fn claim(
        conn: &Arc<Conn>,
        plugin: Plugin,
        ids: Ids,
    ) -> Result<(Self, mpsc::Receiver<Signal>), Error> {
        let (session, signals) = Session::known(conn, ids.session);
        match conn
            .request(Request::Claim, Address::session(ids.session))
            .await
        {
            Ok(_) => {
                session.own();
                Ok((Self::new(session, ids.handle, plugin), signals))
            }
            Err(Error::Core {
                code: NO_SESSION,
                reason,
                ..
            }) => Err(Error::Lost(reason)),
            Err(error) => Err(error),
        }
    }

    fn new(session: Session, id: u64, plugin: Plugin) -> Self {
        Self(Arc::new(Inner {
            session,
            id,
            plugin,
            turn: Mutex::new(()),
        }))
    }

    /// Its ids on the server.
    pub(super) fn ids(&self) -> Ids {
        Ids {
            session: self.0.session.id(),
            handle: self.0.id,
        }
    }

    /// Its connection.
    pub(super) fn conn(&self) -> &Arc<Conn> {
        self.0.session.conn()
    }

    /// Says something to the plugin and waits for its answer.
    ///
    /// A description that the plugin refuses, or does not answer, spoils the handle for any other:
    /// close it then.
    ///
    /// *Cancel safety*: dropped, the message is (or was) sent all the same, and the next one waits
    /// until it is answered.
    pub(super) async fn message(
        &self,
        body: &(impl Serialize + Sync),
        jsep: Option<Jsep>,
    ) -> Result<Answer, Error> {
        let body =
            serde_json::to_value(body).expect("a body has string keys and no failing values");
        let inner = Arc::clone(&self.0);
        let exchange = tokio::spawn(async move { inner.exchange(body, jsep).await });
        exchange
            .await
            .unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(Error::Disconnected { command: "message" }),
            })
    }

    /// Gives the client's candidates, in order.
    pub(super) async fn trickle(&self, candidates: Vec<RemoteCandidate>) -> Result<(), Error> {
        for trickle in Trickle::requests(candidates) {
            self.conn()
                .request(Request::Trickle(trickle), self.0.address())
                .await?;
        }
        Ok(())
    }

    /// Tells the one who watches this handle that offer and answer are through.
    pub(super) fn negotiated(&self) {
        self.0.session.signal(Signal::Negotiated);
    }

    /// Tells the one who watches this handle that it is an earlier life's.
    pub(super) fn resumed(&self) {
        self.0.session.signal(Signal::Resumed);
    }

    /// Ends the session on the server, whoever else holds the handle. Idempotent.
    ///
    /// *Cancel safety*: dropped, it ends all the same.
    pub(super) async fn close(&self) {
        self.0.session.close().await;
    }
}

impl Inner {
    fn address(&self) -> Address {
        Address::handle(self.session.id(), self.id)
    }

    async fn exchange(&self, body: serde_json::Value, jsep: Option<Jsep>) -> Result<Answer, Error> {
        let conn = self.session.conn();
        let _turn = self.turn.lock().await;
        let _permit = match jsep {
            // The semaphore is never closed.
            Some(_) => conn.offers.acquire().await.ok(),
            None => None,
        };
        let message = Request::Message { body, jsep };
        match conn.request(message, self.address()).await? {
            Reply::Plugin(answer) => match answer.refusal(self.plugin) {
                Some(refusal) => Err(refusal),
                None => Ok(answer),
            },
            _ => Err(Error::Malformed(
                "a `message` reply without plugin data".into(),
            )),
        }
    }
}

/// Gives back a handle that was attached to a session of somebody else, whose id we hit by chance.
async fn give_back(session: &Session, attached: Result<Reply, Error>) {
    session.disown();
    if let Ok(Reply::Done { id: Some(handle) }) = attached {
        let address = Address::handle(session.id(), handle);
        if let Err(error) = session.conn().request(Request::Detach, address).await {
            tracing::warn!(%error, "cannot detach a stray handle");
        }
    }
}

/// What a handle is called on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub(super) struct Ids {
    pub(super) session: u64,
    pub(super) handle: u64,
}
