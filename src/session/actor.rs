//! The task of one session: feeds its machine and carries out what it asks for.
//!
//! There may be very many of them, most idle: what only some sessions need, or need only for a moment, is boxed.

use std::{collections::VecDeque, future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};

use super::{
    Registry, Side, Status,
    command::{Command, Reply, Tiding},
    handle::{Handle, Message},
    machine::{Call, Finished, Input, Machine, Output, Ticket},
    seats::Seats,
};
use crate::{
    backend::{Leg, LegEvents, registry::Place},
    error::{Error, Reason, Result},
    id::SessionId,
    media::LegEvent,
    room::Seat,
};

/// Notices of a leg that wait for its session.
const LEG_EVENTS: usize = 64;

/// How long the release of a leg may take before the driver is left alone with it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

type InFlight = Pin<Box<dyn Future<Output = Done> + Send>>;

/// A finished call, with the leg that it opened.
struct Done {
    result: Result<Finished>,
    leg: Option<Arc<dyn Leg>>,
}

pub(super) struct Actor {
    handle: Handle,
    inbox: mpsc::Receiver<Box<Message>>,
    registry: Registry,
    replies: Vec<(Ticket, oneshot::Sender<Result<Reply>>)>,
    next_ticket: u64,
    outbox: VecDeque<(SessionId, Tiding)>,
    media: Option<Box<Media>>,
    /// Boxed: most sessions of a large service are in no room.
    seats: Option<Box<Seats>>,
    flight: Option<InFlight>,
    status: Status,
    closed: bool,
}

/// The media server's side of a session.
struct Media {
    place: Place,
    sink: LegEvents,
    events: mpsc::Receiver<LegEvent>,
    leg: Option<Arc<dyn Leg>>,
}

impl Actor {
    pub(super) fn new(
        handle: Handle,
        inbox: mpsc::Receiver<Box<Message>>,
        registry: Registry,
        place: Option<Place>,
        seat: Option<Seat>,
    ) -> Self {
        let media = place.map(|place| {
            let (sink, events) = LegEvents::new(LEG_EVENTS);
            Box::new(Media {
                place,
                sink,
                events,
                leg: None,
            })
        });
        Self {
            handle,
            inbox,
            registry,
            replies: Vec::new(),
            next_ticket: 0,
            outbox: VecDeque::new(),
            media,
            seats: seat.map(|seat| Box::new(Seats::taken(seat))),
            flight: None,
            status: Status::Starting,
            closed: false,
        }
    }

    /// Feeds the first input; what it asks for happens in the task that is returned, to be spawned.
    pub(super) fn begin(mut self) -> impl Future<Output = ()> + Send {
        self.registry.entered(&self.handle, Status::Starting);
        self.feed(Input::Begin);
        async move { self.run().await }
    }

    async fn run(&mut self) {
        while !self.closed {
            let wake = self.handle.machine().wake_at();
            let input = tokio::select! {
                biased;
                done = wait(&mut self.flight) => self.landed(done),
                Some(event) = next_event(self.media.as_deref_mut()) => Input::Leg(event),
                () = deliver(&self.registry, &self.handle, self.outbox.front()) => {
                    self.outbox.pop_front();
                    continue;
                }
                Some(message) = self.inbox.recv() => self.open(*message),
                () = room_closed(self.seats.as_deref()) => Input::RoomDestroyed,
                () = sleep(wake) => Input::Tick,
            };
            self.feed(input);
        }
        self.finish().await;
    }

    fn open(&mut self, message: Message) -> Input {
        match message {
            Message::Told(teller, tiding) => Input::Told(teller, tiding),
            Message::Command(mut command, deadline, reply) => {
                self.forget_cancelled();
                if let Command::Become(_, seat) = &mut command
                    && let Some(seat) = seat.take()
                {
                    self.seats.get_or_insert_default().reserve(*seat);
                }
                self.next_ticket += 1;
                let ticket = Ticket(self.next_ticket);
                self.replies.push((ticket, reply));
                Input::Command(ticket, deadline, command)
            }
        }
    }

    /// Callers that gave up make room for others.
    fn forget_cancelled(&mut self) {
        let gone: Vec<Ticket> = self
            .replies
            .iter()
            .filter(|(_, r)| r.is_closed())
            .map(|(t, _)| *t)
            .collect();
        for ticket in gone {
            self.replies.retain(|(other, _)| *other != ticket);
            self.feed(Input::Cancelled(ticket));
        }
    }

    fn landed(&mut self, done: Done) -> Input {
        self.flight = None;
        if let (Some(media), Some(leg)) = (self.media.as_mut(), done.leg) {
            media.leg = Some(leg);
        }
        Input::Done(done.result)
    }

