//! Events over broken connections.

use std::{fmt, time::Duration};

use futures_core::Stream;
use futures_util::stream::try_unfold;
use tokio::time::Instant;
use tonic::{Status, Streaming};

/// An item of a watch: an event; a gap, which tells of events that the service no longer has; or a snapshot, which follows it.
pub use crate::proto::watch_events_response::Item;
use crate::{
    connection::Connection,
    error::Error,
    progress::Progress,
    proto::{
        WatchEventsRequest, WatchEventsResponse, session_service_client::SessionServiceClient,
    },
    trials::{Backoff, Trials},
};

const BACKOFF: Backoff = Backoff {
    shortest: Duration::from_millis(100),
    longest: Duration::from_secs(5),
};
/// For as long a service keeps the events of sessions that have ended, unless it is configured otherwise.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

type OnRetry = Box<dyn FnMut(&Error, Duration) + Send>;

/// The events of sessions and rooms, in order, each once. When its stream breaks, it opens another and goes on after the last
/// event that it has told.
pub struct Watch {
    sessions: SessionServiceClient<Connection>,
    progress: Progress,
    trials: Trials,
    on_retry: Option<OnRetry>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// No stream; the next may be opened then.
    Waiting(Instant),
    Open(Box<Streaming<WatchEventsResponse>>),
    Ended(Option<Error>),
}

impl Watch {
    pub(crate) fn new(
        sessions: SessionServiceClient<Connection>,
        request: WatchEventsRequest,
    ) -> Self {
        Self {
            sessions,
            progress: Progress::new(request),
            trials: Trials::new(BACKOFF, GIVE_UP_AFTER),
            on_retry: None,
            state: State::Waiting(Instant::now()),
        }
    }

    /// The wait before the first new try, which doubles with each, and the longest. Default: 100 ms and 5 s.
    #[must_use]
    pub fn backoff(mut self, shortest: Duration, longest: Duration) -> Self {
        self.trials.backoff = Backoff { shortest, longest };
        self
    }

    /// How long to try until the watch fails. Default: 5 minutes, for which a service keeps the events of sessions that have
    /// ended, unless it is configured otherwise.
    #[must_use]
    pub fn give_up_after(mut self, limit: Duration) -> Self {
        self.trials.give_up_after = limit;
        self
    }

    /// Is told of each broken stream, and of the wait before the next try.
    #[must_use]
    pub fn on_retry(mut self, told: impl FnMut(&Error, Duration) + Send + 'static) -> Self {
        self.on_retry = Some(Box::new(told));
        self
    }

    /// Waits for the next item. None once each session that was asked for has ended. It may be dropped at any time, as `tokio::select!` does: nothing is lost.
    ///
    /// # Errors
    /// What the service fails for good, and what does not pass in time; the same ever after.
    pub async fn next(&mut self) -> Result<Option<Item>, Error> {
        loop {
            match &mut self.state {
                State::Ended(error) => return error.clone().map_or(Ok(None), Err),
                State::Waiting(_) if self.progress.is_complete() => self.state = State::Ended(None),
                State::Waiting(until) => {
                    tokio::time::sleep_until(*until).await;
                    self.trials.begin();
                    match self.sessions.watch_events(self.progress.request()).await {
                        Ok(reply) => self.state = State::Open(Box::new(reply.into_inner())),
                        Err(status) => self.fail(status.into()),
                    }
                }
                State::Open(stream) => match stream.message().await {
                    Ok(Some(response)) => {
                        self.trials.succeed();
                        if let Some(item) = self.progress.pass(response) {
                            return Ok(Some(item));
                        }
                    }
                    Ok(None) if self.progress.is_endless() => {
                        let words = "the service has ended the stream, as it does when it stops";
                        self.fail(Status::unavailable(words).into());
                    }
                    Ok(None) => self.state = State::Ended(None),
                    Err(status) => self.fail(status.into()),
                },
            }
        }
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Item, Error>> + Send {
        try_unfold(self, async |mut watch| {
            let item = watch.next().await?;
            Ok(item.map(|item| (item, watch)))
        })
    }

    fn fail(&mut self, error: Error) {
        let retry = error
            .is_transient()
            .then(|| self.trials.fail(error.retry_after()));
        self.state = match retry.flatten() {
            _ if self.progress.is_complete() => State::Ended(None),
            Some(wait) => {
                if let Some(told) = &mut self.on_retry {
                    told(&error, wait);
                }
                State::Waiting(Instant::now() + wait)
            }
            None => State::Ended(Some(error)),
        };
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("progress", &self.progress)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
