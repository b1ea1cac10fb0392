//! What a peer holds of each of its connections.

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::engine::{Command, Engine, Reply};

/// A running engine. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

impl Connection {
    pub(super) fn spawn(engine: Engine) -> Connection {
        let (commands, inbox) = mpsc::channel(16);
        Connection {
            commands,
            task: tokio::spawn(engine.run(inbox)),
        }
    }

    /// Has a command carried out.
    pub(super) async fn command<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> Command,
    ) -> Result<T, String> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(command(reply)).await;
        sent.map_err(|_| "it has ended")?;
        answer.await.expect("a peer answers what it takes")
    }

    /// Asks it to say goodbye and end.
    pub(super) async fn close(&self) {
        // One that the remote side has closed already has nobody left to take this.
        let _ = self.commands.send(Command::Close).await;
    }

    /// Waits until it has ended of itself, after the goodbyes.
    pub(super) async fn closed(self) {
        self.task.await.expect("a peer does not panic");
    }

    /// Ends it at once.
    pub(super) async fn end(self) {
        drop(self.commands);
        self.task.await.expect("a peer does not panic");
    }
}
