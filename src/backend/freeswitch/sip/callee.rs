//! What FreeSWITCH asks: the calls that it makes, and the requests within those that stand.

use std::{pin::pin, sync::Arc};

use rsipstack::{
    sip::{Method, Request, SipMessage, StatusCode},
    transaction::{
        Transaction, TransactionReceiver,
        transaction::{TransactionEvent, TransactionEventSender},
    },
};
use tokio::sync::{Semaphore, oneshot};

use super::{Agent, calls::Dialog, message, wire::lost};
use crate::backend::freeswitch::{command::Call, error::Error};

/// What failures name.
pub(super) const OK: &str = "200 OK";

/// A call that FreeSWITCH makes, and that waits for an answer. Dropped without one it is declined.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) description: String,
    pub(super) answer: oneshot::Sender<String>,
    /// What became of it: it is answered and acknowledged, or not.
    pub(super) outcome: oneshot::Receiver<Result<(), Error>>,
}

/// Answers what comes until the end, no more than `limit` at a time.
pub(super) async fn serve(agent: Arc<Agent>, mut incoming: TransactionReceiver, limit: usize) {
    let room = Arc::new(Semaphore::new(limit));
    loop {
        let next = agent.shutdown.run_until_cancelled(incoming.recv());
        let Some(Some(transaction)) = next.await else {
            return;
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            tracing::debug!("there are too many SIP requests at a time: one is dropped");
            continue;
        };
        let one = Arc::clone(&agent);
        agent.tasks.spawn(async move {
            let shutdown = one.shutdown.clone();
            let handled = Box::pin(request(&one, transaction));
            shutdown.run_until_cancelled(handled).await;
            drop(permit);
        });
    }
}

async fn request(agent: &Arc<Agent>, mut transaction: Transaction) {
    let request = &transaction.original;
    let (call, tag) = (message::call(request), message::own_tag(request));
    match (request.method, call, tag) {
        (Method::Invite, call, None) => {
            let offers = call.and_then(|call| expected(agent, request, call));
            match (call, offers) {
                (Some(call), Some(offers)) => offered(agent, transaction, call, offers).await,
                _ => settle(&mut transaction, StatusCode::NotFound).await,
            }
        }
        (Method::Invite, call, Some(tag)) => {
            match call.and_then(|call| agent.calls.dialog(call, &tag)) {
                Some(dialog) => again(agent, transaction, dialog).await,
                None => settle(&mut transaction, StatusCode::CallTransactionDoesNotExist).await,
            }
        }
        (Method::Bye, call, tag) => {
            if let (Some(call), Some(tag)) = (call, tag) {
                agent.calls.ended(call, &tag);
            }
            // Also if it is not known: an earlier life of this service may have begun it.
            settle(&mut transaction, StatusCode::OK).await;
        }
        (Method::Options, ..) => settle(&mut transaction, StatusCode::OK).await,
        _ => settle(&mut transaction, StatusCode::MethodNotAllowed).await,
    }
}

/// Where the offer of a call goes whose name is also whom it is for.
fn expected(agent: &Agent, request: &Request, call: Call) -> Option<oneshot::Sender<Offered>> {
    let user = request
        .uri
        .user()
        .and_then(|user| Call::try_parse(user).ok());
    (user == Some(call)).then(|| agent.calls.offered(call))?
}

/// Ends a request with a status alone. What is sent again is answered again by the library.
async fn settle(transaction: &mut Transaction, status: StatusCode) {
    let headers = vec![message::allow()];
    if let Err(error) = transaction.reply_with(status, headers, None).await {
        tracing::debug!(%error, "a SIP request is not answered");
    }
}

/// A call of FreeSWITCH's, from its INVITE to the ACK.
async fn offered(
    agent: &Arc<Agent>,
    mut transaction: Transaction,
    call: Call,
    offers: oneshot::Sender<Offered>,
) {
    let Ok(description) = message::description(&transaction.original.body) else {
        return settle(&mut transaction, StatusCode::NotAcceptableHere).await;
    };
    let reply = Reply::new(agent, &transaction);
    let ringing = reply.with(StatusCode::Ringing, None);
    if let Err(error) = transaction.respond(ringing).await {
        tracing::debug!(%error, "a call of FreeSWITCH's is not answered");
        return;
    }
    let (answer, answers) = oneshot::channel();
    let (told, outcome) = oneshot::channel();
    // Nobody may want it any more: then there will be no answer, and it is declined.
    let offer = Offered {
        description,
        answer,
        outcome,
    };
    drop(offers.send(offer));
    let mut pending = Pending {
        agent,
        call,
        reply,
        answers: Some(answers),
        told: Some(told),
    };
    pending.run(&mut transaction).await;
}

