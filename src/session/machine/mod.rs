//! The life of one session as a pure state machine: no clock, socket, task or lock inside.
//!
//! Feed it with [`Machine::handle`], then carry out what [`Machine::poll`] yields until it is
//! empty, and call again with [`Input::Tick`] at [`Machine::wake_at`]. It keeps one backend call in
//! flight at a time and queues the rest.

mod calls;
mod candidates;
mod io;
mod negotiation;
mod teardown;
#[cfg(test)]
mod tests;
mod ties;
mod updates;
mod view;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::SystemTime,
};

use tokio::time::Instant;

use super::{
    Create, Settings, Side, Status,
    command::{Command, Reply, Tie},
};
use crate::{
    backend::Backend,
    error::{Error, Reason, Result},
    event::{Created, Kind, Notice},
    id::SessionId,
    media::{
        JsonMap, LegEvent, MediaUpdate, PlayerState, Recording, RemoteCandidate, Role, SessionType,
        TypeCapability, Update,
    },
};
use calls::Job;
use candidates::Early;
use negotiation::Half;

pub use io::Ticket;
pub(super) use io::{Call, Finished, Input, Output, Seed};
pub(super) use ties::{not_publishing, type_tie};

#[derive(Debug)]
enum Life {
    /// There is no leg yet.
    Opening,
    /// There is a leg, or none is needed.
    Open,
    /// It is over.
    Ended(Error),
}

/// What only some sessions have.
#[derive(Debug, Default)]
struct Extras {
    recording: Option<Recording>,
    player: Option<PlayerState>,
    notices: BTreeMap<&'static str, JsonMap>,
}

/// One session's state. See the [module](self).
#[derive(Debug)]
pub struct Machine {
    id: SessionId,
    create: Arc<Create>,
    settings: Arc<Settings>,
    backend: Option<Arc<dyn Backend>>,
    role: Option<Role>,
    session_type: SessionType,
    began: Instant,
    created_at: SystemTime,
    ready: Option<Instant>,
    life: Life,
    offer: Half,
    answer: Half,
    jobs: VecDeque<Job>,
    flight: Option<Job>,
    waiters: Vec<(Ticket, Side)>,
    ties: Vec<(SessionId, Tie)>,
    early: Early,
    media: MediaUpdate,
    extras: Option<Box<Extras>>,
    expires: Option<Instant>,
    watch_check: Option<Instant>,
    out: VecDeque<Output>,
}

impl Machine {
    /// A session that has not begun.
    #[must_use]
    pub(super) fn new(seed: Seed) -> Self {
        let Seed {
            id,
            create,
            session_type,
            settings,
            backend,
            role,
            ties,
            began,
            created_at,
        } = seed;
        Self {
            life: if backend.is_some() {
                Life::Opening
            } else {
                Life::Open
            },
            media: create.media,
            id,
            create,
            settings,
            backend,
            role,
            session_type,
            began,
            created_at,
            ready: None,
            offer: Half::Unset,
            answer: Half::Unset,
            jobs: VecDeque::new(),
            flight: None,
            waiters: Vec::new(),
            ties,
            early: Early::default(),
            extras: None,
            expires: None,
            watch_check: None,
            out: VecDeque::new(),
        }
    }

    /// Takes in what happened at `now`.
    pub(super) fn handle(&mut self, now: Instant, input: Input) {
        if matches!(self.life, Life::Ended(_)) {
            self.handle_ended(input);
            return;
        }
        match input {
            Input::Begin => self.begin(now),
            Input::Command(ticket, deadline, command) => {
                self.command(now, ticket, deadline, command);
            }
            Input::Cancelled(ticket) => self.waiters.retain(|(waiter, _)| *waiter != ticket),
            Input::Done(result) => self.done(now, result),
            Input::Leg(event) => self.leg_event(now, event),
            Input::Told(teller, tiding) => self.told(now, &teller, tiding),
            Input::Unwatched(since) => self.unwatched(now, since),
            Input::RoomDestroyed => {
                let message = "the session's room was destroyed";
                self.end_with(Error::new(Reason::RoomDestroyed, message));
            }
            Input::Tick => self.tick(now),
        }
        self.next_call(now);
    }

