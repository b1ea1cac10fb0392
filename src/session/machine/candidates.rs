//! Candidates: whose they are, where they belong, and what becomes of those that come too early or
//! too late (RFC 8838).

use tokio::time::Instant;

use super::{Call, Machine, Output, negotiation::Half};
use crate::{
    error::{Error, Reason, Result},
    event::Kind,
    media::RemoteCandidate,
    session::{
        Side,
        command::{Tiding, Tie},
    },
};

/// Candidates that came before they could be used.
#[derive(Debug, Default)]
pub(super) struct Early {
    /// Of the client: until its description or its peer is there.
    client: Vec<RemoteCandidate>,
    /// Of the far side: until its description is there.
    far: Vec<RemoteCandidate>,
}

impl Machine {
    /// A candidate that a caller gives: refused if it belongs nowhere.
    pub(super) fn client_command(
        &mut self,
        now: Instant,
        candidate: RemoteCandidate,
    ) -> Result<()> {
        if let RemoteCandidate::One(candidate) = &candidate {
            let side = self.client_side();
            let known = self
                .half(side)
                .known()
                .or_else(|| self.half(self.far_side()).known());
            if known.is_some_and(|known| known.sdp.section_of(candidate).is_none()) {
                return Err(Error::field(
                    Reason::InvalidField,
                    if candidate.sdp_mid().is_some() {
                        "sdp_mid"
                    } else {
                        "sdp_m_line_index"
                    },
                    "names no m-section of the description that the candidate belongs to",
                ));
            }
        }
        self.client_candidate(now, candidate);
        Ok(())
    }

    /// A candidate of the client (or, for a session with a leg, of a tied session's client).
    fn client_candidate(&mut self, now: Instant, candidate: RemoteCandidate) {
        let side = self.client_side();
        let whole = self.no_trickle(side);
        if matches!(self.half(side), Half::Held(_)) {
            self.collect(now, side, candidate);
        } else if self.backend.is_some() {
            match self.half(side) {
                Half::Unset if whole || !self.leg_takes_candidates() => self.keep_client(candidate),
                _ if whole || !self.leg_takes_candidates() => self.drop_candidate(),
                _ => self.pass_to_leg(candidate),
            }
        } else {
            self.p2p_candidate(now, side, candidate);
        }
    }

    fn p2p_candidate(&mut self, now: Instant, side: Side, candidate: RemoteCandidate) {
        let far = self.far_side();
        let partner = self.partner();
        match (self.half(side), partner) {
            (Half::Unset, _) if self.no_trickle(side) => self.keep_client(candidate),
            (_, None) if matches!(self.half(far), Half::Held(_)) => {
                // Without a second session both parties' candidates come here: they belong to the
                // half that is waiting for some.
                self.collect(now, far, candidate);
            }
            _ if self.no_trickle(side) => self.drop_candidate(),
            (_, Some(partner)) => {
                self.out
                    .push_back(Output::Tell(partner, Tiding::Candidate(candidate)));
            }
            (_, None) => self.keep_client(candidate),
        }
    }

    /// A candidate that a tied session hands over.
    pub(super) fn told_candidate(&mut self, now: Instant, candidate: RemoteCandidate) {
        if self.backend.is_some() {
            self.client_candidate(now, candidate);
        } else {
            self.far_candidate(now, candidate);
        }
    }

    /// A candidate of the backend or of the other party.
    pub(super) fn far_candidate(&mut self, now: Instant, candidate: RemoteCandidate) {
        let side = self.far_side();
        match self.half(side) {
            Half::Held(_) => self.collect(now, side, candidate),
            Half::Unset | Half::Taken => self.keep_far(candidate),
            Half::Set(_) if self.no_trickle(side) => self.drop_candidate(),
            Half::Set(_) => self.deliver(side, candidate),
        }
    }

    /// Hands a far candidate to those who have the description that it belongs to.
    fn deliver(&mut self, side: Side, candidate: RemoteCandidate) {
        let master = self.tied(Tie::Master).cloned();
        let on_master = self.create.set_master_answer && side == Side::Answer;
        match (
            master.filter(|_| on_master && self.backend.is_some()),
            candidate,
        ) {
            (Some(master), candidate) => {
                self.out
                    .push_back(Output::Tell(master, Tiding::Candidate(candidate)));
            }
            (None, RemoteCandidate::One(candidate)) => self.emit(Kind::Candidate(candidate)),
            (None, RemoteCandidate::End) => self.emit(Kind::CandidateEnd),
        }
    }

    fn collect(&mut self, now: Instant, side: Side, candidate: RemoteCandidate) {
        let limit = self.settings.max_candidates;
        let Half::Held(held) = self.half_mut(side) else {
            return;
        };
        match candidate {
            RemoteCandidate::End => self.release(now, side),
            RemoteCandidate::One(candidate) => {
                let belongs = held.description.sdp.section_of(&candidate).is_some();
                if belongs && held.candidates.len() < limit {
                    held.candidates.push(candidate);
                } else {
                    self.drop_candidate();
                }
            }
        }
    }

    fn pass_to_leg(&mut self, candidate: RemoteCandidate) {
        if let Some(Call::Candidates(waiting)) = self.jobs.back_mut().map(|job| &mut job.call)
            && waiting.len() < self.settings.max_candidates
        {
            waiting.push(candidate);
            return;
        }
        if self.jobs.len() < self.settings.inbox {
            self.queue(Call::Candidates(vec![candidate]), None, None);
        } else {
            self.drop_candidate();
        }
    }

    /// Uses the candidates that came before the description of `side`.
    pub(super) fn flush_early(&mut self, now: Instant, side: Side) {
        if side == self.client_side() {
            for candidate in std::mem::take(&mut self.early.client) {
                self.client_candidate(now, candidate);
            }
        } else {
            for candidate in std::mem::take(&mut self.early.far) {
                self.far_candidate(now, candidate);
            }
        }
    }

    /// Uses the candidates that waited for a second session.
    pub(super) fn flush_to_partner(&mut self) {
        let Some(partner) = self.partner().filter(|_| self.backend.is_none()) else {
            return;
        };
        for candidate in std::mem::take(&mut self.early.client) {
            self.out
                .push_back(Output::Tell(partner.clone(), Tiding::Candidate(candidate)));
        }
    }

    fn keep_client(&mut self, candidate: RemoteCandidate) {
        let limit = self.settings.max_candidates;
        let kept = keep(&mut self.early.client, candidate, limit);
        self.note_dropped(kept);
    }

    fn keep_far(&mut self, candidate: RemoteCandidate) {
        let limit = self.settings.max_candidates;
        let kept = keep(&mut self.early.far, candidate, limit);
        self.note_dropped(kept);
    }

    fn note_dropped(&mut self, kept: bool) {
        if !kept {
            self.drop_candidate();
        }
    }

    fn drop_candidate(&mut self) {
        self.out.push_back(Output::CandidateDropped);
    }
}

fn keep(early: &mut Vec<RemoteCandidate>, candidate: RemoteCandidate, limit: usize) -> bool {
    let room = early.len() < limit;
    if room {
        early.push(candidate);
    }
    room
}
