//! Offer and answer: where they come from, when they are held back, where they go.

use std::time::Duration;

use tokio::time::Instant;

use super::{Call, Finished, Machine, Ticket};
use crate::{
    error::{Error, Reason, Result},
    event::Kind,
    media::{Candidate, Description, Role, SdpType, SessionType},
    session::{
        Side,
        command::{Reply, Tie},
    },
};

/// One half of the exchange.
#[derive(Debug)]
pub(super) enum Half {
    /// It is not there.
    Unset,
    /// It is held back until its candidates are complete.
    Held(Box<Held>),
    /// It is being given to the backend or to the master.
    Taken,
    /// It is there.
    Set(Description),
}

/// A description that waits for its candidates (RFC 8838, section 5: the reverse of trickling).
#[derive(Debug)]
pub(super) struct Held {
    pub(super) description: Description,
    pub(super) candidates: Vec<Candidate>,
    until: Instant,
    deadline: Option<Instant>,
}

impl Half {
    pub(super) fn get(&self) -> Option<&Description> {
        match self {
            Self::Set(description) => Some(description),
            Self::Unset | Self::Held(_) | Self::Taken => None,
        }
    }

    /// The description, also while it is held back.
    pub(super) fn known(&self) -> Option<&Description> {
        match self {
            Self::Set(description) => Some(description),
            Self::Held(held) => Some(&held.description),
            Self::Unset | Self::Taken => None,
        }
    }

    pub(super) fn held_until(&self) -> Option<Instant> {
        match self {
            Self::Held(held) => Some(held.until),
            Self::Unset | Self::Taken | Self::Set(_) => None,
        }
    }
}

/// Who makes a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// The session's own client.
    Client,
    /// The backend or the other party.
    Far,
}

impl Machine {
    pub(super) fn half(&self, side: Side) -> &Half {
        match side {
            Side::Offer => &self.offer,
            Side::Answer => &self.answer,
        }
    }

