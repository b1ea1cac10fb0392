//! What a test can order to go wrong.

use std::time::Duration;

use super::command::Command;
use crate::orders::Orders;

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
    /// An INVITE is done, and its 200 comes so much later: after what events tell of the leg.
    Late(Duration),
    /// It is done, and the leg of this session ends before that takes effect.
    HangUp(String),
    /// It is done, and the socket is reset instead of answering.
    Drop,
}

/// The orders that stand.
pub(super) type Faults = Orders<Fault>;

impl Orders<Fault> {
    /// What shall go wrong with a command.
    pub(super) fn on_command(&mut self, command: &Command) -> Option<Fault> {
        let names = command.names();
        let names = names.iter().map(String::as_str);
        self.take(&std::iter::once("*").chain(names).collect::<Vec<_>>())
    }

    /// What shall go wrong with a SIP request.
    pub(super) fn on_sip(&mut self, method: &str) -> Option<Fault> {
        self.take(&[method])
    }
}
