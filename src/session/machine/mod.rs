//! The life of one session as a pure state machine: no clock, socket, task or lock inside.
//!
//! Feed it with [`Machine::handle`], then carry out what [`Machine::poll`] yields until it is
//! empty, and call again with [`Input::Tick`] at [`Machine::wake_at`]. It keeps one backend call in
//! flight at a time and queues the rest.

mod candidates;
mod negotiation;
mod teardown;
#[cfg(test)]
mod tests;
mod ties;
mod updates;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, LazyLock},
    time::SystemTime,
};

use tokio::time::Instant;

use super::{
    Create, Info, Settings, Side, Status,
    command::{Command, Reply, Tiding, Tie},
};
use crate::{
    backend::{Backend, Open},
    error::{Error, Reason, Result},
    event::{Created, Kind, Notice},
    id::{BackendName, SessionId},
    media::{
        Description, JsonMap, LegEvent, MediaUpdate, Member, Outcome, PlayerState, Recording,
        RemoteCandidate, Role, SessionType, TypeCapability, TypeKind, Update,
    },
};
use candidates::Early;
use negotiation::Half;

pub(super) use ties::{not_publishing, type_tie};

/// Names one waiting caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Something that happens to a session.
#[derive(Debug)]
pub(super) enum Input {
    /// It begins; comes first and once.
    Begin,
    /// A caller asks for something.
    Command(Ticket, Option<Instant>, Command),
    /// The caller no longer waits.
    Cancelled(Ticket),
    /// The call in flight is done.
    Done(Result<Finished>),
    /// The leg tells something.
    Leg(LegEvent),
    /// A tied session tells something.
    Told(SessionId, Tiding),
    /// The reply to [`Output::AskWatched`]: since when nobody watches; none = somebody does.
    Unwatched(Option<Instant>),
    /// The room that it is in was destroyed.
    RoomDestroyed,
    /// Time has passed.
    Tick,
}

/// What a finished call yields.
#[derive(Debug)]
pub(super) enum Finished {
    /// Nothing to tell.
    Nothing,
    /// The leg is open; its description may come later.
    Opened(Option<Description>),
    /// The peer's offer.
    Offer(Description),
    /// What the update yields.
    Outcome(Outcome),
}

/// Something to carry out.
#[derive(Debug)]
pub(super) enum Output {
    /// Begin this call, and feed [`Input::Done`] at the deadline at the latest.
    Call(Call, Instant),
    /// Tell the watchers.
    Emit(Kind),
    /// Answer a caller.
    Reply(Ticket, Result<Reply>),
    /// Tell a tied session.
    Tell(SessionId, Tiding),
    /// Find out since when nobody watches.
    AskWatched,
    /// A candidate could not be used any more.
    CandidateDropped,
    /// Drop the call in flight and release the leg; nothing follows.
    Close,
}

/// Something that takes time.
#[derive(Clone, Debug)]
pub(super) enum Call {
    /// Open a leg.
    Open(Box<Open>),
    /// Give the client's answer to the leg.
    Accept(Description),
    /// Give the client's candidates to the leg.
    Candidates(Vec<RemoteCandidate>),
    /// Change the leg.
    Update(Update),
    /// Wait for the offer of another session.
    PeerOffer(SessionId),
    /// Set the answer of the master.
    MasterAnswer(SessionId, Description),
}

/// A call that waits for its turn, or is in flight.
#[derive(Debug)]
struct Job {
    call: Call,
    ticket: Option<Ticket>,
    deadline: Option<Instant>,
}

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

/// What a session is made from.
#[derive(Debug)]
pub(super) struct Seed {
    pub(super) id: SessionId,
    pub(super) create: Arc<Create>,
    pub(super) session_type: SessionType,
    pub(super) settings: Arc<Settings>,
    pub(super) backend: Option<Arc<dyn Backend>>,
    pub(super) role: Option<Role>,
    pub(super) ties: Vec<(SessionId, Tie)>,
    pub(super) began: Instant,
    pub(super) created_at: SystemTime,
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

