//! Updates and the end of a place: what is begun is done, however long its session waits for that.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, oneshot};

use crate::{
    error::{Error, Reason, Result},
    media::{Outcome, PlayerAction, RecorderAction, TypeKind, Update},
};

/// A place that its session steers.
#[async_trait]
pub(crate) trait Steered: Send + Sync + 'static {
    /// Held while an update is done.
    fn updating(&self) -> &Mutex<()>;

    /// Its type as it stands.
    fn kind(&self) -> TypeKind;

    /// Does an update.
    ///
    /// # Errors
    /// Those of the update.
    async fn apply(self: &Arc<Self>, update: Update) -> Result<Outcome>;

    /// Ends what is being recorded, so that the file is complete.
    async fn finish_recording(self: &Arc<Self>);

    /// Stops what is played.
    async fn silence(self: &Arc<Self>);

    /// Tells nothing from now on; whether this is the first one to say so.
    fn closes(&self) -> bool;

    /// Releases what it has on the server.
    async fn release(self: &Arc<Self>);
}

/// Does an update after those before it. What it starts is stopped again where its session has not waited for it.
///
/// # Errors
/// Those of the update.
pub(crate) async fn update(place: Arc<impl Steered>, update: Update) -> Result<Outcome> {
    let (reply, done) = oneshot::channel();
    tokio::spawn(async move {
        let _turn = place.updating().lock().await;
        let starts = Starts::of(&update);
        let outcome = place.apply(update).await;
        if reply.send(outcome).is_err() {
            starts.take_back(&place).await;
        }
    });
    done.await.unwrap_or_else(|error| {
        let words = "the change of the session failed";
        Err(Error::new(Reason::SessionFailed, words).caused_by(error))
    })
}

/// Ends a place, once.
pub(crate) async fn close(place: Arc<impl Steered>) {
    if !place.closes() {
        return;
    }
    let closing = tokio::spawn(async move {
        place.finish_recording().await;
        place.release().await;
    });
    if let Err(error) = closing.await {
        tracing::error!(%error, "the release of a leg failed");
    }
}

/// What an update starts that its session must know of to stop it.
#[derive(Clone, Copy, Debug)]
enum Starts {
    Nothing,
    Recorder,
    Player,
}

impl Starts {
    const fn of(update: &Update) -> Self {
        match update {
            Update::Recorder(RecorderAction::Start { .. }) => Self::Recorder,
            Update::Player(PlayerAction::Start { .. }) => Self::Player,
            _ => Self::Nothing,
        }
    }

    /// The session did not wait until it had started.
    async fn take_back(self, place: &Arc<impl Steered>) {
        match self {
            Self::Recorder => place.finish_recording().await,
            // In a session of that type it was played before.
            Self::Player if place.kind() != TypeKind::Play => place.silence().await,
            Self::Player | Self::Nothing => {}
        }
    }
}
