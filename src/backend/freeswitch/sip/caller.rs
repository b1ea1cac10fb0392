//! A call that this side makes.

use std::{pin::pin, sync::Arc, time::Duration};

use rsipstack::{
    sip::{HeadersExt, Request, Response, SipMessage, StatusCodeKind},
    transaction::Transaction,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Agent,
    calls::{Claim, Dialog},
    message,
    wire::{Way, lost},
};
use crate::backend::freeswitch::error::Error;

/// What failures name.
pub(super) const INVITE: &str = "INVITE";

/// How often a call that nobody wants any more is taken back, until FreeSWITCH hears it or says how it ended.
const CANCEL_EVERY: Duration = Duration::from_secs(1);
const MAX_CANCELS: u32 = 32;

/// What FreeSWITCH has answered; unless it is [kept](Self::keep) the call is hung up.
#[derive(Debug)]
pub(super) struct Answered {
    description: Option<String>,
    hang_up: HangUp,
}

impl Answered {
    pub(super) fn keep(mut self) -> Result<String, Error> {
        self.hang_up.keep();
        self.description.take().ok_or(Error::Gone)
    }
}

/// Ends the dialog when it is dropped.
#[derive(Debug)]
struct HangUp(Option<(Arc<Agent>, Way, Request)>);

impl HangUp {
    fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for HangUp {
    fn drop(&mut self) {
        let Some((agent, way, bye)) = self.0.take() else {
            return;
        };
        if let Some(call) = message::call(&bye) {
            agent.calls.forget(call);
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let tasks = agent.unsettled.clone();
        let end = async move {
            let Ok(mut transaction) = agent.wire.client(bye, &way) else {
                return;
            };
            let sent = async {
                transaction.send().await.ok();
                while let Some(SipMessage::Response(response)) = transaction.receive().await
                    && response.status_code.kind() == StatusCodeKind::Provisional
                {}
            };
            agent.shutdown.run_until_cancelled(sent).await;
        };
        tasks.spawn_on(end, &runtime);
    }
}

/// An INVITE that is out.
pub(super) struct Outgoing {
    pub(super) agent: Arc<Agent>,
    pub(super) claim: Claim,
    pub(super) way: Way,
    /// The one that waits for the answer; `None` when nobody does any more.
    pub(super) asker: Option<oneshot::Sender<Result<Answered, Error>>>,
    /// Whether there was any response: before there is, an INVITE cannot be taken back.
    pub(super) is_heard: bool,
    /// When it has lasted too long.
    pub(super) deadline: Instant,
    pub(super) cancels: u32,
}

impl Outgoing {
    /// Sees to it until it has ended.
    pub(super) async fn run(mut self, mut transaction: Transaction) {
        let invite = transaction.original.clone();
        match self.meanwhile(&invite, transaction.send()).await {
            Some(Ok(())) => {}
            Some(Err(error)) => return self.tell(Err(Error::Unreachable(error.to_string()))),
            // By TCP a part of it may be written: nothing can follow that.
            None if self.way.0.is_reliable() => return lost(&self.way.0).cancel(),
            None => return,
        }
        while let Some(Some(SipMessage::Response(response))) =
            self.meanwhile(&invite, transaction.receive()).await
        {
            match response.status_code.kind() {
                StatusCodeKind::Provisional => self.heard(&invite),
                StatusCodeKind::Successful => return self.answered(&invite, &response),
                _ => return self.failed(&response),
            }
        }
    }

    /// Waits for what the transaction does; meanwhile it is seen whether anybody still waits, and for how long. None if
    /// it need not be waited for any longer.
    ///
    /// The transaction is to be waited for all the time, and not to be dropped before: it could be next to write to the
    /// connection, so that nobody else could, and a response could be lost within.
    async fn meanwhile<T>(&mut self, invite: &Request, done: impl Future<Output = T>) -> Option<T> {
        let lost = lost(&self.way.0);
        let mut done = pin!(done);
        loop {
            tokio::select! {
                // What has come counts, also when its connection has ended since.
                biased;
                done = &mut done => return Some(done),
                () = self.agent.shutdown.cancelled() => return None,
                () = lost.cancelled() => {
                    self.tell(Err(Error::Disconnected { command: INVITE }));
                    return None;
                }
                () = left(&mut self.asker, &self.agent.leaving) => {
                    self.asker = None;
                    self.cancel(invite);
                }
                () = sleep_until(self.deadline) => {
                    if self.cancels >= MAX_CANCELS {
                        return None;
                    }
                    let after = self.agent.request_timeout;
                    self.tell(Err(Error::Timeout { command: INVITE, after }));
                    self.cancel(invite);
                }
            }
        }
    }

    /// Takes it back if there is anything to take back, and will do so again.
    fn cancel(&mut self, invite: &Request) {
        self.cancels += 1;
        self.deadline = Instant::now() + CANCEL_EVERY;
        if !self.is_heard {
            return;
        }
        let cancel = message::cancel(invite).into();
        let (connection, server) = self.way.clone();
        let shutdown = self.agent.shutdown.clone();
        self.agent.unsettled.spawn(async move {
            let server = server.into();
            let sent = connection.send(cancel, Some(&server));
            if let Some(Err(error)) = shutdown.run_until_cancelled(sent).await {
                tracing::debug!(%error, "a CANCEL is not sent");
            }
        });
    }

    /// FreeSWITCH works at it.
    fn heard(&mut self, invite: &Request) {
        if self.is_heard {
            return;
        }
        self.is_heard = true;
        if self.asker.is_some() {
            self.deadline = Instant::now() + self.agent.request_timeout;
        } else {
            self.cancel(invite);
        }
    }

    fn answered(&mut self, invite: &Request, response: &Response) {
        let (agent, way) = (Arc::clone(&self.agent), self.way.clone());
        let bye = message::bye(agent.identity, invite, response);
        let hang_up = HangUp(bye.map(|bye| (agent, way, bye)));
        let description = match message::description(&response.body) {
            Ok(description) => Some(description),
            Err(error) => return self.tell(Err(error)),
        };
        let tag = invite.from_header().ok().and_then(|from| from.tag().ok());
        if let Some(tag) = tag.flatten() {
            let offer = String::from_utf8_lossy(&invite.body);
            let dialog = Dialog {
                tag: tag.value().to_owned(),
                description: offer.into(),
            };
            self.agent.calls.establish(self.claim.call, dialog);
        }
        self.tell(Ok(Answered {
            description,
            hang_up,
        }));
    }

    fn failed(&mut self, response: &Response) {
        let status = response.status_code.code();
        let phrase = response.wire_reason.as_deref();
        let phrase = phrase.unwrap_or_else(|| response.status_code.text());
        // The library tells by a response of its own that a request could not be sent.
        let error = if lost(&self.way.0).is_cancelled() {
            Error::Disconnected { command: INVITE }
        } else {
            let phrase = phrase.to_owned();
            Error::Rejected { status, phrase }
        };
        self.tell(Err(error));
    }

    fn tell(&mut self, outcome: Result<Answered, Error>) {
        if let Some(asker) = self.asker.take() {
            // Nobody waits any more: an answer hangs up by itself.
            asker.send(outcome).ok();
        }
    }
}

/// Until the one that waits has gone, or must go; for ever if there is none.
async fn left(
    asker: &mut Option<oneshot::Sender<Result<Answered, Error>>>,
    leaving: &CancellationToken,
) {
    match asker {
        Some(asker) => {
            leaving.run_until_cancelled(asker.closed()).await;
        }
        None => std::future::pending().await,
    }
}
