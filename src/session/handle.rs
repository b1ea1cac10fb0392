//! A way to reach one session.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    Create, Info,
    command::{Command, Reply, Tiding},
    machine::Machine,
};
use crate::{
    error::{Error, Reason, Result},
    event::Log,
    id::SessionId,
};

/// What is sent to a session's actor.
#[derive(Debug)]
pub(super) enum Message {
    /// Carry out a command.
    Command(Command, Option<Instant>, oneshot::Sender<Result<Reply>>),
    /// A tied session tells something.
    Told(SessionId, Tiding),
}

/// One session: cheap to clone, does not keep it alive.
#[derive(Clone, Debug)]
pub(super) struct Handle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    id: SessionId,
    create: Arc<Create>,
    log: Arc<Log>,
    /// Boxed, since a channel reserves room for many messages at a time.
    inbox: mpsc::Sender<Box<Message>>,
    machine: Mutex<Machine>,
}

impl Handle {
    pub(super) fn new(
        id: SessionId,
        create: Arc<Create>,
        log: Arc<Log>,
        machine: Machine,
        inbox: mpsc::Sender<Box<Message>>,
    ) -> Self {
        Self(Arc::new(Shared {
            id,
            create,
            log,
            inbox,
            machine: Mutex::new(machine),
        }))
    }

    pub(super) fn id(&self) -> &SessionId {
        &self.0.id
    }

    pub(super) fn create(&self) -> &Arc<Create> {
        &self.0.create
    }

    pub(super) fn log(&self) -> &Arc<Log> {
        &self.0.log
    }

    /// The session's state: only its actor changes it.
    pub(super) fn machine(&self) -> parking_lot::MutexGuard<'_, Machine> {
        self.0.machine.lock()
    }

    pub(super) fn info(&self) -> Info {
        self.machine().info()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Sends a command and waits for its reply.
    pub(super) async fn command(
        &self,
        command: Command,
        deadline: Option<Instant>,
    ) -> Result<Reply> {
        let (sender, receiver) = oneshot::channel();
        let message = Message::Command(command, deadline, sender);
        let sent = self.0.inbox.send(Box::new(message)).await;
        if sent.is_err() {
            return Err(self.gone());
        }
        receiver.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// Tells the session what happened to a session that it is tied to.
    pub(super) async fn tell(&self, teller: SessionId, tiding: Tiding) {
        // A session that has ended needs no news.
        let _ = self
            .0
            .inbox
            .send(Box::new(Message::Told(teller, tiding)))
            .await;
    }

    fn gone(&self) -> Error {
        self.machine()
            .end()
            .cloned()
            .unwrap_or_else(|| not_found(&self.0.id))
    }
}

/// The refusal for an id that no session has.
pub(super) fn not_found(id: &SessionId) -> Error {
    let message = format!(
        "there is no session {id}: it never began or has ended; ListSessions shows those that live"
    );
    Error::new(Reason::SessionNotFound, message).with("session_id", id.as_str())
}