    fn feed(&mut self, input: Input) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            let handle = self.handle.clone();
            let mut machine = handle.machine();
            machine.handle(Instant::now(), input);
            while let Some(output) = machine.poll() {
                if let Some(input) = self.carry_out(output, &machine) {
                    next = Some(input);
                }
            }
            let status = machine.status();
            let seating = self.seats.is_some().then(|| {
                let room = machine.session_type().room_id().cloned();
                (room, machine.is_changing(), machine.member())
            });
            drop(machine);
            if status != self.status {
                self.registry.moved(&self.handle, self.status, status);
                self.status = status;
            }
            if let (Some(seats), Some((room, changing, member))) = (&mut self.seats, seating) {
                seats.sit(room.as_ref(), changing, member, self.handle.log());
                if seats.is_empty() {
                    self.seats = None;
                }
            }
        }
    }

    fn carry_out(&mut self, output: Output, machine: &Machine) -> Option<Input> {
        match output {
            Output::Call(call, deadline) => self.flight = Some(self.call(call, deadline)),
            Output::Emit(kind) => {
                self.handle.log().append(kind);
            }
            Output::Reply(ticket, reply) => {
                if let Some(at) = self.replies.iter().position(|(other, _)| *other == ticket) {
                    // A caller that gave up meanwhile misses nothing.
                    let _ = self.replies.swap_remove(at).1.send(reply);
                }
            }
            Output::Tell(id, tiding) => self.outbox.push_back((id, tiding)),
            Output::CandidateDropped => self.registry.metrics().candidate_dropped(),
            Output::AskWatched => {
                let began = machine.began();
                return Some(Input::Unwatched(self.handle.log().unwatched_since(began)));
            }
            Output::Close => {
                self.flight = None;
                self.closed = true;
            }
        }
        None
    }

    fn call(&self, call: Call, deadline: Instant) -> InFlight {
        let work = self.work(call);
        Box::pin(async move {
            timeout_at(deadline, work).await.unwrap_or_else(|_| Done {
                result: Err(timed_out()),
                leg: None,
            })
        })
    }

    fn work(&self, call: Call) -> InFlight {
        let leg = self.media.as_ref().and_then(|media| media.leg.clone());
        match (call, leg) {
            (Call::Open(open), _) => {
                let Some(media) = self.media.as_ref() else {
                    return failed(no_leg());
                };
                let (backend, sink) = (media.place.backend().clone(), media.sink.clone());
                Box::pin(async move {
                    match backend.open(*open, sink).await {
                        Ok(opened) => Done {
                            result: Ok(Finished::Opened(opened.description)),
                            leg: Some(opened.leg),
                        },
                        Err(error) => Done {
                            result: Err(error),
                            leg: None,
                        },
                    }
                })
            }
            (Call::PeerOffer(peer), _) => {
                let peer = self.registry.find(&peer);
                plain(async move { peer?.command(Command::Get(Side::Offer), None).await })
            }
            (Call::MasterAnswer(master, answer), _) => {
                let master = self.registry.find(&master);
                plain(async move { master?.command(Command::SetAnswer(answer), None).await })
            }
            (_, None) => failed(no_leg()),
            (Call::Accept(answer), Some(leg)) => {
                plain(async move { leg.accept(answer).await.map(|()| Reply::Done) })
            }
            (Call::Candidates(candidates), Some(leg)) => {
                plain(async move { leg.add_candidates(candidates).await.map(|()| Reply::Done) })
            }
            (Call::Update(update), Some(leg)) => {
                plain(async move { leg.update(update).await.map(Reply::Outcome) })
            }
        }
    }

    /// Releases everything. The events have been told; callers have been answered.
    async fn finish(&mut self) {
        // Senders that wait for room in the inbox get an error now, instead of waiting for us.
        self.inbox.close();
        while let Some(message) = self.inbox.recv().await {
            let input = self.open(*message);
            self.feed(input);
        }
        self.registry.ended(&self.handle);
        for (id, tiding) in std::mem::take(&mut self.outbox) {
            if let Ok(other) = self.registry.find(&id) {
                Box::pin(other.tell(self.handle.id().clone(), tiding)).await;
            }
        }
        if let Some(leg) = self.media.take().and_then(|media| media.leg)
            && Box::pin(timeout(CLOSE_TIMEOUT, leg.close())).await.is_err()
        {
            tracing::warn!(
                session_id = %self.handle.id(),
                "the media server did not confirm the release of a leg in time"
            );
        }
        // The room may only go when nothing of the session is left in it.
        self.seats = None;
    }
}

fn plain(work: impl Future<Output = Result<Reply>> + Send + 'static) -> InFlight {
    Box::pin(async move {
        let result = work.await.map(|reply| match reply {
            Reply::Description(description) => Finished::Offer(description),
            Reply::Outcome(outcome) => Finished::Outcome(outcome),
            Reply::Done | Reply::Media(_) | Reply::Capability(_) => Finished::Nothing,
        });
        Done { result, leg: None }
    })
}

fn failed(error: Error) -> InFlight {
    plain(std::future::ready(Err(error)))
}

fn no_leg() -> Error {
    Error::new(
        Reason::IncompatibleSession,
        "the session has no leg on a media server",
    )
}

fn timed_out() -> Error {
    let message = "the media server did not answer in time: try again, or destroy the session";
    Error::new(Reason::BackendTimeout, message)
}

async fn wait(flight: &mut Option<InFlight>) -> Done {
    match flight {
        Some(flight) => flight.await,
        None => std::future::pending().await,
    }
}

async fn next_event(media: Option<&mut Media>) -> Option<LegEvent> {
    match media {
        Some(media) => media.events.recv().await,
        None => std::future::pending().await,
    }
}

/// Gives the first of the outbox to its reader, however long that takes: our own inbox is read
/// meanwhile, so two sessions that tell each other much cannot block each other.
async fn deliver(registry: &Registry, handle: &Handle, first: Option<&(SessionId, Tiding)>) {
    let Some((id, tiding)) = first else {
        return std::future::pending().await;
    };
    if let Ok(other) = registry.find(id) {
        Box::pin(other.tell(handle.id().clone(), tiding.clone())).await;
    }
}

async fn room_closed(seats: Option<&Seats>) {
    match seats {
        Some(seats) => Box::pin(seats.closed()).await,
        None => std::future::pending().await,
    }
}

async fn sleep(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In bytes: an eighth of what a session may cost beside its descriptions.
    const TASK: usize = 512;

    #[test]
    fn an_idle_task_is_small() {
        fn size<F>(_: fn(Actor) -> F) -> usize {
            size_of::<F>()
        }
        let size = size(Actor::begin);
        assert!(size <= TASK, "{size}");
    }
}
