//! What a test can order to go wrong.

use std::time::Duration;

use super::rpc::{Refusal, Request};
use crate::orders::Orders;

/// What is done with a request instead of answering it well.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// It is not done; the server refuses it. In a transaction, that operation is the one that fails.
    Refuse {
        /// As in `error.code`.
        code: i64,
        /// As in `error.message`.
        message: &'static str,
        /// As in `error.data.type`.
        kind: &'static str,
    },
    /// It is done and its call never ends: neither its reply nor anything behind it on the same socket goes out,
    /// and nothing that comes is looked at, until [`obey`](super::Simulator::obey).
    Silent,
    /// It takes so much longer; replies and events behind it on the same socket wait, as in the real server.
    Delay(Duration),
    /// It is done, and the socket is reset instead of answering.
    Drop,
    /// It is done, and this goes out instead of its reply.
    Garbage(&'static str),
}

impl Fault {
    fn refusal(&self) -> Option<Refusal> {
        match self {
            Fault::Refuse {
                code,
                message,
                kind,
            } => Some(Refusal::new(*code, kind, *message)),
            _ => None,
        }
    }
}

/// The orders that stand.
pub(super) type Faults = Orders<Fault>;

/// What will go wrong with one frame.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// What happens to the frame as a whole.
    pub(super) frame: Option<Fault>,
    /// It is not done at all.
    pub(super) whole: Option<Refusal>,
    /// Which of a transaction's operations are refused, by their place.
    pub(super) refused: Vec<Option<Refusal>>,
}

impl Orders<Fault> {
    /// What to do with a request, and with what it has inside.
    pub(super) fn plan(&mut self, request: &Request) -> Plan {
        let mut plan = Plan::default();
        if request.method == "transaction" {
            plan.frame = self.named(&request.name());
        }
        plan.whole = plan.frame.as_ref().and_then(Fault::refusal);
        for operation in request.operations() {
            let fault = self.named(&operation.name());
            let refused = fault.as_ref().and_then(Fault::refusal);
            if refused.is_none() {
                plan.frame = plan.frame.or(fault);
            }
            plan.refused.push(refused);
        }
        if request.method != "transaction" {
            plan.whole = plan.refused.pop().flatten();
        }
        plan
    }

    /// `invoke.connect` is meant by `invoke` and `*` too.
    fn named(&mut self, name: &str) -> Option<Fault> {
        let method = name.split('.').next().unwrap_or(name);
        self.take(&["*", method, name])
    }
}
