//! The SIP user agent by which calls are made with FreeSWITCH, in both directions.
//!
//! A call has one name everywhere: its `Call-ID` is the uuid of its channel. The event socket ends calls and tells that they
//! ended, so nothing here does: FreeSWITCH's BYE is answered, and the dialog forgotten.
//!
//! The transactions of RFC 3261 (what is sent again and when, what a late message belongs to) and the reading of messages are
//! those of the library; the dialogs are kept here (see `docs/adr/0008-sip-library.md`).

mod callee;
mod caller;
mod calls;
mod message;
mod wire;

#[cfg(test)]
mod tests;

use std::{io, sync::Arc, time::Duration};

use rsipstack::sip::Uri;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    callee::Offered,
    caller::{Answered, INVITE, Outgoing},
    calls::{Calls, Claim},
    message::Identity,
    wire::Wire,
};
use super::{
    command::{Call, Word},
    config::Config,
    error::Error,
};

/// How many requests may be worked on beside one for each call.
const BESIDE: usize = 64;

/// The user agent.
#[derive(Clone, Debug)]
pub(super) struct UserAgent(Arc<Agent>);

/// What all parts of it share.
#[derive(Debug)]
struct Agent {
    wire: Arc<Wire>,
    calls: Arc<Calls>,
    identity: Identity,
    /// Whom calls are for.
    target: Uri,
    request_timeout: Duration,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    /// Cancelled when no call may be made any more.
    leaving: CancellationToken,
    /// The calls that are being made, taken back or hung up.
    unsettled: TaskTracker,
}

impl UserAgent {
    /// Listens at `sip_listen`, or at `sip_contact`, until `shutdown`. FreeSWITCH need not be there yet.
    ///
    /// # Errors
    /// The port cannot be had, or the configuration names no server.
    pub(super) async fn start(config: &Config, shutdown: CancellationToken) -> io::Result<Self> {
        let target = format!("sip:{}@{}", config.extension, config.sip);
        let target = Uri::try_from(target).map_err(io::Error::other)?;
        let tasks = TaskTracker::new();
        let (wire, incoming) = Wire::open(config, &shutdown, &tasks).await?;
        let limit = config.max_pending.saturating_mul(2);
        let agent = Arc::new(Agent {
            wire,
            calls: Calls::new(limit),
            identity: Identity {
                contact: config.sip_contact,
                transport: config.sip_transport,
            },
            target,
            request_timeout: config.request_timeout,
            shutdown,
            tasks: tasks.clone(),
            leaving: CancellationToken::new(),
            unsettled: TaskTracker::new(),
        });
        agent.unsettled.close();
        let limit = limit.saturating_add(BESIDE);
        let room = limit.min(tokio::sync::Semaphore::MAX_PERMITS);
        tasks.spawn(callee::serve(Arc::clone(&agent), incoming, room));
        tasks.close();
        Ok(Self(agent))
    }