    /// The next thing to carry out; none = nothing until the next input.
    pub(super) fn poll(&mut self) -> Option<Output> {
        let output = self.out.pop_front();
        if output.is_none() && self.out.capacity() > 0 {
            // An idle session owns no queue: there may be very many of them.
            self.out = VecDeque::new();
        }
        output
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub(super) fn wake_at(&self) -> Option<Instant> {
        if matches!(self.life, Life::Ended(_)) {
            return None;
        }
        let held = [self.offer.held_until(), self.answer.held_until()];
        held.into_iter()
            .chain([self.expires, self.watch_check])
            .flatten()
            .min()
    }

    fn begin(&mut self, now: Instant) {
        self.emit(Kind::Created(Arc::new(Created {
            create: self.create.clone(),
            settings: self.settings.clone(),
            session_type: self.session_type.clone(),
            backend: self.backend.as_ref().map(|b| (b.name().clone(), b.kind())),
            role: self.role,
        })));
        self.expires = Some(
            now + self
                .create
                .wait_timeout
                .unwrap_or(self.settings.wait_timeout),
        );
        self.watch_check = self.create.destroy_when_unwatched.map(|lease| now + lease);
        if let Some(offer) = self.create.offer.clone() {
            self.take(now, Side::Offer, offer, None, None);
        } else if self.backend.is_some() {
            self.open(None);
        } else if let Some(peer) = self.session_type.peer_id().cloned() {
            self.queue(Call::PeerOffer(peer), None, self.expires);
        }
    }

    fn command(
        &mut self,
        now: Instant,
        ticket: Ticket,
        deadline: Option<Instant>,
        command: Command,
    ) {
        let reply = match command {
            Command::Get(side) => return self.get(ticket, side),
            Command::SetAnswer(answer) => return self.set_answer(now, ticket, deadline, answer),
            Command::Update(update) => return self.update(ticket, deadline, update),
            Command::Become(to, _) => return self.update(ticket, deadline, Update::Type(to)),
            Command::Candidate(candidate) => {
                self.client_command(now, candidate).map(|()| Reply::Done)
            }
            Command::Capability => Ok(Reply::Capability(self.capability().cloned().map(Box::new))),
            Command::Info { name, body } => {
                self.emit(Kind::Info(Arc::new(crate::event::Info { name, body })));
                Ok(Reply::Done)
            }
            Command::Destroy { reason, message } => {
                self.end_with(Error::new(reason, message));
                Ok(Reply::Done)
            }
            Command::Tie { other, tie } => self.tie(other, tie).map(|()| Reply::Done),
        };
        self.reply(ticket, reply);
    }

    fn leg_event(&mut self, now: Instant, event: LegEvent) {
        match event {
            LegEvent::Description(description) => self.local(now, description),
            LegEvent::Candidate(candidate) => {
                self.far_candidate(now, RemoteCandidate::One(candidate));
            }
            LegEvent::CandidateEnd => self.far_candidate(now, RemoteCandidate::End),
            LegEvent::Status { class, data } => self.notice(class, data),
            LegEvent::MediaFlow {
                kind,
                mid,
                receiving,
            } => {
                self.emit(Kind::MediaFlow {
                    kind,
                    mid: mid.map(Into::into),
                    receiving,
                });
            }
            LegEvent::Recorder(recording) => self.recorder_told(recording),
            LegEvent::Player(player) => self.played(player),
            LegEvent::Dtmf { digit, duration } => self.emit(Kind::Dtmf { digit, duration }),
            LegEvent::Closed { reason, message } => self.leg_closed(reason, message),
        }
    }

    fn notice(&mut self, class: &'static str, body: JsonMap) {
        self.extras().notices.insert(class, body.clone());
        self.emit(Kind::Status(Arc::new(Notice { class, body })));
    }

    fn tick(&mut self, now: Instant) {
        for side in [Side::Offer, Side::Answer] {
            if self
                .half(side)
                .held_until()
                .is_some_and(|until| until <= now)
            {
                self.release(now, side);
            }
        }
        if self.watch_check.is_some_and(|at| at <= now) {
            self.watch_check = None;
            self.out.push_back(Output::AskWatched);
        }
        if self.end().is_none() && self.expires.is_some_and(|at| at <= now) {
            let what = match self.status() {
                Status::Ready => "ready_timeout ran out",
                Status::Starting | Status::WaitOffer | Status::WaitAnswer | Status::Destroyed => {
                    "wait_timeout ran out: there was no answer in time"
                }
            };
            self.end_with(Error::new(Reason::SessionTimeout, what));
        }
    }

    fn unwatched(&mut self, now: Instant, since: Option<Instant>) {
        let Some(lease) = self.create.destroy_when_unwatched else {
            return;
        };
        let due = since.map_or(now, |since| since) + lease;
        if due <= now {
            let message = format!("nobody watched the session for {} s", lease.as_secs_f64());
            self.end_with(Error::new(Reason::Unwatched, message));
        } else {
            self.watch_check = Some(due);
        }
    }

    fn capability(&self) -> Option<&TypeCapability> {
        let sdp_type = match self.create.offer.as_ref() {
            Some(offer) => offer.sdp_type,
            None => self.create.sdp_type,
        };
        let backend = self.backend.as_ref()?;
        backend
            .capabilities()
            .find(self.session_type.kind(), self.role?, sdp_type)
    }

    fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    fn emit(&mut self, kind: Kind) {
        self.out.push_back(Output::Emit(kind));
    }

    fn reply(&mut self, ticket: Ticket, reply: Result<Reply>) {
        self.out.push_back(Output::Reply(ticket, reply));
    }

    fn reply_to(&mut self, ticket: Option<Ticket>, reply: Result<Reply>) {
        if let Some(ticket) = ticket {
            self.reply(ticket, reply);
        }
    }
}
