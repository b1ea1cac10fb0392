//! What a test can order to go wrong.

use std::time::Duration;

use super::rpc::{Refusal, Request};

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

#[derive(Clone, Debug)]
struct Order {
    on: &'static str,
    fault: Fault,
    left: Option<usize>,
}

/// The orders that stand; the oldest that fits a request is carried out.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    orders: Vec<Order>,
}

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

impl Faults {
    /// From now on, for `left` requests or for ever.
    pub(super) fn order(&mut self, on: &'static str, fault: Fault, left: Option<usize>) {
        self.orders.push(Order { on, fault, left });
    }

    /// All is well again.
    pub(super) fn clear(&mut self) {
        self.orders.clear();
    }

    /// What to do with a request, and with what it has inside.
    pub(super) fn plan(&mut self, request: &Request) -> Plan {
        let mut plan = Plan::default();
        if request.method == "transaction" {
            plan.frame = self.take(&request.name());
        }
        plan.whole = plan.frame.as_ref().and_then(Fault::refusal);
        for operation in request.operations() {
            let fault = self.take(&operation.name());
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

    fn take(&mut self, name: &str) -> Option<Fault> {
        let fits = |order: &Order| order.left != Some(0) && covers(order.on, name);
        let order = self.orders.iter_mut().find(|order| fits(order))?;
        if let Some(left) = &mut order.left {
            *left -= 1;
        }
        Some(order.fault.clone())
    }
}

/// Whether an order on `invoke` or `invoke.connect` or `*` is meant for `invoke.connect`.
fn covers(on: &str, name: &str) -> bool {
    on == "*" || on == name || name.split('.').next() == Some(on)
}
