//! What a test can order to go wrong.

use std::time::Duration;

use super::command::Command;

/// What is done with a command or a SIP request instead of answering it well.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The command is not done, and this is its reply (of `api`), the result of its job (of `bgapi`), or its
    /// `Reply-Text` (of all others).
    Refuse(&'static str),
    /// The SIP request is not done, and answered with this status.
    Reject(u16),
    /// It is done, and nothing is ever said about it. An `api` holds back all that is behind it on its socket until
    /// [`obey`](super::Simulator::obey); of a `bgapi` only the result is missing; a SIP request is not even done.
    Silent,
    /// It takes so much longer. Behind an `api`, replies and events of the same socket wait.
    Delay(Duration),
    /// It is done, and the socket is reset instead of answering.
    Drop,
}

#[derive(Clone, Debug)]
struct Order {
    on: &'static str,
    fault: Fault,
    left: Option<usize>,
}

/// The orders that stand; the oldest that fits is carried out.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    orders: Vec<Order>,
}

impl Faults {
    /// From now on, `left` times or for ever.
    pub(super) fn order(&mut self, on: &'static str, fault: Fault, left: Option<usize>) {
        self.orders.push(Order { on, fault, left });
    }

    /// All is well again.
    pub(super) fn clear(&mut self) {
        self.orders.clear();
    }

    /// What shall go wrong with a command.
    pub(super) fn on_command(&mut self, command: &Command) -> Option<Fault> {
        let names = command.names();
        self.take(|on| on == "*" || names.iter().any(|name| name == on))
    }

    /// What shall go wrong with a SIP request.
    pub(super) fn on_sip(&mut self, method: &str) -> Option<Fault> {
        self.take(|on| on == method)
    }

    fn take(&mut self, covers: impl Fn(&str) -> bool) -> Option<Fault> {
        let fits = |order: &&mut Order| order.left != Some(0) && covers(order.on);
        let order = self.orders.iter_mut().find(fits)?;
        if let Some(left) = &mut order.left {
            *left -= 1;
        }
        Some(order.fault.clone())
    }
}
