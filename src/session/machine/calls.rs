//! Calls to the backend and to tied sessions: one in flight, the rest in their order.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::{Call, Finished, Life, Machine, Output, Ticket};
use crate::{
    backend::Open,
    error::{Error, Reason, Result},
    media::Description,
    session::Side,
};

/// A call that waits for its turn, or is in flight.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) call: Call,
    pub(super) ticket: Option<Ticket>,
    pub(super) deadline: Option<Instant>,
}

impl Machine {
    pub(super) fn open(&mut self, offer: Option<Description>) {
        let Some(role) = self.role else { return };
        let open = Open {
            session_id: self.id.clone(),
            kind: self.session_type.clone(),
            role,
            sdp_type: offer
                .as_ref()
                .map_or(self.create.sdp_type, |offer| offer.sdp_type),
            offer,
            media: self.media,
            options: self
                .create
                .backend_options
                .as_deref()
                .cloned()
                .unwrap_or_default(),
        };
        self.queue(Call::Open(Box::new(open)), None, None);
    }

    pub(super) fn queue(&mut self, call: Call, ticket: Option<Ticket>, deadline: Option<Instant>) {
        if self.jobs.len() >= self.settings.inbox {
            let error = Error::new(
                Reason::LimitReached,
                "too many commands wait for the media server: wait for their replies first",
            );
            match ticket {
                Some(ticket) => self.reply(ticket, Err(error)),
                None => self.end_with(error),
            }
            return;
        }
        self.jobs.push_back(Job {
            call,
            ticket,
            deadline,
        });
    }

    pub(super) fn next_call(&mut self, now: Instant) {
        if self.flight.is_some() {
            return;
        }
        let Some(job) = self.jobs.pop_front() else {
            self.jobs = VecDeque::new();
            return;
        };
        let limit = match job.call {
            // What another session does is bounded by that session's own timers.
            Call::PeerOffer(_) => self.settings.wait_timeout,
            _ => self.settings.command_timeout,
        };
        let latest = match (&job.call, job.deadline) {
            (Call::PeerOffer(_), Some(deadline)) => deadline,
            (_, deadline) => deadline.map_or(now + limit, |deadline| deadline.min(now + limit)),
        };
        self.out.push_back(Output::Call(job.call.clone(), latest));
        self.flight = Some(job);
    }

    pub(super) fn done(&mut self, now: Instant, result: Result<Finished>) {
        let Some(Job { call, ticket, .. }) = self.flight.take() else {
            return;
        };
        match call {
            Call::Open(_) => self.opened(now, result),
            Call::PeerOffer(_) => match result {
                Ok(Finished::Offer(offer)) => self.take(now, Side::Offer, offer, None, None),
                Ok(_) => {}
                Err(error) => self.end_with(error),
            },
            Call::Accept(answer) => self.accepted(now, answer, ticket, result),
            Call::MasterAnswer(_, answer) => self.master_answered(now, answer, ticket, result),
            Call::Candidates(_) => {
                if let Err(error) = result {
                    let body = [("error".to_owned(), error.message().into())];
                    self.notice("candidate", body.into_iter().collect());
                }
            }
            Call::Update(update) => self.updated(update, ticket, result),
        }
    }

    fn opened(&mut self, now: Instant, result: Result<Finished>) {
        match result {
            Ok(finished) => {
                self.life = Life::Open;
                if let Finished::Opened(Some(description)) = finished {
                    self.local(now, description);
                }
            }
            Err(error) => self.end_with(error),
        }
    }
}
