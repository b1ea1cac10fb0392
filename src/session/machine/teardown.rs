//! The end: once, with one reason, and everybody told.

use std::sync::Arc;

use super::{Half, Input, Life, Machine, Output, type_tie};
use crate::{
    error::{Error, Reason},
    event::Kind,
    session::command::{Command, Reply, Tiding},
};

impl Machine {
    /// Ends the session with `error`, which all who wait get too. Later ends change nothing.
    pub(super) fn end_with(&mut self, error: Error) {
        if self.end().is_some() {
            return;
        }
        let message: Arc<str> = error.message().into();
        if error.reason() == Reason::BackendLost
            && let Some(backend) = &self.backend
        {
            let backend = backend.name().clone();
            self.emit(Kind::BackendLost {
                backend,
                message: message.clone(),
            });
        }
        self.emit(Kind::Destroyed {
            reason: error.reason(),
            message,
        });
        let waiting = std::mem::take(&mut self.waiters)
            .into_iter()
            .map(|(ticket, _)| ticket);
        let flight = self.flight.take().into_iter();
        let jobs = flight
            .chain(std::mem::take(&mut self.jobs))
            .filter_map(|job| job.ticket);
        let tickets: Vec<_> = waiting.chain(jobs).collect();
        for ticket in tickets {
            self.reply(ticket, Err(error.clone()));
        }
        // A session that never got to the one it wanted to join with did not leave it either.
        let wanted = match self.life {
            Life::Opening => type_tie(&self.session_type),
            Life::Open | Life::Ended(_) => None,
        };
        for tie in std::mem::take(&mut self.ties) {
            let tiding = match &wanted {
                Some(wanted) if *wanted == tie => Tiding::Withdrawn,
                _ => Tiding::Stopped,
            };
            self.out.push_back(Output::Tell(tie.0, tiding));
        }
        self.out.push_back(Output::Close);
        for half in [&mut self.offer, &mut self.answer] {
            if matches!(half, Half::Held(_) | Half::Taken) {
                *half = Half::Unset;
            }
        }
        self.life = Life::Ended(error);
    }

    pub(super) fn leg_closed(&mut self, reason: Reason, message: String) {
        self.end_with(Error::new(reason, message));
    }

    /// What comes in after the end: only callers are answered.
    pub(super) fn handle_ended(&mut self, input: Input) {
        let Input::Command(ticket, _, command) = input else {
            return;
        };
        let reply = match (command, self.end()) {
            (Command::Destroy { .. }, _) | (_, None) => Ok(Reply::Done),
            (_, Some(error)) => Err(error.clone()),
        };
        self.reply(ticket, reply);
    }
}