    /// Calls FreeSWITCH with the client's offer, and with `headers`; what it answers, which is acknowledged at once.
    ///
    /// The uuid of a call is used once. `request_timeout` is allowed until the first response of any kind, and from then on
    /// until the last.
    ///
    /// *Cancel safety*: dropped, the call is taken back, or hung up if it is answered all the same.
    ///
    /// # Errors
    /// - [`Error::Rejected`]: FreeSWITCH does not take the call; 482: there is one of this name already.
    /// - [`Error::Timeout`], [`Error::Unreachable`], [`Error::Disconnected`]: no answer.
    /// - [`Error::Overloaded`]: there are too many calls.
    pub(super) async fn invite(
        &self,
        call: Call,
        headers: &[(&'static str, Word)],
        offer: &str,
    ) -> Result<String, Error> {
        let agent = &self.0;
        if agent.leaving.is_cancelled() {
            return Err(Error::Unreachable("the service is stopping".to_owned()));
        }
        let claim = agent.calls.begin(call)?;
        let way = agent.wire.reach().await?;
        let request = message::invite(agent.identity, &agent.target, call, headers, offer);
        let transaction = agent.wire.client(request, &way)?;
        let (asker, answer) = oneshot::channel();
        let outgoing = Outgoing {
            agent: Arc::clone(agent),
            claim,
            way,
            asker: Some(asker),
            is_heard: false,
            deadline: Instant::now() + agent.request_timeout,
            cancels: 0,
        };
        agent.unsettled.spawn(Box::pin(outgoing.run(transaction)));
        let answered = answer.await;
        answered
            .unwrap_or(Err(Error::Disconnected { command: INVITE }))
            .and_then(Answered::keep)
    }

    /// Waits for FreeSWITCH's INVITE of a call: to be done before FreeSWITCH is told to make it.
    ///
    /// # Errors
    /// As [`invite`](Self::invite): there are too many calls, or one of this name.
    pub(super) fn expect(&self, call: Call) -> Result<Expected, Error> {
        let (offers, offer) = oneshot::channel();
        let claim = self.0.calls.expect(call, offers)?;
        Ok(Expected {
            _claim: claim,
            patience: self.0.request_timeout,
            progress: Progress::Waiting(offer),
        })
    }

    /// A call has ended: its dialog is not needed any more, whether or not a BYE has come.
    pub(super) fn forget(&self, call: Call) {
        self.0.calls.forget(call);
    }

    /// Takes back the calls that are not answered yet, and waits until FreeSWITCH has heard so, no longer than
    /// `request_timeout`: it would make of them calls that nobody has.
    pub(super) async fn leave(&self) {
        self.0.leaving.cancel();
        let settled = timeout(self.0.request_timeout, self.0.unsettled.wait()).await;
        if settled.is_err() {
            let left = self.0.unsettled.len();
            tracing::warn!(left, "FreeSWITCH does not say that calls are taken back");
        }
    }

    /// Waits until everything has ended, after the shutdown.
    pub(super) async fn stopped(&self) {
        self.0.tasks.wait().await;
        self.0.unsettled.wait().await;
    }
}

/// A call that FreeSWITCH is to make.
///
/// Dropped before it is answered, the call is declined (603), and an INVITE that comes later is refused (404).
#[derive(Debug)]
pub(super) struct Expected {
    _claim: Claim,
    patience: Duration,
    progress: Progress,
}

#[derive(Debug)]
enum Progress {
    Waiting(oneshot::Receiver<Offered>),
    Offered(Offered),
    /// Answered, and the outcome not known yet.
    Answered(oneshot::Receiver<Result<(), Error>>),
    Over,
}

impl Expected {
    /// Waits, without limit, for what FreeSWITCH offers, which has been told at once that it rings.
    ///
    /// *Cancel safety*: dropped, nothing is lost.
    ///
    /// # Errors
    /// [`Error::Gone`]: the call has been taken back, or was answered before.
    pub(super) async fn offer(&mut self) -> Result<String, Error> {
        if let Progress::Waiting(offer) = &mut self.progress {
            self.progress = offer.await.map_or(Progress::Over, Progress::Offered);
        }
        match &mut self.progress {
            Progress::Offered(offered) if !offered.answer.is_closed() => {
                Ok(offered.description.clone())
            }
            _ => Err(Error::Gone),
        }
    }

    /// Answers with the client's description; done as soon as FreeSWITCH has acknowledged it.
    ///
    /// *Cancel safety*: dropped, the call is answered all the same; asked again, it is waited on for the same outcome.
    ///
    /// # Errors
    /// [`Error::Gone`]: the call has been taken back, or nothing is offered. [`Error::Timeout`]: not acknowledged in time.
    pub(super) async fn answer(&mut self, description: &str) -> Result<(), Error> {
        self.progress = match std::mem::replace(&mut self.progress, Progress::Over) {
            Progress::Offered(offered) => {
                let sent = offered.answer.send(description.to_owned());
                sent.map_err(|_| Error::Gone)?;
                Progress::Answered(offered.outcome)
            }
            other => other,
        };
        let Progress::Answered(outcome) = &mut self.progress else {
            return Err(Error::Gone);
        };
        let outcome = timeout(self.patience, outcome).await;
        let outcome = outcome.map_err(|_| Error::Timeout {
            command: callee::OK,
            after: self.patience,
        })?;
        self.progress = Progress::Over;
        outcome.unwrap_or(Err(Error::Gone))
    }
}