/// The responses to one INVITE.
struct Reply {
    agent: Arc<Agent>,
    request: Request,
    tag: String,
    sender: TransactionEventSender,
}

impl Reply {
    fn new(agent: &Arc<Agent>, transaction: &Transaction) -> Self {
        Self {
            agent: Arc::clone(agent),
            request: transaction.original.clone(),
            tag: message::own_tag(&transaction.original).unwrap_or_else(message::unique),
            sender: transaction.tu_sender.clone(),
        }
    }

    fn with(&self, status: StatusCode, description: Option<&str>) -> rsipstack::sip::Response {
        let Self { request, tag, .. } = self;
        message::response(self.agent.identity, request, status, tag, description)
    }

    /// Has the transaction send it, while it is being waited on.
    fn send(&self, status: StatusCode, description: Option<&str>) {
        let response = self.with(status, description);
        self.sender.send(TransactionEvent::Respond(response)).ok();
    }
}

/// A call that is offered, and not acknowledged yet.
struct Pending<'a> {
    agent: &'a Agent,
    call: Call,
    reply: Reply,
    /// `None` as soon as it is answered.
    answers: Option<oneshot::Receiver<String>>,
    /// `None` as soon as it has ended one way or another.
    told: Option<oneshot::Sender<Result<(), Error>>>,
}

impl Pending<'_> {
    async fn run(&mut self, transaction: &mut Transaction) {
        let connection = transaction.connection.as_ref();
        let lost = connection.map(lost).unwrap_or_default();
        loop {
            // To be dropped only when nothing is awaited any more: a message could be lost within.
            let mut receive = pin!(transaction.receive());
            let message = loop {
                tokio::select! {
                    // What has come counts, also when its connection has ended since.
                    biased;
                    message = &mut receive => break message,
                    answer = answer(&mut self.answers) => self.answer(answer),
                    () = lost.cancelled() => break None,
                }
            };
            match message {
                Some(SipMessage::Request(request)) if request.method == Method::Cancel => {
                    self.answers = None;
                    self.tell(Err(Error::Gone));
                    self.reply.send(StatusCode::RequestTerminated, None);
                }
                Some(_) => return self.tell(Ok(())),
                None => {
                    // Nothing was acknowledged: it does not stand.
                    self.agent.calls.ended(self.call, &self.reply.tag);
                    return self.tell(Err(Error::Gone));
                }
            }
        }
    }

    /// The client has answered, or nobody is there to answer.
    fn answer(&mut self, answer: Option<String>) {
        self.answers = None;
        let Some(description) = answer else {
            self.tell(Err(Error::Gone));
            return self.reply.send(StatusCode::Decline, None);
        };
        let dialog = Dialog {
            tag: self.reply.tag.clone(),
            description: description.as_str().into(),
        };
        self.agent.calls.establish(self.call, dialog);
        self.reply.send(StatusCode::OK, Some(&description));
    }

    fn tell(&mut self, outcome: Result<(), Error>) {
        if let Some(told) = self.told.take() {
            // Who is not waiting does not want to know.
            told.send(outcome).ok();
        }
    }
}

/// The answer, or that there will be none; for ever when there was one.
async fn answer(answers: &mut Option<oneshot::Receiver<String>>) -> Option<String> {
    match answers {
        Some(answers) => answers.await.ok(),
        None => std::future::pending().await,
    }
}

/// An INVITE within a call that stands: this side is still what it was.
async fn again(agent: &Arc<Agent>, mut transaction: Transaction, dialog: Dialog) {
    let reply = Reply::new(agent, &transaction);
    let same = reply.with(StatusCode::OK, Some(&dialog.description));
    if let Err(error) = transaction.respond(same).await {
        tracing::debug!(%error, "an INVITE within a call is not answered");
        return;
    }
    // Until it is acknowledged, or sent often enough.
    while transaction.receive().await.is_some() && !transaction.is_terminated() {}
}