    /// Where the session is in its life.
    #[must_use]
    pub fn status(&self) -> Status {
        match (&self.life, &self.offer, &self.answer) {
            (Life::Ended(_), ..) => Status::Destroyed,
            (_, Half::Set(_), Half::Set(_)) => Status::Ready,
            (Life::Opening, Half::Held(_), _) => Status::WaitOffer,
            (Life::Opening, ..) => Status::Starting,
            (Life::Open, Half::Set(_), _) => Status::WaitAnswer,
            (Life::Open, ..) => Status::WaitOffer,
        }
    }

    /// The type as it stands.
    #[must_use]
    pub fn session_type(&self) -> &SessionType {
        &self.session_type
    }

    /// Why the session ended, if it has.
    #[must_use]
    pub fn end(&self) -> Option<&Error> {
        match &self.life {
            Life::Ended(error) => Some(error),
            Life::Opening | Life::Open => None,
        }
    }

    /// When the session began.
    #[must_use]
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// The name of its media server, if one takes part.
    #[must_use]
    pub(super) fn backend_name(&self) -> Option<&BackendName> {
        self.backend.as_ref().map(|backend| backend.name())
    }

    /// What it is counted as: the type that it began with, and its backend.
    #[must_use]
    pub(super) fn labels(&self) -> (&'static str, Arc<str>) {
        static NONE: LazyLock<Arc<str>> = LazyLock::new(|| "none".into());
        let backend = self
            .backend_name()
            .map_or_else(|| NONE.clone(), BackendName::to_arc);
        (self.create.session_type.kind().as_str(), backend)
    }

    /// What the session is in its room, once it has a leg there.
    #[must_use]
    pub(super) fn member(&self) -> Option<Member> {
        let role = match (&self.life, self.session_type.kind()) {
            (Life::Open, TypeKind::Publish) => "publisher",
            (Life::Open, TypeKind::Listen) => "listener",
            (Life::Open, TypeKind::Mcu) => "participant",
            _ => return None,
        };
        Some(Member {
            session_id: self.id.clone(),
            role,
            user_id: self.create.user_id.clone(),
            peer_id: self.session_type.peer_id().cloned(),
        })
    }

    /// All that there is to tell.
    #[must_use]
    pub fn info(&self) -> Info {
        let wall = |at: Instant| self.created_at + at.duration_since(self.began);
        let extras = self.extras.as_deref();
        Info {
            session_id: self.id.clone(),
            create: self.create.clone(),
            settings: *self.settings,
            session_type: self.session_type.clone(),
            status: self.status(),
            backend: self.backend.as_ref().map(|b| (b.name().clone(), b.kind())),
            role: self.role,
            offer: self.offer.get().cloned(),
            answer: self.answer.get().cloned(),
            master_id: self.tied(Tie::Master).cloned(),
            slave_id: self.tied(Tie::Slave).cloned(),
            created_at: self.created_at,
            ready_at: self.ready.map(wall),
            expires_at: self
                .end()
                .is_none()
                .then_some(self.expires)
                .flatten()
                .map(wall),
            media: self.media,
            recording: extras.and_then(|extras| extras.recording.clone()),
            player: extras.and_then(|extras| extras.player.clone()),
            backend_status: extras
                .map(|extras| extras.notices.clone())
                .unwrap_or_default(),
        }
    }

    fn begin(&mut self, now: Instant) {
        self.emit(Kind::Created(Arc::new(Created {
            create: self.create.clone(),
            settings: *self.settings,
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

    fn open(&mut self, offer: Option<Description>) {
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
            LegEvent::Recorder(recording) => self.recorded(recording),
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

    fn queue(&mut self, call: Call, ticket: Option<Ticket>, deadline: Option<Instant>) {
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

    fn next_call(&mut self, now: Instant) {
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

    fn done(&mut self, now: Instant, result: Result<Finished>) {
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