    pub(super) fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Offer => &mut self.offer,
            Side::Answer => &mut self.answer,
        }
    }

    /// The half that the session's own client makes.
    pub(super) fn client_side(&self) -> Side {
        let offers = match (self.role, &self.session_type) {
            (Some(role), _) => role == Role::Offeree,
            (None, SessionType::P2p { peer_id: Some(_) }) => false,
            (None, _) => true,
        };
        if offers { Side::Offer } else { Side::Answer }
    }

    pub(super) fn far_side(&self) -> Side {
        match self.client_side() {
            Side::Offer => Side::Answer,
            Side::Answer => Side::Offer,
        }
    }

    fn author(&self, side: Side) -> Author {
        if side == self.client_side() {
            Author::Client
        } else {
            Author::Far
        }
    }

    /// Whether the creator wants no trickling in this half.
    pub(super) fn no_trickle(&self, side: Side) -> bool {
        match side {
            Side::Offer => self.create.no_offer_trickle_ice,
            Side::Answer => self.create.no_answer_trickle_ice,
        }
    }

    /// Whether the backend takes the client's candidates one by one.
    pub(super) fn leg_takes_candidates(&self) -> bool {
        self.capability()
            .is_some_and(|capability| capability.remote_trickle)
    }

    fn must_hold(&self, side: Side, description: &Description) -> bool {
        let deaf = self.author(side) == Author::Client
            && self.backend.is_some()
            && !self.leg_takes_candidates();
        description.trickle_ice
            && description.sdp_type == SdpType::Webrtc
            && (deaf || self.no_trickle(side))
    }

    /// Takes a new description in: holds it back or passes it on.
    pub(super) fn take(
        &mut self,
        now: Instant,
        side: Side,
        description: Description,
        ticket: Option<Ticket>,
        deadline: Option<Instant>,
    ) {
        if !self.must_hold(side, &description) {
            return self.settle(now, side, description, ticket, deadline);
        }
        let default: Duration = self.settings.trickle_ice_timeout;
        let until = now + self.create.trickle_ice_timeout.unwrap_or(default);
        let held = Held {
            description,
            candidates: Vec::new(),
            until,
            deadline,
        };
        *self.half_mut(side) = Half::Held(Box::new(held));
        self.reply_to(ticket, Ok(Reply::Done));
        self.flush_early(now, side);
    }

    /// Ends the waiting for candidates: writes those that came into the description.
    pub(super) fn release(&mut self, now: Instant, side: Side) {
        let half = std::mem::replace(self.half_mut(side), Half::Unset);
        let Half::Held(held) = half else {
            *self.half_mut(side) = half;
            return;
        };
        let Held {
            description,
            candidates,
            deadline,
            ..
        } = *held;
        if candidates.is_empty() && !description.sdp.has_candidates() {
            let message = "no ICE candidate came before the end mark or trickle_ice_timeout: \
                           call SetCandidate in time, or give a description with its candidates";
            return self.end_with(Error::new(Reason::NoIceCandidates, message));
        }
        let sdp = description.sdp.with_candidates(&candidates);
        let whole = Description {
            sdp,
            trickle_ice: false,
            ..description
        };
        let late_offer = side == Side::Offer && self.author(side) == Author::Client;
        self.settle(now, side, whole, None, deadline);
        if late_offer && let Some(offer) = self.offer.get().cloned() {
            self.emit(Kind::Offer(offer));
        }
    }

    /// Passes a whole description on.
    fn settle(
        &mut self,
        now: Instant,
        side: Side,
        description: Description,
        ticket: Option<Ticket>,
        deadline: Option<Instant>,
    ) {
        match side {
            Side::Offer => self.settle_offer(now, description),
            Side::Answer => self.settle_answer(now, description, ticket, deadline),
        }
    }

    fn settle_offer(&mut self, now: Instant, offer: Description) {
        let author = self.author(Side::Offer);
        self.offer = Half::Set(offer.clone());
        self.answer_waiters(Side::Offer, &offer);
        match author {
            Author::Far => self.emit(Kind::Offer(offer)),
            Author::Client if self.backend.is_some() => self.open(Some(offer)),
            Author::Client => {}
        }
        self.flush_early(now, Side::Offer);
    }

    fn settle_answer(
        &mut self,
        now: Instant,
        answer: Description,
        ticket: Option<Ticket>,
        deadline: Option<Instant>,
    ) {
        self.answer = Half::Taken;
        match self
            .tied(Tie::Master)
            .cloned()
            .filter(|_| self.create.set_master_answer)
        {
            Some(master) => {
                self.queue(Call::MasterAnswer(master, answer), ticket, deadline);
            }
            None => self.settle_answer_here(now, answer, ticket, deadline),
        }
    }

    fn settle_answer_here(
        &mut self,
        now: Instant,
        answer: Description,
        ticket: Option<Ticket>,
        deadline: Option<Instant>,
    ) {
        if self.backend.is_some() && self.author(Side::Answer) == Author::Client {
            self.queue(Call::Accept(answer), ticket, deadline);
        } else {
            self.answered(now, answer, ticket);
        }
    }

    pub(super) fn accepted(
        &mut self,
        now: Instant,
        answer: Description,
        ticket: Option<Ticket>,
        result: Result<Finished>,
    ) {
        match result {
            Ok(_) => self.answered(now, answer, ticket),
            Err(error) => {
                // A leg that refused an answer cannot take another one.
                self.reply_to(ticket, Err(error.clone()));
                self.end_with(error);
            }
        }
    }

    pub(super) fn master_answered(
        &mut self,
        now: Instant,
        answer: Description,
        ticket: Option<Ticket>,
        result: Result<Finished>,
    ) {
        let Err(error) = result else {
            return self.settle_answer_here(now, answer, ticket, None);
        };
        self.refused_by_master(&error);
        if self.role == Some(Role::Offeree) {
            // The backend answered this session's own client: that holds without the master.
            self.answered(now, answer, ticket);
        } else {
            self.answer = Half::Unset;
            self.reply_to(ticket, Err(error));
        }
    }

    fn refused_by_master(&mut self, error: &Error) {
        let body = [
            ("reason".to_owned(), error.reason().as_str().into()),
            ("message".to_owned(), error.message().into()),
        ];
        self.notice("master_answer", body.into_iter().collect());
    }

    fn answered(&mut self, now: Instant, answer: Description, ticket: Option<Ticket>) {
        self.answer = Half::Set(answer.clone());
        self.ready = Some(now);
        self.expires = Some(
            now + self
                .create
                .ready_timeout
                .unwrap_or(self.settings.ready_timeout),
        );
        self.answer_waiters(Side::Answer, &answer);
        let handed_on = self.create.set_master_answer && self.tied(Tie::Master).is_some();
        if !handed_on {
            self.emit(Kind::Answer(answer));
        }
        self.reply_to(ticket, Ok(Reply::Done));
        self.flush_early(now, Side::Answer);
    }

    /// The backend's own description.
    pub(super) fn local(&mut self, now: Instant, description: Description) {
        let side = self.far_side();
        let in_turn = side == Side::Offer || self.offer.get().is_some();
        if in_turn && matches!(self.half(side), Half::Unset) {
            self.take(now, side, description, None, None);
        }
    }

    pub(super) fn set_answer(
        &mut self,
        now: Instant,
        ticket: Ticket,
        deadline: Option<Instant>,
        answer: Description,
    ) {
        let refusal = if self.offer.get().is_none() {
            Some((
                Reason::OfferNotSet,
                "there is no offer yet: wait for it with GetOffer",
            ))
        } else if !matches!(self.answer, Half::Unset) {
            Some((
                Reason::AnswerAlreadySet,
                "the session has an answer already",
            ))
        } else if self.role == Some(Role::Offeree) {
            let message = "the backend answers this session: wait for it with GetAnswer";
            Some((Reason::IncompatibleSession, message))
        } else {
            None
        };
        match refusal {
            Some((reason, message)) => self.reply(ticket, Err(Error::new(reason, message))),
            None => self.take(now, Side::Answer, answer, Some(ticket), deadline),
        }
    }

    pub(super) fn get(&mut self, ticket: Ticket, side: Side) {
        if let Some(description) = self.half(side).get().cloned() {
            return self.reply(ticket, Ok(Reply::Description(description)));
        }
        if self.waiters.len() >= self.settings.max_waiters {
            let message = "too many callers wait for this session's descriptions";
            return self.reply(ticket, Err(Error::new(Reason::LimitReached, message)));
        }
        self.waiters.push((ticket, side));
    }

    fn answer_waiters(&mut self, side: Side, description: &Description) {
        for (ticket, wanted) in std::mem::take(&mut self.waiters) {
            if wanted == side {
                self.reply(ticket, Ok(Reply::Description(description.clone())));
            } else {
                self.waiters.push((ticket, wanted));
            }
        }
    }
}
