//! What goes into the machine and what comes out of it.

use std::{sync::Arc, time::SystemTime};

use tokio::time::Instant;

use crate::{
    backend::{Backend, Open},
    error::Result,
    event::Kind,
    id::SessionId,
    media::{Description, LegEvent, Outcome, RemoteCandidate, Role, SessionType, Update},
    session::{
        Create, Settings,
        command::{Command, Reply, Tiding, Tie},
    },
};

/// Names one waiting caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Something that happens to a session.
#[derive(Debug)]
pub(in crate::session) enum Input {
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
pub(in crate::session) enum Finished {
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
pub(in crate::session) enum Output {
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
pub(in crate::session) enum Call {
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

/// What a session is made from.
#[derive(Debug)]
pub(in crate::session) struct Seed {
    pub(in crate::session) id: SessionId,
    pub(in crate::session) create: Arc<Create>,
    pub(in crate::session) session_type: SessionType,
    pub(in crate::session) settings: Arc<Settings>,
    pub(in crate::session) backend: Option<Arc<dyn Backend>>,
    pub(in crate::session) role: Option<Role>,
    pub(in crate::session) ties: Vec<(SessionId, Tie)>,
    pub(in crate::session) began: Instant,
    pub(in crate::session) created_at: SystemTime,
}
